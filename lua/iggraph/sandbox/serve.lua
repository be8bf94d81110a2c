--- The sandbox inside nginx: from a connection to the emulator and back.
-- @module iggraph.sandbox.serve
local emulator = require "iggraph.sandbox.emulator"
local recorder = require "iggraph.sandbox.recorder"
local store = require "iggraph.sandbox.store"
local transport = require "iggraph.sandbox.transport"
local watch = require "iggraph.sandbox.watch"

local ngx = ngx -- luacheck: read globals ngx

local M = {}

local settings, stores

--- Called once by the nginx master, before it forks.
-- @tparam table given `proofs`, `other_url`, `owner` and `dir`
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

local function read_body()
  ngx.req.read_body()
  local body = ngx.req.get_body_data()
  if body then return body end
  local path = ngx.req.get_body_file() -- larger than the buffer
  local file = path and io.open(path, "rb")
  if not file then return "" end
  body = file:read("*a")
  file:close()
  return body
end

local function read_request()
  local var = ngx.var
  local host = var.http_host or var.server_addr .. ":" .. var.server_port
  return {
    method = ngx.req.get_method(), uri = var.request_uri, headers = ngx.req.get_headers(0),
    body = read_body(), scheme = var.scheme, host = host, http = var.server_protocol,
    connection = var.connection .. "@" .. ngx.worker.pid(), now = ngx.time(),
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

--- The content handler.
function M.content()
  local raw = read_request()
  local control = recorder.control_path(raw.uri)
  if control then
    return transport.send(recorder.control(stores, control, raw.method), callbacks)
  end
  recorder.enter(stores, raw)
  ngx.ctx.sandbox_entered = true
  local answer = emulator.handle(raw, stores.state, settings)
  if answer.transport and answer.transport.close then return send_and_close(answer) end
  transport.send(answer, callbacks)
end

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
