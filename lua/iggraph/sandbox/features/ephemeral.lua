--- What is there for a while only: stories of the last day, and a live broadcast.
-- https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/stories
-- https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/live_media
--
-- Each account has as many stories as media, but no more than three. The account 17840000000000024 is live, always.
-- @module iggraph.sandbox.features.ephemeral
local ids = require "iggraph.sandbox.nodes.ids"
local media = require "iggraph.sandbox.nodes.media"

local M = {}

local HOUR = 3600
local MOST_STORIES, LIVE_ACCOUNT = 3, "17840000000000024"

-- Each kind of medium: the kind of its ids, how many an account has, and how old each is, in hours.
local STORY = {
  product = "STORY", ids = "story", hours = 7,
  count = function(account) return math.min(account.count, MOST_STORIES) end,
}
local LIVE = {
  product = "LIVE", ids = "live", hours = 1, kind = "BROADCAST",
  count = function(account) return account.id == LIVE_ACCOUNT and 1 or 0 end,
}

local function make(row, account, index, context)
  local medium = media.at(account, index)
  medium.id = ids.make(row.ids, account, index)
  medium.product = row.product
  medium.kind = row.kind or index % 2 == 1 and "IMAGE" or "VIDEO"
  medium.time = context.now - context.now % HOUR - (index - 1) * row.hours * HOUR
  return medium
end

local function find(row, medium, context)
  if medium.index > row.count(medium.account) then return nil end
  return media, make(row, medium.account, medium.index, context)
end

local function edge_of(row)
  return { type = media, list = function(account, context)
    return {
      count = row.count(account), time_of = function(medium) return medium.time end,
      at = function(position) return make(row, account, position, context) end,
    }
  end }
end

function M.extend(graph)
  for name, row in pairs { stories = STORY, live_media = LIVE } do
    graph.types.ig_user.edges[name] = edge_of(row)
    graph.made_up[row.ids] = function(medium, _, context) return find(row, medium, context) end
  end
end

return M
