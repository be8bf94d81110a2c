--- The one way on which every call goes down and up: start, wait, take the answer. Waiting is a loop
-- in Lua, because a C function cannot yield and go on in LuaJIT; all that it calls is C.

local core = require "iggraph.core"
local retry = require "iggraph.retry"

local kept = core.client.kept
local engine_of, is_done, answer = core.loop.engine, core.transfer.is_done, core.transfer.answer

--- Carries out one call, again where the client's retry policy says so.
-- @param client
-- @tparam function start begins an attempt and returns its transfer
-- @param ... the arguments of `start`
-- @return the answer, or `nil, err, kind`
return function(client, start, ...)
  local own = kept(client)
  local host, policy, attempt = own.host, own.retry, 1
  while true do
    local transfer = start(...)
    local engine = engine_of()
    while not is_done(transfer) do
      host.wait(engine)
      engine:step()
    end
    local value, err, kind = answer(transfer)
    if not err then return value end
    local delay = retry.delay(policy, err, attempt, core.random())
    if not delay then return nil, err, kind end
    host.sleep(delay)
    attempt = attempt + 1
  end
end
