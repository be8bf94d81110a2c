-- How a list goes on after a failure: smaller pages, the same page again, another process, from its start.

local cjson = require "cjson"
local client = require "spec.support.client"
local core = require "iggraph.core"
local server = require "spec.support.sandbox"

local FEW = "17840000000000250" -- an account with 250 media

local ig = client.new { plain = true }

local function with(scenario) return FEW .. "_" .. scenario .. "/media" end

local all = client.ids(client.collect(ig:list(FEW .. "/media", { limit = 100 })))

local function assert_each_once(expected, ids)
  local times = {}
  for _, id in ipairs(ids) do times[id] = (times[id] or 0) + 1 end
  for _, id in ipairs(expected) do
    assert.equal(1, times[id], "times that " .. id .. " came")
    times[id] = nil
  end
  assert.is_nil((next(times)), "came, and was not expected")
end

-- The page sizes that the server was asked for; 0 where none was sent.
local function sizes()
  local list = {}
  for i, line in ipairs(client.asked()) do list[i] = tonumber(line:match "[?&]limit=(%d+)" or 0) end
  return list
end

-- All ids up to the end, or up to a failure; the failure.
local function read(cursor, most)
  local ids = {}
  while #ids < (most or math.huge) do
    local item, err, kind = cursor:next()
    if err then return ids, err, kind end
    if not item then return ids end
    ids[#ids + 1] = item.id
  end
  return ids
end

local function since_last(list, before)
  local rest = {}
  for i = #before + 1, #list do rest[#rest + 1] = list[i] end
  return rest
end

describe("a list whose pages are too much for the Graph", function()
  before_each(server.reset)

  -- What is listed, limit, how many items there are, the first sizes that are asked for.
  local rows = {
    { with "reduce_10", nil, 250, { 0, 12, 6, 6, 6, 6, 6, 12, 6 } },
    { with "reduce_10", 100, 250, { 100, 50, 25, 12, 6 } },
    { with "reduce_1", 7, 250, { 7, 3, 1, 1, 1, 1, 1, 2, 1 } },
    { "paging_reduce_offset/media", 10, 40, { 10, 5, 2, 2, 2, 2, 2, 4, 2 } },
    { "paging_reduce_time/media", 10, 40, { 10, 5, 2, 2, 2, 2, 2, 4, 2 } },
    { "paging_reduce_same_cursor/media", 10, 40, { 10, 5, 2, 2, 2, 2, 2, 4, 2 } },
  }
  for _, row in ipairs(rows) do
    for _, prefetch in ipairs { false, true } do
      local how = prefetch and ", with prefetch" or ""
      it(("is asked for by half: %s by %s%s"):format(row[1], row[2] or "default", how), function()
        local ids = client.ids(client.collect(ig:list(row[1], { limit = row[2] }, { prefetch = prefetch })))
        assert.equal(row[3], #ids)
        assert_each_once(row[3] == 250 and all or ids, ids)
        local asked = sizes()
        for i, size in ipairs(row[4]) do assert.equal(size, asked[i]) end
      end)
    end
  end

  it("gives it in pages, too", function()
    local ids = {}
    for page in ig:list(with "reduce_10", { limit = 40 }):pages() do
      for _, item in ipairs(page.data) do ids[#ids + 1] = item.id end
    end
    assert.same(all, ids)
  end)

  it("has its whole pages again where they are light", function()
    local ids = read(ig:list(with "reduce_5_from_60_to_100", { limit = 40 }))
    assert.same(all, ids)
    local asked = sizes()
    assert.equal(40, asked[1])
    assert.equal(20, asked[#asked])
    table.sort(asked)
    assert.equal(5, asked[1])
    server.reset()
    assert.equal(250, #read(ig:list(with "reduce_5_from_1_to_5", { limit = 20 })))
    asked = sizes()
    assert.equal(20, asked[#asked])
  end)

  it("is asked for by half inside of fields, too", function()
    for _, fields in ipairs { { ["media.limit(50)"] = "id" }, { media = "id" } } do
      local found = assert(ig:user("17841405822304914"):business_discovery("account_250", fields))
      local size, cursor = #found.media.data, ig:continue(found, "media")
      local ids, asked = read(cursor, size), #client.asked()
      assert.is_true(core.cursor.recover(cursor, { kind = "transient", code = 1 }))
      for _, id in ipairs(read(cursor)) do ids[#ids + 1] = id end
      assert_each_once(ids, ids)
      assert.equal(250, #ids)
      local line = client.asked()[asked + 1]:gsub("%%28", "("):gsub("%%29", ")")
      assert.matches(("media.limit(%d).after("):format(math.floor(size / 2)), line, 1, true)
    end
  end)

  it("is tried with larger pages more and more seldom, as they break", function()
    local ids = read(ig:list("17840000000001000_reduce_1/media", { limit = 2 }, { max_items = 300 }))
    assert.equal(300, #ids)
    local broken = 0
    for _, size in ipairs(sizes()) do if size == 2 then broken = broken + 1 end end
    assert.is_true(broken >= 5 and broken <= 8, broken .. " pages broke")
  end)

  it("is asked for by half at once, whatever the retry policy", function()
    local retries = 0
    local patient = client.new { plain = true, retry = { on_retry = function() retries = retries + 1 end } }
    assert.same(all, read(patient:list(with "reduce_10")))
    assert.equal(0, retries)
  end)

  it("fails where one item is too much, and goes on at that item", function()
    local cursor = ig:list(with "reduce_0_from_60_to_60", { limit = 40 })
    local ids, err, kind = read(cursor)
    assert.same({ 59, "transient", 1, 500 }, { #ids, kind, err.code, err.status })
    assert.equal(1, sizes()[#sizes()])
    server.reset()
    local item, again = cursor:next()
    assert.same({ nil, 1 }, { item, again.code })
    assert.equal(40, sizes()[1])
    local rest = read(ig:list(FEW .. "/media", nil, { position = { path = FEW .. "/media",
      params = cursor:position().params } }))
    assert.same(since_last(all, ids), rest)
  end)

  it("goes on in another process with the size that is given there", function()
    local first = ig:list(with "reduce_10", { limit = 20 })
    local ids = read(first, 33)
    local position = cjson.decode(cjson.encode(first:position()))
    assert.is_nil(position.params.limit)
    server.reset()
    for _, id in ipairs(read(ig:list(with "reduce_10", { limit = 16 }, { position = position }))) do
      ids[#ids + 1] = id
    end
    assert.same(all, ids)
    assert.equal(16, sizes()[1])
  end)

  local function is_halved(cursor) return core.cursor.shrinks(cursor, { kind = "transient", code = 1 }) end

  it("is not halved where a smaller page would lose something", function()
    local user = ig:user(FEW)
    assert.is_true(is_halved(ig:list "x/y"))
    assert.is_true(is_halved((ig:instagram_accounts(nil, { businesses = true }))))
    assert.is_false(is_halved(user:insights { metric = "reach", period = "day" }))
    assert.is_false(is_halved(ig:list("x/y", { limit = 1 })))
    assert.is_false(is_halved(ig:list("x/y", { limit = "many" })))
    assert.is_false(is_halved(ig:list("x/y", { page = 2 })))
    local numbered = ig:list "x/y"
    core.cursor.accept(numbered, { data = { { id = "1" } }, paging = { next = "?page=2" } })
    assert.is_false(is_halved(numbered))
  end)

  it("is not halved for other failures", function()
    local cursor = ig:list "x/y"
    for _, err in ipairs { { kind = "transient", code = 2 }, { kind = "invalid", code = 1 }, { kind = "network" },
      { kind = "throttled", code = 4 } } do
      assert.is_false(core.cursor.shrinks(cursor, err))
    end
  end)

  it("leaves out by number what was given of a larger page, where items have no ids", function()
    local function nameless(from, count)
      local data = {}
      for i = 1, count do data[i] = { name = "n" .. from + i } end
      return { data = data, paging = { next = "?after=" .. from + count } }
    end
    local cursor = ig:list("x/y", { limit = 10 }, { position = { path = "x/y", index = 7 } })
    assert.is_true(core.cursor.recover(cursor, { kind = "transient", code = 1 }))
    assert.is_true(core.cursor.accept(cursor, nameless(0, 5)))
    assert.is_nil((core.cursor.take(cursor)))
    assert.same({ path = "x/y", params = { after = "5" }, index = 2 }, cursor:position())
    assert.is_true(core.cursor.accept(cursor, nameless(5, 5)))
    assert.equal("n8", core.cursor.take(cursor).name)
  end)
end)

describe("a list that fails in the middle", function()
  before_each(server.reset)

  -- Kind, what happens to the second page, options of the client. It is the same page that is asked for again.
  local rows = {
    { "auth", "error_190_463" },
    { "permission", "error_10" },
    { "throttled", "error_4" },
    { "transient", "error_2" },
    { "paging", "error_100" },
    { "not_found", "error_100_33" },
    { "graph", "error_368" },
    { "http", "body_html_502" },
    { "json", "body_truncated" },
    { "network", "cut_body" },
    { "timeout", "hang_body", { timeout = 1 } },
    { "too_large", "body_large", { max_response = 100000 } },
    { "paging", "body_true" },
  }

  local function failed(row)
    local options = client.with({ plain = true }, row[3])
    local cursor = client.new(options):list(with("once_" .. row[2]), { limit = 50 })
    local ids, _, kind = read(cursor)
    assert.same({ 50, row[1] }, { #ids, kind })
    return cursor, ids
  end

  for _, row in ipairs(rows) do
    it(("goes on after %s: %s"):format(row[1], row[2]), function()
      local cursor, ids = failed(row)
      for _, id in ipairs(read(cursor)) do ids[#ids + 1] = id end
      assert.same(all, ids)
    end)
  end

  it("goes on in other processes, each from where the one before failed or stopped", function()
    local cursor, ids = failed { "transient", "error_2" }
    local position = cjson.encode(cursor:position())
    for _ = 1, 3 do
      local lines = client.run([[
        local cjson = require "cjson"
        local ig = require("iggraph").new { access_token = arg[1], base_url = arg[2] }
        local cursor = ig:list(arg[4], { limit = 30 }, { position = cjson.decode(arg[3]), max_items = 67 })
        for media in cursor do print(media.id) end
        print(cjson.encode(cursor:position()))
      ]], "", server.tokens.user, server.shared().http, position, with "once_error_2")
      position = table.remove(lines)
      for _, line in ipairs(lines) do ids[#ids + 1] = line end
    end
    assert.same(all, ids)
    assert.is_true(cjson.decode(position).done)
  end)
end)

describe("a list whose cursor was made invalid by a deletion", function()
  before_each(server.reset)

  local LIST = with "bound_cursors"

  -- The items before, and then that one is gone.
  local function open(opts, given)
    local cursor = ig:list(LIST, { limit = 25 }, opts)
    local ids = read(cursor, given)
    assert(ig:media(ids[#ids]):delete())
    return cursor, ids
  end

  it("says so", function()
    local cursor = open(nil, 75)
    for _ = 1, 2 do
      local item, err, kind = cursor:next()
      assert.is_nil(item)
      assert.same({ "paging", "paging", 100, 400, false },
        { kind, err.kind, err.code, err.status, err.retryable })
      assert.matches("no longer valid", err.message, 1, true)
      assert.matches("opts.on_invalid_cursor", err.message, 1, true)
      assert.matches("After Cursor", tostring(err), 1, true)
    end
  end)

  it("is begun anew, and nothing comes twice", function()
    local cursor, ids = open({ on_invalid_cursor = "restart" }, 75)
    for _, id in ipairs(read(cursor)) do ids[#ids + 1] = id end
    assert.same(all, ids)
  end)

  it("is begun anew as often as that happens", function()
    local ids, deleted = {}, 0
    for item in ig:list(LIST, { limit = 25 }, { on_invalid_cursor = "restart" }) do
      ids[#ids + 1] = item.id
      if #ids == 75 or #ids % 60 == 0 then
        deleted = deleted + 1
        assert(ig:media(item.id):delete())
      end
    end
    assert.same(all, ids)
    assert.equal(5, deleted)
  end)

  it("is begun anew with prefetch, in pages, without those that have nothing new", function()
    local ids, deleted = {}, false
    for page in ig:list(LIST, { limit = 25 }, { on_invalid_cursor = "restart", prefetch = true }):pages() do
      assert.is_true(#page.data > 0)
      for _, item in ipairs(page.data) do ids[#ids + 1] = item.id end
      if not deleted and #ids == 100 then
        deleted = true
        assert(ig:media(ids[75]):delete())
        assert(ig:media(ids[100]):delete())
      end
    end
    assert.same(all, ids)
  end)

  it("knows after a position what is in it, and what came since", function()
    local before = ig:list(LIST, { limit = 25 })
    local ids = read(before, 60)
    assert(ig:media(ids[50]):delete()) -- the page of the position is asked for with its cursor
    local position = cjson.decode(cjson.encode(before:position()))
    local _, err, kind = ig:list(LIST, nil, { position = position }):next()
    assert.same({ "paging", 100 }, { kind, err.code })
    local expected = {}
    for i, id in ipairs(all) do if i < 50 or i > 60 then expected[#expected + 1] = id end end
    assert.same(expected, read(ig:list(LIST, { limit = 25 },
      { position = position, on_invalid_cursor = "restart" })))
  end)

  it("is an invalid parameter where the cursor is the caller's own, or nothing but a parameter is", function()
    for _, opts in ipairs { {}, { on_invalid_cursor = "restart" } } do
      local _, _, kind = ig:list(FEW .. "/media", { after = "x" }, opts):next()
      assert.equal("invalid", kind)
      _, _, kind = ig:list(FEW .. "/media", { fields = "nonsense" }, opts):next()
      assert.equal("invalid", kind)
    end
  end)

  local INVALID = { kind = "invalid", code = 100, message = "no" }

  local function page(paging, ...)
    local data = { ... }
    for i, id in ipairs(data) do data[i] = { id = id or nil } end
    return { data = data, paging = { next = paging } }
  end

  local function use_up(cursor)
    local items = {}
    repeat
      local item = core.cursor.take(cursor)
      items[#items + 1] = item
    until item == nil
    return #items
  end

  it("is not begun anew again before something new came", function()
    local cursor = ig:list("x/y", nil, { on_invalid_cursor = "restart" })
    core.cursor.accept(cursor, page("?after=1", "a", "b"))
    assert.equal(2, use_up(cursor))
    assert.is_true(core.cursor.recover(cursor, INVALID))
    core.cursor.accept(cursor, page("?after=1", "a", "b"))
    assert.equal(0, use_up(cursor))
    local ok, err, kind = core.cursor.recover(cursor, INVALID)
    assert.same({ nil, "paging", true }, { ok, kind, err.message:find("nothing new", 1, true) ~= nil })
    core.cursor.accept(cursor, page("?after=2", "b", "c"))
    assert.equal(1, use_up(cursor))
    assert.is_true(core.cursor.recover(cursor, INVALID))
  end)

  it("is not begun anew where items have no ids", function()
    local cursor = ig:list("x/y", nil, { on_invalid_cursor = "restart" })
    core.cursor.accept(cursor, page("?after=1", "a", false))
    assert.equal(2, use_up(cursor))
    local _, err, kind = core.cursor.recover(cursor, INVALID)
    assert.equal("paging", kind)
    assert.matches("without ids", err.message, 1, true)
    local numbered = ig:list("x/y", nil, { on_invalid_cursor = "restart",
      position = { path = "x/y", params = { after = "1" }, index = 1 } })
    assert.equal("paging", select(3, core.cursor.recover(numbered, INVALID)))
  end)

  it("is begun anew where it stands inside of fields", function()
    local found = assert(ig:user("17841405822304914"):business_discovery("account_250", { ["media.limit(50)"] = "id" }))
    local cursor = ig:continue(found, "media", { on_invalid_cursor = "restart" })
    local ids = read(cursor, 100)
    assert.is_true(core.cursor.recover(cursor, INVALID))
    for _, id in ipairs(read(cursor)) do ids[#ids + 1] = id end
    assert.equal(250, #ids)
    assert_each_once(ids, ids)
  end)

  it("keeps little of what it gave", function()
    local cursor = ig:list("x/y", nil, { on_invalid_cursor = "restart" })
    local function walk(first, last)
      for number = first, last do
        local data = {}
        for i = 1, 100 do data[i] = { id = ("%017d"):format(number * 100 + i) } end
        assert(core.cursor.accept(cursor, { data = data, paging = { next = "?after=" .. number } }))
        use_up(cursor)
      end
      collectgarbage()
      collectgarbage()
      return collectgarbage "count"
    end
    local before = walk(1, 100)
    assert.is_true(walk(101, 1000) - before < 100) -- KiB
    assert.is_true(core.cursor.recover(cursor, INVALID))
    core.cursor.accept(cursor, page("?after=1", ("%017d"):format(50000), ("%017d"):format(101), "new"))
    assert.equal(1, use_up(cursor))
  end)

  it("is begun anew for \"restart\" only", function()
    for _, value in ipairs { "again", true, 1, "" } do
      local ok, err = pcall(ig.list, ig, "x/y", nil, { on_invalid_cursor = value })
      assert.is_false(ok)
      assert.matches("on_invalid_cursor", err, 1, true)
    end
    local _, err = pcall(ig.list, ig, "x/y", nil, { on_invalid = "restart" })
    assert.matches("unknown option 'on_invalid'", err, 1, true)
    assert.matches("did you mean 'on_invalid_cursor'?", err, 1, true)
  end)
end)
