--- What a name of the Graph may have meant that it does not know. Loaded once somebody has mistyped one.
--
-- The Graph refuses a field that is none by an error, and ignores a parameter that is none.

local core = require "iggraph.core"
local near = require "iggraph.near"
local reference = require "iggraph.reference"

local hint = {}

-- What lists take beside their own parameters: https://developers.facebook.com/docs/graph-api/results
local OF_LISTS = { limit = true, after = true, before = true, since = true, ["until"] = true }
local OF_ALL = { fields = true, access_token = true, locale = true }

-- A field may be an edge, too: its first page comes inside of the answer.
local function edges_of(node_type)
  local names = {}
  for _, row in ipairs(core.graph.edges()) do
    local is_read = row.method == "GET" and row.edge ~= ""
    if is_read and row.node:gsub(" ", "") == node_type:gsub("^Shadow", "") then names[row.edge] = true end
  end
  return names
end

--- @tparam table err an error object, or what looks like one
-- @treturn string what its text goes on with where it is about a field that is like another one; else empty
function hint.field(err)
  local message = type(err.message) == "string" and err.message or ""
  local name, node_type = message:match "nonexisting field %(([%w_]+)%) on node type %((%w+)%)"
  return name and near(name, reference.fields(node_type), edges_of(node_type)) or ""
end

local function known_params(row)
  local known = {}
  for name in pairs(reference.edge(row).params) do known[name] = true end
  for name in row.required:gmatch "[^,|]+" do known[name] = true end
  for name in pairs(OF_ALL) do known[name] = true end
  for name in pairs(row.method == "GET" and OF_LISTS or {}) do known[name] = true end
  return known
end

--- @tparam table row of an edge
-- @tparam table params as they were given
-- @treturn ?string what one of them may have meant, as `"params.metrics: did you mean 'metric'?"`; nil where all are
-- known, or are like none: the Graph may have more of them than are known here
function hint.param(row, params)
  local known = known_params(row)
  for name in pairs(params) do
    if not known[name] and core.cursor.options[name] then
      return ("params.%s is an option: it belongs into the second table"):format(name)
    end
    local meant = known[name] and "" or near(name, known)
    if meant ~= "" then return ("params.%s%s"):format(tostring(name), meant) end
  end
end

return hint
