-- Values as texts for people.
local client = require "spec.support.client"
local columns = require "iggraph.columns"
local iggraph = require "iggraph"
local server = require "spec.support.sandbox"

local show = iggraph.show
local ig = client.new()

local FEW = "17840000000000250" -- an account with 250 media

local function lines_of(text)
  local lines = {}
  for line in (text .. "\n"):gmatch "(.-)\n" do lines[#lines + 1] = line end
  return lines
end

describe("iggraph.show", function()
  before_each(server.reset)

  it("leaves texts, numbers and the like as they are", function()
    assert.equal("a\n\tb", show "a\n\tb")
    assert.same({ "12", "true", "nil", "null" }, { show(12), show(true), show(nil), show(iggraph.null) })
  end)

  it("puts a table on one line where it fits, ids and names first", function()
    assert.equal("{}", show {})
    assert.equal('{ id = "1", username = "dino", ["a b"] = 1, ["end"] = null, tasks = { "X" } }',
      show { tasks = { "X" }, username = "dino", ["end"] = iggraph.null, id = "1", ["a b"] = 1 })
  end)

  it("indents one that does not", function()
    local long = ("x"):rep(50)
    assert.same({ "{", '  a = "' .. long .. '",', "  b = {", '    c = "' .. long .. '",', '    d = "' .. long .. '",',
      "  },", "}" }, lines_of(show { a = long, b = { d = long, c = long } }))
  end)

  it("cuts long lists, long texts and what is deep inside, and says how to see all", function()
    local value = { list = {}, text = ("ü"):rep(500), deep = { { { { { "bottom" } } } } } }
    for i = 1, 25 do value.list[i] = i end
    local text = show(value)
    assert.matches("… 15 more", text, 1, true)
    assert.matches("[^ü](" .. ("ü"):rep(159) .. ")…\"", text)
    assert.matches("deep = { { { { … } } } }", text, 1, true)
    assert.matches("\n%(cut: iggraph.show%(value, { all = true }%) is all of it%)$", text)
    local all = show(value, { all = true })
    for _, part in ipairs { '"bottom"', ("ü"):rep(500), "25" } do assert.matches(part, all, 1, true) end
    assert.is_nil(all:find "…")
  end)

  it("ends in a table that holds itself", function()
    local value = {}
    value.me = value
    assert.equal("{ me = { … itself } }", show(value, { all = true }))
  end)

  it("shows no tokens, which Pages and links that lead on hold", function()
    local page = { id = "1", access_token = "EAASECRET", next = "https://x/me?access_token=EAASECRET&limit=1" }
    for _, text in ipairs { show(page), show(page, { all = true }), show { { data = { page } } } } do
      assert.is_nil(text:find "SECRET")
      assert.matches("limit=1", text, 1, true)
    end
    assert.is_nil(show((ig:me():accounts())):find(ig:me():accounts():next().access_token, 1, true))
  end)

  it("lets nobody's caption move the terminal's cursor", function()
    assert.equal('{ "\\27[2Jred\\n\\194\\155" }', show { "\27[2Jred\n\194\155" })
  end)

  it("shows what is next of a cursor in columns, and takes none of it", function()
    local cursor = ig:user(FEW):media { fields = "id,caption,timestamp,like_count" }
    local lines = lines_of(show(cursor))
    assert.equal("iggraph.cursor (17840000000000250/media, 0 given)", lines[1])
    assert.matches("^id                 timestamp         caption +like_count$", lines[2])
    assert.matches("^%-+  %-+  %-+  %-+$", lines[3])
    assert.equal("10 of 25 fetched, none taken: cursor:next(), or for item in cursor do … end", lines[14])
    for i = 3, 13 do
      assert.is_true(columns.width(lines[i]) <= 79, lines[i])
      assert.equal(columns.width(lines[3]) - 10, columns.width(lines[i]:match "^(.-)%S+$"), lines[i])
    end
    assert.equal(1, #server.requests())
    assert.equal(lines[4]:match "^%d+", cursor:next().id)
    assert.matches("10 of 24 fetched", show(cursor), 1, true)
  end)

  it("names the columns that have no place", function()
    local fields = "id,caption,timestamp,permalink,media_url,media_type,media_product_type,username,shortcode"
    local text = show((ig:user(FEW):media { fields = fields }))
    for _, line in ipairs(lines_of(text)) do assert.is_true(columns.width(line) <= 79, line) end
    assert.matches("\nand in each: .*permalink", text)
    assert.matches("permalink +shortcode", show((ig:user(FEW):media { fields = fields }), { width = 300 }))
  end)

  it("says of a cursor why there are no items", function()
    assert.equal("iggraph.cursor (17840000000000000/media, 0 given, at the end): no more items",
      show((ig:user("17840000000000000"):media())))
    assert.matches("^GET /v26.0/1/media: Unsupported get request", show((ig:user("1"):media())))
    local cursor = ig:user(FEW):media()
    cursor:close()
    assert.matches("^iggraph.cursor %(%d+/media, 0 given, closed%): .*the cursor is closed$", show(cursor))
  end)

  it("shows handles, clients and errors in one line", function()
    assert.equal('iggraph: IG User 1; its edges: iggraph.help "user"', show(ig:user "1"))
    assert.matches("^iggraph.client %(https://localhost:%d+/v26.0%)$", show(ig))
    local _, err = ig:user("1"):get()
    assert.equal(tostring(err), show(err))
  end)

  it("names a wrong option", function()
    assert.error_matches(function() show(1, { al = true }) end, "unknown option 'al': did you mean 'all'?", 1, true)
    assert.error_matches(function() show(1, "all") end, "opts: a table expected")
  end)
end)

describe("a field that is none", function()
  local function told(handle, fields) return tostring((select(2, handle:get { fields = fields }))) end

  it("is compared with those that the node has", function()
    assert.matches("%): did you mean 'caption'%?$", told(ig:media "17895695668004550", "id,captoin"))
    assert.matches("%): did you mean 'username' or 'name'%?$", told(ig:user "17841405822304914", "usrname"))
    assert.matches("%): did you mean 'stories'%?$", told(ig:user "17841405822304914", "storys{id}"))
  end)

  it("is told as the Graph does where none is like it", function()
    assert.matches("trace %w+%)$", told(ig:media "17895695668004550", "frobnicate"))
  end)
end)
