--- Row 9: what a call costs the worker of an nginx, by iggraph and by nginx's own way, `ngx.location.capture` of a
-- location with `proxy_pass` and kept connections, and lua-cjson.
--
-- Each call is made in a request of its own, as a server's are: the subrequests of one request stay in memory until it
-- ends. Both ways ask the same upstream, another nginx that answers after 20 ms with a page of 100 media, neither with
-- compression (iggraph asks for it, that upstream has none), and read the items. The request around the call
-- counts for both.
--
-- @module spec.bench.rows.nginx
local nginx_host = require "spec.support.nginx_host"
local report = require "spec.bench.report"
local walk = require "spec.bench.rows.walk"

local DELAY = 0.02

local KEPT = "proxy_http_version 1.1; proxy_set_header Connection ''; proxy_set_header Authorization 'Bearer none';"
local HTTP = [[
  upstream kept { server {http}; keepalive 256; keepalive_requests 1000000; }
  upstream kept_tls { server {https}; keepalive 256; keepalive_requests 1000000; }
]]
local SERVER = ([[
  location /capture/ { internal; proxy_pass http://kept/; {kept} }
  location /capture_tls/ { internal; proxy_pass https://kept_tls/; {kept} }
]]):gsub("{kept}", KEPT)

local CLIENT = 'return require("iggraph").new { access_token = "none", base_url = "%s", ca_file = "%s" }'

local READ = [[
  local length = 0
  for _, media in ipairs(page.data) do length = length + #media.id + #(media.caption or "") end
  ngx.print(length)]]

local BY_CAPTURE = [[
  local answer = ngx.location.capture "/%s/v26.0/page"
  assert(answer.status == 200)
  local page = require("cjson").decode(answer.body)]] .. READ

local BY_IGGRAPH = 'local page = assert(require("%s"):get "page") ' .. READ

local WAYS = {
  capture = BY_CAPTURE:format "capture", capture_tls = BY_CAPTURE:format "capture_tls",
  iggraph = BY_IGGRAPH:format "plain_client", iggraph_tls = BY_IGGRAPH:format "tls_client",
}

local nginx = { luas = { "luajit" } } -- nginx has no other Lua

local HTTPS, PLAIN = { "iggraph_tls", "capture_tls" }, { "iggraph", "capture" }
local TURNS = {
  https = { ways = HTTPS, calls = 2000, at_a_time = 50 },
  http = { ways = PLAIN, calls = 2000, at_a_time = 50 },
  alone = { ways = HTTPS, calls = 200, at_a_time = 1 },
}

local caller, upstream

local function start_upstream(server)
  local page = walk.page(server)
  return nginx_host.start {
    client = false, files = { ["page.lua"] = ("return [==[%s]==]"):format(page) },
    main = "worker_rlimit_nofile 4096;",
    locations = { ["v26.0/page"] = ('ngx.sleep(%s) ngx.print(require "page")'):format(DELAY) },
  }
end

local function start_caller()
  local addresses = { http = upstream.http:match "//(.*)", https = upstream.https:match "//(.*)" }
  local locations = { cpu = "ngx.print(os.clock())" } -- user and system, of the worker
  for name, code in pairs(WAYS) do locations[name] = code end
  return nginx_host.start {
    client = false, main = "worker_rlimit_nofile 4096;",
    files = {
      ["plain_client.lua"] = CLIENT:format(upstream.http, upstream.ca_file),
      ["tls_client.lua"] = CLIENT:format(upstream.https, upstream.ca_file),
    },
    http = HTTP:gsub("{(%l+)}", addresses), server = SERVER, locations = locations,
  }
end

function nginx.prepare(bench)
  upstream = start_upstream(bench.server)
  caller = start_caller()
  local expected = caller:get "capture"
  for way in pairs(WAYS) do assert(caller:get(way) == expected, way .. " reads something else") end
end

-- Asks for a location so many times.
local function ask(way, count, at_a_time)
  local url = ("%s/%s?n=[1-%d]"):format(caller.http, way, count)
  local printed = report.run(report.quote { "curl", "-sS", "--noproxy", "*", "--no-progress-meter", "-o", "/dev/null",
    "-Z", "--parallel-max", ("%d"):format(at_a_time), "-w", "%{http_code}\\n", url })
  assert(select(2, (printed .. "\n"):gsub("200\n", "")) == count, way .. " has failed")
end

-- Seconds of the worker for each call.
local function cost(way, count, at_a_time)
  local function clock() return tonumber((caller:get "cpu")) end
  local before = clock()
  ask(way, count, at_a_time)
  return (clock() - before) / count
end

--- @treturn table of each of TURNS, way -> seconds of a call
function nginx.turn(bench)
  local figures = {}
  for name, row in pairs(TURNS) do
    figures[name] = {}
    for _, way in ipairs(row.ways) do figures[name][way] = cost(way, bench.size(row.calls), row.at_a_time) end
  end
  return figures
end

function nginx.close()
  for _, host in ipairs { caller, upstream } do
    local complaints = host:complaints()
    host:stop()
    assert(#complaints == 0, complaints[1])
  end
end

local function ratio(name)
  local mine, theirs = TURNS[name].ways[1], TURNS[name].ways[2]
  return function(turn) return turn[name][mine] / turn[name][theirs] end
end

local BASELINE = "`ngx.location.capture`, lua-cjson"

nginx.rows = {
  { 9, "nginx: CPU for a call, 50 at a time, HTTPS", BASELINE, goal = 0.8, of = ratio "https" },
  { 9, "the same over HTTP/1.1", BASELINE, goal = 0.8, of = ratio "http" },
  { 9, "the same one at a time, HTTPS", BASELINE, goal = 0.8, of = ratio "alone" },
}

return nginx
