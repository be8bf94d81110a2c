--- Made-up numbers: the same each time for the same texts, and nothing alike for others.
-- @module iggraph.sandbox.numbers
local M = {}

local FACTOR, MODULUS = 16807, 2147483647 -- their product stays exact in a double

--- @tparam number limit
-- @param ... texts and numbers that it depends on
-- @treturn number an integer from 0 to below `limit`
function M.below(limit, ...)
  local text, state = table.concat({ ... }, "/"), 1
  for index = 1, #text do state = (state * FACTOR + text:byte(index)) % MODULUS end
  state = (state % 65521) * (state % 32749 + 1) -- or what differs in the last byte only would stand in a row
  return state % math.max(1, math.floor(limit))
end

--- Cuts a number into parts.
-- @tparam number total an integer
-- @tparam number count how many parts
-- @param ... what they depend on
-- @treturn table list of integers that add up to `total`
function M.split(total, count, ...)
  local weights, sum = {}, 0
  for part = 1, count do
    weights[part] = 1 + M.below(100, part, ...)
    sum = sum + weights[part]
  end
  local parts, rest = {}, total
  for part = 1, count do
    parts[part] = math.floor(total * weights[part] / sum)
    rest = rest - parts[part]
  end
  parts[1] = parts[1] + rest
  return parts
end

return M
