--- The one way on which every call goes down and up: its turn, start, wait, take the answer; once more where the
-- client's policy says so. Waiting is a loop in Lua, because a C function cannot yield and go on in LuaJIT; all that
-- it calls is C.

local core = require "iggraph.core"
local hosts = require "iggraph.host"
local observe = require "iggraph.observe"
local retry = require "iggraph.retry"
local wait = require "iggraph.wait"

local ask = require("iggraph.budget").ask
local kept, is_open = core.client.kept, core.client.is_open
local fail, limit, random, now = core.error.fail, core.transfer.limit, core.crypto.random, core.loop.now

local function begin(own, attempt, left, start, ...)
  local transfer = start(...)
  if left then limit(transfer, left) end
  observe.request(own, transfer, attempt)
  return transfer
end

-- One attempt: the answer; or nil, the error, and whether that is the end of it.
local function try(client, own, host, attempt, left, method, path, start, ...)
  local budget, turn = own.budget, nil
  if budget then
    local refusal, is_final
    turn, refusal, is_final = budget:admit(client, own, host, method, path, left)
    if not turn then return nil, refusal, is_final end
  end
  local value, err = observe.answer(own, (wait.on(host, begin, own, attempt, left, start, ...)), attempt)
  if budget then budget:learn(client, own, path, turn, err) end
  if not err then return value end
  return nil, err, err.kind == "throttled" and own.on_throttle and ask(own, err) == "raise"
end

-- Whether there is another attempt, after its wait.
local function goes_on(own, host, err, attempt, elapsed)
  local again, delay, reason = retry.decide(own.retry, err.method, err, attempt, elapsed, random())
  if not again then return false end
  local told = own.on_retry and { err = err, attempt = attempt, delay = delay, reason = reason }
  if told and observe.tell(own, "on_retry", told) == false then return false end
  own.stats.retries = own.stats.retries + 1
  own.stats.waited = own.stats.waited + delay
  return not wait.sleep(host, delay)
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
  local own = kept(client)
  local keeper = own.keepers and own.keepers[client]
  if keeper and os.time() >= keeper.due then keeper.renew(client) end
  local host, deadline, attempt, began = own.host or hosts.current(), own.retry.deadline, 1, now()
  while true do
    local left = deadline and deadline - (now() - began)
    local value, err, is_final = try(client, own, host, attempt, left, method, path, start, ...)
    if not err then return value end
    if is_final or mends and mends(err, ...) or not goes_on(own, host, err, attempt, now() - began) then
      return nil, err, err.kind
    end
    if not is_open(client) then return fail("cancelled", err.method, err.path, "the client was closed") end
    attempt = attempt + 1
  end
end
