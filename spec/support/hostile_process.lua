--- The process behind spec.support.hostile_server.
--
--     luajit spec/support/hostile_process.lua CERTIFICATE KEY DIR
--
-- Writes its ports into `DIR/port`, plain and TLS; runs `DIR/play` for each connection; appends the heads of requests
-- over HTTP/1.1 to `DIR/log`. At the end of its standard input it removes DIR and ends.
local context = require "openssl.ssl.context"
local cqueues = require "cqueues"
local pkey = require "openssl.pkey"
local socket = require "cqueues.socket"
local x509 = require "openssl.x509"

package.path = "lua/?.lua;" .. package.path
local shell = require "iggraph.sandbox.shell"

local certificate_file, key_file, dir = arg[1], arg[2], arg[3]

local PREFACE = 24 -- bytes before a client's first frame
local HEADERS = 1
local FOREVER = 3600 -- seconds

local function note(text)
  local log = assert(io.open(dir .. "/log", "ab"))
  log:write(text)
  log:close()
end

local function big_endian(number, bytes)
  local parts = {}
  for place = bytes, 1, -1 do
    parts[place] = string.char(number % 256)
    number = math.floor(number / 256)
  end
  return table.concat(parts)
end

--- The head of a request, or nil at the end of the connection.
local function read_head(connection)
  local lines = {}
  repeat
    local line = connection:read "*L"
    if not line then return nil end
    lines[#lines + 1] = line
  until line == "\r\n"
  local head = table.concat(lines)
  note(head)
  return head
end

--- The number of the stream of the next request over HTTP/2.
local function read_stream(connection, is_first)
  if is_first and not connection:read(PREFACE) then return nil end
  while true do
    local head = connection:read(9)
    if not head then return nil end
    local high, middle, low, kind, _, a, b, c, d = head:byte(1, 9)
    local length = (high * 256 + middle) * 256 + low
    if length > 0 and not connection:read(length) then return nil end
    if kind == HEADERS then return ((a % 128 * 256 + b) * 256 + c) * 256 + d end
  end
end

-- So much at a time goes to the system, and over HTTP/2 so often: nghttp2 and libcurl take in whatever is there before
-- they look at the clock, and this would be there before they are through.
local PIECE, PAUSE = 16384, 0.001 -- bytes, seconds

--- The words of a play on a connection.
local function words_of(connection, is_http2)
  local play = setmetatable({ OK = "HTTP/1.1 200 OK\r\n" }, { __index = _G })
  local asked, stream = 0, nil

  -- Waits for a request; its head or the number of its stream.
  function play.request()
    asked = asked + 1
    stream = is_http2 and read_stream(connection, asked == 1) or nil
    return stream or not is_http2 and read_head(connection) or nil
  end

  function play.send(bytes)
    assert(connection:write(bytes))
    assert(connection:flush())
  end

  -- The same bytes again and again, with so many seconds between.
  function play.forever(bytes, seconds)
    if not seconds then bytes = bytes:rep(math.ceil(PIECE / #bytes)) end
    if not seconds and is_http2 then seconds = PAUSE end
    while true do
      play.send(bytes)
      if seconds then cqueues.sleep(seconds) end
    end
  end

  play.sleep = cqueues.sleep
  function play.hold() cqueues.sleep(FOREVER) end
  play.shell = function(command) return select(2, shell.run(command)) end

  -- A frame of HTTP/2; `on` is the stream of the last request if nil.
  function play.frame(kind, flags, payload, on)
    return big_endian(#payload, 3) .. string.char(kind, flags) .. big_endian(on or stream, 4) .. payload
  end

  play.number = big_endian

  -- An honest one, after which the connection ends: the next play has one of its own.
  function play.answer(body)
    if not is_http2 then
      return play.send(("%sContent-Length: %d\r\nConnection: close\r\n\r\n%s"):format(play.OK, #body, body))
    end
    play.send(play.frame(4, 0, "", 0) .. play.frame(1, 4, "\136") .. play.frame(0, 1, body))
    play.send(play.frame(7, 0, big_endian(stream, 4) .. big_endian(0, 4), 0))
    play.request()
  end

  return play
end

local function act(connection, is_http2)
  local play = assert(loadstring(assert(shell.read(dir .. "/play"))))
  setfenv(play, words_of(connection, is_http2))()
end

local tls = context.new("TLS", true)
tls:setCertificate(x509.new(assert(shell.read(certificate_file))))
tls:setPrivateKey(pkey.new(assert(shell.read(key_file))))
tls:setAlpnSelect(function() return "h2" end)

local function serve(connection, is_secure)
  connection:setmode("bn", "bn")
  connection:onerror(function(_, _, code) return code end) -- told by what a call returns
  if is_secure then assert(connection:starttls(tls)) end
  act(connection, is_secure)
end

local controller = cqueues.new()

local function listen(is_secure)
  local listener = assert(socket.listen { host = "127.0.0.1", port = 0 })
  assert(listener:listen())
  controller:wrap(function()
    for connection in listener:clients() do
      controller:wrap(function()
        local ok, message = pcall(serve, connection, is_secure)
        if not ok then io.stderr:write(tostring(message), "\n") end
        connection:close()
      end)
    end
  end)
  return select(3, listener:localname())
end

shell.write(dir .. "/port", listen(false) .. " " .. listen(true))

controller:wrap(function()
  cqueues.poll { pollfd = 0, events = "r" }
  os.execute("rm -rf " .. shell.quote(dir))
  os.exit(0)
end)

for message in controller:errors() do io.stderr:write(tostring(message), "\n") end
