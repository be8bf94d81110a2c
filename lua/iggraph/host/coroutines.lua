--- The coroutines that are resumed from here: those that wait in a script, Neovim or libuv. A host that
-- has a scheduler of its own (nginx, cqueues) resumes its own.

local core = require "iggraph.core"

local coroutines = {}

local running, yield = coroutine.running, coroutine.yield

local ours = setmetatable({}, { __mode = "k" })   -- the coroutines that `spawn` made
local tasks = setmetatable({}, { __mode = "kv" }) -- coroutine -> the task that it carries out

local first, last -- of the waiters to be resumed; each has the next. To be queued takes no memory

--- @return the running coroutine, or nil in plain code
function coroutines.running()
  local thread, is_main = running()
  return not is_main and thread or nil
end

--- @return the task that is running, or nil
function coroutines.task() return tasks[coroutines.running()] end

--- Whether a coroutine carries out a task that was cancelled.
function coroutines.is_cancelled(thread)
  local task = tasks[thread]
  return task ~= nil and task.cancelled
end

--- The running coroutine carries out this task.
function coroutines.carry_out(task) tasks[coroutines.running()] = task end

--- Whether the running coroutine was made by `spawn`.
function coroutines.is_ours() return ours[coroutines.running()] end

local Waiter = {}
Waiter.__index = Waiter

--- Somebody else may resume it, too: the caller has to look whether it is time.
function Waiter:park()
  self.is_parked = true
  yield()
  self.is_parked = false
end

function Waiter:wake()
  if self.held then self.held[self] = nil end
  if not self.is_queued then
    if last then last.next = self else first = self end
    last, self.is_queued = self, true
  end
  self.notify()
end

--- A waiter for the running coroutine.
-- @tparam function notify is called when there is something to run
-- @tparam[opt] table held where the host has it as a key while it is parked, and `wake` takes it out:
-- without that, a coroutine that nobody else refers to is collected while it waits
function coroutines.waiter(notify, held)
  return setmetatable({
    thread = running(), notify = notify, held = held,
    next = false, is_queued = false, is_parked = false, ticket = false, task = false, -- room for them
  }, Waiter)
end

--- Tells what went wrong where nobody is left to be told by a return value or an error.
function coroutines.report(text) io.stderr:write(text, "\n") end

--- What a coroutine is told that tries to wait where it cannot be suspended.
coroutines.CANNOT = "cannot wait here: a coroutine cannot be suspended inside of a function that C has called"
  .. " (table.sort, require, a metamethod)"
if not core.yields_in_pcall then
  coroutines.CANNOT = coroutines.CANNOT .. ", and in Lua 5.1 neither inside of pcall nor in a for loop's"
    .. " iterator: take items by cursor:next() in a while loop"
end

--- The same where only the attempt could tell: Lua 5.2, and metamethods in Lua 5.1.
function coroutines.in_words(err)
  if type(err) ~= "string" or not err:find("attempt to yield", 1, true) then return err end
  return coroutines.running() and coroutines.CANNOT or "cannot wait here: the loop yields, and this is no coroutine"
end

--- An error has ended a coroutine: tells its task, or else reports it.
function coroutines.fail(thread, err, report)
  if type(err) == "string" and err:find("attempt to yield across", 1, true) then err = coroutines.CANNOT end
  local task = tasks[thread]
  if task then return task:finish(false, err) end
  (report or coroutines.report)("iggraph: a coroutine failed: " .. debug.traceback(thread, tostring(err)))
end

local function resume(thread, report)
  local ok, err = coroutine.resume(thread)
  if not ok then coroutines.fail(thread, err, report) end
end

--- Resumes those that are ready, and those that this makes ready.
-- @tparam[opt] function report is told of the error of a coroutine that nobody else resumes
-- @tparam[opt] function is_enough ends it early
-- @treturn boolean whether there were any
function coroutines.run(report, is_enough)
  local found = first ~= nil
  while first and not (is_enough and is_enough()) do
    local waiter = first
    first = waiter.next or nil
    if not first then last = nil end
    waiter.next, waiter.is_queued = false, false
    if waiter.is_parked and coroutine.status(waiter.thread) == "suspended" then
      resume(waiter.thread, report)
    end
  end
  return found
end

--- Whether some are left to be resumed.
function coroutines.are_ready() return first ~= nil end

--- Runs a function in a coroutine of its own, until it first waits.
-- @tparam function fn
-- @tparam[opt] table task that it carries out: it is told whatever ends the coroutine
-- @treturn thread
function coroutines.spawn(fn, task)
  local thread = coroutine.create(fn)
  ours[thread], tasks[thread] = true, task
  resume(thread)
  return thread
end

return coroutines
