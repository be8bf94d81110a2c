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

--- Keeps the id of a new node, which is to stand before what is made up: see `put_before`.
-- @tparam table context
-- @tparam string owner id of the node whose edge has it
-- @tparam string name of the list
-- @tparam string id
-- @treturn number how many the list has now
function M.prepend(context, owner, name, id)
  mark(context)
  return context.store.append(key(owner, name), id)
end

--- Lets what was kept by `prepend` stand before what an edge makes up, the newest first.
-- @tparam table edge
-- @tparam string name of the list
-- @tparam function find from an id and the context to a node
function M.put_before(edge, name, find)
  local made_up = edge.list
  function edge.list(node, context, params)
    local list, own = made_up(node, context, params), key(node.id, name)
    local at, count = list.at, any(context) and context.store.length(own) or 0
    if count == 0 then return list end
    list.first = 1 - count
    function list.at(position)
      if position > 0 then return at(position) end
      return find(context.store.item(own, 1 - position), context)
    end
    return list
  end
end

--- The getter of a field: one of `unwritten` as long as nothing was written anywhere.
-- @tparam table node_type
-- @tparam string name
-- @tparam table context
-- @treturn ?function
function M.getter(node_type, name, context)
  return not any(context) and node_type.unwritten[name] or node_type.fields[name]
end

--- Lets a field be made of its plain value and of what was kept under its name.
local function let(node_type, name, make)
  node_type.parametric[name] = function(_, context)
    local plain = M.getter(node_type, name, context)
    if not any(context) then return plain end
    return function(node) return make(plain(node), M.get(context, node.id, name)) end
  end
end

local function replaced(plain, value)
  if value == nil then return plain end
  return value
end

local function added(plain, value) return plain and plain + (value or 0) end

--- Lets a field be set.
-- @tparam table node_type
-- @tparam string name of the field, and of the change
function M.let_set(node_type, name) let(node_type, name, replaced) end

--- Lets changes be added to a field that is a count; where there is none, nothing is added.
-- @tparam table node_type
-- @tparam string name
function M.let_count(node_type, name) let(node_type, name, added) end

return M
