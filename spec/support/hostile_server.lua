--- A server that means harm. What it does on each connection is a few lines of Lua, given by the spec:
--
--    local server = hostile_server.start()
--    server:play [[ request() send(OK .. "X-Long: ") forever "x" ]]
--    client.new { base_url = server.http }:get("me")
--
-- The words of a play are the members of `play` in hostile_process.lua. At `server.https` the same play is spoken
-- to by HTTP/2, and its frames are its own affair.
-- @module spec.support.hostile_server
local companion = require "spec.support.companion"
local shell = require "iggraph.sandbox.shell"

local hostile_server = {}

local methods = {}
local meta = { __index = methods }

--- Starts one; ends by `server:stop()`, or with this process.
-- @treturn table `http`, `https`: its base URLs
function hostile_server.start()
  local process = companion.start("spec/support/hostile_process.lua")
  local plain, secure = process.port:match "^(%d+) (%d+)$"
  return setmetatable({
    process = process, http = "http://127.0.0.1:" .. plain, https = "https://localhost:" .. secure,
  }, meta)
end

--- What is done on every connection from now on; an honest answer if nil.
-- @tparam[opt] string play
function methods:play(play)
  -- Put in place whole: a connection may come at any time.
  local path = self.process.dir .. "/play"
  shell.write(path .. ".new", play or 'if request() then answer [[{"id":"1"}]] end')
  assert(os.rename(path .. ".new", path))
  shell.write(self.process.dir .. "/log", "")
end

--- The heads of the requests over HTTP/1.1 since the last `play`, as they came.
-- @treturn string
function methods:heads()
  return shell.read(self.process.dir .. "/log")
end

function methods:stop()
  self.process.pipe:close()
end

return hostile_server
