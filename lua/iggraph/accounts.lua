--- The IG Users that a token leads to, over the User's Pages and, where asked, over those of his businesses.
--
-- See <https://developers.facebook.com/docs/instagram-api/getting-started> and
-- <https://developers.facebook.com/docs/marketing-api/reference/business/owned_pages>.
-- @classmod client

local ask = require "iggraph.ask"
local core = require "iggraph.core"
local cursor = require "iggraph.cursor"
local with_params = require "iggraph.params"

local raise = core.error.raise

local OWN, BUSINESSES = "me/accounts", "me/businesses"
local LISTS_OF_BUSINESS = { "owned_pages", "client_pages" }

-- --- a Page -> what the cursor gives for it --------------------------------------------------------

local NOT_LINKED = "no Instagram account is linked to the Page"
local NOT_PROFESSIONAL = "the Instagram account that is linked to the Page is not a professional one"

local function reason_of(page)
  return type(page.connected_instagram_account) == "table" and NOT_PROFESSIONAL or NOT_LINKED
end

local function account_of(page, with_reasons)
  if type(page) ~= "table" then return nil end
  local account = page.instagram_business_account
  if type(account) ~= "table" then account = with_reasons and { reason = reason_of(page) } or nil end
  if account then account.page = { id = page.id, name = page.name, tasks = page.tasks } end
  return account
end

-- --- several lists as one --------------------------------------------------------------------------

-- What is asked says in `list` which one it is, in `businesses` and `more` what comes behind it: ids, and where
-- the list of businesses goes on; and in `seen` the Pages that came before it: one may be in several lists, and is
-- given once. So a position knows all that, too.
local function next_list(asked)
  local business, list = (asked.list or OWN):match "^(.*)/([^/]*)$"
  if list == LISTS_OF_BUSINESS[1] then
    return { list = business .. "/" .. LISTS_OF_BUSINESS[2], businesses = asked.businesses, more = asked.more }
  end
  local first, rest = (asked.businesses or ""):match "^([^,]+),?(.*)$"
  if first then return { list = first .. "/" .. LISTS_OF_BUSINESS[1], businesses = rest, more = asked.more } end
  if list == "accounts" then return { list = BUSINESSES } end
  return asked.more and { list = BUSINESSES, after = asked.more } or nil
end

-- The ids of the page's items, behind those that were there, each once.
local function with_ids_of(page, before, seen)
  local ids = { before }
  for _, item in ipairs(page.data) do
    local id = type(item) == "table" and item.id
    if type(id) == "string" and id:find "^%d+$" and not (seen and seen[id]) then ids[#ids + 1] = id end
  end
  return table.concat(ids, ",")
end

local function what_follows(page, asked, usual)
  if usual == false then return false end -- there is more, and not said where
  if asked.list == BUSINESSES then
    return next_list { list = BUSINESSES, businesses = with_ids_of(page), more = usual and usual.after }
  end
  if not usual then return next_list(asked) end
  usual.list, usual.businesses, usual.more = asked.list, asked.businesses, asked.more
  return usual
end

local function join_businesses(how, map)
  local seen, is_of_pages
  how.list, how.sized = OWN .. " and " .. BUSINESSES, true
  function how.request(params)
    local list = params.list
    params.list, params.businesses, params.more, params.seen = nil, nil, nil, nil
    if list == BUSINESSES then params.fields = "id,name" end
    return params, list
  end
  function how.follow(page, asked, usual)
    local ids, following = asked.seen or "", what_follows(page, asked, usual)
    seen, is_of_pages = {}, asked.list ~= BUSINESSES
    for id in ids:gmatch "%d+" do seen[id] = true end
    if following then following.seen = is_of_pages and with_ids_of(page, ids, seen) or ids end
    return following
  end
  function how.map(page)
    local id = type(page) == "table" and page.id
    if not is_of_pages or not id or seen[id] then return nil end
    seen[id] = true
    return map(page)
  end
end

-- --- the cursor ------------------------------------------------------------------------------------

local FLAGS = { "businesses", "without_account" }

-- The flags of ours, and the options that are every cursor's.
local function take_flags(opts)
  if opts ~= nil and type(opts) ~= "table" then raise("opts: a table expected, got " .. type(opts)) end
  local flags, rest = {}, {}
  for name, value in pairs(opts or {}) do rest[name] = value end
  for _, name in ipairs(FLAGS) do
    if rest[name] ~= nil and type(rest[name]) ~= "boolean" then raise(("opts.%s: a boolean expected"):format(name)) end
    flags[name], rest[name] = rest[name], nil
  end
  return flags, rest
end

-- In a batch it is one page: what the cursor would make of it.
local function describe(client, asked, map, flags, opts)
  if flags.businesses or next(opts) ~= nil then raise "instagram_accounts: opts: a batch gives one page" end
  return ask(client, "GET", OWN, asked, function(page)
    local accounts = {}
    for _, one in ipairs(page.data or {}) do accounts[#accounts + 1] = map(one) end
    page.data = accounts
    return page
  end)
end

--- The IG Users of all Pages of the User, in one request per page of Pages (by field expansion):
-- steps 4 and 5 of <https://developers.facebook.com/docs/instagram-api/getting-started> at once.
-- @function client:instagram_accounts
-- @tparam[opt] table params `fields` are those of the IG User (`id`, `username`)
-- @tparam[opt] table opts as of a `cursor`, and
-- @tparam[opt=false] boolean opts.businesses also the Pages that the User's businesses own or share
-- (`business_management`; two requests more for each business; a Page in several lists comes once)
-- @tparam[opt=false] boolean opts.without_account also Pages without an Instagram account, as `{ page, reason }`
-- @return a cursor of `{ id, username, page = { id, name, tasks } }`
return function(client, params, opts)
  local flags, rest = take_flags(opts)
  local asked = with_params(params, function(fields)
    local wanted = { "id", "name", "tasks", instagram_business_account = fields or { "id", "username" } }
    if flags.without_account then wanted[4] = "connected_instagram_account" end
    return wanted
  end)
  local function map(page) return account_of(page, flags.without_account) end
  if type(client) == "table" then return describe(client, asked, map, flags, rest) end
  local how = { map = map }
  if flags.businesses then join_businesses(how, map) end
  return cursor.open(client, OWN, asked, rest, how)
end
