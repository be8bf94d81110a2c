--- Publishing: containers, uploads, polls, and one media_publish. See
-- <https://developers.facebook.com/docs/instagram-platform/content-publishing>.
-- @classmod client

local container = require "iggraph.publish.container"
local core = require "iggraph.core"
local near = require "iggraph.near"
local new_job = require("iggraph.publish.job").new
local plans = require "iggraph.publish.plan"
local task = require "iggraph.task"
local upload = require "iggraph.publish.upload"

local raise = core.error.raise

local CONCURRENCY = 4 -- children at a time
local SETTLING_READS = 5 -- of a container, after a media_publish whose outcome is not known
local SETTLING_GROWTH = 2 -- of the pauses between them: 15 times the first one in all

-- --- options --------------------------------------------------------------------------------------

local OPTIONS = {
  on_progress = "function", deadline = "number", poll_interval = "number", upload_url = "string",
  container = "string", children = "table", unsettled = "boolean", check_quota = "boolean",
}

local function check_option(name, value)
  local wanted = OPTIONS[name]
  if not wanted then
    raise(("client:publish: unknown option '%s'%s"):format(tostring(name), near(name, OPTIONS)))
  end
  if type(value) ~= wanted then
    raise(("client:publish: opts.%s: a %s expected, got %s"):format(name, wanted, type(value)))
  end
  local is_above = wanted ~= "number" or value > 0 -- and no NaN
  if not is_above then raise(("client:publish: opts.%s must be above 0"):format(name)) end
end

local function options_of(client, opts)
  if opts ~= nil and type(opts) ~= "table" then raise("client:publish: opts: a table expected, got " .. type(opts)) end
  local given = { deadline = 300, poll_interval = 2, check_quota = true }
  for name, value in pairs(opts or {}) do
    check_option(name, value)
    given[name] = value
  end
  if given.container then
    given.container = core.client.check_id(client, given.container, "client:publish: opts.container")
  end
  return given
end

-- The children that exist already take their places.
local function take_children(client, plan, children)
  if not children then return end
  if not plan.children then raise "client:publish: opts.children: only a carousel has them" end
  if #children ~= #plan.children then
    raise(("client:publish: opts.children: %d expected, as in spec.children, got %d"):format(#plan.children, #children))
  end
  for i, id in ipairs(children) do
    local name = ("client:publish: opts.children[%d]"):format(i)
    if id then plan.children[i].id = core.client.check_id(client, id, name) end
  end
end

local function needs_uploader(plan)
  if plan.file then return true end
  for _, child in ipairs(plan.children or {}) do
    if child.file then return true end
  end
  return false
end

-- --- parts: what is published, and its children -----------------------------------------------------

-- Calls a function for each part, several at a time; the first that fails stops the others.
local function for_each(job, parts, fn)
  local results = task.map(parts, function(part)
    local ok, err, kind = fn(job, part)
    if not ok then job:fail(part, err) end
    return ok, err, kind
  end, { concurrency = CONCURRENCY })
  if job.broken then error(job.broken.why, 0) end
  if job.failure then return nil, job.failure, job.failure.kind end
  for _, result in ipairs(results) do
    local ok, err, kind = result[1], result[2], result[3]
    if not ok and not kind then error(err, 0) end
    if not ok then return nil, err, kind end
  end
  return true
end

local function resume(job, part)
  if not part.id then return true end
  return container.resume(job, part)
end

local function create(job, part)
  if part.id then return true end
  part.is_new = true
  local ok, err, kind = container.create(job, part)
  if not ok then return nil, err, kind end
  job:count("create", 1, 0)
  return true
end

local function finish(job, part)
  local ok, err, kind = true, nil, nil
  if part.file and not container.is_ready(part) then
    job:count_upload(1)
    ok, err, kind = upload.send(job, part, part.is_new)
    job:count_upload(-1)
  end
  if ok then ok, err, kind = container.await(job, part) end
  if not ok then return nil, err, kind end
  job:count("process", 1, 0)
  return true
end

-- Tells how much there is to do. What exists already is not counted as made.
local function announce(job, parts)
  local missing = 0
  for _, part in ipairs(parts) do
    if not part.id then missing = missing + 1 end
    if part.file then job:add_file(part.file, container.is_ready(part)) end
  end
  job:count("create", 0, missing)
  job:tell_upload()
  job:count("process", 0, #parts)
end

local function ids_of(children)
  local ids = {}
  for i, child in ipairs(children) do ids[i] = child.id or false end
  return ids
end

-- The children that have to be looked after: of a container that is there only those that are known.
local function children_of(plan)
  local children = {}
  for _, child in ipairs(plan.children or {}) do
    if child.id or not plan.id then children[#children + 1] = child end
  end
  return children
end

-- Children are finished before what holds them is made, or else the Graph refuses to publish (9007).
local function prepare(job, plan)
  local children, parts = children_of(plan), { plan }
  local ok, err, kind = for_each(job, children, resume)
  if not ok then return nil, err, kind end
  for _, child in ipairs(children) do parts[#parts + 1] = child end
  announce(job, parts)
  job:start_clock()
  for _, stage in ipairs { create, finish } do
    ok, err, kind = for_each(job, children, stage)
    if not ok then return nil, err, kind end
  end
  if plan.children and not plan.id then plan.params.children = ids_of(plan.children) end
  ok, err, kind = create(job, plan)
  if not ok then return nil, err, kind end
  return finish(job, plan)
end

-- --- quota ----------------------------------------------------------------------------------------

-- Where it cannot be read, media_publish itself will tell.
local function check_quota(job)
  if not job.opts.check_quota then return true end
  local path = job.user_id .. "/content_publishing_limit"
  local answer, err = job:ask("GET", path, { fields = "quota_usage,config" })
  if err and err.kind == "cancelled" then return nil, err, err.kind end
  local data = type(answer) == "table" and type(answer.data) == "table" and answer.data[1]
  local config = type(data) == "table" and type(data.config) == "table" and data.config or {}
  local used, total = type(data) == "table" and tonumber(data.quota_usage), tonumber(config.quota_total)
  if not (used and total) or used < total then return true end
  return core.error.fail("throttled", "GET", job:path(path),
    ("%g of %g posts in %g hours are used up"):format(used, total, (tonumber(config.quota_duration) or 86400) / 3600))
end

-- --- media_publish --------------------------------------------------------------------------------

-- Refused because it came too early: to ask again is no second publishing.
local TOO_EARLY = { [2207027] = true, [2207008] = true }

-- Failures that leave open whether it was carried out.
local OPEN = { network = true, timeout = true, json = true, too_large = true }

local function is_open(err)
  local code = err.code
  return OPEN[err.kind] or (err.status or 0) >= 500 or code ~= nil and code >= -2 and code <= 2
end

-- What became of it is known.
local function settled(part, ...)
  part.unsettled = nil
  return ...
end

-- The container knows whether it was published; it is not published again. Instagram may take a while, even where its
-- answer was an error.
local function settle(job, part, err)
  local pause, state = job.opts.poll_interval, nil
  job:start_clock()
  for read = 1, SETTLING_READS do
    local answer, why = container.read(job, part)
    if why and why.kind == "cancelled" then return nil, why, why.kind end
    if answer then
      local failed
      state, failed = container.judge(job, part, answer)
      if failed then return settled(part, nil, failed, failed.kind) end
      if state == "PUBLISHED" then return settled(part, { container = part.id }) end
    end
    if read == SETTLING_READS or job:is_late() then break end
    job:pause(pause)
    pause = pause * SETTLING_GROWTH
  end
  err.message = err.message .. (state and "; its container's status_code is " .. state
    or "; whether it was published could not be read")
  return nil, err, err.kind
end

-- Waits a moment, and until the container says once more that it is ready; another may have published it meanwhile.
local function wait_again(job, part)
  local stopped = job:pause(job.opts.poll_interval)
  if stopped then return nil, stopped, stopped.kind end
  part.state = nil
  return container.await(job, part)
end

-- Asks once; the last result is whether that came too early.
local function ask_to_publish(job, part)
  local stopped = job:stop()
  if stopped then return nil, stopped, stopped.kind end
  local path = job.user_id .. "/media_publish"
  part.unsettled = true
  local made, err, kind = job:ask("POST", path, { creation_id = part.id })
  local id = job:id_in(made)
  if id then return settled(part, { id = id, container = part.id }) end
  if not err then err = select(2, core.error.fail("graph", "POST", job:path(path), "the answer has no id")) end
  if kind == "cancelled" then return nil, err, kind end
  if not kind or is_open(err) then return settle(job, part, err) end
  return settled(part, nil, err, kind, TOO_EARLY[err.subcode])
end

local function publish(job, part)
  while part.state ~= "PUBLISHED" do
    local result, err, kind, is_early = ask_to_publish(job, part)
    if not is_early or job:is_late() then return result, err, kind end
    local ok
    ok, err, kind = wait_again(job, part)
    if not ok then return nil, err, kind end
  end
  return { container = part.id }
end

-- --- all of it ------------------------------------------------------------------------------------

-- Where it is not known whether an earlier media_publish was carried out, that is waited for first.
local function take_up(job, plan)
  if not plan.unsettled then return resume(job, plan) end
  job:start_clock()
  local ok, err, kind = container.watch(job, plan)
  if not ok then return nil, err, kind end
  plan.unsettled = nil
  return true
end

local function carry_out(job, plan)
  local ok, err, kind = take_up(job, plan)
  if not ok then return nil, err, kind end
  if plan.state ~= "PUBLISHED" then
    ok, err, kind = check_quota(job)
    if ok then ok, err, kind = prepare(job, plan) end
    if not ok then return nil, err, kind end
  end
  job:tell("publish", 0, 1)
  local result
  result, err, kind = publish(job, plan)
  if result then job:tell("publish", 1, 1) end
  return result, err, kind
end

-- From where it can be gone on.
local function add_containers(err, plan)
  local children, some = plan.children and ids_of(plan.children), plan.id
  for _, id in ipairs(children or {}) do some = some or id end
  if not some then return end
  err.container, err.children, err.unsettled = plan.id, children, plan.unsettled
  err.resume = { container = plan.id, children = children, unsettled = plan.unsettled }
end

--- Publishes an image, a reel, a story or a carousel: makes the containers, uploads local files (from disk; going on
-- where a cut left them), waits until all are ready, and publishes once. Where the answer to that is lost, the
-- container tells what became of it: it is never published twice.
--
-- What can be known before is checked before anything is sent: a wrong `spec` raises and names what is wrong; a file
-- that is not there, empty, or an image is `nil, err, "invalid"`.
--
-- Each error from the first container on has `err.container` (the id of what is to be published, nil where it is not
-- made yet), `err.children` (of a carousel: a list of ids, false where there is none yet) and, where one child is to
-- blame, `err.child`, its number. `err.unsettled` is true where media_publish was sent and its outcome is not known:
-- its container was read for 15 poll intervals, or until the call was cancelled, and did not say it.
--
-- `err.resume` has these as options, for JSON, too: `ig:publish(user_id, spec, err.resume)` goes on there, in another
-- process, too. It reads what became of the containers, uploads what is missing, makes those anew that failed or
-- expired, and publishes unless that is done; where it is unsettled it first watches the container until the deadline.
-- An error while a container is made is `retryable` where it may pass (`network`, `timeout`, `transient`, HTTP 5xx):
-- what nobody publishes does no harm.
-- @function client:publish
-- @tparam string user_id the IG User
-- @tparam table spec the parameters of POST /{ig-user}/media: `image_url`, or `media_type` (`"REELS"`, `"STORIES"`)
-- with `video_url` or `image_url`, `caption` and so on; or of ours: `file` in place of `video_url`, a path or an open
-- file (all of it is sent); `children` for a carousel, 2 to 10 such tables or ids of containers
-- @tparam[opt] table opts
-- @tparam[opt] function opts.on_progress `(phase, done, total)`, done never falling: `"create"` (containers made),
-- `"upload"` (bytes of all files), `"process"` (containers that are ready), `"publish"` (0 or 1 of 1)
-- @tparam[opt=300] number opts.deadline seconds for the processing, after the last upload; as many at most to find out
-- what became of media_publish, where its answer is lost
-- @tparam[opt=2] number opts.poll_interval seconds of the first pause between polls, which grows up to 60; after a cut
-- upload the first pause is a quarter of it
-- @tparam[opt] string opts.upload_url the host of uploads: `https://rupload.facebook.com`, or the one of `base_url`
-- where that is none of Meta's. The token goes to no other, whatever address an answer names; on a loopback host that
-- follows from `base_url`, to any port
-- @tparam[opt] string opts.container where to go on
-- @tparam[opt] table opts.children where to go on
-- @tparam[opt=false] boolean opts.unsettled whether `opts.container` may have been published by a call before
-- @tparam[opt=true] boolean opts.check_quota ask `content_publishing_limit` before: `throttled` where it is used up
-- @treturn table `{ id, container }`: the medium and its container; no `id` where it was found published already. Or
-- `nil, err, kind`: `timeout` after the deadline, `cancelled` by `task:cancel` and `client:close`, else as the calls
-- give them; a container that failed gives code and subcode of its `status`. See
-- <https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes>
return function(self, user_id, spec, opts)
  if type(self) ~= "userdata" then raise "call it with a colon: client:publish(user_id, spec, opts)" end
  user_id = core.client.check_id(self, user_id, "client:publish: user id")
  local given = options_of(self, opts)
  local job = new_job(self, user_id, given, given.upload_url or upload.default_url(self))
  local plan, err, kind = plans.of(self, spec)
  if not plan then return nil, err, kind end
  plan.id = job.opts.container
  plan.unsettled = plan.id and job.opts.unsettled or nil
  take_children(self, plan, job.opts.children)
  if needs_uploader(plan) then upload.client(job, job.upload_url) end
  local result
  result, err, kind = carry_out(job, plan)
  job:close()
  plans.close(plan)
  if result then return result end
  add_containers(err, plan)
  return nil, err, kind
end
