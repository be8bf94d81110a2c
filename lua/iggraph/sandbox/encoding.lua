--- Percent-encoding, query strings and base64: what URLs are made of.
-- @module iggraph.sandbox.encoding
local M = {}

--- Percent-encodes everything but the unreserved characters of RFC 3986.
-- @tparam string text
-- @treturn string
function M.percent_encode(text)
  return (text:gsub("[^%w%-._~]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

--- Undoes percent-encoding; in queries and forms "+" is a space.
-- @tparam string text
-- @tparam[opt] boolean plus_is_literal true for a path
-- @treturn string
function M.percent_decode(text, plus_is_literal)
  if not plus_is_literal then text = text:gsub("+", " ") end
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
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

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
local VALUE_OF = {}
for index = 1, #ALPHABET do VALUE_OF[ALPHABET:sub(index, index)] = index - 1 end

local function digit(number, weight)
  local index = math.floor(number / weight) % 64 + 1
  return ALPHABET:sub(index, index)
end

--- URL-safe base64 of a text whose length is a multiple of three, so that nothing is padded.
-- @tparam string text
-- @treturn string
function M.base64_encode(text)
  return (text:gsub("...", function(group)
    local a, b, c = group:byte(1, 3)
    local number = a * 65536 + b * 256 + c
    return digit(number, 262144) .. digit(number, 4096) .. digit(number, 64) .. digit(number, 1)
  end))
end

--- Undoes `base64_encode`.
-- @tparam string text
-- @treturn ?string nil if it is not such base64
function M.base64_decode(text)
  if #text % 4 ~= 0 or text:find("[^%w_-]") then return nil end
  return (text:gsub("....", function(group)
    local number = 0
    for index = 1, 4 do number = number * 64 + VALUE_OF[group:sub(index, index)] end
    return string.char(math.floor(number / 65536), math.floor(number / 256) % 256, number % 256)
  end))
end

return M
