--- What the sandbox does on request: one table from a name to a row.
--
-- A scenario is asked for by the header X-Sandbox-Scenario on any call, or by `<id>_<name>` as the id of a
-- node, which is the same without a header; or by its name alone as the id, for a node that is nothing else.
-- `once_<name>` plays it once only, on a page in the middle of a list.
-- A row may have: `status`, `headers` (a table, or a function that returns one), `body` (a string, or
-- a function), `answer` (a function that makes the whole answer), `transport` (see
-- `iggraph.sandbox.transport`). A row without body and answer decorates the ordinary answer. Functions get
-- the situation: `call`, `context`, `store`, `settings`, `trace`, `name`, `by_id`, `captures`, and the
-- method `usual`, which makes the ordinary answer.
-- @module iggraph.sandbox.scenarios
local bodies = require "iggraph.sandbox.scenarios.bodies"
local errors = require "iggraph.sandbox.errors"
local failures = require "iggraph.sandbox.scenarios.failures"
local json = require "iggraph.sandbox.json"
local pages = require "iggraph.sandbox.scenarios.pages"
local paging = require "iggraph.sandbox.paging"
local wire = require "iggraph.sandbox.scenarios.wire"

local M = {
  --- Name to row.
  rows = { ok = { body = '{"id":"ok"}' }, batch_short = {} }, -- the last: see `iggraph.sandbox.features.batch`
  --- For names that carry numbers: a function from the name to `captures` (nil if it is no such name), and
  -- the row.
  patterns = {},
}

for _, family in ipairs { pages, failures, bodies, wire } do
  for name, row in pairs(family.rows) do M.rows[name] = row end
  for _, pair in ipairs(family.patterns or {}) do M.patterns[#M.patterns + 1] = pair end
end

local function find(name)
  if M.rows[name] then return M.rows[name], {} end
  for _, pair in ipairs(M.patterns) do
    local captures = pair[1](name)
    if captures then return pair[2], captures end
  end
  return nil
end

local ITEMS = 10
local items = { count = ITEMS, at = function(position) return json.object("id", pages.item_id(position)) end }

local function ok(value)
  return { status = 200, headers = {}, body = json.encode(value) }
end

--- The ordinary answer where the scenario's name stands for a node: the node, or ten items for any edge of
-- it.
local function usual_by_id(situation)
  local call, edge = situation.call, situation.call.segments[2]
  if not edge then return ok(json.object("id", situation.name)) end
  local list, links = paging.page(items, call.params, {
    context = situation.context, path = "/" .. situation.name .. "/" .. edge, sent = call.sent,
  })
  return ok(json.object("data", list, "paging", links))
end

local function value_of(thing, situation)
  if type(thing) == "function" then return thing(situation) end
  return thing
end

local function answer_of(row, situation)
  local answer
  if row.answer then
    answer = row.answer(situation)
  elseif row.body then
    answer = { status = 200, headers = {}, body = value_of(row.body, situation) }
  else
    answer = situation:usual()
  end
  answer.status = value_of(row.status, situation) or answer.status
  for name, value in pairs(value_of(row.headers, situation) or {}) do answer.headers[name] = value end
  answer.transport = value_of(row.transport, situation) or answer.transport
  return answer
end

--- @tparam string name
-- @treturn boolean whether there is such a scenario
function M.has(name) return find(name) ~= nil end

--- The answer of a scenario.
-- @tparam string name
-- @tparam table situation see above; `name` and `captures` are filled in here
-- @treturn ?table nil if there is no such scenario
function M.play(name, situation)
  local row, captures = find(name)
  situation.name, situation.captures = name, captures
  return row and answer_of(row, situation)
end

M.patterns[#M.patterns + 1] = { function(name) return name:match "^once_(.+)$" end, {
  answer = function(situation)
    local call, name = situation.call, situation.captures
    local is_due = call.params.after and situation.store.add("scenario:" .. call.path, 1) == 1
    if not is_due then return situation:usual() end
    return M.play(name, situation) or errors.no_scenario(name)
  end,
} }

--- The answer of the scenario that a call asks for.
-- @tparam table situation see above; `name`, `by_id` and `captures` are filled in here
-- @treturn ?table nil if it asks for none
function M.answer(situation)
  local asked = situation.call.scenario
  local name = asked or situation.call.id
  if not M.has(name) then
    if asked then errors.no_scenario(asked) end
    return nil
  end
  situation.by_id = not asked
  if situation.by_id then situation.usual = usual_by_id end
  return M.play(name, situation)
end

return M
