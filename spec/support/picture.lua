--- The screen of a terminal, as SVG: real text, with the colours of its ANSI codes.
-- @module spec.support.picture
local columns = require "iggraph.columns"

local picture = {}

local CELL, LINE, SIZE, MARGIN, BAR = 8.4, 19, 14, 18, 34 -- pixels: a column, a line, its letters, around, on top

local BACKGROUND, FOREGROUND = "#1b1f27", "#d7dce5"

-- The sixteen colours, and those of an indexed one above them.
local COLOURS = {
  [0] = "#3b4252", "#f07178", "#a5d977", "#ffcb6b", "#7aa2f7", "#c792ea", "#7fdbca", "#d7dce5",
  "#6b7489", "#ff8b92", "#c3e88d", "#ffe585", "#9cc4ff", "#e1acff", "#a3f7f0", "#ffffff",
}

local function hex(red, green, blue) return ("#%02x%02x%02x"):format(red, green, blue) end

local function indexed(index)
  if index < 16 then return COLOURS[index] end
  if index >= 232 then
    local grey = 8 + (index - 232) * 10
    return hex(grey, grey, grey)
  end
  local function level(n) return n == 0 and 0 or 55 + n * 40 end
  index = index - 16
  return hex(level(math.floor(index / 36)), level(math.floor(index / 6) % 6), level(index % 6))
end

-- --- ANSI codes -------------------------------------------------------------------------------------

-- 38;5;n and 38;2;r;g;b: the colour, and at which code it ends.
local function extended(codes, at)
  if codes[at + 1] == 5 then return indexed(codes[at + 2] or 0), at + 2 end
  return hex(codes[at + 2] or 0, codes[at + 3] or 0, codes[at + 4] or 0), at + 4
end

local SWITCHES = {
  [1] = { "bold", true }, [2] = { "faint", true }, [3] = { "italic", true }, [4] = { "underlined", true },
  [7] = { "reversed", true }, [22] = { "bold" }, [23] = { "italic" }, [24] = { "underlined" }, [27] = { "reversed" },
  [39] = { "colour" }, [49] = { "ground" },
}

local function apply(style, text)
  local codes, at = {}, 1
  for code in (text .. ";"):gmatch "(%d*)[;:]" do codes[#codes + 1] = tonumber(code) or 0 end
  while codes[at] do
    local code = codes[at]
    if code == 0 then
      for name in pairs(style) do style[name] = nil end
    elseif code == 38 or code == 48 then
      local name = code == 38 and "colour" or "ground"
      style[name], at = extended(codes, at)
    elseif code >= 30 and code <= 37 then style.colour = COLOURS[code - 30]
    elseif code >= 40 and code <= 47 then style.ground = COLOURS[code - 40]
    elseif code >= 90 and code <= 97 then style.colour = COLOURS[code - 82]
    elseif code >= 100 and code <= 107 then style.ground = COLOURS[code - 92]
    elseif SWITCHES[code] then
      style[SWITCHES[code][1]] = SWITCHES[code][2]
      if code == 22 then style.faint = nil end
    end
    at = at + 1
  end
end

-- Calls `use(column, text, style)` for each run of one style in a line.
local function runs(line, style, use)
  local column, at = 0, 1
  while at <= #line do
    local from, to, codes = line:find("\27%[([%d;:]*)m", at)
    local text = line:sub(at, (from or #line + 1) - 1):gsub("\27%(B", ""):gsub("[\14\15]", "")
    if text ~= "" then use(column, text, style) end
    column = column + columns.width(text)
    if codes then apply(style, codes) end
    at = to and to + 1 or #line + 1
  end
end

-- --- SVG --------------------------------------------------------------------------------------------

local ENTITIES = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;" }
local function escape(text) return (text:gsub('[&<>"]', ENTITIES)) end

local function number(value) return (("%.1f"):format(value):gsub("%.0$", "")) end

local function attributes(style, colour)
  return (style.bold and ' font-weight="bold"' or "") .. (style.italic and ' font-style="italic"' or "") ..
    (style.underlined and ' text-decoration="underline"' or "") .. (style.faint and ' opacity=".6"' or "") ..
    (colour ~= FOREGROUND and (' fill="%s"'):format(colour) or "")
end

-- Each word stands at its column, whatever the font does with those before it.
local function add_words(parts, x, y, text, look)
  local column = 0
  for spaces, word in text:gmatch "( *)([^ ]+)" do
    column = column + #spaces
    parts[#parts + 1] = ('<text x="%s" y="%s" textLength="%s"%s>%s</text>'):format(number(x + column * CELL), number(y),
      number(columns.width(word) * CELL), look, escape(word))
    column = column + columns.width(word)
  end
end

local function add_line(parts, line, style, y)
  runs(line, style, function(column, text, now)
    local colour, ground = now.colour or FOREGROUND, now.ground
    if now.reversed then colour, ground = ground or BACKGROUND, colour end
    local x, width = MARGIN + column * CELL, columns.width(text) * CELL
    if ground then
      parts[#parts + 1] = ('<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>'):format(number(x),
        number(y - SIZE), number(width), LINE, ground)
    end
    add_words(parts, x, y, text, attributes(now, colour))
  end)
end

local HEAD = [[
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"
  aria-labelledby="title desc">
<title id="title">{title}</title>
<desc id="desc">{description}</desc>
<rect width="{width}" height="{height}" rx="10" fill="{background}"/>
<g fill="#4a5263"><circle cx="20" cy="17" r="6"/><circle cx="40" cy="17" r="6"/><circle cx="60" cy="17" r="6"/></g>
<text x="{middle}" y="22" text-anchor="middle" fill="#8b94a7" font-family="sans-serif" font-size="13">{title}</text>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="{size}" fill="{foreground}">
]]

--- @tparam string screen with ANSI codes
-- @tparam table options `title`, `description` (for who cannot see it), `width` in characters
-- @treturn string
function picture.svg(screen, options)
  local parts, style, y = {}, {}, BAR + SIZE + 4
  for line in (screen .. "\n"):gmatch "(.-)\n" do
    add_line(parts, line, style, y)
    y = y + LINE
  end
  local width, height = MARGIN * 2 + options.width * CELL, y + MARGIN - SIZE
  local values = {
    width = number(width), height = number(height), middle = number(width / 2), size = SIZE, background = BACKGROUND,
    foreground = FOREGROUND, title = escape(options.title), description = escape(options.description),
  }
  return HEAD:gsub("{(%l+)}", values) .. table.concat(parts, "\n") .. "\n</g>\n</svg>\n"
end

return picture
