--- From nodes and the fields asked for to JSON objects.
--
-- What is asked is turned into a plan once for each call: a list of steps, each with a name and a function
-- from the node to the value. A page of a hundred items then only runs the steps.
-- @module iggraph.sandbox.render
local auth = require "iggraph.sandbox.auth"
local changes = require "iggraph.sandbox.changes"
local errors = require "iggraph.sandbox.errors"
local fields = require "iggraph.sandbox.fields"
local json = require "iggraph.sandbox.json"
local paging = require "iggraph.sandbox.paging"

local M = {}

local function run(plan, node)
  local members, size = {}, 0
  for index = 1, #plan, 2 do
    local value = plan[index + 1](node)
    if value ~= nil then
      members[size + 1], members[size + 2] = plan[index], value
      size = size + 2
    end
  end
  return json.as_object(members, size)
end

local function link_step(link, field, context)
  local plan = M.plan(link.type, field.fields, context, { "id" })
  return function(node)
    local target = link.get(node, context)
    return target and run(plan, target) or nil
  end
end

local function edge_step(edge, field, context)
  local plan = M.plan(edge.type, field.fields, context, edge.default)
  local sent = field.source and { { "fields", field.source } } or {}
  return function(node)
    local page, count = M.page(edge, plan, node, field.modifiers, {
      context = context, path = "/" .. node.id .. "/" .. field.name, sent = sent,
    })
    return count > 0 and page or nil -- an expanded edge that is empty is left out
  end
end

local function step(node_type, field, context)
  local name = field.name
  local getter, link, edge = changes.getter(node_type, name, context), node_type.links[name], node_type.edges[name]
  auth.check_edge(context.grant, "GET", name)
  if node_type.parametric[name] then return node_type.parametric[name](field, context) end
  if getter then
    if field.fields then errors.no_subfields(name) end
    return getter
  end
  if link then return link_step(link, field, context) end
  if edge then return edge_step(edge, field, context) end
  errors.unknown_field(name, node_type.name)
end

local ID = { name = "id", modifiers = {} }

local function as_fields(names)
  local list = {}
  for index, name in ipairs(names) do list[index] = { name = name, modifiers = {} } end
  return list
end

--- Turns the fields asked for into steps; raises the Graph's error for one that the type does not have.
-- @tparam table node_type
-- @tparam ?table selection from `fields.parse`; nil for the default fields
-- @tparam table context of the call
-- @tparam[opt] table default names of the fields instead of the type's own default
-- @treturn table the plan
function M.plan(node_type, selection, context, default)
  auth.check_type(context.grant, node_type)
  local plan, seen = {}, {}
  for _, field in ipairs(selection or as_fields(default or node_type.default)) do
    if not seen[field.name] then
      seen[field.name] = true
      plan[#plan + 1] = field.name
      plan[#plan + 1] = step(node_type, field, context)
    end
  end
  if not seen.id then
    plan[#plan + 1] = "id"
    plan[#plan + 1] = step(node_type, ID, context)
  end
  return plan
end

--- One node.
-- @tparam table plan
-- @tparam table node
-- @treturn table a JSON object
M.node = run

--- One page of an edge.
-- @tparam table edge
-- @tparam table plan for its items
-- @tparam table node whose edge it is
-- @tparam table params limit, cursors and times
-- @tparam table link see `paging.page`
-- @treturn table a JSON object
-- @treturn number how many items the page has
function M.page(edge, plan, node, params, link)
  local list = edge.list(node, link.context, params)
  changes.filter(link.context, list, node.id)
  local items, links = paging.page(list, params, link)
  for index, item in ipairs(items) do items[index] = run(plan, item) end
  return json.object("data", items, "paging", links), #items
end

--- One page of an edge, as a call asks for it.
-- @tparam table edge
-- @tparam table node whose edge it is
-- @tparam table params `fields`, limit, cursors and times
-- @tparam table link see `paging.page`
-- @treturn table a JSON object
function M.edge(edge, node, params, link)
  local plan = M.plan(edge.type, fields.selection(params), link.context, edge.default)
  return (M.page(edge, plan, node, params, link))
end

return M
