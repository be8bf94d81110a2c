--- From a person to Instagram accounts: Pages, businesses and theirs, and the accounts that a Page can have.
-- https://developers.facebook.com/docs/graph-api/reference/page
-- @module iggraph.sandbox.features.accounts
local errors = require "iggraph.sandbox.errors"
local ids = require "iggraph.sandbox.nodes.ids"
local ig_user = require "iggraph.sandbox.nodes.ig_user"
local json = require "iggraph.sandbox.json"
local page = require "iggraph.sandbox.nodes.page"
local paging = require "iggraph.sandbox.paging"
local tokens = require "iggraph.sandbox.tokens"

local M = {}

local success = json.object("success", true)

-- What leads to most Pages of a business leads to no token of theirs: they are not in /me/accounts.
local BUSINESSES = {
  {
    id = "506644732715133", name = "Metricsaurus Inc.",
    owned = { page.all[1], page.of_business.store }, clients = { page.of_business.cafe },
  },
  { id = "506644732715134", name = "Garden Friends", owned = { page.all[2], page.of_business.ferns }, clients = {} },
}

local business = {
  name = "Business", default = { "id", "name" },
  fields = {
    id = function(node) return node.id end,
    name = function(node) return node.name end,
  },
  edges = {
    owned_pages = { type = page, list = function(node) return paging.list(node.owned) end },
    client_pages = { type = page, list = function(node) return paging.list(node.clients) end },
  },
}

-- Businesses, and Pages that only they lead to, by id; and by the id of a Page whose it is.
local businesses, pages, owners = {}, {}, {}
for _, node in ipairs(BUSINESSES) do
  businesses[node.id] = node
  for _, owned in ipairs(node.owned) do owners[owned.id] = json.object("id", node.id, "name", node.name) end
end
for _, node in pairs(page.of_business) do pages[node.id] = node end

--- A finder of what only a business leads to.
local function finder(nodes)
  return function(id, context)
    return nodes[id] and tokens.allows(context.grant, "business_management") and nodes[id] or nil
  end
end

-- --- Instagram accounts of a Page ----------------------------------------------------------------

-- A personal account: a Page can be connected to one, and the API gives no more than this.
local function personal_account(id)
  return { id = id, count = 0, username = "cafe.owner", name = "Camille", followers = 118, follows = 240 }
end

local function instagram_of(node) return node.instagram and ig_user.find(node.instagram) end

local function connected_to(node)
  return node.connected and personal_account(node.connected) or instagram_of(node)
end

-- A page-backed account is a shadow of a Page without one; what it is called tells the Page.
local PAGE_ID = "134"

local function backed_by(node, context)
  if not context.store.get("page_backed:" .. node.id) then return nil end
  return {
    id = ids.join("backed_account", node.id:sub(#PAGE_ID + 1)), count = 0, followers = 0, follows = 0,
    username = "page_" .. node.id, name = node.name,
  }
end

local function find_backed(id, context)
  local rest = ids.rest("backed_account", id)
  return rest and backed_by({ id = PAGE_ID .. rest, name = "" }, context)
end

local function back(situation, node)
  situation.store.set("page_backed:" .. node.id, true)
  return json.object("id", backed_by(node, situation.context).id)
end

local function accounts_by(get)
  return { type = ig_user, list = function(node, context) return paging.list { get(node, context) } end }
end

-- --- agencies of a Page --------------------------------------------------------------------------

local function agencies_of(node, store) return store.take("agencies:" .. node.id) or {} end

local function business_of(call)
  return businesses[call.params.business] or errors.bad_parameter("business", "must be a valid business ID")
end

--- The ids of a Page's agencies, without one; that is given as the second value.
local function without_agency(situation, node)
  local wanted, kept = business_of(situation.call), {}
  for _, id in ipairs(agencies_of(node, situation.store)) do
    if id ~= wanted.id then kept[#kept + 1] = id end
  end
  return kept, wanted
end

local function keep_agencies(situation, node, agencies)
  situation.store.put("agencies:" .. node.id, agencies)
  return success
end

local function add_agency(situation, node)
  local agencies, added = without_agency(situation, node)
  agencies[#agencies + 1] = added.id
  return keep_agencies(situation, node, agencies)
end

local function remove_agency(situation, node)
  return keep_agencies(situation, node, (without_agency(situation, node)))
end

local function list_agencies(node, context)
  local nodes = {}
  for index, id in ipairs(agencies_of(node, context.store)) do nodes[index] = businesses[id] end
  return paging.list(nodes)
end

-- --- tokens of Pages -----------------------------------------------------------------------------

--- A Page's token: with a fixed token of a User the fixed one, else one made of the User's.
local function token_of(_, context)
  local grant, token = context.grant, context.token
  if grant.type == "USER" then
    return function(node) return not grant.number and node.token or tokens.of_page(node.id, token) end
  end
  return function(node) return node.id == grant.me and token or nil end
end

function M.extend(graph)
  local user = graph.types.user
  graph.add_type("business", business)
  graph.add_finder(business, finder(businesses))
  graph.add_finder(page, finder(pages))
  graph.add_finder(ig_user, find_backed)
  user.edges.accounts = {
    type = page, default = { "access_token", "category", "category_list", "name", "id", "tasks" },
    list = function(node) return { count = node.page_count, at = node.page_at } end,
  }
  user.edges.businesses = {
    type = business, list = function(node) return paging.list(node.businesses and BUSINESSES or {}) end,
  }
  page.fields.business = function(node) return owners[node.id] end
  page.parametric.access_token = token_of
  page.links.instagram_business_account = { type = ig_user, get = instagram_of }
  page.links.connected_instagram_account = { type = ig_user, get = connected_to }
  page.links.connected_page_backed_instagram_account = { type = ig_user, get = backed_by }
  page.edges.instagram_accounts = accounts_by(instagram_of)
  page.edges.page_backed_instagram_accounts = accounts_by(backed_by)
  page.writes.POST.page_backed_instagram_accounts = { run = back }
  page.edges.agencies = { type = business, list = list_agencies }
  page.writes.POST.agencies = { required = { "business" }, run = add_agency }
  page.writes.DELETE.agencies = { required = { "business" }, run = remove_agency }
end

return M
