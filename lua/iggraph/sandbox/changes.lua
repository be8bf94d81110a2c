--- What became of nodes that are made up from their ids: values that differ now, counts that grew, what was removed.
--
-- Pages of a hundred made-up nodes must not ask the store a hundred times whether something was changed, so a call asks
-- once whether anything ever was, anywhere; only after a first change single nodes are looked up.
-- @module iggraph.sandbox.changes
local M = {}

local function any(context)
  if context.changed == nil then context.changed = context.store.get("changed") or false end
  return context.changed
end

local function mark(context)
  if any(context) then return end
  context.store.set("changed", true)
  context.changed = true
end

local function key(id, name) return "change:" .. id .. ":" .. name end

--- @tparam table context of the call
-- @tparam string id of the node
-- @tparam string name of the value
-- @return what was set; nil if nothing was
function M.get(context, id, name)
  if any(context) then return context.store.get(key(id, name)) end
  return nil
end

--- @tparam table context
-- @tparam string id
-- @tparam string name
-- @param value a string, number or boolean; nil undoes the change
function M.set(context, id, name, value)
  mark(context)
  context.store.set(key(id, name), value)
end

--- @tparam table context
-- @tparam string id
-- @tparam string name
-- @tparam number amount to add; may be negative
-- @treturn number the sum
function M.add(context, id, name, amount)
  mark(context)
  return context.store.add(key(id, name), amount)
end

--- Removes a node: it cannot be found any more, and is left out of the edges of its owner.
-- @tparam table context
-- @tparam string id
-- @tparam string owner id of the node whose edge has it
function M.remove(context, id, owner)
  M.set(context, id, "removed", true)
  M.set(context, owner, "has_removed", true)
end

--- Whether neither a node nor what it hangs on was removed.
-- @tparam table context
-- @tparam table node
-- @treturn boolean
function M.exists(context, node)
  while any(context) and node do
    if M.get(context, node.id, "removed") then return false end
    node = node.parent or node.media
  end
  return true
end

--- Leaves out of a list what was removed.
-- @tparam table context
-- @tparam table list for `paging.page`
-- @tparam string owner
function M.filter(context, list, owner)
  if not M.get(context, owner, "has_removed") then return end
  list.is_gone = function(item) return M.get(context, item.id, "removed") end
end

--- Lets a field be set.
-- @tparam table node_type
-- @tparam string name of the field, and of the change
function M.let_set(node_type, name)
  node_type.parametric[name] = function(_, context)
    local plain = node_type.fields[name]
    if not any(context) then return plain end
    return function(node)
      local value = M.get(context, node.id, name)
      if value == nil then return plain(node) end
      return value
    end
  end
end

--- A count that changes are added to: for `parametric`.
-- @tparam string name
-- @tparam function plain getter of the made-up count; where it gives nil, nothing is added
-- @treturn function
function M.count(name, plain)
  return function(_, context)
    if not any(context) then return plain end
    return function(node)
      local count = plain(node)
      return count and count + (M.get(context, node.id, name) or 0)
    end
  end
end

--- Lets changes be added to a field that is a count.
-- @tparam table node_type
-- @tparam string name
function M.let_count(node_type, name)
  node_type.parametric[name] = function(field, context)
    return M.count(name, node_type.fields[name])(field, context)
  end
end

return M
