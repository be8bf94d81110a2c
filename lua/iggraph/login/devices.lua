--- Login for devices without a browser: a code on the screen that the person types in elsewhere.
-- @module iggraph.login

local core = require "iggraph.core"
local flow = require "iggraph.login.flow"
local hosts = require "iggraph.host"
local wait = require "iggraph.wait"

local raise = core.error.raise

local devices = {}

-- App and client token are these calls' access token.
local function sign(params)
  params.access_token = params.client_id .. "|" .. params.client_token
  params.client_id, params.client_token = nil, nil
  return params
end

local begin = flow.call {
  name = "device_start", method = "POST", path = "device/login", needs = { "client_id", "client_token", "scope" },
  takes = { "redirect_uri" }, shape = sign, read = flow.having "code",
}

local WAIT = {
  name = "device_wait", method = "POST", path = "device/login_status", needs = { "client_id", "client_token" },
  takes = { "on_wait" },
}

-- What a device's login was begun with, and when: by the table that the caller has of it.
local begun = setmetatable({}, { __mode = "k" })

--- Begins a login: show the person `user_code` and `verification_uri`, and call `device_wait`. See
-- <https://developers.facebook.com/docs/facebook-login/for-devices>.
-- @function device_start
-- @tparam table options and those of `iggraph.new` that `exchange_code` takes
-- @tparam string options.client_id
-- @tparam string options.client_token of the app, from its settings; not its secret
-- @tparam string|table options.scope permissions, comma-separated or a list
-- @tparam[opt] string options.redirect_uri
-- @treturn table `{ code, user_code, verification_uri, expires_in (seconds), interval (seconds) }` as sent, or
-- `nil, err, kind`; raises for an option that is unknown, missing or wrong
function devices.device_start(options)
  local device, err, kind = begin(options)
  if not device then return nil, err, kind end
  local asked = flow.pick(WAIT, options, true)
  asked.client_id, asked.client_token = options.client_id, options.client_token
  begun[device] = { options = asked, at = os.time() }
  return device
end

-- --- waiting --------------------------------------------------------------------------------------

local INTERVAL, SLOWER = 5, 5 -- seconds

-- What does not end it, by kind: how many seconds longer the interval is from then on.
local GOES_ON = { network = 0, throttled = SLOWER, timeout = 0, transient = 0 }

local function next_interval(interval, err)
  if core.error.was_refused(err) then return nil end -- the next try would meet the same certificate, or redirect
  local more = GOES_ON[err.kind] or err.kind == "http" and err.status >= 500 and 0
  return more and interval + more
end

local function positive(value)
  local number = tonumber(value)
  return number and number > 0 and number or nil
end

-- What the caller gives, over what the login was begun with.
local function options_for(device, known, given)
  if type(given) ~= "table" then flow.check(WAIT, given) end
  local all = {}
  for _, options in ipairs { known, given } do
    for name, value in pairs(options) do all[name] = value end
  end
  flow.check(WAIT, all)
  all.code = device.code
  return all
end

local function poll(client, options)
  local params = { client_id = options.client_id, client_token = options.client_token, code = options.code }
  return flow.ask(WAIT, client, sign(params))
end

-- No answer about the code came any more: then that is what went wrong.
local UNHEARD = { http = true, network = true, timeout = true }

local function wait_for(client, options, interval, ends)
  local host, path = core.client.kept(client).host or hosts.current(), core.client.path(client, WAIT.path)
  local token, err, kind
  repeat
    if options.on_wait then options.on_wait(ends and ends - os.time()) end
    if wait.sleep(host, interval) then
      return core.error.fail("cancelled", WAIT.method, path, "the user has interrupted it")
    end
    token, err, kind = poll(client, options)
    interval = err and next_interval(interval, err)
    if not interval then return token, err, kind end
  until ends and os.time() >= ends
  if UNHEARD[kind] then return nil, err, kind end
  return core.error.fail("auth", WAIT.method, path, "the code has expired: nobody has allowed the login in time")
end

--- Waits until the person has answered, asking every `interval` seconds; in a coroutine its host goes on meanwhile.
-- It goes on after failures of the network and of servers, and more slowly where it is told that it asks too often.
-- @function device_wait
-- @tparam table device what `device_start` gave, or a copy of it
-- @tparam[opt] table options over those of `device_start`, which are known where `device` is its own table
-- @tparam[opt] string options.client_id
-- @tparam[opt] string options.client_token
-- @tparam[opt] function options.on_wait is called before each pause, with the seconds that the code is still good for;
-- nil where the server has not said: then only it can end the wait
-- @treturn table `{ access_token, expires_in (seconds), data_access_expiration_time (Unix seconds) }`, or
-- `nil, err, kind`: `"permission"` where the person declined, `"auth"` where the code has expired. Raises for an option
-- that is unknown, missing or wrong
function devices.device_wait(device, options)
  if type(device) ~= "table" or type(device.code) ~= "string" then
    raise "iggraph.login.device_wait: device: what device_start gave expected"
  end
  local known = begun[device] or { options = {}, at = os.time() }
  local all, life = options_for(device, known.options, options or {}), positive(device.expires_in)
  local client = flow.client(WAIT, all)
  local interval = positive(device.interval) or INTERVAL
  return flow.close(client, wait_for(client, all, interval, life and known.at + life))
end

return devices
