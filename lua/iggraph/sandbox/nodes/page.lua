--- Facebook Pages: the guide's, one without an Instagram account, those of businesses, and many more of one person.
-- @module iggraph.sandbox.nodes.page
local credentials = require "iggraph.sandbox.credentials"
local ids = require "iggraph.sandbox.nodes.ids"
local json = require "iggraph.sandbox.json"

local M = {
  name = "Page", default = { "name", "id" },
  --- How many Pages the person with many has.
  MANY = 120,
}

local ALL_TASKS = { "ANALYZE", "ADVERTISE", "MODERATE", "CREATE_CONTENT", "MANAGE" }
local SOME_TASKS = { "ANALYZE", "MODERATE", "CREATE_CONTENT" }
local NEW_TASKS = { "PROFILE_PLUS_CREATE_CONTENT", "PROFILE_PLUS_MODERATE", "PROFILE_PLUS_ANALYZE" } -- of new Pages

--- All Pages, in the order of /me/accounts. `instagram` is a professional account, `connected` (if it is another) a
-- personal one, `token` the Page's fixed token.
M.all = {
  {
    id = "134895793791914", name = "Metricsaurus", username = "metricsaurus",
    category = { "2301", "App Page" }, token = credentials.tokens.page,
    tasks = ALL_TASKS, instagram = "17841405822304914", fans = 48213,
  },
  {
    id = "134895793791915", name = "Bottle Garden",
    category = { "2253", "Garden Center" }, token = credentials.tokens.page_without_instagram,
    tasks = SOME_TASKS, fans = 12,
  },
}

--- Pages that only a business leads to.
M.of_business = {
  store = {
    id = "134895793791916", name = "Dino Store", category = { "2500", "Local Business" },
    tasks = ALL_TASKS, instagram = ids.make_account(24), fans = 830,
  },
  cafe = {
    id = "134895793791917", name = "Cretaceous Caf\195\169", category = { "1900", "Restaurant" },
    tasks = NEW_TASKS, connected = "17841499999999917", fans = 97,
  },
  ferns = {
    id = "134895793791918", name = "Fern Society", category = { "2260", "Community" }, tasks = SOME_TASKS, fans = 3,
  },
}

local MANY_ID = "134900000000%03d"

--- A Page of the person with many; every third has no Instagram account.
-- @tparam number position from 1 to `MANY`
-- @treturn table
function M.one_of_many(position)
  return {
    id = MANY_ID:format(position), name = "Page " .. position, category = { "2301", "App Page" },
    tasks = ALL_TASKS, instagram = position % 3 ~= 0 and ids.make_account(position) or nil, fans = position,
  }
end

--- @tparam string id
-- @treturn ?table
function M.find(id)
  for _, page in ipairs(M.all) do
    if page.id == id then return page end
  end
  local position = tonumber(id:match("^134900000000(%d%d%d)$"))
  return position and position >= 1 and position <= M.MANY and M.one_of_many(position) or nil
end

M.fields = {
  id = function(page) return page.id end,
  name = function(page) return page.name end,
  category = function(page) return page.category[2] end,
  category_list = function(page)
    return { json.object("id", page.category[1], "name", page.category[2]) }
  end,
  tasks = function(page) return page.tasks end,
  username = function(page) return page.username end,
  link = function(page) return "https://www.facebook.com/" .. (page.username or page.id) end,
  fan_count = function(page) return page.fans end,
  has_whatsapp_number = function() return false end,
}

return M
