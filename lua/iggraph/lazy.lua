--- Modules that are loaded when they are first used. Few programs want logins, webhooks and batches, and to read all
-- files takes several times as long as to read those that every call needs.
-- @module iggraph.lazy

--- A table with modules as its fields: the first access loads one.
-- @tparam table modules names of fields -> names of modules
-- @treturn table
return function(modules)
  local function load(self, field)
    local name = modules[field]
    if not name then return nil end
    local module = require(name)
    self[field] = module
    return module
  end
  -- Where `pairs` asks for it (not in Lua 5.1 and LuaJIT) it gives those, too, that were not used yet.
  local function all(self)
    for field in pairs(modules) do load(self, field) end
    return next, self
  end
  return setmetatable({}, { __index = load, __pairs = all })
end
