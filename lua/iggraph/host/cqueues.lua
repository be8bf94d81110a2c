--- The host of programs on cqueues. A call waits for a condition; in each controller one coroutine drives
-- the engine while there is anything under way.
local cqueues = require "cqueues"
local condition = require "cqueues.condition"

local block = require "iggraph.host.block"
local loop = require("iggraph.core").loop

local host = { wait = block.wait }

local Waiter = {}
Waiter.__index = Waiter

function Waiter:park() self.news:wait() end

function Waiter:wake()
  self.is_woken = true
  self.news:signal()
end

function host.waiter()
  if not cqueues.running() then return nil end -- outside of a controller: a plain script
  return setmetatable({ news = condition.new() }, Waiter)
end

-- controller -> the condition that has its driver look at the engine's timeout again
local drivers = setmetatable({}, { __mode = "k" })

function host.drive()
  local controller = cqueues.running()
  if not controller then return end
  if drivers[controller] then return drivers[controller]:signal() end
  local change = condition.new()
  drivers[controller] = change
  controller:wrap(function()
    local engine = loop.engine()
    while engine:is_busy() do
      cqueues.poll(engine, change)
      engine:step()
    end
    drivers[controller] = nil
  end)
end

function host.spawn(fn)
  cqueues.running():wrap(fn)
end

return host
