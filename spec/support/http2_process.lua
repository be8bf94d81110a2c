--- The process behind spec.support.http2_server: HTTP/2 over TLS that misbehaves as the path says.
--
--     luajit spec/support/http2_process.lua CERTIFICATE KEY DIR
--
-- Writes its port into `DIR/port`, and into `DIR/log` a line for each connection ("3 open") and for each
-- request ("3 GET /v26.0/…"), before it does anything about it. At the end of its standard input it
-- removes DIR and ends: whoever holds the other end of that pipe need only be gone.
local condition = require "cqueues.condition"
local cqueues = require "cqueues"
local ffi = require "ffi"
local headers = require "http.headers"
local pkey = require "openssl.pkey"
local server = require "http.server"
local tls = require "http.tls"
local x509 = require "openssl.x509"

package.path = "lua/?.lua;" .. package.path
local shell = require "iggraph.sandbox.shell"

ffi.cdef "int setsockopt(int fd, int level, int option, const void *value, unsigned size);"
local SOL_SOCKET, SO_LINGER = 1, 13 -- Linux

local FOREVER = 3600 -- seconds

local certificate_file, key_file, dir = arg[1], arg[2], arg[3]

local function complain(...) io.stderr:write(table.concat({ ... }, ": "), "\n") end

-- --- what a path is made of ----------------------------------------------------------------------

local function send_headers(stream)
  local head = headers.new()
  head:append(":status", "200")
  head:append("content-type", "application/json")
  assert(stream:write_headers(head, false))
end

local function halves(body)
  local middle = math.floor(#body / 2)
  return body:sub(1, middle), body:sub(middle + 1)
end

-- "No stream after `last` will be answered": a promise that can only be made stricter.
local function go_away(stream, last, code)
  local lowest = stream.connection.send_goaway_lowest or last
  stream.connection:write_goaway_frame(math.max(0, math.min(last, lowest)), code)
end

local gathered, all_are_here = 0, condition.new()

-- Each is given the stream, the body of the answer, and the number behind its "=".
local acts = {
  ok = function(stream, body)
    send_headers(stream)
    assert(stream:write_chunk(body, true))
  end,
  half = function(stream, body)
    send_headers(stream)
    assert(stream:write_chunk(halves(body), false))
  end,
  rest = function(stream, body) assert(stream:write_chunk(select(2, halves(body)), true)) end,
  wait = function(_, _, milliseconds) cqueues.sleep(milliseconds / 1000) end,
  -- Until so many are here.
  gather = function(_, _, count)
    gathered = gathered + 1
    if gathered < count then return all_are_here:wait() end
    gathered = 0
    all_are_here:signal()
  end,
  hang = function() cqueues.sleep(FOREVER) end,
  -- RST_STREAM with that error.
  reset = function(stream, _, code) stream:write_rst_stream_frame(code) end,
  -- GOAWAY with that error: all that was asked so far will be answered …
  goaway = function(stream, _, code) go_away(stream, stream.connection.highest_odd_stream, code) end,
  -- … or neither this stream nor any behind it.
  refuse = function(stream, _, code) go_away(stream, stream.id - 2, code) end,
  -- The end of the connection, and of all streams on it.
  close = function(stream) stream.connection.socket:shutdown() end,
  -- The same as "connection reset by peer".
  abort = function(stream)
    local socket = stream.connection.socket
    ffi.C.setsockopt(socket:pollfd(), SOL_SOCKET, SO_LINGER, ffi.new("int[2]", 1, 0), 8)
    socket:close()
  end,
}

-- "/v26.0/wait=300.reset=7,ok/12": waits and resets when asked first, and is fine ever after.
local function step_of(path, count)
  local steps = {}
  for step in assert(path:match "^/[^/]+/([^/?]+)", path):gmatch "[^,]+" do steps[#steps + 1] = step end
  return steps[math.min(count, #steps)]
end

local function carry_out(step, stream, body)
  for act in step:gmatch "[^.]+" do
    local name, number = act:match "^(%l+)=?(%d*)$"
    assert(acts[name], act)(stream, body, tonumber(number))
  end
end

-- --- the server ----------------------------------------------------------------------------------

local log = assert(io.open(dir .. "/log", "ab"))
log:setvbuf "line"

local connections, numbers = 0, setmetatable({}, { __mode = "k" }) -- numbers[socket]
local asked = {} -- asked[path]: how often

local function on_stream(_, stream)
  local head = assert(stream:get_headers())
  assert(stream:get_body_as_string())
  local path = head:get ":path"
  local count = (asked[path] or 0) + 1
  asked[path] = count
  log:write(numbers[stream.connection.socket], " ", head:get ":method", " ", path, "\n")
  carry_out(step_of(path, count), stream, ('{"id":"%d","data":[{"id":"%d"}]}'):format(count, count))
end

local function new_context()
  local context = tls.new_server_context()
  assert(context:setCertificate(x509.new(assert(shell.read(certificate_file)))))
  assert(context:setPrivateKey(pkey.new(assert(shell.read(key_file)))))
  context:setAlpnSelect(function() return "h2" end)
  return context
end

local controller = cqueues.new()
local listener = assert(server.listen {
  cq = controller, host = "127.0.0.1", port = 0, tls = true, ctx = new_context(), version = 2,
  intra_stream_timeout = FOREVER,
  onstream = on_stream,
  onerror = function(_, _, operation, message) complain(operation, tostring(message)) end,
})

local add_socket = listener.add_socket
function listener:add_socket(socket)
  connections = connections + 1
  numbers[socket] = connections
  log:write(connections, " open\n")
  return add_socket(self, socket)
end

assert(listener:listen())
local _, _, port = listener:localname()
shell.write(dir .. "/port", port)

controller:wrap(function()
  cqueues.poll { pollfd = 0, events = "r" }
  os.execute("rm -rf " .. shell.quote(dir))
  os.exit(0)
end)

-- lua-http raises where a client does what it was told not to, and on a socket that `abort` closed: that
-- connection is over, the others go on.
for message in controller:errors() do complain(tostring(message)) end
