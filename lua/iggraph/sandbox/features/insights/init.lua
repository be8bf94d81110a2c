--- Insights: the numbers of media and of accounts, as edges and as expanded fields.
-- @module iggraph.sandbox.features.insights
local auth = require "iggraph.sandbox.auth"
local fields = require "iggraph.sandbox.fields"
local json = require "iggraph.sandbox.json"
local of_media = require "iggraph.sandbox.features.insights.media"
local of_user = require "iggraph.sandbox.features.insights.user"
local render = require "iggraph.sandbox.render"
local result = require "iggraph.sandbox.features.insights.result"

local M = {}

local function path_of(node) return "/" .. node.id .. "/insights" end

local function page(plan, entries, links)
  for index, entry in ipairs(entries) do entries[index] = render.node(plan, entry) end
  return json.object("data", entries, "paging", links)
end

--- The edge.
local function reader(entries_of)
  return function(situation, node)
    local call, context = situation.call, situation.context
    local plan = render.plan(result.type, fields.selection(call.params), context)
    return page(plan, entries_of(call, node, context, { context = context, path = path_of(node), sent = call.sent }))
  end
end

local MODIFIERS = { "metric", "period", "metric_type", "breakdown", "timeframe" }

local function sent_by(field)
  local sent = {}
  for _, name in ipairs(MODIFIERS) do
    local value = field.modifiers[name]
    if value then sent[#sent + 1] = { name, value } end
  end
  if field.source then sent[#sent + 1] = { "fields", field.source } end
  return sent
end

--- The field `insights.metric(reach).period(day){name,values}`; without any data it is left out.
local function expanded(entries_of)
  return function(field, context)
    auth.check_edge(context.grant, "GET", "insights")
    local plan = render.plan(result.type, field.fields, context)
    local call, sent = { params = field.modifiers }, sent_by(field)
    return function(node)
      local entries, links = entries_of(call, node, context, { context = context, path = path_of(node), sent = sent })
      return #entries > 0 and page(plan, entries, links) or nil
    end
  end
end

function M.extend(graph)
  graph.add_type("insight", result.type)
  for short, of in pairs { media = of_media, ig_user = of_user } do
    local node_type = graph.types[short]
    node_type.reads.insights = reader(of.entries)
    node_type.parametric.insights = expanded(of.entries)
  end
end

return M
