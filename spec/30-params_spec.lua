local cjson = require "cjson"
local iggraph = require "iggraph"
local client = require "spec.support.client"
local server = require "spec.support.sandbox"

local ig = client.new()

-- What a value arrives as, by GET, DELETE and POST alike.
local function arrives(name, value)
  local params = { [name] = value }
  local got = assert(ig:get("_echo", params)).query[name]
  assert.equal(got, assert(ig:delete("_echo", params)).query[name])
  local posted = assert(ig:post("_echo", params))
  assert.equal(got, posted.form[name])
  assert.equal("", posted.query_string)
  return got
end

describe("a parameter", function()
  local rows = {
    { "a string", "caption", "Grüße & #eins = 100 %+? /\\\"'\r\n\t", "Grüße & #eins = 100 %+? /\\\"'\r\n\t" },
    { "UTF-8", "caption", "恐龙 🦖", "恐龙 🦖" },
    { "an empty string", "caption", "", "" },
    { "an integer", "limit", 25, "25" },
    { "a float that is an integer", "limit", 25.0, "25" },
    { "a negative integer", "n", -3, "-3" },
    { "zero", "n", 0, "0" },
    { "a fraction", "x", 0.1, "0.1" },
    { "another", "x", 0.30000000000000004, "0.30000000000000004" },
    { "2^53", "n", 2 ^ 53, "9007199254740992" },
    { "true", "hide", true, "true" },
    { "false", "hide", false, "false" },
    { "null", "x", iggraph.null, "null" },
    { "a list of fields", "fields", { "id", "caption" }, "id,caption" },
    { "a list of metrics", "metric", { "reach", "views" }, "reach,views" },
    { "a list of breakdowns", "breakdown", { "age" }, "age" },
    { "an expansion", "fields", { "id", children = { "id", "media_url" } }, "id,children{id,media_url}" },
    { "an expansion by a string", "fields", { "id", children = "id,media_url" }, "id,children{id,media_url}" },
    {
      "expansions, nested and in order", "fields",
      { "id", owner = { "id" }, ["comments.limit(3)"] = { "text", replies = { "text" } } },
      "id,comments.limit(3){text,replies{text}},owner{id}",
    },
    { "children", "children", { "1", "2" }, '["1","2"]' },
    { "ids as integers", "children", { 17889, 17890 }, "[17889,17890]" },
    { "an object", "recipient", { id = "1", a = true }, '{"a":true,"id":"1"}' },
    { "tags", "user_tags", { { username = "a", x = 0.5, y = 0.25 } }, '[{"username":"a","x":0.5,"y":0.25}]' },
    { "a null inside", "x", { a = iggraph.null }, '{"a":null}' },
  }
  for _, row in ipairs(rows) do
    it("arrives as it should: " .. row[1], function() assert.equal(row[4], arrives(row[2], row[3])) end)
  end

  it("is in the same order every time", function()
    local params = {}
    for _, name in ipairs { "zebra", "apple", "limit", "after", "fields", "Caption", "b", "a" } do
      params[name] = name
    end
    server.reset()
    ig:get("me", params)
    assert.equal("/v26.0/me?Caption=Caption&a=a&after=after&apple=apple&b=b&fields=fields&limit=limit&zebra=zebra",
      server.requests()[1].uri)
  end)

  it("is percent-encoded byte by byte", function()
    server.reset()
    ig:get("me", { ["k[]"] = "a b+ü,{}" })
    assert.equal("/v26.0/me?k%5B%5D=a%20b%2B%C3%BC%2C%7B%7D", server.requests()[1].uri)
  end)

  it("keeps every digit of an integer of Lua 5.3 and later", function()
    if not math.type then return pending "this Lua has no integers" end
    assert.equal("17841405822304914", arrives("creation_id", math.tointeger("17841405822304914") or 17841405822304914))
    assert.equal("[17841405822304915]", arrives("children", { math.tointeger(17841405822304915) }))
  end)

  local wrong = {
    { "caption", print }, { "caption", coroutine.create(function() end) }, { "caption", "a\0b" }, { "x", 0 / 0 },
    { "x", math.huge }, { "x", 2 ^ 60 }, { "fields", { "id", nil, "x" } }, { "fields", { "id", {} } },
    { "fields", { children = 1 } }, { "fields", { [1.5] = "a" } }, { "metric", { a = "b" } },
    { "children", { 1, nil, 3 } }, { "user_tags", { a = print } }, { "children", { 2 ^ 60 } },
    { "access_token", "x" }, { "appsecret_proof", "x" },
  }
  it("raises for what it cannot send, names it, and sends nothing", function()
    local cycle = {}
    cycle.a = cycle
    wrong[#wrong + 1] = { "x", cycle }
    wrong[#wrong + 1] = { "fields", cycle }
    server.reset()
    for _, row in ipairs(wrong) do
      assert.error_matches(function() ig:get("me", { [row[1]] = row[2] }) end, "params%." .. row[1])
      assert.error_matches(function() ig:post("me", { [row[1]] = row[2] }) end, "params%." .. row[1])
    end
    assert.error_matches(function() ig:get("me", { "id" }) end, "params")
    assert.error_matches(function() ig:get("me", { [true] = "x" }) end, "params")
    assert.equal(0, #server.requests())
  end)

  it("leaves the program's own lua-cjson alone", function()
    cjson.encode_sparse_array(false, 2, 10)
    cjson.encode_keep_buffer(true)
    assert.equal("[1]", arrives("children", { 1 }))
    assert.equal("[1.5]", cjson.encode { 1.5 })
  end)
end)

describe("a file", function()
  local path, content = os.tmpname(), ("0123456789abcdef"):rep(20000)
  setup(function()
    local file = assert(io.open(path, "wb"))
    file:write(content)
    file:close()
  end)
  teardown(function() os.remove(path) end)

  it("is sent as multipart, beside the other parameters", function()
    local file = assert(io.open(path, "rb"))
    local got = assert(ig:post("_echo", { source = file, caption = "Grüße", children = { "1" } }))
    file:close()
    assert.matches("^multipart/form%-data", got.content_type)
    assert.same({ caption = "Grüße", children = '["1"]' }, got.form)
    assert.equal(#content, got.files.source.size)
    assert.equal(content:sub(1, #got.files.source.first_bytes), got.files.source.first_bytes)
  end)

  it("is sent from where it stands", function()
    local file = assert(io.open(path, "rb"))
    file:seek("set", #content - 10)
    local got = assert(ig:post("_echo", { source = file }))
    assert.equal(10, got.files.source.size)
    assert.equal(content:sub(-10), got.files.source.first_bytes:sub(1, 10))
    assert.equal(#content - 10, file:seek())
    file:close()
  end)

  it("carries the proof along", function()
    local sandbox = require "iggraph.sandbox"
    local signed = client.new { app_secret = sandbox.app_secret, access_token = sandbox.tokens.secured }
    local file = assert(io.open(path, "rb"))
    assert.is_truthy(assert(signed:post("_echo", { source = file })).form.appsecret_proof)
    file:close()
  end)

  it("is refused when closed, not regular, or not posted", function()
    local file = assert(io.open(path, "rb"))
    assert.error_matches(function() ig:get("_echo", { source = file }) end, "POST")
    file:close()
    assert.error_matches(function() ig:post("_echo", { source = file }) end, "params%.source: the file is closed")
    local pipe = io.popen "echo x"
    assert.error_matches(function() ig:post("_echo", { source = pipe }) end, "params%.source")
    pipe:close()
  end)
end)
