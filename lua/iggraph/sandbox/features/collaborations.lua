--- Media made together with others: invitations, collaborators, partners and the products that are tagged.
-- https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/collaboration_invites
-- https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/product_tags
--
-- Every account is invited to the first media of another one. Every fourth medium has collaborators, every fifth a
-- product tag, and ads.
-- @module iggraph.sandbox.features.collaborations
local changes = require "iggraph.sandbox.changes"
local errors = require "iggraph.sandbox.errors"
local ids = require "iggraph.sandbox.nodes.ids"
local ig_user = require "iggraph.sandbox.nodes.ig_user"
local json = require "iggraph.sandbox.json"
local media = require "iggraph.sandbox.nodes.media"
local paging = require "iggraph.sandbox.paging"
local parameters = require "iggraph.sandbox.parameters"
local part = require "iggraph.sandbox.nodes.part"
local samples = require "iggraph.sandbox.nodes.samples"
local view = require "iggraph.sandbox.nodes.view"

local M = {}

local function success() return json.object("success", true) end

-- --- invitations ---------------------------------------------------------------------------------

local INVITES = 3

-- What became of an invitation: "invite:<account>" of the medium.
local function answer_key(account) return "invite:" .. account.id end

--- The media that an account was invited to, whose invitation is in that state: nil, true or false.
local function invited(account, context, state)
  local inviter, list = ig_user.with_media((account.count + 1) % 1000 + 3), {}
  for index = 1, INVITES do
    local medium = media.at(inviter, index)
    if changes.get(context, medium.id, answer_key(account)) == state then list[#list + 1] = medium end
  end
  return list
end

local invite = {
  name = "ShadowIGUserCollaborationInvites", instagram = true,
  default = { "media_id", "media_owner_username", "caption", "media_url" },
  fields = {
    id = function() return nil end,
    media_id = function(medium) return medium.id end,
    media_owner_username = function(medium) return medium.account.username end,
    caption = function(medium) return media.fields.caption(medium) end,
    media_url = function(medium) return media.fields.media_url(medium) end,
  },
}

local collaborative = view(media, "caption comments_count id like_count media_product_type media_type media_url "
  .. "permalink reposts_count saved_count shares_count thumbnail_url timestamp total_comments_count total_like_count "
  .. "total_views_count username")

local function answer_invite(situation, account)
  local call, context = situation.call, situation.context
  local accept = parameters.boolean(call, "accept")
  for _, medium in ipairs(invited(account, context)) do
    if medium.id == call.params.media_id then
      changes.set(context, medium.id, answer_key(account), accept)
      return success()
    end
  end
  errors.bad_parameter("media_id", "must be the id of a media that the account is invited to")
end

-- --- what a medium says about it -----------------------------------------------------------------

local collaborator = part("ShadowIGMediaCollaborators", "id username invite_status")

local STATUSES = { "Accepted", "Pending" }

local function collaborators_of(medium)
  local list = {}
  for index = 1, medium.index % 4 == 0 and not medium.part and #STATUSES or 0 do
    local name = samples.commenters[(medium.index + index) % #samples.commenters + 1]
    list[index] = {
      id = ids.numbered("named_account", 480000000000 + medium.index % 100000 * 10 + index), username = name,
      invite_status = STATUSES[index],
    }
  end
  return paging.list(list)
end

local ad = part("IGBoostMediaAd", "ad_id ad_status")

local function ads_of(medium)
  if medium.index % 5 ~= 0 then return paging.list {} end
  return paging.list { { ad_id = ("1202%012d"):format(medium.index), ad_status = "ACTIVE" } }
end

-- --- products ------------------------------------------------------------------------------------

local tag = part("ShadowIGMediaProductTags", "product_id merchant_id name price_string image_url review_status "
  .. "is_checkout stripped_price_string stripped_sale_price_string x y")
tag.fields.product_id = function(node) return json.integer(node.product_id) end
tag.fields.merchant_id = function() return json.integer "90010177253934251" end -- beyond 2^53, as it can be

local MOST_TAGS = 5

local function tag_key(medium, child_index) return "product_tags:" .. medium.id .. ":" .. (child_index or "") end

local function make_tag(position)
  return {
    product_id = position.product_id, name = "Amber Necklace", price_string = "$35.00",
    image_url = "https://scontent-iad3-2.cdninstagram.com/v/product/" .. position.product_id .. ".jpg",
    review_status = "approved", is_checkout = false, stripped_price_string = "$35",
    stripped_sale_price_string = "$30", x = position.x, y = position.y,
  }
end

--- The tags that were set: those of a child stand by its number in the album.
local function stored_tags(medium, context)
  local album = medium.part and (medium.parent or media.at(medium.account, medium.index)) or medium
  if not changes.get(context, album.id, "product_tags") then return nil end
  return context.store.take(tag_key(album, medium.part and medium.part - 1))
end

local function tags_of(medium, context)
  local stored = stored_tags(medium, context)
  local tags = stored or medium.index % 5 == 0 and not medium.part
    and { { product_id = "3231775643511" .. ("%03d"):format(medium.index % 1000), x = 0.5, y = 0.80000001192093 } }
    or {}
  local list = {}
  for index, position in ipairs(tags) do list[index] = make_tag(position) end
  return paging.list(list)
end

local function is_share(value) return value == nil or type(value) == "number" and value >= 0 and value <= 1 end

--- One of `updated_tags`. Its product_id may be a number of more digits than a double carries, so the text is asked.
local function read_tag(value, digits)
  if type(value) ~= "table" or not digits or not is_share(value.x) or not is_share(value.y) then
    errors.bad_parameter("updated_tags", "must be an array of {product_id, x, y}, x and y from 0.0 to 1.0")
  end
  return { product_id = digits, x = value.x, y = value.y }
end

local function set_tags(situation, medium)
  local call, context = situation.call, situation.context
  local tags, digits = parameters.json(call, "updated_tags"), {}
  for found in call.params.updated_tags:gmatch('"product_id"%s*:%s*"?(%d+)') do digits[#digits + 1] = found end
  if #tags > MOST_TAGS then errors.bad_parameter("updated_tags", "must have no more than 5 items") end
  for index, value in ipairs(tags) do tags[index] = read_tag(value, digits[index]) end
  local child = call.params.child_index
  if child and not child:find("^%d+$") then errors.bad_parameter("child_index", "must be an integer") end
  changes.set(context, medium.id, "product_tags", true)
  context.store.put(tag_key(medium, child), tags)
  return success()
end

-- --- partners ------------------------------------------------------------------------------------

local sponsor = part("BrandedContentShadowIGUserID", "id")

local function sponsor_of(medium, context)
  local id = changes.get(context, medium.id, "sponsor")
  return paging.list(id and { { id = id } } or {})
end

local function set_sponsor(situation, medium)
  local id, context = situation.call.params.sponsor_id, situation.context
  if not id:find("^%d+$") then errors.bad_parameter("sponsor_id", "must be an integer") end
  local permitted = parameters.boolean(situation.call, "permission")
  changes.set(context, medium.id, "sponsor", permitted and id or nil)
  return json.object("id", id)
end

function M.extend(graph)
  local account = graph.types.ig_user
  for name, node_type in pairs {
    invite = invite, collaborative = collaborative, collaborator = collaborator, ad = ad, tag = tag, sponsor = sponsor,
  } do graph.add_type(name, node_type) end
  account.edges.collaboration_invites = {
    type = invite, list = function(node, context) return paging.list(invited(node, context)) end,
  }
  account.edges.collaborative_media = {
    type = collaborative, list = function(node, context) return paging.list(invited(node, context, true)) end,
  }
  account.writes.POST.collaboration_invites = { required = { "media_id", "accept" }, run = answer_invite }
  media.edges.collaborators = { type = collaborator, list = collaborators_of }
  media.edges.boost_ads_list = { type = ad, list = ads_of }
  media.edges.product_tags = { type = tag, list = tags_of }
  media.edges.branded_content_partner_promote = { type = sponsor, list = sponsor_of }
  media.writes.POST.product_tags = { required = { "updated_tags" }, run = set_tags }
  media.writes.POST.branded_content_partner_promote = { required = { "permission", "sponsor_id" }, run = set_sponsor }
  media.writes.POST.partnership_ad_code = { run = success }
  media.writes.DELETE.partnership_ad_code = { run = success }
end

return M
