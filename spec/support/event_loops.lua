--- The event loops that specs run functions in: how each begins coroutines, sleeps and comes to its end.
--
--    local cqueues = event_loops.cqueues()   -- or nil and why it cannot be had
--    cqueues.run { function() cqueues.sleep(0.1) end, … }
--
-- @module spec.support.event_loops
local assert = require "luassert"

local event_loops = {
  STUCK = 30, -- seconds after which `run` gives up
}

local FORGOTTEN = "somebody was forgotten, or holds up the loop"

--- @treturn ?table `run(functions)`: each in a coroutine, until nothing is left to do; `sleep(seconds)`;
-- `controller(functions)`: one that was not run yet; `finish(controller)`
function event_loops.cqueues()
  local found, cqueues = pcall(require, "cqueues")
  if not found then return nil, cqueues end
  local self = { sleep = cqueues.sleep }

  function self.controller(functions)
    local controller = cqueues.new()
    for _, fn in ipairs(functions) do controller:wrap(fn) end
    return controller
  end

  function self.finish(controller)
    assert(controller:loop(event_loops.STUCK))
    assert.is_true(controller:empty(), FORGOTTEN)
  end

  function self.run(functions) self.finish(self.controller(functions)) end

  return self
end

--- @treturn ?table `run` and `sleep` as above; `after(seconds, fn)`: a callback; `start(functions)`: begins
-- coroutines; `resume(thread)`; `finish()`: runs the loop until it ends by itself
function event_loops.luv()
  local found, uv = pcall(require, "luv")
  if not found then return nil, uv end
  local self = {}

  -- luv ends the process for an error in a callback.
  function self.resume(thread)
    local ok, err = coroutine.resume(thread)
    if not ok then io.stderr:write(debug.traceback(thread, tostring(err)), "\n") end
  end

  function self.start(functions)
    for _, fn in ipairs(functions) do self.resume(coroutine.create(fn)) end
  end

  function self.after(seconds, fn)
    local timer = uv.new_timer()
    timer:start(seconds * 1000, 0, function()
      timer:close()
      fn()
    end)
  end

  function self.sleep(seconds)
    local thread = coroutine.running()
    self.after(seconds, function() self.resume(thread) end)
    coroutine.yield()
  end

  function self.finish()
    local guard, is_stuck = uv.new_timer(), false
    uv.update_time() -- a loop that has not run for a while is late, and so would be the guard's time
    guard:start(event_loops.STUCK * 1000, 0, function()
      is_stuck = true
      uv.stop()
    end)
    guard:unref()
    uv.run()
    guard:close()
    uv.run "nowait"
    assert.is_false(is_stuck, FORGOTTEN)
  end

  function self.run(functions)
    self.after(0, function() self.start(functions) end)
    self.finish()
  end

  return self
end

return event_loops
