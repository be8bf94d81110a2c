--- What the calls of the logins have in common: one table of options, checked by a row that says what a call needs, and
-- a client that signs nothing. The secrets among the options are known to it, so that no failure shows them.
--
-- A row has `name`; `needs`: options, each a name or alternatives (`"access_token|client_id+client_secret"`);
-- `takes`: further ones; `settings`: those of `iggraph.new` that it takes, in place of the usual ones; `method`,
-- `path`, `base_url`, `version` of the call; `shape(params)`: makes parameters of the options; `read(answer, fail)`:
-- gives the result, or `fail(kind, message)`; without it the answer must have an `access_token`.

local ask = require "iggraph.ask"
local clients = require "iggraph.client"
local core = require "iggraph.core"
local near = require "iggraph.near"

local raise = core.error.raise

local flow = {}

local SETTINGS = { "base_url", "ca_file", "connect_timeout", "host", "timeout", "version" }
local SECRETS = { "access_token", "client_secret", "client_token", "code", "input_token" } -- at most 3 in one call

-- --- options --------------------------------------------------------------------------------------

-- What is no text, or not always.
local TYPES = {
  enable_fb_login = "boolean", extras = "string or table", force_reauth = "boolean", on_renew = "function",
  on_wait = "function", renew_before = "number", scope = "string or table", store = "table",
}

local function refuse(row, ...) raise(("iggraph.login.%s: "):format(row.name) .. string.format(...)) end

local function settings_of(row)
  local set = {}
  for _, name in ipairs(row.settings or SETTINGS) do set[name] = true end
  return set
end

-- The options that are the call's own: all that its `needs` name, and what it takes beside them.
local function own_options(row)
  local set = {}
  for _, names in ipairs { table.concat(row.needs, "|"), table.concat(row.takes or {}, "|") } do
    for name in names:gmatch "[%w_]+" do set[name] = true end
  end
  return set
end

local function check_value(row, name, value)
  local types = TYPES[name] or "string"
  if not types:find(type(value), 1, true) then refuse(row, "%s: a %s expected, got %s", name, types, type(value)) end
  if value == "" then refuse(row, "%s is empty", name) end
end

local function has_all(options, names)
  for name in names:gmatch "[%w_]+" do
    if options[name] == nil then return false end
  end
  return true
end

local function has_any(options, alternatives)
  for names in alternatives:gmatch "[^|]+" do
    if has_all(options, names) then return true end
  end
  return false
end

--- Raises for an option that is unknown, of a wrong type, or missing, and names it.
-- @tparam table row
-- @tparam table options
function flow.check(row, options)
  if type(options) ~= "table" then refuse(row, "a table of options expected, got %s", type(options)) end
  local own, settings = own_options(row), settings_of(row)
  for name, value in pairs(options) do
    if own[name] then
      check_value(row, name, value)
    elseif not settings[name] then
      refuse(row, "unknown option '%s'%s", tostring(name), near(name, own, settings))
    end
  end
  for _, alternatives in ipairs(row.needs) do
    if not has_any(options, alternatives) then
      refuse(row, "%s is required", (alternatives:gsub("|", " or "):gsub("%+", " and ")))
    end
  end
end

--- The options that are those of `iggraph.new`, or those that are not.
-- @tparam table row
-- @tparam table options
-- @tparam ?boolean of_client
-- @treturn table a new one
function flow.pick(row, options, of_client)
  local settings, picked = settings_of(row), {}
  for name, value in pairs(options) do
    if (settings[name] or false) == (of_client or false) then picked[name] = value end
  end
  return picked
end

-- --- calls ----------------------------------------------------------------------------------------

local function secrets_of(options)
  local list = {}
  for _, name in ipairs(SECRETS) do list[#list + 1] = options[name] end
  return list
end

--- A client that signs nothing.
-- @tparam table row
-- @tparam table options checked ones
-- @return the client
function flow.client(row, options)
  local settings = flow.pick(row, options, true)
  if settings.base_url == nil then settings.base_url = row.base_url end
  if settings.version == nil then settings.version = row.version end
  settings.retry = false -- codes are good once, and who waits for a device has a pace of his own
  return clients.make(settings, secrets_of(options))
end

--- The same with the settings of another client, which ends it.
-- @tparam table row
-- @tparam table options checked ones
-- @param like a client of `iggraph.new`
-- @return the client
function flow.client_like(row, options, like)
  return core.client.unsigned(like, secrets_of(options), row.version ~= false)
end

--- Ends what a function began with its own client, and passes its results on.
function flow.close(client, ...)
  core.client.close(client)
  return ...
end

local NUMBERS = { "expires", "expires_in", "data_access_expiration_time" }

--- Makes numbers of those members that are times, in place: old servers, and redirects, have texts.
-- @tparam table values
-- @treturn table the same
function flow.with_numbers(values)
  for _, name in ipairs(NUMBERS) do
    local value = values[name]
    if type(value) == "string" and value:find "^%d+$" then values[name] = tonumber(value) end
  end
  return values
end

--- Reads an answer that must have a member.
-- @tparam string member
-- @treturn function for a row's `read`
function flow.having(member)
  return function(answer, fail)
    local has_it = type(answer) == "table" and answer[member] ~= nil and answer[member] ~= core.null
    if not has_it then return fail("graph", "the answer has no " .. member) end
    return flow.with_numbers(answer)
  end
end

flow.token = flow.having "access_token"

--- Carries a call out by a client.
-- @tparam table row
-- @param client
-- @tparam table params
-- @treturn table the result, or `nil, err, kind`
function flow.ask(row, client, params)
  local method, read = row.method or "GET", row.read or flow.token
  local function fail(kind, message)
    return core.error.fail(kind, method, core.client.path(client, row.path), message, 200)
  end
  return ask(client, method, row.path, params, function(answer) return read(answer, fail) end)
end

--- @tparam table row
-- @treturn function options, and perhaps a client whose settings to take -> the result, or `nil, err, kind`
function flow.call(row)
  return function(options, like)
    flow.check(row, options)
    local client = like and flow.client_like(row, options, like) or flow.client(row, options)
    local params = flow.pick(row, options)
    if row.shape then row.shape(params) end
    return flow.close(client, flow.ask(row, client, params))
  end
end

return flow
