--- A container: made, read, waited for. See
-- <https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-container>.

local core = require "iggraph.core"

local fail, of_code = core.error.fail, core.error.of_code

local container = {}

local GROWTH, LONGEST = 1.5, 60 -- of the pauses between polls; seconds

local DONE = { FINISHED = true, PUBLISHED = true }

-- The `status` of a container that failed has a subcode alone; this is what the Graph answers with it elsewhere.
-- <https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes>
local CODES = {
  [2207001] = -1, [2207003] = -2, [2207004] = 36000, [2207005] = 36001, [2207006] = 24, [2207008] = 24,
  [2207009] = 36003, [2207010] = 36004, [2207020] = -2, [2207023] = 100, [2207026] = 352, [2207027] = 9007,
  [2207028] = 100, [2207032] = -1, [2207035] = 100, [2207036] = 100, [2207037] = 100, [2207040] = 100,
  [2207042] = 9, [2207050] = 25, [2207051] = 4, [2207052] = 9004, [2207053] = -1, [2207057] = 1,
}
local FIRST_SUBCODE = 2207000

local PASSING = { network = true, timeout = true, transient = true, throttled = true }

--- Whether a failure may pass. A server in trouble (HTTP 5xx) does, too, whatever it says; one whose certificate was
-- refused, or that redirects, does not.
-- @tparam table err
-- @treturn boolean
function container.may_pass(err)
  return not core.error.was_refused(err) and (PASSING[err.kind] or (err.status or 0) >= 500) or false
end

local function failure(job, part, kind, message, code, subcode)
  local _, err = fail(kind, "GET", job:path(part.id), message)
  err.code, err.subcode = code, subcode
  return err
end

local function failure_in(job, part, status)
  local number = tonumber(status:match "[Ee]rror code (%-?%d+)")
  local code, subcode = number, nil
  if number and number >= FIRST_SUBCODE then code, subcode = CODES[number], number end
  return failure(job, part, code and of_code(code, subcode) or "graph", status, code, subcode)
end

--- What a container says of itself.
-- @tparam job job
-- @tparam table part
-- @tparam table answer its fields `status_code` and `status`
-- @treturn ?string `status_code`
-- @treturn ?table the error, where it can be published no more
function container.judge(job, part, answer)
  local code, status = answer.status_code, type(answer.status) == "string" and answer.status or ""
  if code == "EXPIRED" then
    return nil, failure(job, part, "graph", "the container has expired: it lives for 24 hours")
  end
  local is_error = code == "ERROR" or type(code) ~= "string" and status:find "^Error" -- some have no status_code
  if not is_error then return type(code) == "string" and code or nil end
  return nil, failure_in(job, part, status ~= "" and status or "the container has failed")
end

--- Reads it.
-- @tparam job job
-- @tparam table part
-- @tparam[opt] string more fields
-- @treturn table its fields, or `nil, err, kind`
function container.read(job, part, more)
  local answer, err, kind = job:ask("GET", part.id, { fields = "status_code,status" .. (more or "") })
  if err then return nil, err, kind end
  return type(answer) == "table" and answer or {}
end

--- Makes it. A failure that may pass is `retryable`, though it is a POST's: one more container that nobody publishes
-- does no harm.
-- See <https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media>.
-- @tparam job job
-- @tparam table part gets `id` and, for an upload, `uri`
-- @treturn boolean true, or `nil, err, kind`
function container.create(job, part)
  local path = job.user_id .. "/media"
  local made, err, kind = job:ask("POST", path, part.params)
  if err then
    err.retryable = err.retryable or container.may_pass(err)
    return nil, err, kind
  end
  part.id = job:id_in(made)
  if not part.id then return fail("graph", "POST", job:path(path), "the answer has no id") end
  part.uri = made.uri
  return true
end

--- Looks at one that was made earlier. One that failed or expired is forgotten where another can be made: it was
-- never published.
-- @tparam job job
-- @tparam table part gets its `state`
-- @treturn boolean true, or `nil, err, kind`
function container.resume(job, part)
  local answer, err, kind = container.read(job, part)
  if err then return nil, err, kind end
  local state, failed = container.judge(job, part, answer)
  if failed and not part.params then return nil, failed, failed.kind end
  if failed then part.id = nil else part.state = state end
  return true
end

local function late(job, part)
  local words = "not ready within %g s: go on later, from this container"
  local err = failure(job, part, "timeout", words:format(job.opts.deadline))
  err.retryable = true
  return err
end

-- The pause between two polls: gives the next one's seconds, or nil and what ends it.
local function pause(job, seconds, err)
  local stopped = job:pause(math.max(seconds, err and err.retry_after or 0))
  if stopped then return nil, stopped end
  return math.min(seconds * GROWTH, LONGEST)
end

--- Waits until it is ready.
-- @tparam job job
-- @tparam table part gets its `state`
-- @treturn boolean true, or `nil, err, kind`: `timeout` after the deadline
function container.await(job, part)
  local interval = job.opts.poll_interval
  while not DONE[part.state] do
    local answer, err = container.read(job, part)
    if answer then
      part.state, err = container.judge(job, part, answer)
      if err then return nil, err, err.kind end
    elseif not err.retryable then
      return nil, err, err.kind
    end
    if not DONE[part.state] then
      if job:is_late() then
        err = err or late(job, part)
        return nil, err, err.kind
      end
      interval, err = pause(job, interval, err)
      if not interval then return nil, err, err.kind end
    end
  end
  return true
end

--- Looks at one that may be published at this moment, until it is, or the deadline is there. One that failed or
-- expired is forgotten, as `resume` does.
-- @tparam job job
-- @tparam table part with an `id`; gets its `state`
-- @treturn boolean true where that is known; `nil, err, kind` where it could not be read
function container.watch(job, part)
  local interval = job.opts.poll_interval
  while true do
    local ok, err, kind = container.resume(job, part)
    local is_known = ok and (not part.id or part.state == "PUBLISHED")
    if is_known or err and not err.retryable or job:is_late() then return ok, err, kind end
    interval, err = pause(job, interval, err)
    if not interval then return nil, err, err.kind end
  end
end

--- Whether there is nothing left to upload to it.
function container.is_ready(part) return DONE[part.state] == true end

return container
