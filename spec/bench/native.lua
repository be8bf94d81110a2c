--- Builds native.c for a Lua, and the commands that run a script of this folder with it: the script loads it by
-- `package.loadlib(arg[1], "luaopen_native")()`.
-- @module spec.bench.native
local report = require "spec.bench.report"

local native = {}

local BUILD = "${CC:-cc} -std=c99 -O2 -fPIC -shared -o %s $(pkg-config --cflags %s) "
  .. "$(pkg-config --cflags --libs libcurl)"

local function path_of(bench, lua) return ("%s/native-%s.so"):format(bench.out, lua) end

--- Builds it for all of them.
function native.prepare(bench)
  report.run("mkdir -p " .. report.quote { bench.out })
  for _, lua in ipairs(bench.LUAS) do
    report.run(BUILD:format(report.quote { path_of(bench, lua.key), bench.root .. "/spec/bench/native.c" }, lua.key))
  end
end

--- @treturn string the command that runs the script
function native.command(bench, lua, script, ...)
  return report.lua(bench.root, lua, script) .. " " .. report.quote { path_of(bench, lua), ... }
end

--- Runs the script.
-- @treturn table name -> number, of the lines that it printed
function native.figures(...)
  local figures = {}
  for name, number in report.run(native.command(...)):gmatch "(%S+)%s+(%S+)" do figures[name] = tonumber(number) end
  return figures
end

return native
