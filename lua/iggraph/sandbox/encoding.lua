--- Percent-encoding, query strings and base64: what URLs are made of.
-- @module iggraph.sandbox.encoding
local memo = require "iggraph.sandbox.memo"

local M = {}

local function escape(byte) return ("%%%02X"):format(byte:byte()) end
local function unescape(digits) return string.char(tonumber(digits, 16)) end

local encoded = memo(function(text) return (text:gsub("[^%w%-._~]", escape)) end)
local decoded = memo(function(text) return (text:gsub("%%(%x%x)", unescape)) end)

--- Percent-encodes everything but the unreserved characters of RFC 3986.
-- @tparam string text
-- @treturn string
function M.percent_encode(text)
  return encoded[text]
end

--- Undoes percent-encoding; in queries and forms "+" is a space.
-- @tparam string text
-- @tparam[opt] boolean plus_is_literal true for a path
-- @treturn string
function M.percent_decode(text, plus_is_literal)
  if not plus_is_literal then text = text:gsub("+", " ") end
  return decoded[text]
end

--- Reads `a=1&b=2`.
-- @tparam string text a query string or a form body
-- @treturn table list of `{ name, value }` as sent
-- @treturn table the same as a map, where the last of equal names wins
function M.parse_query(text)
  local list, map = {}, {}
  for part in text:gmatch("[^&]+") do
    local name, value = part:match("^([^=]*)=(.*)$")
    name, value = M.percent_decode(name or part), M.percent_decode(value or "")
    list[#list + 1] = { name, value }
    map[name] = value
  end
  return list, map
end

--- @tparam string bytes
-- @treturn string two lower-case hexadecimal digits for each
function M.to_hex(bytes)
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
local VALUE_OF = {} -- by byte
for index = 1, #ALPHABET do VALUE_OF[ALPHABET:byte(index)] = index - 1 end

local PAIRS = {} -- two digits by the twelve bits they stand for
for bits = 0, 4095 do
  local high, low = math.floor(bits / 64) + 1, bits % 64 + 1
  PAIRS[bits] = ALPHABET:sub(high, high) .. ALPHABET:sub(low, low)
end

--- URL-safe base64 of a text whose length is a multiple of three, so that nothing is padded.
-- @tparam string text
-- @treturn string
function M.base64_encode(text)
  local pairs_of_digits = {}
  for index = 1, #text, 3 do
    local a, b, c = text:byte(index, index + 2)
    local number = a * 65536 + b * 256 + c
    pairs_of_digits[#pairs_of_digits + 1] = PAIRS[math.floor(number / 4096)]
    pairs_of_digits[#pairs_of_digits + 1] = PAIRS[number % 4096]
  end
  return table.concat(pairs_of_digits)
end

--- Undoes `base64_encode`.
-- @tparam string text
-- @treturn ?string nil if it is not such base64
function M.base64_decode(text)
  if #text % 4 ~= 0 or text:find("[^%w_-]") then return nil end
  local groups = {}
  for index = 1, #text, 4 do
    local number = 0
    for place = index, index + 3 do number = number * 64 + VALUE_OF[text:byte(place)] end
    groups[#groups + 1] = string.char(math.floor(number / 65536), math.floor(number / 256) % 256, number % 256)
  end
  return table.concat(groups)
end

return M
