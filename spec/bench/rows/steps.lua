--- Row 10: how long a host is kept by one step of the engine, after the first connection.
-- @module spec.bench.rows.steps
local native = require "spec.bench.native"
local sandbox = require "spec.support.sandbox"

local PAGE = 100 -- media
local FIELDS = require("spec.bench.rows.walk").FIELDS

local steps = { prepare = native.prepare }

function steps.turn(bench, lua)
  local figures, account = {}, ("17840%012d"):format((bench.pages + 1) * PAGE)
  for _, protocol in ipairs { "https", "http" } do
    figures[protocol] = native.figures(bench, lua, "steps.lua", bench.server[protocol], bench.server.ca_file,
      sandbox.tokens.user, account, FIELDS, ("%d"):format(bench.pages))
  end
  return figures
end

local function of(protocol, name) return function(turn) return turn[protocol][name] end end

steps.rows = {
  { 10, "longest step, CPU, HTTP/2", "", goal = 1, unit = "ms", of = of("https", "step_cpu") },
  { 10, "longest step, CPU, HTTP/1.1", "", goal = 1, unit = "ms", of = of("http", "step_cpu") },
  { 10, "99 of 100 steps by the clock, HTTP/2", "", unit = "ms", of = of("https", "step_wall_99") },
  { 10, "reading one answer, 99 of 100, CPU", "", unit = "ms", of = of("https", "answer_cpu_99") },
}

return steps
