--- Whether a call that failed is tried again, and when: a pure decision. What the Graph says of its codes is in
-- `csrc/codes.h`; see <https://developers.facebook.com/docs/graph-api/guides/error-handling>.
-- @module iggraph.retry

local raise = require("iggraph.core").error.raise

local retry = {}

local ATTEMPTS = 3 -- in all
local MAX_DELAY = 60 -- seconds, of what is not told by the answer
local PATIENCE = 60 -- seconds: where nobody told of retries or a deadline they make no call longer than one try may be
local FLOOR = 0.1 -- seconds
local FIRST = { throttled = 4 } -- seconds; doubled by each attempt
local FIRST_OTHERS = 0.5

-- A call whose second time is the same as its first one.
local IDEMPOTENT = { GET = true, DELETE = true }

-- What says nothing about whether the call was carried out.
local UNKNOWN_OUTCOME = { network = true, timeout = true }

local function is_positive(value) return type(value) == "number" and value > 0 end
local function is_count(value) return type(value) == "number" and value >= 1 end
local function is_function(value) return type(value) == "function" end

local OPTIONS = {
  attempts = { is_count, "a number of 1 or more" },
  max_delay = { is_positive, "a number above 0" },
  deadline = { is_positive, "a number above 0" },
  on_retry = { is_function, "a function" },
}

local function check(row, name, value)
  if not row[1](value) then raise(("iggraph.new: %s must be %s"):format(name, row[2])) end
end

--- @tparam table options of `iggraph.new`: `retry`, `deadline` and `timeout` are what this is about
-- @treturn table the policy: `attempts`; `max_delay`, `deadline` and `on_retry` where they are given; `patience`, the
-- seconds after which nothing is tried again; raises for what is none
function retry.policy(options)
  local given, timeout = options.retry, options.timeout
  local policy = { attempts = given == false and 1 or ATTEMPTS, deadline = options.deadline }
  if policy.deadline ~= nil then check(OPTIONS.deadline, "deadline", policy.deadline) end
  if given == nil and not policy.deadline then policy.patience = is_positive(timeout) and timeout or PATIENCE end
  if not given then return policy end
  if type(given) ~= "table" then raise("iggraph.new: retry must be a table or false") end
  for name, value in pairs(given) do
    if not OPTIONS[name] then
      raise(("iggraph.new: unknown option 'retry.%s'%s"):format(tostring(name), require "iggraph.near" (name, OPTIONS)))
    end
    check(OPTIONS[name], "retry." .. name, value)
    policy[name] = value
  end
  if options.deadline then policy.deadline = math.min(options.deadline, policy.deadline) end
  return policy
end

--- @tparam table policy
-- @treturn table the same for a call whose user has asked it to wait
function retry.patient(policy)
  local patient = {}
  for name, value in pairs(policy) do patient[name] = value end
  patient.patience = nil
  return patient
end

local function may_repeat(method, err)
  if not err.retryable then return false, "it would fail again" end
  if UNKNOWN_OUTCOME[err.kind] and not IDEMPOTENT[method] then return false, "it may have been carried out" end
  return true
end

-- Waits are spread over all of their time, so that many clients do not come back at once.
local function backoff(policy, kind, attempt, random)
  local longest, cap = (FIRST[kind] or FIRST_OTHERS) * 2 ^ (attempt - 1), policy.max_delay or MAX_DELAY
  return math.min(cap, math.max(FLOOR, random * math.min(longest, cap)))
end

--- Decides.
-- @tparam table policy
-- @tparam string method `"GET"`, `"POST"` or `"DELETE"`
-- @tparam table err the outcome: the error object of this attempt
-- @tparam number attempt 1 for the first
-- @tparam number elapsed seconds since the call began
-- @tparam number random between 0 and 1
-- @treturn boolean whether there is another attempt
-- @treturn ?number seconds to wait before: as many as the answer tells, or else more from attempt to attempt
-- @treturn string the reason, in a few words
function retry.decide(policy, method, err, attempt, elapsed, random)
  local may, why_not = may_repeat(method, err)
  if not may then return false, nil, why_not end
  if attempt >= policy.attempts then return false, nil, "no attempt is left" end
  local told = err.retry_after
  if told and told > (policy.max_delay or math.huge) then return false, nil, "the wait is longer than max_delay" end
  local delay = told or backoff(policy, err.kind, attempt, random)
  local ends = math.min(policy.deadline or math.huge, policy.patience or math.huge)
  if elapsed + delay >= ends then return false, nil, "there is no time left" end
  return true, delay, told and "as the answer tells" or err.kind
end

return retry
