--- The rate-limit headers: they rise with the calls.
-- @module iggraph.sandbox.usage
local json = require "iggraph.sandbox.json"

local M = {}

local CALLS_PER_PERCENT = 200

--- Past 99 it begins again at 0: a sandbox never throttles of its own accord.
local function percent(calls)
  return math.floor(calls / CALLS_PER_PERCENT) % 100
end

--- X-App-Usage.
-- @tparam number calls so far
-- @treturn string
function M.app(calls)
  local used = percent(calls + CALLS_PER_PERCENT - 1) -- the first call shows already
  return json.encode(json.object("call_count", used, "total_time", math.floor(used / 2), "total_cputime",
    math.floor(used / 4)))
end

--- X-Business-Use-Case-Usage.
-- @tparam string id of the IG User
-- @tparam number calls under it so far
-- @tparam[opt=0] number minutes until calls are let through again
-- @treturn string
function M.business(id, calls, minutes)
  local used = minutes and 100 or percent(calls + CALLS_PER_PERCENT - 1)
  return json.encode(json.object(id, { json.object(
    "type", "instagram",
    "call_count", used,
    "total_cputime", math.floor(used / 4),
    "total_time", math.floor(used / 4),
    "estimated_time_to_regain_access", minutes or 0) }))
end

return M
