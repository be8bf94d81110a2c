--- Redis clients, as one: what those of nginx and those of scripts do each in their own way.
-- @module iggraph.store.clients

local core = require "iggraph.core"

local now, raise = core.loop.now, core.error.raise

local clients = {}

local IDLE, AT_MOST = 60, 32 -- seconds, connections of one nginx worker

-- --- the time that they have -----------------------------------------------------------------------

-- What is left of it, and not 0: to one client that is no time, to another no limit.
local function left(ends) return math.max(ends - now(), 0.001) end

local function limit(client, ends)
  if client.set_timeout then return client:set_timeout(left(ends) * 1000) end
  local socket = client.network and client.network.socket
  if socket then socket:settimeout(left(ends), "t") end
end

-- --- where they come from --------------------------------------------------------------------------

-- Debian puts a module of plain Lua, redis-lua, only where Lua 5.1 to 5.3 look for it; 5.4 runs it as well.
local function of_5_3(name)
  local path = package.searchpath and package.searchpath(name, (package.path:gsub("5%.4", "5.3")))
  return path and dofile(path)
end

local function load(names, where)
  for _, find in ipairs { require, of_5_3 } do
    for _, name in ipairs(names) do
      local is_there, client = pcall(find, name)
      if is_there and type(client) == "table" then return client end
    end
  end
  local words = "iggraph.store.redis: the Lua module %s is missing: %s"
  raise(words:format(table.concat(names, " or "), where))
end

-- LuaSocket and Neovim each have a function socket_connect. A library that is loaded in the usual way calls that of the
-- program, and dies of it; by RTLD_DEEPBIND it finds its own first, and Lua then takes what has been loaded.
local NOW_DEEPBIND = 2 + 8

local function load_socket()
  local is_neovim = type(rawget(_G, "vim")) == "table" and not package.loaded["socket.core"]
  local has_ffi, ffi = pcall(require, "ffi")
  if is_neovim and has_ffi and ffi.os == "Linux" then
    pcall(ffi.cdef, "void *dlopen(const char *, int);")
    for _, name in ipairs { "socket.core", "socket.unix" } do
      local path = package.searchpath(name, package.cpath)
      if path then ffi.C.dlopen(path, NOW_DEEPBIND) end
    end
  end
  load({ "socket" }, "LuaSocket, Debian's package lua-socket")
end

-- Who and where one is belongs to a connection, and so to nginx's pool of them.
local function in_nginx(options)
  local client = load({ "resty.redis", "nginx.redis" }, "lua-resty-redis, or Debian's package lua-nginx-redis")
  local pool = table.concat({ "iggraph", options.host, options.port, options.db or 0, options.username or "" }, ":")
  return function(ends)
    local new = assert(client:new())
    limit(new, ends)
    assert(new:connect(options.host, options.port, { pool = pool }))
    return new
  end
end

local function in_scripts(options)
  load_socket()
  local client, path = load({ "redis" }, "redis-lua, Debian's package lua-redis"), options.host:match "^unix:(.*)"
  return function(ends)
    return client.connect {
      scheme = path and "unix", path = path, host = options.host, port = options.port, timeout = left(ends),
    }
  end
end

local function by_hand(connect)
  return function() return assert(connect()) end
end

local function connector(options)
  if options.connect then return by_hand(options.connect) end
  local ngx = rawget(_G, "ngx")
  return type(ngx) == "table" and ngx.socket and in_nginx(options) or in_scripts(options)
end

-- --- one command -----------------------------------------------------------------------------------

-- Clients raise, or return nil or false with the reason. For nothing they say nil, or have a null of their own.
local function settle(is_done, reply, why)
  if not is_done then return false, reply end
  if not reply and why ~= nil then return false, why end
  if type(reply) == "table" then return false, "that is no Redis" end
  return true, type(reply) ~= "userdata" and reply or nil
end

local function send(client, ends, command, ...)
  limit(client, ends)
  return client[command](client, ...)
end

--- Carries out one command.
-- @tparam table client
-- @tparam number ends when it has to be done, by ``core.loop.now``
-- @tparam string command
-- @param ... its arguments
-- @treturn boolean whether it was
-- @return the reply, or what went wrong
function clients.ask(...)
  return settle(pcall(send, ...))
end

--- Ends a connection.
function clients.close(client)
  if client.close then return client:close() end
  local socket = client.network and client.network.socket
  if socket then socket:close() end
end

-- --- connections -----------------------------------------------------------------------------------

--- The connections of one store. In nginx those that are idle are nginx's; elsewhere they are kept here.
-- @tparam table options as of `iggraph.store.redis`; raises where there is no client
-- @treturn function opens one until a point in time, or takes an idle one: the client, and whether it was idle;
-- raises where that fails
-- @treturn function takes it back
function clients.pool(options)
  local connect, idle = connector(options), {}

  local function open(ends)
    local client = table.remove(idle)
    if client then return client, true end
    client = connect(ends)
    return client, client.get_reused_times and (client:get_reused_times() or 0) > 0
  end

  local function keep(client)
    if client.set_keepalive then return client:set_keepalive(IDLE * 1000, AT_MOST) end
    idle[#idle + 1] = client
  end

  return open, keep
end

return clients
