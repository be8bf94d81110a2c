--- The one way on which every call goes down and up: its turn, start, wait, take the answer; once more where the
-- client's policy says so. Waiting is a loop in Lua, because a C function cannot yield and go on in LuaJIT; all that
-- it calls is C.

local core = require "iggraph.core"
local hosts = require "iggraph.host"
local observe = require "iggraph.observe"
local retry = require "iggraph.retry"
local wait = require "iggraph.wait"

local kept, fail, limit = core.client.kept, core.error.fail, core.transfer.limit
local random, now = core.crypto.random, core.loop.now

local function begin(own, attempt, ends, start, ...)
  local transfer = start(...)
  if ends then limit(transfer, ends - now()) end
  observe.request(own, transfer, attempt)
  return transfer
end

-- One attempt: the answer; or nil, the error, and what `on_throttle` says of it: "raise" is the end, "wait" takes all
-- the time that it needs.
local function try(client, own, host, attempt, ends, method, path, start, ...)
  local budget, turn, refused = own.budget, nil, nil
  if budget then
    local refusal, decision
    turn, refusal, decision = budget:admit(client, own, host, method, path, ends)
    if not turn then return nil, refusal, decision end
  end
  local value, err, news = observe.answer(own, (wait.on(host, begin, own, attempt, ends, start, ...)), attempt)
  if budget then refused = budget:learn(own, path, turn, err) end
  if news then observe.tell(own, "on_response", news) end
  if not err then return value end
  return nil, err, err.kind == "throttled" and own.on_throttle and budget.ask(own, err, refused) or nil
end

-- Waits for another attempt, if there is one; else the error.
local function wait_for_next(client, own, host, err, attempt, elapsed, decision)
  local policy = decision == "wait" and own.patient or own.retry
  local again, delay, reason = retry.decide(policy, err.method, err, attempt, elapsed, random())
  if not again then return err end
  local told = own.on_retry and { err = err, attempt = attempt, delay = delay, reason = reason }
  if told and observe.tell(own, "on_retry", told) == false then return err end
  own.stats.retries = own.stats.retries + 1
  own.stats.waited = own.stats.waited + delay
  local words = wait.pause(host, delay, client)
  return words and select(2, fail("cancelled", err.method, err.path, words)) or nil
end

--- Carries out one call, again where the client's retry policy says so.
-- @param client
-- @tparam string method
-- @tparam string path what it is about
-- @tparam function start begins an attempt and returns its transfer
-- @tparam ?function mends is given the error and the arguments of `start`: whether the caller has something better to
-- do than the same once more
-- @param ... the arguments of `start`
-- @return the answer, or `nil, err, kind`
return function(client, method, path, start, mends, ...)
  local own, began = kept(client), now()
  local keeper = own.keepers and own.keepers[client]
  if keeper and os.time() >= keeper.due then keeper.renew(client) end
  local host, deadline, attempt = own.host or hosts.current(), own.retry.deadline, 1
  local ends = deadline and began + deadline
  while true do
    local value, err, decision = try(client, own, host, attempt, ends, method, path, start, ...)
    if not err then return value end
    if keeper and err.kind == "auth" then keeper.doubt() end
    if decision == "raise" or mends and mends(err, ...) then return nil, err, err.kind end
    err = wait_for_next(client, own, host, err, attempt, now() - began, decision)
    if err then return nil, err, err.kind end
    attempt = attempt + 1
  end
end
