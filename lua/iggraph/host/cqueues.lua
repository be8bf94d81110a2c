--- The host of programs on cqueues. A call waits for a condition; in each controller one coroutine drives
-- the engine as long as anything of that controller is under way.
local cqueues = require "cqueues"
local auxlib = require "cqueues.auxlib"
local condition = require "cqueues.condition"

local block = require "iggraph.host.block"
local core = require "iggraph.core"
local coroutines = require "iggraph.host.coroutines"

local loop = core.loop

local host = { wait = block.wait }

-- --- the driver ----------------------------------------------------------------------------------

local WEAK = { __mode = "k" } -- who is gone waits for nothing

-- controller -> its driver: `change` has it look again, `waiting` are those who wait, `ahead` the tickets of
-- what was begun and nobody waits for yet
local drivers = setmetatable({}, WEAK)

local function is_any_ahead(driver)
  for ticket in pairs(driver.ahead) do
    if not loop.is_over(ticket) then return true end
    driver.ahead[ticket] = nil
  end
  return false
end

local function work(driver)
  local engine = loop.engine()
  while next(driver.waiting) or is_any_ahead(driver) or engine:owes() do
    cqueues.poll(engine, driver.change)
    engine:step()
    coroutines.run() -- tasks that were spawned before the controller ran
  end
  driver.is_working = false
end

local function driver_of(controller)
  local driver = drivers[controller]
  if driver then return driver end
  driver = {
    change = condition.new(), waiting = setmetatable({}, WEAK), ahead = setmetatable({}, WEAK), is_working = false,
  }
  drivers[controller] = driver
  return driver
end

function host.drive(_, waiter, ahead)
  local controller = cqueues.running()
  if not controller then return end
  local driver = driver_of(controller)
  if waiter then
    driver.waiting[waiter], waiter.driver = true, driver
  elseif ahead then
    driver.ahead[ahead] = true
  end
  if driver.is_working then return driver.change:signal() end
  driver.is_working = true
  controller:wrap(work, driver)
end

-- --- those who wait ------------------------------------------------------------------------------

local Waiter = {}
Waiter.__index = Waiter

function Waiter:park()
  if self.is_woken then return cqueues.sleep(0) end
  self.news:wait()
end

function Waiter:wake()
  self.is_woken = true
  self.driver.waiting[self] = nil
  self.driver.change:signal()
  self.news:signal()
end

function host.waiter()
  if not cqueues.running() then return nil end -- outside of a controller: a plain script
  return setmetatable({ news = condition.new() }, Waiter)
end

function host.spawn(fn)
  local controller = cqueues.running()
  if core.yields_in_pcall then return controller:wrap(fn) end
  local thread = coroutine.create(fn) -- its error must not end the controller
  controller:wrap(function()
    local ok, err = auxlib.resume(thread)
    if not ok then coroutines.fail(thread, err) end
  end)
end

return host
