--- How wide a text is on a terminal, and a text cut to what fits.

local columns = {}

--- The pattern of a character, in UTF-8.
columns.CHARACTER = "[%z\1-\127\192-\255][\128-\191]*"

-- Code points of two columns; those of none.
local WIDE = {
  { 0x1100, 0x115f }, { 0x2e80, 0xa4cf }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0xfe30, 0xfe6f },
  { 0xff00, 0xff60 }, { 0x1f300, 0x1faff }, { 0x20000, 0x3fffd },
}
local NONE = { { 0x0300, 0x036f }, { 0x200b, 0x200f }, { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xe0000, 0xe01ef } }

local function is_in(ranges, code)
  for _, range in ipairs(ranges) do
    if code >= range[1] and code <= range[2] then return true end
  end
  return false
end

local function code_of(char)
  local first = char:byte()
  if first < 192 then return first end
  local code = first >= 240 and first - 240 or first >= 224 and first - 224 or first - 192
  for i = 2, #char do code = code * 64 + char:byte(i) - 128 end
  return code
end

local function of_character(char)
  local code = code_of(char)
  return is_in(WIDE, code) and 2 or is_in(NONE, code) and 0 or 1
end

--- @tparam string text
-- @treturn number columns
function columns.width(text)
  if not text:find "[\128-\255]" then return #text end
  local width = 0
  for char in text:gmatch(columns.CHARACTER) do width = width + of_character(char) end
  return width
end

--- @tparam string text
-- @tparam number most columns
-- @treturn string the text, or as much of it as fits with a "…" behind it; never half of a character
-- @treturn boolean whether it was cut
function columns.cut(text, most)
  if columns.width(text) <= most then return text, false end
  local chars, width = {}, 1 -- of the ellipsis
  for char in text:gmatch(columns.CHARACTER) do
    width = width + of_character(char)
    if width > most then break end
    chars[#chars + 1] = char
  end
  return table.concat(chars) .. "…", true
end

return columns
