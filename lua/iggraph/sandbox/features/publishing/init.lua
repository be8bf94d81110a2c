--- Publishing: containers, uploads into them, media_publish, and how much of it is allowed in a day.
-- https://developers.facebook.com/docs/instagram-platform/content-publishing
--
-- How a container fares is said by its media: see `iggraph.sandbox.features.publishing.words`. The account
-- 17840000000000050 has used up its quota.
-- @module iggraph.sandbox.features.publishing
local checks = require "iggraph.sandbox.features.publishing.checks"
local container = require "iggraph.sandbox.nodes.container"
local errors = require "iggraph.sandbox.errors"
local failures = require "iggraph.sandbox.features.publishing.failures"
local fields = require "iggraph.sandbox.fields"
local json = require "iggraph.sandbox.json"
local parameters = require "iggraph.sandbox.parameters"
local published = require "iggraph.sandbox.features.publishing.media"
local uploads = require "iggraph.sandbox.features.publishing.uploads"

local M = {}

local DAY = 86400
local QUOTA, CONTAINERS = 50, 400 -- a day
local USED_UP = "17840000000000050"

-- --- what was used -------------------------------------------------------------------------------

-- An account's log of what it did: numbered times.
local function log_key(account, what) return "log:" .. account.id .. ":" .. what end

local function log(context, account, what)
  context.store.append(log_key(account, what), context.now)
end

--- Whether something was done as often in the last day as is allowed: the oldest of so many is enough to know.
local function is_used_up(context, account, what, limit)
  local name = log_key(account, what)
  local oldest = context.store.length(name) - limit + 1
  return oldest > 0 and context.store.item(name, oldest) > context.now - DAY
end

local function usage(context, account, since)
  if account.id == USED_UP then return QUOTA end
  local name, count = log_key(account, "posts"), 0
  for number = context.store.length(name), 1, -1 do
    if context.store.item(name, number) <= since then break end
    count = count + 1
  end
  return count
end

local LIMIT = {
  quota_usage = usage,
  config = function() return json.object("quota_total", QUOTA, "quota_duration", DAY) end,
}

local function publishing_limit(situation, account)
  local call, context = situation.call, situation.context
  local since = parameters.time(call, "since") or context.now - DAY
  if since < context.now - DAY then errors.bad_parameter("since", "must be within the last 24 hours") end
  local members = {}
  for _, field in ipairs(fields.selection(call.params) or { { name = "quota_usage" } }) do
    local get = LIMIT[field.name] or errors.unknown_field(field.name, "ContentPublishingLimitResponse")
    members[#members + 1] = field.name
    members[#members + 1] = get(context, account, since)
  end
  return json.object("data", { json.as_object(members, #members) })
end

-- --- containers ------------------------------------------------------------------------------------

local function create(situation, account)
  local call, context = situation.call, situation.context
  if is_used_up(context, account, "containers", CONTAINERS) then failures.raise(2207042) end
  local record = checks.record(call, account, context)
  local id = container.add(context.store, record)
  log(context, account, "containers")
  local uri = ("%s/ig-api-upload/%s/%s"):format(context.base_url, context.serving, id)
  return json.object("id", id, "uri", record.resumable and uri or nil)
end

-- --- media_publish ---------------------------------------------------------------------------------

-- Why a container cannot be published, by its state. One that was published is not "ready" a second time.
local NOT_READY = { IN_PROGRESS = 2207027, PUBLISHED = 2207027, EXPIRED = 2207008, ERROR = 2207032 }

local function need_ready(context, record)
  local state = container.state(context.store, record, context.now, true)
  if NOT_READY[state] then failures.raise(NOT_READY[state]) end
end

local function need_container(context, account, id)
  if not id:find("^%d+$") then errors.bad_parameter("creation_id", "must be an integer") end
  local record = container.record(context.store, id)
  if not record or record.account ~= account.id then failures.raise(2207006) end
  if record.item then errors.bad_parameter("creation_id", "must not be that of a carousel item") end
  return record
end

local function children_of(context, record)
  local children = {}
  for index, id in ipairs(record.children or {}) do
    children[index] = container.record(context.store, id)
    need_ready(context, children[index])
  end
  return children
end

local function cut(value)
  return { status = 200, body = value and json.encode(value) or "", transport = { part = 0, drop = true } }
end

--- What the container's maker wants to go wrong before anything is done.
local function fault_before(context, record)
  local words = record.words
  local function is_first(word) return words[word] and container.count(context.store, record.id, word) == 1 end
  local failure = words.publish_error or is_first("publish_once_error") and words.publish_once_error
  if failure then failures.raise(failure[2], failure[1]) end
  return (words.publish_lost or is_first("publish_once_lost")) and cut() or nil
end

local function publish(situation, account)
  local context = situation.context
  local record = need_container(context, account, situation.call.params.creation_id)
  local children = children_of(context, record)
  need_ready(context, record)
  if account.id == USED_UP or is_used_up(context, account, "posts", QUOTA) then failures.raise(2207042) end
  local fault = fault_before(context, record)
  if fault then return fault end
  if not container.publish(context.store, record.id) then failures.raise(NOT_READY.PUBLISHED) end
  log(context, account, "posts")
  local answer = json.object("id", published.add(context, account, record, children))
  return record.words.publish_cut and cut(answer) or answer
end

-- --- the graph -------------------------------------------------------------------------------------

M.roots = { ["ig-api-upload"] = uploads.root }

M.controls = { upload = { GET = uploads.report } }

function M.extend(graph)
  graph.add_type("container", container)
  graph.add_finder(container, container.find)
  published.extend(graph)
  local account = graph.types.ig_user
  local publish_row = { required = { "creation_id" }, run = publish }
  account.writes.POST.media = { run = create }
  account.writes.POST.media_publish = publish_row
  account.writes.POST.mediapublish = publish_row -- its name on graph.instagram.com
  account.reads.content_publishing_limit = publishing_limit
end

return M
