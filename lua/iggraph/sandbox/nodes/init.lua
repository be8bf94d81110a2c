--- The graph itself: node types, what links them, and every node by its id.
-- Links and edges stand here rather than with the types, since types point at each other.
-- @module iggraph.sandbox.nodes
local changes = require "iggraph.sandbox.changes"
local comment = require "iggraph.sandbox.nodes.comment"
local errors = require "iggraph.sandbox.errors"
local ids = require "iggraph.sandbox.nodes.ids"
local ig_user = require "iggraph.sandbox.nodes.ig_user"
local media = require "iggraph.sandbox.nodes.media"
local page = require "iggraph.sandbox.nodes.page"
local samples = require "iggraph.sandbox.nodes.samples"
local user = require "iggraph.sandbox.nodes.user"

local M = {
  --- Every type by a short name. Beside `fields` a type has `links`, `edges`, `reads` (edges that are no lists:
  -- `reads[name](situation, node)` returns a JSON value), `parametric` (fields that depend on more than the node: on an
  -- argument of their own, such as `business_discovery.username(x){…}`, or on what was written. Each comes before a
  -- field of the same name; `parametric[name](field, context)` returns a function from the node to the value),
  -- `unwritten` (the faster getters of fields as long as nothing was written: see `iggraph.sandbox.changes`), and
  -- `writes` (see `iggraph.sandbox.writes`). Features add to all of them.
  types = { user = user, page = page, ig_user = ig_user, media = media, comment = comment },
}

--- Completes a type, and adds it.
-- @tparam string short
-- @tparam table node_type with `name`, `default` and `fields`
-- @treturn table the same
function M.add_type(short, node_type)
  node_type.links, node_type.edges = node_type.links or {}, node_type.edges or {}
  node_type.reads, node_type.parametric = node_type.reads or {}, node_type.parametric or {}
  node_type.unwritten = node_type.unwritten or {}
  node_type.writes = node_type.writes or { POST = {}, DELETE = {} }
  M.types[short] = node_type
  return node_type
end

local finders = {}

--- Adds a way to the nodes of a type.
-- @tparam table node_type
-- @tparam function find from an id and the context of the call to a node, or nil
function M.add_finder(node_type, find) finders[#finders + 1] = { type = node_type, find = find } end

for _, node_type in ipairs { user, page, ig_user } do M.add_finder(node_type, node_type.find) end

-- A field that is one other node: its type, and how to get there: `get(node, context)`.
ig_user.links = {}
media.links = {
  owner = { type = ig_user, get = function(node) return node.account end },
}
comment.links = {
  media = { type = media, get = function(node) return node.media end },
  user = { type = ig_user, get = function(node) return node.user end }, -- own comments only
}

local function media_time(node) return node.time end

local function media_list(account)
  return {
    count = account.count, time_of = media_time, at = function(position) return media.at(account, position) end,
  }
end

-- A field or path that is a list: the type of its items, its own default fields if they differ, and
-- `list(node, context, params)`, the list for `paging.page`.
ig_user.edges = { media = { type = media, list = media_list } }
media.edges = {
  children = {
    type = media,
    list = function(node)
      return {
        count = media.child_count(node), style = "none",
        at = function(position) return media.child_at(node, position) end,
      }
    end,
  },
  comments = {
    type = comment,
    list = function(node)
      return {
        count = media.comment_count(node), style = "after", max = 50,
        at = function(position) return comment.at(node, position) end,
      }
    end,
  },
}
comment.edges = {
  replies = {
    type = comment,
    list = function(node)
      return {
        count = comment.reply_count(node), style = "after", max = 50,
        at = function(position) return comment.reply_at(node, position) end,
      }
    end,
  },
}

local guide_media = {}
for index, id in ipairs(samples.guide_media) do guide_media[id] = index end

--- By the kind of an id that belongs to a medium (see `iggraph.sandbox.nodes.ids`) a function (medium, part, context)
-- to a type and the node, or to nil if the medium has no such part. Features add to them.
M.made_up = {
  media = function(medium) return media, medium end,
  child = function(medium, part)
    if part <= media.child_count(medium) then return media, media.child_at(medium, part) end
  end,
  comment = function(medium, part)
    if part <= media.comment_count(medium) then return comment, comment.at(medium, part) end
  end,
  reply = function(medium, part)
    local node = comment.reply_by_number(medium, part)
    if node then return comment, node end
  end,
}

local function find_made_up(id, context)
  if guide_media[id] then return media, media.at(ig_user.with_media(), guide_media[id]) end
  local kind, count, index, part = ids.read(id)
  if not kind then return nil end
  local account = ig_user.with_media(count)
  if index > account.count then return nil end
  if kind == "media" and account.guide then return nil end -- the guide's media have the guide's ids
  return M.made_up[kind](media.at(account, index), part, context)
end

for short, node_type in pairs(M.types) do M.add_type(short, node_type) end

local function find(id, context)
  for _, finder in ipairs(finders) do
    local node = finder.find(id, context)
    if node then return finder.type, node end
  end
  return find_made_up(id, context)
end

--- The node of an id.
-- @tparam string id
-- @tparam table context of the call
-- @treturn ?table its type
-- @treturn ?table the node
function M.find(id, context)
  local node_type, node = find(id, context)
  if node_type and changes.exists(context, node) then return node_type, node end
  return nil
end

--- The node of an id that has to be of a certain type; raises the Graph's error if there is none.
-- @tparam table node_type
-- @tparam string id
-- @tparam table context
-- @treturn table the node
function M.need(node_type, id, context)
  local found, node = M.find(id, context)
  if found ~= node_type then errors.unknown_object("get", id) end
  return node
end

return M
