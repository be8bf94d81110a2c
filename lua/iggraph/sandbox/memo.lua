--- Remembers what a function made of a text: the same names, cursors and captions come again and again.
-- @module iggraph.sandbox.memo

local ROOM, LONGEST = 1000, 1000

--- A table that is filled as it is read, and begins anew when it is full.
-- @tparam function make from a text to its value, always the same one. What is nil or raised, and what came
-- of a long text, is made again each time.
-- @treturn table
return function(make)
  local made, left = {}, ROOM
  local function fill(_, text)
    local value = made[text]
    if value ~= nil then return value end
    value = make(text)
    if value == nil or #text > LONGEST then return value end
    if left == 0 then made, left = {}, ROOM end
    made[text], left = value, left - 1
    return value
  end
  return setmetatable({}, { __index = fill })
end
