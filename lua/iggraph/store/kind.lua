--- What all kinds of stores have in common: mistakes raise, and a time to live is one that each kind can keep.
-- @module iggraph.store.kind

local core = require "iggraph.core"
local coroutines = require "iggraph.host.coroutines"
local host = require "iggraph.host"

local raise = core.error.raise

local kind = {}

local METHODS = { "get", "set", "add", "delete" }
local WANTED = "%s must be a store: iggraph.store.memory(), .ngx(name), .redis { … }, or a table of get, set, add and "
  .. "delete"

local made = setmetatable({}, { __mode = "k" }) -- the stores that are from here

local SHORTEST, LONGEST = 0.001, 1e9 -- seconds; 0 means for ever to nginx, and is a mistake to Redis

local function check(method, name, value)
  if type(value) == "string" then return end
  raise(("store:%s: %s: a string expected, got %s"):format(method, name, type(value)))
end

local function read_ttl(method, ttl)
  if ttl == nil then return nil end
  if type(ttl) ~= "number" or ttl ~= ttl then raise(("store:%s: ttl: seconds expected"):format(method)) end
  return math.min(math.max(ttl, SHORTEST), LONGEST)
end

--- Makes a store.
-- @tparam table ways how this kind does it: `get(key)`, `set(key, value, ttl)`, `add(key, value, ttl)`, `delete(key)`
-- @treturn table the store: the same as methods; see `iggraph.store`
function kind.make(ways)
  local store = {}

  function store.get(_, key)
    check("get", "key", key)
    return ways.get(key)
  end

  for _, method in ipairs { "set", "add" } do
    local way = ways[method]
    store[method] = function(_, key, value, ttl)
      check(method, "key", key)
      check(method, "value", value)
      return way(key, value, read_ttl(method, ttl))
    end
  end

  function store.delete(_, key)
    check("delete", "key", key)
    ways.delete(key)
  end

  made[store] = true
  return store
end

--- Tells what goes wrong with a store, in the way of the host.
-- @tparam string text
function kind.report(text)
  local report = host.current().report or coroutines.report
  report("iggraph: " .. text)
end

-- Without the value, which may be a token.
local function in_words(why, _, value)
  local text = tostring(why)
  return value and value ~= "" and text:gsub(value:gsub("%p", "%%%0"), "***") or text
end

-- Somebody else's, so that it costs nobody a call: what it raises is told once, and is as if it kept nothing.
local function guard(name, store)
  local guarded, is_told = {}, false
  for _, method in ipairs(METHODS) do
    guarded[method] = function(_, ...)
      local is_done, value = pcall(store[method], store, ...)
      if is_done then return value end
      if not is_told then
        is_told = true
        kind.report(("%s: %s failed: %s"):format(name, method, (in_words(value, ...))))
      end
    end
  end
  local get = guarded.get
  function guarded.get(...)
    local value = get(...)
    return type(value) == "string" and value or nil -- some have a null of their own
  end
  return guarded
end

--- A store that a user gave, as one that may be relied upon.
-- @tparam string name of the option, for errors
-- @param store
-- @treturn ?table nil for nil; raises for what is no store
function kind.of(name, store)
  if store == nil or made[store] then return store end
  local is_store = type(store) == "table"
  for _, method in ipairs(METHODS) do
    is_store = is_store and type(store[method]) == "function"
  end
  if not is_store then raise(WANTED:format(name)) end
  if store.set_keepalive then raise(name .. ": a Redis client: iggraph.store.redis { connect = … } takes one") end
  return guard(name, store)
end

return kind
