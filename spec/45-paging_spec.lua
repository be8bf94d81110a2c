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
  local ok, _, kind = accept(cursor, page({ "a", "b" }, paging))
  if not ok then return kind end
  drain(cursor)
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

  it("are found in a circle", function()
    local pages, kind = pages_until_failure(function(i)
      return page({ "a" .. i % 5, "b" .. i % 5 }, next_link("after=" .. i))
    end)
    assert.equal("paging", kind)
    assert.is_true(pages <= 16)
  end)

  it("are found by what is asked, where items have no ids", function()
    local pages, kind = pages_until_failure(function(i)
      return { data = { { name = "x" } }, paging = next_link("after=" .. i % 2) }
    end)
    assert.equal("paging", kind)
    assert.is_true(pages <= 6)
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
      assert.same(first.before and { before = "y" } or { after = "z" }, again:position().params)
    end
  end)

  it("has no page size in it, and no secret", function()
    local cursor = open { limit = 2 }
    accept(cursor, page({ "a", "b" }, next_link("after=z&limit=7&access_token=" .. TOKEN)))
    drain(cursor)
    assert.same({ path = "1/x", params = { after = "z" } }, cursor:position())
  end)

  it("leaves out what was given, wherever that is now", function()
    local function rest(ids, index, id)
      local cursor = open(nil, { position = { path = "1/x", index = index, id = id } })
      accept(cursor, page(ids, next_link "after=z"))
      local left = drain(cursor)
      for i, item in ipairs(left) do left[i] = item.id end
      return table.concat(left), cursor:position()
    end
    assert.equal("cd", (rest({ "a", "b", "c", "d" }, 2, "b")))
    assert.equal("cd", (rest({ "new", "a", "b", "c", "d" }, 2, "b")))
    assert.equal("cd", (rest({ "a", "c", "d" }, 2, "b"))) -- b was deleted
    assert.equal("cd", (rest({ "a", "b", "c", "d" }, 2, nil)))
    local left, position = rest({ "a", "b" }, 5, "e") -- a smaller page: the rest of what was given follows
    assert.equal("", left)
    assert.same({ path = "1/x", params = { after = "z" }, index = 3, id = "e" }, position)
  end)
end)

describe("max_items", function()
  it("counts in whole pages, too", function()
    local cursor = open(nil, { max_items = 3 })
    accept(cursor, page({ "a", "b", "c", "d", "e" }, { next = "?after=z" }))
    local first = core.cursor.take_page(cursor)
    assert.equal(3, #first.data)
    assert.same({ nil, false }, { core.cursor.take_page(cursor) })
    assert.same({ path = "1/x", params = {}, index = 3, id = "c" }, cursor:position())
  end)
end)
