-- The Lua of the README and of the guides, as it stands, against the sandbox.

local client = require "spec.support.client"
local iggraph = require "iggraph"
local sandbox = require "iggraph.sandbox"
local support = require "spec.support.sandbox"

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

local function snippets()
  local found = {}
  for code in read("README.md"):gmatch "```lua\n(.-)```" do found[#found + 1] = code end
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
  before_each(support.reset)

  it("starts in ten lines", function()
    local code = snippets()[1]
    assert.is_true(select(2, code:gsub("\n", "")) <= 10)
    local lines = run(code)
    assert.equal("17841405822304914\tmetricsaurus\tMetricsaurus", lines[1])
    assert.equal(7, #lines)
  end)

  it("reads and writes edges", function()
    local lines = run(snippets()[2])
    assert.matches("^%S+\t.+", lines[1])
    assert.equal("3257\t250", lines[#lines - 7])
    for i = 6, 1, -1 do assert.matches("^metricsaurus\t%d+\t", lines[#lines - i]) end
    assert.matches("^%d+\t.+", lines[#lines])
  end)

  it("flattens insights", function()
    assert.matches("^80\treach\t%d%d%d%d%-%d%d%-%d%dT0[78]:00:00%+0000$", run(snippets()[3])[1])
  end)

  it("publishes a carousel", function()
    local lines = run(snippets()[4])
    assert.equal("publish\t1\t1", lines[#lines])
  end)

  it("sends a batch", function()
    assert.same({ "true\tnil", "true\tnil", "false\tnot_found" }, run(snippets()[5]))
  end)

  it("logs in", function()
    local lines = run(snippets()[6])
    assert.matches("^https://www%.facebook%.com/v26%.0/dialog/oauth%?", lines[1])
    assert.equal("AQD…", lines[2])
  end)

  it("receives webhooks", function()
    local lines = run(snippets()[7])
    assert.matches("^403\t", lines[1])
    assert.equal("42", lines[2])
  end)

  it("resumes a cursor", function()
    assert.same({ "17895695668004550", "17899305451014820", "1", "2" }, run(snippets()[8]))
  end)

  it("calls several at a time", function()
    assert.same({ "17841405822304914\t6" }, run(snippets()[9]))
  end)

  it("waits in a loop of one's own", function()
    assert.same({ "Sandra Sandbox", "Sandra Sandbox", "Sandra Sandbox" }, run(snippets()[10]))
  end)

  it("keeps working", function()
    local lines = run(snippets()[11])
    assert.matches("^GET\t/v26%.0/17841405822304914/media\t200\t0%.%d+\tA%w+$", lines[1])
    assert.same({ 8, "1\t0\t1\t0" }, { #lines, lines[8] })
  end)

  it("shows what an error looks like", function()
    local lines = run(snippets()[12])
    assert.equal("not_found\t100\t33\tfalse", lines[1])
    assert.matches("^GET /v26.0/18000000000000000: Unsupported get request%. .*%(not_found, HTTP 400, code 100",
      lines[2])
  end)

  it("has no snippet that is not run here", function() assert.equal(12, #snippets()) end)
end)

-- What a guide's snippet prints stands below it; `…` is anything.
local function pattern_of(line) return "^" .. line:gsub("%p", "%%%0"):gsub("…", ".*"):gsub("%%%.%*", ".*") .. "$" end

local function check_prints(code, expected)
  local lines, count = run(code), 0
  for line in expected:gmatch "(.-)\n" do
    count = count + 1
    assert.matches(pattern_of(line), lines[count] or "nothing")
  end
  assert.equal(count, #lines, table.concat(lines, "\n"))
end

for _, name in ipairs { "getting_started", "paging", "errors", "hosts", "publishing", "limits" } do
  describe("the guide " .. name, function()
    before_each(support.reset)
    local text = read("examples/guides/" .. name .. ".md")
    local count = 0
    for code, expected in text:gmatch "```lua\n(.-)```%s*```text\n(.-)```" do
      count = count + 1
      it("prints what it says: " .. count, function() check_prints(code, expected) end)
    end
    it("says of each snippet what it prints", function()
      assert.equal(select(2, text:gsub("```lua\n", "")), count)
    end)
    it("is linked to by others, and links to what is there", function()
      assert.is_truthy(read("README.md"):find(("examples/guides/%s.md"):format(name), 1, true))
      for path in text:gmatch "%]%(([%w_]+%.md)%)" do read("examples/guides/" .. path) end
      for path in text:gmatch "`(examples/[%w_./]+)`" do read(path) end
    end)
  end)
end
