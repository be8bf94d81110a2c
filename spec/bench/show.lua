--- What `make bench` measured (build/bench.json): prints the table, draws build/bench.svg, and pastes the table into
-- the README where the environment says README=1.
--
-- @module spec.bench.show
local json = require "cjson"
local picture = require "spec.bench.picture"
local report = require "spec.bench.report"
local shell = require "iggraph.sandbox.shell"

local show = {}

local function with_unit(text, unit) return unit and text .. " " .. unit or text end

local function goal_of(row) return row.goal and with_unit(("%g"):format(row.goal), row.unit) or "" end

-- Least, middle and most; once, where they are the same.
local function spread(values, format)
  local list = {}
  for i, value in ipairs { report.range(values) } do list[i] = (format or "%.2f"):format(value) end
  return list[1] == list[3] and list[1] or table.concat(list, " – ")
end

--- The table in Markdown, and what it was measured with.
-- @tparam table results as in build/bench.json
-- @treturn string
function show.table(results)
  local rows, last = { { "#", "what", "against", "goal" } }, nil
  for _, lua in ipairs(results.luas) do table.insert(rows[1], lua.name) end
  for _, row in ipairs(results.rows) do
    local cells = { row.number ~= last and ("%d"):format(row.number) or "", row.what, row.baseline, goal_of(row) }
    for _, lua in ipairs(results.luas) do
      local values = row.figures[lua.key]
      cells[#cells + 1] = values and with_unit(spread(values, row.format), row.unit) or ""
    end
    rows[#rows + 1], last = cells, row.number
  end
  return ("%s\n\nLeast – middle – most of %d turns, %s pages in a walk%s. %s.\n"):format(report.render(rows),
    results.runs, report.grouped(results.pages), results.is_small and ", and less of all else" or "", results.machine)
end

local function main()
  local folder = os.getenv "OUT" or "build"
  local results = json.decode((assert(shell.read(folder .. "/bench.json"), "`make bench` comes first")))
  local text = show.table(results)
  shell.write(folder .. "/bench.svg", picture(results))
  print(("%s\n%s/bench.json has every figure, %s/bench.svg the picture."):format(text, folder, folder))
  report.paste("bench", text)
end

if not ... then main() end

return show
