--- Published media: IG Media that are kept in the store, and come before the made-up ones.
-- @module iggraph.sandbox.features.publishing.media
local changes = require "iggraph.sandbox.changes"
local ids = require "iggraph.sandbox.nodes.ids"
local ig_user = require "iggraph.sandbox.nodes.ig_user"
local media = require "iggraph.sandbox.nodes.media"

local M = {}

local function key(id) return "published:" .. id end

-- Which edge of the account has it, by product type.
local EDGES = { STORY = "stories" }

local function new_id(store) return ids.numbered("published", store.add("published", 1)) end

--- Keeps what a container has become.
-- @tparam table context
-- @tparam table account
-- @tparam table record of the container
-- @tparam[opt] table children their records, in order
-- @treturn string the id of the medium
function M.add(context, account, record, children)
  local store = context.store
  local published = {
    id = new_id(store), account = account.id, time = context.now, kind = record.kind, product = record.product,
    caption = record.caption, alt_text = record.alt_text, share_to_feed = record.share_to_feed, children = {},
  }
  for part, child in ipairs(children or {}) do
    local id = new_id(store)
    published.children[part] = id
    store.put(key(id), {
      id = id, account = account.id, time = context.now, kind = child.kind, product = "FEED",
      alt_text = child.alt_text, part = part, album = published.id, children = {},
    })
  end
  local edge = EDGES[record.product] or "media"
  published.index = account.count + changes.prepend(context, account.id, edge, published.id)
  store.put(key(published.id), published)
  if edge == "media" then changes.add(context, account.id, "media_count", 1) end
  return published.id
end

local function find(id, context)
  local record = ids.rest("published", id) and context.store.take(key(id))
  if not record then return nil end
  local album = record.album and find(record.album, context)
  return {
    id = id, account = ig_user.find(record.account), index = album and album.index or record.index,
    part = record.part, parent = album, kind = record.kind, time = record.time,
    product = record.product == "STORY" and "STORY" or nil, published = record, context = context,
  }
end

-- What a published medium has of its own: nobody liked or saw it so far. The rest is made up as for all.
local function none(node) return not node.part and 0 or nil end

local FIELDS = {
  caption = function(node) return node.published.caption end,
  alt_text = function(node) return node.published.alt_text end,
  is_shared_to_feed = function(node)
    if node.published.product ~= "REELS" then return nil end
    return node.published.share_to_feed ~= false
  end,
  like_count = none, total_like_count = none, total_views_count = none, reposts_count = none, saved_count = none,
  shares_count = none,
}

local FUNCTIONS = {
  comment_count = function() return 0 end,
  child_count = function(node) return #node.published.children end,
  child_at = function(node, part) return find(node.published.children[part], node.context) end,
}

local function override(functions, own)
  for name, own_function in pairs(own) do
    local made_up = functions[name]
    functions[name] = function(node, part)
      return (node.published and own_function or made_up)(node, part)
    end
  end
end

--- See `iggraph.sandbox.features`.
function M.extend(graph)
  graph.add_finder(media, find)
  for name in pairs(FIELDS) do media.unwritten[name] = media.fields[name] end
  override(media.fields, FIELDS)
  override(media, FUNCTIONS)
  for _, edge in ipairs { "media", "stories" } do
    changes.put_before(graph.types.ig_user.edges[edge], edge, find)
  end
end

return M
