--- Where a server keeps what it has to remember: a plain table, or a dictionary that all nginx workers share.
-- Both have the same functions.
-- @module iggraph.sandbox.store
local cjson = require("cjson").new()

local ngx = ngx -- luacheck: read globals ngx

local M = {}

-- What both kinds have beyond their own functions: tables, kept as JSON, and lists of them that grow.
local function complete(store)
  function store.put(key, value) store.set(key, cjson.encode(value)) end
  function store.take(key)
    local text = store.get(key)
    return text and cjson.decode(text) or nil
  end
  function store.append(key, value)
    local number = store.add(key .. "#", 1)
    store.put(key .. "#" .. number, value)
    return number
  end
  function store.length(key) return store.get(key .. "#") or 0 end
  function store.item(key, number) return store.take(key .. "#" .. number) end
  return store
end

--- A store in memory, for one process.
-- @treturn table `get(key)`, `set(key, value)`, `add(key, amount)` (returns the sum), `clear()`; `exclusively(run)`,
-- which returns what `run` does while nobody else runs anything by it, and must not wait for anything; for tables
-- `put(key, value)`, `take(key)`; for lists of tables `append(key, value)` (returns its number), `length(key)`,
-- `item(key, number)`
function M.memory()
  local values = {}
  return complete {
    get = function(key) return values[key] end,
    set = function(key, value) values[key] = value end,
    add = function(key, amount)
      values[key] = (values[key] or 0) + amount
      return values[key]
    end,
    clear = function() values = {} end,
    exclusively = function(run) return run() end,
  }
end

local LOCK, LOCK_LIFE = "lock", 1 -- seconds, after which whoever had the lock has died

-- Others have the lock for some microseconds, too few for going to sleep.
local function lock(dictionary)
  repeat
    local got, err = dictionary:add(LOCK, true, LOCK_LIFE)
    if not got then ngx.update_time() end -- or the lock would never be too old
  until got or err ~= "exists"
end

--- The same over a `lua_shared_dict`.
-- @param dictionary one of `ngx.shared`
-- @treturn table as from `memory`
function M.shared(dictionary)
  return complete {
    get = function(key) return dictionary:get(key) end,
    set = function(key, value) dictionary:set(key, value) end,
    add = function(key, amount) return (dictionary:incr(key, amount, 0)) end,
    clear = function() dictionary:flush_all() end,
    exclusively = function(run)
      lock(dictionary)
      local ok, result = pcall(run)
      dictionary:delete(LOCK)
      if not ok then error(result, 0) end
      return result
    end,
  }
end

return M
