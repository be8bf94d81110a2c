--- The Graph's error objects: one constructor for each that the sandbox answers with.
-- An error is raised as a table and becomes an answer in one place, the emulator.
-- @module iggraph.sandbox.errors
local json = require "iggraph.sandbox.json"

local M = {}

local Failure = {}

--- Makes a failure.
-- @tparam table fields `message`, and what differs from a 400 OAuthException with code 100
-- @treturn table
function M.new(fields)
  return setmetatable({
    status = fields.status or 400,
    message = fields.message,
    type = fields.type or "OAuthException",
    code = fields.code or 100,
    subcode = fields.subcode,
    is_transient = fields.is_transient,
    class = fields.class,
    user_title = fields.user_title,
    user_msg = fields.user_msg,
    data = fields.data,
  }, Failure)
end

--- Raises a failure.
-- @tparam table fields as for `new`
function M.raise(fields)
  error(M.new(fields), 0)
end

--- @param value anything that was raised
-- @treturn boolean whether it is a failure of the Graph, and no mistake in the sandbox
function M.is(value)
  return getmetatable(value) == Failure
end

--- The JSON object of a failure.
-- @tparam table failure
-- @tparam string trace the call's fbtrace_id
-- @treturn table
function M.body(failure, trace)
  return json.object("error", json.object(
    "message", failure.message,
    "type", failure.type,
    "code", failure.code,
    "error_subcode", failure.subcode,
    "is_transient", failure.is_transient,
    "error_user_title", failure.user_title,
    "error_user_msg", failure.user_msg,
    "error_data", failure.data,
    "fbtrace_id", trace))
end

--- The WWW-Authenticate header that goes with an OAuthException. It is malformed on purpose: it is so in
-- the Graph.
-- @tparam table failure
-- @treturn ?string
function M.challenge(failure)
  if failure.type ~= "OAuthException" or failure.status >= 500 then return nil end
  local class = failure.class or "invalid_request"
  return ('OAuth "Facebook Platform" "%s" "%s"'):format(class, (failure.message:gsub("[%c\"]", " ")))
end

local function raiser(row)
  return function(...)
    local fields = {}
    for key, value in pairs(row) do fields[key] = value end
    fields.message = row.message:format(...)
    M.raise(fields)
  end
end

-- Name, and what `errors.<name>(…)` raises; the arguments go into the message.
local ROWS = {
  unknown_object = { type = "GraphMethodException", subcode = 33,
    message = "Unsupported %s request. Object with ID '%s' does not exist, cannot be loaded due to missing "
      .. "permissions, or does not support this operation. Please read the Graph API documentation at "
      .. "https://developers.facebook.com/docs/graph-api" },
  unknown_path = { code = 2500, message = "Unknown path components: %s" },
  unknown_field = { message = "(#100) Tried accessing nonexisting field (%s) on node type (%s)" },
  no_subfields = { message = "(#100) Subfields are not supported by %s" },
  syntax = { code = 2500, message = 'Syntax error "%s" at character %d: %s' },
  nesting = { code = 2500, message = "Syntax error \"The fields are nested deeper than %d levels\"" },
  bad_parameter = { message = "(#100) Param %s %s" },
  missing_parameter = { message = "(#100) The parameter %s is required" },
  no_scenario = { message = "(#100) The sandbox has no scenario %s" },
  bad_cursor = {
    message = "(#100) The %s Cursor specified exceeds the max limit supported by this endpoint" },
  permission = { status = 403, code = 10, class = "insufficient_scope",
    message = "(#10) Application does not have permission for this action" },
  ids = { status = 500, type = "FacebookApiException",
    message = "The ids query parameter is deprecated in v26.0+" },
  date_format = { message = "(#100) The date_format parameter is deprecated in v26.0+" },
  no_token = { code = 104, message = "An access token is required to request this resource." },
  no_token_for_me = { code = 2500,
    message = "An active access token must be used to query information about the current user." },
  unreadable_token = { code = 190, class = "invalid_token",
    message = "Invalid OAuth access token - Cannot parse access token" },
  no_proof = { type = "GraphMethodException",
    message = "API calls from the server require an appsecret_proof argument" },
  wrong_proof = { type = "GraphMethodException",
    message = "Invalid appsecret_proof provided in the API argument" },
}

for name, row in pairs(ROWS) do M[name] = raiser(row) end

return M
