-- Every public function is documented where it is defined, and so is in the site that `make docs` builds.
local core = require "iggraph.core"
local edges_doc = require "spec.support.edges_doc"
local ldoc = require "spec.support.ldoc"
local public = require "spec.support.public"

-- What the handles' makers have in common is said once, at `client:user`.
local SAID_ELSEWHERE = {}
for _, row in ipairs(core.graph.handles()) do SAID_ELSEWHERE[row.name] = "user" end
for _, row in ipairs(core.graph.edges()) do
  if row.node == "Graph" then SAID_ELSEWHERE[row.name] = "hashtags" end
end
SAID_ELSEWHERE.user = nil

local function each_public(visit)
  for owner, functions in pairs(public) do
    for name, value in pairs(functions) do
      if type(value) == "function" then visit(owner, name, owner == "client" and SAID_ELSEWHERE[name] or nil) end
    end
  end
end

local function by_name(blocks)
  local found = {}
  for _, block in ipairs(blocks) do found[tostring(block.owner) .. "." .. block.name] = block end
  return found
end

describe("the documentation", function()
  local blocks = by_name(ldoc.library())

  each_public(function(owner, name, elsewhere)
    it("is there for " .. owner .. "." .. name, function()
      local block = blocks[owner .. "." .. (elsewhere or name)]
      assert.is_table(block)
      local text = table.concat(block.text, "\n")
      assert.is_true(#block.returns > 0 or text:find "Ends it" ~= nil or text:find "Drops" ~= nil)
      if elsewhere then assert.matches(name, text, 1, true) end
    end)
  end)

  it("has every edge, with its parameters and the Graph's page", function()
    local text = edges_doc.text()
    local edges = {}
    for _, block in ipairs(ldoc.blocks(text)) do edges[block.name] = block end
    for _, row in ipairs(core.graph.edges()) do
      local told = {}
      for _, param in ipairs(assert(edges[row.name], row.name).params) do told[param.name] = true end
      for name in row.required:gmatch "[^,|]+" do
        local is_told = told["params." .. name] or row.shape == "argument" or row.shape == "flag"
        assert.is_truthy(is_told, row.node .. ":" .. row.name .. " " .. name)
      end
    end
    assert.equal(#core.graph.edges(), select(2, text:gsub("See <https://developers%.facebook%.com/", "")))
  end)
end)

-- The site is the same for all Luas, and made in one place.
if _VERSION ~= "Lua 5.4" then return end

describe("the site that `make docs` builds", function()
  local has_ldoc = os.execute "command -v ldoc lua5.1 >/dev/null 2>&1"
  local test = has_ldoc and it or function(name) pending(name .. ": LDoc is not installed") end

  local function page(path) return ldoc.read("build/docs/" .. path) end

  setup(function()
    if has_ldoc then assert(os.execute "make -s docs LUA=lua5.4 >/dev/null") end
  end)

  -- What a page tells by its name.
  local function names_in(folders)
    local found = {}
    for path in io.popen("find " .. folders .. " -name '*.html'"):lines() do
      for name in ldoc.read(path):gmatch '<a name = "([^"]+)"' do found[name] = path:match "([%w_.]+)%.html$" end
    end
    return found
  end

  test("has every public function", function()
    local found = names_in "build/docs/modules build/docs/classes"
    each_public(function(owner, name, elsewhere)
      local id = elsewhere or name
      local page_of = found[owner .. ":" .. id] or found[owner .. "." .. id] or found[id]
        or found[owner:match "[%w_]+$" .. "." .. id]
      assert.is_string(page_of, owner .. "." .. name)
    end)
  end)

  test("has nothing that is internal", function()
    for name in pairs(names_in "build/docs/modules build/docs/classes") do
      local owner = name:match "^(%w+)[.:]"
      assert.is_true(owner ~= "discovery" and owner ~= "nodes" and name ~= "task:finish", name)
    end
  end)

  test("has every edge", function()
    local text = page "modules/edges.html"
    for _, row in ipairs(core.graph.edges()) do
      local owner = row.node == "Graph" and "client" or row.node:gsub(" ", "_")
      assert.is_truthy(text:find(('name = "%s:%s"'):format(owner, row.name), 1, true), row.node .. ":" .. row.name)
    end
  end)

  test("has the guides with their tables, the examples, and no link that leads nowhere", function()
    assert.matches("<table>.-not_found", page "topics/errors.md.html")
    assert.matches("step%(4, ", (page "examples/getting_started.lua.html":gsub("<.->", "")))
    for _, folder in ipairs { "topics", "modules", "classes" } do
      local pipe = io.popen(("ls build/docs/%s"):format(folder))
      for name in pipe:lines() do
        for link in page(folder .. "/" .. name):gmatch '[hs]r[ec]f?="([^":]+)"' do
          local target = (folder .. "/" .. link):gsub("^%w+/%.%./", ""):gsub("#.*", "")
          if link:sub(1, 1) ~= "#" then page(target) end
        end
      end
      pipe:close()
    end
  end)
end)
