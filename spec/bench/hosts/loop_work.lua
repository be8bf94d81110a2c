-- The work that spec/bench/hosts/loops.lua measures, one piece in a process of its own:
--
--   lua loop_work.lua throughput|latency|stall HOST WAY BASE_URL CA_FILE TOKEN COUNT
--
-- HOST is what calls wait in, WAY who makes them. Prints numbers, or "not here: …" where that needs what
-- is not installed for this Lua.

local what, host_name, way_name, base_url, ca_file, token, count = ...
count = tonumber(count)

local WIDTH = 16 -- calls at a time
local TICK = 5 -- milliseconds
local SHORT, LONG = 20, 500 -- milliseconds that an answer takes

-- Small answers where calls are counted: they come uncompressed to everybody.
local PAGES = {
  throughput = { limit = 5, fields = "id,caption" },
  stall = { limit = 100, fields = "id,caption,media_type,media_product_type,media_url,permalink,thumbnail_url,"
    .. "timestamp,like_count,comments_count" },
}
local page = PAGES[what] or PAGES.throughput

local user = ("17840%012d"):format((what == "stall" and count or 10) * page.limit)
local path = ("/v26.0/%s/media?limit=%d&fields=%s"):format(user, page.limit, page.fields)

local function now() return require("luv").hrtime() / 1e6 end -- milliseconds

-- Hosts: `start(fn)` in a coroutine, `run()` until all are over, `tick(fn)` every few milliseconds until
-- the function that it returns is called ----------------------------------------------------------------

local hosts = {}

function hosts.cqueues()
  local cqueues = require "cqueues"
  local controller = cqueues.new()
  return {
    start = function(fn) controller:wrap(fn) end,
    run = function() assert(controller:loop()) end,
    tick = function(on_tick)
      local goes_on = true
      controller:wrap(function()
        while goes_on do
          cqueues.sleep(TICK / 1000)
          on_tick()
        end
      end)
      return function() goes_on = false end
    end,
  }
end

function hosts.luv()
  local uv = require "luv"
  return {
    start = function(fn)
      local timer = uv.new_timer()
      timer:start(0, 0, function()
        timer:close()
        coroutine.wrap(fn)()
      end)
    end,
    run = function() uv.run() end,
    tick = function(on_tick)
      local timer = uv.new_timer()
      timer:start(TICK, TICK, on_tick)
      return function() timer:close() end
    end,
  }
end

function hosts.script()
  local functions = {}
  return {
    start = function(fn) functions[#functions + 1] = fn end,
    run = function()
      require("iggraph").map(functions, function(fn) fn() end, { concurrency = #functions })
    end,
  }
end

-- Ways: each gives a function that fetches the page, for one coroutine -----------------------------------

local ways = {}

function ways.iggraph()
  local ig = require("iggraph").new { access_token = token, base_url = base_url, ca_file = ca_file }
  return {
    open = function() return function() return ig:get(user .. "/media", page) end end,
    walk = function(on_item)
      for item in ig:user(user):media(page) do on_item(item) end
    end,
    wait = function(milliseconds) return ig:get("slow_" .. milliseconds) end,
  }
end

local function lua_http_context()
  local store = require("openssl.x509.store").new()
  store:add(ca_file)
  local context = require("http.tls").new_client_context()
  context:setStore(store)
  return context
end

local function lua_http_body(headers, stream)
  assert(headers and headers:get ":status" == "200", "no answer")
  return require("cjson").decode((assert(stream:get_body_as_string())))
end

-- lua-http as its manual begins: a request object, and a connection, for each call.
ways["lua-http"] = function()
  local request, context = require "http.request", lua_http_context()
  return { open = function()
    return function()
      local it = request.new_from_uri(base_url .. path)
      it.ctx = context
      it.headers:upsert("authorization", "Bearer " .. token)
      return lua_http_body(it:go())
    end
  end }
end

-- lua-http with connections that are kept, one for each coroutine. (One that all share over HTTP/2 comes to
-- a standstill after a few hundred calls.)
ways["lua-http-kept"] = function()
  local scheme, host, port = base_url:match "^(%w+)://([^:]+):(%d+)$"
  local client, new_headers = require "http.client", require("http.headers").new
  local options = {
    host = host, port = tonumber(port), tls = scheme == "https", ctx = lua_http_context(), version = 1.1,
  }
  return { open = function()
    local connection = assert(client.connect(options))
    return function()
      local headers = new_headers()
      headers:append(":method", "GET")
      headers:append(":scheme", scheme)
      headers:append(":authority", host)
      headers:append(":path", path)
      headers:append("authorization", "Bearer " .. token)
      local stream = connection:new_stream()
      assert(stream:write_headers(headers, true))
      return lua_http_body(stream:get_headers(), stream)
    end
  end }
end

-- A process of curl for each call, as programs on libuv do that have nothing for HTTPS.
function ways.curl()
  local uv, cjson = require "luv", require "cjson"
  local arguments = { "-sS", "--fail", "--compressed", "--cacert", ca_file, "-H", "Authorization: Bearer " .. token,
    base_url .. path }
  return { open = function()
    return function()
      local thread, output, parts, open = coroutine.running(), uv.new_pipe(false), {}, 2
      local function close(handle)
        handle:close()
        open = open - 1
        if open == 0 then assert(coroutine.resume(thread)) end
      end
      local process
      process = uv.spawn("curl", { args = arguments, stdio = { nil, output, 2 } }, function() close(process) end)
      output:read_start(function(_, bytes)
        if not bytes then return close(output) end
        parts[#parts + 1] = bytes
      end)
      coroutine.yield()
      return cjson.decode(table.concat(parts))
    end
  end }
end

-- HTTP/1.1 by hand, over a connection for each coroutine: as little as can be done.
function ways.tcp()
  local uv, cjson = require "luv", require "cjson"
  local host, port = base_url:match "^http://([^:]+):(%d+)$"
  local request = ("GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n"):format(path, host, token)
  return { open = function()
    local tcp, thread, parts, size, total = uv.new_tcp(), coroutine.running(), {}, 0, nil
    local function answered()
      if not total then
        local length, body = table.concat(parts):match "^HTTP/1.1 200 .-\r\nContent%-Length: (%d+).-\r\n\r\n()"
        total = length and body - 1 + tonumber(length)
      end
      return size == total
    end
    tcp:connect(host, tonumber(port), function(err) assert(coroutine.resume(thread, assert(not err, err))) end)
    coroutine.yield()
    tcp:read_start(function(err, bytes)
      assert(bytes, err)
      parts[#parts + 1], size = bytes, size + #bytes
      if answered() then assert(coroutine.resume(thread)) end
    end)
    return function()
      parts, size, total = {}, 0, nil
      tcp:write(request)
      coroutine.yield()
      return cjson.decode((table.concat(parts):gsub("^.-\r\n\r\n", "")))
    end
  end, close = function() uv.walk(function(handle) handle:close() end) end }
end

-- What is measured ----------------------------------------------------------------------------------------

local found, host, way = pcall(function() return hosts[host_name](), ways[way_name]() end)
if not found then
  print("not here: " .. tostring(host))
  return
end

local items, length = 0, 0

local function read(media)
  items = items + 1
  length = length + #media.id + #(media.caption or "")
end

local function timed(width, work)
  local left, at_work = count, width
  for _ = 1, width do
    host.start(function()
      local get = work()
      while left > 0 do
        left = left - 1
        get()
      end
      at_work = at_work - 1
      if at_work == 0 and way.close then way.close() end
    end)
  end
  local start, cpu = now(), os.clock()
  host.run()
  return (now() - start) / 1000, os.clock() - cpu
end

local measure = {}

--- Prints items and length of what was read, seconds and CPU seconds.
function measure.throughput()
  local seconds, cpu = timed(WIDTH, function()
    local get = way.open()
    return function()
      for _, media in ipairs(get().data) do read(media) end
    end
  end)
  print(("%d %d %.6f %.6f"):format(items, length, seconds, cpu))
end

--- Calls that take 20 ms each: prints seconds for one at a time, and for several.
function measure.latency()
  local function get() return function() assert(way.wait(SHORT)) end end
  get()()
  print(("%.6f %.6f"):format(timed(1, get), (timed(WIDTH, get))))
end

--- Prints the longest time in ms between two ticks while: the first page comes, the others come, and
-- one answer is awaited.
function measure.stall()
  local longest, last = {}, now()
  local phase = "first"
  local function on_tick()
    local time = now()
    longest[phase], last = math.max(longest[phase] or 0, time - last), time
  end
  local stop = host.tick(on_tick)
  host.start(function()
    way.walk(function(media)
      read(media)
      if items == page.limit then
        on_tick()
        phase = "others"
      end
    end)
    assert(items == count * page.limit, "not all was read")
    on_tick()
    phase = "awaiting"
    way.wait(LONG)
    on_tick()
    stop()
    phase = "over"
  end)
  last = now()
  host.run()
  print(("%.6f %.6f %.6f"):format(longest.first, longest.others, longest.awaiting))
end

measure[what]()
