--- The one way on which every call goes down and up: start, wait, take the answer. Waiting is a loop
-- in Lua, because a C function cannot yield and go on in LuaJIT; all that it calls is C.

local core = require "iggraph.core"
local hosts = require "iggraph.host"
local retry = require "iggraph.retry"
local wait = require "iggraph.wait"

local kept, is_open = core.client.kept, core.client.is_open
local answer, fail, random = core.transfer.answer, core.error.fail, core.crypto.random

--- Carries out one call, again where the client's retry policy says so.
-- @param client
-- @tparam string path what it is about
-- @tparam function start begins an attempt and returns its transfer
-- @param ... the arguments of `start`
-- @return the answer, or `nil, err, kind`
return function(client, path, start, ...) -- luacheck: ignore path
  local own = kept(client)
  local host, policy, attempt = own.host or hosts.current(), own.retry, 1
  while true do
    local value, err, kind = answer((wait.on(host, start, ...)))
    if not err then return value end
    local delay = retry.delay(policy, err, attempt, random())
    if not delay then return nil, err, kind end
    if wait.sleep(host, delay) then return nil, err, kind end
    if not is_open(client) then return fail("cancelled", err.method, err.path, "the client was closed") end
    attempt = attempt + 1
  end
end
