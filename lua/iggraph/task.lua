--- Several calls at a time, in every host: tasks.
-- @classmod task

local core = require "iggraph.core"
local coroutines = require "iggraph.host.coroutines"
local hosts = require "iggraph.host"
local near = require "iggraph.near"
local wait = require "iggraph.wait"

local raise, fail, ticket = core.error.raise, core.error.fail, core.loop.ticket
local unpack = table.unpack or unpack -- luacheck: read globals unpack

local task = {}
task.__index = task
task.__name = "iggraph.task"

local CONCURRENCY = 16

local function pack(...) return { n = select("#", ...), ... } end

local function cancelled() return fail("cancelled", nil, nil, "the task was cancelled") end

-- An error of this module is what a call in the task failed with: nil, err, kind, as the call gave it.
local function failure(err)
  if err == nil then err = "an error without a value" end
  local is_ours = type(err) == "table" and getmetatable(err) == false
  return pack(nil, err, is_ours and rawget(err, "kind") or nil)
end

-- --- the end of a task ---------------------------------------------------------------------------

local newproxy = rawget(_G, "newproxy") -- before Lua 5.2 tables are collected in silence

local function at_collection(action)
  if not newproxy then return setmetatable({}, { __gc = action }) end
  local proxy = newproxy(true)
  getmetatable(proxy).__gc = action
  return proxy
end

-- An error that nobody asked for is told when nobody can ask for it any more.
local function tell_if_unseen(self, err)
  local report, was_seen = self.host.report or coroutines.report, { false }
  self.was_seen = was_seen
  self.unseen = at_collection(function()
    if not was_seen[1] then report("iggraph: a task that nobody waited for failed: " .. tostring(err)) end
  end)
end

local function settle(self, results)
  self.results = results
  if self.round then self.round:take(self) end
  local waiting = self.waiting
  for i = 1, #waiting do
    local one = waiting[i]
    waiting[i] = nil
    wait.ring(one)
  end
end

-- What becomes of a result that there is no room for.
local NO_MEMORY = pack(nil, "not enough memory")

--- What a task returned, or the error that it raised; called once more after `cancel`, to no effect. Whoever waits is
-- told, even where there is no memory left.
-- @local
function task:finish(ok, ...)
  if self.results then return end
  if not ok then pcall(tell_if_unseen, self, (...)) end
  local has_room, results = pcall(ok and pack or failure, ...)
  settle(self, has_room and results or NO_MEMORY)
end

-- Where pcall cannot be yielded through, who resumes the coroutine tells of the error.
local protected = core.yields_in_pcall and pcall or function(fn, ...) return true, fn(...) end

-- --- tasks ---------------------------------------------------------------------------------------

-- A function for a coroutine. Nginx leaves the variables of a thread that it kills in pieces, so that none
-- must be used from outside: here they are this function's own.
local function bound(fn, self, ...)
  local arguments = pack(...)
  return function() fn(self, unpack(arguments, 1, arguments.n)) end
end

-- With room for what comes later: that nobody may be told of for want of memory.
local function new()
  return setmetatable({
    waiting = {}, host = hosts.current(), thread = false, ticket = false, results = false, cancelled = false,
    was_seen = false, unseen = false, round = false, index = false,
  }, task)
end

local function carry_out(self, fn, ...)
  coroutines.carry_out(self)
  if not self.results then self:finish(protected(fn, ...)) end
end

local function check_function(name, fn)
  if type(fn) ~= "function" then raise(("iggraph.%s: a function expected, got %s"):format(name, type(fn))) end
end

--- Runs a function beside what else goes on, in every host: until it first waits at once, then whenever
-- its calls have their answers. In a plain script that is while anybody waits for anything, and a task
-- that nobody refers to any more ends; in a loop it goes on by itself. (In cqueues it begins with the
-- controller's next step.)
-- @function iggraph.spawn
-- @tparam function fn
-- @param ... its arguments
-- @treturn task
local function spawn(fn, ...)
  check_function("spawn", fn)
  local self = new()
  self.thread = self.host.spawn(bound(carry_out, self, fn, ...), self)
  return self
end

local function join(self)
  local waiting = ticket()
  self.waiting[#self.waiting + 1] = waiting
  return waiting
end

local function check_task(self, name)
  if getmetatable(self) ~= task then raise(("task:%s: a task expected, got %s"):format(name, type(self))) end
end

--- Waits until it is over.
-- @return what its function returned. Where that raised an error: `nil, err, kind` for one of this module,
-- `nil, err` for any other. `nil, err, "cancelled"` after `cancel`
function task:wait()
  check_task(self, "wait")
  if not self.results then
    if coroutines.task() == self then raise "task:wait: a task cannot wait for its own end" end
    wait.on(hosts.current(self.host), join, self)
    if not self.results then return cancelled() end -- who waits was cancelled himself
  end
  if self.was_seen then self.was_seen[1] = true end
  if self.host.reap and not self.cancelled then self.host.reap(self.thread) end
  return unpack(self.results, 1, self.results.n)
end

--- Ends it: the call that it waits for is dropped, that one and each later call in it gives
-- `nil, err, "cancelled"`, and so does `wait`, at once. One that is over stays as it is.
function task:cancel()
  check_task(self, "cancel")
  if self.results then return end
  self.cancelled = true
  settle(self, pack(cancelled()))
  if self.ticket then wait.ring(self.ticket) end
end

function task:__tostring()
  local state = self.cancelled and "cancelled" or self.results and "over" or "under way"
  return ("iggraph.task (%s)"):format(state)
end

-- --- map -----------------------------------------------------------------------------------------

local OPTIONS = { concurrency = true }

local function check_concurrency(options)
  if options == nil then return CONCURRENCY end
  if type(options) ~= "table" then raise "iggraph.map: options: a table expected" end
  for name in pairs(options) do
    if not OPTIONS[name] then
      raise(("iggraph.map: unknown option '%s'%s"):format(tostring(name), near(name, OPTIONS)))
    end
  end
  local concurrency = options.concurrency or CONCURRENCY
  local is_right = type(concurrency) == "number" and concurrency >= 1 -- and no NaN
  if not is_right then
    raise "iggraph.map: concurrency must be a number of 1 or more"
  end
  return math.floor(concurrency)
end

-- One call of map: what is left to do, and what came of the rest.
local round = {}
round.__index = round

function round:ring()
  if self.bell then wait.ring(self.bell) end
end

function round:worker_ends()
  self.running = self.running - 1
  self:ring()
end

-- A task of it is over.
function round:take(one)
  self.results[one.index], self.tasks[one.index] = one.results, nil
  if not one.was_seen then return end
  one.was_seen[1] = true
  -- Where an error cannot be caught in it, it is the end of the coroutine, too.
  if not core.yields_in_pcall then self:worker_ends() end
end

function round:take_next()
  local one = new()
  one.round, one.index = self, self.next
  self.tasks[one.index] = one
  self.next = self.next + 1
  return one
end

local function work_through(self, worker)
  while self.next <= self.total do
    coroutines.carry_out(worker)
    local one = self:take_next()
    local ok, err = protected(carry_out, one, self.fn, self.list[one.index], one.index)
    if not ok then one:finish(false, err) end
  end
end

-- What carries out its tasks, one after the other. One that has no memory to go on leaves the rest to the others, and
-- to those that `map` starts in its place.
local Worker = {}
Worker.__index = Worker

function Worker:work()
  protected(work_through, self.round, self)
  self:finish()
end

function Worker:finish()
  if self.is_over then return end
  self.is_over = true
  self.round:worker_ends()
end

function round:start(most)
  while self.running < most and self.next <= self.total do
    local worker = setmetatable({ round = self, is_over = false }, Worker)
    self.running = self.running + 1
    self.threads[#self.threads + 1] = self.host.spawn(bound(worker.work, worker), worker)
  end
end

local function new_bell(self)
  self.bell = ticket()
  return self.bell
end

function round:cancel()
  for index = self.next, self.total do self.results[index] = pack(cancelled()) end
  self.next = self.total + 1
  for _, one in pairs(self.tasks) do one:cancel() end
end

--- Calls a function for each item of a list, several at a time.
-- @function iggraph.map
-- @tparam table list
-- @tparam function fn is called with the item and its index
-- @tparam[opt] table options
-- @tparam[opt=16] number options.concurrency so many at a time
-- @treturn table in the order of the list what `task:wait` would have given for each, packed:
-- `{ n = 1, value }`, or `{ n = 3, nil, err, kind }`. One that fails does not stop the others
local function map(list, fn, options)
  if type(list) ~= "table" then raise "iggraph.map: a list expected" end
  check_function("map", fn)
  local most, me, host = check_concurrency(options), coroutines.task(), hosts.current()
  wait.waiter(host)
  local self = setmetatable({
    list = list, fn = fn, host = host, total = #list, next = 1, running = 0,
    results = {}, tasks = {}, threads = {}, bell = false,
  }, round)
  for index = 1, self.total do self.results[index] = false end
  repeat
    self:start(most)
    local _, one = next(self.tasks) -- whose calls tell how to wait
    local is_interrupted = false
    if self.running > 0 then
      _, is_interrupted = wait.on(hosts.current(one and one.host), new_bell, self)
    end
    if is_interrupted or me and me.cancelled then
      self:cancel()
      return self.results
    end
  until self.running == 0 and self.next > self.total
  if host.reap then
    for _, thread in ipairs(self.threads) do host.reap(thread) end
  end
  return self.results
end

return { spawn = spawn, map = map }
