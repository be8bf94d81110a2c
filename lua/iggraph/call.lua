--- The one way on which every call goes down and up: its turn, start, wait, take the answer; once more where the
-- client's policy says so. Waiting is a loop in Lua, because a C function cannot yield and go on in LuaJIT; all that
-- it calls is C.

local core = require "iggraph.core"
local hosts = require "iggraph.host"
local observe = require "iggraph.observe"
local retry = require "iggraph.retry"
local wait = require "iggraph.wait"

local kept, is_open = core.client.kept, core.client.is_open
local fail, limit, random, now = core.error.fail, core.transfer.limit, core.crypto.random, core.loop.now

local function begin(own, attempt, left, start, ...)
  local transfer = start(...)
  if left then limit(transfer, left) end
  observe.request(own, transfer, attempt)
  return transfer
end

local function sleep(own, host, seconds)
  own.stats.waited = own.stats.waited + seconds
  return wait.sleep(host, seconds)
end

-- Whether there is another attempt, after its wait.
local function goes_on(own, host, policy, err, attempt, elapsed)
  local again, delay, reason = retry.decide(policy, err.method, err, attempt, elapsed, random())
  if not again then return false end
  if policy.on_retry then
    local told = { err = err, attempt = attempt, delay = delay, reason = reason }
    if observe.tell(own, "on_retry", told) == false then return false end
  end
  own.stats.retries = own.stats.retries + 1
  return not sleep(own, host, delay)
end

--- Carries out one call, again where the client's retry policy says so.
-- @param client
-- @tparam string path what it is about
-- @tparam function start begins an attempt and returns its transfer
-- @tparam ?function mends is given the error and the arguments of `start`: whether the caller has something better to
-- do than the same once more
-- @param ... the arguments of `start`
-- @return the answer, or `nil, err, kind`
return function(client, path, start, mends, ...) -- luacheck: ignore path
  local own = kept(client)
  local host, policy, attempt, began = own.host or hosts.current(), own.retry, 1, now()
  while true do
    local left = policy.deadline and policy.deadline - (now() - began)
    local transfer = wait.on(host, begin, own, attempt, left, start, ...)
    local value, err, kind = observe.answer(own, transfer, attempt)
    if not err then return value end
    local is_over = mends and mends(err, ...) or not goes_on(own, host, policy, err, attempt, now() - began)
    if is_over then return nil, err, kind end
    if not is_open(client) then return fail("cancelled", err.method, err.path, "the client was closed") end
    attempt = attempt + 1
  end
end
