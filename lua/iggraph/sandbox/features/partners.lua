--- The edges of an account that advertisers, shops and partners use.
--
-- What they answer is fixed, except for the approvals of branded content, which stay. Fields are those of the Graph's
-- own description; most of these edges have no other documentation.
-- https://developers.facebook.com/docs/instagram-platform/shopping-api
-- https://developers.facebook.com/docs/instagram-platform/branded-content
-- @module iggraph.sandbox.features.partners
local ids = require "iggraph.sandbox.nodes.ids"
local json = require "iggraph.sandbox.json"
local media = require "iggraph.sandbox.nodes.media"
local paging = require "iggraph.sandbox.paging"
local parameters = require "iggraph.sandbox.parameters"
local part = require "iggraph.sandbox.nodes.part"

local M = {}

local AD_ACCOUNT, CATALOG, PIXEL = "act_1016054328472011", "960179311066902", "1408236540113355"
-- Numbers in JSON; the merchant's is too large for a double.
local MERCHANT, PRODUCT = json.integer "90010177253934179", json.integer "3231775643511089"

local function success() return json.object("success", true) end

local function image(name) return "https://scontent-iad3-2.cdninstagram.com/v/t51.2885-15/" .. name .. "_n.jpg" end

local function threads_user() return { { id = "26101234567890123" } } end

--- The account's newest medium, as those see it who may advertise with it.
local function advertisable(account)
  if account.count == 0 then return {} end
  local newest = media.at(account, 1)
  return { {
    id = newest.id, owner_id = account.id, permalink = media.fields.permalink(newest), eligibility_errors = {},
    has_permission_for_partnership_ad = true, recommended_campaign_objectives = { "OUTCOME_ENGAGEMENT" },
  } }
end

local PRODUCTS = {
  {
    product_id = PRODUCT, merchant_id = MERCHANT, product_name = "Amber Mosquito", image_url = image "amber",
    retailer_id = "amber-65m", review_status = "approved", is_checkout_flow = true,
    product_variants = { json.object("product_id", json.integer "5209223099160494", "variant_name", "Small") },
  },
  {
    product_id = json.integer "3231775643511090", merchant_id = MERCHANT, product_name = "Fossil Mug",
    image_url = image "mug", retailer_id = "mug-1", review_status = "approved", is_checkout_flow = true,
    product_variants = {},
  },
}

local function search_products(_, _, params)
  local wanted, found = (params.q or ""):lower(), {}
  for _, product in ipairs(PRODUCTS) do
    if product.product_name:lower():find(wanted, 1, true) then found[#found + 1] = product end
  end
  return params.catalog_id == CATALOG and found or {}
end

local function appeal(_, _, params)
  return { {
    product_id = json.integer(params.product_id:match "^%d+$" or "0"), product_appeal_status = "NOT_APPEALED",
    review_status = "approved", eligible_for_appeal = false, rejection_reasons = {},
  } }
end

-- --- branded content: who may tag the account ----------------------------------------------------

local function approval(account, user) return "tag_approval:" .. account.id .. ":" .. user end

-- Their digits and not what JSON makes of them: numbers may be too large for a double.
local function each_user(params) return params.user_ids:gmatch "%d+" end

local function approved(account, context, params)
  local users = {}
  for user in each_user(params) do
    if context.store.get(approval(account, user)) then users[#users + 1] = { id = user } end
  end
  return users
end

local function approve(value)
  return function(situation, account)
    for user in each_user(situation.call.params) do
      situation.store.set(approval(account, user), value)
    end
    return success()
  end
end

-- --- the edges -----------------------------------------------------------------------------------

local function creators(_, _, params)
  local asked, found = parameters.list({ params = params }, "usernames") or { params.username or params.query }, {}
  for index, name in ipairs(#asked > 0 and asked or { "ada.lens", "rosa_luz" }) do
    found[index] = { id = ids.numbered("named_account", 490000000000 + index), username = name }
  end
  return found
end

-- GET: the edge, the type of its items, their fields in order, the items or a function (account, context, params) to
-- them, required parameters.
local READS = {
  { "agencies", "Business", "id name", { { id = "506644732715177", name = "Sauropod Media" } } },
  { "authorized_adaccounts", "AdAccount", "id account_id", { { id = AD_ACCOUNT, account_id = AD_ACCOUNT:sub(5) } },
    { "business" } },
  { "available_catalogs", "UserAvailableCatalogs", "catalog_id catalog_name shop_name product_count",
    { { catalog_id = CATALOG, catalog_name = "Museum", shop_name = "Museum Shop", product_count = #PRODUCTS } } },
  { "branded_content_ad_permissions", "IGBCAdsPermission", "id permission_type status",
    { { id = ids.numbered("permission", 1), permission_type = "ACCOUNT_LEVEL", status = "APPROVED" } } },
  { "branded_content_advertisable_medias", "BrandedContentShadowIGMediaID", "id owner_id permalink eligibility_errors "
    .. "has_permission_for_partnership_ad linked_products product_suggestions recommended_campaign_objectives",
    advertisable },
  { "branded_content_tag_approval", "BrandedContentShadowIGUserID", "id", approved, { "user_ids" } },
  { "catalog_product_search", "ShadowIGUserCatalogProductSearch", "product_id merchant_id product_name image_url "
    .. "retailer_id review_status is_checkout_flow product_variants", search_products, { "catalog_id" } },
  { "connected_threads_user", "ThreadsUser", "id", threads_user },
  { "creator_marketplace_creators", "IGUserExportForCAM", "id username", creators },
  { "dataset", "Dataset", "id name", { { id = PIXEL, name = "Metricsaurus events" } } },
  { "instagram_backed_threads_user", "ThreadsUser", "id", threads_user },
  { "product_appeal", "IGShoppingProductAppeal", "product_id product_appeal_status review_status eligible_for_appeal "
    .. "rejection_reasons", appeal, { "product_id" } },
  { "scheduled_media", "ShadowIGScheduledMedia", "caption id media_type media_url publish_timestamp thumbnail_url", {
    { id = ids.numbered("scheduled", 1), caption = "Soon: the big one.", media_type = "IMAGE", media_url = image "soon",
      publish_timestamp = 1798761600 },
  } },
}

local function giving(id)
  return function() return json.object("id", id) end
end

-- Method, edge, what it does, required parameters.
local WRITES = {
  { "POST", "authorized_adaccounts", success, { "account_id", "business" } },
  { "POST", "branded_content_ad_permissions", giving(ids.numbered("permission", 2)) },
  { "POST", "branded_content_tag_approval", approve(true), { "user_ids" } },
  { "DELETE", "branded_content_tag_approval", approve(nil), { "user_ids" } },
  { "POST", "dataset", giving(PIXEL) },
  { "POST", "instagram_backed_threads_user", giving(threads_user()[1].id) },
  { "POST", "product_appeal", success, { "appeal_reason", "product_id" } },
}

local function list_of(items, required)
  return function(account, context, params)
    parameters.require({ params = params }, required or {})
    return paging.list(type(items) == "function" and items(account, context, params) or items, "none")
  end
end

function M.extend(graph)
  local account = graph.types.ig_user
  for _, row in ipairs(READS) do
    local edge, name, field_names, items, required = row[1], row[2], row[3], row[4], row[5]
    account.edges[edge] = { type = graph.add_type(edge, part(name, field_names)), list = list_of(items, required) }
  end
  for _, row in ipairs(WRITES) do
    account.writes[row[1]][row[2]] = { run = row[3], required = row[4] }
  end
end

return M
