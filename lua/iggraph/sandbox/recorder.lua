--- Remembers what arrived, and answers the control paths under /_sandbox/.
-- @module iggraph.sandbox.recorder
local chaos = require "iggraph.sandbox.chaos"
local cjson = require("cjson").new()
local clock = require "iggraph.sandbox.clock"
local features = require "iggraph.sandbox.features"
local json = require "iggraph.sandbox.json"
local limits = require "iggraph.sandbox.limits"
local request = require "iggraph.sandbox.request"

local M = {}

local KEEP = 2000
local MAX_BODY = 65536
local MAX_HEIGHT = 10000

--- @tparam string uri
-- @treturn ?string what is asked of the control, such as "requests"; nil for an ordinary call
function M.control_path(uri)
  local path = uri:match("^[^?]*")
  return path:match("^/_sandbox/?(.*)$") or path:match("^/v%d+%.%d+/_sandbox/?(.*)$")
end

local function form_body(raw)
  local content_type = raw.headers["content-type"] or ""
  if not content_type:find("^application/x%-www%-form%-urlencoded") then return nil end
  return (raw.body or ""):sub(1, MAX_BODY)
end

--- Counts and keeps a request; the newest 2,000 are kept.
-- @tparam table stores `state`, `records` and `gauges`, see `iggraph.sandbox.store`; a reset spares only
-- the last
-- @tparam table raw the request, with `http`, `host` and `connection`
function M.enter(stores, raw)
  local number = stores.state.add("requests", 1)
  if stores.state.add("connection:" .. raw.connection, 1) == 1 then stores.state.add("connections", 1) end
  -- Each height reached is noted, and the highest looked up when asked: workers then need no common maximum.
  stores.state.set("height:" .. stores.gauges.add("in_flight", 1), true)
  stores.records.set(number % KEEP, cjson.encode {
    method = raw.method, uri = raw.uri, http = raw.http, host = raw.host, connection = raw.connection,
    headers = raw.headers, body = form_body(raw),
  })
end

--- Notes that a request has its answer.
-- @tparam table stores as for `enter`
function M.leave(stores)
  stores.gauges.add("in_flight", -1)
end

local function highest(state)
  for height = MAX_HEIGHT, 1, -1 do
    if state.get("height:" .. height) then return height end
  end
  return 0
end

local function list_requests(stores)
  local count = stores.state.get("requests") or 0
  local list = {}
  for number = math.max(1, count - KEEP + 1), count do
    list[#list + 1] = stores.records.get(number % KEEP)
  end
  return ('{"count":%d,"connections":%d,"in_flight_max":%d,"bytes_sent":%d,"requests":[%s]}'):format(count,
    stores.state.get("connections") or 0, highest(stores.state), stores.state.get("bytes_sent") or 0,
    table.concat(list, ","))
end

local function reset(stores)
  stores.state.clear()
  stores.records.clear()
  return '{"success":true}'
end

local ROWS = {
  requests = { GET = list_requests },
  reset = { POST = reset },
  clock = { POST = clock.advance },
  limit = { POST = limits.set, GET = limits.report },
  chaos = { POST = chaos.set, GET = chaos.report },
}

local NOT_FOUND = '{"error":"no such control"}'

--- Answers a control path. Features have controls of their own: `features.controls`, by the first part of the path.
-- @tparam table stores as for `enter`
-- @tparam string path from `control_path`
-- @tparam table raw the request
-- @treturn table an answer as the emulator's
function M.control(stores, path, raw)
  local row = ROWS[path] or features.controls[path:match("^[^/]*")]
  local run = row and row[raw.method]
  local value = run and run(stores, request.parse(raw))
  if type(value) == "table" then value = json.encode(value) end
  return {
    status = value and 200 or row and not run and 405 or 404,
    headers = { ["Content-Type"] = "application/json; charset=UTF-8" },
    body = value or NOT_FOUND,
  }
end

return M
