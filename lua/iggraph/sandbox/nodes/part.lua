--- Node types whose fields are members of the node itself: what is listed, and needs no making up.
-- @module iggraph.sandbox.nodes.part

local function member(name) return function(node) return node[name] end end

--- @tparam string name
-- @tparam string names of the fields, with spaces between them; all are default fields, in this order
-- @treturn table a node type; an `id` is left out where a node has none
return function(name, names)
  local part = { name = name, instagram = true, default = {}, fields = { id = member "id" } }
  for field in names:gmatch "%S+" do
    part.default[#part.default + 1] = field
    part.fields[field] = member(field)
  end
  return part
end
