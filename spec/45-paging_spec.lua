-- What a cursor makes of pages as no sandbox would write them: given to it by hand, without a server.

local iggraph = require "iggraph"
local core = require "iggraph.core"

local TOKEN = "EAAJjmJtHeToKeNoFtHiSsPeC0123456789"
local ig = iggraph.new { access_token = TOKEN, app_secret = "s3cr3t-0f-th3-4pp", base_url = "https://graph.example" }

local function open(params, opts) return (ig:list("1/x", params, opts)) end
local accept, take = core.cursor.accept, core.cursor.take

local function page(ids, paging)
  local data = {}
  for i, id in ipairs(ids) do data[i] = { id = id } end
  return { data = data, paging = paging }
end

-- Takes all items of the page: only then does the position tell what is asked next.
local function drain(cursor)
  local items = {}
  repeat
    local item = take(cursor)
    items[#items + 1] = item
  until item == nil
  return items
end

-- What is asked after a page with that paging; or the kind of the failure.
local function next_after(params, paging)
  local cursor = open(params)
  assert.is_true(accept(cursor, page({ "a", "b" }, paging)))
  assert.equal(2, #drain(cursor))
  local ok, _, kind = core.cursor.goes_on(cursor)
  if not ok then return kind end
  local position = cursor:position()
  return position.done and "end" or position.params
end

describe("paging.next", function()
  local LINK = "https://graph.example/v26.0/1/x?"
  local rows = {
    { "nothing at all", nil, nil, "end" },
    { "an empty object", nil, {}, "end" },
    { "null", nil, iggraph.null, "end" },
    { "a text in its place", nil, "x", "end" },
    { "no next", nil, { cursors = { after = "z" } }, "end" },
    { "a null next", nil, { next = iggraph.null, cursors = { after = "z" } }, "end" },
    { "a number", nil, { next = 7 }, "paging" },
    { "a table", nil, { next = {} }, "paging" },
    { "an empty next without a cursor", nil, { next = "" }, "paging" },
    { "an empty next with a cursor", nil, { next = "", cursors = { after = "z" } }, { after = "z" } },
    { "no query", nil, { next = "https://graph.example/v26.0/1/x", cursors = { after = "z" } }, { after = "z" } },
    { "a relative link", nil, { next = "?after=z" }, { after = "z" } },
    { "another host", nil, { next = "http://evil.example/?after=z" }, { after = "z" } },
    { "a fragment", nil, { next = LINK .. "after=z#after=y" }, { after = "z" } },
    { "encoding", nil, { next = LINK .. "after=a%2Bb%3D%3D&q=c+d" }, { after = "a+b==", q = "c d" } },
    { "a doubled parameter", nil, { next = LINK .. "after=y&after=z" }, { after = "z" } },
    { "empty parameters", nil, { next = LINK .. "&&after=z&=x&" }, { after = "z" } },
    { "a name alone", nil, { next = LINK .. "after=z&flag" }, { after = "z", flag = "" } },
    { "what is as it was asked", { fields = { "id", "x" }, limit = 5 },
      { next = LINK .. "fields=id%2Cx&after=z&limit=5" }, { after = "z" } },
    { "fields that changed", { fields = "id" }, { next = LINK .. "fields=id%2Cx&after=z" },
      { after = "z", fields = "id,x" } },
    { "the same after as was asked", { after = "z" }, { next = LINK .. "after=z" }, { after = "z" } },
    { "a time window", { since = 5 }, { next = LINK .. "since=9&until=12&__paging_token=q" },
      { since = "9", ["until"] = "12", __paging_token = "q" } },
    { "an offset", nil, { next = LINK .. "offset=25" }, { offset = "25" } },
    { "parameters that lead nowhere, beside a cursor", nil,
      { next = LINK .. "format=json&limit=25", cursors = { after = "z" } }, { after = "z", format = "json" } },
    { "parameters that lead nowhere, alone", nil, { next = LINK .. "format=json" }, "paging" },
    { "secrets by name", nil,
      { next = LINK .. "access_token=x&appsecret_proof=y&appsecret_time=1&Access_Token=q&after=z&pretty=0" },
      { after = "z" } },
    { "a secret by another name", nil, { next = LINK .. "session=" .. TOKEN .. "&after=z" }, { after = "z" } },
    { "a NUL", nil, { next = LINK .. "x=a%00b&after=z" }, { after = "z" } },
  }
  for _, row in ipairs(rows) do
    it("is read right with " .. row[1], function() assert.same(row[4], next_after(row[2], row[3])) end)
  end

  it("is previous where the list is read backwards", function()
    assert.same({ before = "y" },
      next_after({ before = "z" }, { next = LINK .. "after=q", previous = LINK .. "before=y" }))
    assert.equal("end", next_after({ before = "z" }, { next = LINK .. "after=q", cursors = { before = "y" } }))
  end)
end)

describe("a page that is used up", function()
  local function is_collected(cursor, kept)
    drain(cursor)
    collectgarbage()
    collectgarbage()
    return kept[1] == nil
  end

  local function given(paging)
    local cursor, answer = open(), page({ "a", "b" }, paging)
    local kept = setmetatable({ answer }, { __mode = "v" })
    assert.is_true(accept(cursor, answer))
    return cursor, kept
  end

  it("is let go before the next one is asked for", function()
    local cursor, kept = given { next = "https://graph.example/v26.0/1/x?after=z" }
    assert.is_true(is_collected(cursor, kept))
    assert.same({ after = "z" }, cursor:position().params)
  end)

  it("is kept where it does not say what comes next: the position has its ids", function()
    local cursor, kept = given { next = 7 }
    assert.is_false(is_collected(cursor, kept))
    assert.same({ "a", "b" }, cursor:position().ids)
  end)
end)

describe("pages that repeat", function()
  local function next_link(query) return { next = "https://graph.example/?" .. query } end

  it("are told from pages of another time window, which have the same ids", function()
    local cursor = open { metric = "reach" }
    for window = 1, 6 do
      assert.is_true(accept(cursor, page({ "1/insights/reach/day" }, next_link("since=" .. window))))
      drain(cursor)
    end
  end)

  it("are told from lists that have some ids again, and something new", function()
    local cursor = open()
    for i = 1, 20 do
      assert.is_true(accept(cursor, page({ "always", "new" .. i }, next_link "after=same")))
      drain(cursor)
    end
  end)

  local function pages_until_failure(make)
    local cursor = open()
    for i = 1, 50 do
      local ok, _, kind = accept(cursor, make(i))
      if not ok then return i - 1, kind end
      drain(cursor)
    end
  end

  it("are found at once", function()
    local pages, kind = pages_until_failure(function(i) return page({ "a", "b" }, next_link("after=" .. i)) end)
    assert.same({ 1, "paging" }, { pages, kind })
  end)

  it("are found in a circle, before anything is given twice", function()
    for length = 2, 40, 19 do
      local pages, kind = pages_until_failure(function(i)
        return page({ "a" .. i % length, "b" .. i % length }, next_link("after=" .. i))
      end)
      assert.same({ length, "paging" }, { pages, kind })
    end
  end)

  it("are found in a circle of any length", function()
    local cursor, pages, ok = open(), 0, true
    while ok and pages < 2000 do
      local letter = pages % 300
      ok = accept(cursor, page({ "a" .. letter, "b" .. letter }, next_link("after=" .. pages)))
      drain(cursor)
      pages = pages + 1
    end
    assert.is_true(pages < 1000)
  end)

  it("are found by what is asked, where items have no ids", function()
    local pages, kind = pages_until_failure(function(i)
      return { data = { { name = "x" } }, paging = next_link("after=" .. i % 2) }
    end)
    assert.equal("paging", kind)
    assert.is_true(pages <= 3)
    assert.is_nil((pages_until_failure(function(i)
      return { data = { { name = "x" } }, paging = next_link("after=" .. i) }
    end)))
  end)

  it("leave the cursor where it was", function()
    local cursor = open()
    accept(cursor, page({ "a", "b" }, next_link "after=1"))
    drain(cursor)
    local before = cursor:position()
    assert.is_nil((accept(cursor, page({ "a", "b" }, next_link "after=2"))))
    assert.same(before, cursor:position())
    assert.is_true(accept(cursor, page({ "c" }, next_link "after=2")))
    assert.equal("c", take(cursor).id)
  end)
end)

describe("data", function()
  it("may hold anything, but must be a list", function()
    local cursor = open()
    assert.is_true(accept(cursor, { data = { 1, "x", false, iggraph.null, { 2 } } }))
    assert.same({ 1, "x", false, iggraph.null, { 2 } }, { take(cursor), take(cursor), take(cursor), take(cursor),
      (take(cursor)) })
    for _, wrong in ipairs { {}, { data = {  a = 1 } }, { data = 1 }, { data = iggraph.null }, true, "x", 1 } do
      local value, err, kind = accept(open(), wrong)
      assert.is_nil(value)
      assert.equal("paging", kind)
      assert.equal("/v26.0/1/x", err.path)
    end
  end)
end)

describe("a position", function()
  local function next_link(query) return { next = "https://x.example/?" .. query, previous = "?before=y" } end

  it("keeps where the list was begun, whatever is given with it", function()
    for _, first in ipairs { { after = "10" }, { before = "21" }, { since = "5" } } do
      local cursor = open(first)
      accept(cursor, page({ "a", "b", "c" }, next_link "after=z"))
      take(cursor)
      local position = cursor:position()
      assert.same(first, position.params)
      local again = open(nil, { position = position })
      assert.same(position, again:position())
      accept(again, page({ "a", "b", "c" }, next_link "after=z"))
      assert.equal("b", drain(again)[1].id)
      assert.same({ path = "1/x", params = first.before and { before = "y" } or { after = "z" } }, again:position())
    end
  end)

  it("has no page size in it, and no secret", function()
    local cursor = open { limit = 2 }
    accept(cursor, page({ "a", "b" }, next_link("after=z&limit=7&access_token=" .. TOKEN)))
    drain(cursor)
    assert.same({ path = "1/x", params = { after = "z" } }, cursor:position())
  end)

  -- The ids of a list, one letter each; what was given of it; how it changed; the size of its pages then and
  -- now; what is to be given: never an item again, and none lost.
  local rows = {
    { "abcdefgh", 2, "abcdefgh", 4, 4, "cdefgh" },
    { "abcdefgh", 4, "abcdefgh", 4, 4, "efgh" },
    { "abcdefgh", 3, "abcdefgh", 4, 2, "defgh" },
    { "abcdefgh", 3, "abcdefgh", 4, 8, "defgh" },
    { "abcdefgh", 3, "acdefgh", 4, 4, "defgh" }, -- one of them is gone
    { "abcdefgh", 3, "abdefgh", 4, 4, "defgh" }, -- the last of them
    { "abcdefgh", 3, "adefgh", 4, 4, "defgh" }, -- the last two
    { "abcdefgh", 3, "bdefgh", 4, 4, "defgh" }, -- the last and another
    { "abcdefgh", 3, "defgh", 4, 4, "defgh" }, -- all
    { "abcdefgh", 3, "Xabcdefgh", 4, 4, "defgh" }, -- one came before them
    { "abcdefgh", 3, "XYZabcdefgh", 4, 4, "defgh" }, -- so that they go over to the next page
    { "abcdefgh", 3, "XYZacdefgh", 4, 4, "defgh" },
    { "abcdefgh", 3, "XYZWabcdefgh", 4, 4, "XYZWdefgh" }, -- a whole page of new ones: given, for they are new
    { "abcdefgh", 3, "abcdXefgh", 4, 4, "dXefgh" },
  }

  -- Reads the list from where the cursor stands; a page begins behind the item that `after` names.
  local function read(cursor, list, size, most)
    local given = {}
    while #given < most do
      local item, more = take(cursor)
      if item then
        given[#given + 1] = item.id
      elseif not more then
        break
      else
        local params = cursor:position().params
        local first = params.after and list:find(params.after, 1, true) + 1 or 1
        local ids = {}
        for id in list:sub(first, first + size - 1):gmatch "." do ids[#ids + 1] = id end
        local last = ids[#ids]
        assert(accept(cursor, page(ids, first + size <= #list and { next = "?after=" .. last } or nil)))
      end
    end
    return table.concat(given)
  end

  for _, row in ipairs(rows) do
    local before, given, after, size, new_size, rest = row[1], row[2], row[3], row[4], row[5], row[6]
    it(("goes on with %s after %d of %s"):format(rest, given, before), function()
      local cursor = open()
      assert.equal(before:sub(1, given), read(cursor, before, size, given))
      local again = open(nil, { position = cursor:position() })
      assert.equal(rest, read(again, after, new_size, 99))
    end)
  end

  it("counts items that have no ids, inside of their page", function()
    local function nameless(count)
      local data = {}
      for i = 1, count do data[i] = { name = "n" .. i } end
      return { data = data, paging = { next = "?after=z" } }
    end
    local cursor = open()
    accept(cursor, nameless(5))
    take(cursor)
    take(cursor)
    local position = cursor:position()
    assert.same({ path = "1/x", params = {}, index = 2 }, position)
    local again = open(nil, { position = position })
    assert.same(position, again:position())
    accept(again, nameless(5))
    assert.equal("n3", take(again).name)
    again = open(nil, { position = { path = "1/x", index = 99 } })
    accept(again, nameless(5))
    assert.same({ nil, true }, { take(again) })
    assert.same({ path = "1/x", params = { after = "z" } }, again:position())
  end)

  it("of a page that leads nowhere is the end of that page", function()
    local cursor = open()
    accept(cursor, page({ "a", "b" }, { next = 7 }))
    drain(cursor)
    local position = cursor:position()
    assert.same({ path = "1/x", params = {}, ids = { "a", "b" } }, position)
    cursor:close()
    assert.same(position, cursor:position())
  end)
end)

describe("max_items", function()
  it("counts in whole pages, too", function()
    local cursor = open(nil, { max_items = 3 })
    accept(cursor, page({ "a", "b", "c", "d", "e" }, { next = "?after=z" }))
    local first = core.cursor.take_page(cursor)
    assert.equal(3, #first.data)
    assert.same({ nil, false }, { core.cursor.take_page(cursor) })
    assert.same({ path = "1/x", params = {}, ids = { "a", "b", "c" } }, cursor:position())
  end)
end)
