--- Conversations of an account with the people who wrote to it, and their messages.
-- https://developers.facebook.com/docs/messenger-platform/instagram/features/conversation
--
-- The first person's conversation has 25 messages; of each, all ids are listed, but only the 20 newest can be read.
-- @module iggraph.sandbox.features.conversations
local changes = require "iggraph.sandbox.changes"
local encoding = require "iggraph.sandbox.encoding"
local errors = require "iggraph.sandbox.errors"
local ig_user = require "iggraph.sandbox.nodes.ig_user"
local json = require "iggraph.sandbox.json"
local paging = require "iggraph.sandbox.paging"
local parameters = require "iggraph.sandbox.parameters"
local person_node = require "iggraph.sandbox.nodes.person"
local samples = require "iggraph.sandbox.nodes.samples"
local time = require "iggraph.time"

local M = {}

local READABLE = 20
local LONGEST = 25
local STEP = 420 -- seconds between two made-up messages
local PLATFORMS, FOLDERS = { "instagram", "messenger" }, { "inbox", "spam", "partnership" }

-- Multiples of three, so that nothing in the ids is padded.
local CONVERSATION, MESSAGE = "ig_thread::%s", "ig_message:%s:%05d"

--- The account that a call to a Page or an IG User is about.
-- @tparam table node
-- @treturn ?table nil if the Page has none
function M.account_of(node)
  if not node.category then return node end -- no Page
  return node.instagram and ig_user.find(node.instagram)
end

-- --- messages ------------------------------------------------------------------------------------
-- They are numbered from the oldest; those that were sent go on after the made-up ones.

local function list_key(person) return "messages:" .. person.id end

local function made_up_count(person)
  return person.number == 1 and LONGEST or person.number % 4 + 1
end

local function sent_count(person, context)
  return changes.get(context, person.id, "messages") or 0
end

local function made_up(person, number, now)
  local age = made_up_count(person) - number
  return {
    is_from_person = age % 2 == 0, time = person_node.wrote_at(person, now) - age * STEP,
    text = samples.comments[(person.number + number) % #samples.comments + 1],
  }
end

local function message_at(person, number, context)
  local made = made_up_count(person)
  local node = number > made and context.store.item(list_key(person), number - made)
    or made_up(person, number, context.now)
  node.id = encoding.base64_encode(MESSAGE:format(person.id, number))
  node.person, node.is_old = person, made + sent_count(person, context) - number >= READABLE
  node.reaction = changes.get(context, node.id, "reaction")
  return node
end

local function find_message(id, context)
  local person_id, number = (encoding.base64_decode(id) or ""):match("^ig_message:(%d+):(%d%d%d%d%d)$")
  local person = person_id and person_node.find(person_id)
  number = tonumber(number)
  if not person or number < 1 or number > made_up_count(person) + sent_count(person, context) then return nil end
  return message_at(person, number, context)
end

--- Keeps a message that an account sends.
-- @tparam table context
-- @tparam table person to whom
-- @tparam table record `text` or `attachment` (`{ type, url }`)
-- @treturn string its id
function M.add(context, person, record)
  record.time = context.now
  local number = context.store.append(list_key(person), record)
  changes.set(context, person.id, "messages", number)
  return encoding.base64_encode(MESSAGE:format(person.id, made_up_count(person) + number))
end

--- The message of an id, if it belongs to the conversation with a person.
-- @tparam string id
-- @tparam table person
-- @tparam table context
-- @treturn ?table
function M.message(id, person, context)
  local node = find_message(id, context)
  return node and node.person.id == person.id and node or nil
end

--- The message of an id, which must not be an old one.
local function find_readable(id, context)
  local node = find_message(id, context)
  if node and node.is_old then
    errors.raise { message = "(#100) The message cannot be read: it has been deleted" }
  end
  return node
end

local function as_person(person) return json.object("username", person.username, "id", person.id) end

--- What an old message does not tell any more.
local function unless_old(getter)
  return function(node)
    if node.is_old then return nil end
    return getter(node)
  end
end

local function attachments(node)
  local attachment = node.attachment
  if not attachment then return nil end
  local member = ({ image = "image_data", video = "video_data" })[attachment.type]
  local data = member and json.object(member, json.object("url", attachment.url))
    or json.object("file_url", attachment.url)
  return json.object("data", { data })
end

local function reactions(node)
  if not node.reaction then return nil end
  return json.object("data", { json.object("reaction", node.reaction, "users", { as_person(node.person.account) }) })
end

local message = {
  name = "InstagramMessage", instagram = true, default = { "id", "created_time" },
  fields = {
    id = function(node) return node.id end,
    created_time = function(node) return time.format(node.time) end,
    from = unless_old(function(node)
      return as_person(node.is_from_person and node.person or node.person.account)
    end),
    to = unless_old(function(node)
      return json.object("data", { as_person(node.is_from_person and node.person.account or node.person) })
    end),
    message = unless_old(function(node) return node.text or "" end),
    attachments = unless_old(attachments),
    reactions = unless_old(reactions),
    shares = unless_old(function(node)
      return node.share and json.object("data", { json.object("id", node.share) })
    end),
    story = function() return nil end,          -- replies to stories only
    is_unsupported = function() return nil end, -- what cannot be shown only
  },
}

-- --- conversations -------------------------------------------------------------------------------

local function conversation_with(person, context)
  local count = made_up_count(person) + sent_count(person, context)
  local last = message_at(person, count, context)
  return {
    id = encoding.base64_encode(CONVERSATION:format(person.id)), person = person, count = count,
    time = last.time, text = last.text, folder = changes.get(context, person.id, "folder") or "inbox",
  }
end

local function find_conversation(id, context)
  local person_id = (encoding.base64_decode(id) or ""):match("^ig_thread::(%d+)$")
  local person = person_id and person_node.find(person_id)
  return person and conversation_with(person, context)
end

local function participants(node)
  return json.object("data", { as_person(node.person.account), as_person(node.person) })
end

local conversation = {
  name = "UnifiedThread", instagram = true, default = { "id", "updated_time" },
  fields = {
    id = function(node) return node.id end,
    updated_time = function(node) return time.format(node.time) end,
    participants = participants,
    senders = participants,
    is_owner = function() return true end,
    is_subscribed = function() return true end,
    can_reply = function() return true end,
    folder = function(node) return node.folder end,
    message_count = function(node) return node.count end,
    snippet = function(node) return node.text end,
    unread_count = function() return 0 end,
  },
  edges = { messages = {
    type = message,
    list = function(node, context)
      local made = made_up_count(node.person)
      return {
        count = made, first = made - node.count + 1,
        at = function(position) return message_at(node.person, made + 1 - position, context) end,
      }
    end,
  } },
}

local function newest_first(a, b)
  if a.time ~= b.time then return a.time > b.time end
  return a.person.number < b.person.number
end

--- All conversations of an account that the parameters leave: `user_id`, `folder`.
local function list(node, context, params)
  local call, found = { params = params }, {}
  local platform = parameters.choice(call, "platform", PLATFORMS) or (node.category and "messenger")
  local folder = parameters.choice(call, "folder", FOLDERS) or "inbox"
  local account = platform ~= "messenger" and M.account_of(node)
  for number = 1, account and person_node.COUNT or 0 do
    local thread = conversation_with(person_node.at(account, number), context)
    local is_wanted = not params.user_id or params.user_id == thread.person.id
    if is_wanted and thread.folder == folder then found[#found + 1] = thread end
  end
  table.sort(found, newest_first)
  return paging.list(found)
end

function M.extend(graph)
  graph.add_type("person", person_node)
  graph.add_type("message", message)
  graph.add_type("conversation", conversation)
  graph.add_finder(person_node, person_node.find)
  graph.add_finder(conversation, find_conversation)
  graph.add_finder(message, find_readable)
  for _, owner in ipairs { graph.types.page, graph.types.ig_user } do
    owner.edges.conversations = { type = conversation, list = list }
  end
end

return M
