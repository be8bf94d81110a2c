--- What the benchmarks have in common: commands, figures of several turns, tables in Markdown.
--
-- A machine's speed changes while it is measured. So what is compared takes turns, a ratio is made of
-- measurements of one turn, and what counts is the ratio.
--
-- @module spec.bench.report
local shell = require "iggraph.sandbox.shell"

local report = {}

--- Runs a command; returns its output, or raises it.
function report.run(command)
  local ok, output = shell.run(command)
  if not ok then error(output .. "\n" .. command, 0) end
  return output
end

--- Words for the shell, whatever is in them.
function report.quote(words)
  local list = {}
  for i, word in ipairs(words) do list[i] = shell.quote(word) end
  return table.concat(list, " ")
end

--- The command that runs a script on a Lua, with its build of the module.
function report.lua(root, lua, script)
  return report.quote {
    "env", ("LUA_PATH=%s/lua/?.lua;%s/lua/?/init.lua;;"):format(root, root),
    ("LUA_CPATH=%s/build/%s/?.so;;"):format(root, lua), lua, root .. "/spec/bench/" .. script,
  }
end

local TIMED = [[LC_ALL=C bash -c 'TIMEFORMAT="%3R %3U %3S"; time "$@"' bash ]]

--- Runs a command in a process of its own.
-- @tparam string command
-- @treturn string what it printed
-- @treturn table `wall` and `cpu` (user and system, with what it started): seconds
function report.timed(command)
  local printed, wall, user, system = report.run(TIMED .. command):match "^(.-)\n?([%d.]+) ([%d.]+) ([%d.]+)$"
  return printed, { wall = tonumber(wall), cpu = tonumber(user) + tonumber(system) }
end

--- The least, the middle and the most of what `of` makes of each turn; a dash where it makes nothing.
-- @tparam table turns
-- @tparam function of turn -> number
-- @tparam[opt="%.2f"] string format of one number
function report.spread(turns, of, format)
  local values = {}
  for _, turn in ipairs(turns) do values[#values + 1] = of(turn) end
  if #values == 0 then return "–" end
  format = format or "%.2f"
  return (format .. " – " .. format .. " – " .. format):format(report.range(values))
end

--- @tparam table values numbers
-- @treturn number the least
-- @treturn number the middle
-- @treturn number the most
function report.range(values)
  local sorted = {}
  for i, value in ipairs(values) do sorted[i] = value end
  table.sort(sorted)
  return sorted[1], sorted[math.floor(#sorted / 2) + 1], sorted[#sorted]
end

--- The machine by its kind, and the versions of what is measured.
function report.machine()
  return table.concat({
    report.run "getconf _NPROCESSORS_ONLN" .. " cores",
    report.run ". /etc/os-release && echo $PRETTY_NAME",
    report.run "lua5.4 -v":match "^Lua [%d.]+",
    report.run "luajit -v":match "^LuaJIT [%w.-]+",
    "libcurl " .. require("iggraph").versions().libcurl:match "%d[%d.]+",
    "nginx " .. report.run "PATH=$PATH:/usr/sbin nginx -v":match "nginx/([%d.]+)",
  }, ", ")
end

local function width(text) return select(2, text:gsub("[^\128-\191]", "")) end

--- A table in Markdown, from a list of rows; the first is its head.
function report.render(rows)
  local widths, lines = {}, {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do widths[i] = math.max(widths[i] or 0, width(cell)) end
  end
  for _, row in ipairs(rows) do
    local cells = {}
    for i, cell in ipairs(row) do cells[i] = cell .. (" "):rep(widths[i] - width(cell)) end
    lines[#lines + 1] = "| " .. table.concat(cells, " | ") .. " |"
  end
  local rule = {}
  for i, n in ipairs(widths) do rule[i] = ("-"):rep(n) end
  table.insert(lines, 2, "| " .. table.concat(rule, " | ") .. " |")
  return table.concat(lines, "\n")
end

--- A text with another table between the marks of a name.
-- @tparam string text
-- @tparam string name such as `bench`
-- @tparam string table in Markdown, with a line break at its end
-- @treturn string
function report.replace(text, name, table)
  local _, from = text:find(("<!-- make %s README=1 writes this -->\n"):format(name), 1, true)
  local to = text:find(("<!-- %s: to here -->"):format(name), from, true)
  return text:sub(1, from) .. table .. text:sub(to)
end

--- Pastes a table into the README where the environment says README=1.
function report.paste(name, table)
  if not os.getenv "README" then return end
  shell.write("README.md", report.replace(shell.read "README.md", name, table))
end

--- 12345678 -> "12,345,678"
function report.grouped(number)
  local text = ("%d"):format(number):reverse():gsub("%d%d%d", "%0,"):reverse()
  return (text:gsub("^,", ""))
end

return report
