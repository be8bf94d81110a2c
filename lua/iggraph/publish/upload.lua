--- Sends a local file to a container, from disk, and goes on where it was cut. See
-- <https://developers.facebook.com/docs/instagram-platform/content-publishing/resumable-uploads>.

local container = require "iggraph.publish.container"
local core = require "iggraph.core"
local wait = require "iggraph.wait"

local loop, transfer = core.loop, core.transfer
local may_pass = container.may_pass

local upload = {}

local META = "https://rupload.facebook.com"
local TRIES = 5 -- without progress
local FIRST_PAUSE = 0.25 -- of poll_interval; doubled by each such try

-- --- where to -------------------------------------------------------------------------------------

-- "https://host:port" and "/path", or nothing for what is no plain URL.
local function split(url)
  if type(url) ~= "string" then return nil end
  local origin, path = url:match "^(https?://[%w%.%-]+:?%d*)(.*)$"
  if not origin then origin, path = url:match "^(https?://%[[%x:%.]+%]:?%d*)(.*)$" end
  if origin and (path == "" or path:find "^/") then return origin:lower(), path end
end

local function host_of(origin) return origin:match "^%a+://(%[[^%]]*%])" or origin:match "^%a+://([^:]*)" end

local function is_loopback(host) return host == "localhost" or host == "[::1]" or host:find "^127%.[%d%.]+$" ~= nil end

-- The same machine and scheme, whatever the port.
local function is_same_machine(origin, other)
  local host = host_of(origin)
  return is_loopback(host) and host == host_of(other) and origin:match "^%a+" == other:match "^%a+"
end

local function is_meta(host) return host:find "%.facebook%.com$" ~= nil or host:find "%.instagram%.com$" ~= nil end

--- Where uploads go by themselves: to Meta's host, or to the host that the client calls in its place.
-- @param client
-- @treturn string
function upload.default_url(client)
  local origin = split((core.client.address(client)))
  return origin and not is_meta(host_of(origin)) and origin or META
end

-- The path of an upload URL, if it has nothing but that.
local function plain_path(path) return path:find "^/[%w_%-%.~/]+$" and not path:find "/%.*/" and path or nil end

-- Whether the client's token may go to the address that a container's answer names: to the origin of
-- `opts.upload_url`; where that is not given, on this machine to other ports, too.
local function is_trusted(job, origin)
  local own = split(job.upload_url)
  return origin == own or not job.opts.upload_url and is_same_machine(origin, own)
end

local function address(job, part)
  local origin, path = split(part.uri)
  path = path and plain_path(path)
  if path and is_trusted(job, origin) then return origin, path end
  return job.upload_url, ("/ig-api-upload/%s%s"):format(job.version, part.id)
end

--- The client for a host of uploads. Raises for what is no URL of one.
-- @tparam job job
-- @tparam string url
function upload.client(job, url)
  local uploader = job.uploaders[url] or core.client.uploader(job.client, url)
  job.uploaders[url] = uploader
  return uploader
end

-- --- how far it is --------------------------------------------------------------------------------

local function whole(value)
  value = tonumber(value)
  return value and value >= 0 and math.floor(value) or nil
end

-- How many bytes a container has, by its own fields; nil, the error, and whether that is its end.
local function stored_by_container(job, part)
  local answer, err = container.read(job, part, ",video_status")
  if err then return nil, err end
  local state, failed = container.judge(job, part, answer)
  if failed then return nil, failed, true end
  part.state = state
  local video = answer.video_status
  local phase = type(video) == "table" and type(video.uploading_phase) == "table" and video.uploading_phase or {}
  if container.is_ready(part) or phase.status == "complete" then return part.file.size end
  return whole(phase.bytes_transferred)
end

local function stored_by_host(job, part)
  local stopped = job:stop()
  if stopped then return nil, stopped end
  local url, path = address(job, part)
  local answer, err = job:ask("GET", path, nil, upload.client(job, url))
  return type(answer) == "table" and whole(answer.offset) or nil, err
end

-- Where to go on; nil, the error where that cannot be known now, and whether it never will be.
local function stored(job, part)
  local at, err, is_end = stored_by_container(job, part)
  if at or err then return at, err, is_end end
  at, err = stored_by_host(job, part)
  if err and (err.retryable or err.kind == "cancelled") then return nil, err end
  return at or 0
end

-- --- sending --------------------------------------------------------------------------------------

-- Waits for a transfer, and looks now and then how far it is.
local function watch(job, file, sending)
  local bell
  local function ring_later()
    bell = loop.ticket(job.TICK)
    return bell
  end
  loop.await(sending, { wake = function() if bell then wait.ring(bell) end end })
  repeat
    job:wait(ring_later)
    job:move(file, transfer.sent(sending) or 0)
    local stopped = job:stop()
    if stopped then
      loop.ring(sending)
      return stopped
    end
  until loop.is_over(sending)
end

local function attempt(job, part, offset)
  local stopped, file = job:stop(), part.file
  if stopped then return nil, stopped end
  local url, path = address(job, part)
  local sending = transfer.upload(upload.client(job, url), path, file.handle, offset, file.size)
  stopped = watch(job, file, sending)
  local answer, err = transfer.answer(sending)
  if stopped or err then return nil, stopped or err end
  if type(answer) == "table" and answer.success == false then
    local _, refused = core.error.fail("graph", "POST", path, tostring(answer.message or "the upload was refused"))
    return nil, refused
  end
  return true
end

-- The host of uploads writes its messages as JSON inside of a string.
local function unwrap(err)
  local inner = err.message:find "^{" and core.json.decode(err.message)
  local refused = type(inner) == "table" and type(inner.error) == "table" and inner.error.message
  if type(refused) == "string" then err.message = refused end
end

-- Names the file in what is wrong with it. It can be gone on with what is there already.
local function failed(part, err)
  unwrap(err)
  err.retryable = err.retryable or may_pass(err)
  local is_file = err.kind == "invalid" and not err.code
  if is_file and not part.number then err.message = part.file.name .. ": " .. err.message end
  return nil, err, err.kind
end

-- Sends what is missing.
local function try(job, part, offset)
  local file = part.file
  if offset > file.size then
    local _, err = core.error.fail("invalid", nil, nil, "shorter than what was sent of it already")
    return nil, err
  end
  job:move(file, offset)
  if offset < file.size then return attempt(job, part, offset) end
  return true
end

local PRECONDITION_FAILED = 412 -- "Request starting offset is invalid"

-- What the host of uploads itself says (`debug_info`) has a type, and no code.
local function is_refusal(err) return err.type ~= nil and err.code == nil end

-- Whether another place than the one it was sent from is right: that is said, or to be seen.
local function is_misplaced(job, part, offset, err)
  if err.status == PRECONDITION_FAILED then return true end
  local at = is_refusal(err) and stored(job, part)
  return at and at ~= offset
end

-- From one try to the next: waits, and finds out where to go on.
local function go_on(job, part, seconds, err)
  local stopped = job:pause(seconds)
  if stopped then return nil, stopped, true end
  local offset, why, is_end = stored(job, part)
  return offset, why or err, is_end
end

--- Sends the part's file, or what is missing of it.
-- @tparam job job
-- @tparam table part with an `id`
-- @tparam boolean is_new nothing was sent to it yet
-- @treturn boolean true, or `nil, err, kind`
function upload.send(job, part, is_new)
  local first_pause, tries, furthest = job.opts.poll_interval * FIRST_PAUSE, 0, -1
  local offset, err, is_end = 0, nil, false
  if not is_new then offset, err, is_end = stored(job, part) end
  while not is_end do
    local ok
    if offset and offset > furthest then tries, furthest = 0, offset end
    if offset then ok, err = try(job, part, offset) end
    if ok then
      job:move(part.file, part.file.size)
      return true
    end
    tries = tries + 1
    if tries >= TRIES or not (may_pass(err) or is_misplaced(job, part, offset, err)) then break end
    offset, err, is_end = go_on(job, part, first_pause * 2 ^ (tries - 1), err)
  end
  return failed(part, err)
end

return upload
