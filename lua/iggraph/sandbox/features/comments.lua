--- Comments and replies that stay: written, hidden, deleted; and media whose comments are closed, or that go.
-- https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment
--
-- What is written comes before what is made up. An account comments as itself. Every seventh made-up medium of an
-- account cannot be deleted.
-- @module iggraph.sandbox.features.comments
local changes = require "iggraph.sandbox.changes"
local delivery = require "iggraph.sandbox.features.webhooks.delivery"
local errors = require "iggraph.sandbox.errors"
local ids = require "iggraph.sandbox.nodes.ids"
local ig_user = require "iggraph.sandbox.nodes.ig_user"
local json = require "iggraph.sandbox.json"
local nodes = require "iggraph.sandbox.nodes"
local parameters = require "iggraph.sandbox.parameters"

local M = {}

local LONGEST = 300 -- characters
local MOST_HASHTAGS, MOST_LINKS = 4, 1

local media, comment = nodes.types.media, nodes.types.comment

-- --- in the store --------------------------------------------------------------------------------

local LIST = "written"

local function key(id) return "comment:" .. id end

local function find(id, context)
  local record = ids.rest("written_comment", id) and context.store.take(key(id))
  if not record then return nil end
  local _, medium = nodes.find(record.media, context)
  local _, parent = nodes.find(record.parent or record.media, context)
  if not medium or not parent then return nil end
  return {
    id = id, text = record.text, time = record.time, user = ig_user.find(record.user),
    media = medium, parent = record.parent and parent,
  }
end

--- Tells of a new comment those whose medium it is on, and those whom it names.
local function announce(context, user, medium, above, id, text)
  delivery.notify(context, medium.account, "comments", json.object("id", id,
    "from", json.object("id", user.id, "username", user.username), "text", text, "parent_id", above and above.id,
    "media", json.object("id", medium.id, "media_product_type", media.fields.media_product_type(medium))))
  for name in text:gmatch "@([%w_.]*[%w_])" do
    local named = ig_user.find_by_username(name)
    if named then
      delivery.notify(context, named, "mentions", json.object("media_id", medium.id, "comment_id", id))
    end
  end
end

--- Keeps a new comment or reply.
-- @tparam table context of the call
-- @tparam table user the IG User that writes it
-- @tparam table medium
-- @tparam ?table parent the comment that it replies to; a reply to a reply goes to the comment above
-- @tparam string text
-- @treturn string its id
function M.add(context, user, medium, parent, text)
  local store = context.store
  local above = parent and (parent.parent or parent)
  local id = ids.numbered("written_comment", store.add("comments", 1))
  store.put(key(id), {
    text = text, time = context.now, user = user.id, media = medium.id, parent = above and above.id,
  })
  changes.prepend(context, (above or medium).id, LIST, id)
  changes.add(context, medium.id, "comments_count", 1)
  if above then changes.add(context, above.id, "replies", 1) end
  announce(context, user, medium, above, id, text)
  return id
end

-- --- writing -------------------------------------------------------------------------------------

local function count(text, pattern) return select(2, text:gsub(pattern, "")) end

--- The message of a call, as it may stand in a comment.
-- @tparam table call
-- @treturn string
function M.message(call)
  local text = parameters.text(call, "message", LONGEST)
  if not text:find("%S") then errors.bad_parameter("message", "must not be empty") end
  if count(text, "#[%w_\128-\255]") > MOST_HASHTAGS or count(text, "https?://") > MOST_LINKS then
    errors.bad_parameter("message", ("must not have more than %d hashtags and %d link"):format(
      MOST_HASHTAGS, MOST_LINKS))
  end
  return text
end

--- Raises the Graph's error if an account cannot comment on a medium: closed comments are so to all but its owner.
-- @tparam table context
-- @tparam table user the account
-- @tparam table medium
function M.need_open(context, user, medium)
  local is_closed = user.id ~= medium.account.id and changes.get(context, medium.id, "is_comment_enabled") == false
  if is_closed or medium.part or medium.product then
    errors.raise { message = "(#100) Comments are not allowed on this media" }
  end
end

local function create(situation, medium)
  M.need_open(situation.context, medium.account, medium)
  return json.object("id", M.add(situation.context, medium.account, medium, nil, M.message(situation.call)))
end

local function reply(situation, node)
  local medium = node.media
  M.need_open(situation.context, medium.account, medium)
  return json.object("id", M.add(situation.context, medium.account, medium, node, M.message(situation.call)))
end

local function success() return json.object("success", true) end

local function hide(situation, node)
  changes.set(situation.context, node.id, "hidden", parameters.boolean(situation.call, "hide"))
  return success()
end

local function delete(situation, node)
  local context = situation.context
  local replies = comment.reply_count(node) + (changes.get(context, node.id, "replies") or 0)
  changes.remove(context, node.id, (node.parent or node.media).id)
  changes.add(context, node.media.id, "comments_count", -1 - replies)
  if node.parent then changes.add(context, node.parent.id, "replies", -1) end
  return success()
end

local function enable(situation, medium)
  changes.set(situation.context, medium.id, "is_comment_enabled",
    parameters.boolean(situation.call, "comment_enabled"))
  return success()
end

-- Product types that are in the account's media.
local IN_FEED = { FEED = true, REELS = true }

local function delete_medium(situation, medium)
  local context = situation.context
  if medium.part then errors.unknown_object("delete", medium.id) end
  if medium.index % 7 == 0 and not medium.published then
    errors.raise { code = -1, subcode = 2207073, is_transient = false, message = "Fatal",
      user_title = "Cannot delete media", user_msg = "This media cannot be deleted." }
  end
  changes.remove(context, medium.id, medium.account.id)
  local product = media.fields.media_product_type(medium)
  if IN_FEED[product] then changes.add(context, medium.account.id, "media_count", -1) end
  return json.object("success", true, "deleted_id", medium.id)
end

function M.extend(graph)
  graph.add_finder(comment, find)
  changes.put_before(media.edges.comments, LIST, find)
  changes.put_before(comment.edges.replies, LIST, find)
  changes.let_count(media, "comments_count")
  changes.let_count(graph.types.ig_user, "media_count")
  changes.let_set(media, "is_comment_enabled")
  changes.let_set(comment, "hidden")
  media.writes.POST[""] = { required = { "comment_enabled" }, run = enable }
  media.writes.POST.comments = { required = { "message" }, run = create }
  media.writes.DELETE[""] = { run = delete_medium }
  comment.writes.POST[""] = { required = { "hide" }, run = hide }
  comment.writes.POST.replies = { required = { "message" }, run = reply }
  comment.writes.DELETE[""] = { run = delete }
end

return M
