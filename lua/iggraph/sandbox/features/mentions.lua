--- Mentions: media and comments of others that name an account, its answers to them, and where it is tagged.
-- https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/mentions
--
-- Any medium and any comment of the sandbox can be read as one that mentions the account.
-- @module iggraph.sandbox.features.mentions
local changes = require "iggraph.sandbox.changes"
local comments = require "iggraph.sandbox.features.comments"
local errors = require "iggraph.sandbox.errors"
local fields = require "iggraph.sandbox.fields"
local ig_user = require "iggraph.sandbox.nodes.ig_user"
local json = require "iggraph.sandbox.json"
local nodes = require "iggraph.sandbox.nodes"
local render = require "iggraph.sandbox.render"

local M = {}

local media, comment = nodes.types.media, nodes.types.comment

-- --- reading -------------------------------------------------------------------------------------

local function read(node_type, id, selection, context, name)
  if (id or "") == "" then errors.missing_parameter(name) end
  return render.node(render.plan(node_type, selection, context), nodes.need(node_type, id, context))
end

--- A field with an argument, `mentioned_media.media_id(…){…}`, which can be read as an edge as well.
local function add_mentioned(name, argument, node_type)
  ig_user.parametric[name] = function(field, context)
    local value = read(node_type, field.modifiers[argument], field.fields, context, argument)
    return function() return value end
  end
  ig_user.reads[name] = function(situation)
    local params = situation.call.params
    return read(node_type, params[argument], fields.selection(params), situation.context, argument)
  end
end

-- --- tags ----------------------------------------------------------------------------------------

local MOST_TAGS = 30

--- The account whose media tag this one.
local function tagger_of(account) return ig_user.with_media(account.count % 1000 + 1) end

local function list_tags(account)
  local tagger = tagger_of(account)
  return {
    count = math.min(tagger.count, MOST_TAGS),
    at = function(position) return media.at(tagger, position) end,
  }
end

-- --- answering -----------------------------------------------------------------------------------

local function answer(situation, account)
  local call, context = situation.call, situation.context
  local text = comments.message(call)
  local medium = nodes.need(media, call.params.media_id, context)
  local above = (call.params.comment_id or "") ~= "" and nodes.need(comment, call.params.comment_id, context) or nil
  if above and above.media.id ~= medium.id then
    errors.bad_parameter("comment_id", "must be the id of a comment on the media")
  end
  comments.need_open(context, account, medium)
  return json.object("id", comments.add(context, account, medium, above, text))
end

-- --- likes ---------------------------------------------------------------------------------------
-- https://developers.facebook.com/docs/instagram-platform/likes

local MOST_LIKES, WITHIN, LOCK = 50, 5, 3600 -- seconds

--- Counts the likes and unlikes of a few seconds; more than are allowed lock the account for an hour.
local function check_burst(context, account)
  local key = "likes:" .. account.id
  local burst = context.store.take(key)
  if not burst or context.now >= burst.ends then burst = { ends = context.now + WITHIN, count = 0 } end
  burst.count = burst.count + 1
  if burst.count == MOST_LIKES + 1 then burst.ends = context.now + LOCK end
  context.store.put(key, burst)
  if burst.count > MOST_LIKES then
    errors.raise { code = 368, is_transient = false,
      message = "(#368) The action attempted has been deemed abusive or is otherwise disallowed" }
  end
end

--- The medium or the comment that is meant.
local function liked_node(situation)
  local params, context = situation.call.params, situation.context
  local of_media, of_comment = (params.media_id or "") ~= "", (params.comment_id or "") ~= ""
  if of_media == of_comment then
    errors.raise { message = "(#100) Exactly one of the parameters media_id and comment_id is required" }
  end
  if of_media then return nodes.need(media, params.media_id, context) end
  return nodes.need(comment, params.comment_id, context)
end

--- Both may be said again and again.
local function set_liked(is_liked)
  return function(situation, account)
    local context, node = situation.context, liked_node(situation)
    check_burst(context, account)
    local name = "liked_by:" .. account.id
    if (changes.get(context, node.id, name) or false) ~= is_liked then
      changes.set(context, node.id, name, is_liked)
      changes.add(context, node.id, "like_count", is_liked and 1 or -1)
    end
    return json.object("success", true)
  end
end

function M.extend(graph)
  local account = graph.types.ig_user
  add_mentioned("mentioned_media", "media_id", media)
  add_mentioned("mentioned_comment", "comment_id", comment)
  account.edges.tags = { type = media, list = list_tags }
  account.writes.POST.mentions = { required = { "media_id", "message" }, run = answer }
  account.writes.POST.likes = { run = set_liked(true) }
  account.writes.DELETE.likes = { run = set_liked(false) }
  changes.let_count(media, "like_count")
  changes.let_count(comment, "like_count")
end

return M
