local cjson = require "cjson"
local client = require "spec.support.client"
local server = require "spec.support.sandbox"

local ig = client.new()
local plain = client.new { plain = true }

local FEW = "17840000000000250" -- an account with 250 media
local function media_of(n) return ("17840%012d"):format(n) end

local function walk(cursor) return client.ids(client.collect(cursor)) end

-- The ids that the paging scenarios of the sandbox list: of any n.
local function assert_counts_up(ids, n)
  assert.equal(n, #ids)
  local seen = {}
  for _, id in ipairs(ids) do
    assert.is_nil(seen[id], "twice: " .. id)
    seen[id] = true
  end
end

describe("a cursor", function()
  before_each(server.reset)

  it("asks for nothing until it is used", function()
    ig:user(FEW):media()
    assert.equal(0, #server.requests())
  end)

  it("gives 250 media by 25 in 10 requests, each once", function()
    assert_counts_up(walk(ig:user(FEW):media()), 250)
    assert.equal(10, #server.requests())
  end)

  it("makes 1 request when the loop is left in page 1", function()
    for _ in ig:user(FEW):media() do break end -- luacheck: ignore 512
    assert.equal(1, #server.requests())
  end)

  it("gives nil at the end, again and again", function()
    local cursor = ig:user(media_of(2)):media()
    assert.is_table(cursor:next())
    assert.is_table(cursor:next())
    assert.is_nil(cursor:next())
    assert.is_nil(cursor:next())
    assert.is_nil(ig:user(media_of(0)):media():next())
  end)

  it("gives whole pages", function()
    local sizes = {}
    for page in ig:user(FEW):media({ limit = 100 }):pages() do
      sizes[#sizes + 1] = #page.data
      assert.is_table(page.paging.cursors)
    end
    assert.same({ 100, 100, 50 }, sizes)
  end)

  it("gives the rest of a page after single items", function()
    local cursor = ig:user(media_of(7)):media { limit = 5 }
    cursor:next()
    cursor:next()
    local sizes = {}
    for page in cursor:pages() do sizes[#sizes + 1] = #page.data end
    assert.same({ 3, 2 }, sizes)
  end)

  it("tells what is next of the page, and takes none of it", function()
    local cursor = ig:user(media_of(7)):media({ limit = 5 }, { max_items = 6 })
    local first = client.ids(cursor:peek())
    assert.equal(5, #first)
    assert.same(first, client.ids(cursor:peek()))
    assert.equal(1, #server.requests())
    assert.equal(first[1], cursor:next().id)
    assert.equal(first[2], cursor:peek()[1].id)
    for _ = 1, 4 do cursor:next() end
    assert.equal(1, #cursor:peek()) -- max_items
    assert.equal(2, #server.requests())
    assert.is_table(cursor:next())
    assert.is_nil(cursor:peek())
    assert.equal("not_found", (select(3, ig:user("1"):media():peek())))
  end)

  it("stops at max_items", function()
    local cursor = ig:user(FEW):media({ limit = 10 }, { max_items = 23 })
    assert.equal(23, #walk(cursor))
    assert.equal(3, #server.requests())
    assert.is_nil(cursor:next())
    assert.equal(10, #walk(ig:user(FEW):media({ limit = 10 }, { max_items = 10 })))
    assert.equal(4, #server.requests())
  end)

  it("keeps to after, before, since, until and limit", function()
    local all = client.collect(ig:user(FEW):media({ fields = "id,timestamp", limit = 100 }))
    local first = ig:user(FEW):media({ limit = 10 }):pages()()
    local after = first.paging.cursors.after
    assert.equal(all[11].id, ig:user(FEW):media({ after = after }):next().id)
    assert.equal(240, #walk(ig:user(FEW):media { after = after, limit = 50 }))
    -- Backwards: page by page towards the newest, each page as the API orders it.
    local before = walk(ig:user(FEW):media { before = after, limit = 4 })
    assert_counts_up(before, 9)
    assert.equal(all[6].id, before[1])
    local some = client.collect(ig:user(FEW):media {
      since = all[20].timestamp, ["until"] = all[11].timestamp, fields = { "id", "timestamp" }, limit = 3,
    })
    assert.is_true(#some >= 8 and #some <= 10)
    for _, media in ipairs(some) do
      assert.is_true(media.timestamp >= all[20].timestamp and media.timestamp <= all[11].timestamp)
    end
    assert.error_matches(function() ig:user(FEW):media { after = after, before = after } end, "before or after")
  end)

  it("gives one item a page with limit 1", function()
    assert_counts_up(walk(plain:user(media_of(5)):media { limit = 1 }), 5)
    assert.equal(5, #server.requests())
  end)

  it("asks for the same page again after a failure", function()
    local cursor = ig:list("paging_fail_once/media", { limit = 5 })
    local count, failures = 0, 0
    while true do
      local item, err, kind = cursor:next()
      if err then
        failures = failures + 1
        assert.equal("transient", kind)
        assert.is_true(failures < 3)
      elseif not item then
        break
      else
        count = count + 1
      end
    end
    assert.equal(1, failures)
    assert.is_true(count > 10)
  end)

  it("raises the error object in a loop", function()
    local ok, err = pcall(function() for _ in ig:list "error_190_463" do end end) -- luacheck: ignore 542
    assert.is_false(ok)
    assert.equal("auth", err.kind)
    assert.equal(463, err.subcode)
    ok, err = pcall(function() for _ in ig:list("error_190_463"):pages() do end end) -- luacheck: ignore 542
    assert.is_false(ok)
    assert.equal("auth", err.kind)
  end)

  it("stays usable when the loop's body throws", function()
    local cursor = ig:user(FEW):media()
    pcall(function() for _ in cursor do error "mine" end end)
    if not pcall(cursor.next, cursor) then cursor = nil end -- 5.4 closes it only in the four-value form
    assert.is_table(cursor and cursor:next())
    assert.is_table(ig:get "me")
  end)

  it("refuses what it does not know, and names it", function()
    local user = ig:user(FEW)
    for _, opts in ipairs {
      { max_item = 1 }, { max_items = 0 }, { max_items = 1.5 }, { max_items = "3" }, { max_empty_pages = -1 },
      { prefetch = 1 }, { position = "x" }, { position = {} }, { position = { path = "me/accounts" } },
      { position = { path = FEW .. "/media", params = { access_token = "x" } } },
      { position = { path = FEW .. "/media", params = { after = {} } } },
      { position = { path = FEW .. "/media", index = -1 } },
    } do
      local name = next(opts)
      assert.error_matches(function() user:media(nil, opts) end, name)
    end
    assert.error_matches(function() user:media("id") end, "params")
    assert.error_matches(function() user:media(nil, "x") end, "opts")
    assert.error_matches(function() user:media { access_token = "x" } end, "access_token")
    assert.error_matches(function() user:media { fields = print } end, "fields")
  end)

  it("is closed by close(), <close> and leaving a loop in 5.4", function()
    local cursor = ig:user(FEW):media()
    cursor:next()
    cursor:close()
    cursor:close()
    assert.error_matches(function() cursor:next() end, "closed")
    assert.is_table(cursor:position())
    if _VERSION ~= "Lua 5.4" then return end
    local values = { ig:user(FEW):media() }
    assert.equal(4, select("#", ig:user(FEW):media()))
    assert.equal(values[1], values[4])
    assert.is_nil(values[2])
    assert.is_nil(values[3])
    local chunk = assert(load [[
      local open = ...
      local kept
      do local cursor <close> = open(); kept = cursor; cursor:next() end
      local loop = table.pack(open())
      for _ in table.unpack(loop, 1, 4) do break end
      return kept, loop[1]
    ]])
    for _, closed in ipairs { chunk(function() return ig:user(FEW):media() end) } do
      assert.error_matches(function() closed:next() end, "closed")
    end
  end)

  it("gives one value before 5.4, which would not close it", function()
    if _VERSION == "Lua 5.4" then return end
    assert.equal(1, select("#", ig:user(FEW):media()))
  end)

  it("gives the same with prefetch, and one request more at most when it is left", function()
    assert_counts_up(walk(ig:user(FEW):media(nil, { prefetch = true })), 250)
    assert.equal(10, #server.requests())
    server.reset()
    for _ in ig:user(FEW):media(nil, { prefetch = true }) do break end -- luacheck: ignore 512
    assert.is_true(#server.requests() <= 2)
    assert.is_table(ig:get "me")
  end)

  it("does not mind a loop that takes longer than a page may, with prefetch", function()
    local slow = client.new { timeout = 0.4 }
    local count = 0
    for _ in slow:user(media_of(6)):media({ limit = 2 }, { prefetch = true }) do
      count = count + 1
      if count % 2 == 1 then require("iggraph.core").loop.sleep(0.5) end
    end
    assert.equal(6, count)
  end)

  it("stays open when a loop over its pages is left", function()
    local cursor = ig:user(FEW):media { limit = 2 }
    for _ in cursor:pages() do break end -- luacheck: ignore 512
    assert.is_table(cursor:next())
  end)

  it("skips any number of Pages without an account", function()
    local cursor = require("iggraph.core").cursor.new(ig, FEW .. "/media", { limit = 1 }, { max_empty_pages = 3 },
      { map = function(item) return item.id == "17900002490000009" and item or nil end })
    assert.equal("17900002490000009", cursor:next().id)
  end)

  it("follows what an edge of another node lists", function()
    local media = ig:user(FEW):media({ fields = { "id", children = { "id" } } }, { max_items = 10 })
    for item in media do
      if item.children then
        assert.same(client.ids(item.children.data), walk(ig:media(item.id):children()))
        return
      end
    end
    error "no album among ten media"
  end)
end)

describe("a position", function()
  before_each(server.reset)

  local function through_json(position) return cjson.decode(cjson.encode(position)) end

  it("is exact to the item, everywhere, and survives JSON", function()
    local n, limit = 23, 5
    local all = walk(plain:user(media_of(n)):media { limit = limit })
    for given = 0, n do
      local cursor = plain:user(media_of(n)):media { limit = limit }
      for _ = 1, given do cursor:next() end
      local position = through_json(cursor:position())
      local rest = walk(plain:user(media_of(n)):media({ limit = limit }, { position = position }))
      assert.equal(n - given, #rest)
      assert.equal(all[given + 1], rest[1])
      -- Another page size does not matter.
      assert.equal(n - given, #walk(plain:user(media_of(n)):media({ limit = 3 }, { position = position })))
      assert.equal(n - given, #walk(plain:user(media_of(n)):media({ limit = 20 }, { position = position })))
    end
  end)

  it("can be handed on without being used", function()
    local cursor = plain:user(FEW):media()
    for _ = 1, 30 do cursor:next() end
    local position = cursor:position()
    local second = plain:user(FEW):media(nil, { position = position })
    assert.same(position, second:position())
    assert.equal(220, #walk(second))
    assert.is_true(second:position().done)
    server.reset()
    assert.equal(0, #walk(plain:user(FEW):media(nil, { position = second:position() })))
    assert.equal(0, #server.requests())
  end)

  it("is right after max_items, pages, a break and close", function()
    local cursor = plain:user(FEW):media(nil, { max_items = 40 })
    walk(cursor)
    assert.equal(210, #walk(plain:user(FEW):media(nil, { position = cursor:position() })))
    cursor = plain:user(FEW):media()
    cursor:pages()()
    cursor:close()
    assert.equal(225, #walk(plain:user(FEW):media(nil, { position = cursor:position() })))
  end)

  it("gives exactly the rest in a second process", function()
    local cursor = plain:user(FEW):media()
    local first = {}
    for _ = 1, 67 do first[#first + 1] = cursor:next().id end
    local lines = client.run([[
      local ig = require("iggraph").new { access_token = arg[1], base_url = arg[2] }
      local position = require("cjson").decode(arg[3])
      for media in ig:user(arg[4]):media(nil, { position = position }) do print(media.id) end
    ]], "", require("iggraph.sandbox").tokens.user, server.shared().http, cjson.encode(cursor:position()), FEW)
    for _, line in ipairs(lines) do first[#first + 1] = line end
    assert.same(walk(plain:user(FEW):media()), first)
  end)

  it("works for accounts, which are made from Pages", function()
    local cursor = ig:instagram_accounts()
    cursor:next()
    assert.equal(0, #walk(ig:instagram_accounts(nil, { position = cursor:position() })))
  end)
end)

describe("paging", function()
  before_each(server.reset)

  -- Scenario, items in all (with limit 5), requests that it takes.
  local complete = {
    { "paging_empty_first", 10 },
    { "paging_empty_middle" },
    { "paging_empty_run" },
    { "paging_after_without_next", nil, 1 },
    { "paging_next_without_token" },
    { "paging_next_time", nil, 3 },
    { "paging_next_offset", nil, 3 },
    { "paging_next_other_host", nil, 3 },
    { "paging_same_cursor", nil, 4 },
    { "paging_secret" },
  }
  for _, row in ipairs(complete) do
    local name, items, requests = row[1], row[2], row[3]
    it("gives every item once: " .. name, function()
      local ids = walk(plain:list(name .. "/media", { limit = 5 }))
      assert.is_true(#ids > 0)
      assert_counts_up(ids, items or #ids)
      if requests then assert.equal(requests, #server.requests()) end
      for _, request in ipairs(server.requests()) do
        assert.matches("^/v26%.0/" .. name .. "/media", request.uri)
        local _, tokens = request.uri:gsub("access_token", "")
        assert.equal(0, tokens)
      end
    end)
  end

  it("never contacts another host", function()
    walk(plain:list("paging_next_other_host/media"))
    local host = server.shared().http:match "//(.*)"
    for _, request in ipairs(server.requests()) do assert.equal(host, request.headers.host) end
  end)

  it("keeps the length of the URL over 500 pages", function()
    local count = #walk(plain:list("paging_long/media", { limit = 5 }))
    assert.equal(2500, count)
    local lengths = {}
    for i, request in ipairs(server.requests()) do lengths[i] = #request.uri end
    assert.equal(500, #lengths)
    table.sort(lengths, function(a, b) return a > b end)
    assert.is_true(lengths[1] - lengths[499] < 12, "grew from " .. lengths[499] .. " to " .. lengths[1])
  end)

  for _, name in ipairs { "paging_repeat", "paging_cycle" } do
    it("ends with `paging` where pages repeat: " .. name, function()
      local cursor = plain:list(name .. "/media", { limit = 5 })
      local ok, err = pcall(walk, cursor)
      assert.is_false(ok)
      assert.equal("paging", err.kind)
      assert.equal("/v26.0/" .. name .. "/media", err.path)
      assert.equal("GET", err.method)
      assert.is_false(err.retryable)
      assert.is_true(#server.requests() <= 8)
      local value, again, kind = cursor:next()
      assert.is_nil(value)
      assert.equal("paging", kind)
      assert.equal("paging", again.kind)
    end)
  end

  it("gives no item twice before it says so, where the first page repeats", function()
    local ids = {}
    pcall(function() for item in plain:list("paging_repeat/media", { limit = 5 }) do ids[#ids + 1] = item.id end end)
    assert_counts_up(ids, 5)
  end)

  it("ends with `paging` after too many empty pages", function()
    local cursor = plain:list("paging_empty_forever/media", nil, { max_empty_pages = 7 })
    local value, err, kind = cursor:next()
    assert.is_nil(value)
    assert.equal("paging", kind)
    assert.matches("7 empty pages", err.message)
    assert.equal(8, #server.requests())
    assert.equal("paging", select(3, plain:list("paging_empty_forever/media"):next()))
    assert.equal(8 + 101, #server.requests())
  end)

  for _, name in ipairs { "paging_no_data", "paging_bad_next" } do
    it("ends with `paging` where the answer makes no sense: " .. name, function()
      local ok, err = pcall(walk, plain:list(name .. "/media"))
      assert.is_false(ok)
      assert.equal("paging", err.kind)
    end)
  end

  it("takes positions without secrets from any of them", function()
    local token = require("iggraph.sandbox").tokens.user
    for _, name in ipairs { "paging_secret", "paging_next_time", "paging_next_other_host" } do
      local cursor = client.new({ plain = true, app_secret = require("iggraph.sandbox").app_secret })
        :list(name .. "/media", { limit = 5 })
      for _ = 1, 7 do
        cursor:next()
        local text = cjson.encode(cursor:position())
        assert.is_nil(text:find(token, 1, true))
        assert.is_nil(text:find("access_token", 1, true))
        assert.is_nil(text:find("appsecret_proof", 1, true))
      end
    end
  end)
end)
