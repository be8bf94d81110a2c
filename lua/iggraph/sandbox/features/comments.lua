--- Comments and replies: written, hidden and deleted.
-- @module iggraph.sandbox.features.comments
local json = require "iggraph.sandbox.json"

local M = {}

local function success() return json.object("success", true) end

local function deleted(_, node) return json.object("success", true, "deleted_id", node.id) end

-- The id of what would have been written: in the range of made-up comments, beyond all accounts.
local function new_comment() return json.object("id", "17799999999999999") end

function M.extend(graph)
  local media, comment = graph.types.media, graph.types.comment
  media.writes.POST[""] = { required = { "comment_enabled" }, run = success }
  media.writes.POST.comments = { required = { "message" }, run = new_comment }
  media.writes.DELETE[""] = { run = deleted }
  comment.writes.POST[""] = { required = { "hide" }, run = success }
  comment.writes.POST.replies = { required = { "message" }, run = new_comment }
  comment.writes.DELETE[""] = { run = success }
end

return M
