--- Insights: long ranges of time, and their two shapes as rows.
--
-- See <https://developers.facebook.com/docs/instagram-platform/api-reference/instagram-user/insights> and
-- <https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights>.
-- @module iggraph.insights

local core = require "iggraph.core"
local cursor = require "iggraph.cursor"
local json = require "iggraph.json"
local time = require "iggraph.time"

local raise = core.error.raise

local insights = {}

local LONGEST = 30 * 86400 -- seconds between since and until, or the Graph refuses

-- --- ranges ---------------------------------------------------------------------------------------

local function seconds_of(value)
  if type(value) == "number" then return value end
  return type(value) == "string" and time.parse(value) or nil
end

-- The range asked for, where it can be known: other words for a time are left to the Graph.
local function range_of(params)
  local from, to = seconds_of(params.since), seconds_of(params["until"])
  if from and not params["until"] then to = math.max(from, os.time()) end
  if from and to and from > to then raise "insights: params.since is later than params.until" end
  return from, to
end

local function text(seconds) return ("%.0f"):format(seconds) end

local function window(from, to) return { since = text(from), ["until"] = text(math.min(from + LONGEST, to)) } end

-- Where the page's own link says that the next one begins.
local function begin_of(usual) return usual and tonumber(usual.since) or nil end

local function never() return nil end

-- Two windows may share a day. What is asked says in `latest` up to when the windows before gave values of which
-- metric; so a position knows it, too, and a window that has to be asked for again.
local function key_of(entry) return tostring(entry.name) .. "/" .. tostring(entry.period) end

local function latest_of(asked) return asked.latest and core.json.decode(asked.latest) or {} end

local function has_values(entry) return type(entry) == "table" and type(entry.values) == "table" and entry.values[1] end

local function add_latest(latest, entries)
  for _, entry in ipairs(entries) do
    for _, value in ipairs(has_values(entry) and entry.values or {}) do
      local key, ends = key_of(entry), seconds_of(value.end_time)
      if ends and ends > (latest[key] or -math.huge) then latest[key] = ends end
    end
  end
  return json.encode(latest)
end

local function unseen_values(entry, latest)
  local before, kept = latest[key_of(entry)], {}
  for _, value in ipairs(entry.values) do
    local ends = seconds_of(value.end_time)
    if not (ends and before and ends <= before) then kept[#kept + 1] = value end
  end
  return kept
end

-- How a cursor walks a range: window after window, to its end. The Graph's own `next` would move on for ever.
local function windows(last, is_long)
  local how, latest, ends = {}, {}, nil
  function how.request(params)
    params.latest = nil
    return params
  end
  function how.follow(page, asked, usual)
    local from, to = seconds_of(asked.since), seconds_of(asked["until"])
    if not (from and to) then return nil end -- a position of the same edge without a range
    local begin = begin_of(usual)
    if not (begin and begin > from and begin < to) then begin = to end
    latest, ends = latest_of(asked), to
    if begin >= last then return nil end
    local asks = window(begin, last)
    asks.latest = add_latest(latest_of(asked), page.data)
    return asks
  end
  function how.map(entry)
    if type(entry) ~= "table" then return entry end
    if is_long and ends and type(entry.total_value) == "table" then entry.total_value.end_time = time.format(ends) end
    if not has_values(entry) then return entry end
    entry.values = unseen_values(entry, latest)
    return entry.values[1] and entry or nil
  end
  return how
end

-- In a batch it is one call.
local function describe(client, path, params, from, to)
  if from and to and to - from > LONGEST then
    raise "insights: a range of more than 30 days takes several calls: not in a batch"
  end
  return client:describe("GET", path, params)
end

--- The insights of an IG User. A range of more than 30 days is asked for in windows: each gives its own entries,
-- a day that two windows have comes once, and a `total_value` tells its window's end in `end_time`.
-- @param client
-- @tparam string path
-- @tparam table params `metric` and `period`; `since` and `until` as Unix seconds or dates
-- @tparam[opt] table opts as of a `cursor`
-- @return a cursor of entries as the Graph sends them
-- @local
function insights.list(client, path, params, opts)
  local from, to = range_of(params or {})
  if type(client) == "table" then return describe(client, path, params, from, to) end
  if not (from and to) then return cursor.open(client, path, params, opts, { follow = never }) end
  local asked = {}
  for name, value in pairs(params) do asked[name] = value end
  local is_long = to - from > LONGEST
  if is_long then
    local first = window(from, to)
    asked.since, asked["until"] = first.since, first["until"]
  end
  local is_bound = is_long or params["until"]
  return cursor.open(client, path, asked, opts, is_bound and windows(to, is_long) or { follow = never })
end

-- --- rows -----------------------------------------------------------------------------------------

-- What should be a list and is none (null, say) has nothing in it.
local function list_of(value) return type(value) == "table" and value or {} end

local function is_list(value) return type(value) == "table" and (value[1] ~= nil or next(value) == nil) end

local function sorted_keys(object)
  local keys = {}
  for key in pairs(object) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b)
    local one, other = tonumber(a), tonumber(b)
    if one and other then return one < other end
    return tostring(a) < tostring(b)
  end)
  return keys
end

-- What the keys of a value are that is an object; where nothing says it: `key`.
local KEYS_OF = { online_followers = "hour" }

local function add_row(rows, entry, value, end_time, dimensions)
  rows[#rows + 1] = {
    name = entry.name, period = entry.period, end_time = end_time, value = value, dimensions = dimensions or {},
  }
end

local function add_value(rows, entry, value, end_time)
  if value == nil or value == core.null then return end
  if type(value) ~= "table" then return add_row(rows, entry, value, end_time) end
  local dimension = KEYS_OF[entry.name] or "key"
  for _, key in ipairs(sorted_keys(value)) do
    add_row(rows, entry, value[key], end_time, { [dimension] = key })
  end
end

local function add_breakdown(rows, entry, breakdown, end_time)
  for _, result in ipairs(list_of(list_of(breakdown).results)) do
    local dimensions = {}
    for i, key in ipairs(list_of(breakdown.dimension_keys)) do
      dimensions[key] = list_of(list_of(result).dimension_values)[i]
    end
    add_row(rows, entry, list_of(result).value, list_of(result).end_time or end_time, dimensions)
  end
end

local function add_entry(rows, entry)
  entry = list_of(entry)
  local total = type(entry.total_value) == "table" and entry.total_value or nil
  local values = is_list(entry.values) and entry.values or {}
  for _, value in ipairs(values) do add_value(rows, entry, list_of(value).value, list_of(value).end_time) end
  if not total then return end
  if #values == 0 then add_value(rows, entry, total.value, total.end_time) end
  for _, breakdown in ipairs(list_of(total.breakdowns)) do add_breakdown(rows, entry, breakdown, total.end_time) end
end

local function add_all(rows, entries)
  for _, entry in ipairs(entries) do add_entry(rows, entry) end
  return rows
end

local function add_cursor(rows, entries)
  while true do
    local entry, err, kind = entries:next()
    if err then return nil, err, kind end
    if entry == nil then return rows end
    add_entry(rows, entry)
  end
end

--- Flattens insights: `values` over time, and `total_value` with its breakdowns. A total comes as a row without
-- dimensions, before those of its breakdown. What the Graph left out is no row; a zero is one.
-- @tparam table|cursor result what `insights` gave: the cursor, a page, a list of entries, or one entry
-- @treturn table list of `{ name, period, end_time, value, dimensions }`: `dimensions` is
-- `{ age = "25-34" }` and the like; or `nil, err, kind` where the cursor fails
function insights.rows(result)
  if type(result) == "userdata" then return add_cursor({}, result) end
  if type(result) ~= "table" then raise("insights.rows: insights expected, got " .. type(result)) end
  if type(result.data) == "table" then return add_all({}, result.data) end
  if result.name ~= nil then return add_all({}, { result }) end
  if is_list(result) then return add_all({}, result) end
  raise "insights.rows: a table without insights"
end

return insights
