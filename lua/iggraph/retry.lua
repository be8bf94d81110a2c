--- Whether and when a failed call is tried again: a pure decision.

local raise = require("iggraph.core").error.raise

local retry = {}

local OFF = { attempts = 1 }
local DEFAULTS = { attempts = 3, max_delay = 60 }
local FIRST_DELAY = 0.5 -- seconds

--- @tparam table|boolean|nil option the `retry` option of `iggraph.new`: `{ attempts = 3, max_delay = 60 }`
-- (times in all, seconds), or `false`, which is the default: no second try
-- @treturn table the policy; raises for what is none
function retry.policy(option)
  if option == nil or option == false then return OFF end
  if type(option) ~= "table" then raise("iggraph.new: retry must be a table or false") end
  local policy = { attempts = DEFAULTS.attempts, max_delay = DEFAULTS.max_delay }
  for name, value in pairs(option) do
    if not DEFAULTS[name] then
      raise(("iggraph.new: unknown option 'retry.%s'"):format(tostring(name)))
    end
    local is_right = type(value) == "number" and value >= 1
    if not is_right then
      raise(("iggraph.new: retry.%s must be a number of 1 or more"):format(name))
    end
    policy[name] = value
  end
  return policy
end

--- @tparam table policy
-- @tparam table err the error object of this attempt
-- @tparam number attempt 1 for the first
-- @tparam number random between 0 and 1: waits are spread over all of their time, so that many
-- clients do not come back at once
-- @treturn number|nil seconds to wait before the next attempt; nil: there is none
function retry.delay(policy, err, attempt, random)
  if not err.retryable or attempt >= policy.attempts then return nil end
  if err.retry_after then
    if err.retry_after > policy.max_delay then return nil end
    return err.retry_after
  end
  return math.min(policy.max_delay, FIRST_DELAY * 2 ^ (attempt - 1)) * random
end

return retry
