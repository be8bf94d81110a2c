--- POST and DELETE: checked like the Graph's, answered like the Graph's, remembered nowhere.
-- @module iggraph.sandbox.writes
local errors = require "iggraph.sandbox.errors"
local json = require "iggraph.sandbox.json"

local M = {}

local function success() return json.object("success", true) end

local function deleted(node) return json.object("success", true, "deleted_id", node.id) end

-- The id of what would have been written: in the range of made-up comments, beyond all accounts.
local function new_comment() return json.object("id", "17799999999999999") end

-- By method, type and edge ("" is the node itself): required parameter, if any, and answer.
local ROWS = {
  POST = {
    IGMedia = { [""] = { "comment_enabled", success }, comments = { "message", new_comment } },
    IGComment = { [""] = { "hide", success }, replies = { "message", new_comment } },
  },
  DELETE = {
    IGMedia = { [""] = { nil, deleted } },
    IGComment = { [""] = { nil, success } },
  },
}

--- Answers a write; raises the Graph's error if the node takes none such.
-- @tparam table call from `request.parse`
-- @tparam table node_type
-- @tparam table node
-- @tparam ?string edge
-- @treturn table a JSON object
function M.answer(call, node_type, node, edge)
  local by_type = ROWS[call.method] or {}
  local row = (by_type[node_type.name] or {})[edge or ""]
  if not row then errors.unknown_object(call.method:lower(), node.id) end
  if row[1] and (call.params[row[1]] or "") == "" then errors.missing_parameter(row[1]) end
  return row[2](node)
end

return M
