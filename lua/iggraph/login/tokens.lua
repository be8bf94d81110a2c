--- Facebook Login's tokens: for codes, for other tokens, for the app; what a token is, and what its person allows.
-- @module iggraph.login

local ask = require "iggraph.ask"
local core = require "iggraph.core"
local cursor = require "iggraph.cursor"
local flow = require "iggraph.login.flow"
local new = require("iggraph.client").new

local raise = core.error.raise

local tokens = {}

local ACCESS_TOKEN = "oauth/access_token"

--- Exchanges the code of a redirect for a token of the User. A code is good once, for some minutes. See
-- <https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow#exchangecode>.
-- All of these calls take `version`, `base_url`, `ca_file`, `timeout`, `connect_timeout` and `host` as well, as of
-- `iggraph.new`, and raise for an option that is unknown, missing or wrong.
-- @function exchange_code
-- @tparam table options
-- @tparam string options.client_id
-- @tparam string options.client_secret the app secret; may be missing where `machine_id` is given
-- @tparam string options.redirect_uri exactly the one that the dialog got
-- @tparam string options.code
-- @tparam[opt] string options.machine_id for a code of `client_code`
-- @treturn table `{ access_token, token_type, expires_in (seconds) }` as sent, or `nil, err, kind`: `"auth"` for a code
-- that was used or has expired, `"invalid"` for a wrong app
tokens.exchange_code = flow.call {
  name = "exchange_code", path = ACCESS_TOKEN,
  needs = { "client_id", "redirect_uri", "code", "client_secret|machine_id" },
}

local function exchange(name)
  return flow.call {
    name = name, path = ACCESS_TOKEN, needs = { "client_id", "client_secret", "access_token" },
    shape = function(params)
      params.grant_type, params.fb_exchange_token, params.access_token = "fb_exchange_token", params.access_token, nil
    end,
  }
end

--- Exchanges a token for one that lives some 60 days. See
-- <https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived>.
-- @function long_lived
-- @tparam table options
-- @tparam string options.client_id
-- @tparam string options.client_secret
-- @tparam string options.access_token the short-lived one
-- @treturn table `{ access_token, token_type, expires_in }`, without the last for one that does not expire; or
-- `nil, err, kind`: `"auth"` for a token that has expired
tokens.long_lived = exchange "long_lived"

--- The same for a long-lived token that is still good: a new one for 60 days from now.
-- @function refresh
-- @tparam table options as of `long_lived`
-- @treturn table as from `long_lived`
tokens.refresh = exchange "refresh"

--- A code with which a program on the person's machine gets a long-lived token of its own, without the secret. See
-- <https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived#get-code>.
-- @function client_code
-- @tparam table options
-- @tparam string options.client_id
-- @tparam string options.client_secret
-- @tparam string options.redirect_uri
-- @tparam string options.access_token a long-lived one
-- @treturn table `{ code }` for `exchange_code`, or `nil, err, kind`
tokens.client_code = flow.call {
  name = "client_code", path = "oauth/client_code", read = flow.having "code",
  needs = { "client_id", "client_secret", "redirect_uri", "access_token" },
}

--- The token of the app itself. See
-- <https://developers.facebook.com/docs/facebook-login/guides/access-tokens#apptokens>.
-- @function app_token
-- @tparam table options
-- @tparam string options.client_id
-- @tparam string options.client_secret
-- @treturn table `{ access_token, token_type }`, or `nil, err, kind`
tokens.app_token = flow.call {
  name = "app_token", path = ACCESS_TOKEN, needs = { "client_id", "client_secret" },
  shape = function(params) params.grant_type = "client_credentials" end,
}

local has_data = flow.having "data"

--- What a token is. See <https://developers.facebook.com/docs/graph-api/reference/debug_token>.
-- @function debug_token
-- @tparam table options
-- @tparam string options.input_token the token in question
-- @tparam string options.access_token of the app, or of one of its developers; else `client_id` and `client_secret`
-- @tparam[opt] string options.client_id
-- @tparam[opt] string options.client_secret
-- @treturn table `{ app_id, type, is_valid, scopes, expires_at (Unix seconds, 0: never), user_id, … }`; for a token
-- that is no longer good `nil, err, "auth"`, with why in `err.code` and `err.subcode`, and all of it in `err.data`
tokens.debug_token = flow.call {
  name = "debug_token", path = "debug_token", needs = { "input_token", "access_token|client_id+client_secret" },
  shape = function(params)
    params.access_token = params.access_token or params.client_id .. "|" .. params.client_secret
    params.client_id, params.client_secret = nil, nil
  end,
  read = function(answer, fail)
    local found, failure, failure_kind = has_data(answer, fail)
    if not found then return nil, failure, failure_kind end
    if found.data.is_valid ~= false then return found.data end
    local _, err, kind = fail("auth", "the token is not valid")
    local why = type(found.data.error) == "table" and found.data.error or {}
    err.data, err.code, err.subcode = found.data, tonumber(why.code), tonumber(why.subcode)
    return nil, err, kind
  end,
}

-- --- permissions ----------------------------------------------------------------------------------

local OF_TOKEN = { name = "permissions", needs = { "access_token" } }
local REVOKE = { name = "revoke", needs = { "access_token" }, takes = { "permission" } }

-- The client of a caller, or one made of the options that he gives in its place.
local function client_of(row, given)
  if type(given) == "userdata" then return given end
  flow.check(row, given)
  local options = flow.pick(row, given, true)
  options.access_token = given.access_token
  return new(options)
end

--- What the person has allowed. See <https://developers.facebook.com/docs/graph-api/reference/user/permissions>.
-- @function permissions
-- @param options a client of `iggraph.new`, or a table
-- @tparam string options.access_token
-- @treturn table `{ instagram_basic = "granted", … }`, others are `"declined"` or `"expired"`; or `nil, err, kind`
function tokens.permissions(options)
  local statuses, list = {}, cursor.open(client_of(OF_TOKEN, options), "me/permissions")
  local item, err, kind = list:next()
  while item do
    if type(item) == "table" and item.permission then statuses[item.permission] = item.status end
    item, err, kind = list:next()
  end
  if err then return nil, err, kind end
  return statuses
end

--- Takes one permission back, or all: then the app is removed from the person's account, and its tokens are no more.
-- See <https://developers.facebook.com/docs/facebook-login/guides/permissions/request-revoke>.
-- @function revoke
-- @param options a client of `iggraph.new`, or a table
-- @tparam string options.access_token
-- @tparam[opt] string options.permission all of them, if nil
-- @tparam[opt] string permission the same, where the first argument is a client
-- @treturn table `{ success = true }`, or `nil, err, kind`
function tokens.revoke(options, permission)
  local client = client_of(REVOKE, options)
  permission = permission or client ~= options and options.permission or nil
  if permission == nil then return ask(client, "DELETE", "me/permissions") end
  if type(permission) ~= "string" or not permission:find "^[%w_]+$" then
    raise "iggraph.login.revoke: permission: a name such as \"instagram_basic\" expected"
  end
  return ask(client, "DELETE", "me/permissions/" .. permission)
end

return tokens
