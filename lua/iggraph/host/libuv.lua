--- What Neovim and other programs on libuv have in common: a poll handle on the engine's descriptor and
-- a timer for its timeout. A call in a coroutine yields and is resumed from the loop.

local core = require "iggraph.core"
local coroutines = require "iggraph.host.coroutines"

local engine_of, raise = core.loop.engine, core.error.raise

local SHARE = 5e6 -- nanoseconds of resuming before the loop has its turn again

-- Handles of which some keep the loop from ending and others do not.
local function set_ref(handle, is_ref)
  if is_ref then handle:ref() else handle:unref() end
end

--- Makes a host.
-- @param uv the binding of libuv
-- @tparam table ways in which they differ: `in_main(fn)` makes a callback of `fn` that runs where coroutines
-- may be resumed; `check()` raises where plain code cannot wait; `wait(ticket)` waits in it, true where the
-- user interrupts that; `report(text)`
-- @treturn table the host
local function make(uv, ways)
  local host = { spawn = coroutines.spawn, report = ways.report }
  local held = {} -- those who wait: as long as there are any, the loop does not end
  local watched, poll, timer, soon
  local is_pending, run = false, nil

  -- A waker may be a coroutine himself: others are resumed from the loop, not from in there.
  local function run_soon()
    if is_pending then return end
    is_pending = true
    soon = soon or uv.new_timer()
    soon:start(0, 0, run)
  end

  -- Libuv runs timers until none is due: one that is set to 0 in its own callback has all of the loop.
  local function run_later()
    is_pending = true
    soon:start(1, 0, run)
  end

  local function on_event()
    local engine = engine_of()
    engine:step()
    if coroutines.are_ready() then run_soon() end -- tasks that were spawned before the loop ran
    host.drive(engine)
  end

  -- An engine is another one in a process that was forked.
  local function watch(engine)
    if watched == engine then return end
    if poll then poll:close() end
    poll = uv.new_poll(engine:pollfd()) or raise "libuv has a poll handle on the engine's descriptor already"
    watched, timer = engine, timer or uv.new_timer()
  end

  local function set_timer(seconds)
    if not seconds then return timer:stop() end
    uv.update_time()
    timer:start(math.max(1, math.ceil(seconds * 1000)), 0, on_event)
  end

  function host.drive(engine, waiter)
    if waiter then held[waiter] = true end
    watch(engine)
    if engine:is_busy() then poll:start("r", on_event) else poll:stop() end
    set_timer(engine:is_busy() and engine:timeout() or nil)
    local is_awaited = next(held) ~= nil
    set_ref(poll, is_awaited)
    set_ref(timer, is_awaited)
  end

  run = ways.in_main(function()
    is_pending = false
    local ends = uv.hrtime() + SHARE
    coroutines.run(host.report, function() return uv.hrtime() > ends end)
    if coroutines.are_ready() then run_later() end
    host.drive(engine_of())
  end)

  function host.waiter()
    if coroutines.running() then return coroutines.waiter(run_soon, held) end
    ways.check()
  end

  function host.wait(engine, ticket)
    host.drive(engine, ticket)
    local is_interrupted = ways.wait(ticket)
    held[ticket] = nil
    return is_interrupted
  end

  return host
end

return { make = make }
