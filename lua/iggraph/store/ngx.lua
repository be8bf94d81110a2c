--- The store of all workers of one nginx: a `lua_shared_dict`. What does not fit into it is kept by the worker
-- alone; nginx itself makes room by dropping what was not used for the longest time.
--
-- See <https://github.com/openresty/lua-nginx-module#ngxshareddict>.
-- @module iggraph.store.ngx

local kind = require "iggraph.store.kind"
local memory = require "iggraph.store.memory"
local raise = require("iggraph.core").error.raise

local shared = {}

local function find(name)
  local ngx = rawget(_G, "ngx")
  local dictionaries = type(ngx) == "table" and ngx.shared
  if not dictionaries then raise "iggraph.store.ngx: this is not nginx" end
  if type(name) ~= "string" then raise("iggraph.store.ngx: name: a string expected, got " .. type(name)) end
  return dictionaries[name]
    or raise(("iggraph.store.ngx: nginx has no dictionary '%s': lua_shared_dict %s 1m; makes one"):format(name, name))
end

--- @tparam string name of a `lua_shared_dict`
-- @treturn table a store; raises where there is no such dictionary
function shared.new(name)
  local dictionary, own = find(name), nil
  local ways = {}

  -- What this worker has of its own, from the first time that something does not fit.
  local function keep(why)
    if not own then
      kind.report(("lua_shared_dict '%s' cannot take a value (%s): this worker keeps it alone"):format(name, why))
    end
    own = own or memory.ways()
    return own
  end

  function ways.get(key)
    local value = dictionary:get(key)
    if value == nil and own then value = own.get(key) end
    return value
  end

  function ways.set(key, value, ttl)
    local is_set, why = dictionary:set(key, value, ttl)
    if is_set then
      if own then own.delete(key) end
    else
      dictionary:delete(key) -- an old value would be taken for this one
      keep(why).set(key, value, ttl)
    end
  end

  function ways.add(key, value, ttl)
    if own and own.get(key) then return false end
    local is_added, why = dictionary:add(key, value, ttl)
    if is_added or why == "exists" then return is_added end
    return keep(why).add(key, value, ttl)
  end

  function ways.delete(key)
    dictionary:delete(key)
    if own then own.delete(key) end
  end

  return kind.make(ways)
end

return shared
