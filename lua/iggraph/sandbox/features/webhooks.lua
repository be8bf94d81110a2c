--- Webhooks: subscribing a callback, and signed events to it.
-- https://developers.facebook.com/docs/graph-api/webhooks/getting-started
-- https://developers.facebook.com/docs/instagram-platform/webhooks
--
-- `POST /<app-id>/subscriptions` with the app's token asks the callback for its challenge at once. From then on
-- `notify` brings it what happens in the sandbox, in the background, as often as three times until it says 200.
--
-- On request, `POST /_sandbox/webhook` sends one event, and answers what the callback said (`{"status":200,"body":""}`)
-- or why nothing was sent (`{"error":"connection refused"}`). Parameters, as a form or as JSON: `kind` (see KINDS
-- below), `url` (else the subscribed one), `account`, `fault` (see FAULTS below), `body` (a text to sign and send
-- instead of an event), `background` (anything: it is sent as `notify` does, and the answer does not wait for it).
-- @module iggraph.sandbox.features.webhooks
local callback = require "iggraph.sandbox.callback"
local credentials = require "iggraph.sandbox.credentials"
local encoding = require "iggraph.sandbox.encoding"
local errors = require "iggraph.sandbox.errors"
local hmac = require "iggraph.sandbox.hmac"
local json = require "iggraph.sandbox.json"

local ngx = ngx -- luacheck: read globals ngx

local M = {}

local object = json.object

-- --- signing and sending -------------------------------------------------------------------------

--- A request with an event; both signatures are of its bytes as they are sent.
local function signed(body)
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

local function event(entries)
  return json.encode(object("object", "instagram", "entry", entries))
end

local ATTEMPTS = 3

--- Brings an event to a callback, in the background; what is not taken comes again.
local function deliver(premature, url, request)
  for attempt = 1, premature and 0 or ATTEMPTS do
    if callback.send(url, request) == 200 then return end
    ngx.sleep(attempt)
  end
end

local function send_later(url, request) ngx.timer.at(0, deliver, url, request) end

-- --- entries -------------------------------------------------------------------------------------

local function entry_of_changes(account, now, ...)
  local changes = {}
  for index, change in ipairs { ... } do changes[index] = object("field", change[1], "value", change[2]) end
  return object("id", account, "time", now, "changes", changes)
end

-- One page of the documentation has it so.
local function entry_of_field(account, now, change)
  return object("id", account, "time", now, "field", change[1], "value", change[2])
end

--- An entry of messaging; times are in milliseconds here. An event is the name of its member, the member, and true if
-- the account itself sent it.
local function entry_of_messages(account, person, now, ...)
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

-- What an app can subscribe to; the value is the member of a messaging event, "" where it is a change.
-- https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram
local FIELDS = {
  comments = "", live_comments = "", mentions = "", story_insights = "",
  messages = "message", message_echoes = "message", message_reactions = "reaction", message_edit = "message_edit",
  messaging_handover = "pass_thread_control", messaging_optins = "optin",
  messaging_policy_enforcement = "policy_enforcement", messaging_postbacks = "postback",
  messaging_referral = "referral", messaging_seen = "read", response_feedback = "response_feedback",
  standby = "message",
}

local function entry_of(account, now, field, value, person)
  if FIELDS[field] == "" then return entry_of_changes(account, now, { field, value }) end
  return entry_of_messages(account, person, now, { FIELDS[field], value, field == "message_echoes" })
end

local KEY = "webhook:subscription"

--- Tells the app's callback what happened, if there is one and it asked for the field. Returns at once.
-- @tparam table context of the call that made it happen
-- @tparam string account_id the IG User that it happened to
-- @tparam string field such as "comments"
-- @tparam table value a JSON object: the change's value, or of a messaging field the member that its name stands for
-- @tparam[opt] string person_id the other side of a message
function M.notify(context, account_id, field, value, person_id)
  local subscription = context.store.take(KEY)
  if not subscription or not ngx then return end
  for _, wanted in ipairs(subscription.fields) do
    if wanted == field then
      local entry = entry_of(account_id, context.now, field, value, person_id)
      send_later(subscription.callback_url, signed(event { entry }))
    end
  end
end

--- Lets what a write answers be followed by an event; the value is made of the node, the text and the new id.
local function announce_comments(row, make_value)
  local run = row.run
  row.run = function(situation, node)
    local answer = run(situation, node)
    local account, id = (node.media or node).account, answer[2] -- of `json.object("id", id)`
    M.notify(situation.context, account.id, "comments", make_value(node, situation.call.params.message, id))
    return answer
  end
end

function M.extend(graph)
  local media, comment, ig_user = graph.types.media, graph.types.comment, graph.types.ig_user

  local function value(medium, text, id, parent_id)
    return object("id", id,
      "from", object("id", medium.account.id, "username", ig_user.fields.username(medium.account)), "text", text,
      "parent_id", parent_id, "media", object("id", medium.id,
        "media_product_type", media.fields.media_product_type(medium)))
  end
  announce_comments(media.writes.POST.comments, value)
  announce_comments(comment.writes.POST.replies, function(node, text, id)
    return value(node.media, text, id, (node.parent or node).id)
  end)
end

-- --- subscribing ---------------------------------------------------------------------------------

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
    if not FIELDS[name] then errors.bad_parameter("fields", "must not contain '" .. name .. "'") end
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
  for _, name in ipairs(REQUIRED) do
    if (params[name] or "") == "" then errors.missing_parameter(name) end
  end
  check_object(params)
  local fields = read_fields(params.fields)
  verify(params.callback_url, ("%d"):format(1158201443 + store.add("webhook:challenges", 1)), params.verify_token)
  store.put(KEY, { callback_url = params.callback_url, fields = fields })
  return object("success", true)
end

local function list(situation)
  check_caller(situation)
  local data, subscription = {}, situation.store.take(KEY)
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
  local subscription, unwanted, kept = store.take(KEY), {}, {}
  for _, name in ipairs(read_fields(params.fields or "")) do unwanted[name] = true end
  for _, name in ipairs(subscription and params.fields and subscription.fields or {}) do
    if not unwanted[name] then kept[#kept + 1] = name end
  end
  if #kept > 0 then
    store.put(KEY, { callback_url = subscription.callback_url, fields = kept })
  else
    store.set(KEY, nil)
  end
  return object("success", true)
end

-- --- events on request ---------------------------------------------------------------------------

local PERSON, USERNAME = "5827364518273645", "commenter"
local MEDIA, OTHER_MEDIA, COMMENT = "17918195224117851", "17895695668004550", "17899999999999999"
local STORY_URL = "https://lookaside.sandbox.invalid/story?asset_id=1&signature=a"

local function comment(product_type)
  return object("id", COMMENT, "from", object("id", PERSON, "username", USERNAME), "text", "Größe 3/4? 🦖",
    "parent_id", "17888888888888888", "media", object("id", MEDIA, "media_product_type", product_type))
end

local function message(...)
  return object("mid", "aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE", ...)
end

local CHANGES = {
  comments = { "comments", comment "FEED" },
  live_comments = { "live_comments", comment "LIVE" },
  mentions = { "mentions", object("media_id", MEDIA, "comment_id", COMMENT) },
  caption_mention = { "mentions", object("media_id", MEDIA) },
  story_insights = { "story_insights", object("media_id", OTHER_MEDIA, "impressions", 444, "reach", 44,
    "taps_forward", 4, "taps_back", 3, "exits", 3, "replies", 0) },
}

local MESSAGES = {
  message = { "message", message("text", "Wie geht's? / 你好 🦖") },
  attachment = { "message", message("attachments", {
    object("type", "image", "payload", object("url", "https://lookaside.sandbox.invalid/image?asset_id=2")),
  }) },
  quick_reply = { "message", message("text", "Yes", "quick_reply", object("payload", "YES")) },
  story_reply = { "message", message("text", "Nice!", "reply_to", object("story", object("id", OTHER_MEDIA,
    "url", STORY_URL))) },
  deleted = { "message", message("is_deleted", true) },
  unsupported = { "message", message("is_unsupported", true) },
  echo = { "message", message("text", "From the account itself", "is_echo", true), true },
  reaction = { "reaction", message("action", "react", "reaction", "love", "emoji", "❤️") },
  unreact = { "reaction", message("action", "unreact") },
  postback = { "postback", message("title", "Start", "payload", "START") },
  referral = { "referral", object("ref", "summer", "source", "IGME-SOURCE-LINK", "type", "OPEN_THREAD") },
  read = { "read", message() },
  message_edit = { "message_edit", message("text", "Edited", "num_edit", 1) },
  optin = { "optin", object("type", "notification_messages", "notification_messages_token", "6512345678901234567",
    "title", "News", "payload", "NEWS") },
}

-- Name -> the whole body, by account and time. Beside these each name of CHANGES and of MESSAGES is a kind, in an entry
-- of its own.
local KINDS = {
  direct = function(account, now) return event { entry_of_field(account, now, CHANGES.comments) } end,
  -- Several of everything in one POST.
  several = function(account, now)
    return event {
      entry_of_changes(account, now, CHANGES.comments, CHANGES.mentions),
      entry_of_changes("17841400000000001", now - 1, CHANGES.story_insights),
      entry_of_messages(account, PERSON, now, MESSAGES.message, MESSAGES.reaction),
    }
  end,
  -- The dashboard's test events have 0 as id; here the other ids are numbers, which they may be as well.
  test = function(_, now)
    local body = event { entry_of_changes("0", now, CHANGES.comments) }
    return (body:gsub('"id":"(%d%d+)"', '"id":%1'))
  end,
}

for name, change in pairs(CHANGES) do
  KINDS[name] = function(account, now) return event { entry_of_changes(account, now, change) } end
end

for name, row in pairs(MESSAGES) do
  KINDS[name] = function(account, now) return event { entry_of_messages(account, PERSON, now, row) } end
end

local function on_signatures(change)
  return function(request)
    local headers = {}
    for _, header in ipairs(request.headers) do
      if header[1]:find("^X%-Hub") then
        for _, changed in ipairs { change(header[1], header[2]) } do headers[#headers + 1] = changed end
      else
        headers[#headers + 1] = header
      end
    end
    request.headers = headers
  end
end

-- What may be wrong with a request: functions that spoil it.
local FAULTS = {
  changed_byte = function(request)
    request.body = request.body:gsub("%d", function(digit) return (digit + 1) % 10 end, 1)
  end,
  no_signature = on_signatures(function() return nil end),
  only_sha1 = on_signatures(function(name, value)
    if not name:find("256$") then return { name, value } end
  end),
  doubled = on_signatures(function(name, value) return { name, value }, { name, value } end),
  upper_case = on_signatures(function(name, value)
    return { name, (value:gsub("=.*", string.upper)) }
  end),
  upper_case_name = on_signatures(function(name, value) return { name:upper(), value } end),
  wrong_signature = on_signatures(function(name, value)
    return { name, (value:gsub("=.*", function(digest) return "=" .. digest:sub(2):reverse() end)) }
  end),
}

local GUIDE_ACCOUNT = "17841405822304914"

local function control(stores, call)
  local params = call.params
  local subscription = stores.state.take(KEY) or {}
  local url, make = params.url or subscription.callback_url, KINDS[params.kind or "comments"]
  local spoil = FAULTS[params.fault or ""]
  if not url then return object("error", "nothing is subscribed, and no url was given") end
  if not make and not params.body then return object("error", "no such kind: " .. params.kind) end
  if params.fault and not spoil then return object("error", "no such fault: " .. params.fault) end
  local request = signed(params.body or make(params.account or GUIDE_ACCOUNT, call.now))
  if spoil then spoil(request) end
  if params.background then
    send_later(url, request)
    return object("success", true)
  end
  local status, body = callback.send(url, request)
  if not status then return object("error", body) end
  return object("status", status, "body", body)
end

M.roots = { [credentials.app_id .. "/subscriptions"] = { GET = list, POST = subscribe, DELETE = unsubscribe } }
M.controls = { webhook = { POST = control } }

return M
