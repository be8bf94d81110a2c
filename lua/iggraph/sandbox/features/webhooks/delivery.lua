--- Events of webhooks: what they look like, their signatures, and their way to the app's callback.
-- https://developers.facebook.com/docs/instagram-platform/webhooks
-- @module iggraph.sandbox.features.webhooks.delivery
local callback = require "iggraph.sandbox.callback"
local credentials = require "iggraph.sandbox.credentials"
local encoding = require "iggraph.sandbox.encoding"
local hmac = require "iggraph.sandbox.hmac"
local json = require "iggraph.sandbox.json"
local subscribed_apps = require "iggraph.sandbox.features.subscribed_apps"

local ngx = ngx -- luacheck: read globals ngx

local M = {}

local object = json.object

-- --- signing and sending -------------------------------------------------------------------------

--- A request with an event; both signatures are of its bytes as they are sent.
-- @tparam string body
-- @treturn table for `callback.send`
function M.signed(body)
  return {
    method = "POST", body = body,
    headers = {
      { "Content-Type", "application/json" },
      { "User-Agent", "Webhooks/1.0 (https://fb.me/webhooks)" },
      { "X-Hub-Signature", "sha1=" .. encoding.to_hex(ngx.hmac_sha1(credentials.app_secret, body)) },
      { "X-Hub-Signature-256", "sha256=" .. hmac.sha256(credentials.app_secret, body) },
    },
  }
end

--- @tparam table entries
-- @treturn string the body of a request
function M.event(entries)
  return json.encode(object("object", "instagram", "entry", entries))
end

local ATTEMPTS = 3

-- What is not taken comes again.
local function deliver(premature, url, request)
  for attempt = 1, premature and 0 or ATTEMPTS do
    if callback.send(url, request) == 200 then return end
    ngx.sleep(attempt)
  end
end

--- Sends a request in the background: as often as three times, until the callback says 200.
-- @tparam string url
-- @tparam table request from `signed`
function M.send_later(url, request) ngx.timer.at(0, deliver, url, request) end

-- --- entries -------------------------------------------------------------------------------------

--- An entry of changes.
-- @tparam string account its id
-- @tparam number now
-- @tparam table ... changes: `{ field, value }`
-- @treturn table
function M.entry_of_changes(account, now, ...)
  local changes = {}
  for index, change in ipairs { ... } do changes[index] = object("field", change[1], "value", change[2]) end
  return object("id", account, "time", now, "changes", changes)
end

--- An entry of messaging; times are in milliseconds here.
-- @tparam string account its id
-- @tparam string person the other side's id
-- @tparam number now
-- @tparam table ... events: `{ name of its member, the member, whether the account itself sent it }`
-- @treturn table
function M.entry_of_messages(account, person, now, ...)
  local events = {}
  for index, row in ipairs { ... } do
    local from, to = person, account
    if row[3] then from, to = account, person end
    events[index] = object("sender", object("id", from), "recipient", object("id", to), "timestamp", now * 1000,
      row[1], row[2])
  end
  return object("id", account, "time", now * 1000, "messaging", events)
end

-- --- what happens in the sandbox -----------------------------------------------------------------

--- What an app can subscribe to; the value is the member of a messaging event, "" where it is a change.
-- https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram
M.fields = {
  comments = "", live_comments = "", mentions = "", story_insights = "",
  messages = "message", message_echoes = "message", message_reactions = "reaction", message_edit = "message_edit",
  messaging_handover = "pass_thread_control", messaging_optins = "optin",
  messaging_policy_enforcement = "policy_enforcement", messaging_postbacks = "postback",
  messaging_referral = "referral", messaging_seen = "read", response_feedback = "response_feedback",
  standby = "message",
}

local function entry_of(account, now, field, value, person)
  if M.fields[field] == "" then return M.entry_of_changes(account, now, { field, value }) end
  return M.entry_of_messages(account, person, now, { M.fields[field], value, field == "message_echoes" })
end

local KEY = "webhook:subscription"

--- What the app is subscribed to.
-- @tparam table store
-- @treturn ?table `callback_url`, `fields`
function M.subscription(store) return store.take(KEY) end

--- Keeps what the app is subscribed to.
-- @tparam table store
-- @tparam ?table subscription nil ends it
function M.subscribe(store, subscription)
  if subscription then store.put(KEY, subscription) else store.set(KEY, nil) end
end

local function has(list, wanted)
  for _, item in ipairs(list or {}) do
    if item == wanted then return true end
  end
  return false
end

--- Tells the app's callback what happened, if there is one, and the app and the account are subscribed to the field.
-- Returns at once.
-- @tparam table context of the call that made it happen
-- @tparam table account the IG User that it happened to
-- @tparam string field such as "comments"
-- @tparam table value a JSON object: the change's value, or of a messaging field the member that its name stands for
-- @tparam[opt] string person_id the other side of a message
function M.notify(context, account, field, value, person_id)
  local subscription = ngx and M.subscription(context.store)
  if not subscription or not has(subscription.fields, field) then return end
  if not has(subscribed_apps.fields_of(context.store, account), field) then return end
  local entry = entry_of(account.id, context.now, field, value, person_id)
  M.send_later(subscription.callback_url, M.signed(M.event { entry }))
end

return M
