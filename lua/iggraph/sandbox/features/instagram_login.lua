--- Instagram Login: the dialog, tokens and their renewal, and the account that /me is then.
-- https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
--
-- Of the two shapes that tokens for codes come in, `sandbox_shape=documented` at the dialog chooses the documented one.
-- @module iggraph.sandbox.features.instagram_login
local credentials = require "iggraph.sandbox.credentials"
local errors = require "iggraph.sandbox.errors"
local ids = require "iggraph.sandbox.nodes.ids"
local json = require "iggraph.sandbox.json"
local oauth = require "iggraph.sandbox.oauth"
local tokens = require "iggraph.sandbox.tokens"

local M = {}

local CODE_LIFE, YOUNGEST = 3600, 86400 -- seconds; a token is refreshed when it is a day old at least

-- --- the dialog ----------------------------------------------------------------------------------

local function answer_dialog(situation, login)
  login.instagram, login.shape = true, situation.call.params.sandbox_shape
  return { { "code", oauth.code(situation, login, CODE_LIFE) } }
end

local FLOW = {
  scopes = credentials.scopes.instagram, always = "instagram_business_basic", user = "17841405822304914",
  ending = "#_", answer = answer_dialog,
}

local function dialog(situation) return oauth.dialog(situation, FLOW) end

-- --- tokens --------------------------------------------------------------------------------------

local function issue(situation, row, lifetime)
  return tokens.issue({
    type = "USER", me = row.user, user = row.user, scopes = row.scopes, instagram = true,
    long = lifetime == tokens.LONG,
  }, situation.call.now, lifetime, situation.store)
end

local NOT_FOUND = "Matching code was not found or was already used"

-- What `oauth.wrong_credential` and `oauth.redeem` say, in the words of api.instagram.com.
local REFUSALS = {
  client_id = "Invalid platform app", client_secret = "Error validating client secret",
  missing = "Missing required field code", unknown = NOT_FOUND, used = "This authorization code has been used",
  expired = NOT_FOUND,
  redirect_uri = "Error validating verification code. Please make sure your redirect_uri is identical to the one you "
    .. "used in the OAuth dialog request",
}

--- The errors of this host have a shape of their own.
local function refuse(reason)
  return {
    status = 400,
    body = json.encode(json.object("error_type", "OAuthException", "code", 400, "error_message", REFUSALS[reason])),
  }
end

local SHAPES = {
  documented = function(token, login)
    return json.object("data", { json.object("access_token", token, "user_id", login.user,
      "permissions", table.concat(login.scopes, ",")) })
  end,
  recorded = function(token, login)
    return json.object("access_token", token, "user_id", json.integer(login.user), "permissions", login.scopes)
  end,
}

--- POST /oauth/access_token of api.instagram.com.
-- @tparam table situation
-- @treturn table a JSON value or an answer
function M.exchange_code(situation)
  local wrong = oauth.wrong_credential(situation.call.params)
  if wrong then return refuse(wrong) end
  local login, reason = oauth.redeem(situation)
  if not login or not login.instagram then return refuse(reason or "unknown") end
  local shape = SHAPES[login.shape] or SHAPES.recorded
  return shape(issue(situation, login, tokens.SHORT_INSTAGRAM), login)
end

local function check_grant_type(situation, wanted)
  if situation.call.params.grant_type == wanted then return end
  errors.raise { type = "IGApiException", message = "Unsupported request - method type: get" }
end

local function check_token(grant, is_right)
  if grant.instagram and is_right then return end
  errors.raise { code = 452, class = "invalid_token", message = "Session key invalid. This could be because the "
    .. "session key has an incorrect format, or because the user has revoked this session" }
end

local function exchange(situation)
  local grant = situation.context.grant
  check_grant_type(situation, "ig_exchange_token")
  if situation.call.params.client_secret ~= credentials.app_secret then
    errors.raise { code = 1, message = "Error validating client secret." }
  end
  check_token(grant, not grant.long)
  return json.object("access_token", issue(situation, grant, tokens.LONG), "token_type", "bearer",
    "expires_in", tokens.LONG)
end

local function refresh(situation)
  local grant, now = situation.context.grant, situation.call.now
  check_grant_type(situation, "ig_refresh_token")
  check_token(grant, grant.long)
  if now - (grant.issued_at or 0) < YOUNGEST then
    errors.raise { type = "IGApiException", message = "The access token must be at least 24 hours old to be refreshed" }
  end
  return json.object("access_token", issue(situation, grant, tokens.LONG), "token_type", "bearer",
    "expires_in", tokens.LONG, "permissions", table.concat(grant.scopes, ","))
end

-- --- the account ---------------------------------------------------------------------------------

local ALL_ACCOUNTS = "178" -- what the ids of accounts begin with

--- With such a token an account's `id` is one of the app's own: `user_id` is what webhooks call it.
local function scoped_id(account) return ids.join("scoped_account", account.id:sub(#ALL_ACCOUNTS + 1)) end

--- A field that only tokens of Instagram Login see.
local function only_here(type_name, name, get)
  return function(_, context)
    if not context.grant.instagram then errors.unknown_field(name, type_name) end
    return get
  end
end

local function id_field(_, context)
  local own = context.grant.instagram and context.grant.me
  return function(account) return account.id == own and scoped_id(account) or account.id end
end

function M.extend(graph)
  local ig_user = graph.types.ig_user
  graph.add_finder(ig_user, function(id, context)
    local rest = context.grant.instagram and ids.rest("scoped_account", id)
    return rest and ALL_ACCOUNTS .. rest == context.grant.me and ig_user.find(context.grant.me) or nil
  end)
  ig_user.parametric.id = id_field
  ig_user.parametric.user_id = only_here(ig_user.name, "user_id", function(account)
    return json.integer(account.id)
  end)
  ig_user.parametric.account_type = only_here(ig_user.name, "account_type", function(account)
    return account.count % 2 == 0 and "Business" or "Media_Creator"
  end)
end

M.roots = {
  ["oauth/authorize"] = { open = true, GET = dialog },
  ["access_token"] = { GET = exchange },
  ["refresh_access_token"] = { GET = refresh },
}

return M
