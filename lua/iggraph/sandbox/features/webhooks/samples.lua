--- Events on request: `POST /_sandbox/webhook` sends one, of each kind that there is, rightly or with a fault.
--
-- It answers what the callback said (`{"status":200,"body":""}`) or why nothing was sent
-- (`{"error":"connection refused"}`). Parameters, as a form or as JSON: `kind` (see KINDS below), `url` (else the
-- subscribed one), `account`, `fault` (see FAULTS below), `body` (a text to sign and send instead of an event),
-- `background` (anything: the answer does not wait for it, and what is not taken comes again).
-- @module iggraph.sandbox.features.webhooks.samples
local callback = require "iggraph.sandbox.callback"
local delivery = require "iggraph.sandbox.features.webhooks.delivery"
local json = require "iggraph.sandbox.json"

local M = {}

local object = json.object
local event, entry_of_changes, entry_of_messages = delivery.event, delivery.entry_of_changes, delivery.entry_of_messages

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

-- One page of the documentation has it so.
local function entry_of_field(account, now, change)
  return object("id", account, "time", now, "field", change[1], "value", change[2])
end

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

--- The control.
-- @tparam table stores see `recorder.control`
-- @tparam table call
-- @treturn table a JSON object
function M.control(stores, call)
  local params = call.params
  local subscription = delivery.subscription(stores.state) or {}
  local url, make = params.url or subscription.callback_url, KINDS[params.kind or "comments"]
  local spoil = FAULTS[params.fault or ""]
  if not url then return object("error", "nothing is subscribed, and no url was given") end
  if not make and not params.body then return object("error", "no such kind: " .. params.kind) end
  if params.fault and not spoil then return object("error", "no such fault: " .. params.fault) end
  local request = delivery.signed(params.body or make(params.account or GUIDE_ACCOUNT, call.now))
  if spoil then spoil(request) end
  if params.background then
    delivery.send_later(url, request)
    return object("success", true)
  end
  local status, body = callback.send(url, request)
  if not status then return object("error", body) end
  return object("status", status, "body", body)
end

return M
