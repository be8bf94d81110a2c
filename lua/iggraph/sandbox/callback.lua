--- Calls an address of this machine, in plain HTTP: where the sandbox brings its webhooks.
-- Nothing but loopback is ever called.
-- @module iggraph.sandbox.callback
local ngx = ngx -- luacheck: read globals ngx

local M = {}

local CONNECT, WHOLE = 1000, 5000 -- milliseconds

local function address(host)
  if host == "localhost" then return "127.0.0.1" end
  if host == "[::1]" or host:find("^127%.%d+%.%d+%.%d+$") then return host end
  return nil
end

--- Takes an address apart: host, port and target, or nil and why it is not called.
local function parse(url)
  local host, port, target = url:match("^http://(%[[%x:]+%]):?(%d*)(.*)$")
  if not host then host, port, target = url:match("^http://([^/:?#]+):?(%d*)(.*)$") end
  local at = host and address(host)
  if not at then return nil, "only http:// addresses on loopback are called" end
  target = target:match("^[^#]*")
  return { connect = at, host = host .. (port ~= "" and ":" .. port or ""), port = tonumber(port) or 80,
    target = target:sub(1, 1) == "/" and target or "/" .. target }
end

-- HTTP/1.0, so that nothing comes back in chunks.
local function head(at, request)
  local lines = {
    ("%s %s HTTP/1.0"):format(request.method, at.target .. (request.query or "")),
    "Host: " .. at.host, "Connection: close", "Accept: */*",
  }
  for _, header in ipairs(request.headers or {}) do lines[#lines + 1] = header[1] .. ": " .. header[2] end
  if request.body then lines[#lines + 1] = "Content-Length: " .. #request.body end
  return table.concat(lines, "\r\n") .. "\r\n\r\n"
end

local function read_answer(socket)
  local line, failure = socket:receive("*l")
  local status = line and line:match("^HTTP/%S+ (%d%d%d)")
  if not status then return nil, failure or "the answer is no HTTP" end
  local length
  repeat
    line, failure = socket:receive("*l")
    if not line then return nil, failure end
    length = length or tonumber(line:lower():match("^content%-length:%s*(%d+)"))
  until line == ""
  local body, _, part = socket:receive(length or "*a")
  return tonumber(status), body or part
end

--- Sends a request and waits for the answer.
-- @tparam string url
-- @tparam table request `method`, and optionally `query` (what is added to the address), `headers` (list of
-- `{ name, value }`) and `body`
-- @treturn ?number the answer's status; nil if there is none
-- @treturn string its body, or why there is none
function M.send(url, request)
  if not (ngx and ngx.socket) then return nil, "only a sandbox that is served can call" end
  local at, refused = parse(url)
  if not at then return nil, refused end
  local socket = ngx.socket.tcp()
  socket:settimeouts(CONNECT, WHOLE, WHOLE)
  local ok, failure = socket:connect(at.connect, at.port)
  if ok then ok, failure = socket:send { head(at, request), request.body or "" } end
  if not ok then return nil, failure end
  local status, body = read_answer(socket)
  socket:close()
  return status, body
end

return M
