--- Node types of which only a part can be read: what the Graph shows of the nodes of others.
-- @module iggraph.sandbox.nodes.view

local PARTS = { "fields", "links", "edges", "parametric" }

--- A type with some of another's fields, links and edges; what is added to that one later is in it as well.
-- @tparam table node_type
-- @tparam string names those that can be read, with spaces between them
-- @treturn table a node type; what is set in its parts stands instead of the other's
return function(node_type, names)
  local readable = {}
  for name in names:gmatch "%S+" do readable[name] = true end
  local view = { name = node_type.name, instagram = node_type.instagram, default = { "id" } }
  for _, part in ipairs(PARTS) do
    view[part] = setmetatable({}, { __index = function(_, name)
      return readable[name] and node_type[part][name] or nil
    end })
  end
  return view
end
