--- Resumable uploads, which the Graph takes at rupload.facebook.com: `POST /ig-api-upload/<version>/<container>`.
-- https://developers.facebook.com/docs/instagram-platform/content-publishing/resumable-uploads
--
-- Of a file only its length and a checksum are kept: `GET /_sandbox/upload/<container>` tells them.
-- @module iggraph.sandbox.features.publishing.uploads
local adler32 = require "iggraph.sandbox.adler32"
local auth = require "iggraph.sandbox.auth"
local container = require "iggraph.sandbox.nodes.container"
local errors = require "iggraph.sandbox.errors"
local json = require "iggraph.sandbox.json"
local words = require "iggraph.sandbox.features.publishing.words"

local M = {}

local REMOTE_SIZE = 1048576 -- of what is said to be fetched

-- --- answers -------------------------------------------------------------------------------------

local Refusal = {}

local function refuse(fields) error(setmetatable(fields, Refusal), 0) end

--- A message that is JSON inside of a string, as the service writes it.
local function wrapped(message)
  return json.encode(json.object("success", false, "error", json.object("message", message)))
end

local function unauthorized() refuse { status = 401, message = wrapped "unauthorized user request" } end

local function answer_of(refusal)
  return {
    status = refusal.status or 400,
    body = json.encode(json.object("debug_info", json.object(
      "retriable", refusal.retriable or false, "type", refusal.type or "ProcessingFailedError",
      "message", refusal.message))),
  }
end

local function cut() return { status = 200, body = "", transport = { part = 0, drop = true } } end

local function success() return json.object("success", true, "message", "Upload successful.") end

-- --- who may upload what ---------------------------------------------------------------------------

--- Other than the Graph, this service wants the token behind the word OAuth.
local function authorize(situation)
  if not (situation.call.headers.authorization or ""):find("^OAuth%s") then unauthorized() end
  local ok, failure = pcall(auth.grant, situation.call, situation.store)
  if ok then return end
  if not errors.is(failure) then error(failure, 0) end
  unauthorized()
end

local function need_container(situation)
  local record = container.record(situation.store, situation.call.segments[3] or "")
  if not record or not record.resumable then refuse { message = wrapped "The container does not exist" } end
  if container.state(situation.store, record, situation.call.now) == "EXPIRED" then
    refuse { message = wrapped "The container has expired" }
  end
  return record
end

--- A number among the headers.
local function number_of(call, name)
  local text = call.headers[name] or ""
  return text:find("^%d+$") and tonumber(text) or refuse { message = wrapped("The header " .. name .. " is missing") }
end

--- The upload as it goes on; raises if it cannot go on so.
local function continue(situation, record)
  local call, upload = situation.call, container.upload(situation.store, record.id)
  local offset, file_size = number_of(call, "offset"), number_of(call, "file_size")
  upload.offsets[#upload.offsets + 1] = offset
  container.put_upload(situation.store, record.id, upload)
  if upload.file_size and upload.file_size ~= file_size or file_size == 0 then
    refuse { message = wrapped "The file_size is not that of the upload" }
  end
  if offset ~= upload.size or upload.failed then
    refuse { type = "OffsetInvalidError", message = "Request starting offset is invalid" }
  end
  upload.file_size = file_size
  return upload
end

-- --- bytes ---------------------------------------------------------------------------------------

--- The next place in the file at which the container's maker wants a cut; nil if there is none.
local function next_cut(record, upload)
  local nearest
  for _, place in ipairs(record.words.cut_after or {}) do
    if place > upload.size and place < (nearest or math.huge) then nearest = place end
  end
  return nearest
end

--- Takes the bytes as they come, and notes them at once, so that they count whatever happens next. A later call ends
-- an earlier one, of which bytes may still be on their way when its client has gone.
-- @treturn boolean false where it has to be cut
local function receive(situation, record, upload)
  local store, id = situation.store, record.id
  local turn, place = container.count(store, id, "uploads"), next_cut(record, upload)
  for chunk in situation.call.chunks do
    if container.count(store, id, "uploads", 0) ~= turn then return false end
    if place then chunk = chunk:sub(1, place - upload.size) end
    if upload.size + #chunk > upload.file_size then refuse { message = wrapped "More bytes than file_size says" } end
    upload.size, upload.sum = upload.size + #chunk, adler32.add(upload.sum, chunk)
    container.put_upload(store, id, upload)
    if upload.size == place then return false end
  end
  return true
end

local function fail_on_request(situation, record, upload)
  local asked = record.words
  if asked.upload_error then
    upload.failed = true
    container.put_upload(situation.store, record.id, upload)
    refuse { message = wrapped "The video cannot be processed" }
  end
  if asked.upload_once_error and container.count(situation.store, record.id, "upload_once") == 1 then
    refuse { status = 500, retriable = true, message = wrapped "Please try again" }
  end
end

local function take_file(situation, record)
  local upload = continue(situation, record)
  if not receive(situation, record, upload) then return cut() end
  fail_on_request(situation, record, upload)
  if upload.size < upload.file_size then
    refuse { type = "PartialRequestError", retriable = true,
      message = "Partial request (did not match length of file)" }
  end
  return success()
end

--- What would be fetched from an address: its words count, too.
local function take_address(situation, record)
  local address = situation.call.headers.file_url
  words.of_address(address, record.words)
  container.put(situation.store, record)
  local upload = container.upload(situation.store, record.id)
  fail_on_request(situation, record, upload)
  if record.words.error or not address:find("^https?://[^/]+/") then
    refuse { message = wrapped "The file cannot be fetched" }
  end
  upload.size, upload.file_size = REMOTE_SIZE, REMOTE_SIZE
  container.put_upload(situation.store, record.id, upload)
  return success()
end

local function post(situation)
  authorize(situation)
  local record = need_container(situation)
  return (situation.call.headers.file_url and take_address or take_file)(situation, record)
end

local function get(situation)
  authorize(situation)
  return json.object("offset", container.upload(situation.store, need_container(situation).id).size)
end

--- Refusals have a shape of their own here. What was sent is read before, or the client would not read the answer.
local function with_refusals(run)
  return function(situation)
    local ok, result = pcall(run, situation)
    if ok then return result end
    if getmetatable(result) ~= Refusal then error(result, 0) end
    for _ in situation.call.chunks do end -- luacheck: ignore 542
    return answer_of(result)
  end
end

--- See `iggraph.sandbox.features`.
M.root = { deep = true, open = true, GET = with_refusals(get), POST = with_refusals(post) }

--- The control: what arrived.
-- @tparam table stores see `recorder.control`
-- @tparam table call
-- @treturn ?table a JSON object
function M.report(stores, call)
  local id = call.path:match("([^/]*)$")
  if not container.record(stores.state, id) then return nil end
  local upload = container.upload(stores.state, id)
  return json.object("size", upload.size, "file_size", upload.file_size, "sum", adler32.hex(upload.sum),
    "offsets", upload.offsets)
end

return M
