--- Which host a client waits in. A host is a table of two functions, and nothing else in the module
-- knows one: `wait(engine)` returns when the engine's descriptor is readable or its timeout over,
-- `sleep(seconds)` when that time is.

local raise = require("iggraph.core").error.raise

local host = {}

local names = { block = "iggraph.host.block" }

--- @tparam string|table|nil choice the `host` option of `iggraph.new`
-- @treturn table the host; raises for an unknown name
function host.find(choice)
  if choice == nil then choice = "block" end
  if type(choice) == "table" then
    for _, name in ipairs { "wait", "sleep" } do
      if type(choice[name]) ~= "function" then
        raise(("iggraph.new: host.%s must be a function"):format(name))
      end
    end
    return choice
  end
  if type(choice) ~= "string" then raise("iggraph.new: host must be a name or a table") end
  if not names[choice] then raise(("iggraph.new: host '%s' is not known"):format(choice)) end
  return require(names[choice])
end

return host
