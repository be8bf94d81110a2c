-- What editors know of this module is what is there: `lua/iggraph/types.lua` is as `make types` writes it, and has
-- every function, option, node, edge, field and member of an error.

local client = require "spec.support.client"
local core = require "iggraph.core"
local reference = require "iggraph.reference"
local iggraph = require "iggraph"
local ldoc = require "spec.support.ldoc"
local public = require "spec.support.public"
local types = require "spec.support.types"

local text = ldoc.read "lua/iggraph/types.lua"

-- Class -> the set of its members, and its parent's.
local function classes()
  local found, parents, current = {}, {}, nil
  for line in text:gmatch "[^\n]+" do
    local name, parent = line:match "^%-%-%-@class ([%w_.]+):? ?([%w_.]*)"
    local field = line:match "^%-%-%-@field ([%w_]+)"
    if name then
      found[name], parents[name], current = {}, parent, name
    elseif field then
      found[current][field] = true
    end
  end
  for name, parent in pairs(parents) do
    if found[parent] then setmetatable(found[name], { __index = found[parent] }) end
  end
  return found
end

local class = classes()

local function has_function(owner, separator, name)
  local is_there = text:find(("\nfunction %s%s%s("):format(owner, separator, name), 1, true)
    or text:find(("\n%s.%s = "):format(owner, name), 1, true)
  assert.is_truthy(is_there, owner .. separator .. name)
end

local function node_class(node) return (node:gsub(" ", "_")) end

describe("types.lua", function()
  it("is as `make types` writes it", function() assert.is_true(types.text() == text, "make types") end)

  it("is Lua, and returns the module", function()
    assert.is_function((loadstring or load)(text)) -- luacheck: ignore 113
    assert.matches("\nreturn iggraph\n$", text)
  end)

  it("is not loaded by anything", function()
    for _, path in ipairs { "examples/getting_started.lua", "lua/iggraph/init.lua" } do
      assert.is_nil(ldoc.read(path):find("iggraph.types", 1, true))
    end
    assert.is_nil(package.loaded["iggraph.types"])
  end)

  it("has every public function", function()
    for owner, functions in pairs(public) do
      for name, value in pairs(functions) do
        local is_method = not owner:find "^iggraph"
        if type(value) == "function" then has_function(owner:match "[%w_]+$", is_method and ":" or ".", name) end
      end
    end
  end)

  it("has every handle and every edge, with the parameters that are required", function()
    for _, row in ipairs(core.graph.handles()) do
      assert.is_table(class["iggraph." .. node_class(row.node)], row.node)
      has_function("client", ":", row.name)
    end
    for _, row in ipairs(core.graph.edges()) do
      local owner = row.node == "Graph" and "client" or node_class(row.node)
      has_function(owner, ":", row.name)
      local params = class[("iggraph.%s.%s.params"):format(owner, row.name)]
      for name in row.required:gmatch "[^,|]+" do
        local is_told = params and params[name] or row.shape == "flag" or row.shape == "argument"
        assert.is_truthy(is_told, row.node .. ":" .. row.name .. " " .. name)
      end
    end
  end)

  it("gives `me` the edges that it has, and no other", function()
    local me = client.new():me()
    local own = {}
    for _, row in ipairs(core.graph.edges()) do
      if row.node == "User" then own[row.name] = true end
    end
    for _, row in ipairs(core.graph.edges()) do
      local is_there = pcall(function() return me[row.name] end)
      local is_told = own[row.name] or text:find(("\nUser.%s = "):format(row.name), 1, true) ~= nil
      assert.equal(is_there, is_told, row.name)
    end
  end)

  it("has every field of a node that the Graph describes", function()
    for _, node in ipairs(reference.nodes) do
      for field in pairs(node.fields or {}) do
        local data = class["iggraph.data." .. node.node:gsub(" ", "")]
        assert.is_true(data and data[field], node.node .. " " .. field)
      end
    end
  end)

  it("has every value of an enumeration", function()
    for _, row in ipairs(reference.values) do
      for _, value in ipairs(row.values) do
        assert.is_truthy(text:find(('\n---| "%s"\n'):format(value), 1, true), value)
      end
    end
  end)

  it("has every option of iggraph.new, and no other", function()
    local options = {}
    local rows = ldoc.read("csrc/client.c"):match "%} options%[%] = %{\n(.-)\n%};"
    for name in rows:gmatch '{"([%w_]+)",' do options[name] = true end
    assert.is_true(options.access_token)
    assert.same(options, class["iggraph.new.options"])
  end)

  -- Each function says itself which of all names it takes.
  local function takes(fn, name)
    local _, err = pcall(fn, name)
    return not tostring(err):find("unknown option", 1, true)
  end

  local function compare(of, fn)
    local known = class[of]
    for _, members in pairs(class) do
      for name in pairs(members) do
        assert.equal(takes(fn, name), known[name] == true, of .. " " .. name)
      end
    end
  end

  it("has every option of the login", function()
    local first = { device_wait = { code = "1", interval = 1 }, keep = client.new() } -- the others have options alone
    for name, fn in pairs(iggraph.login) do
      local options = ("iggraph.login.%s.options"):format(name)
      if class[options] then
        compare(options, function(option)
          local given = { [option] = false }
          fn(first[name] or given, given)
        end)
      end
    end
  end)

  it("has every option of cursors, publishing, tasks and stores", function()
    local ig = client.new()
    compare("iggraph.cursor.options", function(option) ig:me():accounts({}, { [option] = {} }) end)
    compare("iggraph.client.instagram_accounts.options", function(option)
      ig:instagram_accounts({}, { [option] = {} })
    end)
    compare("iggraph.client.publish.options", function(option) ig:publish("1", {}, { [option] = print }) end)
    compare("iggraph.map.options", function(option) iggraph.map({}, print, { [option] = {} }) end)
    compare("iggraph.store.redis.options", function(option) iggraph.store.redis { [option] = io.stdout } end)
    compare("iggraph.retry", function(option) client.new { retry = { [option] = {} } } end)
  end)

  it("has the members of errors, and their kinds", function()
    local readme = ldoc.read("README.md"):match "`err` has (.-) and prints well"
    for name in readme:gmatch "`([%w_]+)`" do assert.is_true(class["iggraph.error"][name], name) end
    local kinds = ldoc.read("README.md"):match "\n| `kind` | is .-\n(.-\n)\n"
    for row in kinds:gmatch "(.-)\n" do
      for kind in row:match("^| (.-) |"):gmatch "`([%l_]+)`" do
        assert.is_truthy(text:find(('---| "%s"\n'):format(kind), 1, true), kind)
      end
    end
    for name in ldoc.read("lua/iggraph/publish/init.lua"):gmatch "err%.([%l]+)" do
      assert.is_true(class["iggraph.error"][name] or name == "message", name)
    end
  end)

  it("has the counters, and what hooks are told", function()
    local ig = client.new { on_response = function(one)
      for name in pairs(one) do assert.is_true(class["iggraph.response.news"][name], name) end
    end }
    assert(ig:me():get())
    for name in pairs(ig:stats()) do assert.is_true(class["iggraph.stats"][name], name) end
    for name in pairs(ig:usage()) do assert.is_true(class["iggraph.usage"][name], name) end
  end)
end)
