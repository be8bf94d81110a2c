--- What all kinds of stores have in common: mistakes raise, and a time to live is one that each kind can keep.
-- @module iggraph.store.kind

local core = require "iggraph.core"
local coroutines = require "iggraph.host.coroutines"
local host = require "iggraph.host"

local raise = core.error.raise

local kind = {}

local SHORTEST, LONGEST = 0.001, 1e9 -- seconds; 0 means for ever to nginx, and is a mistake to Redis

local function check(method, name, value)
  if type(value) == "string" then return end
  raise(("store:%s: %s: a string expected, got %s"):format(method, name, type(value)))
end

local function read_ttl(method, ttl)
  if ttl == nil then return nil end
  if type(ttl) ~= "number" or ttl ~= ttl then raise(("store:%s: ttl: seconds expected"):format(method)) end
  return math.min(math.max(ttl, SHORTEST), LONGEST)
end

--- Makes a store.
-- @tparam table ways how this kind does it: `get(key)`, `set(key, value, ttl)`, `add(key, value, ttl)`, `delete(key)`
-- @treturn table the store: the same as methods; see `iggraph.store`
function kind.make(ways)
  local store = {}

  function store.get(_, key)
    check("get", "key", key)
    return ways.get(key)
  end

  for _, method in ipairs { "set", "add" } do
    local way = ways[method]
    store[method] = function(_, key, value, ttl)
      check(method, "key", key)
      check(method, "value", value)
      return way(key, value, read_ttl(method, ttl))
    end
  end

  function store.delete(_, key)
    check("delete", "key", key)
    ways.delete(key)
  end

  return store
end

--- Tells what goes wrong with a store, in the way of the host.
-- @tparam string text
function kind.report(text)
  local report = host.current().report or coroutines.report
  report("iggraph: " .. text)
end

return kind
