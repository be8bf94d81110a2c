--- One publication under way: what ends it before its time, its pauses, its progress.

local ask = require "iggraph.ask"
local core = require "iggraph.core"
local coroutines = require "iggraph.host.coroutines"
local hosts = require "iggraph.host"
local wait = require "iggraph.wait"

local loop = core.loop

local job = {}
job.__index = job

--- How often it is looked whether the client was closed, and how far an upload is: seconds.
job.TICK = 0.25

--- @param client
-- @tparam string user_id
-- @tparam table opts as of `client:publish`
-- @tparam string upload_url where uploads go
-- @treturn job
function job.new(client, user_id, opts, upload_url)
  local _, version = core.client.address(client)
  return setmetatable({
    client = client, user_id = user_id, opts = opts, upload_url = upload_url,
    version = version and version .. "/" or "", uploaders = {}, files = {}, told = {}, uploads = 0,
  }, job)
end

--- A path as errors tell it; the client may be closed.
function job:path(path) return "/" .. self.version .. path end

-- --- what ends it ---------------------------------------------------------------------------------

local function is_cancelled(self)
  local task = coroutines.task()
  if self.is_interrupted or self.broken or task and task.cancelled then return true end
  return not pcall(core.client.address, self.client)
end

--- What ends it now: it was cancelled, its client closed, another of its children failed.
-- @treturn ?table the error
function job:stop()
  if self.failure then return self.failure end
  if not is_cancelled(self) then return nil end
  local _, err = core.error.fail("cancelled", nil, nil, "the publishing was cancelled")
  return err
end

--- Notes the failure of one part; the others then stop.
-- @tparam table part
-- @tparam table err
function job:fail(part, err)
  if self.failure or err.kind == "cancelled" then return end
  self.failure = err
  if not part.number then return end
  local file = part.file and (" (%s)"):format(part.file.name) or ""
  err.message, err.child = ("child %d%s: %s"):format(part.number, file, err.message), part.number
end

--- Begins something and waits for it, as `wait.on` does; notes where the user interrupts that.
function job:wait(start, ...)
  local _, is_interrupted = wait.on(core.client.kept(self.client).host or hosts.current(), start, ...)
  self.is_interrupted = self.is_interrupted or is_interrupted
end

--- One call, unless it has to end.
-- @param[opt] client the uploader, for its host
-- @return the answer, or `nil, err, kind`
function job:ask(method, path, params, client)
  local err = self:stop()
  if err then return nil, err, err.kind end
  return ask(client or self.client, method, path, params)
end

-- --- time -----------------------------------------------------------------------------------------

--- From now on there are so many seconds for the processing (`opts.deadline`).
function job:start_clock()
  if self.clock then loop.ring(self.clock) end
  self.clock = loop.ticket(self.opts.deadline)
end

--- While something is uploaded there is no deadline; it counts from the end of the last upload.
-- @tparam number change 1 when one begins, -1 when it ends
function job:count_upload(change)
  self.uploads = self.uploads + change
  self:start_clock()
end

function job:is_late() return self.uploads == 0 and self.clock ~= nil and loop.is_over(self.clock) end

--- Waits, at most to the deadline.
-- @tparam number seconds
-- @treturn ?table the error that ends it meanwhile
function job:pause(seconds)
  local err
  repeat
    local part = math.min(seconds, job.TICK)
    self:wait(loop.ticket, part)
    seconds, err = seconds - part, self:stop()
  until err or seconds <= 0 or self:is_late()
  return err
end

-- --- progress -------------------------------------------------------------------------------------

--- Tells how far a phase is, where that is news. An error of the caller's function ends all that is under way.
function job:tell(phase, done, total)
  local last, tell = self.told[phase], self.opts.on_progress
  if last and last[1] == done and last[2] == total then return end
  self.told[phase] = { done, total }
  local ok, why = true, nil
  if tell then ok, why = pcall(tell, phase, done, total) end
  if ok then return end
  self.broken = { why = why }
  error(why, 0)
end

--- Tells that so many more are done of so many more.
function job:count(phase, done, total)
  local last = self.told[phase] or { 0, 0 }
  if last[2] + total > 0 then self:tell(phase, last[1] + done, last[2] + total) end
end

--- Counts a file among those to be sent.
-- @tparam table file
-- @tparam boolean is_sent
function job:add_file(file, is_sent)
  file.at = is_sent and file.size or 0
  self.files[#self.files + 1] = file
end

--- Tells how many bytes of all files are sent.
function job:tell_upload()
  local done, total = 0, 0
  for _, file in ipairs(self.files) do done, total = done + file.at, total + file.size end
  if total > 0 then self:tell("upload", done, total) end
end

--- Tells how far a file is. Bytes that have to be sent again count once.
function job:move(file, at)
  file.at = math.max(file.at, math.floor(at))
  self:tell_upload()
end

--- The id in an answer.
-- @treturn ?string nil where there is none, or what cannot be one
function job:id_in(answer)
  local ok, id = pcall(core.client.check_id, self.client, type(answer) == "table" and answer.id or nil, "id")
  return ok and id or nil
end

--- Lets go of what it holds; secrets are overwritten.
function job:close()
  if self.clock then loop.ring(self.clock) end
  for _, uploader in pairs(self.uploaders) do core.client.close(uploader) end
end

return job
