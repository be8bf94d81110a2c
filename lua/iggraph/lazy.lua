--- Modules that are loaded when they are first used. Few programs want logins, webhooks and batches, and to read all
-- files takes several times as long as to read those that every call needs.
-- @module iggraph.lazy

local IS_MARK = { userdata = true, number = true } -- in Lua 5.1, in LuaJIT

-- These two leave a mark in place of a module that failed, and take it for one that is being loaded from then on: what
-- was short for a moment, memory say, would be missing for ever, and nobody would be told why.
local function forget_the_failed()
  for name, module in pairs(package.loaded) do
    if IS_MARK[type(module)] and tostring(name):find "^iggraph%." then package.loaded[name] = nil end
  end
end

--- A table with modules as its fields: the first access loads one.
-- @tparam table modules names of fields -> names of modules
-- @treturn table
return function(modules)
  local function load(self, field)
    local name = modules[field]
    if not name then return nil end
    local ok, module = pcall(require, name)
    if not ok then
      forget_the_failed()
      error(module, 0)
    end
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
