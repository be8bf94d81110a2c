--- The rate-limit headers. Without limits (`iggraph.sandbox.limits`) they rise with the calls.
-- https://developers.facebook.com/docs/graph-api/overview/rate-limiting
-- @module iggraph.sandbox.usage
local M = {}

local CALLS_PER_PERCENT = 200

--- A percentage where there is no limit. Past 99 it begins again at 0: a sandbox never throttles of its own accord.
-- @tparam number calls so far
-- @treturn number
function M.risen(calls)
  return math.ceil(calls / CALLS_PER_PERCENT) % 100 -- the first call shows already
end

local APP = '{"call_count":%d,"total_time":%d,"total_cputime":%d}'

--- X-App-Usage, and X-Page-Usage.
-- @tparam number percent of the limit
-- @treturn string
function M.app(percent)
  return APP:format(percent, math.floor(percent / 2), math.floor(percent / 4))
end

local BUSINESS = '{"%s":[{"type":"instagram","call_count":%d,"total_cputime":%d,"total_time":%d,'
  .. '"estimated_time_to_regain_access":%d}]}'

--- X-Business-Use-Case-Usage.
-- @tparam string id of the IG User
-- @tparam number percent of the limit
-- @tparam[opt=0] number minutes until calls are let through again
-- @treturn string
function M.business(id, percent, minutes)
  local quarter = math.floor(percent / 4)
  return BUSINESS:format(id, percent, quarter, quarter, minutes or 0)
end

return M
