--- The host that has nothing else to do: a script. Plain code waits inside of C; the tasks that were
-- spawned run whenever somebody waits.
local coroutines = require "iggraph.host.coroutines"
local raise = require("iggraph.core").error.raise

local NEVER = "what is waited for will never come: nothing is under way"

local function nothing() end

local block = { spawn = coroutines.spawn, drive = nothing }

--- Only a task can be suspended: a coroutine of somebody else's would yield to him.
function block.waiter()
  return coroutines.is_ours() and coroutines.waiter(nothing) or nil
end

--- Returns when the engine has something to do.
function block.wait(engine)
  if not engine:is_busy() then raise(NEVER) end
  engine:wait()
end

--- A loop of somebody else's, that knows how to wait for a descriptor.
-- @tparam table loop `wait(engine)` and `sleep(seconds)`
-- @treturn table the host
function block.of(loop)
  return {
    spawn = block.spawn, waiter = block.waiter, drive = nothing,
    wait = function(engine)
      if not engine:is_busy() then raise(NEVER) end
      loop.wait(engine)
    end,
    sleep = loop.sleep,
    is_shared = true,
  }
end

return block
