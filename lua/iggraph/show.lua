--- Values as texts for people: tables in lines and cut, cursors as a table of what is next, handles and errors in
-- one line. See `iggraph.show`.

local columns = require "iggraph.columns"
local core = require "iggraph.core"
local near = require "iggraph.near"

local cut, width_of = columns.cut, columns.width
local raise = core.error.raise

-- What is cut. Columns are those of a terminal.
local LIMITS = { width = 79, items = 10, members = 40, text = 160, depth = 4, rows = 10 }
local NARROWEST = 18 -- columns of a cell that gives way
local FIRST = { "id", "username", "name", "timestamp" } -- of the members of a table; the rest by their names

local CUT = "(cut: iggraph.show(value, { all = true }) is all of it)"

-- --- texts ---------------------------------------------------------------------------------------

-- Pages have tokens, and links that lead on: a screen is seen by others.
local HIDDEN, TOKEN = "(hidden)", "access_token"
local function hide(text) return (text:gsub("(access_token=)[^&%s]+", "%1" .. HIDDEN)) end

-- Nothing that would move a terminal's cursor or colour it: captions and names are other people's.
local ESCAPES = { ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
local function harmless(text)
  return (hide(text):gsub("%c", function(char) return ESCAPES[char] or ("\\%d"):format(char:byte()) end)
    :gsub("\194([\128-\159])", function(char) return ("\\194\\%d"):format(char:byte()) end))
end

-- --- tables -----------------------------------------------------------------------------------------

local WORDS = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return then true
  until while]]):gmatch "%a+" do WORDS[word] = true end

local function key_text(key)
  if type(key) == "string" and key:find "^[%a_][%w_]*$" and not WORDS[key] then return key end
  return type(key) == "string" and ('["%s"]'):format(harmless(key)) or ("[%s]"):format(tostring(key))
end

local rank_of = {}
for i, name in ipairs(FIRST) do rank_of[name] = i end

local function by_name(a, b)
  local first, second = rank_of[a] or math.huge, rank_of[b] or math.huge
  if first ~= second then return first < second end
  return tostring(a) < tostring(b)
end

local function keys_of(value)
  local keys = {}
  for key in next, value do keys[#keys + 1] = key end
  table.sort(keys, by_name)
  return keys
end

-- What has a text of its own (handles, errors) is no table to look into.
local function is_plain(value) return type(value) == "table" and tostring(value):find "^table: " ~= nil end

local function text_of(state, value)
  value = hide(value)
  local shown, was_cut = cut(value, state.text)
  if was_cut then state.was_cut = true end
  return '"' .. harmless(shown):gsub('"', '\\"') .. '"'
end

local render

-- The parts of a table, each as a text; those that are left out are one more.
local function parts_of(state, value, indent)
  local keys, parts = keys_of(value), {}
  local is_list = #keys == #value
  local most = is_list and state.items or state.members
  for i = 1, math.min(#keys, most) do
    local key = is_list and i or keys[i]
    local name = is_list and "" or key_text(key) .. " = "
    parts[i] = name .. (key == TOKEN and HIDDEN or render(state, rawget(value, key), indent, width_of(name)))
  end
  if #keys > most then
    state.was_cut = true
    parts[#parts + 1] = ("… %d more"):format(#keys - most)
  end
  return parts
end

-- On one line where it fits behind what stands there, else on one for each part.
local function table_text(state, value, indent, before)
  if next(value) == nil then return "{}" end
  if state.open[value] then return "{ … itself }" end
  if state.depth == 0 then
    state.was_cut = true
    return "{ … }"
  end
  state.open[value], state.depth = true, state.depth - 1
  local parts = parts_of(state, value, indent + 2)
  state.open[value], state.depth = nil, state.depth + 1
  local line = "{ " .. table.concat(parts, ", ") .. " }"
  if not line:find "\n" and indent + before + width_of(line) < state.width then return line end
  local margin = "\n" .. (" "):rep(indent + 2)
  return "{" .. margin .. table.concat(parts, "," .. margin) .. ",\n" .. (" "):rep(indent) .. "}"
end

function render(state, value, indent, before)
  if value == core.null then return "null" end
  if type(value) == "string" then return text_of(state, value) end
  if is_plain(value) then return table_text(state, value, indent, before) end
  return harmless(tostring(value))
end

-- --- a cursor's rows --------------------------------------------------------------------------------

local function names_in(rows)
  local seen = {}
  for _, row in ipairs(rows) do
    for name in pairs(is_plain(row) and row or { value = row }) do seen[name] = true end
  end
  return keys_of(seen)
end

-- "2026-01-31T10:30:00+0000", which the Graph gives in UTC, without what is always the same.
local TIME = "^(%d%d%d%d%-%d%d%-%d%d)T(%d%d:%d%d):%d%d%+0000$"

-- A list, or an edge that came inside, is so many items.
local function count_in(value)
  local list = type(rawget(value, "data")) == "table" and value.data or value
  local count = #list
  return count > 0 and ("%d item%s"):format(count, count == 1 and "" or "s") or nil
end

local function cell(state, name, value)
  if value == nil then return "" end
  if name == TOKEN then return HIDDEN end
  if is_plain(value) then value = count_in(value) or render(state, value, 0, 0) end
  local text = type(value) == "string" and value:gsub(TIME, "%1 %2") or render(state, value, 0, 0)
  return harmless((text:gsub("%s+", " ")))
end

local function widest_of(cells, column)
  local widest = 0
  for _, line in ipairs(cells) do widest = math.max(widest, width_of(line[column])) end
  return widest
end

-- How wide a column has to be at least. Ids are never cut: they are what one goes on with.
local function floor_of(name, widest)
  return name == "id" and widest or math.max(width_of(name), math.min(widest, NARROWEST))
end

-- How many columns can be read beside each other.
local function count_of(floors, most)
  local count, sum = 0, -2
  for i, floor in ipairs(floors) do
    sum = sum + floor + 2
    if i == 1 or sum <= most then count = i else break end
  end
  return count
end

-- The width of each column that is shown: the widest ones give way until the line fits.
local function widths_of(names, cells, most)
  local widths, floors = {}, {}
  for column, name in ipairs(names) do
    local widest = widest_of(cells, column)
    floors[column] = floor_of(name, widest)
    widths[column] = math.max(floors[column], math.min(widest, most))
  end
  local count, sum = count_of(floors, most), -2
  for column = 1, #names do
    if column > count then widths[column] = nil else sum = sum + widths[column] + 2 end
  end
  while sum > most do
    local widest
    for column = 1, count do
      local may_give = widths[column] > floors[column]
      if may_give and (not widest or widths[column] > widths[widest]) then widest = column end
    end
    if not widest then break end
    widths[widest], sum = widths[widest] - 1, sum - 1
  end
  return widths
end

local function line_of(cells, widths)
  local texts = {}
  for column, width in ipairs(widths) do
    local text = cut(cells[column], width)
    texts[column] = text .. (" "):rep(width - width_of(text))
  end
  return (table.concat(texts, "  "):gsub(" +$", ""))
end

local function cells_of(state, names, rows)
  local cells = { {} }
  for column, name in ipairs(names) do cells[1][column] = tostring(name) end
  for i, row in ipairs(rows) do
    cells[i + 1] = {}
    for column, name in ipairs(names) do
      local value = row
      if is_plain(row) then value = rawget(row, name) end
      cells[i + 1][column] = cell(state, name, value)
    end
  end
  return cells
end

local function grid(state, rows)
  local names = names_in(rows)
  local cells = cells_of(state, names, rows)
  local widths, rules, lines = widths_of(names, cells, state.width), {}, {}
  for column, width in ipairs(widths) do rules[column] = ("-"):rep(width) end
  table.insert(cells, 2, rules)
  for i, line in ipairs(cells) do lines[i] = line_of(line, widths) end
  if #names > #widths then
    lines[#lines + 1] = "and in each: " .. table.concat(names, ", ", #widths + 1)
  end
  return table.concat(lines, "\n")
end

local GO_ON = "cursor:next(), or for item in cursor do … end"

local function cursor_text(state, cursor)
  local in_peace, rows, err = pcall(cursor.peek, cursor)
  if not in_peace then return ("%s: %s"):format(tostring(cursor), tostring(rows)) end
  if err then return tostring(err) end
  if not rows then return ("%s: no more items"):format(tostring(cursor)) end
  local first, count = {}, math.min(#rows, state.rows)
  for i = 1, count do first[i] = rows[i] end
  local told = count < #rows and ("%d of %d"):format(count, #rows) or tostring(count)
  return ("%s\n%s\n%s fetched, none taken: %s"):format(tostring(cursor), grid(state, first), told, GO_ON)
end

-- --- values -----------------------------------------------------------------------------------------

local makers = {} -- node type -> the client's method
for _, row in ipairs(core.graph.handles()) do makers[row.node] = row.name end

local function is_cursor(value) return type(value) == "userdata" and tostring(value):find "^iggraph%.cursor" ~= nil end

local function handle_text(value)
  return ('%s; its edges: iggraph.help "%s"'):format(tostring(value), makers[rawget(value, "type")])
end

local OPTIONS = { all = true, width = true }

local function state_of(opts)
  if opts ~= nil and type(opts) ~= "table" then raise("iggraph.show: opts: a table expected, got " .. type(opts)) end
  local state = { open = {}, was_cut = false }
  for name, limit in pairs(LIMITS) do state[name] = opts and opts.all and name ~= "width" and 1e9 or limit end
  for name in pairs(opts or {}) do
    if not OPTIONS[name] then
      raise(("iggraph.show: unknown option '%s'%s"):format(tostring(name), near(name, OPTIONS)))
    end
  end
  state.width = opts and opts.width or state.width
  return state
end

--- @param value
-- @tparam ?table opts
-- @treturn string
return function(value, opts)
  local state = state_of(opts)
  if type(value) == "string" then return value end
  if is_cursor(value) then return cursor_text(state, value) end
  if type(value) == "table" and not is_plain(value) and makers[rawget(value, "type")] then return handle_text(value) end
  local text = render(state, value, 0, 0)
  return state.was_cut and text .. "\n" .. CUT or text
end
