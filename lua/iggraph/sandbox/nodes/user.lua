--- The person whose token it is.
-- @module iggraph.sandbox.nodes.user
local M = { name = "User", default = { "id", "name" } }

local PERSON = { id = "10210000000000001", name = "Sandra Sandbox" }

--- @tparam string id
-- @treturn ?table
function M.find(id)
  return id == PERSON.id and PERSON or nil
end

M.fields = {
  id = function(user) return user.id end,
  name = function(user) return user.name end,
  first_name = function(user) return (user.name:match("^%S+")) end,
  last_name = function(user) return (user.name:match("%S+$")) end,
}

return M
