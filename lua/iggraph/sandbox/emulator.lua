--- The Graph in plain Lua: a request goes in, an answer comes out. It knows no server.
--
-- An answer is `{ status, headers, body, transport }`. `transport` is how it has to be sent where that is
-- not as usual: see `iggraph.sandbox.transport`.
-- @module iggraph.sandbox.emulator
local auth = require "iggraph.sandbox.auth"
local chaos = require "iggraph.sandbox.chaos"
local echo = require "iggraph.sandbox.echo"
local errors = require "iggraph.sandbox.errors"
local features = require "iggraph.sandbox.features"
local fields = require "iggraph.sandbox.fields"
local json = require "iggraph.sandbox.json"
local limits = require "iggraph.sandbox.limits"
local nodes = require "iggraph.sandbox.nodes"
local opaque = require "iggraph.sandbox.opaque"
local render = require "iggraph.sandbox.render"
local request = require "iggraph.sandbox.request"
local scenarios = require "iggraph.sandbox.scenarios"
local usage = require "iggraph.sandbox.usage"
local versions = require "iggraph.sandbox.versions"
local writes = require "iggraph.sandbox.writes"

local M = {}

local function unknown_path(call)
  local components = table.concat(call.segments, "/", 2)
  errors.unknown_path("/" .. components)
end

local function read_edge(call, context, node_type, node, name)
  local edge = node_type.edges[name]
  if not edge then unknown_path(call) end
  return render.edge(edge, node, call.params, {
    context = context, path = "/" .. node.id .. call.suffix .. "/" .. name, sent = call.sent,
  })
end

local READS = { GET = true, HEAD = true }

local function of_node(situation)
  local call, context = situation.call, situation.context
  local id, edge = call.id, call.segments[2]
  local node_type, node = nodes.find(id == "me" and context.me or id, context)
  if not node then errors.unknown_object(call.method:lower(), id) end
  if #call.segments > 2 and not writes.is_deep(node_type, call) then unknown_path(call) end
  auth.check(context.grant, node_type, call, edge)
  if not READS[call.method] then return writes.answer(situation, node_type, node, edge) end
  if edge and node_type.reads[edge] then return node_type.reads[edge](situation, node) end
  if edge then return read_edge(call, context, node_type, node, edge) end
  return render.node(render.plan(node_type, fields.selection(call.params), context), node)
end

local function of_root(row, situation)
  local call = situation.call
  local run = row[call.method == "HEAD" and "GET" or call.method]
  if not run then errors.unknown_object(call.method:lower(), call.path) end
  return run(situation)
end

--- The ordinary answer to a call: a JSON value, or a whole answer with a `status`.
local function answer_call(situation)
  if situation.call.id == "_echo" then return echo.answer(situation.call) end
  if situation.root then return of_root(situation.root, situation) end
  return of_node(situation)
end

-- What every version refuses since 2026-10-27.
local function refuse_removed(call)
  if call.params.ids then errors.ids() end
  if call.params.date_format then errors.date_format() end
end

-- What holds for one call. Nodes and features get it, for all that is not in the node itself.
local function make_context(call, grant, store, settings)
  return {
    base_url = call.base_url, token = call.token, now = call.now, store = store, settings = settings, grant = grant,
    version_path = call.version and "/" .. call.version or "",
    me = grant.me, serving = call.serving,
  }
end

--- A trace id that looks like the Graph's and is never the same twice.
local function trace_id(calls, now)
  return "A" .. opaque.text(calls * 7919 + now % 100000, 22)
end

local function failure_answer(failure, trace)
  return {
    status = failure.status, body = json.encode(errors.body(failure, trace)),
    headers = { ["WWW-Authenticate"] = errors.challenge(failure) },
  }
end

local function usual(situation)
  local value = answer_call(situation)
  if type(value) ~= "table" or not value.status then value = { status = 200, body = json.encode(value) } end
  value.headers = value.headers or {}
  return value
end

local function ordinary(situation) return scenarios.answer(situation) or usual(situation) end

--- The answer to a call; failures are raised.
local function respond(call, store, settings, trace)
  if not call.serving then errors.unknown_path(call.path) end
  local root = features.root(call)
  local grant = root and root.open and {} or auth.grant(call, store)
  refuse_removed(call)
  local situation = {
    call = call, root = root, context = make_context(call, grant, store, settings), store = store,
    settings = settings, trace = trace, usual = usual, handle = M.handle,
  }
  if next(grant) and not (root and root.uncounted) then limits.meet(situation) end
  return chaos.answer(situation, ordinary) or ordinary(situation)
end

local COMMON_HEADERS = {
  ["Content-Type"] = "application/json; charset=UTF-8",
  ["Cache-Control"] = "private, no-cache, no-store, must-revalidate",
  ["Pragma"] = "no-cache",
  ["Expires"] = "Sat, 01 Jan 2000 00:00:00 GMT",
  ["Access-Control-Allow-Origin"] = "*",
  ["Strict-Transport-Security"] = "max-age=15552000; preload",
  ["x-fb-rev"] = "1034215017",
}

local function default(headers, name, value)
  if headers[name] == nil then headers[name] = value end
end

local function add_headers(answer, call, calls, trace, store)
  local headers, id = answer.headers, call.id
  for name, value in pairs(COMMON_HEADERS) do default(headers, name, value) end
  default(headers, "facebook-api-version", call.serving)
  default(headers, "x-fb-trace-id", trace)
  for name, value in pairs(call.usage or {}) do default(headers, name, value) end
  default(headers, "X-App-Usage", usage.app(usage.risen(calls)))
  if #id == 17 and id:find("^1784%d+$") then
    default(headers, "X-Business-Use-Case-Usage", usage.business(id, usage.risen(store.add("calls:" .. id, 1))))
  end
end

--- Answers a request.
-- @tparam table raw see `request.parse`
-- @tparam table store see `iggraph.sandbox.store`
-- @tparam[opt] table settings `other_url` (a second host of the sandbox)
-- @treturn table `status`, `headers`, `body`, and perhaps `transport`
function M.handle(raw, store, settings)
  local call = request.parse(raw)
  local calls = store.add("calls", 1)
  local trace = trace_id(calls, call.now)
  call.serving = versions.serving(call.version, call.now)
  local ok, result = pcall(respond, call, store, settings or {}, trace)
  if not ok then
    if not errors.is(result) then error(result, 0) end
    result = failure_answer(result, trace)
  end
  add_headers(result, call, calls, trace, store)
  return result
end

return M
