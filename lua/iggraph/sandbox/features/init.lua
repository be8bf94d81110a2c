--- What the sandbox can do beyond reading nodes, one file for each subject.
--
-- A feature is a table that may have: `roots` (path without version, such as "oauth/access_token" -> row; the
-- first part of a path stands for all below it where the row is `deep`), and `extend` (a function that gets
-- `iggraph.sandbox.nodes`, once, and adds to it: fields, links, edges, reads, writes, types, finders), `controls` (the
-- first part of a path below /_sandbox/ -> `{ GET, POST }`, functions from the stores and the call to a JSON value, nil
-- if there is nothing such; see `recorder.control`).
--
-- A row of `roots` may have: `GET`, `POST`, `DELETE` (functions from the situation to a JSON value, or to a whole
-- answer with `status`), `open` (true: no token is asked for), `uncounted` (true: no limit counts it).
-- @module iggraph.sandbox.features
local nodes = require "iggraph.sandbox.nodes"

local NAMES = {
  "accounts", "batch", "collaborations", "comments", "conversations", "devices", "discovery", "embeds", "ephemeral",
  "events", "hashtags", "insights", "instagram_login", "login", "mentions", "messaging", "messenger_profile",
  "partners", "publishing", "subscribed_apps", "webhooks",
}

local M = { roots = {}, controls = {} }

for _, name in ipairs(NAMES) do
  local feature = require("iggraph.sandbox.features." .. name)
  for path, row in pairs(feature.roots or {}) do M.roots[path] = row end
  for path, row in pairs(feature.controls or {}) do M.controls[path] = row end
  if feature.extend then feature.extend(nodes) end
end

--- @tparam table call from `request.parse`
-- @treturn ?table the row of the path
function M.root(call)
  local path = call.params.batch and "" or table.concat(call.segments, "/") -- a batch may be sent to any
  local row = M.roots[path]
  if row then return row end
  local first = M.roots[call.segments[1] or ""]
  return first and first.deep and first or nil
end

return M
