-- What is not used costs nothing: no file is read for it, and what waits for its turn takes little memory.
local client = require "spec.support.client"
local iggraph = require "iggraph"
local sandbox = require "iggraph.sandbox"
local server = require "spec.support.sandbox"

-- Prints the modules of ours that it has loaded after each line of a script.
local PROLOGUE = [[
  local base_url, token = ...
  local iggraph = require "iggraph"
  local function show(what)
    local names = {}
    for name in pairs(package.loaded) do names[#names + 1] = name:match "^iggraph%.(.*)" end
    table.sort(names)
    print(what .. ": " .. table.concat(names, " "))
  end
  local ig = iggraph.new { access_token = token, base_url = base_url }
]]

local CALLS = "ask call client core cursor host host.block host.coroutines lazy nodes observe params retry wait"

local function run(text)
  return client.run(PROLOGUE .. text, "", server.shared().http, sandbox.tokens.user)
end

describe("a program", function()
  it("that makes a call, or reads a list, has loaded what these need, and nothing else", function()
    assert.same({ "call: " .. CALLS, "list: " .. CALLS }, run [[
      assert(ig:get("me").id)
      show "call"
      for media in ig:user("17840000000000012"):media { limit = 5 } do assert(media.id) end
      show "list"
    ]])
  end)

  -- What is used -> the module that has it.
  local uses = {
    { "iggraph.insights.rows {}", "insights" },
    { "iggraph.login.url", "login" },
    { "iggraph.store.memory()", "store.memory" },
    { "iggraph.webhook.challenge", "webhook" },
    { "iggraph.spawn(type, 1):wait()", "task" },
    { "iggraph.map({}, print)", "task" },
    { "ig:usage()", "budget" },
    { "iggraph.new { access_token = 't', pace = true }", "budget" },
    { "iggraph.new { access_token = 't', store = iggraph.store.memory() }", "store.kind" },
    { "ig:instagram_accounts()", "accounts" },
    { "ig:continue({ id = '17840000000000012' }, 'media')", "discovery" },
    { "ig:user('17840000000000012'):get()", "discovery" },
    { "ig:user('17840000000000012').instagram_business_account", "near", "has no edge" },
    { "ig:list('17840000000000012/insights', { metric = 'reach' })", "insights" },
    { "ig:user('17840000000000012'):insights { metric = 'reach', period = 'day' }", "insights" },
    { "ig:batch({})", "batch" },
    { "ig:prepare(function() end)", "prepare" },
    { "ig:publish('x', {})", "publish", "spec" },
    { "ig:get('me', { fields = 'id', a = { b = 1 } })", "json" },
    { "ig.no_such_thing", "near", "no_such_thing" },
  }
  for _, use in ipairs(uses) do
    it("finds " .. use[1] .. " when it is used, and not before", function()
      local lines = run(([[
        print(package.loaded["iggraph.%s"])
        local ok, err = pcall(function() return %s end)
        print(package.loaded["iggraph.%s"] ~= nil, ok or err)
      ]]):format(use[2], use[1], use[2]))
      assert.equal("nil", lines[1])
      assert.matches(use[3] and "^true\t.*" .. use[3] or "^true\ttrue$", lines[2])
    end)
  end

  it("has the modules themselves in iggraph's fields, and no others", function()
    for _, name in ipairs { "insights", "login", "store", "webhook" } do
      assert.equal(require("iggraph." .. name), iggraph[name])
    end
    assert.is_nil(iggraph.task)
    assert.is_nil(iggraph.no_such_thing)
  end)

  it("sees them when it asks for all pairs, where Lua asks for them", function()
    local lines = run [[
      local is_asked = false
      for _ in pairs(setmetatable({}, { __pairs = function(t) is_asked = true return next, t end })) do print "?" end
      local names = {}
      for name, value in pairs(iggraph) do names[name] = type(value) end
      print(is_asked, names.new, names.map, names.login, names.webhook)
    ]]
    assert.matches(lines[1]:find "^true" and "true\tfunction\tfunction\ttable\ttable" or "false\tfunction\tfunction",
      lines[1])
  end)

  it("is told why a module cannot be loaded, each time", function()
    local lines = run [[
      package.preload["iggraph.login"] = function() error("a mistake in login", 0) end
      for _ = 1, 2 do print(pcall(function() return iggraph.login end)) end
    ]]
    for i = 1, 2 do assert.matches("^false\t.*a mistake in login", lines[i]) end
  end)

  it("has a module as soon as what it needs can be loaded", function()
    local lines = run [[
      package.preload["iggraph.task"] = function() error("none left", 0) end -- `batch` needs it
      print(pcall(ig.batch, ig, {}))
      package.preload["iggraph.task"] = nil
      print(#ig:batch {}, #iggraph.map({ 1 }, print))
    ]]
    assert.same({ "false\tnone left", "1\t1", "0\t1" }, lines)
  end)
end)

-- --- memory ----------------------------------------------------------------------------------------

-- KB of Lua's own that each of so many takes.
local function each(count, make)
  local list = {}
  for i = 1, count do list[i] = false end
  for _ = 1, 3 do make() end
  local function held()
    collectgarbage()
    collectgarbage()
    return collectgarbage "count"
  end
  local before = held()
  for i = 1, count do list[i] = make() end
  return (held() - before) / #list
end

describe("what is left lying takes little memory:", function()
  local ig
  setup(function() ig = client.new { plain = true } end)

  local function media() return (ig:user("17840000000000012"):media { fields = "id", limit = 2 }) end

  it("a client", function()
    assert.is_true(each(500, client.new) < 2)
  end)

  it("a client with another token", function()
    assert.is_true(each(500, function() return ig:with_token "other" end) < 0.5)
  end)

  it("a cursor before its first page", function()
    assert.is_true(each(500, media) < 1)
  end)

  it("a cursor in its first page, without the page", function()
    local path, params = "17840000000000012/media", { fields = "id", limit = 2 }
    local page = each(100, function() return assert(ig:get(path, params)) end)
    local open = each(100, function()
      local list = media()
      assert(list:next())
      return list
    end)
    assert.is_true(open - page < 1.2, open - page)
  end)
end)
