--- Facebook Login: the dialog, tokens for codes and for other tokens, what a token is, and its permissions.
-- https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow
-- @module iggraph.sandbox.features.login
local credentials = require "iggraph.sandbox.credentials"
local errors = require "iggraph.sandbox.errors"
local instagram_login = require "iggraph.sandbox.features.instagram_login"
local json = require "iggraph.sandbox.json"
local oauth = require "iggraph.sandbox.oauth"
local opaque = require "iggraph.sandbox.opaque"
local tokens = require "iggraph.sandbox.tokens"

local M = {}

local CODE_LIFE = 600 -- seconds

-- --- the dialog ----------------------------------------------------------------------------------

local function issue(situation, login, lifetime)
  return tokens.issue({
    type = "USER", me = login.user, user = login.user, scopes = login.scopes, long = lifetime == tokens.LONG,
  }, situation.call.now, lifetime, situation.store)
end

local function code_member(situation, login)
  return { { "code", oauth.code(situation, login, CODE_LIFE) } }
end

local function token_members(situation, login)
  return {
    { "access_token", issue(situation, login, tokens.SHORT) },
    { "data_access_expiration_time", situation.call.now + tokens.DATA_ACCESS }, { "expires_in", tokens.SHORT },
    { "long_lived_token", issue(situation, login, tokens.LONG) },
  }
end

local function granted_member(situation, login)
  local granted = {}
  for _, scope in ipairs(login.scopes) do granted[scope] = true end
  local denied = {}
  for _, scope in ipairs(oauth.names(situation.call.params.scope)) do
    if not granted[scope] then denied[#denied + 1] = scope end
  end
  return {
    { "granted_scopes", table.concat(login.scopes, ",") }, { "denied_scopes", table.concat(denied, ",") },
  }
end

local MEMBERS = { code = code_member, token = token_members, granted_scopes = granted_member }

--- What is asked for by `response_type`, in the fragment unless it is a code alone.
local function answer_dialog(situation, login)
  local members, in_fragment = {}, false
  for _, kind in ipairs(oauth.names(situation.call.params.response_type or "code")) do
    local make = MEMBERS[kind] or errors.bad_parameter("response_type", "must be code, token or granted_scopes")
    for _, member in ipairs(make(situation, login)) do members[#members + 1] = member end
    in_fragment = in_fragment or kind ~= "code"
  end
  return members, in_fragment
end

local FLOW = {
  scopes = credentials.scopes.facebook, always = "public_profile", user = credentials.person, denial_code = 200,
  answer = answer_dialog,
}

local function dialog(situation) return oauth.dialog(situation, FLOW) end

-- --- tokens --------------------------------------------------------------------------------------

-- What `oauth.wrong_credential` and `oauth.redeem` say, as the Graph says it: code, subcode, message.
local REFUSALS = {
  client_id = { 101, nil, "Error validating application. Cannot get application info due to a system error." },
  client_secret = { 1, nil, "Error validating client secret." },
  missing = { 1, nil, "Missing authorization code" },
  unknown = { 100, nil, "Invalid verification code format." },
  redirect_uri = { 100, 36008, "Error validating verification code. Please make sure your redirect_uri is identical "
    .. "to the one you used in the OAuth dialog request" },
  expired = { 100, 36007, "This authorization code has expired." },
  used = { 100, 36009, "This authorization code has been used." },
}

local function refuse(reason)
  local row = REFUSALS[reason]
  errors.raise { code = row[1], subcode = row[2], message = row[3],
    class = row[1] == 100 and "invalid_code" or "invalid_request" }
end

local function check_app(params)
  local wrong = oauth.wrong_credential(params)
  if wrong then refuse(wrong) end
end

local function token_answer(token, lifetime)
  return json.object("access_token", token, "token_type", "bearer", "expires_in", lifetime)
end

--- The code of a client is redeemed without the secret, by the machine that it was made for.
-- https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived
local function redeem_on_client(situation, login)
  local machine = situation.call.params.machine_id
    or opaque.text(situation.store.add("machines", 1) * 15485863 + situation.call.now, 24)
  return json.object("access_token", issue(situation, login, tokens.LONG), "expires_in", tokens.LONG,
    "machine_id", machine)
end

local function by_code(situation)
  local params = situation.call.params
  if params.client_id ~= credentials.app_id then refuse "client_id" end
  local of_client = situation.store.get("client_code:" .. (params.code or ""))
  if not of_client then check_app(params) end
  local login, reason = oauth.redeem(situation)
  if not login then refuse(reason) end
  if of_client then return redeem_on_client(situation, login) end
  return token_answer(issue(situation, login, tokens.SHORT), tokens.SHORT)
end

--- A good token of Facebook Login out of a parameter.
local function token_in(situation, name)
  local text = situation.call.params[name] or errors.missing_parameter(name)
  local found = tokens.find(text, situation.store)
  if not found or not found.user or found.instagram then errors.unreadable_token() end
  local failure = tokens.failure(found, situation.call.now)
  if failure then error(failure, 0) end
  return found
end

local function by_token(situation)
  check_app(situation.call.params)
  local found = token_in(situation, "fb_exchange_token")
  local lifetime = found.type == "USER" and tokens.LONG or nil -- a Page's has no end
  found.long, found.scopes = true, tokens.scopes(found)
  return token_answer(tokens.issue(found, situation.call.now, lifetime, situation.store), lifetime)
end

local function by_credentials(situation)
  check_app(situation.call.params)
  return token_answer(credentials.app_id .. "|" .. credentials.app_token_key)
end

-- By `grant_type`. The host api.instagram.com has the same path: its calls are the ones with a code's own type.
local GRANTS = {
  fb_exchange_token = by_token, client_credentials = by_credentials,
  authorization_code = instagram_login.exchange_code,
}

local function access_token(situation)
  local kind = situation.call.params.grant_type
  return (GRANTS[kind] or by_code)(situation)
end

local function client_code(situation)
  local call = situation.call
  check_app(call.params)
  local found = token_in(situation, "access_token")
  local code = oauth.code(situation, { user = found.user, scopes = tokens.scopes(found) }, CODE_LIFE)
  situation.store.set("client_code:" .. code, true)
  return json.object("code", code)
end

-- --- what a token is -----------------------------------------------------------------------------

local ACCOUNT = "17841405822304914"

--- For which accounts each permission holds; none are named where it holds for all.
local function granular(scopes)
  local list = {}
  for _, scope in ipairs(scopes) do
    local targets = scope:find("^instagram_") and { ACCOUNT } or nil
    if scope ~= "public_profile" then list[#list + 1] = json.object("scope", scope, "target_ids", targets) end
  end
  return list
end

local function failure_object(failure)
  return json.object("code", failure.code, "message", failure.message, "subcode", failure.subcode)
end

local UNREADABLE = errors.new { code = 190, message = "Invalid OAuth access token - Cannot parse access token" }

local function describe(found, now)
  if not found then
    return json.object("error", failure_object(UNREADABLE), "is_valid", false, "scopes", {})
  end
  local failure = tokens.failure(found, now)
  local scopes = tokens.scopes(found)
  return json.object(
    "app_id", credentials.app_id,
    "type", found.type,
    "application", credentials.app_name,
    "data_access_expires_at", found.user and (found.issued_at or now) + tokens.DATA_ACCESS,
    "error", failure and failure_object(failure),
    "expires_at", found.expires_at or 0,
    "is_valid", not failure,
    "issued_at", found.issued_at,
    "profile_id", found.type == "PAGE" and found.me or nil,
    "scopes", scopes,
    "granular_scopes", found.user and granular(scopes) or nil,
    "user_id", found.user)
end

local MAY_ASK = { APP = true, USER = true }

--- https://developers.facebook.com/docs/facebook-login/guides/access-tokens/debugging
local function debug_token(situation)
  local call = situation.call
  if not MAY_ASK[situation.context.grant.type] then
    errors.raise { message = "(#100) You must provide an app access token, or a user access token that is an owner or "
      .. "developer of the app" }
  end
  local token = call.params.input_token or errors.missing_parameter("input_token")
  return json.object("data", describe(tokens.find(token, situation.store), call.now))
end

-- --- permissions ---------------------------------------------------------------------------------

local function permission_list(situation, node)
  local grant, params = situation.context.grant, situation.call.params
  if grant.user ~= node.id then errors.unknown_object("get", node.id) end
  local list = {}
  local function add(scope, status)
    if (params.permission or scope) ~= scope or (params.status or status) ~= status then return end
    list[#list + 1] = json.object("permission", scope, "status", status)
  end
  for _, scope in ipairs(credentials.scopes.facebook) do
    if grant.declined[scope] then
      add(scope, "declined")
    elseif tokens.allows(grant, scope) then
      add(scope, "granted")
    end
  end
  return json.object("data", list)
end

--- Takes back one permission, or all: then the app is removed, and its tokens are no more.
-- https://developers.facebook.com/docs/facebook-login/guides/permissions/request-revoke
local function remove_permission(situation, node)
  local call, store = situation.call, situation.store
  local scope = call.segments[3] or call.params.permission
  if situation.context.grant.user ~= node.id or call.segments[4] then errors.unknown_object("delete", node.id) end
  if scope then
    local person = tokens.person(node.id, store)
    person.declined[scope] = true
    tokens.keep_person(node.id, person, store)
  else
    tokens.revoke(node.id, store)
  end
  return json.object("success", true)
end

M.roots = {
  ["dialog/oauth"] = { open = true, GET = dialog },
  ["oauth/access_token"] = { open = true, GET = access_token, POST = access_token },
  ["oauth/client_code"] = { open = true, GET = client_code, POST = client_code },
  ["debug_token"] = { GET = debug_token },
}

function M.extend(graph)
  local user = graph.types.user
  user.reads.permissions = permission_list
  user.writes.DELETE.permissions = { deep = true, run = remove_permission }
end

return M
