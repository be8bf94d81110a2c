--- Prints LDoc of every edge: the rows of `csrc/graph.c`, with the parameters that the Graph's own description names.
-- For `make docs`.
local core = require "iggraph.core"
local reference = require "iggraph.reference"

local M = {}

-- What a shape takes and gives.
local SHAPES = {
  list = { "params, opts", "a `cursor` of the items" },
  insights = { "params, opts", "a `cursor` of entries, see `iggraph.insights`" },
  value = { "params", "what the API sent, or `nil, err, kind`" },
  flag = { "value, params", "what the API sent, or `nil, err, kind`" },
  field = { "params", "that member of the node, or `nil, err, kind`; `not_found` where it has none" },
  argument = { "value, fields", "what stands behind the field, or `nil, err, kind`" },
}

--- The names of an edge's parameters, in order: those that are described, and those that are required.
-- @tparam table params name -> type
-- @tparam string required as in `csrc/graph.c`
-- @treturn table
function M.names_of(params, required)
  local names, seen = {}, {}
  for name in pairs(params) do names[#names + 1], seen[name] = name, true end
  for name in required:gmatch "[^,|]+" do
    if not seen[name] then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

local function add_params(lines, row, known)
  for _, name in ipairs(M.names_of(known.params, row.required)) do
    local is_required = ("," .. row.required:gsub("|", ",") .. ","):find("," .. name .. ",", 1, true)
    local tag = is_required and "@param" or "@param[opt]"
    lines[#lines + 1] = ("-- %s params.%s %s"):format(tag, name, known.params[name] or "string")
  end
end

--- The Graph's page on an edge.
-- @tparam table row of `csrc/graph.c`
-- @tparam table pages node -> its page
-- @treturn string
function M.page_of(row, pages)
  local page = pages[row.node] or "https://developers.facebook.com/docs/instagram-platform"
  local has_page = page:find "/reference/ig%-[%l-]+$" and row.edge ~= ""
  return has_page and page .. "/" .. row.edge or page
end

local function document(row, pages)
  local known, shape = reference.edge(row), SHAPES[row.shape]
  local owner = row.node == "Graph" and "client" or row.node:gsub(" ", "_")
  local returns = known.returns ~= "" and (" (`%s`)"):format(known.returns) or ""
  local lines = {
    ("--- %s /%s. See <%s>."):format(row.method, row.edge ~= "" and row.edge or "(the node)", M.page_of(row, pages)),
    ("-- @function %s:%s"):format(owner, row.name),
  }
  for name in shape[1]:gmatch "[^, ]+" do
    lines[#lines + 1] = ("-- @param%s %s"):format(name == "value" and "" or "[opt]", name)
  end
  if shape[1]:find "params" then add_params(lines, row, known) end
  lines[#lines + 1] = ("-- @return %s%s; raises for a missing required parameter"):format(shape[2], returns)
  return table.concat(lines, "\n") .. "\n"
end

--- All of them, as one text.
-- @treturn string
function M.text()
  local pages = {}
  local parts = { "--- Every edge of the Graph that handles and clients have as a method.\n-- @module edges\n" }
  for _, row in ipairs(core.graph.handles()) do pages[row.node] = row.page end
  for _, row in ipairs(core.graph.edges()) do parts[#parts + 1] = document(row, pages) end
  return table.concat(parts, "\n")
end

if arg and (arg[0] or ""):find "edges_doc%.lua$" then io.write(M.text(), "\nreturn {}\n") end

return M
