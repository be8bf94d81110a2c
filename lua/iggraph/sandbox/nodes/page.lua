--- Facebook Pages: the guide's, and one without an Instagram account.
-- @module iggraph.sandbox.nodes.page
local credentials = require "iggraph.sandbox.credentials"
local json = require "iggraph.sandbox.json"

local M = { name = "Page", default = { "name", "id" } }

local ALL_TASKS = { "ANALYZE", "ADVERTISE", "MODERATE", "CREATE_CONTENT", "MANAGE" }

--- All Pages, in the order of /me/accounts.
M.all = {
  {
    id = "134895793791914", name = "Metricsaurus", username = "metricsaurus",
    category = { "2301", "App Page" }, token = credentials.tokens.page,
    tasks = ALL_TASKS, instagram = "17841405822304914", fans = 48213,
  },
  {
    id = "134895793791915", name = "Bottle Garden",
    category = { "2253", "Garden Center" }, token = credentials.tokens.page_without_instagram,
    tasks = { "ANALYZE", "MODERATE", "CREATE_CONTENT" }, fans = 12,
  },
}

--- @tparam string id
-- @treturn ?table
function M.find(id)
  for _, page in ipairs(M.all) do
    if page.id == id then return page end
  end
  return nil
end

M.fields = {
  id = function(page) return page.id end,
  name = function(page) return page.name end,
  access_token = function(page) return page.token end,
  category = function(page) return page.category[2] end,
  category_list = function(page)
    return { json.object("id", page.category[1], "name", page.category[2]) }
  end,
  tasks = function(page) return page.tasks end,
  username = function(page) return page.username end,
  link = function(page) return "https://www.facebook.com/" .. (page.username or page.id) end,
  fan_count = function(page) return page.fans end,
  has_whatsapp_number = function() return false end,
  business = function(page)
    return page.instagram and json.object("id", "506644732715133", "name", "Metricsaurus Inc.") or nil
  end,
}

return M
