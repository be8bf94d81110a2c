--- IG Upcoming Event: announced by an account, read and changed.
-- https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-upcoming-event
-- @module iggraph.sandbox.features.events
local errors = require "iggraph.sandbox.errors"
local ids = require "iggraph.sandbox.nodes.ids"
local json = require "iggraph.sandbox.json"
local parameters = require "iggraph.sandbox.parameters"
local time = require "iggraph.time"

local M = {}

local NOTIFICATIONS = {
  "AFTER_EVENT_1DAY", "AFTER_EVENT_2DAY", "AFTER_EVENT_3DAY", "AFTER_EVENT_4DAY", "AFTER_EVENT_5DAY",
  "AFTER_EVENT_6DAY", "AFTER_EVENT_7DAY", "BEFORE_EVENT_15MIN", "BEFORE_EVENT_1DAY", "BEFORE_EVENT_1HOUR",
  "BEFORE_EVENT_2DAY", "EVENT_START", "RESCHEDULED",
}
local TARGETS = { "EVENT_END", "EVENT_START" }
local LONGEST_TITLE = 300

local event = {
  name = "IGUpcomingEvent", instagram = true, default = { "id", "title", "start_time" },
  fields = {
    id = function(node) return node.id end,
    title = function(node) return node.title end,
    start_time = function(node) return time.format(node.start_time) end,
    end_time = function(node) return node.end_time and time.format(node.end_time) end,
    notification_subtypes = function(node) return node.notification_subtypes end,
    notification_target_time = function(node) return node.notification_target_time end,
  },
}

local function key(id) return "event:" .. id end
local function list_key(account) return "events:" .. account.id end

local function find(id, context)
  return ids.rest("event", id) and context.store.take(key(id)) or nil
end

--- What a call says about an event.
local function read(situation)
  local call = situation.call
  local record = {
    title = parameters.text(call, "title", LONGEST_TITLE),
    start_time = parameters.time(call, "start_time"), end_time = parameters.time(call, "end_time"),
    notification_subtypes = parameters.list(call, "notification_subtypes", NOTIFICATIONS),
    notification_target_time = parameters.choice(call, "notification_target_time", TARGETS),
  }
  if record.start_time <= situation.context.now then errors.bad_parameter("start_time", "must be in the future") end
  if record.end_time and record.end_time <= record.start_time then
    errors.bad_parameter("end_time", "must be after start_time")
  end
  return record
end

local function create(situation, account)
  local store, record = situation.store, read(situation)
  record.id = ids.numbered("event", store.add("events", 1))
  store.put(key(record.id), record)
  store.append(list_key(account), record.id)
  return json.object("id", record.id)
end

local function change(situation, node)
  local record = read(situation)
  for name, value in pairs(record) do node[name] = value end
  situation.store.put(key(node.id), node)
  return json.object("success", true)
end

local function list(account, context)
  local count = context.store.length(list_key(account))
  return {
    count = count,
    at = function(position) return find(context.store.item(list_key(account), count + 1 - position), context) end,
  }
end

function M.extend(graph)
  local required = { "title", "start_time" }
  graph.add_type("event", event)
  graph.add_finder(event, find)
  graph.types.ig_user.edges.upcoming_events = { type = event, list = list }
  graph.types.ig_user.writes.POST.upcoming_events = { required = required, run = create }
  event.writes.POST[""] = { required = required, run = change }
end

return M
