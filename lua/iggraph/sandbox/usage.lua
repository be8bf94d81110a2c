--- The rate-limit headers: they rise with the calls.
-- @module iggraph.sandbox.usage
local M = {}

local CALLS_PER_PERCENT = 200

--- Past 99 it begins again at 0: a sandbox never throttles of its own accord.
local function percent(calls)
  return math.floor(calls / CALLS_PER_PERCENT) % 100
end

local APP = '{"call_count":%d,"total_time":%d,"total_cputime":%d}'

--- X-App-Usage.
-- @tparam number calls so far
-- @treturn string
function M.app(calls)
  local used = percent(calls + CALLS_PER_PERCENT - 1) -- the first call shows already
  return APP:format(used, math.floor(used / 2), math.floor(used / 4))
end

local BUSINESS = '{"%s":[{"type":"instagram","call_count":%d,"total_cputime":%d,"total_time":%d,'
  .. '"estimated_time_to_regain_access":%d}]}'

--- X-Business-Use-Case-Usage.
-- @tparam string id of the IG User
-- @tparam number calls under it so far
-- @tparam[opt=0] number minutes until calls are let through again
-- @treturn string
function M.business(id, calls, minutes)
  local used = minutes and 100 or percent(calls + CALLS_PER_PERCENT - 1)
  return BUSINESS:format(id, used, math.floor(used / 4), math.floor(used / 4), minutes or 0)
end

return M
