--- IG Container: media on their way to be published. They are kept in the store, and get on as they are looked at.
-- https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-container
-- @module iggraph.sandbox.nodes.container
local ids = require "iggraph.sandbox.nodes.ids"
local json = require "iggraph.sandbox.json"

local M = { name = "ShadowIGMediaBuilder", instagram = true, default = { "id" } }

local FIRST = 455560050000 -- what containers are numbered from
local LIFE = 86400 -- seconds
local VIDEO_POLLS = 3

local function key(id, name) return "container:" .. id .. ":" .. name end

--- Keeps a new container.
-- @tparam table store
-- @tparam table record `account`, `created`, `kind`, `product`, `item`, `caption`, `alt_text`, `children`, `resumable`,
-- `words` (see `iggraph.sandbox.features.publishing.words`); gets its `id` here
-- @treturn string the id
function M.add(store, record)
  record.id = ids.numbered("container", FIRST + store.add("containers", 1))
  M.put(store, record)
  return record.id
end

--- Keeps what was changed in a container's record.
-- @tparam table store
-- @tparam table record
function M.put(store, record) store.put(key(record.id, "record"), record) end

--- @tparam table store
-- @tparam string id
-- @treturn ?table the record
function M.record(store, id)
  return ids.rest("container", id) and store.take(key(id, "record")) or nil
end

--- What was uploaded into a container.
-- @tparam table store
-- @tparam string id
-- @treturn table `size` (bytes that are there), `file_size` (nil before the first call), `sum` (their checksum),
-- `offsets` (of each call), `failed`
function M.upload(store, id)
  return store.take(key(id, "upload")) or { size = 0, offsets = {} }
end

--- @tparam table store
-- @tparam string id
-- @tparam table upload
function M.put_upload(store, id, upload) store.put(key(id, "upload"), upload) end

--- Counts how often something happened to a container.
-- @tparam table store
-- @tparam string id
-- @tparam string what
-- @tparam[opt=1] number amount 0 only looks
-- @treturn number how often it happened by now
function M.count(store, id, what, amount) return store.add(key(id, what), amount or 1) end

local function is_uploaded(store, record)
  local upload = M.upload(store, record.id)
  return upload.size == upload.file_size
end

local function is_busy(store, record, now, is_look)
  local words = record.words
  if words.never then return true end
  if words.seconds then return now < record.created + words.seconds[1] end
  local look = is_look and M.count(store, record.id, "polls") or M.count(store, record.id, "polls", 0) + 1
  return look <= (words.polls and words.polls[1] or record.kind == "VIDEO" and VIDEO_POLLS or 0)
end

local TEXTS = {
  EXPIRED = "Expired: Media was not published within 24 hours of its creation.",
  FINISHED = "Finished: Media has been uploaded and it is ready to be published.",
  IN_PROGRESS = "In progress: Media is still being processed.",
  PUBLISHED = "Published: Media has been successfully published.",
}
local FAILED = "Error: Media upload has failed with error code %d"
local NOT_DOWNLOADED = "Error: Media download has failed. The media URI doesn't meet our requirements."
local UPLOAD_FAILED = 2207053

--- Where a container stands.
-- @tparam table store
-- @tparam table record
-- @tparam number now Unix seconds
-- @tparam[opt] boolean is_look whether this counts as a look, by which containers get on; else it is what the next
-- look would see
-- @treturn string the `status_code`
-- @treturn ?string text of an error
function M.state(store, record, now, is_look)
  local words = record.words
  if M.count(store, record.id, "published", 0) > 0 then return "PUBLISHED" end
  if words.expired or now - record.created >= LIFE then return "EXPIRED" end
  if record.resumable then
    if M.upload(store, record.id).failed then return "ERROR", FAILED:format(UPLOAD_FAILED) end
    if not is_uploaded(store, record) then return "IN_PROGRESS" end
  end
  if is_busy(store, record, now, is_look) then return "IN_PROGRESS" end
  if words.status_only then return "ERROR", NOT_DOWNLOADED end
  if words.status then return "ERROR", FAILED:format(words.status[1]) end
  return "FINISHED"
end

--- Marks a container as published: for one caller only.
-- @tparam table store
-- @tparam string id
-- @treturn boolean false if it was before
function M.publish(store, id)
  return M.count(store, id, "published") == 1
end

--- The node of a container.
-- @tparam string id
-- @tparam table context of the call
-- @treturn ?table
function M.find(id, context)
  local record = M.record(context.store, id)
  return record and { id = id, record = record, store = context.store, now = context.now } or nil
end

-- All that one call reads is one look.
local function look(node)
  if not node.code then node.code, node.text = M.state(node.store, node.record, node.now, true) end
  return node.code, node.text or TEXTS[node.code]
end

-- By the container's state: of what was uploaded, of its processing, of the search for what belongs to others.
local PROCESSING = { FINISHED = "complete", PUBLISHED = "complete", ERROR = "error", EXPIRED = "not_started" }

local function uploading_phase(node)
  if not node.record.resumable then return json.object("status", "complete") end
  local upload = M.upload(node.store, node.id)
  local status = upload.failed and "error" or upload.size == upload.file_size and "complete"
    or upload.size > 0 and "in_progress" or "not_started"
  return json.object("status", status, "bytes_transferred", upload.size, "source_file_size", upload.file_size,
    "errors", upload.failed and { json.object("code", UPLOAD_FAILED, "message", FAILED:format(UPLOAD_FAILED)) } or {})
end

local function processing_phase(node, uploading)
  local code = look(node)
  if code ~= "IN_PROGRESS" then return json.object("status", PROCESSING[code]) end
  return json.object("status", uploading == "complete" and "in_progress" or "not_started")
end

M.fields = {
  id = function(node) return node.id end,
  status_code = function(node)
    local code, text = look(node)
    return text ~= NOT_DOWNLOADED and code or nil
  end,
  status = function(node) return (select(2, look(node))) end,
  video_status = function(node)
    if node.record.kind ~= "VIDEO" then return nil end
    local uploading = uploading_phase(node)
    return json.object("uploading_phase", uploading, "processing_phase", processing_phase(node, uploading[2]))
  end,
  copyright_check_status = function(node)
    if node.record.kind ~= "VIDEO" then return nil end
    return json.object("status", look(node) == "IN_PROGRESS" and "in_progress" or "completed", "matches_found", false)
  end,
}

return M
