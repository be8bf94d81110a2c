--- Handles of nodes: `ig:user(id)` and so on. A handle costs no request; its methods are the rows of
-- the table in `csrc/graph.c`, named as in the Graph.
-- @classmod node

local call = require "iggraph.call"
local core = require "iggraph.core"
local cursor = require "iggraph.cursor"
local with_params = require "iggraph.params"

local start, raise = core.transfer.start, core.error.raise

-- How each shape of edge is asked for: (row, handle, params, opts) -> what the method returns.
local shapes = {}

function shapes.list(row, node, params, opts)
  return cursor.open(node.client, node.id .. "/" .. row.edge, params, opts)
end

-- A member of the node itself, asked for as a field; `params.fields` are the member's own.
function shapes.field(row, node, params)
  local asked = with_params(params, function(fields) return fields and { [row.edge] = fields } or row.edge end)
  local value, err, kind = call(node.client, start, node.client, "GET", node.id, asked)
  if err then return nil, err, kind end
  if type(value) ~= "table" or value[row.edge] == nil or value[row.edge] == core.null then
    local message = ("%s %s has no %s"):format(node.type, node.id, row.edge)
    return core.error.fail("not_found", "GET", core.client.path(node.client, node.id), message, 200)
  end
  return value[row.edge]
end

local types = {} -- node type -> metatable of its handles

local function edges_of(methods)
  local names = {}
  for name in pairs(methods) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, ", ")
end

local function new_type(name)
  local methods = {}

  --- The node itself.
  -- @function node:get
  -- @tparam[opt] table params `fields` and others of the Graph
  -- @treturn table the node, or `nil, err, kind`
  function methods.get(node, params)
    return call(node.client, start, node.client, "GET", node.id, params)
  end

  local meta = { methods = methods, __metatable = false }
  function meta.__index(_, key)
    local method = methods[key]
    if method then return method end
    local message = "%s has no edge '%s'; it has %s, and client:get, :post, :delete and :list take any"
    raise(message:format(name, tostring(key), edges_of(methods)))
  end
  function meta.__tostring(node) return ("iggraph: %s %s"):format(name, node.id) end
  types[name] = meta
  return meta
end

for _, row in ipairs(core.graph.edges()) do
  local meta = types[row.node] or new_type(row.node)
  local shape = shapes[row.shape]
  meta.methods[row.name] = function(node, params, opts) return shape(row, node, params, opts) end
end

--- @param client
-- @tparam string type as in `csrc/graph.c`
-- @param id
-- @tparam string what what the id is called in an error
local function handle(client, type, id, what)
  id = core.client.check_id(client, id, what)
  return setmetatable({ client = client, id = id, type = type }, types[type] or new_type(type))
end

return { handle = handle }
