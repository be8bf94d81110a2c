--- Lists that are paged in all the ways seen in the field, and a few that are wrong.
-- `/v26.0/<name>/media` gives items 1 to n, in pages of `size` unless `limit` is sent.
--
-- On any list, such as 17840000000000250_reduce_10/media: `reduce_<n>`, where more than n items are too much for one
-- page, `reduce_<n>_from_<a>_to_<b>`, where that is so if one of the items a to b is among them, and `bound_cursors`,
-- where a cursor is refused once its item was deleted.
-- @module iggraph.sandbox.scenarios.pages
local cjson = require("cjson").new()
local changes = require "iggraph.sandbox.changes"
local credentials = require "iggraph.sandbox.credentials"
local cursor = require "iggraph.sandbox.cursor"
local errors = require "iggraph.sandbox.errors"
local failures = require "iggraph.sandbox.scenarios.failures"
local hmac = require "iggraph.sandbox.hmac"
local ids = require "iggraph.sandbox.nodes.ids"
local json = require "iggraph.sandbox.json"
local paging = require "iggraph.sandbox.paging"
local time = require "iggraph.time"

local M = { rows = {}, patterns = {} }

--- The id of item number `position`.
-- @tparam number position
-- @treturn string
function M.item_id(position)
  return ids.numbered("media", position)
end

-- Where a page begins. Each gives the offset of its first item and how many empty pages came before.
local function from_cursor(situation)
  local text = situation.call.params.after
  if not text then return 0, 0 end
  local offset, empties = (cursor.decode(text) or ""):match("^s(%d+)%.(%d+)$")
  if not offset then errors.bad_cursor("After") end
  return tonumber(offset), tonumber(empties)
end

local function from_offset(situation)
  local text = situation.call.params.offset or "0"
  if not text:find("^%d+$") then errors.bad_parameter("offset", "must be a non-negative integer") end
  return tonumber(text), 0
end

local NEWEST = time.parse("2026-01-31T10:11:12+0000")

local function paging_token(offset)
  return "enc_" .. cursor.encode("t" .. offset)
end

local function from_time(situation)
  local params = situation.call.params
  if not params["until"] then return 0, 0 end
  local offset = math.floor((NEWEST - (tonumber(params["until"]) or 0)) / 3600)
  if params.__paging_token ~= paging_token(("%d"):format(offset)) then
    errors.bad_parameter("__paging_token", "does not belong to the time asked for")
  end
  return offset, 0
end

-- The cursor says nothing here; what was served so far is known to the server only.
local function from_state(situation)
  local key = "scenario:" .. situation.name
  if not situation.call.params.after then situation.store.set(key, 0) end
  return situation.store.get(key) or 0, 0
end

local function from_start() return 0, 0 end

local function cursor_of(offset, empties)
  return cursor.encode(("s%d.%d"):format(offset, empties))
end

-- Parameters that `next` sets itself.
local REPLACED = { offset = true, since = true, ["until"] = true, __paging_token = true, __previous = true }

local function url(page, further)
  local sent = {}
  for _, pair in ipairs(page.situation.call.sent) do
    if not REPLACED[pair[1]] then sent[#sent + 1] = pair end
  end
  table.insert(further, 1, { "limit", page.limit })
  local path = "/" .. table.concat(page.situation.call.segments, "/")
  return paging.url(page.situation.context, path, sent, further)
end

local function next_url(page)
  return page.has_next and url(page, { { "after", page.after } }) or nil
end

local function with_cursors(page, next_page, previous_page)
  return json.object("cursors", json.object("before", page.before, "after", page.after), "next", next_page,
    "previous", previous_page)
end

-- What stands in `paging`.
local function usual_links(page) return with_cursors(page, next_url(page)) end

local function links_without_next(page) return with_cursors(page) end

local function links_without_token(page)
  local address = next_url(page)
  return with_cursors(page, address and (address:gsub("access_token=[^&]*&", "")))
end

local function links_to_other_host(page)
  local address = next_url(page)
  return with_cursors(page, address and (address:gsub("^https?://[^/]*", "http://127.0.0.2:9")))
end

local function links_with_secret(page)
  local situation = page.situation
  local proof = situation.call.params.appsecret_proof
    or hmac.sha256(credentials.app_secret, situation.context.token) or ("0"):rep(64)
  local address = next_url(page)
  return with_cursors(page, address and address .. "&appsecret_proof=" .. proof)
end

local function bad_links(page) return with_cursors(page, 42) end

local function links_back_only(page)
  return json.object("cursors", json.object("before", page.before), "previous",
    url(page, { { "before", page.before } }))
end

local function links_by_time(page)
  local function at(offset, direction)
    offset = ("%d"):format(offset)
    local moment = NEWEST - tonumber(offset) * 3600
    return url(page, { { direction, moment }, { "__paging_token", paging_token(offset) },
      direction == "since" and { "__previous", 1 } or nil })
  end
  return json.object(
    "previous", at(page.offset, "since"),
    "next", page.has_next and at(page.next_offset, "until") or nil)
end

local function links_by_offset(page)
  local back = math.max(0, page.offset - page.limit)
  return json.object(
    "previous", page.offset > 0 and url(page, { { "offset", back } }) or nil,
    "next", page.has_next and url(page, { { "offset", page.next_offset } }) or nil)
end

local function links_for_ever(page)
  return with_cursors(page, url(page, { { "after", page.after } }))
end

local function same_cursor_links(page)
  page.situation.store.set("scenario:" .. page.situation.name, page.next_offset)
  if not page.has_next then return nil end
  local same = cursor.encode("same")
  return json.object("cursors", json.object("after", same), "next", url(page, { { "after", same } }))
end

--- Pages A and B in turn, for ever; each has a cursor of its own.
local function links_in_a_circle(page)
  page.after = cursor_of(page.offset == 0 and page.limit or 0, 0)
  return links_for_ever(page)
end

-- The third page cannot be had the first time it is asked for.
local function fail_once(page)
  if page.offset ~= 2 * page.limit then return end
  if page.situation.store.add("scenario:" .. page.situation.name, 1) > 1 then return end
  errors.raise {
    status = 500, code = 2, is_transient = true, message = "(#2) Service temporarily unavailable",
  }
end

local function too_much()
  local row = failures.rows.error_reduce
  return { status = row.status, headers = {}, body = row.body() }
end

local LIGHT = 3 -- items that are not too much for a page

local function only_light(page) return page.limit > LIGHT and too_much() or nil end

-- By name: how many `items`; `gap` empty pages from item `gap_at` on; the largest page (`max`); where a
-- page begins (`from`), what stands in `paging` (`links`), and what happens before a page is served
-- (`check`, which may give another answer).
local ROWS = {
  paging_empty_first = { items = 10, gap = 1, gap_at = 0 },
  paging_empty_middle = { items = 10, gap = 1, gap_at = 5 },
  paging_empty_run = { items = 10, gap = 5, gap_at = 5 },
  paging_empty_forever = { items = 0, gap = math.huge, gap_at = 0 },
  paging_after_without_next = { items = 5, links = links_without_next },
  paging_next_without_token = { items = 15, links = links_without_token },
  paging_next_other_host = { items = 15, links = links_to_other_host },
  paging_next_time = { items = 15, from = from_time, links = links_by_time },
  paging_next_offset = { items = 15, from = from_offset, links = links_by_offset },
  paging_repeat = { items = 5, from = from_start, links = links_for_ever },
  paging_cycle = { items = 10, links = links_in_a_circle, max = 5 },
  paging_same_cursor = { items = 20, from = from_state, links = same_cursor_links },
  paging_bad_next = { items = 15, links = bad_links },
  paging_secret = { items = 15, links = links_with_secret },
  paging_long = { items = 2500 },
  paging_fail_once = { items = 20, check = fail_once },
  paging_before_only = { items = 5, links = links_back_only },
  paging_reduce_offset = { items = 40, from = from_offset, links = links_by_offset, check = only_light },
  paging_reduce_time = { items = 40, from = from_time, links = links_by_time, check = only_light },
  paging_reduce_same_cursor = { items = 40, from = from_state, links = same_cursor_links, check = only_light },
}

local SIZE = 5

--- Which items the page has, and where the next begins.
local function lay_out(row, situation)
  local offset, empties = (row.from or from_cursor)(situation)
  local limit = paging.limit(situation.call.params.limit, SIZE, row.max)
  local page = { situation = situation, offset = offset, limit = limit }
  local gap, gap_at = row.gap or 0, row.gap_at or 0
  if empties < gap and offset >= gap_at then
    page.stop, empties = offset, empties + 1
  else
    local barrier = empties < gap and gap_at or row.items -- a page ends where the gap begins
    page.stop = math.min(offset + page.limit, barrier)
  end
  page.next_offset = page.stop
  page.has_next = page.stop < row.items or (empties < gap and page.stop >= gap_at)
  page.before, page.after = cursor_of(offset, empties), cursor_of(page.stop, empties)
  return page
end

local function serve(row, situation)
  if situation.by_id and not situation.call.segments[2] then return situation:usual() end
  local page = lay_out(row, situation)
  local other = row.check and row.check(page)
  if other then return other end
  local data = {}
  for position = page.offset + 1, page.stop do data[#data + 1] = json.object("id", M.item_id(position)) end
  local links = (row.links or usual_links)(page)
  return { status = 200, headers = {}, body = json.encode(json.object("data", data, "paging", links)) }
end

for name, row in pairs(ROWS) do
  M.rows[name] = { answer = function(situation) return serve(row, situation) end }
end
local function read_reduce(name)
  local size, range = name:match "^reduce_(%d+)(.*)$"
  if not size then return nil end
  local from, to = range:match "^_from_(%d+)_to_(%d+)$"
  if not from and range ~= "" then return nil end
  return { size = tonumber(size), from = tonumber(from or 1), to = tonumber(to or math.huge) }
end

-- The position of the item that the cursor of an ordinary list names.
local function position_of(text) return tonumber((cursor.decode(text) or ""):match "^i(%-?%d+)$") end

local function is_too_much(call, heavy)
  local limit, after = paging.limit(call.params.limit), call.params.after
  local first = (after and position_of(after) or 0) + 1
  return limit > heavy.size and first <= heavy.to and first + limit > heavy.from
end

M.patterns[1] = { read_reduce, {
  answer = function(situation)
    if is_too_much(situation.call, situation.captures) then return too_much() end
    return situation:usual()
  end,
} }

-- Which item a cursor names is taken down when its page is served.
M.rows.bound_cursors = {
  answer = function(situation)
    local call, store = situation.call, situation.store
    local function key(after) return ("bound:%s:%s"):format(call.path, after) end
    local item = call.params.after and store.get(key(call.params.after))
    if item and changes.get(situation.context, item, "removed") then errors.bad_cursor "After" end
    local answer = situation:usual()
    local page = cjson.decode(answer.body)
    local last = page.data and page.data[#page.data]
    if last and page.paging then store.set(key(page.paging.cursors.after), last.id) end
    return answer
  end,
}
M.rows.paging_no_data = { body = '{"id":"paging_no_data"}' }

return M
