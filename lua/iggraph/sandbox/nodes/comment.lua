--- IG Comment, and the replies to it: made up, or written by an account (`text`, `user`).
-- @module iggraph.sandbox.nodes.comment
local ids = require "iggraph.sandbox.nodes.ids"
local json = require "iggraph.sandbox.json"
local media_node = require "iggraph.sandbox.nodes.media"
local samples = require "iggraph.sandbox.nodes.samples"
local time = require "iggraph.time"

local M = { name = "IGComment", instagram = true, default = { "timestamp", "text", "id" } }

local MINUTE = 60

--- A comment directly under a medium.
-- @tparam table media
-- @tparam number part 1 is the newest
-- @treturn table
function M.at(media, part)
  return {
    id = ids.make("comment", media.account, media.index, part),
    media = media, part = part, who = part,
    time = media.time + (9 - part) * 10 * MINUTE,
  }
end

--- A reply. Replies are numbered through under a medium, two places for each comment.
-- @tparam table parent the comment
-- @tparam number position 1 or 2
-- @treturn table
function M.reply_at(parent, position)
  local part = 2 * (parent.part - 1) + position
  return {
    id = ids.make("reply", parent.media.account, parent.media.index, part),
    media = parent.media, part = part, parent = parent, who = part + 3,
    time = parent.time + position * MINUTE,
  }
end

--- The reply of that number under a medium.
-- @tparam table media
-- @tparam number part
-- @treturn ?table nil if there is none
function M.reply_by_number(media, part)
  local position = (part - 1) % 2 + 1
  local comment = (part - position) / 2 + 1
  if comment > media_node.comment_count(media) then return nil end
  if position > media_node.reply_count(comment) then return nil end
  return M.reply_at(M.at(media, comment), position)
end

--- How many replies a comment has; a reply has none.
-- @tparam table comment
-- @treturn number
function M.reply_count(comment)
  return (comment.parent or comment.text) and 0 or media_node.reply_count(comment.part)
end

local function pick(samples_of_a_kind)
  return function(comment)
    return samples_of_a_kind[(comment.who + comment.media.index) % #samples_of_a_kind + 1]
  end
end

local sample_text, sample_commenter = pick(samples.comments), pick(samples.commenters)

local function commenter(comment)
  return comment.user and comment.user.username or sample_commenter(comment)
end

M.fields = {
  id = function(comment) return comment.id end,
  text = function(comment) return comment.text or sample_text(comment) end,
  timestamp = function(comment) return time.format(comment.time) end,
  username = commenter,
  from = function(comment)
    return json.object("id", comment.user and comment.user.id or "58" .. comment.id:sub(3),
      "username", commenter(comment))
  end,
  hidden = function() return false end,
  like_count = function(comment) return comment.part and comment.part % 3 or 0 end,
  parent_id = function(comment) return comment.parent and comment.parent.id end,
  legacy_instagram_comment_id = function(comment) return (comment.id:gsub("^%d%d", "18")) end,
}

return M
