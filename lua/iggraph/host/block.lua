--- The host that has nothing else to do: a script. Waits inside of C.
local core = require "iggraph.core"

return {
  --- Returns when the engine has something to do.
  wait = function(engine) engine:wait() end,
  --- @tparam number seconds
  sleep = core.loop.sleep,
}
