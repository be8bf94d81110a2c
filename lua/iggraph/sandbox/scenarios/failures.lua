--- Error objects of every shape that the Graph and its neighbours have been seen to send.
-- @module iggraph.sandbox.scenarios.failures
local errors = require "iggraph.sandbox.errors"
local json = require "iggraph.sandbox.json"

local M = { rows = {}, patterns = {} }

local TRANSIENT = { [1] = true, [2] = true, [4] = true, [17] = true, [341] = true }

-- Texts of the codes one meets most; the others say only that they come from here.
local MESSAGES = {
  [1] = "An unknown error occurred",
  [2] = "Service temporarily unavailable",
  [4] = "Application request limit reached",
  [10] = "Application does not have permission for this action",
  [17] = "User request limit reached",
  [32] = "Page request limit reached",
  [100] = "Invalid parameter",
  [190] = "Error validating access token: The session is invalid",
  [200] = "Permissions error",
  [341] = "Application limit reached",
  [368] = "The action attempted has been deemed abusive or is otherwise disallowed",
  [613] = "Calls to this api have exceeded the rate limit.",
  [803] = "Some of the aliases you requested do not exist",
  [80002] = "There have been too many calls to this Instagram account. Wait a bit and try again.",
}

--- @tparam number code
-- @treturn string what the Graph says
function M.message(code)
  return ("(#%d) %s"):format(code, MESSAGES[code] or "Failure number " .. code .. " of the sandbox")
end

--- @tparam number code
-- @treturn boolean what the Graph says about whether it passes
function M.is_transient(code) return TRANSIENT[code] or false end

local DATA = json.object("blame_field_specs", { { "fields" } })

--- The error object with all its members.
local function full_error(situation, code, subcode, data)
  return json.object("error", json.object(
    "message", M.message(code),
    "type", (code == 100 or code == 803) and "GraphMethodException" or "OAuthException",
    "code", code,
    "error_data", data or DATA,
    "error_subcode", subcode,
    "is_transient", M.is_transient(code),
    "error_user_title", "This is a title for people",
    "error_user_msg", "This is a text for people, with \"quotes\" and ünïcode.",
    "fbtrace_id", situation.trace))
end

--- The parts of `error_<code>[_<subcode>][_http_<status>]`. `m` stands for minus, since names are letters,
-- digits and underscores.
local function read_name(name)
  local code, rest = name:match("^error_(m?%d+)(.*)$")
  if not code then return nil end
  local subcode, status = rest:match("^(.-)_http_(%d%d%d)$")
  subcode = subcode or rest
  if subcode ~= "" and not subcode:find("^_%d+$") then return nil end
  return {
    code = tonumber((code:gsub("^m", "-"))),
    subcode = tonumber(subcode:match("%d+")),
    status = tonumber(status or 400),
  }
end

M.patterns[1] = { read_name, {
  status = function(situation) return situation.captures.status end,
  body = function(situation)
    return json.encode(full_error(situation, situation.captures.code, situation.captures.subcode))
  end,
} }

local function as_body(value)
  return function() return json.encode(value) end
end

local object = json.object

-- Name, status, body.
local SHAPES = {
  { "error_bare", 400, object("error", object("message", "Something went wrong")) },
  { "error_oauth_no_code", 400, object("error", object("message", "Invalid OAuth 2.0 Access Token",
    "type", "OAuthException")) },
  { "error_reduce", 500, object("error", object("code", 1,
    "message", "Please reduce the amount of data you're asking for, then retry your request")) },
  { "shape_instagram", 400, object("error_type", "OAuthException", "code", 400,
    "error_message", "Matching code was not found or was already used") },
  { "shape_dialog", 400, object("error", "access_denied",
    "error_description", "The user denied your request") },
  { "shape_number", 400, object("error", 190, "error_description", "Invalid OAuth access token signature.") },
  { "shape_rest", 400, object("error_code", 190, "error_msg", "Invalid OAuth 2.0 Access Token",
    "error_reason", "invalid_token") },
  { "shape_unwrapped", 400, object("code", 100, "message", "Invalid parameter") },
  { "shape_debug_token", 200, object("data", object(
    "error", object("code", 190, "message", "Error validating access token: Session has expired",
      "subcode", 463),
    "is_valid", false, "scopes", {})) },
  { "shape_rupload", 400, object("debug_info", object("retriable", false, "type", "ProcessingFailedError",
    "message", '{"success":false,"error":{"message":"unauthorized user request"}}')) },
}

for _, row in ipairs(SHAPES) do
  M.rows[row[1]] = { status = row[2], body = as_body(row[3]) }
end

M.rows.error_data_string = {
  status = 400,
  body = function(situation) return json.encode(full_error(situation, 100, 33, json.encode(DATA))) end,
}

local ECHO = "Malformed access token %s in "
  .. "https://graph.facebook.com/v26.0/me?access_token=%s&appsecret_proof=%s"

-- Secrets come back in texts, too: whoever shows a message has to clean it first.
M.rows.error_echo_token = {
  status = 400,
  body = function(situation)
    local token = situation.context.token
    local proof = situation.call.params.appsecret_proof or ("0123456789abcdef"):rep(4)
    local failure = errors.new { code = 190, message = ECHO:format(token, token, proof) }
    return json.encode(errors.body(failure, situation.trace))
  end,
}

return M
