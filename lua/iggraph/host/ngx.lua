--- The host of OpenResty. Nginx lets Lua watch no descriptor of others, so one driver a worker, a timer's
-- light thread, steps the engine every millisecond or so while transfers are under way; those who wait do so
-- on semaphores. See README, "How it is built".
local semaphore = require "ngx.semaphore"

local core = require "iggraph.core"

local ngx = ngx -- luacheck: read globals ngx
local loop, raise = core.loop, core.error.raise

local host = {}

-- The phases in which nginx can suspend a light thread.
local WAITS = {
  rewrite = true, server_rewrite = true, access = true, content = true, timer = true, preread = true,
  ssl_cert = true, ssl_session_fetch = true, ssl_client_hello = true,
}

local function check_phase()
  local phase = ngx.get_phase()
  if not WAITS[phase] then
    local words = "cannot wait here: nginx does not in its %s phase, but in rewrite, access, content and timers"
    raise(words:format(phase))
  end
end

-- --- the driver ----------------------------------------------------------------------------------

-- Each time that nginx wakes for it costs 20 us and more: so not often where no answer is to be expected.
local SHORTEST, LONGEST, PART_OF_AGE = 0.001, 0.01, 0.05 -- seconds, seconds, of the youngest transfer
local GONE_EVERY = 0.1 -- seconds

local parked = {} -- ticket -> who waits for it
local driver -- what wakes it before its time; nil: there is none
local is_stepping = false

-- Nginx ends the light threads of a request whose client has gone, and says nothing. Who waits on his
-- semaphore no longer, and was not woken, is gone.
local function drop_the_gone()
  for ticket, waiter in pairs(parked) do
    if waiter.news:count() >= 0 then
      parked[ticket] = nil
      loop.ring(ticket)
      if waiter.task then waiter.task:cancel() end
    end
  end
end

local function pause(engine)
  local age, timeout = engine:age(), engine:timeout()
  if not age then return timeout or 0 end
  return math.max(SHORTEST, math.min(LONGEST, math.max(age * PART_OF_AGE, engine:lull())))
end

local function drive()
  local change, engine, next_look = driver, loop.engine(), 0
  while engine:is_busy() do
    change:wait(pause(engine))
    is_stepping = true
    engine:step()
    is_stepping = false
    if ngx.now() >= next_look then
      drop_the_gone()
      next_look = ngx.now() + GONE_EVERY
    end
  end
  driver = nil
end

function host.drive()
  if driver then
    if driver:count() < 1 then driver:post() end
    return
  end
  driver = semaphore.new()
  local ok = ngx.timer.at(0, function()
    local ok, err = pcall(drive)
    if not ok then
      driver, is_stepping = nil, false
      ngx.log(ngx.ERR, "iggraph: ", err)
    end
  end)
  if not ok then driver = nil end -- too many timers: those who wait will step, and try again
end

-- --- those who wait ------------------------------------------------------------------------------

local LOOK_AGAIN = 10 -- seconds
local SPARE = 256
local AT_ONCE = 3

local at_once = 0

local Waiter = {}
Waiter.__index = Waiter

local spare = {} -- semaphores to be used again

-- Where answers come at once, others have their turn after a few. (Not by ngx.sleep(0): without a patch of
-- nginx that returns in the same turn, and logs a warning.)
local function give_way()
  at_once = at_once + 1
  if at_once % AT_ONCE == 0 then ngx.sleep(SHORTEST) end
end

function Waiter:park()
  if self.is_woken then return give_way() end
  parked[self.ticket] = self
  local is_woken = self.news:wait(driver and LOOK_AGAIN or SHORTEST)
  if parked[self.ticket] == self then parked[self.ticket] = nil end
  if not is_woken then
    if not driver then loop.engine():step() end
    return host.drive()
  end
  if #spare < SPARE then spare[#spare + 1] = self.news end
end

function Waiter:wake()
  self.is_woken = true
  if not parked[self.ticket] then return end
  parked[self.ticket] = nil
  self.news:post()
  if not is_stepping then host.drive() end -- there may be nothing left to do for it
end

function host.waiter()
  check_phase()
  return setmetatable({ news = table.remove(spare) or semaphore.new() }, Waiter)
end

-- A light thread that has ended stays in nginx's books until its parent waits for it.
local parents = setmetatable({}, { __mode = "k" })

function host.spawn(fn)
  check_phase()
  local thread = ngx.thread.spawn(fn)
  parents[thread] = coroutine.running()
  return thread
end

--- Takes a thread that has ended out of them.
function host.reap(thread)
  if parents[thread] == coroutine.running() then ngx.thread.wait(thread) end
  parents[thread] = nil
end

function host.report(text) ngx.log(ngx.ERR, text) end

return host
