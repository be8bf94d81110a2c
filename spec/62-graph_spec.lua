-- The table of the Graph: it has every row of the Graph's own description, and each row does what it says.
local cjson = require("cjson").new()
local client = require "spec.support.client"
local core = require "iggraph.core"
local reference = require "iggraph.reference"
local nginx_host = require "spec.support.nginx_host"
local server = require "spec.support.sandbox"

local unpack = table.unpack or unpack -- luacheck: read globals unpack

local PAGE, ACCOUNT, MEDIA = "134895793791914", "17841405822304914", "17918195224117851"
local BUSY = "17900000290000000" -- a medium with comments

local ig

setup(function()
  server.shared()
  ig = client.new()
end)
before_each(function() server.reset() end)

-- --- the rows --------------------------------------------------------------------------------------

local function split(text, pattern)
  local list = {}
  for part in text:gmatch(pattern) do list[#list + 1] = part end
  return list
end

local rows = core.graph.edges()

local function key_of(node, method, edge) return ("%s: %s /%s"):format(node, method, edge) end

local by_key = {}
for _, row in ipairs(rows) do by_key[key_of(row.node, row.method, row.edge)] = row end

-- The method that makes a handle: what is behind it reads itself by `get`.
local handle_of = {}
for _, row in ipairs(core.graph.handles()) do handle_of[row.node] = row.name end

-- iggraph.login's, which belong to no node.
local OF_LOGIN = { ["Access token"] = true, ["Refreshed access token"] = true }

describe("the table of the Graph", function()
  for _, node in ipairs(reference.nodes) do
    for _, edge in ipairs(OF_LOGIN[node.node] and {} or node.edges) do
      local key = key_of(node.node, edge.method, edge.edge)
      it("has " .. key .. " of graph." .. node.host .. ".com, and what it requires", function()
        if edge.method == "GET" and edge.edge == "" then
          assert.is_function(ig[handle_of[node.node]](ig, "1").get)
        else
          local row = assert(by_key[key], "no such row")
          local required = "," .. row.required:gsub("|", ",") .. ","
          for _, name in ipairs(edge.required) do assert.matches("," .. name .. ",", required, 1, true) end
        end
      end)
    end
  end

  it("has no name twice", function()
    local seen = {}
    for _, row in ipairs(rows) do
      local name = row.node .. ":" .. row.name
      assert.is_nil(seen[name], name)
      assert.not_equal("get", row.name)
      seen[name] = true
    end
  end)

  local VERBS = {}
  for verb in ([[add answer appeal approve authorize create delete enable hide like mention moderate promote publish
    remove reply revoke send set subscribe unlike unsubscribe update]]):gmatch "%a+" do VERBS[verb] = true end

  it("names reads as the Graph does, and writes by a verb", function()
    for _, row in ipairs(rows) do
      if row.method == "GET" then
        assert.equal(row.edge, row.name)
      elseif row.name ~= "mediapublish" then -- a word of the Graph that is one
        assert.is_true(VERBS[row.name:match "^%a+"], row.name)
      end
    end
  end)
end)

-- --- each of them ----------------------------------------------------------------------------------

-- Of the types whose ids have to be asked for: see below.
local IDS = { ["IG User"] = ACCOUNT, ["IG Media"] = MEDIA, ["IG Hashtag"] = "17841593698074073", Page = PAGE }

setup(function()
  server.reset()
  IDS["IG Comment"] = ig:media(BUSY):comments():next().id
  IDS.Business = ig:me():businesses():next().id
  IDS.Conversation = ig:page(PAGE):conversations({ platform = "instagram" }):next().id
end)

-- A value for each parameter that any row requires.
local VALUES = {
  accept = true, account_id = "act_1", actions = { "block_user" }, appeal_reason = "It is mine", audio_type = "music",
  business = "506644732715133", catalog_id = "960179311066902", comment_id = "17900000290000001", creation_id = "1789",
  feature = "dms", features = { { feature = "dms", enabled = true } }, fields = { "ice_breakers", "greeting" },
  flow_id = "1", media_id = MEDIA, message = "Hello & {x}", metric = { "reach", "likes" }, period = "day",
  permission = true, product_id = 3231775643511089, q = "bluebottle", recipient = { id = "1" }, sponsor_id = "1",
  start_time = "2026-12-01T18:00:00+0000", subscribed_fields = { "comments", "messages" }, title = "Opening",
  updated_tags = { { product_id = 1, x = 0.5, y = 0.5 } }, url = "https://www.instagram.com/p/fA9uwTtkSN/",
  user_id = ACCOUNT, user_ids = { "17841400000000001" }, username = "metricsaurus",
}

local function handle(row)
  if row.node == "Graph" then return ig end
  if row.node == "User" then return ig:me() end
  return ig[handle_of[row.node]](ig, IDS[row.node])
end

local function path_of(row)
  if row.node == "Graph" then return "/v26.0/" .. row.edge end
  local id = row.node == "User" and "me" or IDS[row.node]
  local is_node = row.edge == "" or row.shape == "field" or row.shape == "argument"
  return "/v26.0/" .. id .. (is_node and "" or "/" .. row.edge)
end

-- Parameters of a row: what it requires, of alternatives the first, and one that no row knows.
local function params_of(row)
  local params = { further = { 1, "two" } }
  for _, names in ipairs(split(row.required, "[^,]+")) do
    local name = split(names, "[^|]+")[1]
    assert(VALUES[name] ~= nil, "no value for " .. name)
    params[name] = VALUES[name]
  end
  return params
end

-- By shape: how the method is called, and the parameters that have to arrive.
local CALLS = {}
function CALLS.value(row) return { params_of(row) }, params_of(row) end
CALLS.list, CALLS.insights = CALLS.value, CALLS.value
function CALLS.flag(row) return { false, { further = 1 } }, { [row.required] = false, further = 1 } end
function CALLS.field(row)
  return { { fields = { "id" }, further = 1 } }, { fields = row.edge .. "{id}", further = 1 }
end
function CALLS.argument(row)
  local value = row.required == "comment_id" and IDS["IG Comment"] or VALUES[row.required]
  return { value, { "id" } }, { fields = ("%s.%s(%s){id}"):format(row.edge, row.required, value) }
end

local LISTS = { list = true, insights = true }

-- An upcoming event is one while the sandbox remembers it. How many requests that took.
local function prepare(row)
  if row.node ~= "IG Upcoming Event" then return 0 end
  local times = { title = "A", start_time = VALUES.start_time }
  IDS[row.node] = assert(ig:user(ACCOUNT):create_upcoming_event(times)).id
  return 1
end

-- The one request that arrived after so many.
local function arrived(before)
  local requests = server.requests()
  local request = requests[before + 1]
  assert.equal(before + 1, #requests)
  local path, query = request.uri:match "^([^?]*)%??(.*)$"
  if request.method == "POST" then
    assert.equal("", query)
    query = request.body
  end
  return request.method, path, core.params.query(query)
end

-- The values above are no good story: some are refused. But what they are for is there.
local function check_answer(result, err)
  if not err then return assert.is_true(result == true or type(result) == "table" or result == nil) end
  assert.is_true(err.kind == "invalid" or err.kind == "not_found", tostring(err))
  assert.is_false(err.code == 2500 or err.subcode == 33, tostring(err))
end

for _, row in ipairs(rows) do
  describe(row.node .. ":" .. row.name, function()
    it("asks for " .. key_of(row.node, row.method, row.edge), function()
      local before = prepare(row)
      local arguments, params = CALLS[row.shape](row)
      local node = handle(row)
      local result, err = node[row.name](node, unpack(arguments))
      if LISTS[row.shape] then
        assert.same({}, server.requests())
        result, err = result:next()
      end
      local method, path, got = arrived(before)
      assert.same({ row.method, path_of(row), core.params.texts(params) }, { method, path, got })
      check_answer(result, err)
    end)

    if row.shape ~= "flag" and row.shape ~= "argument" then
      it("raises for parameters that are none", function()
        local node = handle(row)
        local _, message = pcall(node[row.name], node, "x")
        assert.matches("table expected", tostring(message))
        assert.same({}, server.requests())
      end)
    end

    for _, names in ipairs(row.shape ~= "flag" and split(row.required, "[^,]+") or {}) do
      it("raises without " .. names .. ", and asks nothing", function()
        local node, params = handle(row), params_of(row)
        for _, name in ipairs(split(names, "[^|]+")) do params[name] = nil end
        local argument = params
        if row.shape == "argument" then argument = nil end
        local ok, message = pcall(node[row.name], node, argument)
        assert.is_false(ok)
        for _, name in ipairs(split(names, "[^|]+")) do assert.matches(name, message, 1, true) end
        assert.same({}, server.requests())
      end)
    end
  end)
end

-- --- those that differ -----------------------------------------------------------------------------

-- Where a cursor stands, as another process would get it.
local function stored(cursor) return cjson.decode(cjson.encode(cursor:position())) end

-- The ids of a list in one go; and those that come when it is put away after each so many items, and gone on with by
-- another client. `open(client, opts)` -> the cursor.
local function in_parts(open, size)
  local ids, position = {}, nil
  repeat
    local cursor = open(client.new(), { position = position })
    for _ = 1, size do
      local item, err = cursor:next()
      assert.is_nil(err)
      ids[#ids + 1] = item and item.id
    end
    position = stored(cursor)
    local has_more = cursor:next() ~= nil
  until not has_more
  return ids
end

local function each_once(ids)
  local seen = {}
  for _, id in ipairs(ids) do
    assert.is_nil(seen[id], "twice: " .. tostring(id))
    seen[id] = true
  end
  return #ids
end

describe("a write", function()
  local function field(node, name) return assert(node:get { fields = name })[name] end

  it("hides a comment, and shows it again", function()
    local comment = ig:comment(IDS["IG Comment"])
    assert.is_false(field(comment, "hidden"))
    assert.is_true(comment:hide(true).success)
    assert.is_true(field(comment, "hidden"))
    comment:hide(false)
    assert.is_false(field(comment, "hidden"))
  end)

  it("ends and allows comments", function()
    local media = ig:media(MEDIA)
    assert.is_true(media:enable_comments(false).success)
    assert.is_false(field(media, "is_comment_enabled"))
    media:enable_comments(true)
    assert.is_true(field(media, "is_comment_enabled"))
  end)

  for name, call in pairs {
    hide = function(value, params) return ig:comment("1"):hide(value, params) end,
    enable_comments = function(value, params) return ig:media("1"):enable_comments(value, params) end,
  } do
    it("by a flag takes true or false, nothing else: " .. name, function()
      for _, value in ipairs { "true", 1, {}, 0 } do
        local _, message = pcall(call, value)
        assert.matches(name .. ": true or false expected", message, 1, true)
      end
      assert.has_error(function() call() end)
      assert.has_error(function() call(true, "x") end)
      assert.same({}, server.requests())
    end)
  end

  it("is what the flag says, not what the parameters do", function()
    local comment = ig:comment(IDS["IG Comment"])
    comment:hide(true, { hide = false })
    assert.is_true(field(comment, "hidden"))
  end)

  it("comments, replies and deletes", function()
    local media = ig:media(MEDIA)
    local comment = ig:comment(media:create_comment({ message = "Thanks" }).id)
    local reply = comment:reply { message = "You are welcome" }
    assert.equal(reply.id, comment:replies():next().id)
    assert.is_true(comment:delete().success)
    assert.equal("not_found", select(3, comment:get()))
  end)

  it("likes and unlikes media and comments", function()
    local user, media = ig:user(ACCOUNT), ig:media(BUSY)
    local before = field(media, "like_count")
    assert.is_true(user:like({ media_id = BUSY }).success)
    assert.equal(before + 1, field(media, "like_count"))
    assert.is_true(user:unlike({ media_id = BUSY }).success)
    assert.equal(before, field(media, "like_count"))
    assert.is_true(user:like({ comment_id = IDS["IG Comment"] }).success)
  end)

  it("answers a mention, which can be read", function()
    local user = ig:user(ACCOUNT)
    local answer = user:mention { media_id = BUSY, message = "Hi @you" }
    assert.same({ id = answer.id, text = "Hi @you" }, user:mentioned_comment(answer.id, { "id", "text" }))
    assert.same({ id = BUSY }, user:mentioned_media(BUSY))
    assert.equal("not_found", select(3, user:mentioned_media "1"))
  end)
end)

describe("a field with an argument", function()
  it("takes nothing that could end it", function()
    local user = ig:user(ACCOUNT)
    for _, value in ipairs { "a)", "a{b}", "a,b", "", "a b", "ä" } do
      assert.has_error(function() user:business_discovery(value) end)
    end
    assert.has_error(function() user:business_discovery(5) end)
    assert.has_error(function() user:business_discovery("metricsaurus", print) end)
    assert.same({}, server.requests())
  end)

  it("tells of an account that is none", function()
    local found, err, kind = ig:user(ACCOUNT):business_discovery("nobody.at.all", "username")
    assert.same({ nil, "not_found", 110, 2207013 }, { found, kind, err.code, err.subcode })
  end)
end)

describe("hashtags", function()
  it("are searched for, and their media end though every page has the same cursor", function()
    local found = client.collect(ig:hashtags(ACCOUNT, "bluebottle"))
    assert.same({ { id = "17841593698074073" } }, found)
    assert.same({ "GET /v26.0/ig_hashtag_search?q=bluebottle&user_id=" .. ACCOUNT }, client.asked())
    for _, edge in ipairs { "top_media", "recent_media" } do
      server.reset()
      local hashtag = ig:hashtag(found[1].id)
      local count = each_once(client.ids(client.collect(hashtag[edge](hashtag, { user_id = ACCOUNT, limit = 25 }))))
      local requests = server.requests()
      assert.equal(math.ceil(count / 25), #requests)
      assert.is_true(#requests > 2)
      assert.equal(requests[2].uri:match "after=[^&]*", requests[3].uri:match "after=[^&]*")
    end
  end)

  it("need an account and a word", function()
    assert.has_error(function() ig:hashtags(nil, "x") end)
    assert.has_error(function() ig:hashtags(ACCOUNT, "") end)
  end)

  it("that are not found, or one too many, say so", function()
    assert.same({ "not_found", 24, 2207024 }, (function()
      local _, err, kind = ig:hashtags(ACCOUNT, "unknown_word"):next()
      return { kind, err.code, err.subcode }
    end)())
    for i = 1, 30 do assert.is_table(ig:hashtags(ACCOUNT, "word" .. i):next()) end
    assert.is_nil((ig:hashtags(ACCOUNT, "word31"):next()))
    assert.is_table(ig:hashtags(ACCOUNT, "word7"):next())
    assert.equal(30, #client.collect(ig:user(ACCOUNT):recently_searched_hashtags()))
  end)
end)

-- By page and by item, and to an end in the middle of the page that came with the node.
local function assert_leaves_alone(node, edge)
  local before = cjson.encode(node)
  for page in ig:continue(node, edge, { max_items = 3 }):pages() do assert.equal(3, #page.data) end
  for _ in ig:continue(node, edge, { max_items = 3 }) do end -- luacheck: ignore 542
  assert.same(cjson.decode(before), node)
end

describe("ig:continue on a business discovery", function()
  local function discover(own)
    return assert(own:user(ACCOUNT):business_discovery("account_60", "username,media.limit(25){id,like_count}"))
  end

  local function open(own, opts) return own:continue(discover(own), "media", opts) end

  local function all()
    return client.ids(client.collect(ig:list("17840000000000060/media", { fields = "id", limit = 100 })))
  end

  it("begins with what came, and gives every one of the rest, once", function()
    local found = discover(ig)
    server.reset()
    local items = client.collect(ig:continue(found, "media"))
    assert.same(all(), client.ids(items))
    assert.is_number(items[60].like_count)
    local asked = client.asked()
    assert.equal(3, #asked) -- one of them is that of `all`
    assert.matches("fields=business_discovery.username%%28account_60%%29%%7Bmedia.limit%%2825%%29.after%%28[^%%]+%%29"
      .. "%%7Bid%%2Clike_count%%7D%%7D$", asked[1])
  end)

  it("goes on from a position, in what came and behind it", function()
    for _, size in ipairs { 7, 25, 26 } do assert.same(all(), in_parts(open, size)) end
    local cursor = open(ig)
    for _ = 1, 3 do cursor:next() end
    assert.equal(57, #client.collect(open(ig, { position = stored(cursor) })))
  end)

  it("goes on in another process", function()
    local cursor = open(ig)
    for _ = 1, 30 do cursor:next() end
    local shared = server.shared()
    local lines = client.run([[
      local cjson = require "cjson"
      local ig = require("iggraph").new { access_token = arg[1], base_url = arg[2] }
      local found = ig:user(arg[3]):business_discovery("account_60", "username,media.limit(25){id}")
      for media in ig:continue(found, "media", { position = cjson.decode(arg[4]) }) do print(media.id) end
    ]], "", server.tokens.user, shared.http, ACCOUNT, cjson.encode(cursor:position()))
    local ids = all()
    assert.same({ unpack(ids, 31) }, lines)
  end)

  it("goes on behind a place that its fields name", function()
    local first = ig:user(ACCOUNT):business_discovery("account_60", "media.limit(20){id}")
    local fields = ("media.limit(20).after(%s){id}"):format(first.media.paging.cursors.after)
    local found = ig:user(ACCOUNT):business_discovery("account_60", fields)
    server.reset()
    assert.same({ unpack(all(), 21) }, client.ids(client.collect(ig:continue(found, "media"))))
    for _, line in ipairs(client.asked()) do assert.is_true(select(2, line:gsub("after", "")) <= 1) end
  end)

  it("gives nothing of an account without media", function()
    local found = ig:user(ACCOUNT):business_discovery("account_0", "username,media{id}")
    assert.equal("account_0", found.username)
    assert.same({}, client.collect(ig:continue(found, "media")))
  end)

  it("stops at max_items, and at what the modifiers ask for", function()
    assert.equal(30, #client.collect(open(ig, { max_items = 30 })))
    local found = ig:user(ACCOUNT):business_discovery("account_60", { "id", media = { "id" } })
    assert.equal(60, #client.collect(ig:continue(found, "media")))
  end)

  it("leaves the caller's node as it was", function() assert_leaves_alone(discover(ig), "media") end)
end)

describe("ig:continue on an edge inside of an answer", function()
  local FIELDS = "id,comments.limit(10){id,text}"

  before_each(function()
    for i = 1, 18 do assert(ig:media(BUSY):create_comment { message = "Number " .. i }) end
  end)

  local function open(own, opts)
    return own:continue(assert(own:media(BUSY):get { fields = FIELDS }), "comments", opts)
  end

  local function all() return client.ids(client.collect(ig:media(BUSY):comments { fields = "id", limit = 50 })) end

  it("begins with what came, and gives every one of the rest, once", function()
    local media = ig:media(BUSY):get { fields = FIELDS }
    local before = #server.requests()
    local comments = client.collect(ig:continue(media, "comments"))
    local requests = #server.requests() - before
    local ids = all()
    assert.is_true(#ids > 20)
    assert.same(ids, client.ids(comments))
    for _, comment in ipairs(comments) do assert.is_string(comment.text) end
    assert.equal(math.ceil(#ids / 10) - 1, requests)
  end)

  it("goes on from a position, in what came and behind it", function()
    for _, size in ipairs { 4, 10, 13 } do assert.same(all(), in_parts(open, size)) end
  end)

  it("leaves the caller's node as it was", function()
    assert_leaves_alone(ig:media(BUSY):get { fields = FIELDS }, "comments")
  end)

  it("needs no request where all is there", function()
    local media = ig:media(BUSY):get { fields = "id,comments.limit(50){id}" }
    local before = #server.requests()
    assert.same(client.ids(media.comments.data), client.ids(client.collect(ig:continue(media, "comments"))))
    assert.equal(before, #server.requests())
  end)

  it("gives none where the Graph left the edge out, since it was empty", function()
    local before = #server.requests()
    assert.same({}, client.collect(ig:continue({ id = MEDIA }, "comments")))
    assert.equal(before, #server.requests())
  end)

  it("raises for what is no node, no edge, no id", function()
    server.reset()
    for _, arguments in ipairs {
      { "x", "comments" }, { { id = "1" } }, { { id = "1" }, "nonsense" }, { {}, "comments" },
      { { id = "1", caption = "x" }, "caption" }, { { id = "a/b" }, "comments" },
    } do
      assert.has_error(function() ig:continue(arguments[1], arguments[2]) end)
    end
    assert.same({}, server.requests())
  end)
end)

describe("ig:instagram_accounts", function()
  local function page_ids(...)
    local ids = {}
    for i, account in ipairs(client.collect(...)) do ids[i] = account.page.id end
    return ids
  end

  it("finds Pages of businesses, each once", function()
    local without, with = page_ids(ig:instagram_accounts()), page_ids(ig:instagram_accounts(nil, { businesses = true }))
    assert.is_true(#with > #without)
    assert.equal(#with, each_once(with))
    local paths = {}
    for i, line in ipairs(client.asked()) do paths[i] = line:match "^GET /v26.0/([^?]*)" end
    assert.same({ "me/accounts", "me/accounts", "me/businesses", "506644732715133/owned_pages",
      "506644732715133/client_pages", "506644732715134/owned_pages", "506644732715134/client_pages" }, paths)
  end)

  it("follows the pages of every list, and of the list of businesses", function()
    local opts = { businesses = true, without_account = true }
    local all = page_ids(ig:instagram_accounts(nil, opts))
    server.reset()
    assert.same(all, page_ids(ig:instagram_accounts({ limit = 1 }, opts)))
    assert.is_true(#server.requests() > 6) -- so many lists there are
    local cursor = ig:instagram_accounts({ limit = 1 }, opts)
    for _ = 1, 3 do cursor:next() end
    local rest = page_ids(ig:instagram_accounts({ limit = 1 }, client.with(opts, { position = stored(cursor) })))
    assert.equal(all[#all], rest[#rest])
  end)

  it("tells why a Page has none, where that is wished", function()
    local reasons = {}
    for account in ig:instagram_accounts(nil, { businesses = true, without_account = true }) do
      assert.is_string(account.page.id)
      assert.equal(account.id == nil, account.reason ~= nil)
      if account.reason then reasons[account.page.name] = account.reason end
    end
    local texts = {}
    for _, reason in pairs(reasons) do texts[#texts + 1] = reason end
    local all = table.concat(texts, "\n")
    assert.matches("no Instagram account", all)
    assert.matches("not a professional", all)
  end)

  it("goes on from a position, wherever that is", function()
    local opts = { businesses = true, without_account = true }
    local function pages_from(position, count)
      local cursor, ids = client.new():instagram_accounts(nil, client.with(opts, { position = position })), {}
      for _ = 1, count do
        local account = cursor:next()
        ids[#ids + 1] = account and account.page.id
      end
      return ids, stored(cursor)
    end
    local all = pages_from(nil, 100)
    assert.is_true(#all > 4)
    for count = 1, #all - 1 do
      local _, position = pages_from(nil, count)
      assert.same({ unpack(all, count + 1) }, (pages_from(position, 100)))
    end
  end)

  it("goes on from no position of the Pages alone, nor those from one of it", function()
    local function open(businesses, position)
      return ig:instagram_accounts(nil, { businesses = businesses, without_account = true, position = position })
    end
    for _, businesses in ipairs { true, false } do
      local cursor = open(businesses)
      cursor:next()
      local position = stored(cursor)
      assert.is_table(open(businesses, position):next())
      assert.error_matches(function() open(not businesses, position) end, "it is the position of another list")
    end
  end)

  it("does not know other flags, or flags that are none", function()
    assert.has_error(function() ig:instagram_accounts(nil, { business = true }) end)
    assert.has_error(function() ig:instagram_accounts(nil, { businesses = "yes" }) end)
    assert.has_error(function() ig:instagram_accounts(nil, "businesses") end)
  end)

  it("takes the account's fields", function()
    local account = ig:instagram_accounts({ fields = { "id", "media_count" } }, { businesses = true }):next()
    assert.is_number(account.media_count)
    assert.is_nil(account.username)
  end)
end)

describe("the Pages of businesses", function()
  local host

  after_each(function() host:stop() end)

  -- A page of a list: its ids from one to another; and the query of its `next`, if it says that there is more.
  local function page(from, to, query)
    local items = {}
    for id = from, to do
      items[#items + 1] = ('{"id":"%d","instagram_business_account":{"id":"%d"}}'):format(id, 1000 + id)
    end
    local paging = query and ('"paging":{"next":"https://graph.facebook.com/v26.0/list?%s"},'):format(query) or ""
    return ('{%s"data":[%s]}'):format(paging, table.concat(items, ","))
  end

  -- The ids of the Pages from a host that has these lists, path -> pages, and no items in any other; and the kind
  -- of what ended them.
  local function pages_of(lists)
    local text = ("return require('cjson').decode [==[%s]==]"):format(cjson.encode(lists))
    host = nginx_host.start { client = false, files = { ["lists.lua"] = text },
      server = [[location / { content_by_lua_block {
        local pages = require("lists")[ngx.var.uri:sub(#"/v26.0/" + 1)]
        ngx.print(pages and pages[tonumber(ngx.var.arg_after or 1)] or '{"data":[]}')
      } }]] }
    local cursor, ids = client.new({ base_url = host.http }):instagram_accounts(nil, { businesses = true }), {}
    while true do
      local account, _, kind = cursor:next()
      if not account then return ids, kind end
      ids[#ids + 1] = tonumber(account.page.id)
    end
  end

  local OWN, ONE = { page(1, 2, "after=2"), page(3, 4) }, { page(11, 11) }

  it("may be in several lists, a whole page of them", function()
    local ids, kind = pages_of {
      ["me/accounts"] = OWN, ["me/businesses"] = ONE, ["11/owned_pages"] = OWN,
      ["11/client_pages"] = { page(1, 2, "after=2"), page(3, 4, "after=3"), page(5, 6) },
    }
    assert.same({ { 1, 2, 3, 4, 5, 6 } }, { ids, kind })
  end)

  it("end with an error where one of the lists goes in a circle", function()
    local ids, kind = pages_of {
      ["me/accounts"] = OWN, ["me/businesses"] = ONE,
      ["11/owned_pages"] = { page(3, 4, "after=2"), page(5, 6, "after=1") },
    }
    assert.same({ { 1, 2, 3, 4, 5, 6 }, "paging" }, { ids, kind })
  end)

  for _, path in ipairs { "me/accounts", "me/businesses", "11/owned_pages" } do
    it("end with an error where there is more, and not said where: " .. path, function()
      local lists = { ["me/accounts"] = OWN, ["me/businesses"] = ONE, ["11/owned_pages"] = { page(5, 6) } }
      lists[path] = { page(11, 11, "a=b") }
      assert.equal("paging", select(2, pages_of(lists)))
    end)
  end

  it("may be none, of however many businesses", function()
    local ids, kind = pages_of {
      ["me/accounts"] = OWN, ["me/businesses"] = { page(101, 220) }, ["220/client_pages"] = { page(5, 5) },
    }
    assert.same({ { 1, 2, 3, 4, 5 } }, { ids, kind })
  end)
end)
