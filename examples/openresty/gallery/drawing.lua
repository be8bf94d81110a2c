--- Pictures for media that have none: the Graph leaves out those that it may not show, and the sandbox's lead nowhere.
-- A landscape, drawn from the id: the same each time, and no two neighbours alike.

local WIDTH, HEIGHT = 480, 600
local LAYERS = 4

-- Of each: sky above and below, sun, the far land and the near one.
local PALETTES = {
  { "#fde2c4", "#f7a072", "#fff4dc", "#d9725b", "#5b2a45" },
  { "#dff1f5", "#8fc6d8", "#ffffff", "#5c9bb0", "#17404f" },
  { "#f9d5e5", "#b58bc2", "#fff0f5", "#8661a5", "#33205a" },
  { "#fff3c9", "#f4c15d", "#ffffff", "#d28a36", "#5a3413" },
  { "#d9ecd8", "#94c6a0", "#fbfff0", "#5d9a76", "#173d33" },
  { "#27335c", "#6a5c8e", "#f5ecd2", "#3b3a6b", "#121633" },
  { "#e8e4df", "#c3b6ab", "#ffffff", "#96857a", "#3a322e" },
  { "#ffd9d1", "#ef8f8f", "#fff6ea", "#b95770", "#43203f" },
}

local drawing = {}

-- Numbers from 0 up to 1, by the id alone.
local function numbers_of(id)
  local state = tonumber(id:sub(-9)) * 7919 % 2147483647 + 1
  return function()
    state = state * 16807 % 2147483647
    return state / 2147483647
  end
end

local function mix(from, to, share)
  local parts = {}
  for i = 0, 2 do
    local a, b = tonumber(from:sub(2 * i + 2, 2 * i + 3), 16), tonumber(to:sub(2 * i + 2, 2 * i + 3), 16)
    parts[i + 1] = ("%02x"):format(math.floor(a + (b - a) * share + 0.5))
  end
  return "#" .. table.concat(parts)
end

-- The edge of a piece of land: waves of several lengths, or jagged ones.
local function land(random, level, colour, is_jagged)
  local steps = is_jagged and 5 + math.floor(random() * 4) or 40
  local height, first, second = 30 + random() * 50, random() * 6.28, random() * 6.28
  local points = {}
  for i = 0, steps do
    local x = i / steps
    local up = is_jagged and (i % 2 == 0 and -1 or 1) * (0.3 + random() * 0.9)
      or math.sin(first + x * 4.4) + 0.4 * math.sin(second + x * 9.7)
    points[i + 1] = ("%.0f,%.0f"):format(x * WIDTH, level - height * up)
  end
  return ('<path fill="%s" d="M0,%d L%s L%d,%d z"/>'):format(colour, HEIGHT, table.concat(points, " "), WIDTH, HEIGHT)
end

local TEMPLATE = [[<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">
<linearGradient id="sky" x2="0" y2="1"><stop stop-color="%s"/><stop offset=".8" stop-color="%s"/></linearGradient>
<rect width="100%%" height="100%%" fill="url(#sky)"/>
<circle cx="%.0f" cy="%.0f" r="%.0f" fill="%s"/>
%s
</svg>
]]

--- @tparam string id
-- @treturn string an SVG
function drawing.make(id)
  local random = numbers_of(id)
  local above, below, sun, far, near = unpack(PALETTES[tonumber(id:sub(-6)) * 3 % #PALETTES + 1])
  local x, y, radius = 80 + random() * 320, 110 + random() * 170, 34 + random() * 44
  local is_jagged, layers = random() < 0.4, {}
  for i = 1, LAYERS do
    local share = (i - 1) / (LAYERS - 1)
    layers[i] = land(random, 330 + 210 * share, mix(far, near, share), is_jagged and i < 3)
  end
  return TEMPLATE:format(WIDTH, HEIGHT, WIDTH, HEIGHT, above, below, x, y, radius, sun, table.concat(layers, "\n"))
end

return drawing
