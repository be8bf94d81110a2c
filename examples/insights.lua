--- Reach by day and the best media of an account: a chart in the terminal, and a picture as SVG.
--
--     IG_ACCESS_TOKEN=… lua5.4 examples/insights.lua [--svg FILE] [--account ACCOUNT] …   (--help lists the options)
--
-- Days are those of the account's own time zone, as the Graph counts them; one that it has no number for (it may be two
-- days late, and forgets after 90) is shown as missing, and is no zero. How it is drawn is in chart.lua.

local folder = arg[0]:match "^.*/" or ""
local chart = dofile(folder .. "chart.lua")
local iggraph = require "iggraph"
local script = dofile(folder .. "script.lua")

local USAGE = [[
usage: lua5.4 examples/insights.lua [options]

  --account ACCOUNT  its id or username (the first that the token leads to)
  --days N           the last so many days (28)
  --media N          how many of the newest media are looked at (50)
  --best COLUMN      what the best media are found by: reach, or engagement: interactions of those reached (reach)
  --top N            how many of them are shown (10)
  --svg FILE         where a picture is written to

IG_ACCESS_TOKEN is the token; without one it is an account of the built-in sandbox. IG_BASE_URL and IG_CA_FILE name
another server than Meta's. Colours are for terminals, and where NO_COLOR is not set.
]]

local DAY = 86400

-- What keeps a medium from having insights, and no other.
local OF_THE_MEDIUM = { invalid = true, not_found = true, permission = true }

local function find_account(ig, wanted)
  if wanted and wanted:find "^1784%d+$" then
    return { id = wanted, username = assert(ig:user(wanted):get { fields = "username" }).username }
  end
  for account in ig:instagram_accounts() do
    if not wanted or account.username == wanted then return account end
  end
  error("the token leads to no " .. (wanted and ("account '%s'"):format(wanted) or "Instagram account"), 0)
end

local function days_of(ig, account, count)
  local now = os.time()
  local insights = ig:user(account.id):insights {
    metric = "reach", period = "day", since = now - (count + 1) * DAY, ["until"] = now,
  }
  return chart.by_day(assert(iggraph.insights.rows(insights)), now, count)
end

-- These metrics are those of every kind of media.
local function measure(ig, media)
  local insights = ig:media(media.id):insights { metric = { "reach", "total_interactions" } }
  local rows, err, kind = iggraph.insights.rows(insights)
  if err then return OF_THE_MEDIUM[kind] and {} or nil, err, kind end
  local values = {}
  for _, row in ipairs(rows) do values[row.name] = row.value end
  return values
end

local ORDERS = {
  reach = function(one) return one.reach end,
  engagement = function(one) return one.reach > 0 and one.interactions / one.reach or 0 end,
}

-- The media with insights, the best first; and how many have none.
local function best_media(ig, account, count, best)
  local media, measured, without, order = {}, {}, 0, ORDERS[best]
  local fields = { "id", "timestamp", "media_product_type", "caption" }
  for one in ig:user(account.id):media({ fields = fields, limit = math.min(count, 100) }, { max_items = count }) do
    media[#media + 1] = one
  end
  for i, result in ipairs(iggraph.map(media, function(one) return measure(ig, one) end)) do
    local values, one = assert(result[1], result[2]), media[i]
    if values.reach then
      measured[#measured + 1] = {
        posted = one.timestamp, kind = one.media_product_type, caption = one.caption or "", reach = values.reach,
        interactions = values.total_interactions or 0, place = i,
      }
    else
      without = without + 1
    end
  end
  table.sort(measured, function(a, b)
    local one, other = order(a), order(b)
    if one ~= other then return one > other end
    return a.place < b.place
  end)
  return measured, without
end

local function write(name, text)
  local file = assert(io.open(name, "wb"))
  assert(file:write(text))
  assert(file:close())
end

local server

local function run(options, best)
  local ig
  ig, server = script.client { retry = { attempts = 5 }, deadline = 300, pace = true }
  local account = find_account(ig, options.account)
  local media, without = best_media(ig, account, script.number(options, "media", 50), best)
  local days = days_of(ig, account, script.number(options, "days", 28))
  local drawn = { account = account.username, days = days, best = best, media = {} }
  for i = 1, math.min(#media, script.number(options, "top", 10)) do drawn.media[i] = media[i] end
  local has_colors = not os.getenv "NO_COLOR" and script.is_terminal(1)
  io.stdout:write(chart.text(drawn, has_colors))
  if without > 0 then print(("%d of %d media have no insights"):format(without, #media + without)) end
  if options.svg then write(options.svg, chart.svg(drawn)) end
end

local options = script.options(USAGE)
local best = script.word(options, "best", ORDERS, "reach")
local ok, err = pcall(run, options, best)
if server then server:stop() end
if not ok then script.fail(err) end
