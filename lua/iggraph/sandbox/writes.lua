--- POST and DELETE on nodes and their edges: finds the row of a type's `writes`, and checks what it requires.
--
-- `type.writes[method][edge]` (edge "" is the node itself) is `{ run, required }`: `run(situation, node)` returns a
-- JSON value, `required` is a list of parameters that must not be missing or empty.
-- @module iggraph.sandbox.writes
local errors = require "iggraph.sandbox.errors"

local M = {}

--- Answers a write; raises the Graph's error if the node takes none such.
-- @tparam table situation with `call`
-- @tparam table node_type
-- @tparam table node
-- @tparam ?string edge
-- @return a JSON value
function M.answer(situation, node_type, node, edge)
  local call = situation.call
  local row = (node_type.writes[call.method] or {})[edge or ""]
  if not row then errors.unknown_object(call.method:lower(), node.id) end
  for _, name in ipairs(row.required or {}) do
    if (call.params[name] or "") == "" and not call.files[name] then errors.missing_parameter(name) end
  end
  return row.run(situation, node)
end

return M
