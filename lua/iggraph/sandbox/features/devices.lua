--- Login for devices: a code on a screen, typed in elsewhere, and a device that asks until it is done.
-- https://developers.facebook.com/docs/facebook-login/for-devices
--
-- The control `POST /_sandbox/device` is the person: `user_code=…&answer=approve` (or `deny`). Without a user code it
-- sets how logins begin from now on: `interval` and `expires_in` (seconds), `polls` (after so many answers that it is
-- pending a login approves itself; none: it waits for the person).
-- @module iggraph.sandbox.features.devices
local credentials = require "iggraph.sandbox.credentials"
local errors = require "iggraph.sandbox.errors"
local json = require "iggraph.sandbox.json"
local oauth = require "iggraph.sandbox.oauth"
local opaque = require "iggraph.sandbox.opaque"
local tokens = require "iggraph.sandbox.tokens"

local M = {}

local DEFAULTS = "device_defaults"
local INTERVAL, EXPIRES_IN = 5, 420

-- What a device is told while it has no token: subcode, message, what the person would be shown.
local REFUSALS = {
  pending = { 1349174, "authorization_pending", "Waiting for you",
    "The code has not been entered yet. Enter it on the device page to go on." },
  hasty = { 1349172, "slow_down", "Too many tries", "The device asks too often. It has to wait longer in between." },
  denied = { 1349173, "authorization_declined", "Not logged in", "The login was declined." },
  expired = { 1349152, "code_expired", "The code has expired", "This code is no longer good. Ask for a new one." },
}

local function refuse(reason)
  local row = REFUSALS[reason]
  errors.raise { code = 31, subcode = row[1], message = row[2], user_title = row[3], user_msg = row[4] }
end

local OF_APP = { APP = true, CLIENT = true }

local function check_app(situation)
  if OF_APP[situation.context.grant.type] then return end
  errors.raise { code = 190, class = "invalid_token",
    message = "This method must be called with a client access token or an app access token." }
end

local function key_of(code) return "device:" .. code end

local function start(situation)
  check_app(situation)
  local call, store = situation.call, situation.store
  local defaults, seed = store.take(DEFAULTS) or {}, store.add("devices", 1) * 32452843 + call.now
  local code, user_code = opaque.text(seed, 32):lower(), opaque.text(seed + 1, 8):upper()
  local interval, expires_in = defaults.interval or INTERVAL, defaults.expires_in or EXPIRES_IN
  store.put(key_of(code), {
    interval = interval, expires_at = call.now + expires_in, polls = defaults.polls, user_code = user_code,
    scopes = oauth.names(call.params.scope),
  })
  store.set("device_code:" .. user_code, code)
  return json.object("code", code, "user_code", user_code, "verification_uri", "https://www.facebook.com/device",
    "expires_in", expires_in, "interval", interval)
end

--- What the person has answered: "approve", "deny", or nil while there is no answer.
local function decision(device, code, store)
  local answer = store.get("device_answer:" .. device.user_code)
  if answer or not device.polls then return answer end
  return store.add("device_polls:" .. code, 1) > device.polls and "approve" or nil
end

local function is_hasty(device, code, now, store)
  local key = "device_polled:" .. code
  local last = store.get(key)
  store.set(key, now)
  return last ~= nil and now - last < device.interval
end

local function finish(situation, device, code)
  local now, store = situation.call.now, situation.store
  store.put(key_of(code), { expires_at = 0 }) -- it is good once
  local token = tokens.issue({
    type = "USER", me = credentials.person, user = credentials.person, long = true,
    scopes = oauth.merge("public_profile", device.scopes),
  }, now, tokens.LONG, store)
  return json.object("access_token", token, "expires_in", tokens.LONG,
    "data_access_expiration_time", now + tokens.DATA_ACCESS)
end

local function poll(situation)
  check_app(situation)
  local now, store = situation.call.now, situation.store
  local code = situation.call.params.code or errors.missing_parameter("code")
  local device = store.take(key_of(code)) or errors.bad_parameter("code", "is no code of a device")
  if now >= device.expires_at then refuse "expired" end
  if is_hasty(device, code, now, store) then refuse "hasty" end
  local answer = decision(device, code, store)
  if not answer then refuse "pending" end
  if answer == "deny" then refuse "denied" end
  return finish(situation, device, code)
end

-- --- the person ----------------------------------------------------------------------------------

local ANSWERS = { approve = true, deny = true }

local function control(stores, call)
  local params, state = call.params, stores.state
  if not params.user_code then
    state.put(DEFAULTS, {
      interval = tonumber(params.interval), expires_in = tonumber(params.expires_in), polls = tonumber(params.polls),
    })
  elseif ANSWERS[params.answer] and state.get("device_code:" .. params.user_code) then
    state.set("device_answer:" .. params.user_code, params.answer)
  else
    return nil
  end
  return json.object("success", true)
end

M.roots = {
  ["device/login"] = { POST = start },
  ["device/login_status"] = { POST = poll },
}

M.controls = { device = { POST = control } }

return M
