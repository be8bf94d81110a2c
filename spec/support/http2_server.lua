--- An HTTP/2 server that misbehaves: it resets streams, goes away, ends connections.
--
--    local server = http2_server.start()
--    client.new { base_url = server.https }:get(server:path "half.reset=2,ok")
--
-- The path is what the server does: here half an answer and RST_STREAM with the error 2 when it is asked
-- first, a whole answer from then on. Its words are the `acts` of http2_process.lua; `id` in the answer
-- is how often it was asked.
local companion = require "spec.support.companion"
local shell = require "iggraph.sandbox.shell"

local http2_server = {}

local methods = {}
local meta = { __index = methods }

--- Starts one; ends by `server:stop()`, or with this process.
function http2_server.start()
  local process = companion.start "spec/support/http2_process.lua"
  return setmetatable({ process = process, paths = 0, https = "https://localhost:" .. process.port }, meta)
end

--- A path that nobody has asked for.
-- @tparam string steps what is done at the first time, the second …, with commas between: `reset=7,ok`
function methods:path(steps)
  self.paths = self.paths + 1
  return steps .. "/" .. self.paths
end

--- What came so far.
-- @treturn table `opened`: how many connections; `requests`: a list of `{ connection, method, path }`
function methods:record()
  local record = { opened = 0, requests = {} }
  for connection, method, path in shell.read(self.process.dir .. "/log"):gmatch "(%d+) (%a+) ?(%S*)\n" do
    if method == "open" then
      record.opened = record.opened + 1
    else
      table.insert(record.requests, { connection = connection, method = method, path = path })
    end
  end
  return record
end

--- The connections on which a path was asked for, oldest first.
-- @tparam string path as given to the client
-- @tparam[opt="GET"] string method
-- @treturn table list of names
function methods:tries(path, method)
  local tries = {}
  for _, request in ipairs(self:record().requests) do
    if request.path == "/v26.0/" .. path and request.method == (method or "GET") then
      tries[#tries + 1] = request.connection
    end
  end
  return tries
end

function methods:stop()
  self.process.pipe:close()
end

return http2_server
