--- Instagram Login's tokens, for accounts without a Page. Their paths have no version.
-- @module iggraph.login

local core = require "iggraph.core"
local flow = require "iggraph.login.flow"

local instagram = {}

local GRAPH = "https://graph.instagram.com"

-- Permissions come as a list, or as a text with commas.
local function with_list(token)
  if type(token.permissions) ~= "string" then return token end
  local list = {}
  for name in token.permissions:gmatch "[^,%s]+" do list[#list + 1] = name end
  token.permissions = list
  return token
end

-- An id that a number can hold comes as a number.
local function with_text_id(token)
  if type(token.user_id) == "number" then token.user_id = core.params.number(token.user_id) end
  return token
end

local function read_token(answer, fail)
  local token, err, kind = flow.token(answer, fail)
  if not token then return nil, err, kind end
  return with_list(with_text_id(token))
end

--- Exchanges the code of a redirect for a token that lives an hour. See
-- <https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login>.
-- @function instagram_exchange
-- @tparam table options and those of `iggraph.new` that `exchange_code` takes
-- @tparam string options.client_id the Instagram app's id
-- @tparam string options.client_secret the Instagram app's secret
-- @tparam string options.redirect_uri exactly the one that the dialog got
-- @tparam string options.code
-- @treturn table `{ access_token, user_id (string), permissions (list; nil where none were sent) }` from both shapes
-- that its answer is known to have, or `nil, err, kind`: `"auth"` for a code that is unknown or was used
instagram.instagram_exchange = flow.call {
  name = "instagram_exchange", method = "POST", path = "oauth/access_token", base_url = "https://api.instagram.com",
  version = false, needs = { "client_id", "client_secret", "redirect_uri", "code" },
  shape = function(params) params.grant_type = "authorization_code" end,
  read = function(answer, fail)
    local is_wrapped = type(answer) == "table" and type(answer.data) == "table"
    return read_token(is_wrapped and answer.data[1] or answer, fail)
  end,
}

--- Exchanges a token for one that lives 60 days.
-- @function instagram_long_lived
-- @tparam table options
-- @tparam string options.client_secret
-- @tparam string options.access_token the one that lives an hour
-- @treturn table `{ access_token, token_type, expires_in (seconds) }`, or `nil, err, kind`
instagram.instagram_long_lived = flow.call {
  name = "instagram_long_lived", path = "access_token", base_url = GRAPH, version = false,
  needs = { "client_secret", "access_token" }, read = read_token,
  shape = function(params) params.grant_type = "ig_exchange_token" end,
}

--- Renews such a token, for 60 days from now: it must be a day old, and not expired.
-- @function instagram_refresh
-- @tparam table options
-- @tparam string options.access_token
-- @treturn table `{ access_token, token_type, expires_in (seconds), permissions (list) }`, or `nil, err, kind`
instagram.instagram_refresh = flow.call {
  name = "instagram_refresh", path = "refresh_access_token", base_url = GRAPH, version = false,
  needs = { "access_token" }, read = read_token,
  shape = function(params) params.grant_type = "ig_refresh_token" end,
}

return instagram
