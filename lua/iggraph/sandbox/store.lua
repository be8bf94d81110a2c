--- Where a server keeps its counters: a plain table, or a dictionary that all nginx workers share.
-- Both have the same four functions.
-- @module iggraph.sandbox.store
local M = {}

--- A store in memory, for one process.
-- @treturn table `get(key)`, `set(key, value)`, `add(key, amount)` (returns the sum), `clear()`
function M.memory()
  local values = {}
  return {
    get = function(key) return values[key] end,
    set = function(key, value) values[key] = value end,
    add = function(key, amount)
      values[key] = (values[key] or 0) + amount
      return values[key]
    end,
    clear = function() values = {} end,
  }
end

--- The same over a `lua_shared_dict`.
-- @param dictionary one of `ngx.shared`
-- @treturn table as from `memory`
function M.shared(dictionary)
  return {
    get = function(key) return dictionary:get(key) end,
    set = function(key, value) dictionary:set(key, value) end,
    add = function(key, amount) return (dictionary:incr(key, amount, 0)) end,
    clear = function() dictionary:flush_all() end,
  }
end

return M
