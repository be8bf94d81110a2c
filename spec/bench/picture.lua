--- The figures of `make bench` as an SVG: a bar for each row and Lua, as long as its share of the goal, which is one
-- line for all of them. A thinner line goes from the least to the most.
--
-- @module spec.bench.picture
local report = require "spec.bench.report"

local WIDTH, LEFT, RIGHT = 1000, 530, 120 -- the picture; of it what is said of a bar, and its figure
local LINE, BAR, HEAD = 22, 12, 64
local MOST = 1.5 -- goals that a bar can show

local FRAME = [[
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">
<style>
  svg { background: #ffffff; font: 13px system-ui, sans-serif }
  text { fill: #1f2328 }
  .quiet { fill: #59636e }
  .bar0 { fill: #2f6fb3 }
  .bar1 { fill: #b3702f }
  .range { stroke: #1f2328; stroke-width: 2 }
  .goal { stroke: #c62828; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117 }
    text { fill: #e6edf3 }
    .quiet { fill: #9198a1 }
    .bar0 { fill: #5b9bd9 }
    .bar1 { fill: #d99a5b }
    .range { stroke: #e6edf3 }
    .goal { stroke: #ff7b72 }
  }
</style>
%s
</svg>
]]

local TITLE = "iggraph beside what one would take without it: shorter is better, and what reaches the edge is longer"

local function escape(text)
  return (text:gsub("[&<>\"]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }))
end

local function label(x, y, text, class, anchor)
  return ('<text x="%g" y="%g" class="%s" text-anchor="%s">%s</text>'):format(
    x, y, class or "", anchor or "start", escape(text))
end

local function at(share) return LEFT + math.min(share, MOST) / MOST * (WIDTH - LEFT - RIGHT) end

local function stroke(class, x1, y1, x2, y2)
  return ('<line class="%s" x1="%.1f" y1="%g" x2="%.1f" y2="%g"/>'):format(class, x1, y1, x2, y2)
end

-- What is drawn of one row on one Lua: its figure stands at the right edge, as the eye looks for it there.
local function bar(row, values, lua, index, y)
  local least, middle, most = report.range(values)
  local figure = (row.format or "%.2f"):format(middle)
  return table.concat({
    label(8, y + BAR - 1, ("%d"):format(row.number), "quiet"),
    label(32, y + BAR - 1, (row.what:gsub("`", ""))),
    label(LEFT - 10, y + BAR - 1, lua, "quiet", "end"),
    ('<rect class="bar%d" x="%d" y="%g" width="%.1f" height="%d"/>'):format(
      index, LEFT, y, at(middle / row.goal) - LEFT, BAR),
    stroke("range", at(least / row.goal), y + BAR / 2, at(most / row.goal), y + BAR / 2),
    label(WIDTH - 8, y + BAR - 1, figure .. " of " .. ("%g"):format(row.goal) .. (row.unit and " " .. row.unit or ""),
      "quiet", "end"),
  }, "\n")
end

--- @tparam table results as in build/bench.json
-- @treturn string the SVG
return function(results)
  local parts, y = { label(8, 24, TITLE) }, HEAD
  for _, row in ipairs(results.rows) do
    for i, lua in ipairs(row.goal and results.luas or {}) do
      local values = row.figures[lua.key]
      if values then
        parts[#parts + 1] = bar(row, values, lua.name, i - 1, y)
        y = y + LINE
      end
    end
  end
  parts[#parts + 1] = stroke("goal", at(1), HEAD - 8, at(1), y)
  parts[#parts + 1] = label(at(1), HEAD - 14, "goal: at most this", "quiet", "middle")
  parts[#parts + 1] = label(8, y + LINE, results.machine, "quiet")
  return FRAME:format(WIDTH, y + 2 * LINE, WIDTH, y + 2 * LINE, escape(TITLE), table.concat(parts, "\n"))
end
