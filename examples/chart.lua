--- Insights by day, and two ways to draw them: as SVG, and in a terminal. No calls are made here: see insights.lua.
--
-- What is drawn has `account`, a username; `days`, each with `day`, which counts from 1970, and `value`, without which
-- it is shown as missing; `media` in order, each with `posted`, `kind`, `reach`, `interactions` and `caption`; and
-- `best`, the word for what they are ordered by.

local script = dofile((debug.getinfo(1, "S").source:match "^@(.*/)" or "") .. "script.lua")
local time = require "iggraph.time"

local chart = {}

local DAY = 86400

-- --- days ------------------------------------------------------------------------------------------

-- A value is that of the day that ends at its `end_time`: midnight where the account is, as far from UTC as that says.
-- Half a day before it is that day's noon, which has the same date in UTC, wherever the account is.
local function day_of(end_time)
  local ends = time.parse(end_time)
  return math.floor((ends - DAY / 2) / DAY), ends
end

-- Seconds that midnight comes after that of UTC; before it, if negative.
local function offset_of(ends)
  local offset = ends % DAY
  return offset > DAY / 2 and offset - DAY or offset
end

--- The last days that are over where the account is, the oldest first.
-- @tparam table rows of `iggraph.insights.rows`, of a metric with the period `day`
-- @tparam number now seconds since 1970
-- @tparam number count
-- @treturn table list of `{ day, value }`; without a value, where there is no row
function chart.by_day(rows, now, count)
  local values, latest = {}, nil
  for _, row in ipairs(rows) do
    local day, ends = day_of(row.end_time)
    values[day] = row.value
    latest = math.max(latest or ends, ends)
  end
  local today = math.floor((now - offset_of(latest or 0)) / DAY)
  local days = {}
  for i = 1, count do
    local day = today - count + i - 1
    days[i] = { day = day, value = values[day] }
  end
  return days
end

local MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

local function date_of(day, with_year)
  local year, month, of_month = time.format(day * DAY):match "^(%d+)%-(%d+)%-(%d+)"
  return ("%d %s"):format(tonumber(of_month), MONTHS[tonumber(month)]) .. (with_year and " " .. year or "")
end

--- What the days come to.
-- @tparam table days of `by_day`
-- @treturn table `sum`, `count` of days with a value, `missing`, `average`, `most` and `least`, each a day; without
-- the last three where there is no value
function chart.summary(days)
  local all = { sum = 0, count = 0 }
  for _, one in ipairs(days) do
    if one.value then
      all.sum, all.count = all.sum + one.value, all.count + 1
      if not all.most or one.value > all.most.value then all.most = one end
      if not all.least or one.value < all.least.value then all.least = one end
    end
  end
  all.missing = #days - all.count
  all.average = all.count > 0 and all.sum / all.count or nil
  return all
end

-- --- words -----------------------------------------------------------------------------------------

local function number(value)
  local text = ("%.0f"):format(value)
  local grouped = text:reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
  return grouped
end

local function title_of(drawn) return ("Reach of @%s by day"):format(drawn.account) end

-- A person who was reached on two days is counted on both: the sum is one of days.
local function summary_lines(drawn)
  local days, all = drawn.days, chart.summary(drawn.days)
  local range = ("%s to %s"):format(date_of(days[1].day), date_of(days[#days].day, true))
  if not all.most then return { range .. ": no data" } end
  local missing = all.missing > 0 and (", no data for %d of %d days"):format(all.missing, #days) or ""
  return {
    ("%s: %s on average%s"):format(range, number(all.average), missing),
    ("most %s on %s, least %s on %s, %s in all, each day for itself"):format(number(all.most.value),
      date_of(all.most.day), number(all.least.value), date_of(all.least.day), number(all.sum)),
  }
end

local function heading_of(drawn)
  return #drawn.media > 0 and ("Best media by %s"):format(drawn.best) or "No media with insights"
end

local function rate_of(one)
  return one.reach > 0 and ("%.1f %%"):format(100 * one.interactions / one.reach) or "–"
end

local KINDS = { FEED = "post", REELS = "reel", STORY = "story", AD = "ad" }

-- The columns of the table: heading, from the left edge in SVG (numbers: up to where), what is in it.
local COLUMNS = {
  { "", 42, function(_, i) return ("%d"):format(i) end, is_number = true, size = 2 },
  { "posted", 54, function(one) return date_of(math.floor(time.parse(one.posted) / DAY), true) end, size = 11 },
  { "", 148, function(one) return KINDS[one.kind] or "" end, size = 5 },
  { "reach", 250, function(one) return number(one.reach) end, is_number = true, size = 9 },
  { "interactions", 350, function(one) return number(one.interactions) end, is_number = true, size = 12 },
  { "engagement", 450, function(one) return rate_of(one) end, is_number = true, size = 10 },
  { "caption", 474, function(one) return one.caption end, size = 24, is_long = true },
}

-- --- the axis --------------------------------------------------------------------------------------

-- A round number, so that a few times it is as much as the most.
local function step_for(most, steps)
  local step = 10 ^ math.floor(math.log(math.max(most, 1) / steps) / math.log(10) + 1e-9)
  for _, factor in ipairs { 1, 2, 2.5, 5, 10 } do
    local whole = step * factor >= 1 and step * factor % 1 == 0
    if whole and step * factor * steps >= most then return step * factor end
  end
  return 1
end

-- --- SVG -------------------------------------------------------------------------------------------

local WIDTH, LEFT, RIGHT, TOP, HEIGHT, ROW = 800, 84, 24, 104, 220, 24
local STEPS = 4

-- https://www.w3.org/TR/xml/#charsets: most control characters cannot be in XML, not even escaped.
local ESCAPES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&apos;" }
local UNWANTED = { ["\239\191\190"] = "", ["\239\191\191"] = "" }

local function escape(text)
  local list = script.characters((tostring(text):gsub("[%z\1-\8\11\12\14-\31]", "")))
  for i, one in ipairs(list) do list[i] = ESCAPES[one] or UNWANTED[one] or one end
  return table.concat(list)
end

local STYLE = [[
  text { font: 13px system-ui, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif; fill: #1f2328 }
  .title { font-size: 20px; font-weight: 600 }
  .heading { font-size: 15px; font-weight: 600 }
  .soft { fill: #59636e }
  .number { text-anchor: end; font-variant-numeric: tabular-nums }
  .middle { text-anchor: middle }
  .ground { fill: #ffffff }
  .line { stroke: #d1d9e0 }
  .average { stroke: #1f2328; stroke-dasharray: 5 4 }
  .bar { fill: #0969da }
  .most { fill: #0a3069 }
  .hatch { stroke: #818b98 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .soft { fill: #9198a1 }
    .ground { fill: #0d1117 }
    .line { stroke: #3d444d }
    .average { stroke: #f0f6fc }
    .bar { fill: #4493f8 }
    .most { fill: #a5d6ff }
    .hatch { stroke: #656c76 }
  }
]]

local function add(lines, template, ...) lines[#lines + 1] = template:format(...) end

local function add_text(lines, class, x, y, text)
  add(lines, '<text class="%s" x="%g" y="%g">%s</text>', class, x, y, escape(text))
end

local function y_of(value, top) return TOP + HEIGHT - HEIGHT * value / top end

local function add_axis(lines, step)
  for i = 0, STEPS do
    local y = y_of(i, STEPS)
    add(lines, '<line class="line" x1="%g" y1="%g" x2="%g" y2="%g"/>', LEFT, y, WIDTH - RIGHT, y)
    add_text(lines, "soft number", LEFT - 10, y + 4, number(i * step))
  end
end

local function add_day(lines, one, x, width, top, most)
  local said = ("%s: %s"):format(date_of(one.day), one.value and number(one.value) or "no data")
  if one.value then
    local y = math.min(y_of(one.value, top), TOP + HEIGHT - (one.value > 0 and 1 or 0)) -- a little can be seen, too
    add(lines, '<rect class="%s" x="%.2f" y="%.2f" width="%.2f" height="%.2f"><title>%s</title></rect>',
      one == most and "most" or "bar", x + width * 0.12, y, width * 0.76, TOP + HEIGHT - y, escape(said))
  else
    add(lines, '<rect fill="url(#missing)" x="%.2f" y="%d" width="%.2f" height="%d"><title>%s</title></rect>',
      x, TOP, width, HEIGHT, escape(said))
  end
end

local function add_days(lines, drawn, all, top)
  local count = #drawn.days
  local width = (WIDTH - LEFT - RIGHT) / count
  local each = count > 35 and math.ceil(count / 98) * 14 or 7
  for i, one in ipairs(drawn.days) do
    local x = LEFT + (i - 1) * width
    add_day(lines, one, x, width, top, all.most)
    if (count - i) % each == 0 then
      add_text(lines, "soft middle", math.min(x + width / 2, WIDTH - RIGHT - 22), TOP + HEIGHT + 20, date_of(one.day))
    end
  end
  if all.average then
    local y = y_of(all.average, top)
    add(lines, '<line class="average" x1="%g" y1="%.2f" x2="%g" y2="%.2f"><title>%s</title></line>', LEFT, y,
      WIDTH - RIGHT, y, escape("average: " .. number(all.average)))
  end
end

local function add_legend(lines, all, y)
  local x = LEFT
  if all.average then
    add(lines, '<line class="average" x1="%g" y1="%g" x2="%g" y2="%g"/>', x, y - 4, x + 26, y - 4)
    add_text(lines, "soft", x + 34, y, "average")
    x = x + 110
  end
  if all.missing > 0 then
    add(lines, '<rect fill="url(#missing)" x="%g" y="%g" width="26" height="12"/>', x, y - 10)
    add_text(lines, "soft", x + 34, y, "no data")
  end
end

local function add_table(lines, drawn, y)
  add_text(lines, "heading", 24, y, heading_of(drawn))
  if not drawn.media[1] then return end
  for _, column in ipairs(COLUMNS) do
    add_text(lines, column.is_number and "soft number" or "soft", column[2], y + ROW, column[1])
  end
  for i, one in ipairs(drawn.media) do
    local below = y + ROW * (i + 1)
    add(lines, '<line class="line" x1="24" y1="%g" x2="%g" y2="%g"/>', below - 16, WIDTH - RIGHT, below - 16)
    for _, column in ipairs(COLUMNS) do
      local text = column[3](one, i)
      if column.is_long then text = script.cut(text, 42) end
      add_text(lines, column.is_number and "number" or "soft", column[2], below, text)
    end
  end
end

-- For those who do not see it.
local function description_of(drawn)
  local words = { table.concat(summary_lines(drawn), "; ") }
  for i, one in ipairs(drawn.media) do
    if i > 3 then break end
    words[#words + 1] = ("%s %d: reach %s, %s interactions, %s"):format(heading_of(drawn), i, number(one.reach),
      number(one.interactions), script.cut(one.caption, 60))
  end
  return table.concat(words, ". ") .. "."
end

--- A picture for light and dark backgrounds: it takes the one that its reader prefers.
-- @tparam table drawn
-- @treturn string SVG
function chart.svg(drawn)
  local all, lines = chart.summary(drawn.days), {}
  local step = step_for(all.most and all.most.value or 0, STEPS)
  local table_at = TOP + HEIGHT + 90
  local height = table_at + ROW * (#drawn.media > 0 and #drawn.media + 1 or 0) + 20
  add(lines, '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" '
    .. 'aria-labelledby="title description">', WIDTH, height, WIDTH, height)
  add(lines, '<title id="title">%s</title>', escape(title_of(drawn)))
  add(lines, '<desc id="description">%s</desc>', escape(description_of(drawn)))
  add(lines, '<style>\n%s</style>', (STYLE:gsub("%%", "%%%%")))
  add(lines, '<defs><pattern id="missing" width="6" height="6" patternUnits="userSpaceOnUse" '
    .. 'patternTransform="rotate(45)"><line class="hatch" x1="0" y1="0" x2="0" y2="6"/></pattern></defs>')
  add(lines, '<rect class="ground" width="%d" height="%d"/>', WIDTH, height)
  add_text(lines, "title", 24, 36, title_of(drawn))
  for i, text in ipairs(summary_lines(drawn)) do add_text(lines, "soft", 24, 40 + 18 * i, text) end
  add_axis(lines, step)
  add_days(lines, drawn, all, step * STEPS)
  add_legend(lines, all, TOP + HEIGHT + 46)
  add_table(lines, drawn, table_at)
  add(lines, "</svg>\n")
  return table.concat(lines, "\n")
end

-- --- a terminal ------------------------------------------------------------------------------------

local ROWS, MARGIN, COLUMNS_OF_TERMINAL = 8, 10, 80
local EIGHTHS = { [0] = " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" }
local MISSING = "·"

local COLORS = { title = "\27[1m", bar = "\27[34m", most = "\27[36m", soft = "\27[2m" }

local function paint_for(has_colors)
  return function(color, text)
    if not has_colors or not text:find "%S" then return text end
    return COLORS[color] .. text .. "\27[0m"
  end
end

-- What of a bar is in a row: row 1 is the lowest.
local function block_of(value, top, row)
  local eighths = math.floor(value / top * ROWS * 8 + 0.5)
  if value > 0 then eighths = math.max(eighths, 1) end
  return EIGHTHS[math.max(0, math.min(8, eighths - (row - 1) * 8))]
end

-- The newest days, as many as there is room for; how wide each is; and whether one is missing.
local function shown_days(days)
  local room = COLUMNS_OF_TERMINAL - MARGIN
  local shown, first, misses = {}, math.max(0, #days - room), false
  for i = first + 1, #days do
    shown[i - first] = days[i]
    misses = misses or not days[i].value
  end
  return shown, math.floor(room / #shown), misses
end

local function row_of(days, most, top, row, width, paint)
  local label = (row - 1) % (ROWS / STEPS) == ROWS / STEPS - 1 and number(top * row / ROWS) or ""
  local cells = { paint("soft", ("%" .. MARGIN - 1 .. "s "):format(label)) }
  for i, one in ipairs(days) do
    local block = one.value and block_of(one.value, top, row) or row == 1 and MISSING or " "
    local gap = width > 1 and " " or ""
    cells[i + 1] = paint(one == most and "most" or one.value and "bar" or "soft",
      block:rep(math.max(width - 1, 1))) .. gap
  end
  return (table.concat(cells):gsub(" +$", ""))
end

local function dates_of(days, width)
  local line, each = "", math.ceil(8 / width / 7) * 7
  for i, one in ipairs(days) do
    if (i - 1) % each == 0 then
      local at = (i - 1) * width
      local date = date_of(one.day)
      if at + #date + MARGIN <= COLUMNS_OF_TERMINAL then line = line .. (" "):rep(at - #line) .. date end
    end
  end
  return line
end

local function table_row(one, i)
  local cells, used = {}, 0
  for j, column in ipairs(COLUMNS) do
    local text, size = one and column[3](one, i) or column[1], column.size
    if column.is_long then text = script.cut(text, COLUMNS_OF_TERMINAL - used) end
    local fill = (" "):rep(size - #text:gsub("[\128-\191]", ""))
    cells[j] = column.is_number and fill .. text or column.is_long and text or text .. fill
    used = used + size + 1
  end
  return (table.concat(cells, " "):gsub(" +$", ""))
end

--- The same in 80 columns of characters.
-- @tparam table drawn
-- @tparam boolean has_colors
-- @treturn string lines
function chart.text(drawn, has_colors)
  local all, paint = chart.summary(drawn.days), paint_for(has_colors)
  local days, width, misses = shown_days(drawn.days)
  local top = step_for(all.most and all.most.value or 0, STEPS) * STEPS
  local lines = { paint("title", title_of(drawn)) }
  for _, text in ipairs(summary_lines(drawn)) do lines[#lines + 1] = paint("soft", text) end
  lines[#lines + 1] = ""
  for row = ROWS, 1, -1 do lines[#lines + 1] = row_of(days, all.most, top, row, width, paint) end
  lines[#lines + 1] = (" "):rep(MARGIN) .. paint("soft", dates_of(days, width))
  if misses then lines[#lines + 1] = (" "):rep(MARGIN) .. paint("soft", MISSING .. " no data") end
  lines[#lines + 1] = "\n" .. paint("title", heading_of(drawn))
  if drawn.media[1] then lines[#lines + 1] = paint("soft", table_row()) end
  for i, one in ipairs(drawn.media) do lines[#lines + 1] = table_row(one, i) end
  return table.concat(lines, "\n") .. "\n"
end

return chart
