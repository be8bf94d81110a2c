-- The README's Lua, as it stands, against the sandbox.

local client = require "spec.support.client"
local iggraph = require "iggraph"
local sandbox = require "iggraph.sandbox"

local function snippets()
  local file = assert(io.open "README.md")
  local text = file:read "*a"
  file:close()
  local found = {}
  for code in text:gmatch "```lua\n(.-)```" do found[#found + 1] = code end
  return found
end

-- What a snippet sees: all that a script does, but the sandbox behind iggraph.new, its token in the
-- environment, and its lines kept.
local function world(lines)
  local here = setmetatable({ new = client.new }, { __index = iggraph })
  return setmetatable({
    print = function(...)
      local parts = {}
      for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
      lines[#lines + 1] = table.concat(parts, "\t")
    end,
    os = setmetatable({
      getenv = function(name) return name == "IG_ACCESS_TOKEN" and sandbox.tokens.user or nil end,
    }, { __index = os }),
    require = function(name) return name == "iggraph" and here or require(name) end,
  }, { __index = _G })
end

local function run(code)
  local lines = {}
  local env = world(lines)
  local chunk
  if setfenv then chunk = setfenv(assert(loadstring(code)), env) -- luacheck: ignore 113
  else chunk = assert(load(code, "README", "t", env)) end
  chunk()
  return lines
end

describe("the README", function()
  it("starts in ten lines", function()
    local code = snippets()[1]
    assert.is_true(select(2, code:gsub("\n", "")) <= 10)
    local lines = run(code)
    assert.equal("17841405822304914\tmetricsaurus\tMetricsaurus", lines[1])
    assert.equal(7, #lines)
  end)

  it("resumes a cursor", function()
    assert.same({ "17895695668004550", "17899305451014820", "1", "2" }, run(snippets()[2]))
  end)

  it("calls several at a time", function()
    assert.same({ "17841405822304914\t6" }, run(snippets()[3]))
  end)

  it("waits in a loop of one's own", function()
    assert.same({ "Sandra Sandbox", "Sandra Sandbox", "Sandra Sandbox" }, run(snippets()[4]))
  end)

  it("shows what an error looks like", function()
    local lines = run(snippets()[5])
    assert.equal("not_found\t100\t33\tfalse", lines[1])
    assert.matches("^GET /v26.0/18000000000000000: Unsupported get request%. .*%(not_found, HTTP 400, code 100",
      lines[2])
  end)

  it("has no snippet that is not run here", function() assert.equal(5, #snippets()) end)
end)
