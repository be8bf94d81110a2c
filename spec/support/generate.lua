--- Makes JSON documents up, and spoils them: the same seed gives the same ones on every Lua.
--
-- What `document` makes, every reader of JSON reads alike: integers within 2^53, whole surrogate
-- pairs. What `spoil` and `bytes` make is anything.

local generate = {}
generate.__index = generate

-- The numbers of one seed are this generator's own: math.random differs from Lua to Lua, and its
-- seed belongs to the program. The minimal standard generator is exact in doubles.
local MODULUS, FACTOR = 2147483647, 16807

function generate.new(seed)
  local self = setmetatable({ seed = seed, state = seed % (MODULUS - 1) + 1 }, generate)
  for _ = 1, 8 do self:below(2) end -- neighbouring seeds begin alike
  return self
end

--- A whole number from 0 to n - 1.
function generate:below(n)
  self.state = math.fmod(self.state * FACTOR, MODULUS)
  return math.floor(self.state / MODULUS * n)
end

function generate:pick(list) return list[self:below(#list) + 1] end

function generate:chance(percent) return self:below(100) < percent end

--- `count` times what `make` gives, as one text.
function generate:repeated(count, make, separator)
  local parts = {}
  for i = 1, count do parts[i] = make(self) end
  return table.concat(parts, separator)
end

-- --- documents -----------------------------------------------------------------------------------

local letters = { "a", "b", "Z", "0", "9", "_", "-", ".", " ", "/", "'", "<", "&", "=", "\127" }
local others = {
  "é", "ß", "Ω", "Ж", "א", "ह", "中", "日", "한", "\226\128\168", "\239\191\189", "\239\187\191",
  "🌱", "😀", "👩‍🌾", "\244\143\191\191",
}
local escapes = { "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t" }

local function hexadecimal(self, value)
  return (self:chance(50) and "\\u%04x" or "\\u%04X"):format(value)
end

-- A character above U+FFFF, as Meta escapes an emoji.
local function pair(self)
  return hexadecimal(self, 0xD800 + self:below(0x400)) .. hexadecimal(self, 0xDC00 + self:below(0x400))
end

local function unit(self)
  local value = self:below(0xF800)
  return hexadecimal(self, value < 0xD800 and value or value + 0x800)
end

local function character(self)
  local kind = self:below(100)
  if kind < 60 then return self:pick(letters) end
  if kind < 75 then return self:pick(others) end
  if kind < 85 then return self:pick(escapes) end
  return (kind < 93 and unit or pair)(self)
end

local names = { "id", "data", "paging", "cursors", "after", "next", "error", "code", "caption", "" }

local function text(self)
  local length = self:chance(5) and self:below(400) or self:below(12)
  return '"' .. self:repeated(length, character) .. '"'
end

local function name(self)
  return self:chance(60) and '"' .. self:pick(names) .. '"' or text(self)
end

local function digit(self) return tostring(self:below(10)) end

local function natural(self)
  if self:chance(10) then return "0" end
  return tostring(1 + self:below(9)) .. self:repeated(self:below(15), digit)
end

local edges = { "0", "-0", "9007199254740991", "9007199254740992", "-9007199254740992", "4294967296" }

local function number(self)
  if self:chance(10) then return self:pick(edges) end
  local sign, fraction, exponent = self:chance(30) and "-" or "", "", ""
  if self:chance(30) then fraction = "." .. self:repeated(1 + self:below(12), digit) end
  if self:chance(15) then
    exponent = self:pick({ "e", "E" }) .. self:pick({ "", "+", "-" }) .. self:below(40)
  end
  return sign .. natural(self) .. fraction .. exponent
end

local words = { "true", "false", "null" }

local function scalar(self)
  local kind = self:below(100)
  if kind < 45 then return text(self) end
  return kind < 80 and number(self) or self:pick(words)
end

-- Between any two tokens.
local function space(self)
  if not self.spaced then return "" end
  return self:chance(30) and self:pick({ " ", "\n", "\t", "\r\n", "    " }) or ""
end

local value

local function member(self)
  return space(self) .. name(self) .. space(self) .. ":" .. value(self)
end

local function container(self, open, close, make)
  self.depth = self.depth + 1
  local count = self:below(self.depth > 5 and 2 or 6)
  local inside = count == 0 and space(self) or self:repeated(count, make, ",")
  self.depth = self.depth - 1
  return open .. inside .. close
end

function value(self)
  local result
  if self.depth < 40 and self:chance(self.depth < 2 and 85 or 35) then
    if self:chance(60) then
      result = container(self, "{", "}", member)
    else
      result = container(self, "[", "]", value)
    end
  else
    result = scalar(self)
  end
  return space(self) .. result .. space(self)
end

--- The text of one document.
function generate:document()
  self.depth, self.spaced = 0, self:chance(50)
  return value(self)
end

-- --- what is not one -----------------------------------------------------------------------------

local tokens = {
  "{", "}", "[", "]", ",", ":", '"', "\\", "\\u", "\\ud83d", "\\udc00", "\\uD83D\\uDE00", "\\u0000",
  "null", "true", "false", "nul", "NaN", "Infinity", "-", "+", "0", "00", "01", "1.", ".5", "1e", "1e999",
  "1E+2", "-0", "9007199254740993", "-17841405822304914", "0x10", "\0", "\1", "\31", "\127", "\128",
  "\192\128", "\237\160\128", "\239\187\191", "\255", "//", "/**/", "'", " ", "\n", "\t", "\11", "\12",
  '""', "[]", "{}", '{"":', '"a":1', "[[[[",
}

local function byte(self) return string.char(self:below(256)) end

local function token(self) return self:pick(tokens) end

--- Bytes without a meaning, or tokens without a grammar.
function generate:bytes()
  local count = self:chance(10) and self:below(300) or self:below(24)
  return self:repeated(count, self:chance(50) and byte or token)
end

-- Two places in the text, in order: its bytes from `first` to `last - 1`, maybe none.
local function range(self, document)
  local size = #document + 1
  local first = 1 + self:below(size)
  local length = self:chance(70) and self:below(6) or self:below(size)
  return first, math.min(first + length, size)
end

local function flip_bit(self, document)
  if document == "" then return document end
  local at = 1 + self:below(#document)
  local bit, old = 2 ^ self:below(8), document:byte(at)
  local new = math.floor(old / bit) % 2 == 1 and old - bit or old + bit
  return document:sub(1, at - 1) .. string.char(math.floor(new)) .. document:sub(at + 1)
end

local function remove(self, document)
  local first, last = range(self, document)
  return document:sub(1, first - 1) .. document:sub(last)
end

local function duplicate(self, document)
  local first, last = range(self, document)
  return document:sub(1, last - 1) .. document:sub(first)
end

local function truncate(self, document) return document:sub(1, self:below(#document + 1)) end

local function insert(self, document)
  local at = self:below(#document + 1)
  return document:sub(1, at) .. self:repeated(1 + self:below(3), token) .. document:sub(at + 1)
end

local function splice(self, document, other)
  local first, last = range(self, document)
  local from, to = range(self, other)
  return document:sub(1, first - 1) .. other:sub(from, to - 1) .. document:sub(last)
end

-- Puts another token in the place of one.
local function swap(self, document)
  local at = self:below(#document + 1)
  local first, last = document:find("[%w+.-]+", at)
  if not first then first, last = document:find("[%p]", at) end
  if not first then return insert(self, document) end
  return document:sub(1, first - 1) .. token(self) .. document:sub(last + 1)
end

local ways = { flip_bit, remove, duplicate, truncate, insert, splice, swap }

--- The document with one to four things wrong with it; `other` is one that pieces may come from.
function generate:spoil(document, other)
  for _ = 1, 1 + self:below(4) do document = self:pick(ways)(self, document, other) end
  return document
end

return generate
