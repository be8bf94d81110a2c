--- A second reader of JSON, as plain as can be: what iggraph's own is held against. It follows the
-- rules of csrc/json.h and is slow. `read(text)` -> true and the value, or false.

local MAX_DEPTH = 1000
local LIMIT = "9007199254740992" -- 2^53

local function refuse() error({ refused = true }, 0) end

local function skip_space(text, at) return text:match("^[ \t\r\n]*()", at) end

-- --- strings -------------------------------------------------------------------------------------

local function utf8(code)
  if code < 0x80 then return string.char(code) end
  local tail = ""
  local first, room = 0xC0, 0x20
  while true do
    tail = string.char(0x80 + code % 0x40) .. tail
    code = math.floor(code / 0x40)
    if code < room then return string.char(first + code) .. tail end
    first, room = first + room, room / 2
  end
end

local function high(unit) return unit >= 0xD800 and unit < 0xDC00 end
local function low(unit) return unit >= 0xDC00 and unit < 0xE000 end

local function read_unit(text, at)
  local digits, behind = text:match("^\\u(%x%x%x%x)()", at)
  return digits and tonumber(digits, 16), behind
end

local escapes = {
  ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t",
}

local function read_escape(text, at)
  local unit, behind = read_unit(text, at)
  if not unit then return escapes[text:sub(at + 1, at + 1)] or refuse(), at + 2 end
  if high(unit) then
    local second, behind_both = read_unit(text, behind)
    if second and low(second) then
      return utf8(0x10000 + (unit - 0xD800) * 0x400 + second - 0xDC00), behind_both
    end
  end
  if high(unit) or low(unit) then unit = 0xFFFD end
  return utf8(unit), behind
end

local function read_string(text, at)
  local parts = {}
  at = at + 1
  while true do
    local run, behind = text:match('^([^"\\%z\1-\31]*)()', at)
    parts[#parts + 1] = run
    local next_byte = text:sub(behind, behind)
    if next_byte == '"' then return table.concat(parts), behind + 1 end
    if next_byte ~= "\\" then refuse() end
    parts[#parts + 1], at = read_escape(text, behind)
  end
end

-- --- numbers -------------------------------------------------------------------------------------

-- LuaJIT refuses exponents of many digits.
local function to_float(sign, mantissa, exponent)
  local number = tonumber(sign .. mantissa .. exponent)
  if number then return number end
  local vanishes = exponent:find("-", 1, true) or not mantissa:find("[1-9]")
  return (vanishes and 0 or math.huge) * (sign == "-" and -1 or 1)
end

local function read_number(text, at)
  local sign, digits, behind = text:match("^(%-?)(%d+)()", at)
  if not digits or digits:match("^0%d") then refuse() end
  local fraction, behind_fraction = text:match("^(%.%d+)()", behind)
  local exponent, behind_all = text:match("^([eE][+-]?%d+)()", behind_fraction or behind)
  if fraction or exponent then
    local number = to_float(sign, digits .. (fraction or ""), exponent or "")
    return number, behind_all or behind_fraction
  end
  local large = #digits > #LIMIT or (#digits == #LIMIT and digits > LIMIT)
  if large then return sign .. digits, behind end
  return tonumber(digits) == 0 and 0 or tonumber(sign .. digits), behind
end

-- --- all of it -----------------------------------------------------------------------------------

local read_value

-- The items between two brackets; `read_item(text, at)` -> behind it.
local function read_items(text, at, closing, read_item)
  at = skip_space(text, at + 1)
  if text:sub(at, at) == closing then return at + 1 end
  while true do
    at = skip_space(text, read_item(at))
    local mark = text:sub(at, at)
    if mark == closing then return at + 1 end
    if mark ~= "," then refuse() end
    at = at + 1
  end
end

local function read_array(text, at, depth, null)
  local array, count = {}, 0
  return array, read_items(text, at, "]", function(from)
    local behind
    count = count + 1
    array[count], behind = read_value(text, from, depth, null)
    return behind
  end)
end

local function read_object(text, at, depth, null)
  local object = {}
  return object, read_items(text, at, "}", function(from)
    from = skip_space(text, from)
    if text:sub(from, from) ~= '"' then refuse() end
    local name, behind = read_string(text, from)
    behind = skip_space(text, behind)
    if text:sub(behind, behind) ~= ":" then refuse() end
    object[name], behind = read_value(text, behind + 1, depth, null)
    return behind
  end)
end

local containers = { ["{"] = read_object, ["["] = read_array }

function read_value(text, at, depth, null)
  at = skip_space(text, at)
  local first = text:sub(at, at)
  if containers[first] then
    if depth == MAX_DEPTH then refuse() end
    return containers[first](text, at, depth + 1, null)
  end
  if first == '"' then return read_string(text, at) end
  if text:sub(at, at + 3) == "true" then return true, at + 4 end
  if text:sub(at, at + 4) == "false" then return false, at + 5 end
  if text:sub(at, at + 3) == "null" then return null, at + 4 end
  return read_number(text, at)
end

local function read(text, null)
  local value, at = read_value(text, 1, 0, null)
  if skip_space(text, at) <= #text then refuse() end
  return value
end

return {
  read = function(text, null)
    local ok, value = pcall(read, text, null)
    if ok then return true, value end
    if type(value) == "table" and value.refused then return false end
    error(value, 0)
  end,
}
