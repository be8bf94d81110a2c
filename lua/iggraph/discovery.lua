--- What is asked for as a field of a node, and edges inside of such answers.
--
-- `business_discovery`, `mentioned_media` and `mentioned_comment` are fields with an argument:
-- `business_discovery.username(bluebottle){followers_count,media{id}}`. The edges nested in what they, or any
-- expansion, bring are gone on with by `continue`. See
-- <https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/business_discovery>
-- and <https://developers.facebook.com/docs/graph-api/guides/field-expansion>.
-- @classmod client

local ask = require "iggraph.ask"
local core = require "iggraph.core"
local cursor = require "iggraph.cursor"

local raise = core.error.raise

local discovery = {}

local DISCOVERY = "business_discovery"

-- From what a discovery brought to how more of its edges is asked for.
local origins = setmetatable({}, { __mode = "k" })

--- Takes a member out of a node's answer.
-- @tparam table node handle
-- @tparam string name
-- @treturn function (what the answer holds, the client that asked) -> the member, or `nil, err, kind`
-- @local
function discovery.member(node, name)
  return function(value, client)
    local member = type(value) == "table" and value[name]
    if member and member ~= core.null then return member end
    local message = ("%s %s has no %s"):format(node.type, node.id, name)
    return core.error.fail("not_found", "GET", core.client.path(client, node.id), message, 200)
  end
end

-- --- fields with an argument ----------------------------------------------------------------------

-- The argument stands in the syntax of `fields`: nothing that could end it there.
local function check_argument(row, value)
  if type(value) == "string" and value:find "^[%w._]+$" then return value end
  raise(("%s:%s: %s: letters, digits, '.' and '_' expected"):format(row.node, row.name, row.required))
end

local function fields_text(fields)
  local text = core.params.texts({ fields = fields or "id" }).fields
  return text == "" and "id" or text
end

local function field_with(row, value, inner) return ("%s.%s(%s){%s}"):format(row.edge, row.required, value, inner) end

local function discovery_of(value, inner) return ("%s.username(%s){%s}"):format(DISCOVERY, value, inner) end

--- Reads what stands behind a field with an argument: `user:business_discovery("bluebottle", fields)`,
-- `user:mentioned_media(media_id, fields)`, `user:mentioned_comment(comment_id, fields)`.
-- @tparam table row of the edge
-- @tparam table node handle
-- @tparam string value the argument
-- @tparam[opt] string|table fields
-- @treturn table what stands there, or `nil, err, kind`
-- @local
function discovery.read(row, node, value, fields)
  check_argument(row, value)
  local inner, member = fields_text(fields), discovery.member(node, row.edge)
  local asked = { fields = field_with(row, value, inner) }
  return ask(node.client, "GET", node.id, asked, function(answer, client)
    local found, err, kind = member(answer, client)
    if not found then return nil, err, kind end
    if row.edge == DISCOVERY then origins[found] = { id = node.id, value = value, inner = inner } end
    return found
  end)
end

-- --- edges inside of answers ----------------------------------------------------------------------

-- The parts of a text of fields that commas outside of braces and parentheses divide.
local function parts_of(fields)
  local parts, depth, from = {}, 0, 1
  for at = 1, #fields + 1 do
    local c = fields:sub(at, at)
    if c == "{" or c == "(" then depth = depth + 1 end
    if c == "}" or c == ")" then depth = depth - 1 end
    if (c == "," and depth == 0) or at > #fields then
      parts[#parts + 1] = fields:sub(from, at - 1)
      from = at + 1
    end
  end
  return parts
end

-- media.limit(5){id}: the modifiers without a place, and what is in the braces.
local function read_edge(fields, edge)
  for _, part in ipairs(parts_of(fields)) do
    local name, modifiers, inner = part:match "^%s*([%w_]+)([^{]*)(.*)$"
    if name == edge then
      return (modifiers:gsub("%.after%b()", ""):gsub("%.before%b()", ""):gsub("%s", "")), inner
    end
  end
end

local function after_of(page)
  local cursors = type(page.paging) == "table" and page.paging.cursors
  local after = type(cursors) == "table" and cursors.after
  return type(after) == "string" and after ~= "" and after or nil
end

-- What `pages` does to a page must not be seen in the caller's node.
local function copy_of(page)
  if type(page) ~= "table" then return { data = {} } end
  local copy = {}
  for name, value in pairs(page) do copy[name] = value end
  return copy
end

-- The page's size and its place, among the modifiers of a field.
local function with_place(modifiers, params)
  local size = params.limit and (".limit(%s)"):format(params.limit) or ""
  local sized, is_there = modifiers:gsub("%.limit%b()", size)
  local place = params.after and (".after(%s)"):format(params.after) or ""
  return (is_there > 0 and sized or modifiers .. size) .. place
end

-- Such an edge has no `next`: its cursor goes into the field, and it ends where there is none.
local function continue_discovery(client, origin, found, edge, opts)
  local id, value = origin.id, origin.value
  local modifiers, inner = read_edge(origin.inner, edge)
  local path, limit = core.client.path(client, id), modifiers:match "%.limit%((%d+)%)"
  local how = { list = ("%s/%s/%s/%s"):format(id, DISCOVERY, value, edge), first = { [DISCOVERY] = found } }
  how.sized = true
  function how.request(params)
    return { fields = discovery_of(value, edge .. with_place(modifiers, params) .. inner) }
  end
  function how.page(answer)
    local member = type(answer) == "table" and answer[DISCOVERY]
    local page = copy_of(type(member) == "table" and member[edge])
    if (after_of(page) or "a"):find "^[^(){},%c%s]+$" then return page end
    return core.error.fail("paging", "GET", path, "a cursor that cannot stand inside of fields")
  end
  function how.follow(page)
    local after = after_of(page)
    return after and { after = after } or nil
  end
  return cursor.open(client, id, { limit = limit }, opts, how)
end

--- Where fields with a discovery among them are asked for by hand: what came of it goes on like any other.
-- @tparam table node handle
-- @tparam[opt] table params
-- @treturn ?function what the answer holds -> the same; nil where there is none among them
-- @local
function discovery.origin_of(node, params)
  local fields = type(params) == "table" and params.fields
  if type(fields) ~= "string" or not fields:find(DISCOVERY, 1, true) then return nil end
  return function(answer)
    local found = type(answer) == "table" and answer[DISCOVERY]
    for _, part in ipairs(type(found) == "table" and parts_of(fields) or {}) do
      local value, inner = part:match("^%s*" .. DISCOVERY .. "%.username%(([%w._]+)%)%s*(%b{})")
      if value then origins[found] = { id = node.id, value = value, inner = inner:sub(2, -2) } end
    end
    return answer
  end
end

local function never() return nil end -- the `next` of insights moves on for ever

local function is_edge(name)
  for _, row in ipairs(core.graph.edges()) do
    if row.edge == name then return true end
  end
  return false
end

--- Goes on with an edge that came inside of an answer: the comments in
-- `media{id,comments{text}}`, the media of a `business_discovery`. It begins with the items that are there; an
-- expanded edge that is empty is left out by the Graph, and gives none.
-- @function client:continue
-- @tparam table node as it came: with its `id`, unless it is from `business_discovery`
-- @tparam string edge its name
-- @tparam[opt] table opts as of a `cursor`
-- @return a cursor
function discovery.continue(client, node, edge, opts)
  if type(node) ~= "table" then raise("continue: a node's table expected, got " .. type(node)) end
  if type(edge) ~= "string" then raise("continue: the name of an edge expected, got " .. type(edge)) end
  local origin, page = origins[node], node[edge]
  if origin and read_edge(origin.inner, edge) then return continue_discovery(client, origin, node, edge, opts) end
  if page == nil and not is_edge(edge) then raise(("continue: no node has an edge '%s'"):format(edge)) end
  if type(node.id) ~= "string" then raise("continue: the node has no id") end
  if page ~= nil and (type(page) ~= "table" or type(page.data) ~= "table") then
    raise(("continue: '%s' is not an edge of the node"):format(edge))
  end
  local id = core.client.check_id(client, node.id, "node.id")
  local follow = edge == "insights" and never or nil
  return cursor.open(client, id .. "/" .. edge, nil, opts, { first = copy_of(page), follow = follow })
end

return discovery
