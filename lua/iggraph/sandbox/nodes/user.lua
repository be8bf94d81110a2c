--- The people who log in: one with the guide's Pages, and one with many.
-- @module iggraph.sandbox.nodes.user
local credentials = require "iggraph.sandbox.credentials"
local page = require "iggraph.sandbox.nodes.page"

local M = { name = "User", default = { "id", "name" } }

local PEOPLE = {
  [credentials.person] = {
    id = credentials.person, name = "Sandra Sandbox", page_count = #page.all, businesses = true,
    page_at = function(position) return page.all[position] end,
  },
  [credentials.person_with_many] = {
    id = credentials.person_with_many, name = "Manuela Many", page_count = page.MANY, page_at = page.one_of_many,
  },
}

--- @tparam string id
-- @treturn ?table
function M.find(id) return PEOPLE[id] end

M.fields = {
  id = function(user) return user.id end,
  name = function(user) return user.name end,
  first_name = function(user) return (user.name:match("^%S+")) end,
  last_name = function(user) return (user.name:match("%S+$")) end,
}

return M
