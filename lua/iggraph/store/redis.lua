--- The store of many machines: Redis, by the client that the host has anyway.
--
-- See <https://redis.io/docs/latest/commands/set/>.
-- @module iggraph.store.redis

local clients = require "iggraph.store.clients"
local core = require "iggraph.core"
local kind = require "iggraph.store.kind"
local memory = require "iggraph.store.memory"
local near = require "iggraph.near"

local ask = clients.ask
local now, raise = core.loop.now, core.error.raise

local redis = {}

-- --- the options -----------------------------------------------------------------------------------

local DEFAULTS = { host = "127.0.0.1", port = 6379, prefix = "iggraph:", timeout = 1, retry_after = 5 }

local TYPES = {
  host = "string", port = "number", prefix = "string", timeout = "number", retry_after = "number",
  username = "string", password = "string", db = "number", connect = "function",
}

local function check(name, value)
  local expected = TYPES[name]
  if not expected then
    raise(("iggraph.store.redis: unknown option '%s'%s"):format(tostring(name), near(name, TYPES)))
  end
  if type(value) ~= expected then
    raise(("iggraph.store.redis: %s: a %s expected, got %s"):format(name, expected, type(value)))
  end
end

local function read_options(given)
  if given ~= nil and type(given) ~= "table" then
    raise("iggraph.store.redis: a table expected, got " .. type(given))
  end
  local options = {}
  for name, value in pairs(DEFAULTS) do options[name] = value end
  for name, value in pairs(given or {}) do
    check(name, value)
    options[name] = value
  end
  for _, name in ipairs { "timeout", "retry_after" } do
    if options[name] <= 0 then raise(("iggraph.store.redis: %s must be more than 0"):format(name)) end
  end
  for _, name in ipairs { "port", "db" } do
    local value = options[name] or 0
    if value < 0 or value % 1 ~= 0 then raise(("iggraph.store.redis: %s must be a whole number"):format(name)) end
  end
  if options.username and not options.password then
    raise "iggraph.store.redis: a username needs a password"
  end
  return options
end

-- --- one command -----------------------------------------------------------------------------------

-- Who and where one is, on a new connection. One that was made by hand has been told.
local function introduce(client, ends, options)
  if options.connect then return true end
  local is_done, why = true, nil
  if options.username then
    is_done, why = ask(client, ends, "auth", options.username, options.password)
  elseif options.password then
    is_done, why = ask(client, ends, "auth", options.password)
  end
  if is_done and options.db then is_done, why = ask(client, ends, "select", ("%d"):format(options.db)) end
  return is_done, why
end

-- Makes what carries out one command, within the time that the options give: whether it did, and the reply or what
-- went wrong.
local function runner(options)
  local open, keep = clients.pool(options)

  local function try(ends, ...)
    local is_open, client, is_used = pcall(open, ends)
    if not is_open then return false, client end
    local is_done, reply = true, nil
    if not is_used then is_done, reply = introduce(client, ends, options) end
    if is_done then is_done, reply = ask(client, ends, ...) end
    pcall(is_done and keep or clients.close, client)
    return is_done, reply, is_used
  end

  -- A connection that was idle may have ended meanwhile. All that is asked can be asked twice: an `add` whose answer
  -- was lost is refused then, so that two never have what only one may.
  return function(...)
    local ends = now() + options.timeout
    local is_done, reply, is_used
    repeat is_done, reply, is_used = try(ends, ...) until is_done or not is_used or now() >= ends
    return is_done, reply
  end
end

-- --- what is told ----------------------------------------------------------------------------------

local DOWN = "%s is out of reach (%s): until it is back, this process keeps its values alone"
local BACK = "%s is back"

local LENGTH = 200

-- Redis repeats the arguments of a command that it does not know: they are nobody's business.
local function in_words(why, password)
  local text = tostring(why):gsub("^[^\n]-:%d+: ", ""):gsub(",? with args .*", ""):gsub("%c+", " ")
  if password and password ~= "" then text = text:gsub(password:gsub("%p", "%%%0"), "***") end
  return text:sub(1, LENGTH)
end

-- --- the store -------------------------------------------------------------------------------------

-- In some of its phases nginx opens no sockets; Redis may well be there.
local function is_no_place(why)
  why = tostring(why)
  return why:find("API disabled in the context", 1, true) or why:find("no request found", 1, true)
end

-- A store in memory stands in for Redis; what is written to it is forgotten when Redis is back, where others may have
-- written meanwhile.
local function reacher(options)
  local run = runner(options)
  local own, is_down, next_try = memory.ways(), false, 0

  local name = options.connect and "Redis" or "Redis at " .. options.host
  if not options.connect and not options.host:find "^unix:" then name = name .. ":" .. options.port end

  local function fall_back(why)
    next_try = now() + options.retry_after
    if is_down then return end
    is_down = true
    kind.report(DOWN:format(name, in_words(why, options.password)))
  end

  local function come_back()
    own, is_down = memory.ways(), false
    kind.report(BACK:format(name))
  end

  -- One at a time tries again: others are turned away until he knows more, or should have known.
  local function reach(command, key, ...)
    local time = now()
    if is_down then
      if time < next_try then return false end
      next_try = time + options.timeout + options.retry_after
    end
    local is_done, reply = run(command, options.prefix .. key, ...)
    if is_done then
      if is_down then come_back() end
    elseif is_no_place(reply) then
      next_try = time
    else
      fall_back(reply)
    end
    return is_done, reply
  end

  return reach, function() return own end
end

-- The arguments of SET after key and value.
local function expiry(ttl)
  if ttl then return "PX", ("%.0f"):format(math.ceil(ttl * 1000)) end
end

--- Makes one; see `iggraph.store`.
-- @tparam[opt] table options
-- @treturn table the store; raises for a mistake, and where there is no client
function redis.new(options)
  local reach, own = reacher(read_options(options))
  local ways = {}

  function ways.get(key)
    local is_done, value = reach("get", key)
    if is_done then return value end
    return own().get(key)
  end

  function ways.set(key, value, ttl)
    if not reach("set", key, value, expiry(ttl)) then own().set(key, value, ttl) end
  end

  function ways.add(key, value, ttl)
    local is_done, reply = reach("set", key, value, "NX", expiry(ttl))
    if is_done then return reply ~= nil end
    return own().add(key, value, ttl)
  end

  function ways.delete(key)
    if not reach("del", key) then own().delete(key) end
  end

  return kind.make(ways)
end

return redis
