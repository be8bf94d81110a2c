--- Adler-32: a checksum that grows with the bytes as they come, and that plain Lua computes quickly.
-- @module iggraph.sandbox.adler32
local M = {}

local MODULUS = 65521
local STEP = 65536 -- bytes after which the sums are reduced: they stay below 2^53 until then

local function add(low, high, chunk)
  local byte = string.byte
  local size = #chunk
  local index = 1
  while index + 3 <= size do
    local a, b, c, d = byte(chunk, index, index + 3)
    high = high + 4 * low + 4 * a + 3 * b + 2 * c + d
    low = low + a + b + c + d
    index = index + 4
  end
  for rest = index, size do
    low = low + byte(chunk, rest)
    high = high + low
  end
  return low % MODULUS, high % MODULUS
end

--- Adds bytes to a sum.
-- @tparam ?number sum of what came before; nil if nothing did
-- @tparam string bytes
-- @treturn number the new sum
function M.add(sum, bytes)
  sum = sum or 1
  local low = sum % 65536
  local high = (sum - low) / 65536
  for from = 1, #bytes, STEP do
    low, high = add(low, high, #bytes <= STEP and bytes or bytes:sub(from, from + STEP - 1))
  end
  return high * 65536 + low
end

--- A sum as eight hexadecimal digits, as other programs write it.
-- @tparam ?number sum nil for that of no bytes
-- @treturn string
function M.hex(sum)
  sum = sum or 1
  local low = sum % 65536
  return ("%04x%04x"):format((sum - low) / 65536, low)
end

return M
