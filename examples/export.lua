--- All media of all accounts, with their insights on request, to a file: CSV (RFC 4180) or JSON lines.
--
--     IG_ACCESS_TOKEN=… lua5.4 examples/export.lua [--output FILE] [--insights] …        (--help lists the options)
--
-- Stopped at any moment, by Ctrl-C, by `kill -9` or by a network that is gone, it goes on by the same command, and FILE
-- comes out as if nothing had been: the order is that of the accounts and of their lists, not that of the answers. FILE
-- itself is written at the very end, all at once: what another program reads under its name is always whole. Until then
-- FILE.parts has, for each account, its lines so far and the position that these belong to: a position is written
-- behind its lines, by renaming, and lines that are behind a position are cut off before it goes on.
--
-- An account that the Graph refuses (a permission is missing, say) is left out and told of at the end. The status is 0
-- where all was exported, 1 where anything was not, 130 after Ctrl-C. Two of them must not write the same FILE at once.

local script = dofile((arg[0]:match "^.*/" or "") .. "script.lua")
local cjson = require("cjson").new()
local iggraph = require "iggraph"
local json = require "iggraph.json"
local sandbox = require "iggraph.sandbox"

local USAGE = [[
usage: lua5.4 examples/export.lua [options]

  --output FILE       where to (media.csv)
  --format FORMAT     csv or jsonl (as FILE ends, or else csv)
  --accounts LIST     ids or usernames, with commas between (all that the token leads to)
  --fields LIST       fields of the media, with commas between; nested ones become JSON
                      (id,timestamp,media_type,media_product_type,permalink,like_count,comments_count,caption)
  --since TIME        only media from then on: 2026-01-31, or Unix seconds
  --until TIME        only media up to then
  --insights          the insights of each medium, too: one more call for each
  --concurrency N     calls at a time (8): of so many accounts; with --insights for so many media
  --deadline SECONDS  for one call with all of its waits, those for a limit of the Graph among them (3600)
  --restart           begin anew where an export was stopped

IG_ACCESS_TOKEN is the token; without one it is the built-in sandbox that is exported. IG_BASE_URL and IG_CA_FILE name
another server than Meta's. Addresses of pictures (media_url) can be exported, but expire after some days.
]]

local FIELDS = "id,timestamp,media_type,media_product_type,permalink,like_count,comments_count,caption"
local PAGE = 100 -- media: what is asked for, and written, at a time
local NOTES = 5 -- seconds from one note about waits to the next
local LINES = 10 -- seconds from one line in a log to the next

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
local OF_INSIGHTS = {
  "reach", "views", "likes", "comments", "saved", "shares", "total_interactions", "follows", "profile_visits",
  "ig_reels_avg_watch_time", "ig_reels_video_view_total_time", "navigation", "replies", "insights_error",
}

-- What keeps a medium from having insights, and no other.
local OF_THE_MEDIUM = { invalid = true, not_found = true, permission = true }

-- What an account is left out for; and what would fail for all others, too. After any other failure the others go on,
-- and the account is tried again by the next run.
local LEAVES_OUT = { graph = true, invalid = true, not_found = true, paging = true, permission = true }
local ENDS_ALL = { auth = true, cancelled = true, network = true, throttled = true, timeout = true }

-- --- files -----------------------------------------------------------------------------------------

local BLOCK = 65536 -- bytes

local function read(name)
  local file = io.open(name, "rb")
  if not file then return nil end
  local text = file:read "*a"
  file:close()
  return text
end

-- All of it, or what was there before.
local function replace(name, fill, ...)
  local file = assert(io.open(name .. ".new", "wb"))
  fill(file, ...)
  assert(file:close())
  assert(os.rename(name .. ".new", name))
end

local function put(file, text) assert(file:write(text)) end

-- The first bytes of another file.
local function put_file(file, name, bytes)
  local other = assert(io.open(name, "rb"))
  while bytes > 0 do
    local block = other:read(math.min(BLOCK, bytes)) or error(name .. " is too short: --restart begins anew", 0)
    put(file, block)
    bytes = bytes - #block
  end
  other:close()
end

-- For appending, behind so many bytes.
local function open(name, bytes)
  local file = assert(io.open(name, "ab"))
  local size = assert(file:seek "end")
  if size == bytes then return file end
  file:close()
  replace(name, put_file, name, bytes)
  return assert(io.open(name, "ab"))
end

local function read_json(name, is_right)
  local text = read(name)
  if not text then return nil end
  local ok, value = pcall(cjson.decode, text)
  if ok and type(value) == "table" and is_right(value) then return value end
  error(name .. " is broken: --restart begins anew", 0)
end

-- --- lines -----------------------------------------------------------------------------------------

-- The names of the columns that fields become: id,children.limit(5){id} -> id and children.
local function names_of(fields)
  local names, flat = {}, fields:gsub("%b{}", ""):gsub("%b()", "")
  for name in flat:gmatch "([%w_]+)[^,]*" do names[#names + 1] = name end
  return names
end

local function text_of(value) return (json.encode(value):gsub("\\(.)", { ["/"] = "/" })) end

local function cell(value)
  if value == nil or value == iggraph.null then return "" end
  local text = type(value) == "string" and value or text_of(value)
  return text:find '[",\r\n]' and '"' .. text:gsub('"', '""') .. '"' or text
end

local FORMATS = { csv = {}, jsonl = {} }

function FORMATS.csv.line(columns, row)
  local cells = {}
  for i, name in ipairs(columns) do cells[i] = cell(row[name]) end
  return table.concat(cells, ",") .. "\r\n"
end

function FORMATS.csv.head(columns) return table.concat(columns, ",") .. "\r\n" end

function FORMATS.jsonl.line(columns, row)
  local members = {}
  for _, name in ipairs(columns) do
    local value = row[name]
    if value ~= nil then members[#members + 1] = text_of(name) .. ":" .. text_of(value) end
  end
  return "{" .. table.concat(members, ",") .. "}\n"
end

function FORMATS.jsonl.head() return "" end

-- --- rows ------------------------------------------------------------------------------------------

local function take(cursor, count)
  local list = {}
  while #list < count do
    local item, err, kind = cursor:next()
    if err then return nil, err, kind end
    if item == nil then break end
    list[#list + 1] = item
  end
  return list
end

-- A node with its nested lists as lists, each gone on with to its end: there would be the token in their links.
local function whole(ig, node)
  local all = {}
  for name, value in pairs(node) do
    all[name] = value
    if type(value) == "table" and type(value.data) == "table" then
      local items, err, kind = take(ig:continue(node, name), math.huge)
      if not items then return nil, err, kind end
      for i, item in ipairs(items) do
        items[i], err, kind = whole(ig, item)
        if not items[i] then return nil, err, kind end
      end
      all[name] = items
    end
  end
  return all
end

local function add_insights(ig, row, media)
  local metrics = METRICS[media.media_product_type] or OF_ANY
  local rows, err, kind = iggraph.insights.rows(ig:media(media.id):insights { metric = metrics })
  if err and not OF_THE_MEDIUM[kind] then return nil, err, kind end
  row.insights_error = err and err.message
  for _, found in ipairs(rows or {}) do row[found.name] = found.value end
  return row
end

-- In plain Lua 5.1 no call can wait inside of pcall.
local can_catch = _VERSION ~= "Lua 5.1" or rawget(_G, "jit")
local protected = can_catch and pcall or function(fn, ...) return true, fn(...) end

-- Tasks: where one of them ends by an error of Lua (the disk is full; or Ctrl-C, which is raised in what runs), all do.
local function each(self, list, most, fn)
  return iggraph.map(list, function(...)
    if self.failure then return nil, self.failure end
    local ok, value, err, kind = protected(fn, ...)
    if ok then return value, err, kind end
    self.failure = self.failure or value
    self.ig:close()
    return nil, value
  end, { concurrency = most })
end

-- The line of a medium; or nil and the error that concerns more than this one.
local function line_of(self, account, media)
  local row, err, kind = whole(self.ig, media)
  if row and self.job.insights then row, err, kind = add_insights(self.ig, row, media) end
  if not row then return nil, err, kind end
  row.account_id, row.account = account.id, account.username
  return self.format.line(self.columns, row)
end

local function lines_of(self, account, media)
  local lines = each(self, media, self.most, function(one) return line_of(self, account, one) end)
  for i, result in ipairs(lines) do
    if not result[1] then return nil, result[2], result[3] end
    lines[i] = result[1]
  end
  return table.concat(lines)
end

-- --- progress --------------------------------------------------------------------------------------

local Progress = {}
Progress.__index = Progress

local function clock(seconds) return ("%d:%02d"):format(math.floor(seconds / 60), seconds % 60) end

local function new_progress()
  local is_terminal = script.is_terminal(2)
  return setmetatable({
    is_terminal = is_terminal, width = is_terminal and script.columns() - 1,
    began = os.time(), drawn = os.time(), noted = 0,
    media = 0, before = 0, expected = 0, done = 0, accounts = 0,
  }, Progress)
end

function Progress:line(text, ...)
  io.stderr:write(self.is_terminal and "\r\27[K" or "", text:format(...), "\n")
end

-- What everybody waits for need not be said by each.
function Progress:note(text, ...)
  if os.time() - self.noted < NOTES then return end
  self.noted = os.time()
  self:line(text, ...)
end

-- What there is to say, the most important first.
function Progress:words()
  local seconds = math.max(os.time() - self.began, 1)
  local rate = (self.media - self.before) / seconds
  local words = { ("%d/%d accounts"):format(self.done, self.accounts), ("%d media"):format(self.media) }
  if self.expected > self.media and rate > 0 then
    words[#words + 1] = clock(math.ceil((self.expected - self.media) / rate)) .. " left"
  end
  words[#words + 1] = ("%.0f/s"):format(rate)
  local percent = self.ig:usage().percent
  if percent then words[#words + 1] = ("limit %.0f%%"):format(percent) end
  words[#words + 1] = ("%d req"):format(self.ig:stats().requests)
  return words
end

-- The Graph's count of media is not always that of the list: a last percent is for the end.
function Progress:share()
  local of_media = self.expected > 0 and self.media / self.expected
  local share = of_media or self.done / math.max(self.accounts, 1)
  return self.done == self.accounts and 1 or math.min(share, 0.99)
end

local WORDS = 72 -- columns, for all that there is to say; the bar has the rest
local SMALLEST, LARGEST = 6, 30 -- columns of the bar

function Progress:bar()
  local share, size = self:share(), math.max(SMALLEST, math.min(self.width - WORDS, LARGEST))
  local filled = math.floor(share * size)
  local text = ("[%s%s] %3d%%"):format(("#"):rep(filled), ("-"):rep(size - filled), math.floor(share * 100))
  for _, word in ipairs(self:words()) do
    if #text + #word + 2 > self.width then break end
    text = text .. "  " .. word
  end
  return text
end

function Progress:draw(is_forced)
  if not is_forced and os.time() - self.drawn < (self.is_terminal and 1 or LINES) then return end
  self.drawn = os.time()
  if self.is_terminal then io.stderr:write("\r\27[K", self:bar())
  else io.stderr:write(table.concat(self:words(), ", "), "\n") end
end

-- --- one account -----------------------------------------------------------------------------------

local function part_of(self, account) return ("%s/%s.lines"):format(self.folder, account.id) end
local function position_of(self, account) return ("%s/%s.position"):format(self.folder, account.id) end

local function is_state(value)
  return type(value.bytes) == "number" and type(value.media) == "number"
    and (value.position == nil or type(value.position) == "table")
end

local function load_state(self, account)
  local state = read_json(position_of(self, account), is_state)
  return state or { bytes = 0, media = 0, username = account.username }
end

-- Of an account that was named by its id.
local function find_out(self, account, state)
  if state.username then return true end
  local found, err, kind = self.ig:user(account.id):get { fields = "username,media_count" }
  if not found then return nil, err, kind end
  state.username = found.username
  self.progress.expected = self.progress.expected + (self.is_part and 0 or found.media_count or 0)
  return true
end

local function list_of(self, account, state)
  local job = self.job
  local params = { fields = self.asked, limit = PAGE, since = job.since, ["until"] = job["until"] }
  local opts = { position = state.position, prefetch = job.insights and self.most > 1 }
  return self.ig:user(account.id):media(params, opts)
end

-- A page of its media, to its lines; and whether it was the last one.
local function export_page(self, state, cursor, file)
  local media, err, kind = take(cursor, PAGE)
  if not media then return nil, err, kind end
  local lines
  lines, err, kind = lines_of(self, state.account, media)
  if not lines then return nil, err, kind end
  put(file, lines)
  assert(file:flush())
  state.bytes, state.media = state.bytes + #lines, state.media + #media
  state.position, state.is_done = cursor:position(), #media < PAGE
  replace(position_of(self, state.account), put, json.encode {
    bytes = state.bytes, media = state.media, username = state.username, position = state.position,
    is_done = state.is_done,
  })
  self.progress.media = self.progress.media + #media
  self.progress:draw()
  return true
end

local function export_rest(self, account, state)
  local ok, err, kind = find_out(self, account, state)
  if not ok then return nil, err, kind end
  state.account = { id = account.id, username = state.username }
  local file, cursor = open(part_of(self, account), state.bytes), list_of(self, account, state)
  repeat ok, err, kind = export_page(self, state, cursor, file) until not ok or state.is_done
  file:close()
  cursor:close()
  return ok, err, kind
end

local function export_account(self, account, state)
  local ok, err, kind = export_rest(self, account, state)
  if kind == "paging" and state.position then -- its place in the list is gone, with the medium that was there
    self.progress:note("%s is begun anew: %s", account.username or account.id, tostring(err))
    self.progress.media = self.progress.media - state.media
    state.bytes, state.media, state.position = 0, 0, nil
    ok, err, kind = export_rest(self, account, state)
  end
  if not ok and (not kind or ENDS_ALL[kind]) then self.failure = self.failure or err end
  if not ok then return nil, err, kind end
  self.progress.done = self.progress.done + 1
  if self.progress.is_terminal then self.progress:draw()
  else self.progress:line("%s: %d media", state.username, state.media) end
  return true
end

-- --- the job ---------------------------------------------------------------------------------------

local function is_id(word) return #word >= 17 and word:find "^1784%d" end

local function accounts_of(ig, wanted)
  local named, is_there, accounts = {}, {}, {}
  for one in (wanted or ""):gmatch "[^,%s]+" do
    if not is_id(one) then named[one] = true
    elseif not is_there[one] then accounts[#accounts + 1] = { id = one } end
    is_there[one] = true
  end
  if wanted and not next(named) then return accounts end
  for account in ig:instagram_accounts { fields = { "id", "username", "media_count" } } do
    if not is_there[account.id] and (not wanted or named[account.username]) then
      accounts[#accounts + 1] = { id = account.id, username = account.username, media_count = account.media_count }
    end
    named[account.username or ""] = nil
  end
  local missing = next(named)
  if missing then error(("the token leads to no account '%s'"):format(missing), 0) end
  return accounts[1] and accounts or error("the token leads to no Instagram account", 0)
end

local OF_JOB = { "accounts", "fields", "format", "insights", "since", "until" }

local function is_job(value) return type(value.options) == "table" and type(value.accounts) == "table" end

local function forget(self)
  local folder = script.quote(self.folder)
  os.remove(self.folder .. "/position") -- from here on it is over
  script.run(("rm -f %s/*.lines %s/*.position %s/*.new; rmdir %s 2>/dev/null"):format(folder, folder, folder, folder))
end

-- What was begun, by the same options; or a new one.
local function load_job(self)
  local name, old = self.folder .. "/position", nil
  if not self.options.restart then old = read_json(name, is_job) end
  for _, option in ipairs(OF_JOB) do
    if old and old.options[option] ~= self.job[option] then
      error(("%s is of an export with another --%s: --restart begins anew"):format(name, option), 0)
    end
  end
  if old then return old.accounts end
  forget(self)
  local accounts = accounts_of(self.ig, self.job.accounts)
  if not script.run(("mkdir %s 2>/dev/null"):format(script.quote(self.folder))) then
    error(("the folder %s cannot be made"):format(self.folder), 0)
  end
  replace(name, put, json.encode { options = self.job, accounts = accounts })
  return accounts
end

local function load_states(self, accounts)
  local states, progress = {}, self.progress
  for i, account in ipairs(accounts) do
    local state = load_state(self, account)
    states[i] = state
    progress.media = progress.media + state.media
    progress.done = progress.done + (state.is_done and 1 or 0)
    if not self.is_part then progress.expected = progress.expected + (account.media_count or 0) end
  end
  progress.accounts, progress.before = #accounts, progress.media
  return states
end

local function put_all(file, self, accounts, states)
  put(file, self.format.head(self.columns))
  for i, account in ipairs(accounts) do
    if states[i].is_done then put_file(file, part_of(self, account), states[i].bytes) end
  end
end

local function export_all(self, accounts, states)
  local results = each(self, accounts, self.job.insights and 1 or self.most, function(account, i)
    if states[i].is_done then return true end
    return export_account(self, account, states[i])
  end)
  local left_out, unfinished = {}, {}
  for i, result in ipairs(results) do
    local list = LEAVES_OUT[result[3]] and left_out or unfinished
    if not result[1] then list[#list + 1] = { account = accounts[i], err = result[2] } end
    if not result[1] and not result[3] then self.failure = self.failure or result[2] end
  end
  return left_out, unfinished
end

local function tell(self, word, list)
  for _, one in ipairs(list) do
    self.progress:line("%s: %s: %s", word, one.account.username or one.account.id, tostring(one.err))
  end
end

-- 0 where all is there.
local function run(self)
  local accounts = load_job(self)
  local states = load_states(self, accounts)
  self.began = true
  self.progress:draw(self.progress.is_terminal)
  local left_out, unfinished = export_all(self, accounts, states)
  if self.failure then error(self.failure, 0) end
  if self.progress.is_terminal then self.progress:draw(true) io.stderr:write "\n" end
  tell(self, "left out", left_out)
  tell(self, "not finished", unfinished)
  if unfinished[1] then error(("%d accounts are not finished"):format(#unfinished), 0) end
  if #left_out == #accounts then
    forget(self)
    self.began = false
    error(("%s was not written: there is nothing to be in it"):format(self.output), 0)
  end
  local media = 0
  for _, state in ipairs(states) do media = media + (state.is_done and state.media or 0) end
  replace(self.output, put_all, self, accounts, states)
  forget(self)
  self.progress:line("%s: %d media of %d accounts, %d requests, %s", self.output, media, #accounts - #left_out,
    self.ig:stats().requests, clock(os.time() - self.progress.began))
  return left_out[1] and 1 or 0
end

-- --- the command line ------------------------------------------------------------------------------

local options = script.options(USAGE)
local output = options.output or "media.csv"
local format = script.word(options, "format", FORMATS, output:match "%.(jsonl)$" or "csv")
local deadline = script.number(options, "deadline", 3600)

local self = {
  options = options, output = output, folder = output .. ".parts", format = FORMATS[format],
  most = script.number(options, "concurrency", 8),
  is_part = options.since or options["until"], -- so many media nobody has counted
  job = {
    format = format, accounts = options.accounts, fields = options.fields or FIELDS, since = options.since,
    ["until"] = options["until"], insights = options.insights,
  },
  columns = { "account_id", "account" },
}
for _, name in ipairs(names_of(self.job.fields)) do self.columns[#self.columns + 1] = name end
for _, name in ipairs(options.insights and OF_INSIGHTS or {}) do self.columns[#self.columns + 1] = name end
self.asked = "id," .. (options.insights and "media_product_type," or "") .. self.job.fields

local function connect()
  local progress = self.progress
  local ig, server = assert(sandbox.client {
    access_token = sandbox.tokens.many,
    deadline = deadline,
    retry = {
      attempts = 8,
      on_retry = function(one) progress:note("again in %.1f s: %s", one.delay, tostring(one.err)) end,
    },
    pace = true,
    on_throttle = function(one) progress:note("waits %.0f s: %s", one.seconds, tostring(one.err)) end,
  })
  self.ig, progress.ig, self.server = ig, ig, server
  if server then progress:line "No IG_ACCESS_TOKEN: this is the sandbox." end
end

local ok, status = pcall(function()
  self.progress = new_progress()
  connect()
  return run(self)
end)
if self.server then self.server:stop() end
if ok then os.exit(status, true) end
if not self.began then script.fail(status) end
local is_interrupted = script.is_interruption(status)
self.progress:line("%s: %d media are there; the same command goes on", is_interrupted and "interrupted"
  or tostring(status), self.progress.media)
os.exit(is_interrupted and 130 or 1, true)
