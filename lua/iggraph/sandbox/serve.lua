--- The sandbox inside nginx: from a connection to the emulator and back.
-- @module iggraph.sandbox.serve
local clock = require "iggraph.sandbox.clock"
local emulator = require "iggraph.sandbox.emulator"
local recorder = require "iggraph.sandbox.recorder"
local request = require "iggraph.sandbox.request"
local store = require "iggraph.sandbox.store"
local transport = require "iggraph.sandbox.transport"
local watch = require "iggraph.sandbox.watch"

local ngx = ngx -- luacheck: read globals ngx

local M = {}

local settings, stores

--- Called once by the nginx master, before it forks.
-- @tparam table given `other_url`, `owner` and `dir`
function M.init(given)
  settings = given
  stores = {
    state = store.shared(ngx.shared.sandbox_state),
    records = store.shared(ngx.shared.sandbox_records),
    gauges = store.shared(ngx.shared.sandbox_gauges),
  }
end

--- Called once by each worker; the first of them watches the owner.
function M.init_worker()
  if ngx.worker.id() == 0 and settings.owner then watch.start(settings.owner, settings.dir) end
end

local PIECE = 65536

--- An iterator over the pieces of a file.
local function pieces_of(path)
  local file = path and io.open(path, "rb")
  return function()
    local piece = file and file:read(PIECE)
    if file and not piece then
      file:close()
      file = nil
    end
    return piece
  end
end

--- The body as an iterator over its pieces, once nginx has all of it.
local function buffered()
  ngx.req.read_body()
  local body = ngx.req.get_body_data()
  return body and request.pieces(body) or pieces_of(ngx.req.get_body_file()) -- a file if it is large
end

--- The body as it comes; ends where the client breaks off. Over HTTP/2, or in chunks, nginx hands out no socket.
local function unbuffered()
  local left = tonumber(ngx.var.http_content_length) or 0
  local socket = left > 0 and ngx.var.server_protocol ~= "HTTP/2.0" and ngx.req.socket()
  if not socket then return buffered() end
  return function()
    if left == 0 then return nil end
    local piece, failed, rest = socket:receive(math.min(PIECE, left))
    left = not failed and left - #piece or 0
    return piece or rest
  end
end

local function read_body()
  local pieces = {}
  for piece in buffered() do pieces[#pieces + 1] = piece end
  return table.concat(pieces)
end

local function read_request(is_unread)
  local var = ngx.var
  local host = var.http_host or var.server_addr .. ":" .. var.server_port
  local headers = ngx.req.get_headers(0)
  local instant = clock.instant(ngx.now(), stores.state)
  return {
    method = ngx.req.get_method(), uri = var.request_uri, headers = headers,
    body = not is_unread and read_body() or nil, chunks = is_unread and unbuffered() or nil,
    scheme = var.scheme, host = host, http = var.server_protocol,
    connection = var.connection .. "@" .. ngx.worker.pid(), now = clock.now(instant, headers), instant = instant,
  }
end

-- A request leaves once: when its answer goes out, or in the log phase if it had none.
local function leave()
  if ngx.ctx.sandbox_entered then
    ngx.ctx.sandbox_entered = nil
    recorder.leave(stores)
  end
end

local callbacks = {
  done = leave,
  bytes = function(count) stores.state.add("bytes_sent", count) end,
}

-- Whether a connection is kept is a matter of the location, so the answer waits here for the other location.
local closing = {}

local function this_request()
  return ngx.var.connection .. "." .. ngx.var.connection_requests
end

local function send_and_close(answer)
  leave() -- ngx.ctx does not come along
  closing[this_request()] = answer
  ngx.exec("@close")
end

local function serve(raw)
  local control = recorder.control_path(raw.uri)
  if control then
    return transport.send(recorder.control(stores, control, raw), callbacks)
  end
  recorder.enter(stores, raw)
  ngx.ctx.sandbox_entered = true
  local answer = emulator.handle(raw, stores.state, settings)
  if answer.transport and answer.transport.close then return send_and_close(answer) end
  transport.send(answer, callbacks)
end

--- The content handler.
function M.content() serve(read_request()) end

--- The content handler of uploads: their bodies are read as they come.
function M.content_unread() serve(read_request(true)) end

--- The content handler of the location that keeps no connection alive.
function M.content_closing()
  local id = this_request()
  local answer = closing[id]
  closing[id] = nil
  transport.send(answer, callbacks)
end

--- The log phase.
M.log = leave

return M
