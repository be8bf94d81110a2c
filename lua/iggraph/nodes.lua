--- Handles of nodes: `ig:user(id)` and so on. A handle costs no request; its methods are the rows of
-- the table in `csrc/graph.c`: reads named as in the Graph, writes by a verb.
-- @classmod node

local ask = require "iggraph.ask"
local core = require "iggraph.core"
local lazy = require "iggraph.lazy"
local with_params = require "iggraph.params"

local later = lazy { discovery = "iggraph.discovery", insights = "iggraph.insights", near = "iggraph.near" }
local raise = core.error.raise

local nodes = {}

local GRAPH = "Graph" -- what belongs to no node is the client's own

-- --- what every edge needs ------------------------------------------------------------------------

local function split(text, pattern)
  local list = {}
  for part in text:gmatch(pattern) do list[#list + 1] = part end
  return list
end

local function is_given(params, name)
  local value = params and params[name]
  return value ~= nil and value ~= "" and not (type(value) == "table" and next(value) == nil)
end

-- For a prompt: is told the row and the parameters of each call of an edge, and may say what it thinks of them.
nodes.on_params = nil

local function check(row, params)
  if params ~= nil and type(params) ~= "table" then
    raise(("%s:%s: params: a table expected, got %s"):format(row.node, row.name, type(params)))
  end
  for _, names in ipairs(row.needs) do
    local given = 0
    for _, name in ipairs(names) do given = given + (is_given(params, name) and 1 or 0) end
    local message = given == 0 and "%s:%s: params.%s is required" or given > 1 and "%s:%s: either params.%s, not both"
    if message then
      local mistyped = params and require("iggraph.hint").param(row, params)
      raise(message:format(row.node, row.name, table.concat(names, " or params.")) ..
        (mistyped and "; " .. mistyped or ""))
    end
  end
  if nodes.on_params then nodes.on_params(row, params or {}) end
end

local function path_of(row, node)
  if row.node == GRAPH then return row.edge end
  return row.edge == "" and node.id or node.id .. "/" .. row.edge
end

-- --- the shapes of edges: (row, handle, …) -> what the method returns -----------------------------

local shapes = {}

function shapes.list(row, node, params, opts)
  check(row, params)
  return node.client:list(path_of(row, node), params, opts)
end

function shapes.value(row, node, params)
  check(row, params)
  return ask(node.client, row.method, path_of(row, node), params)
end

function shapes.flag(row, node, value, params)
  if type(value) ~= "boolean" then
    raise(("%s:%s: true or false expected, got %s"):format(row.node, row.name, type(value)))
  end
  local asked = with_params(params, function(fields) return fields end)
  asked[row.required] = value
  return ask(node.client, row.method, path_of(row, node), asked)
end

-- A member of the node itself, asked for as a field; `params.fields` are the member's own.
function shapes.field(row, node, params)
  check(row, params)
  local asked = with_params(params, function(fields) return fields and { [row.edge] = fields } or row.edge end)
  return ask(node.client, row.method, node.id, asked, later.discovery.member(node, row.edge))
end

function shapes.insights(row, node, params, opts)
  check(row, params)
  return later.insights.list(node.client, path_of(row, node), params, opts)
end

function shapes.argument(row, node, value, fields)
  return later.discovery.read(row, node, value, fields)
end

-- --- types ----------------------------------------------------------------------------------------

local types = {} -- node type -> metatable of its handles, made with the first one

local function page_of(name)
  for _, row in ipairs(core.graph.handles()) do
    if row.node == name then return row.page end
  end
end

-- What a name stands for that is none of a method: the Graph's name of an edge that is written by a verb, or of a
-- parameter that has a method of its own; else methods that are called alike.
local function meaning_of(key, methods, aliases)
  return aliases[key] and (": did you mean %s?"):format(aliases[key]) or later.near(key, methods)
end

local function raise_unknown(node_type, key, methods, aliases)
  local meant = meaning_of(key, methods, aliases)
  raise(("%s has no edge '%s'%s All are at %s; client:get, :post, :delete and :list take any"):format(node_type,
    tostring(key), meant == "" and "." or meant, page_of(node_type)))
end

local function check_handle(node, name)
  local is_handle = type(node) == "table" and rawget(node, "client") ~= nil
  if not is_handle then raise(("call it with a colon: node:%s(…)"):format(name)) end
end

-- The rows of a type in the table of the Graph, or of what belongs to none.
local function rows_of(name)
  local rows = core.graph.edges(name)
  for _, row in ipairs(rows) do
    row.needs = split(row.required, "[^,]+")
    for i, names in ipairs(row.needs) do row.needs[i] = split(names, "[^|]+") end
  end
  return rows
end

local function add_edge(meta, row)
  local shape = shapes[row.shape]
  meta.edges[row.name] = row.edge
  meta.methods[row.name] = function(node, ...)
    check_handle(node, row.name)
    return shape(row, node, ...)
  end
  local alias = row.shape == "flag" and row.required or row.edge
  local known = meta.aliases[alias]
  meta.aliases[alias] = (known and known .. " or " or "") .. "'" .. row.name .. "'"
end

local function new_type(name)
  local methods = {}
  local itself = { node = name, name = "get", method = "GET", edge = "", required = "", needs = {} }

  --- The node itself. Every type has this method; its fields are those of the Graph's reference,
  -- <https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference>.
  -- @function node:get
  -- @tparam[opt] table params `fields` and others of the Graph
  -- @treturn table the node, or `nil, err, kind`
  function methods.get(node, params)
    check_handle(node, "get")
    check(itself, params)
    return ask(node.client, "GET", node.id, params, later.discovery.origin_of(node, params))
  end

  local meta = { methods = methods, edges = {}, aliases = {}, __metatable = false }
  function meta.__index(_, key)
    local method = methods[key]
    if method then return method end
    raise_unknown(name, tostring(key), methods, meta.aliases)
  end
  function meta.__tostring(node) return ("iggraph: %s %s"):format(name, node.id) end
  for _, row in ipairs(rows_of(name)) do add_edge(meta, row) end
  return meta
end

local type_of

-- `me` is whose token it is: a User, with a Page token the Page, on graph.instagram.com the IG User. What two of them
-- call alike and have at different edges, it does not have.
local function new_me()
  local me, page = new_type "User", type_of "Page"
  local own, known = me.methods, { me.edges, page.edges }

  local function may_share(meta, name)
    for _, edges in ipairs(own[name] and known or {}) do
      if edges[name] and edges[name] ~= meta.edges[name] then return false end
    end
    return true
  end

  for _, meta in ipairs { page, type_of "IG User" } do
    for name, method in pairs(meta.methods) do
      if may_share(meta, name) then own[name] = own[name] or method else own[name] = nil end
    end
    for alias, names in pairs(meta.aliases) do me.aliases[alias] = me.aliases[alias] or names end
  end
  return me
end

function type_of(name)
  local meta = types[name] or name == "User" and new_me() or new_type(name)
  types[name] = meta
  return meta
end

local function new_handle(client, node_type, id)
  return setmetatable({ client = client, id = id, type = node_type }, type_of(node_type))
end

--- Gives a class of clients its handles and the edges that belong to no node.
-- @tparam table methods of the class
-- @tparam function real from one of its objects to the client that checks ids
-- @local
function nodes.extend(methods, real)
  for _, row in ipairs(rows_of(GRAPH)) do
    methods[row.name] = function(client, ...) return shapes[row.shape](row, { client = client }, ...) end
  end
  for _, row in ipairs(core.graph.handles()) do
    methods[row.name] = function(self, id)
      if type(self) == "string" then raise(("call it with a colon: client:%s(id)"):format(row.name)) end
      return new_handle(self, row.node, core.client.check_id(real(self), id, row.name .. " id"))
    end
  end
  function methods.me(self)
    if self == nil then raise "call it with a colon: client:me()" end
    return new_handle(self, "User", "me")
  end
  function methods.hashtags(self, user_id, q)
    if type(q) == "string" and q:find "^#" then raise "hashtags: q: the word without '#'" end
    return self:ig_hashtag_search { user_id = user_id, q = q }
  end
end

return nodes
