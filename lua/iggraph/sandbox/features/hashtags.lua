--- Hashtags: search, what was searched for, and the media that have one.
-- https://developers.facebook.com/docs/instagram-platform/instagram-api-with-facebook-login/hashtag-search
--
-- Every word is a hashtag, but those that begin with `unknown` are not found, and those that begin with `banned`
-- are refused. A hashtag's id comes of its name, and can be read once it was searched for; that of `bluebottle`,
-- 17841593698074073, always can.
-- @module iggraph.sandbox.features.hashtags
local errors = require "iggraph.sandbox.errors"
local fields = require "iggraph.sandbox.fields"
local ids = require "iggraph.sandbox.nodes.ids"
local ig_user = require "iggraph.sandbox.nodes.ig_user"
local json = require "iggraph.sandbox.json"
local media = require "iggraph.sandbox.nodes.media"
local nodes = require "iggraph.sandbox.nodes"
local numbers = require "iggraph.sandbox.numbers"
local paging = require "iggraph.sandbox.paging"
local part = require "iggraph.sandbox.nodes.part"
local render = require "iggraph.sandbox.render"
local view = require "iggraph.sandbox.nodes.view"

local M = {}

local WEEK = 7 * 86400
local MOST_DIFFERENT = 30
local LARGEST_PAGE = 50

-- --- hashtags ------------------------------------------------------------------------------------

local hashtag = part("ShadowIGHashtag", "id name")
hashtag.default = { "id" }

local FIXED = { bluebottle = "17841593698074073" }
local FIXED_NAMES = { ["17841593698074073"] = "bluebottle" }

local function id_of(name)
  return FIXED[name]
    or ids.numbered("hashtag", numbers.below(1e6, name, "high") * 1e6 + numbers.below(1e6, name, "low"))
end

local function find(id, context)
  local name = FIXED_NAMES[id] or ids.rest("hashtag", id) and context.store.get("hashtag:" .. id)
  return name and { id = id, name = name } or nil
end

-- --- search --------------------------------------------------------------------------------------

local function key_of(account) return "hashtags:" .. account.id end

--- What an account searched for in the last seven days, oldest first.
local function searched(account, context)
  local recent = {}
  for _, search in ipairs(context.store.take(key_of(account)) or {}) do
    if search.time > context.now - WEEK then recent[#recent + 1] = search end
  end
  return recent
end

--- Notes a search. The same word again is free, and does not stay longer for it.
local function note(account, name, context)
  local recent = searched(account, context)
  for _, search in ipairs(recent) do
    if search.name == name then return end
  end
  if #recent >= MOST_DIFFERENT then -- the documentation names no code
    errors.raise { code = 18, message = ("(#18) This account has searched for %d different hashtags in the last 7 days")
      :format(MOST_DIFFERENT) }
  end
  recent[#recent + 1] = { id = id_of(name), name = name, time = context.now }
  context.store.put(key_of(account), recent)
  context.store.set("hashtag:" .. id_of(name), name)
end

-- Emoji are among the characters of four bytes.
local NO_NAME = "[%s%p\240-\244]"

local function name_of(call)
  local name = (call.params.q or ""):lower()
  if name == "" then errors.missing_parameter("q") end
  if name:gsub("_", ""):find(NO_NAME) then
    errors.bad_parameter("q", "must be a hashtag without #, spaces, punctuation and emoji")
  end
  if name:find "^unknown" then
    errors.raise { code = 24, subcode = 2207024, message = "The requested resource does not exist",
      user_title = "Hashtag not found", user_msg = "There are no media with this hashtag." }
  end
  if name:find "^banned" then errors.raise { status = 500, code = 1, message = "An unknown error has occurred." } end
  return name
end

--- The account on whose behalf a call is made.
local function account_of(situation)
  local id, context = situation.call.params.user_id or "", situation.context
  if id == "" then errors.missing_parameter("user_id") end
  if context.grant.instagram then errors.permission() end -- Facebook Login only
  return nodes.need(ig_user, id, context)
end

local function search(situation)
  local call, context = situation.call, situation.context
  local account, name = account_of(situation), name_of(call)
  local plan = render.plan(hashtag, fields.selection(call.params), context)
  note(account, name, context)
  return json.object("data", { render.node(plan, { id = id_of(name), name = name }) })
end

local function list_searched(account, context)
  local recent = searched(account, context)
  return { count = #recent, max = MOST_DIFFERENT, at = function(position) return recent[#recent + 1 - position] end }
end

-- --- media ---------------------------------------------------------------------------------------

local tagged = view(media,
  "id caption children comments_count like_count media_type media_url permalink timestamp")

--- None for albums.
function tagged.fields.media_url(medium)
  return medium.kind ~= "CAROUSEL_ALBUM" and media.fields.media_url(medium) or nil
end

--- Media of many accounts.
local function medium_at(name, position)
  local account = ig_user.with_media(1000 + (numbers.below(1000, name) + position * 7) % 1000)
  return media.at(account, position)
end

local PAUSE = 600 -- seconds between recent media, of which there are no more than fit into a day

local LISTS = {
  top_media = function(name)
    return 120 + numbers.below(80, name), function(position) return medium_at(name, position) end
  end,
  recent_media = function(name, now)
    return 60 + numbers.below(80, name), function(position)
      return setmetatable({ time = now - position * PAUSE }, { __index = medium_at(name, position + 200) })
    end
  end,
}

-- The `after` of every page but the last is this, and yet it leads on: where to is kept in the store, by what is asked.
local CURSOR = "QVFIUmhhc2h0YWdz"

local function start_of(call, key, limit, store)
  local after = call.params.after or ""
  if after == "" then return 1 end
  if after ~= CURSOR then errors.bad_cursor("After") end
  return store.get(key) or limit + 1
end

local function media_reader(edge)
  return function(situation, node)
    local call, context, store = situation.call, situation.context, situation.store
    local account = account_of(situation)
    local plan = render.plan(tagged, fields.selection(call.params), context)
    local limit = paging.limit(call.params.limit, nil, LARGEST_PAGE)
    local count, at = LISTS[edge](node.name, context.now)
    local key = table.concat({ "hashtag_page", node.id, edge, account.id, call.params.fields or "" }, ":")
    local start, items = start_of(call, key, limit, store), {}
    local stop = math.min(count, start + limit - 1)
    for position = start, stop do items[#items + 1] = render.node(plan, at(position)) end
    store.set(key, stop + 1)
    if stop == count then return json.object("data", items) end
    local path = "/" .. node.id .. "/" .. edge
    return json.object("data", items, "paging", json.object(
      "cursors", json.object("after", CURSOR),
      "next", paging.url(context, path, call.sent, { { "limit", limit }, { "after", CURSOR } })))
  end
end

M.roots = { ig_hashtag_search = { GET = search } }

function M.extend(graph)
  graph.add_type("hashtag", hashtag)
  graph.add_type("tagged", tagged)
  graph.add_finder(hashtag, find)
  for edge in pairs(LISTS) do hashtag.reads[edge] = media_reader(edge) end
  ig_user.edges.recently_searched_hashtags = { type = hashtag, list = list_searched }
end

return M
