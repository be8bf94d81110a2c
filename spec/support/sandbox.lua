--- The sandbox as specs use it: one server for each run, started when first asked for.
--
--    local sandbox = require "spec.support.sandbox"
--    local server = sandbox.shared()
--    sandbox.reset()
--    …
--    assert.equal(1, #sandbox.requests())
--
-- @module spec.support.sandbox
local cjson = require("cjson").new()
local sandbox = require "iggraph.sandbox"

local M = {
  tokens = sandbox.tokens,
  app_secret = sandbox.app_secret,
}

local shared

--- Runs `action` when the Lua state is closed. Where a state ends without that, the server notices by itself.
local function at_exit(action)
  if newproxy then -- luacheck: ignore
    local proxy = newproxy(true) -- luacheck: ignore
    getmetatable(proxy).__gc = action
    return proxy
  end
  return setmetatable({}, { __gc = action })
end

--- The server of this run.
-- @treturn table as from `iggraph.sandbox.start`
function M.shared()
  if not shared then
    shared = assert(sandbox.start())
    M.finalizer = at_exit(function() shared:stop() end)
  end
  return shared
end

local function control(server, options, path)
  local pipe = assert(io.popen(("curl -sS --fail --noproxy '*' %s %s/_sandbox/%s"):format(options, server.http, path)))
  local text = pipe:read("*a")
  pipe:close()
  return cjson.decode(text)
end

--- What the server has counted and recorded since the last reset.
-- @tparam[opt] table server another than the shared one
-- @treturn table `count`, `connections`, `in_flight_max`, `bytes_sent`, `requests`
function M.record(server)
  return control(server or M.shared(), "", "requests")
end

--- The requests since the last reset, oldest first.
-- @tparam[opt] table server
-- @treturn table list of `{ method, uri, http, host, connection, headers, body }`
function M.requests(server)
  return M.record(server).requests
end

--- How many connections they came over.
-- @tparam[opt] table server
-- @treturn number
function M.connections(server)
  return M.record(server).connections
end

--- Asks one of the sandbox's controls (`iggraph.sandbox`).
-- @tparam string options of curl, such as `-d name=value`
-- @tparam string path of the control
-- @treturn table its answer
function M.control(options, path) return control(M.shared(), options, path) end

--- Forgets records, counters and the state of scenarios.
-- @tparam[opt] table server
function M.reset(server)
  control(server or M.shared(), "-X POST", "reset")
end

return M
