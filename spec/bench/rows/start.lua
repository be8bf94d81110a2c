--- Row 6: loading the module, and the first client.
--
-- In processes of their own most of it is the loading of libcurl and of the libraries that it wants, which both sides
-- have; so it is measured inside of a process that has them, too. There curl_global_init is the dear part of the other
-- side, and of ours the reading of the Lua files that every call needs.
--
-- @module spec.bench.rows.start
local native = require "spec.bench.native"
local report = require "spec.bench.report"

local PROCESSES = 40 -- of one measurement

local start = { prepare = native.prepare }

-- ms of CPU of one process.
local function process(bench, lua, what, count)
  local again = report.quote { "sh", "-c", [[for i in $(seq "$0"); do "$@" || exit; done]], ("%d"):format(count) }
  local _, seconds = report.timed(again .. " " .. native.command(bench, lua, "start.lua", what))
  return seconds.cpu / count * 1000
end

local function inside(bench, lua, what, count)
  local sum = 0
  for _ = 1, count do sum = sum + native.figures(bench, lua, "start.lua", what, "inside").ms end
  return sum / count
end

function start.turn(bench, lua)
  local figures, count = {}, bench.size(PROCESSES)
  for _, what in ipairs { "iggraph", "cjson" } do
    figures[what] = { process = process(bench, lua, what, count), inside = inside(bench, lua, what, count) }
  end
  return figures
end

local function ratio(of) return function(turn) return turn.iggraph[of] / turn.cjson[of] end end

start.rows = {
  { 6, "CPU of `require \"iggraph\"` and the first client, whole process", "lua-cjson and curl_global_init",
    goal = 1.5, of = ratio "process" },
  { 6, "the same where libcurl is loaded already", "lua-cjson and curl_global_init", of = ratio "inside" },
}

return start
