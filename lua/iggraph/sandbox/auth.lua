--- Checks token, proof and permissions as strictly as the Graph does.
-- @module iggraph.sandbox.auth
local credentials = require "iggraph.sandbox.credentials"
local errors = require "iggraph.sandbox.errors"
local hmac = require "iggraph.sandbox.hmac"
local tokens = require "iggraph.sandbox.tokens"

local M = {}

local PROOF_LIFE = 300 -- seconds, of a proof with a time in it

--- Whether a proof was made of the token, and of `appsecret_time` if that is sent along.
-- https://developers.facebook.com/docs/graph-api/guides/secure-requests
local function is_proof(proof, call)
  local moment = call.params.appsecret_time
  if moment and math.abs(call.now - (tonumber(moment) or 0)) > PROOF_LIFE then return false end
  return proof == hmac.sha256(credentials.app_secret, moment and call.token .. "|" .. moment or call.token)
end

local function check_proof(grant, call)
  local proof = call.params.appsecret_proof
  if not proof and grant.needs_proof then errors.no_proof() end
  if proof and not is_proof(proof, call) then errors.wrong_proof() end
end

--- Who is calling; raises the Graph's error for a token or proof that will not do.
-- @tparam table call from `request.parse`
-- @tparam table store
-- @treturn table from `tokens.find`
function M.grant(call, store)
  if not call.token or call.token == "" then
    if call.id == "me" then errors.no_token_for_me() end
    errors.no_token()
  end
  local grant = tokens.find(call.token, store) or errors.unreadable_token()
  local failure = tokens.failure(grant, call.now)
  if failure then error(failure, 0) end
  check_proof(grant, call)
  if call.id == "me" and not grant.me then errors.no_token_for_me() end
  return grant
end

-- What an edge, or a field of that name, asks for: for all methods or for some.
-- https://developers.facebook.com/docs/permissions
local EDGES = {
  accounts = "pages_show_list",
  businesses = "business_management", owned_pages = "business_management", client_pages = "business_management",
  comments = "instagram_manage_comments", replies = "instagram_manage_comments",
  mentions = "instagram_manage_comments", mentioned_media = "instagram_manage_comments",
  mentioned_comment = "instagram_manage_comments",
  insights = "instagram_manage_insights",
  media = { POST = "instagram_content_publish" }, media_publish = "instagram_content_publish",
  mediapublish = "instagram_content_publish", content_publishing_limit = "instagram_content_publish",
  conversations = "instagram_manage_messages", messages = "instagram_manage_messages",
  messenger_profile = "instagram_manage_messages", message_attachments = "instagram_manage_messages",
  likes = "instagram_manage_engagement",
  available_catalogs = "instagram_shopping_tag_products", catalog_product_search = "instagram_shopping_tag_products",
  product_appeal = "instagram_shopping_tag_products", product_tags = "instagram_shopping_tag_products",
}

-- What writing to a node itself asks for, by the name of its type.
local NODES = {
  IGMedia = { POST = "instagram_manage_comments", DELETE = "instagram_manage_contents" },
  IGComment = { POST = "instagram_manage_comments", DELETE = "instagram_manage_comments" },
}

-- What Instagram Login does not lead to.
local FACEBOOK_ONLY = { User = true, Page = true, Business = true }

--- Raises the Graph's error where a token lacks a permission.
-- @tparam table grant
-- @tparam ?string scope nil asks for none
function M.require(grant, scope)
  if not scope or tokens.allows(grant, scope) then return end
  if scope:find("^instagram_") then errors.permission() end
  errors.raise { status = 403, code = 200, class = "insufficient_scope",
    message = ("(#200) Requires %s permission to manage the object"):format(scope) }
end

--- The same for reading any node of a type.
-- @tparam table grant
-- @tparam table node_type
function M.check_type(grant, node_type)
  if node_type.instagram then M.require(grant, "instagram_basic") end
end

--- The same for an edge, or a field of the edge's name.
-- @tparam table grant
-- @tparam string method
-- @tparam string edge
function M.check_edge(grant, method, edge)
  local scope = EDGES[edge]
  M.require(grant, type(scope) == "table" and scope[method] or type(scope) == "string" and scope or nil)
end

--- The same for a call to a node or to an edge of it.
-- @tparam table grant
-- @tparam table node_type
-- @tparam table call
-- @tparam ?string edge
function M.check(grant, node_type, call, edge)
  if grant.instagram and FACEBOOK_ONLY[node_type.name] then errors.unknown_object(call.method:lower(), call.id) end
  M.check_type(grant, node_type)
  if edge then return M.check_edge(grant, call.method, edge) end
  M.require(grant, (NODES[node_type.name] or {})[call.method])
end

return M
