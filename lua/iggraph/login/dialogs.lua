--- The dialogs in which a person allows an app: their addresses, and what they lead back to.
-- @module iggraph.login

local core = require "iggraph.core"
local flow = require "iggraph.login.flow"
local query = require "iggraph.query"

local fail, raise = core.error.fail, core.error.raise

local dialogs = {}

local STATE_BYTES = 16

-- --- addresses ------------------------------------------------------------------------------------

-- A client has the rules for addresses and versions, and costs no request.
local function address(row, options)
  local version = options.version
  if version == nil then version = row.version end
  local client = core.client.new({ base_url = options.dialog_url or row.base_url, version = version }, {})
  return (core.client.address(client)) .. core.client.path(client, row.path)
end

local function dialog(row)
  return function(options)
    flow.check(row, options)
    local params = flow.pick(row, options)
    params.dialog_url = nil
    params.response_type = params.response_type or "code"
    params.state = params.state or core.crypto.random_hex(STATE_BYTES)
    return address(row, options) .. "?" .. query.write(params), params.state
  end
end

--- The address of the Facebook Login dialog, to be opened in the person's browser. Costs no request. See
-- <https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow> and
-- <https://developers.facebook.com/docs/instagram/business-login-for-instagram>.
-- @function url
-- @tparam table options
-- @tparam string options.client_id the app's id
-- @tparam string options.redirect_uri where it leads back to, exactly as the app's settings have it
-- @tparam string|table options.scope permissions, comma-separated or a list; may be missing where `config_id` is given
-- @tparam[opt] string options.state comes back in the redirect; else a fresh one of 128 random bits
-- @tparam[opt="code"] string options.response_type `"code"`, `"token"`, `"code token"` …
-- @tparam[opt] string options.display `"page"`, `"popup"`, `"touch"`
-- @tparam[opt] table options.extras such as `{ setup = { channel = "IG_API_ONBOARDING" } }`
-- @tparam[opt] string options.config_id of Facebook Login for Business
-- @tparam[opt] string options.auth_type `"rerequest"`, `"reauthenticate"`
-- @tparam[opt] string options.override_default_response_type
-- @tparam[opt="v26.0"] string options.version
-- @tparam[opt="https://www.facebook.com"] string options.dialog_url another host
-- @treturn string the address
-- @treturn string the state, to be kept for `parse_redirect`; raises for an option that is unknown, missing or wrong
dialogs.url = dialog {
  name = "url", base_url = "https://www.facebook.com", path = "dialog/oauth", settings = { "version" },
  needs = { "client_id", "redirect_uri", "scope|config_id" },
  takes = {
    "state", "response_type", "display", "extras", "auth_type", "override_default_response_type", "dialog_url",
  },
}

--- The address of the Instagram Login dialog. Costs no request. See
-- <https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login>.
-- @function instagram_url
-- @tparam table options
-- @tparam string options.client_id the Instagram app's id
-- @tparam string options.redirect_uri
-- @tparam string|table options.scope permissions, comma-separated or a list
-- @tparam[opt] string options.state as of `url`
-- @tparam[opt="code"] string options.response_type
-- @tparam[opt] boolean options.enable_fb_login whether one may log in by Facebook there
-- @tparam[opt] boolean options.force_reauth whether the person must log in anew
-- @tparam[opt="https://www.instagram.com"] string options.dialog_url another host
-- @treturn string the address
-- @treturn string the state; raises for an option that is unknown, missing or wrong
dialogs.instagram_url = dialog {
  name = "instagram_url", base_url = "https://www.instagram.com", path = "oauth/authorize", version = false,
  settings = {}, needs = { "client_id", "redirect_uri", "scope" },
  takes = { "state", "response_type", "enable_fb_login", "force_reauth", "dialog_url" },
}

-- --- redirects ------------------------------------------------------------------------------------

-- Either of these is what was asked for.
local GRANTS = { "code", "access_token", "granted_scopes" }
local RESULTS = {
  "code", "access_token", "token_type", "expires_in", "data_access_expiration_time", "long_lived_token",
  "granted_scopes", "denied_scopes", "state",
}
local ERRORS = { "error", "error_code", "error_description", "error_message", "error_reason" }

-- Errors without a code, by their names: RFC 6749, section 4.1.2.1.
local KINDS = {
  access_denied = "permission", invalid_request = "invalid", invalid_scope = "invalid", server_error = "transient",
  temporarily_unavailable = "transient", unauthorized_client = "invalid", unsupported_response_type = "invalid",
}

-- Query and fragment as one text: which has what depends on `response_type`. Facebook adds "#_=_" and Instagram "#_",
-- neither of which means anything.
local function parameters_of(url)
  local text = url:match "^%s*(.-)%s*$":gsub("#_=_$", ""):gsub("#_$", "")
  if text:find "^[%w_]+=" then return text end
  local parameters, fragment = text:match "^[^?#]*%??([^#]*)#?(.*)$"
  return parameters .. "&" .. fragment
end

local function invalid(message) return fail("invalid", nil, nil, message) end

local function check_state(values, state)
  if not values.state then return invalid "the redirect has no state: it answers no login of this program" end
  if core.crypto.equal(values.state, state) then return true end
  return invalid "the redirect's state is not the one that was sent: it answers another login"
end

local function check_single(doubled)
  for _, names in ipairs { RESULTS, ERRORS } do
    for _, name in ipairs(names) do
      if doubled[name] then return invalid(("the redirect has more than one %s"):format(name)) end
    end
  end
  return true
end

local function failed(values)
  local digits = (values.error_code or ""):match "^%d+$"
  local code = digits and #digits < 16 and tonumber(digits) or nil -- 1e999 is none
  local kind = code and core.error.of_code(code) or KINDS[values.error] or "graph"
  local message = values.error_description or values.error_message or values.error_reason or values.error
  local _, err = fail(kind, nil, nil, message or "an error without a message")
  err.code, err.type = code, values.error
  err.data = values.error_reason and { error_reason = values.error_reason }
  return nil, err, kind
end

local function result_of(values)
  local result = {}
  for _, name in ipairs(RESULTS) do
    if values[name] ~= "" then result[name] = values[name] end
  end
  for _, name in ipairs(GRANTS) do
    if result[name] then return flow.with_numbers(result) end
  end
  return invalid "the redirect has neither a code nor an access token"
end

--- Reads what a dialog has led back to; costs no request.
-- @function parse_redirect
-- @tparam string url the whole address, or only its path and query, or only its query
-- @tparam string state the one that `url` or `instagram_url` gave: required, and compared in constant time
-- @treturn table `{ code, state }`, or with `response_type = "token"` `{ access_token, expires_in (seconds),
-- data_access_expiration_time (Unix seconds), long_lived_token, state }`. `nil, err, "invalid"` where the state
-- differs, is missing, or anything is there twice; where the person refused, `nil, err, "permission"`, other errors by
-- their `err.code`; `err.message` is the description that came, `err.data.error_reason` the reason
function dialogs.parse_redirect(url, state)
  if type(url) ~= "string" then raise("iggraph.login.parse_redirect: url: a string expected, got " .. type(url)) end
  if type(state) ~= "string" or state == "" then
    raise "iggraph.login.parse_redirect: state: the string expected that came with the dialog's address"
  end
  local values, doubled = query.read(parameters_of(url))
  local ok, err, kind = check_single(doubled)
  if ok then ok, err, kind = check_state(values, state) end
  if not ok then return nil, err, kind end
  if values.error or values.error_code then return failed(values) end
  return result_of(values)
end

return dialogs
