--- All media of an account with their insights, to a CSV file. What was fetched stays: stopped, by Ctrl-C or by a
-- limit of the Graph, it goes on where it was when it is started again.
--
--     IG_ACCESS_TOKEN=… lua5.4 examples/media_insights.lua [file.csv [account's id [most media this time]]]
--
-- Without a token it asks the built-in sandbox for 200. IG_BASE_URL names another server than Meta's. How far it got
-- is in `file.csv.position`, until all is there.

local iggraph = require "iggraph"
local json = require "iggraph.json"
local core = require "iggraph.core"

local AT_A_TIME = 8 -- calls
local CHUNK = 40 -- media that are written together

-- A metric that does not fit refuses the whole call: so they are asked for by the kind of the media.
-- https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights
local METRICS = {
  FEED = {
    "reach", "views", "likes", "comments", "saved", "shares", "total_interactions", "follows", "profile_visits",
  },
  REELS = {
    "reach", "views", "likes", "comments", "saved", "shares", "total_interactions", "ig_reels_avg_watch_time",
    "ig_reels_video_view_total_time",
  },
  STORY = { "reach", "views", "shares", "total_interactions", "follows", "profile_visits", "navigation", "replies" },
}
local OF_ANY = { "reach", "views", "shares", "total_interactions" }

local OF_MEDIA = { "id", "timestamp", "media_product_type", "permalink" }
local COLUMNS = {
  "id", "timestamp", "media_product_type", "permalink", "reach", "views", "likes", "comments", "saved", "shares",
  "total_interactions", "follows", "profile_visits", "ig_reels_avg_watch_time", "ig_reels_video_view_total_time",
  "navigation", "replies", "error",
}

-- What keeps a medium from having insights, and no other.
local OF_THE_MEDIUM = { invalid = true, not_found = true, permission = true }

local function tell(text, ...) io.stderr:write((text:format(...))) end

-- --- files -----------------------------------------------------------------------------------------

local function read(name)
  local file = io.open(name, "rb")
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

local function write(name, text)
  local file = assert(io.open(name .. ".new", "wb"))
  assert(file:write(text))
  assert(file:close())
  assert(os.rename(name .. ".new", name)) -- all of it, or nothing
end

local function cell(value)
  if value == nil or value == iggraph.null then return "" end
  local text = type(value) == "number" and core.params.number(value) or tostring(value)
  return text:find '[",\r\n]' and '"' .. text:gsub('"', '""') .. '"' or text
end

local function line_of(row)
  local cells = {}
  for i, name in ipairs(COLUMNS) do cells[i] = cell(row[name]) end
  return table.concat(cells, ",") .. "\n"
end

-- --- one medium ------------------------------------------------------------------------------------

-- A row of the file; or nil and the error that concerns more than this medium.
local function row_of(ig, media)
  local row = {}
  for _, name in ipairs(OF_MEDIA) do row[name] = media[name] end
  local metrics = METRICS[media.media_product_type] or OF_ANY
  local rows, err, kind = iggraph.insights.rows(ig:media(media.id):insights { metric = metrics })
  if err and not OF_THE_MEDIUM[kind] then return nil, err, kind end
  row.error = err and err.message
  for _, found in ipairs(rows or {}) do row[found.name] = found.value end
  return row
end

-- --- all of them -----------------------------------------------------------------------------------

local function take(cursor, count)
  local list = {}
  while #list < count do
    local item, err = cursor:next()
    if err then return nil, err end
    if item == nil then break end
    list[#list + 1] = item
  end
  return list
end

-- The lines of some media, and how many of them have no insights.
local function lines_of(ig, media)
  local lines, without = {}, 0
  local results = iggraph.map(media, function(one) return row_of(ig, one) end, { concurrency = AT_A_TIME })
  for i, result in ipairs(results) do
    local row, err = result[1], result[2]
    if not row then return nil, err end
    if row.error then without = without + 1 end
    lines[i] = line_of(row)
  end
  return table.concat(lines), without
end

-- What is behind the stored place was written by a run that did not come to store the next one.
local function open(name, state)
  local text = state.bytes and assert(read(name), name .. " is gone: without its .position, too, it begins anew")
  write(name, text and text:sub(1, state.bytes) or table.concat(COLUMNS, ",") .. "\n")
  return assert(io.open(name, "ab"))
end

local function first_account(ig)
  local account, err = ig:instagram_accounts():next()
  if err then error(err, 0) end
  return account and account.id or error("the token leads to no Instagram account", 0)
end

local function run(ig, name, account, most)
  local stored = read(name .. ".position")
  local state = stored and core.json.decode(stored) or { account = account, done = 0, without = 0 }
  if account and state.account ~= account then error(name .. ": it has another account's media", 0) end
  state.account = state.account or first_account(ig)
  local user = ig:user(state.account)
  local total = assert(user:get { fields = "media_count" }).media_count
  local cursor = user:media({ fields = OF_MEDIA, limit = 100 }, { position = state.position })
  local file, done_before = open(name, state), state.done
  while state.done - done_before < most do
    local media = assert(take(cursor, math.min(CHUNK, most - (state.done - done_before))))
    if not media[1] then
      file:close()
      os.remove(name .. ".position")
      return state, total
    end
    local lines, without = lines_of(ig, media)
    if not lines then error(without, 0) end
    assert(file:write(lines))
    assert(file:flush())
    state.done, state.without = state.done + #media, state.without + without
    state.position, state.bytes = cursor:position(), file:seek "end"
    write(name .. ".position", json.encode(state))
    tell("\r%d of %d media, %d of them without insights", state.done, total, state.without)
  end
  file:close()
  return state, total
end

local token, server = (os.getenv "IG_ACCESS_TOKEN" or ""):match ".+", nil
if not token then
  local sandbox = require "iggraph.sandbox"
  server = assert(sandbox.start())
  token = sandbox.tokens.user
  tell("No IG_ACCESS_TOKEN: this is the sandbox.\n")
end

local ig = iggraph.new {
  access_token = token,
  base_url = server and server.https or os.getenv "IG_BASE_URL",
  ca_file = server and server.ca_file or os.getenv "IG_CA_FILE",
  retry = { attempts = 4, max_delay = 60 },
}
local name = arg[1] or "media_insights.csv"
local ok, state, total = pcall(run, ig, name, arg[2], tonumber(arg[3]) or server and 200 or math.huge)
if server then server:stop() end
if not ok then
  tell("\n%s\nThe same command goes on where this one was.\n", tostring(state))
  os.exit(1)
end
tell("\n%s: %d of %d media\n", name, state.done, total)
