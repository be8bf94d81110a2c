--- `make bench`: iggraph beside what one would take without it, on the sandbox. One row of figures for each goal.
--
--     [RUNS=5] [PAGES=2000] [ROWS=walk,calls] [OUT=build] lua5.4 spec/bench/run.lua
--
-- Wants the builds for lua5.4 and luajit; see `packages.bench` in the Makefile. Writes every single figure into
-- build/bench.json, of which `spec.bench.show` makes the table and the picture. With fewer PAGES all else that is
-- counted shrinks by as much.
--
-- What is measured is in rows/: a file has `rows` and `turn(bench, lua, number)`, which measures once, on one Lua, and
-- returns figures; it is called RUNS times for each Lua, by turns, after a small one that warms up. `rows` are lists:
-- number, what, against what; `goal` (at most that), `unit` (ratios have none), `format`; and `of(figures)`, what the
-- row shows of a turn, nil for nothing. `prepare(bench)` and `close()` are called before and after; `luas` are those
-- that it is for, all unless told; `turns`: how often it is measured at most, for what does not vary.
--
-- @module spec.bench.run
local json = require "iggraph.json"
local report = require "spec.bench.report"
local sandbox = require "spec.support.sandbox"
local shell = require "iggraph.sandbox.shell"

local SUBJECTS = { "walk", "calls", "start", "memory", "copies", "nginx", "steps" }
local PAGES, WARM = 2000, 0.02

local LUAS = { { key = "lua5.4", name = "Lua 5.4" }, { key = "luajit", name = "LuaJIT" } }

--- What the rows are given.
local bench = {
  LUAS = LUAS,
  --- The project's folder, and one for what is made.
  root = report.run "pwd",
  server = sandbox.shared(),
  --- How many pages are walked.
  pages = PAGES,
}

local out = os.getenv "OUT" or bench.root .. "/build"
bench.out = out .. "/bench"

--- So many, or fewer in a small run.
function bench.size(count) return math.max(1, math.ceil(count * math.min(1, bench.pages / PAGES))) end

local function is_for(subject, lua)
  if not subject.luas then return true end
  for _, key in ipairs(subject.luas) do
    if key == lua then return true end
  end
  return false
end

-- --- measuring -------------------------------------------------------------------------------------

local function each_lua(subject, fn)
  for _, lua in ipairs(LUAS) do
    if is_for(subject, lua.key) then fn(lua) end
  end
end

-- Lua -> list of turns.
local function measure(name, subject, runs)
  local turns, pages = {}, bench.pages
  if subject.prepare then subject.prepare(bench) end
  bench.pages = math.floor(pages * WARM)
  each_lua(subject, function(lua)
    turns[lua.key] = {}
    if bench.pages > 0 then subject.turn(bench, lua.key, 0) end
  end)
  bench.pages = pages
  for number = 1, math.min(runs, subject.turns or runs) do
    each_lua(subject, function(lua)
      io.stderr:write(("%s, %s, %d of %d\n"):format(name, lua.name, number, runs))
      turns[lua.key][number] = subject.turn(bench, lua.key, number)
    end)
  end
  if subject.close then subject.close() end
  return turns
end

local function figures_of(row, turns)
  local figures = {}
  for lua, list in pairs(turns) do
    local values = {}
    for i, turn in ipairs(list) do values[i] = row.of(turn) end
    if values[1] then figures[lua] = values end
  end
  return figures
end

local function add_rows(results, subject, turns)
  for _, row in ipairs(subject.rows) do
    table.insert(results.rows, {
      number = row[1], what = row[2], baseline = row[3], goal = row.goal, unit = row.unit, format = row.format,
      figures = figures_of(row, turns), place = #results.rows,
    })
  end
end

local function in_order(a, b)
  if a.number ~= b.number then return a.number < b.number end
  return a.place < b.place
end

local function subjects()
  local list = {}
  for name in (os.getenv "ROWS" or table.concat(SUBJECTS, ",")):gmatch "%w+" do list[#list + 1] = name end
  return list
end

local function main()
  local runs = tonumber(os.getenv "RUNS") or 5
  bench.pages = tonumber(os.getenv "PAGES") or PAGES
  report.run("mkdir -p " .. shell.quote(bench.out))
  local results = {
    machine = report.machine(), runs = runs, pages = bench.pages, is_small = bench.pages < PAGES, luas = LUAS,
    rows = {}, turns = {},
  }
  for _, name in ipairs(subjects()) do
    local subject = require("spec.bench.rows." .. name)
    results.turns[name] = measure(name, subject, runs)
    add_rows(results, subject, results.turns[name])
  end
  table.sort(results.rows, in_order)
  shell.write(out .. "/bench.json", json.encode(results) .. "\n")
end

main()
