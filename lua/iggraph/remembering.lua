--- A table that remembers what was used last, and lets go of the rest: two halves, of which the older one goes when
-- the newer one is full.
-- @module iggraph.remembering

local ROOM = 2000 -- of each half

--- @treturn table to be read and written like any other; not to be iterated
return function()
  local new, old, count = {}, {}, 0
  local function put(_, key, value)
    if new[key] == nil then
      if count == ROOM then new, old, count = {}, new, 0 end
      count = count + 1
    end
    new[key] = value
  end
  local function get(self, key)
    local value = new[key]
    if value ~= nil then return value end
    value = old[key]
    if value ~= nil then put(self, key, value) end
    return value
  end
  return setmetatable({}, { __index = get, __newindex = put })
end
