--- What the gallery asks of the Graph: the account, a page of its media, one of them.
local ngx = ngx -- luacheck: read globals ngx
local iggraph = require "iggraph"
local cache = require "gallery.cache"
local metrics = require "gallery.metrics"

local PAGE = 24
local COMMENTS = 3
local COMMENT_FIELDS = { "id", "text", "username", "hidden" }
local MEDIA_FIELDS = {
  "id", "username", "caption", "alt_text", "media_type", "media_url", "thumbnail_url", "permalink", "timestamp",
  "like_count", "comments_count", [("comments.limit(%d)"):format(COMMENTS)] = COMMENT_FIELDS,
}

local graph = {}

local ig, settings

local function environment(name) return (os.getenv(name) or ""):match ".+" end

--- Called once by the master, which alone has the environment.
function graph.init()
  settings = {
    account = environment "IG_ACCOUNT",
    app_secret = environment "IG_APP_SECRET",
    verify_token = environment "IG_VERIFY_TOKEN",
    draws = environment "GALLERY_DRAWS" ~= nil,
  }
  ig = iggraph.new {
    access_token = assert(environment "IG_ACCESS_TOKEN", "IG_ACCESS_TOKEN is not set"),
    base_url = environment "IG_BASE_URL",
    ca_file = environment "IG_CA_FILE",
    timeout = 10, deadline = 25,
    pace = true, store = iggraph.store.ngx "iggraph",
    on_response = function() metrics.keep(ig) end,
  }
end

--- @treturn table `account`, `app_secret`, `verify_token`; `draws`: the pictures' addresses lead nowhere
function graph.settings() return settings end

-- What is written into a cache raises what it failed with.
local function check(value, err)
  if err then error(err, 0) end
  return value
end

local function given(value) return value ~= iggraph.null and value or nil end

-- What the page shows, and no more: the links of an answer have the token in them. Any of it may be missing.
local function read_comments(medium)
  local list = {}
  for _, one in ipairs(medium.comments and medium.comments.data or {}) do
    if one.hidden ~= true then list[#list + 1] = { username = given(one.username), text = given(one.text) } end
  end
  return list
end

local function read_medium(medium)
  return {
    id = medium.id, caption = given(medium.caption), alt_text = given(medium.alt_text), type = medium.media_type,
    picture = given(medium.thumbnail_url) or medium.media_type ~= "VIDEO" and given(medium.media_url) or nil,
    permalink = given(medium.permalink), timestamp = given(medium.timestamp), likes = given(medium.like_count),
    comment_count = given(medium.comments_count), comments = read_comments(medium),
  }
end

--- @treturn table `id`, `username`, `name`, `media_count`; or nil and the kind of the error, as of all of these
function graph.account()
  return cache.get("account", function()
    local id = settings.account or check(ig:instagram_accounts():next()).id
    local user = check(ig:user(id):get { fields = { "username", "name", "media_count" } })
    return { id = id, username = user.username, name = given(user.name), media_count = user.media_count }
  end)
end

local function key_of(id) return "media " .. id end

-- The token may see media of others, too; visitors may not.
local function ask_one(id)
  local account = graph.account()
  local medium = check(ig:media(id):get { fields = MEDIA_FIELDS })
  if medium.username ~= (account and account.username) then error({ kind = "not_found" }, 0) end
  return read_medium(medium)
end

--- @tparam string id
-- @treturn table
function graph.medium(id)
  return cache.get(key_of(id), function() return ask_one(id) end)
end

--- Asks for a medium now, whatever is known of it. Not for visitors: it raises the error object.
-- @tparam string id
function graph.renew(id)
  local asked = ngx.now()
  cache.put(key_of(id), ask_one(id), asked)
end

-- Each medium is kept by itself, so that a page has it as it was told last, by whomever.
local function ask_page(account, after, asked)
  local cursor = ig:user(account):media({ fields = MEDIA_FIELDS, limit = PAGE, after = after })
  local page = cursor:pages()() -- one that is too much for the server comes with fewer
  local ids = {}
  for i, medium in ipairs(page and page.data or {}) do
    ids[i] = medium.id
    cache.put(key_of(medium.id), read_medium(medium), asked)
  end
  local paging = page and page.paging or {}
  return { ids = ids, after = paging.next and paging.cursors.after or nil }
end

--- @tparam[opt] string after the cursor of another page
-- @treturn table the media
-- @treturn ?string the cursor of what follows
function graph.page(after)
  local account, kind = graph.account()
  if not account then return nil, kind end
  local page
  page, kind = cache.get("page " .. (after or ""), function(asked) return ask_page(account.id, after, asked) end)
  if not page then return nil, kind end
  local media = {}
  for _, id in ipairs(page.ids) do
    media[#media + 1] = cache.peek(key_of(id)) or graph.medium(id) -- one that has gone meanwhile is left out
  end
  return media, page.after
end

return graph
