--- The sandbox's clock: the real one, moved on where specs do not want to wait.
--
-- `POST /_sandbox/clock` with `advance=<seconds>` moves it for every call until the next reset; the header
-- `X-Sandbox-Clock: +86400` moves it for one call.
-- @module iggraph.sandbox.clock
local json = require "iggraph.sandbox.json"

local M = {}

local KEY = "clock"

--- @tparam number seconds the real time, Unix seconds
-- @tparam table store see `iggraph.sandbox.store`
-- @treturn number the time it is in the sandbox
function M.instant(seconds, store) return seconds + (store.get(KEY) or 0) end

--- @tparam number instant from `instant`
-- @tparam table headers of the call, lower-case names
-- @treturn number the time it is for this call, whole seconds
function M.now(instant, headers)
  return math.floor(instant) + (tonumber(headers["x-sandbox-clock"]) or 0)
end

--- The control.
-- @tparam table stores see `recorder.control`
-- @tparam table call
-- @treturn ?table a JSON object; nil if `advance` is no number
function M.advance(stores, call)
  local seconds = tonumber(call.params.advance)
  return seconds and json.object("advanced", stores.state.add(KEY, seconds)) or nil
end

return M
