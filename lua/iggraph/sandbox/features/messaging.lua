--- Messages that are sent: texts, attachments, reactions, private replies; and how people are dealt with.
-- https://developers.facebook.com/docs/messenger-platform/instagram/features/send-message
--
-- A Page, or an IG User, sends to the twelve people of `iggraph.sandbox.nodes.person`. Whose id ends in 9 wrote three
-- days ago, which only a human agent may answer. What is sent can be read in `iggraph.sandbox.features.conversations`.
-- The settings are in `iggraph.sandbox.features.messenger_profile`, the webhook fields in
-- `iggraph.sandbox.features.subscribed_apps`.
-- @module iggraph.sandbox.features.messaging
local changes = require "iggraph.sandbox.changes"
local conversations = require "iggraph.sandbox.features.conversations"
local delivery = require "iggraph.sandbox.features.webhooks.delivery"
local errors = require "iggraph.sandbox.errors"
local ids = require "iggraph.sandbox.nodes.ids"
local json = require "iggraph.sandbox.json"
local nodes = require "iggraph.sandbox.nodes"
local parameters = require "iggraph.sandbox.parameters"
local person_node = require "iggraph.sandbox.nodes.person"
local time = require "iggraph.time"

local M = {}

local LONGEST = 1000 -- bytes
local DAY = 86400
local ACTIONS = { "mark_seen", "typing_on", "typing_off", "react", "unreact" }
local MESSAGING_TYPES, TAGS = { "RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY" }, { "HUMAN_AGENT" }
local PLATFORMS = { "instagram", "messenger" }

-- Attachments by type: what their payload has to have.
local ATTACHMENTS = {
  image = "url", video = "url", audio = "url", file = "url", MEDIA_SHARE = "id", template = "template_type",
  like_heart = "",
}
local ATTACHMENT_TYPES = { "image", "video", "audio", "file", "MEDIA_SHARE", "template", "like_heart" }

-- --- to whom -------------------------------------------------------------------------------------

local function no_such_person()
  errors.raise { subcode = 2018001, message = "(#100) No matching user found" }
end

local function addressed(id, account)
  local person = person_node.find(tostring(id))
  if not person or not account or person.account.id ~= account.id then no_such_person() end
  return person
end

--- Who wrote a comment; a comment is answered in private once.
local function commenter(node, account, context)
  if not account or node.user or node.media.account.id ~= account.id then no_such_person() end
  if changes.get(context, node.id, "answered") then
    errors.raise { code = 10900, message = "(#10900) Activity already replied to" }
  end
  return person_node.at(account, node.who % person_node.COUNT + 1)
end

local function check_window(call, person, context)
  if parameters.choice(call, "tag", TAGS) then return end
  if context.now - person_node.wrote_at(person, context.now) > DAY then
    errors.raise { code = 10, subcode = 2534022,
      message = "(#10) This message is sent outside of allowed window." }
  end
end

local function check_not_blocked(person, context)
  if changes.get(context, person.id, "blocked") then
    errors.raise { code = 551, subcode = 1545041, message = "(#551) This person isn't available right now." }
  end
end

-- --- what ----------------------------------------------------------------------------------------

local function read_attachment(attachment, context)
  if type(attachment) ~= "table" then errors.bad_parameter("message[attachment]", "must be an object") end
  local kind = parameters.one_of("message[attachment][type]", attachment.type or "", ATTACHMENT_TYPES)
  local member = ATTACHMENTS[kind]
  local payload = type(attachment.payload) == "table" and attachment.payload or {}
  local value = payload[member] or member == "url" and payload.attachment_id
  if member ~= "" and not value then errors.missing_parameter("message[attachment][payload][" .. member .. "]") end
  if kind == "MEDIA_SHARE" then
    return { share = nodes.need(nodes.types.media, tostring(value), context).id }
  end
  if payload.url and not tostring(payload.url):find("^https?://[^/]") then
    errors.bad_parameter("message[attachment][payload][url]", "must be a valid URL")
  end
  return { attachment = { type = kind, url = payload.url } }
end

local function read_message(call, context)
  local message = parameters.json(call, "message") or errors.missing_parameter("message")
  if message.text and message.attachment then
    errors.raise { message = "(#100) A message has either text or an attachment" }
  end
  if message.attachment then return read_attachment(message.attachment, context) end
  if type(message.text) ~= "string" or message.text == "" then
    errors.raise { message = "(#100) Message cannot be empty, must provide valid attachment or text" }
  end
  if #message.text > LONGEST then
    errors.raise { message = "(#100) Length of param message[text] must be less than or equal to " .. LONGEST }
  end
  return { text = message.text }
end

local function check_reply_to(call, person, context)
  local reply_to = parameters.json(call, "reply_to")
  if reply_to and not conversations.message(tostring(reply_to.mid), person, context) then
    errors.bad_parameter("reply_to[mid]", "must be the id of a message in this conversation")
  end
end

-- --- sending -------------------------------------------------------------------------------------

--- What a sender action does beyond showing on the other side: reactions stay with their message.
local function act(call, action, person, context)
  if action ~= "react" and action ~= "unreact" then return end
  local payload = parameters.json(call, "payload") or errors.missing_parameter("payload")
  local message = conversations.message(tostring(payload.message_id), person, context)
  if not message then errors.bad_parameter("payload[message_id]", "must be the id of a message") end
  if action == "react" and type(payload.reaction) ~= "string" then errors.missing_parameter("payload[reaction]") end
  changes.set(context, message.id, "reaction", action == "react" and payload.reaction or nil)
end

local function answer(person, message_id)
  return json.object("recipient_id", person.id, "message_id", message_id)
end

-- What is shared is in no documented echo, so of that only the id is told.
local function echo_of(record, id)
  local attachment = record.attachment
  return json.object("mid", id, "text", record.text, "is_echo", true, "attachments", attachment and {
    json.object("type", attachment.type, "payload", json.object("url", attachment.url)),
  } or nil)
end

local function deliver(person, record, context)
  local id = conversations.add(context, person, record)
  delivery.notify(context, person.account, "message_echoes", echo_of(record, id), person.id)
  return answer(person, id)
end

local function send_private_reply(call, recipient, account, context)
  local node = nodes.need(nodes.types.comment, tostring(recipient.comment_id), context)
  local person = commenter(node, account, context)
  local record = read_message(call, context)
  changes.set(context, node.id, "answered", true)
  return deliver(person, record, context)
end

local function send(situation, node)
  local call, context, account = situation.call, situation.context, conversations.account_of(node)
  local recipient = parameters.json(call, "recipient")
  parameters.choice(call, "messaging_type", MESSAGING_TYPES)
  if recipient.comment_id then return send_private_reply(call, recipient, account, context) end
  local person = addressed(recipient.id or errors.missing_parameter("recipient[id]"), account)
  check_not_blocked(person, context)
  check_window(call, person, context)
  local action = parameters.choice(call, "sender_action", ACTIONS)
  if action then
    act(call, action, person, context)
    return answer(person)
  end
  check_reply_to(call, person, context)
  return deliver(person, read_message(call, context), context)
end

--- Keeps an attachment for several messages.
local function upload(situation)
  local call = situation.call
  parameters.choice(call, "platform", PLATFORMS)
  local message = parameters.json(call, "message")
  read_attachment(message.attachment, situation.context)
  return json.object("attachment_id", ids.numbered("attachment", situation.store.add("message_attachments", 1)))
end

-- --- people --------------------------------------------------------------------------------------

-- What an action changes of a person.
local MODERATION = {
  BLOCK_USER = { name = "blocked", value = true }, UNBLOCK_USER = { name = "blocked" },
  MOVE_TO_SPAM = { name = "folder", value = "spam" },
}
local MODERATION_NAMES = { "BLOCK_USER", "MOVE_TO_SPAM", "UNBLOCK_USER" }

local function moderate(situation, account)
  local call, context, people = situation.call, situation.context, {}
  local actions = parameters.list(call, "actions", MODERATION_NAMES)
  for index, user in ipairs(parameters.list(call, "user_ids")) do
    people[index] = addressed(type(user) == "table" and user.id or user, account)
  end
  for _, person in ipairs(people) do
    for _, action in ipairs(actions) do
      local change = MODERATION[action]
      changes.set(context, person.id, change.name, change.value)
    end
  end
  return json.object("success", true)
end

--- Leave to write to a person later, given by the first three.
local token = {
  name = "UserPageOneTimeOptInTokenSettings", instagram = true,
  default = { "recipient_id", "notification_messages_token", "token_expiry_timestamp", "user_token_status" },
  fields = {
    id = function() return nil end,
    recipient_id = function(node) return node.person.id end,
    notification_messages_token = function(node) return "6" .. node.person.id end,
    creation_timestamp = function(node) return time.format(node.time) end,
    token_expiry_timestamp = function(node) return time.format(node.time + 180 * DAY) end,
    notification_messages_timezone = function() return "UTC" end,
    topic_title = function() return "News" end,
    user_token_status = function() return "NOT_REFRESHED" end,
  },
}

local function list_tokens(account, context)
  return { count = 3, at = function(position)
    local person = person_node.at(account, position)
    return { person = person, time = person_node.wrote_at(person, context.now) }
  end }
end

function M.extend(graph)
  local page, account = graph.types.page, graph.types.ig_user
  local send_row, upload_row = { required = { "recipient" }, run = send }, { required = { "message" }, run = upload }
  graph.add_type("notification_message_token", token)
  page.writes.POST.messages, account.writes.POST.messages = send_row, send_row
  page.writes.POST.message_attachments, account.writes.POST.messageattachments = upload_row, upload_row
  account.writes.POST.moderate_conversations = { required = { "actions", "user_ids" }, run = moderate }
  account.edges.notification_message_tokens = { type = token, list = list_tokens }
end

return M
