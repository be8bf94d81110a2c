--- Webhooks: an app subscribes a callback, and is told what happens in the sandbox by signed events.
-- https://developers.facebook.com/docs/graph-api/webhooks/getting-started
-- https://developers.facebook.com/docs/instagram-platform/webhooks
--
-- `POST /<app-id>/subscriptions` with the app's token asks the callback for its challenge at once. From then on it gets
-- `comments`, `mentions` and `message_echoes` of the accounts that are subscribed as well: see
-- `iggraph.sandbox.features.subscribed_apps`. Events of all other kinds are there on request: see
-- `iggraph.sandbox.features.webhooks.samples`.
-- @module iggraph.sandbox.features.webhooks
local callback = require "iggraph.sandbox.callback"
local credentials = require "iggraph.sandbox.credentials"
local delivery = require "iggraph.sandbox.features.webhooks.delivery"
local encoding = require "iggraph.sandbox.encoding"
local errors = require "iggraph.sandbox.errors"
local json = require "iggraph.sandbox.json"
local parameters = require "iggraph.sandbox.parameters"
local samples = require "iggraph.sandbox.features.webhooks.samples"

local M = {}

local object = json.object

local function check_caller(situation)
  if situation.context.grant.type ~= "APP" then
    errors.raise { code = 15, message = "(#15) This method must be called with an app access_token." }
  end
end

local function check_object(params)
  if params.object ~= "instagram" then errors.bad_parameter("object", "must be one of {instagram}") end
end

local function read_fields(text)
  local fields = {}
  for name in text:gmatch("[%w_]+") do
    if not delivery.fields[name] then errors.bad_parameter("fields", "must not contain '" .. name .. "'") end
    fields[#fields + 1] = name
  end
  return fields
end

--- Asks a callback to prove that it wants this: it has to know the token, and to give the challenge back.
local function verify(url, challenge, verify_token)
  local query = ("hub.mode=subscribe&hub.challenge=%s&hub.verify_token=%s"):format(challenge,
    encoding.percent_encode(verify_token))
  local status, body = callback.send(url, { method = "GET", query = (url:find("?", 1, true) and "&" or "?") .. query })
  local why = not status and body or status ~= 200 and "HTTP Status Code = " .. status
    or body ~= challenge and "the challenge did not come back"
  if why then
    errors.raise { code = 2200, message = "(#2200) Callback verification failed with the following errors: " .. why }
  end
end

local REQUIRED = { "object", "callback_url", "fields", "verify_token" }

local function subscribe(situation)
  local params, store = situation.call.params, situation.store
  check_caller(situation)
  parameters.require(situation.call, REQUIRED)
  check_object(params)
  local fields = read_fields(params.fields)
  verify(params.callback_url, ("%d"):format(1158201443 + store.add("webhook:challenges", 1)), params.verify_token)
  delivery.subscribe(store, { callback_url = params.callback_url, fields = fields })
  return object("success", true)
end

local function list(situation)
  check_caller(situation)
  local data, subscription = {}, delivery.subscription(situation.store)
  if subscription then
    local fields = {}
    for index, name in ipairs(subscription.fields) do
      fields[index] = object("name", name, "version", situation.call.serving)
    end
    data[1] = object("object", "instagram", "callback_url", subscription.callback_url, "active", true,
      "fields", fields)
  end
  return object("data", data)
end

--- Without `fields` all of it ends.
local function unsubscribe(situation)
  local params, store = situation.call.params, situation.store
  check_caller(situation)
  check_object(params)
  local subscription, unwanted, kept = delivery.subscription(store), {}, {}
  for _, name in ipairs(read_fields(params.fields or "")) do unwanted[name] = true end
  for _, name in ipairs(subscription and params.fields and subscription.fields or {}) do
    if not unwanted[name] then kept[#kept + 1] = name end
  end
  delivery.subscribe(store, #kept > 0 and { callback_url = subscription.callback_url, fields = kept } or nil)
  return object("success", true)
end

M.roots = { [credentials.app_id .. "/subscriptions"] = { GET = list, POST = subscribe, DELETE = unsubscribe } }
M.controls = { webhook = { POST = samples.control } }

return M
