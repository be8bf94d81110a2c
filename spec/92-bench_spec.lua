-- `make bench` as small as it can be: every row gives a figure, whatever it is. It measures both Luas itself, so it is
-- run on one.
if _VERSION ~= "Lua 5.4" then return end

local cjson = require "cjson"
local report = require "spec.bench.report"
local shell = require "iggraph.sandbox.shell"
local show = require "spec.bench.show"

local GOALS = 11

local function read(path)
  local text = shell.read(path)
  assert.is_string(text, path)
  return text
end

local function assert_rows(text)
  for number = 1, GOALS do assert.is_truthy(text:find("\n| " .. number .. " ", 1, true), "row " .. number) end
end

-- Raises where elements do not end as they began. Enough for what is drawn: it has no comments and no CDATA.
local function check_xml(text)
  local open = {}
  for closing, name, rest in text:gmatch "<(/?)(%a+)([^<>]*)>" do
    if closing == "/" then assert.equal(name, table.remove(open))
    elseif rest:sub(-1) ~= "/" then open[#open + 1] = name end
    assert.equal("", (rest:gsub('%s+[%w:-]+="[^"<>]*"', ""):gsub("/$", "")))
  end
  assert.same({}, open)
  assert.is_nil((text:gsub("&%l+;", "")):find "&")
  assert.equal(select(2, text:gsub("<", "")), select(2, text:gsub(">", "")))
end

describe("make bench", function()
  local dir, results, printed

  setup(function()
    dir = report.run "mktemp -d"
    for _, lua in ipairs { "lua5.4", "luajit" } do
      report.run("env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u LD_PRELOAD make -s BUILD=build LUA=" .. lua)
    end
    local small = "env RUNS=1 PAGES=2 OUT=" .. shell.quote(dir)
    report.run(small .. " lua5.4 spec/bench/run.lua")
    printed = report.run(small .. " lua5.4 spec/bench/show.lua")
    results = cjson.decode(read(dir .. "/bench.json"))
  end)

  teardown(function() report.run("rm -rf " .. shell.quote(dir)) end)

  it("has a goal and a figure for each number", function()
    local seen = {}
    for _, row in ipairs(results.rows) do
      local is_measured = next(row.figures) ~= nil
      assert.is_true(is_measured, row.number .. " " .. row.what)
      for _, values in pairs(row.figures) do assert.is_number(values[1]) end
      seen[row.number] = seen[row.number] or row.goal ~= nil
    end
    for number = 1, GOALS do assert.is_true(seen[number], "row " .. number) end
  end)

  it("keeps every turn", function()
    for _, luas in pairs(results.turns) do
      for _, turns in pairs(luas) do assert.equal(1, #turns) end
    end
  end)

  it("prints a line for each row", function()
    for _, row in ipairs(results.rows) do assert.is_truthy(printed:find(row.what, 1, true), row.what) end
    assert_rows("\n" .. printed)
  end)

  it("draws a bar for each row and Lua that has a goal, and nothing that runs", function()
    local svg, bars = read(dir .. "/bench.svg"), 0
    check_xml(svg)
    for _, row in ipairs(results.rows) do
      for _ in pairs(row.goal and row.figures or {}) do bars = bars + 1 end
    end
    assert.equal(bars, select(2, svg:gsub('<rect class="bar', "")))
    assert.equal(1, select(2, svg:gsub('<line class="goal"', "")))
    assert.is_nil(svg:find "<script")
  end)

  it("has its table in the README, which another one replaces", function()
    local readme = read "README.md"
    assert_rows(readme)
    local text = show.table(results)
    local pasted = report.replace(readme, "bench", text)
    assert.is_truthy(pasted:find(text, 1, true))
    assert.is_true(pasted == report.replace(pasted, "bench", text))
    for _, around in ipairs { "^(.-)<!%-%- make bench ", "<!%-%- bench: to here(.*)$" } do
      assert.is_true(readme:match(around) == pasted:match(around))
    end
  end)
end)
