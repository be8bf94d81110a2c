--- What calls tell of themselves: the counters of `client:stats()`, and the hooks `on_request` and `on_response`.
-- @module iggraph.observe

local core = require "iggraph.core"
local hosts = require "iggraph.host"
local coroutines = require "iggraph.host.coroutines"

local about, facts, trace, answer = core.transfer.about, core.transfer.facts, core.transfer.trace, core.transfer.answer

local observe = {}

--- @treturn table counters of a client and those made from it by `with_token`
function observe.counters()
  return {
    requests = 0, ok = 0, failed = {}, retries = 0, tries = 0, connections = 0, bytes = 0, seconds = 0, waited = 0,
  }
end

--- Calls a hook. One that fails costs nobody an answer: it is reported, once for each client.
-- @tparam table own what is kept with the client
-- @tparam string name of the hook
-- @param ... what it is told
-- @return what the hook returned; nil where there is none, or it failed
function observe.tell(own, name, ...)
  local hook = own[name]
  if not hook then return nil end
  local ok, result = pcall(hook, ...)
  if ok then return result end
  if not own.told_of[name] then
    own.told_of[name] = true
    local report = hosts.current(own.host).report or coroutines.report
    report(("iggraph: %s failed: %s"):format(name, tostring(result)))
  end
end

--- A call is about to be sent.
-- @tparam table own
-- @param transfer
-- @tparam number attempt
function observe.request(own, transfer, attempt)
  own.stats.requests = own.stats.requests + 1
  if not own.on_request then return end
  local method, path = about(transfer)
  observe.tell(own, "on_request", { method = method, path = path, attempt = attempt })
end

local function count(stats, err, tries, connections, bytes, seconds)
  if err then
    stats.failed[err.kind] = (stats.failed[err.kind] or 0) + 1
  else
    stats.ok = stats.ok + 1
  end
  if not tries then return end -- it was cancelled
  stats.tries = stats.tries + tries
  stats.connections = stats.connections + connections
  stats.bytes = stats.bytes + bytes
  stats.seconds = stats.seconds + seconds
end

-- What a hook keeps is not changed by later answers: each that has such a header makes the table of it anew.
local function copy(usage)
  local all = {}
  for name, value in pairs(usage) do all[name] = value end
  return all
end

--- Takes the answer of a call that is over.
-- @tparam table own
-- @param transfer
-- @tparam number attempt
-- @return the answer, or nil
-- @treturn ?table the error
-- @treturn ?table what `on_response` is to be told, where there is one
function observe.answer(own, transfer, attempt)
  local status, tries, connections, bytes, connect, queue, first_byte, total = facts(transfer)
  local hears = own.on_response
  local method, path, id
  if hears then
    method, path = about(transfer)
    id = trace(transfer)
  end
  local value, err, kind = answer(transfer)
  count(own.stats, err, tries, connections, bytes, total)
  return value, err, hears and {
    method = method, path = path, attempt = attempt, status = status and status > 0 and status or nil, kind = kind,
    err = err, tries = tries or 0, connections = connections or 0, bytes = bytes or 0, fbtrace_id = id,
    usage = copy(own.usage),
    times = { queue = queue or 0, connect = connect or 0, first_byte = first_byte or 0, total = total or 0 },
  }
end

return observe
