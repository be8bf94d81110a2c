--- POST and DELETE on nodes and their edges: finds the row of a type's `writes`, and checks what it requires.
--
-- `type.writes[method][edge]` (edge "" is the node itself) is `{ run, required }`: `run(situation, node)` returns a
-- JSON value, `required` is a list of parameters that must not be missing or empty, `deep` lets the path go on below
-- the edge.
-- @module iggraph.sandbox.writes
local errors = require "iggraph.sandbox.errors"
local parameters = require "iggraph.sandbox.parameters"

local M = {}

local function row_of(node_type, method, edge)
  return (node_type.writes[method] or {})[edge or ""]
end

--- Whether a write's path may be longer than node and edge.
-- @tparam table node_type
-- @tparam table call
-- @treturn boolean
function M.is_deep(node_type, call)
  local row = row_of(node_type, call.method, call.segments[2])
  return row ~= nil and row.deep == true
end

--- Answers a write; raises the Graph's error if the node takes none such.
-- @tparam table situation with `call`
-- @tparam table node_type
-- @tparam table node
-- @tparam ?string edge
-- @return a JSON value
function M.answer(situation, node_type, node, edge)
  local call = situation.call
  local row = row_of(node_type, call.method, edge)
  if not row then errors.unknown_object(call.method:lower(), node.id) end
  parameters.require(call, row.required or {})
  return row.run(situation, node)
end

return M
