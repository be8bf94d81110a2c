-- Measures iggraph in one worker of nginx: how long others wait beside a walk, and how many calls a second it
-- makes beside nginx's own way, `ngx.location.capture` of a location with `proxy_pass`.
--
--   [RUNS=5] [PAGES=500] [CALLS=5000] lua5.4 spec/bench/hosts/openresty.lua
--
-- Wants the build for the Lua that it runs on, nginx with its Lua module, curl and lua-system; the module for
-- nginx it builds itself. Prints the tables of the README and writes every single measurement into
-- build/openresty.json.
--
-- The upstream is another nginx, which answers after 20 ms. 200 calls are under way at a time, in two ways:
-- by the light threads of one request, which makes all of the calls, and by 200 clients, of whose requests
-- each makes one. All ways end with a Lua table: captures are decoded by lua-cjson.

local here = arg[0]:match "^(.*)spec/bench/hosts/openresty%.lua$" or error "call it as spec/bench/hosts/openresty.lua"
local own = rawget(_G, "jit") and "luajit" or "lua" .. _VERSION:match "%d%.%d"
package.path = ("%s?.lua;%slua/?.lua;%slua/?/init.lua;"):format(here, here, here) .. package.path
package.cpath = here .. "build/" .. own .. "/?.so;" .. package.cpath

local client = require "spec.support.client"
local json = require "iggraph.json"
local nginx_host = require "spec.support.nginx_host"
local report = require "spec.bench.report"
local shell = require "iggraph.sandbox.shell"

local RUNS = tonumber(os.getenv "RUNS" or 5)
local PAGES = tonumber(os.getenv "PAGES" or 500)
local CALLS = tonumber(os.getenv "CALLS" or 5000)
local PAGE, AT_A_TIME, DELAY = 100, 200, 0.02
local FIELDS = "id,caption,media_type,media_product_type,media_url,permalink,thumbnail_url,timestamp,"
  .. "like_count,comments_count"

local hosts = {}

local function start(options)
  options.main = "worker_rlimit_nofile 4096;"
  hosts[#hosts + 1] = nginx_host.start(options)
  return hosts[#hosts]
end

local function get(host, path)
  local body, status = host:get(path)
  assert(status == 200, body)
  return body
end

-- How long others wait ------------------------------------------------------------------------------------

local function walker()
  return start { locations = {
    ["v26.0/ping"] = "ngx.print '{}'",
    rest = "ngx.sleep(1) ngx.print(0)",
    walk = ([[
      local count = 0
      for _ in ig:user("17840%012d"):media { limit = %d, fields = "%s" } do count = count + 1 end
      ngx.print(count)]]):format(PAGES * PAGE, PAGE, FIELDS),
  } }
end

local LATENCIES = {
  { "the median", function(times) return times[math.ceil(#times / 2)] end },
  { "99 of 100", function(times) return times[math.ceil(#times * 0.99)] end },
  { "the longest", function(times) return times[#times] end },
}

-- A list of turns, each `rest` and `walk`: what each of LATENCIES makes of the times.
local function measure_latencies()
  local host, turns = walker(), {}
  local function measure(path, expected)
    local times, body = host:latencies(path)
    assert(tonumber(body) == expected, body)
    local figures = {}
    for i, row in ipairs(LATENCIES) do figures[i] = row[2](times) end
    return figures
  end
  for turn = 1, RUNS do turns[turn] = { rest = measure("rest", 0), walk = measure("walk", PAGES * PAGE) } end
  return turns
end

local function latency_table(turns)
  local head = "beside a walk of %d pages of %d media"
  local rows = { { "ms until another location answers", "at rest", head:format(PAGES, PAGE) } }
  for i, row in ipairs(LATENCIES) do
    rows[#rows + 1] = {
      row[1],
      report.spread(turns, function(turn) return turn.rest[i] end),
      report.spread(turns, function(turn) return turn.walk[i] end),
    }
  end
  return report.render(rows)
end

-- Calls a second --------------------------------------------------------------------------------------------

local BODIES = {
  { "node", "75 bytes", '{"id":"17841405822304914","username":"metricsaurus","followers_count":1234}' },
  { "page", "25 media" },
}

local function start_upstream()
  BODIES[2][3] = json.encode(assert(client.new():get("17840000000001000/media", { limit = 25, fields = FIELDS })))
  local files, locations = {}, {}
  for _, body in ipairs(BODIES) do
    files[body[1] .. ".lua"] = ("return [==[%s]==]"):format(body[3])
    locations["v26.0/" .. body[1]] = ('ngx.sleep(%s) ngx.print(require "%s")'):format(DELAY, body[1])
  end
  return start { client = false, files = files, locations = locations }
end

-- Name, what it is, and the configuration of its location, for captures.
local KEPT = "proxy_http_version 1.1; proxy_set_header Connection '';"
local WAYS = {
  { "iggraph", "iggraph" },
  { "kept", "proxy_pass, keepalive", "proxy_pass http://kept/; " .. KEPT },
  { "plain", "proxy_pass as it comes", "proxy_pass http://plain/;" },
  { "iggraph_tls", "iggraph, HTTPS, HTTP/2" },
  { "kept_tls", "proxy_pass, HTTPS, keepalive", "proxy_pass https://kept_tls/; " .. KEPT },
}
local RATIOS = { { "iggraph", "kept" }, { "iggraph", "plain" }, { "iggraph_tls", "kept_tls" } }

local UPSTREAMS = [[
  upstream plain { server {http}; }
  upstream kept { server {http}; keepalive 256; keepalive_requests 1000000; }
  upstream kept_tls { server {https}; keepalive 256; keepalive_requests 1000000; }
]]

-- What `call(way, node)` is for the code of the locations.
local CALL = [[
  local calls = {
    iggraph = function(node) return assert(ig:get(node)) end,
    iggraph_tls = function(node) return assert(require("client_tls"):get(node)) end,
  }
  local function call(way, node)
    if calls[way] then return calls[way](node) end
    local answer = ngx.location.capture("/" .. way .. "/v26.0/" .. node)
    assert(answer.status == 200)
    return require("cjson").decode(answer.body)
  end
  local way, node = ngx.var.arg_way, ngx.var.arg_node
]]

local ONE = CALL .. [[
  local value = call(way, node)
  ngx.print((value.id or #value.data) and "good")]]

-- 200 light threads that call `one()` until all is done; prints how often a second.
local MANY = [[
  local left = tonumber(ngx.var.arg_calls)
  local function work()
    while left > 0 do
      left = left - 1
      one()
    end
  end
  ngx.update_time()
  local began, calls, threads = ngx.now(), left, {}
  for i = 1, %d do threads[i] = ngx.thread.spawn(work) end
  for i = 1, %d do assert(ngx.thread.wait(threads[i])) end
  ngx.update_time()
  ngx.print(calls / (ngx.now() - began))]]
MANY = MANY:format(AT_A_TIME, AT_A_TIME)

local CLIENTS = [[
  local request = "GET /one?" .. ngx.var.args .. " HTTP/1.1\r\nHost: bench\r\n\r\n"
  local idle = {}
  local function connect()
    local socket = ngx.socket.tcp()
    assert(socket:connect("{host}", {port}))
    return { socket = socket, head = socket:receiveuntil "\r\n\r\n" }
  end
  local function one()
    local connection = table.remove(idle) or connect()
    assert(connection.socket:send(request))
    assert(assert(connection.head()):find("^HTTP/1.1 200 "))
    assert(connection.socket:receive(#"4\r\ngood\r\n0\r\n\r\n"))
    idle[#idle + 1] = connection
  end
]] .. MANY

local function start_caller(upstream)
  local addresses = { http = upstream.http:match "//(.*)", https = upstream.https:match "//(.*)" }
  local server = {}
  for _, way in ipairs(WAYS) do
    if way[3] then server[#server + 1] = ("location /%s/ { internal; %s }"):format(way[1], way[3]) end
  end
  local tls = 'return require("iggraph").new { access_token = "none", base_url = "%s", ca_file = "%s" }'
  return start {
    client = { base_url = upstream.http },
    files = { ["client_tls.lua"] = tls:format(upstream.https, upstream.ca_file) },
    http = UPSTREAMS:gsub("{(%l+)}", addresses), server = table.concat(server, "\n"),
    locations = { one = ONE, many = CALL .. "local function one() return call(way, node) end\n" .. MANY },
  }
end

local function start_clients(caller)
  local host, port = caller.http:match "//(.*):(%d+)"
  local code = CLIENTS:gsub("{(%l+)}", { host = host, port = port })
  return start { client = false, locations = { many = code } }
end

-- Who calls for what: name, how many, and which body.
local COLUMNS = {
  { "one request, 75 bytes", "caller", "node" }, { "one request, 25 media", "caller", "page" },
  { "200 clients, 75 bytes", "clients", "node" }, { "200 clients, 25 media", "clients", "page" },
}

-- A list of turns, each a list of columns: way -> calls a second.
local function measure_calls()
  local caller = start_caller(start_upstream())
  local from = { caller = caller, clients = start_clients(caller) }
  local function measure(column, way, calls)
    local path = "many?way=%s&node=%s&calls=%d"
    return assert(tonumber(get(from[column[2]], path:format(way[1], column[3], calls))))
  end
  local turns = {}
  for turn = 0, RUNS do -- the first one warms up
    turns[turn] = {}
    for i, column in ipairs(COLUMNS) do
      turns[turn][i] = {}
      for _, way in ipairs(WAYS) do
        turns[turn][i][way[1]] = measure(column, way, turn == 0 and AT_A_TIME or CALLS)
      end
    end
  end
  turns[0] = nil
  return turns
end

local function name_of(key)
  for _, way in ipairs(WAYS) do
    if way[1] == key then return way[2] end
  end
end

local function row_of(name, turns, of, format)
  local row = { name }
  for i = 1, #COLUMNS do
    row[i + 1] = report.spread(turns, function(turn) return of(turn[i]) end, format)
  end
  return row
end

local function calls_table(turns)
  local rows = { { ("calls a second, %d at a time, upstream of %d ms"):format(AT_A_TIME, DELAY * 1000) } }
  for i, column in ipairs(COLUMNS) do rows[1][i + 1] = column[1] end
  for _, way in ipairs(WAYS) do
    rows[#rows + 1] = row_of(way[2], turns, function(rates) return rates[way[1]] end, "%.0f")
  end
  for _, pair in ipairs(RATIOS) do
    local name = ("%s : %s"):format(name_of(pair[1]), name_of(pair[2]))
    rows[#rows + 1] = row_of(name, turns, function(rates) return rates[pair[1]] / rates[pair[2]] end)
  end
  return report.render(rows)
end

local ok, err = pcall(function()
  local results = { latencies = measure_latencies(), calls = measure_calls() }
  for _, host in ipairs(hosts) do
    local complaints = host:complaints()
    assert(#complaints == 0, complaints[1])
  end
  shell.write(hosts[1].root .. "/build/openresty.json", json.encode(results) .. "\n")
  print(("OpenResty, least – middle – most of %d turns; \"one request\" makes %s calls.\n\n%s\n\n%s"):format(RUNS,
    report.grouped(CALLS), latency_table(results.latencies), calls_table(results.calls)))
end)
for _, host in ipairs(hosts) do host:stop() end
if not ok then
  io.stderr:write(tostring(err), "\n")
  os.exit(1)
end
