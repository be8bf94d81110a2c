--- Waiting: the one place where a call stands still. What is waited for is a ticket: a transfer, a time,
-- or a ring. Where the host can suspend the one who waits, its waiter is parked until the ticket's news
-- wake it; in plain code the host's `wait` drives the engine. See `iggraph.host`.

local core = require "iggraph.core"
local coroutines = require "iggraph.host.coroutines"

local loop, raise = core.loop, core.error.raise
local engine_of, is_over, is_yieldable = loop.engine, loop.is_over, loop.is_yieldable

local wait = {}

-- Each step wakes those whose tickets are over, whoever takes it.
local step = loop.methods.step
function loop.methods.step(engine)
  step(engine)
  wait.tell(engine)
end

--- Wakes those who wait for what is over.
-- @param[opt] engine nil: there is none, and so nobody
function wait.tell(engine)
  if not engine then return end
  local waiter = engine:news()
  while waiter do
    waiter:wake()
    waiter = engine:news()
  end
end

--- Ends a ticket now; a transfer is cancelled.
function wait.ring(ticket)
  loop.ring(ticket)
  wait.tell(engine_of())
end

local function raise_in_words(err)
  local words = coroutines.in_words(err)
  if words == err then error(err, 0) end
  raise(words)
end

-- Lua 5.2 tells only when it is tried whether a coroutine can be suspended.
local function park(waiter)
  if is_yieldable then return waiter:park() end
  local ok, err = pcall(waiter.park, waiter)
  if ok then return end
  waiter.is_parked = false
  loop.ring(waiter.ticket)
  raise_in_words(err)
end

local function suspend(host, engine, waiter, ticket)
  loop.await(ticket, waiter)
  waiter.ticket = ticket
  host.drive(engine, waiter)
  if is_over(ticket) then waiter:wake() end -- others have their turn even where answers come at once
  repeat park(waiter) until is_over(ticket)
end

-- In plain code several coroutines of somebody's loop may watch the engine's descriptor. When the step of
-- one has ended what another waits for, the descriptor is kept readable until that one has seen it.
local Watcher = {}
Watcher.__index = Watcher

local stepping
local unseen = setmetatable({}, { __mode = "k" })

function Watcher:wake()
  if self == stepping or self.is_gone then return end
  unseen[self] = true
  engine_of():ring(true)
end

local function has_seen(watcher, engine)
  if not unseen[watcher] then return end
  unseen[watcher] = nil
  if not next(unseen) then engine:ring(false) end
end

-- A loop of somebody's may want to yield where it cannot, or raise for reasons of its own.
local function look(host, engine, ticket, watcher)
  if not watcher then return host.wait(engine, ticket) end
  local may_yield = coroutines.running() and (not is_yieldable or is_yieldable())
  if may_yield and not core.yields_in_pcall then
    host.wait(engine)
    return false
  end
  local ok, err = pcall(host.wait, engine)
  if ok then return false end
  watcher.is_gone = true
  has_seen(watcher, engine)
  loop.ring(ticket)
  raise_in_words(err)
end

local function drive(host, engine, ticket)
  local watcher
  if host.is_shared then
    watcher = setmetatable({}, Watcher)
    loop.await(ticket, watcher)
  end
  local is_interrupted = false
  coroutines.run(host.report)
  while not is_over(ticket) do
    is_interrupted = look(host, engine, ticket, watcher)
    stepping = watcher
    engine:step()
    stepping = nil
    coroutines.run(host.report)
  end
  if watcher then has_seen(watcher, engine) end
  return is_interrupted
end

--- Raises where one cannot wait.
-- @tparam table host
-- @return a waiter for the running code, nil where that is plain
function wait.waiter(host)
  local waiter = host.waiter()
  if waiter and is_yieldable and not is_yieldable() then raise(coroutines.CANNOT) end
  return waiter
end

--- Begins something and waits until it is over.
-- @tparam table host
-- @tparam function start begins it and returns its ticket
-- @param ... the arguments of `start`
-- @return the ticket; raises where one cannot wait, and then begins nothing
-- @treturn boolean whether the user has interrupted it
function wait.on(host, start, ...)
  local waiter = wait.waiter(host)
  local ticket, task = start(...), coroutines.task()
  if task then
    if task.cancelled then loop.ring(ticket) end
    task.ticket, task.host = ticket, host
    if waiter then waiter.task = task end
  end
  local engine = engine_of()
  engine:step()
  local is_interrupted = false
  if waiter then suspend(host, engine, waiter, ticket) else is_interrupted = drive(host, engine, ticket) end
  if task then task.ticket = nil end
  return ticket, is_interrupted
end

--- Lets what was begun go on while its caller does other things.
function wait.go_on(host, ticket)
  local engine = engine_of()
  engine:step()
  host.drive(engine, nil, ticket)
end

--- @tparam table host
-- @tparam number seconds
-- @treturn boolean whether the user has interrupted it, or the task that it is in was cancelled
function wait.sleep(host, seconds)
  local task = coroutines.task()
  if host.sleep and not task then -- a task may be cancelled
    host.sleep(seconds)
    return false
  end
  local _, is_interrupted = wait.on(host, loop.ticket, seconds)
  return is_interrupted or task ~= nil and task.cancelled
end

--- The same for a call that goes on afterwards.
-- @tparam table host
-- @tparam number seconds
-- @param client
-- @treturn ?string why it does not
function wait.pause(host, seconds, client)
  if wait.sleep(host, seconds) then return "interrupted" end
  if not core.client.is_open(client) then return "the client was closed" end
end

return wait
