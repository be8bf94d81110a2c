--- What the sandbox can do beyond reading nodes, one file for each subject.
--
-- A feature is a table that may have: `roots` (path without version, such as "oauth/access_token" -> row; the
-- first part of a path stands for all below it where the row is `deep`), and `extend` (a function that gets
-- `iggraph.sandbox.nodes`, once, and adds to it: fields, links, edges, reads, writes, types, finders).
--
-- A row of `roots` may have: `GET`, `POST`, `DELETE` (functions from the situation to a JSON value, or to a whole
-- answer with `status`), `open` (true: no token is asked for).
-- @module iggraph.sandbox.features
local nodes = require "iggraph.sandbox.nodes"

local NAMES = {
  "accounts", "batch", "comments", "devices", "discovery", "embeds", "events", "hashtags", "insights",
  "instagram_login", "login", "mentions", "messaging", "partners", "publishing", "webhooks",
}

local M = { roots = {} }

for _, name in ipairs(NAMES) do
  local feature = require("iggraph.sandbox.features." .. name)
  for path, row in pairs(feature.roots or {}) do M.roots[path] = row end
  if feature.extend then feature.extend(nodes) end
end

--- @tparam table call from `request.parse`
-- @treturn ?table the row of the path
function M.root(call)
  local row = M.roots[table.concat(call.segments, "/")]
  if row then return row end
  local first = M.roots[call.segments[1] or ""]
  return first and first.deep and first or nil
end

return M
