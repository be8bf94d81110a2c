--- What both logins have in common: the dialog that leads back with a code, and what a code is good for.
--
-- The person is not asked: the dialog answers at once with a redirect. Parameters of the sandbox's own say what the
-- person does: `sandbox_answer=deny` refuses, `sandbox_decline=<permissions>` leaves some out (they stay declined until
-- they are asked for with `auth_type=rerequest`), `sandbox_user=<id>` is somebody else, `sandbox_expires_in=<seconds>`
-- is the life of the code.
-- https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow
-- @module iggraph.sandbox.oauth
local credentials = require "iggraph.sandbox.credentials"
local encoding = require "iggraph.sandbox.encoding"
local opaque = require "iggraph.sandbox.opaque"
local tokens = require "iggraph.sandbox.tokens"

local M = {
  --- What an app shows beside a code.
  credentials = { client_id = credentials.app_id, client_secret = credentials.app_secret },
}

local function set_of(list)
  local set = {}
  for _, item in ipairs(list) do set[item] = true end
  return set
end

--- @tparam ?string text names with commas or blanks between them
-- @treturn table list
function M.names(text)
  local list = {}
  for name in (text or ""):gmatch("[^,%s]+") do list[#list + 1] = name end
  return list
end

--- The permissions that a token gets.
-- @tparam string always the one that comes unasked
-- @tparam table asked list
-- @tparam[opt] table declined set
-- @treturn table list
function M.merge(always, asked, declined)
  local granted = { always }
  for _, scope in ipairs(asked) do
    if scope ~= always and not (declined and declined[scope]) then granted[#granted + 1] = scope end
  end
  return granted
end

-- --- where a dialog leads ------------------------------------------------------------------------

local REDIRECTS = set_of(credentials.redirect_uris)
local LOOPBACK = { ["localhost"] = true, ["127.0.0.1"] = true, ["[::1]"] = true }

local function may_lead_to(uri)
  local host = uri:match("^http://(%[?[%w.:]-%]?):?%d*/") or uri:match("^http://(%[?[%w.:]-%]?):?%d*$")
  return REDIRECTS[uri] or LOOPBACK[host] == true
end

local PAGE = '<!DOCTYPE html>\n<html><head><title>Error</title></head><body><p>%s</p></body></html>\n'
local ENTITIES = { ["<"] = "&lt;", [">"] = "&gt;", ["&"] = "&amp;", ['"'] = "&quot;" }

--- What a person sees instead of the dialog: it leads nowhere.
local function page(message)
  return {
    status = 400, headers = { ["Content-Type"] = 'text/html; charset="utf-8"' },
    body = PAGE:format((message:gsub('[<>&"]', ENTITIES))),
  }
end

local function query(members)
  local parts = {}
  for _, pair in ipairs(members) do
    if pair[2] ~= nil then parts[#parts + 1] = pair[1] .. "=" .. encoding.percent_encode(tostring(pair[2])) end
  end
  return table.concat(parts, "&")
end

--- @tparam string uri
-- @tparam table members list of `{ name, value }`; those without a value are left out
-- @tparam ?boolean in_fragment
-- @tparam ?string ending what comes behind them
local function redirect(uri, members, in_fragment, ending)
  local joint = in_fragment and "#" or uri:find("?", 1, true) and "&" or "?"
  return {
    status = 302, body = "",
    headers = { Location = uri .. joint .. query(members) .. (ending or ""), ["Content-Type"] = "text/html" },
  }
end

-- --- what the person answers ---------------------------------------------------------------------

local BLOCKED = "URL Blocked: This redirect failed because the redirect URI is not whitelisted in the app's Client "
  .. "OAuth Settings. Make sure Client and Web OAuth Login are on and add all your app domains as Valid OAuth "
  .. "Redirect URIs."

--- Why there is no dialog, or nil.
local function obstacle(params, flow)
  if params.client_id ~= credentials.app_id then return "Invalid App ID: " .. (params.client_id or "") end
  if not may_lead_to(params.redirect_uri or "") then return BLOCKED end
  local known = set_of(flow.scopes)
  for _, scope in ipairs(M.names(params.scope)) do
    if not known[scope] then return "Invalid Scopes: " .. scope end
  end
  return nil
end

--- What the person allows; the answers are kept, since a permission once declined is not asked for again.
local function allow(params, flow, user, store)
  local person = tokens.person(user, store)
  if params.auth_type == "rerequest" then person.declined = {} end
  for _, scope in ipairs(M.names(params.sandbox_decline)) do person.declined[scope] = true end
  tokens.keep_person(user, person, store)
  return M.merge(flow.always, M.names(params.scope), person.declined)
end

local function denied(params, flow)
  return {
    { "error", "access_denied" }, { "error_code", flow.denial_code }, { "error_reason", "user_denied" },
    { "error_description", "The user denied your request." }, { "state", params.state },
  }
end

--- Answers a dialog.
-- @tparam table situation
-- @tparam table flow `scopes` (list of permissions), `always` (the one that comes unasked), `user` (who logs in),
-- `denial_code`, `ending` (what the address ends in), `answer(situation, login)` -> members, whether they go into the
-- fragment; `login` is `{ user, scopes }`
-- @treturn table an answer
function M.dialog(situation, flow)
  local params = situation.call.params
  local message = obstacle(params, flow)
  if message then return page(message) end
  if params.sandbox_answer == "deny" then
    return redirect(params.redirect_uri, denied(params, flow), false, flow.ending)
  end
  local user = params.sandbox_user or flow.user
  local login = { user = user, scopes = allow(params, flow, user, situation.store) }
  local members, in_fragment = flow.answer(situation, login)
  members[#members + 1] = { "state", params.state }
  return redirect(params.redirect_uri, members, in_fragment, flow.ending)
end

--- Which of its credentials an app has wrong.
-- @tparam table params `client_id`, `client_secret`
-- @treturn ?string "client_id" or "client_secret"; nil if both are right
function M.wrong_credential(params)
  for _, name in ipairs { "client_id", "client_secret" } do
    if params[name] ~= M.credentials[name] then return name end
  end
  return nil
end

-- --- codes ---------------------------------------------------------------------------------------

local CODE_LENGTH = 120

--- Issues a code.
-- @tparam table situation
-- @tparam table login what it is good for: `user`, `scopes`, and what else is to come back
-- @tparam number lifetime seconds
-- @treturn string
function M.code(situation, login, lifetime)
  local call, store = situation.call, situation.store
  local code = "AQ" .. opaque.text(store.add("codes", 1) * 104729 + call.now, CODE_LENGTH)
  login.redirect_uri = call.params.redirect_uri
  login.expires_at = call.now + (tonumber(call.params.sandbox_expires_in) or lifetime)
  store.put("code:" .. code, login)
  return code
end

--- Redeems a code, once.
-- @tparam table situation
-- @treturn ?table what it is good for
-- @treturn ?string what is wrong: "missing", "unknown", "redirect_uri", "expired", "used"
function M.redeem(situation)
  local params, store = situation.call.params, situation.store
  if (params.code or "") == "" then return nil, "missing" end
  local login = store.take("code:" .. params.code)
  if not login then return nil, "unknown" end
  if login.redirect_uri ~= params.redirect_uri then return nil, "redirect_uri" end
  if situation.call.now >= login.expires_at then return nil, "expired" end
  if store.add("code_uses:" .. params.code, 1) > 1 then return nil, "used" end
  return login
end

return M
