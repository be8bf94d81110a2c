--- Texts that mean nothing: tokens, codes, trace ids.
-- @module iggraph.sandbox.opaque
local M = {}

local MULTIPLIER, MODULUS = 16807, 2147483647

-- First byte of each range of digits, less the digits before it.
local function digit_of(value) return string.char(value + (value < 10 and 48 or value < 36 and 55 or 61)) end

--- Digits and letters that look random.
-- @tparam number seed another one gives another text
-- @tparam number length
-- @treturn string
function M.text(seed, length)
  local digits, state = {}, seed % MODULUS
  for place = 1, length do
    state = (state * MULTIPLIER + place) % MODULUS
    digits[place] = digit_of(state % 62)
  end
  return table.concat(digits)
end

return M
