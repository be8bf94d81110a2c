--- Pages of a list edge: which items, which cursors, which links.
-- @module iggraph.sandbox.paging
local cursor = require "iggraph.sandbox.cursor"
local encoding = require "iggraph.sandbox.encoding"
local errors = require "iggraph.sandbox.errors"
local json = require "iggraph.sandbox.json"
local time = require "iggraph.time"

local M = {}

local DEFAULT_LIMIT, MAX_LIMIT = 25, 100

--- The page size asked for, cut to what the edge allows.
-- @tparam ?string text the `limit` parameter
-- @tparam[opt=25] number default where none is given
-- @tparam[opt=100] number max
-- @treturn number
function M.limit(text, default, max)
  if not text then return default or DEFAULT_LIMIT end
  local limit = text:find("^%d+$") and tonumber(text)
  if not limit then errors.bad_parameter("limit", "must be an integer") end
  if limit < 1 then errors.bad_parameter("limit", "must be greater than 0") end
  return math.min(limit, max or MAX_LIMIT)
end

local function first_of(list) return list.first or 1 end

--- The last position of a list, which stands newest first, that `is_before` holds for: a search by halves.
local function last_while(list, is_before)
  local low, high = first_of(list) - 1, list.count
  while low < high do
    local middle = math.floor((low + high + 1) / 2)
    if is_before(list.at(middle)) then low = middle else high = middle - 1 end
  end
  return low
end

local function read_time(params, name)
  local text = params[name]
  if not text then return nil end
  return time.parse(text) or errors.bad_parameter(name, "must be a valid time")
end

--- First and last position that `since` and `until` leave.
local function window(list, params)
  local first, last = first_of(list), list.count
  if not list.time_of then return first, last end
  local since, latest = read_time(params, "since"), read_time(params, "until")
  if latest then first = last_while(list, function(item) return list.time_of(item) > latest end) + 1 end
  if since then last = last_while(list, function(item) return list.time_of(item) >= since end) end
  return first, last
end

local function read_cursor(params, name, list)
  local text = params[name]
  if not text or text == "" then return nil end
  local position = tonumber((cursor.decode(text) or ""):match("^i(%-?%d+)$"))
  if not position or position < first_of(list) or position > list.count + 1 then
    errors.bad_cursor(name == "after" and "After" or "Before")
  end
  return position
end

--- The address of a further page, as the Graph writes it: with the token in it, whichever way that came.
-- @tparam table context with `base_url`, `version_path` and `token`
-- @tparam string path such as "/17841405822304914/media"
-- @tparam table sent list of `{ name, value }` to repeat
-- @tparam table further list of `{ name, value }` to add, such as limit and cursor
-- @treturn string
function M.url(context, path, sent, further)
  local parts = { context.base_url .. context.version_path .. path .. "?access_token=" .. context.token, "pretty=0" }
  for _, list in ipairs { sent, further } do
    for _, pair in ipairs(list) do
      local name, value = encoding.percent_encode(pair[1]), encoding.percent_encode(tostring(pair[2]))
      parts[#parts + 1] = name .. "=" .. value
    end
  end
  return table.concat(parts, "&")
end

local function cursor_at(position)
  return cursor.encode("i" .. position)
end

local function address(page, name, value)
  local link = page.link
  return M.url(link.context, link.path, link.sent, { { "limit", page.limit }, { name, value } })
end

-- What stands in `paging`, by the style of the edge.
local STYLES = {
  both = function(page)
    if page.count == 0 and not page.has_previous then return nil end
    local before, after = cursor_at(page.start), cursor_at(page.stop)
    return json.object(
      "cursors", page.count > 0 and json.object("before", before, "after", after) or nil,
      "next", page.has_next and address(page, "after", after) or nil,
      "previous", page.has_previous and address(page, "before", before) or nil)
  end,
  after = function(page)
    if not page.has_next then return nil end
    local after = cursor_at(page.stop)
    return json.object("cursors", json.object("after", after), "next", address(page, "after", after))
  end,
  cursors = function(page)
    if not (page.has_previous or page.has_next) then return nil end
    return json.object("cursors", json.object(
      "before", page.has_previous and cursor_at(page.start) or nil,
      "after", page.has_next and cursor_at(page.stop) or nil))
  end,
  none = function() return nil end,
}

--- Where a page begins and which way it goes from there; first and last position there are.
local function range(list, params)
  local first, last = window(list, params)
  local after, before = read_cursor(params, "after", list), read_cursor(params, "before", list)
  if before and not after then
    return math.min(last, before - 1), -1, first, last
  end
  return after and math.max(first, after + 1) or first, 1, first, last
end

local function reversed(list)
  local result = {}
  for index = #list, 1, -1 do result[#result + 1] = list[index] end
  return result
end

--- The items from a position on, in the order of the list; the first and the last position they took.
local function collect(list, limit, start, step, first, last)
  local items, position = {}, start
  while #items < limit and position >= first and position <= last do
    local item = list.at(position)
    if not (list.is_gone and list.is_gone(item)) then items[#items + 1] = item end
    position = position + step
  end
  if step > 0 then return items, start, position - 1 end
  return reversed(items), position + 1, start
end

--- A list of what is in a table already: for `page`.
-- @tparam table items
-- @tparam[opt] string style
-- @treturn table
function M.list(items, style)
  return { count = #items, style = style, at = function(position) return items[position] end }
end

--- One page of a list.
-- @tparam table list `count` (the last position), `at(position)`, and optionally `first` (the first position, if that
-- is not 1: what is put before a list counts down, so that cursors stay with their items), `time_of(item)`,
-- `is_gone(item)` (whether it is left out), `style` ("both", "after", "cursors", "none") and `max` (largest page)
-- @tparam table params `limit`, `after`, `before`, `since`, `until`, all strings
-- @tparam table link `context`, `path` and `sent`, for the addresses of further pages
-- @treturn table the items of the page
-- @treturn ?table the `paging` object
function M.page(list, params, link)
  local style = list.style or "both"
  local limit = style == "none" and math.huge or M.limit(params.limit, nil, list.max)
  local from, step, first, last = range(list, params)
  local items, start, stop = collect(list, limit, from, step, first, last)
  local paging = STYLES[style] {
    count = #items, start = start, stop = stop, limit = limit, link = link,
    has_next = #items > 0 and stop < last,
    has_previous = start > first and last >= first,
  }
  return items, paging
end

return M
