--- The store of one process. It is bounded: where it is full, what is over goes, or would be over soonest.
-- @module iggraph.store.memory

local kind = require "iggraph.store.kind"
local now = require("iggraph.core").loop.now

local memory = {}

local MOST, KEPT = 10000, 7500 -- keys; room is made for many at once, because that looks at all of them

--- How a store in memory does it; for other kinds, as what they have where theirs is out of reach.
-- @treturn table for `iggraph.store.kind`
function memory.ways()
  local values, ends, count = {}, {}, 0
  local ways = {}

  local function drop(key)
    if values[key] == nil then return end
    values[key], ends[key], count = nil, nil, count - 1
  end

  local function make_room()
    local keys = {}
    for key in pairs(values) do keys[#keys + 1] = key end
    table.sort(keys, function(a, b) return ends[a] < ends[b] end)
    for i = 1, #keys - KEPT do drop(keys[i]) end
  end

  function ways.get(key)
    if values[key] and ends[key] <= now() then drop(key) end
    return values[key]
  end

  function ways.set(key, value, ttl)
    if not values[key] then
      if count >= MOST then make_room() end
      count = count + 1
    end
    values[key], ends[key] = value, ttl and now() + ttl or math.huge
  end

  function ways.add(key, value, ttl)
    if ways.get(key) then return false end
    ways.set(key, value, ttl)
    return true
  end

  ways.delete = drop
  return ways
end

--- @treturn table a store
function memory.new() return kind.make(memory.ways()) end

return memory
