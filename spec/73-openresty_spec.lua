-- OpenResty: a real nginx, whose worker goes on with other requests while calls of iggraph are under way.

local core = require "iggraph.core"
local nginx_host = require "spec.support.nginx_host"
local sandbox = require "spec.support.sandbox"
local shell = require "iggraph.sandbox.shell"
local now = require("system").monotime
local with = require("spec.support.client").with

local function wait_until(condition, seconds)
  local limit = now() + (seconds or 5)
  while not condition() do
    if now() > limit then return false end
    core.loop.sleep(0.01)
  end
  return true
end

-- How often a light thread came by while the call was under way; none for a call that blocks the worker.
local TICKS = [[
  local ticks = 0
  local ticker = ngx.thread.spawn(function()
    while true do
      ngx.sleep(0.01)
      ticks = ticks + 1
    end
  end)
  local found = assert(ig:get "slow_300").id
  ngx.thread.kill(ticker)
  found = found .. " " .. ticks
]]

-- What `found` is, by a function that carries out TICKS.
local function ticks_in(way)
  return "local function measure() " .. TICKS .. " return found end\n" .. way
end

local SEEN = "local function see(name, value) ngx.shared.seen:set(name, tostring(value)) end\n"

-- Tries a call where nginx cannot wait, and keeps the words of the error.
local function try_in(phase)
  return SEEN .. ('local _, why = pcall(ig.get, ig, "me") see("%s", why)'):format(phase)
end

local CLIENT = nginx_host.PREAMBLE

-- Stand beside the locations of each test.
local COMMON = {
  ping = "ngx.say '{}'",
  seen = "ngx.print(ngx.shared.seen:get(ngx.var.arg_name) or '')",
  idle = [[
    local engine = require("iggraph.core").loop.engine()
    ngx.print(not engine:is_busy() and ngx.timer.running_count() == 0)]],
  me = "ngx.print(assert(ig:get 'me').id)",
}

local hosts = {}

local function start(options)
  options.locations = with(COMMON, options.locations)
  local host = nginx_host.start(options)
  hosts[#hosts + 1] = host
  return host
end

-- A request beside what follows; gives a function that ends it, as the end of the test does.
local function begin(host, path, arguments)
  local _, leave = host:begin(path, arguments)
  finally(leave)
  return leave
end

local function is_idle(host, seconds)
  return wait_until(function() return host:get("idle", "--max-time 2") == "true" end, seconds or 2)
end

-- An upstream that counts the requests that it holds.
local function start_upstream()
  local function hold(seconds)
    return {
      access = "ngx.shared.seen:incr('open', 1, 0)", content = ("ngx.sleep(%s) ngx.print '{}'"):format(seconds),
      log = "ngx.shared.seen:incr('open', -1)",
    }
  end
  local upstream = nginx_host.start {
    client = false, http = "lua_check_client_abort on;",
    locations = {
      ["v26.0/hang"] = hold(30), ["v26.0/hang/media"] = hold(30), ["v26.0/brief"] = hold(0.03),
      ["v26.0/brief/media"] = hold(0.03), ["v26.0/long"] = hold(1), ["v26.0/me"] = "ngx.print '{}'",
      open = "ngx.print(ngx.shared.seen:get 'open' or 0)",
    },
  }
  hosts[#hosts + 1] = upstream
  function upstream.holds(count, seconds)
    return wait_until(function() return tonumber((upstream:get "open")) == count end, seconds)
  end
  return upstream
end

describe("in OpenResty", function()
  local host, upstream

  before_each(function() sandbox.reset() end)

  after_each(function()
    for _, each in ipairs(hosts) do assert.same({}, each:complaints()) end
  end)

  teardown(function()
    for _, each in ipairs(hosts) do each:stop() end
  end)

  setup(function() upstream = start_upstream() end)

  describe("a call yields", function()
    local WAYS = {
      rewrite = { rewrite = ticks_in "ngx.ctx.found = measure()", content = "ngx.print(ngx.ctx.found)" },
      access = { access = ticks_in "ngx.ctx.found = measure()", content = "ngx.print(ngx.ctx.found)" },
      content = ticks_in "ngx.print(measure())",
      light_thread = ticks_in [[
        local ok, found = ngx.thread.wait(ngx.thread.spawn(measure))
        ngx.print(found)]],
      coroutine = ticks_in [[
        local thread = coroutine.create(measure)
        local ok, found = coroutine.resume(thread)
        ngx.print(found, coroutine.status(thread) == "dead" and "" or " not over")]],
      task = ticks_in "ngx.print((iggraph.spawn(measure):wait()))",
      timer = ticks_in [[
        local over, found = require("ngx.semaphore").new(), nil
        ngx.timer.at(0, function()
          found = measure()
          over:post()
        end)
        over:wait(5)
        ngx.print(found)]],
    }

    setup(function() host = start { locations = WAYS } end)

    for name in pairs(WAYS) do
      it("in " .. name:gsub("_", " "), function()
        local found, ticks = assert(host:get(name)):match "^(%S+) (%d+)$"
        assert.equal("slow_300", found)
        assert.is_true(tonumber(ticks) >= 5, ticks .. " ticks in 300 ms")
        assert.is_true(is_idle(host))
      end)
    end

    it("while the certificate of a connection is chosen", function()
      local secure = start {
        server = ("ssl_certificate_by_lua_block { %s ngx.ctx.id = assert(ig:get 'me').id }"):format(CLIENT),
        locations = { id = "ngx.print(ngx.ctx.id or 'no id')" },
      }
      local ok, id = shell.run(("%s --cacert %s %s/id"):format(nginx_host.CURL, secure.ca_file, secure.https))
      assert.same({ true, "10210000000000001" }, { ok, id })
    end)
  end)

  describe("an error names the phase", function()
    local PHASES = { "init", "init_worker", "set", "header_filter", "body_filter", "log", "balancer" }

    setup(function()
      host = start {
        init = CLIENT .. try_in "init", init_worker = CLIENT .. try_in "init_worker",
        http = [[
          upstream chosen {
            server 0.0.0.1;
            balancer_by_lua_block {
              ]] .. CLIENT .. try_in "balancer" .. [[
              assert(require("ngx.balancer").set_current_peer("127.0.0.1", ngx.var.server_port))
            }
          }]],
        server = "location /balanced/ { proxy_pass http://chosen/; }",
        locations = {
          all = {
            set = try_in "set" .. " return ''", header_filter = try_in "header_filter",
            body_filter = try_in "body_filter", log = try_in "log",
          },
          spawning = { log = SEEN .. [[
            local _, why = pcall(iggraph.spawn, function() end)
            see("spawn", why)]] },
          sorting = [[
            local ok, why = pcall(table.sort, { 1, 2 }, function() return ig:get "me" end)
            ngx.print(tostring(why))]],
        },
      }
      host:get "all"
      host:get "balanced/ping"
    end)

    for _, phase in ipairs(PHASES) do
      it("where nginx cannot wait: " .. phase, function()
        local words
        wait_until(function()
          words = host:get("seen?name=" .. phase)
          return words ~= ""
        end)
        assert.matches("cannot wait here.*%f[%w_]" .. phase .. "%f[^%w_]", words)
      end)
    end

    it("and nothing was begun there", function()
      assert.equal(0, sandbox.record().count)
      assert.is_true(is_idle(host))
    end)

    it("of a task, too", function()
      host:get "spawning"
      assert.matches("cannot wait here.*%f[%w_]log%f[^%w_]", (host:get "seen?name=spawn"))
    end)

    it("where C stands between nginx and the call", function()
      local words = host:get "sorting"
      assert.matches("cannot wait here", words, 1, true)
      assert.is_true(is_idle(host))
    end)
  end)

  describe("one worker", function()
    local function percentile(times, share) return times[math.ceil(#times * share / 100)] end

    it("answers others while it walks 500 pages", function()
      host = start { locations = {
        ["v26.0/ping"] = "ngx.print '{}'",
        walk = [[
          local count = 0
          for _ in ig:user("17840000000050000"):media { limit = 100, fields = { "id", "caption" } } do
            count = count + 1
          end
          assert(count == 50000)]],
        -- As busy, and as polite: what a loaded machine does to this is not what iggraph does.
        compute = [[
          for _ = 1, 500 do
            local begun = os.clock()
            while os.clock() - begun < 0.001 do end
            ngx.sleep(0.001)
          end
        ]],
      } }
      local polite, busy = percentile(host:latencies "compute", 99), host:latencies "walk"
      local middle, p99 = percentile(busy, 50), percentile(busy, 99)
      print(("\n  %d answers beside a walk: median %.2f ms, p99 %.2f ms; beside 500 times 1 ms of computing %.2f ms")
        :format(#busy, middle, p99, polite))
      assert.is_true(#busy > 20, "only " .. #busy .. " answers while it walked")
      assert.is_true(p99 < math.max(10, 3 * polite), p99 .. " ms")
      assert.is_true(is_idle(host))
    end)

    it("seldom wakes for an answer that takes as long as those before", function()
      host = start { locations = { steps = [[
        local methods, steps = require("iggraph.core").loop.methods, 0
        local step = methods.step
        function methods.step(engine)
          steps = steps + 1
          return step(engine)
        end
        ig:get "slow_200" -- connects
        ig:get "slow_200"
        steps = 0
        local begun = ngx.now()
        ig:get "slow_200"
        ngx.update_time()
        ngx.print((ngx.now() - begun) * 1000 / steps)]] } }
      local pause = tonumber((host:get "steps"))
      assert.is_true(pause > 6, pause .. " ms from one step to the next")
    end)

    it("has one driver, however many wait", function()
      host = start { locations = {
        count = "iggraph.map({ 1 }, function() ig:get 'slow_300' end)",
        timers = "ngx.print(ngx.timer.running_count())",
      } }
      begin(host, "count?[1-30]", "-Z --parallel-immediate")
      assert.is_true(wait_until(function() return sandbox.record().in_flight_max >= 25 end))
      assert.equal("1", (host:get "timers"))
      assert.is_true(is_idle(host))
    end)

    it("has 200 calls under way at a time, and no more than were asked for", function()
      host = start {
        client = { base_url = sandbox.shared().http },
        locations = { map = [[
          local ids = {}
          for i = 1, tonumber(ngx.var.arg_n) do ids[i] = ("17840%012d"):format(i) end
          local results = iggraph.map(ids, function(id)
            assert(ig:get "slow_300")
            return assert(ig:get(id, { fields = "id" })).id
          end, { concurrency = tonumber(ngx.var.arg_at_a_time) })
          local good = 0
          for i, id in ipairs(ids) do
            if results[i].n == 1 and results[i][1] == id then good = good + 1 end
          end
          ngx.print(good)]] },
      }
      assert.equal("200", (host:get "map?n=200&at_a_time=200"))
      local most = sandbox.record().in_flight_max
      assert.is_true(most > 100 and most <= 200, most .. " at a time")
      sandbox.reset()
      assert.equal("40", (host:get "map?n=40&at_a_time=16"))
      assert.equal(16, sandbox.record().in_flight_max)
    end)
  end)

  describe("a request whose client has gone", function()
    local HANGING = {
      hang = [[ig:get "hang"]],
      map = [[iggraph.map({ 1, 2, 3, 4, 5 }, function() ig:get "hang" end)]],
      task = [[iggraph.spawn(function() ig:get "hang" end)]],
      aborting = [[
        ngx.on_abort(function() ngx.exit(499) end)
        ig:get "hang"]],
      access = { access = [[ig:get "hang"]] },
    }
    local PATHS = { "hang", "map", "task", "aborting", "access" }

    for protocol, name in pairs { http = "HTTP/1.1", https = "HTTP/2" } do
      describe("over " .. name, function()
        setup(function()
          host = start {
            client = { base_url = upstream[protocol] }, http = "lua_check_client_abort on;", locations = HANGING,
          }
        end)

        for _, path in ipairs(PATHS) do
          it("ends its calls at once: " .. path, function()
            local leave = begin(host, path)
            assert.is_true(upstream.holds(path == "map" and 5 or 1))
            leave()
            assert.is_true(is_idle(host))
            assert.is_true(upstream.holds(0, 2))
          end)
        end
      end)
    end

    it("is carried out to its end where nginx does not look after clients", function()
      host = start { locations = { slow = SEEN .. [[see("end", assert(ig:get "slow_500").id)]] } }
      host:get("slow", "--max-time 0.2")
      assert.equal("", (host:get "seen?name=end"))
      assert.is_true(wait_until(function() return host:get "seen?name=end" == "slow_500" end))
      assert.is_true(is_idle(host))
    end)

    it("leaves nothing behind, among many that come and go", function()
      local names = { "map", "threads", "task", "cursor", "timer" }
      local ways = {
        map = [[
          local list = {}
          for i = 1, 20 do list[i] = i end
          iggraph.map(list, function(i) return ig:get(i % 10 == 0 and "long" or "brief") end, { concurrency = 8 })]],
        threads = [[
          local threads = {}
          for i = 1, 5 do threads[i] = ngx.thread.spawn(function() ig:get(i % 2 == 0 and "long" or "brief") end) end
          ngx.sleep(0.05)
          ngx.thread.kill(threads[2])
          ngx.exit(200)]],
        task = [[
          local task = iggraph.spawn(function() ig:get "brief" ig:get "long" end)
          ig:get "brief"
          task:cancel()
          task:wait()]],
        cursor = [[ig:list("brief/media", nil, { prefetch = true }):next()]],
        timer = [[ngx.timer.at(0, function() ig:get "brief" end)]],
      }
      host = start {
        client = { base_url = start_upstream().http }, http = "lua_check_client_abort on;", locations = ways,
      }
      for i = 1, 40 do
        local urls = {}
        for j = 1, 30 do urls[j] = ("-o /dev/null %s/%s"):format(host.http, names[(i * j) % #names + 1]) end
        shell.run(("timeout %.2f %s -Z --parallel-immediate %s"):format(0.03 + i % 7 * 0.02, nginx_host.CURL,
          table.concat(urls, " ")))
      end
      assert.is_true(is_idle(host, 5)) -- nginx overlooks clients who leave very early
      assert.equal("{}\n", (host:get "ping"))
    end)

    describe("leaves what it shared with others in order:", function()
      setup(function()
        host = start { http = "lua_check_client_abort on;", locations = {
          open = [[
            package.loaded.cursor = ig:list("slow_300/media", { limit = 2 })
            package.loaded.cursor:next()]],
          rest = [[for item in package.loaded.cursor do ngx.print(item.id:sub(-2), " ") end]],
          spawn = [[
            package.loaded.task = iggraph.spawn(function() ig:get "hang" end)
            package.loaded.task:wait()]],
          wait = [[
            local value, _, kind = package.loaded.task:wait()
            ngx.print(tostring(value), " ", kind)]],
        } }
      end)

      it("a cursor goes on", function()
        host:get("open", "--max-time 0.1")
        assert.equal("01 02 03 04 05 06 07 08 09 10 ", (host:get "rest"))
      end)

      it("a task is cancelled", function()
        host:get("spawn", "--max-time 0.2")
        assert.equal("nil cancelled", (host:get("wait", "--max-time 5")))
      end)
    end)
  end)

  describe("a light thread that ends before its call", function()
    for name, code in pairs {
      ["is killed"] = "ngx.thread.kill(thread)",
      ["is left behind by ngx.exit"] = "ngx.exit(200)",
    } do
      it(name .. ", and so is the call", function()
        host = start { client = { base_url = upstream.http }, locations = { leave = [[
          local thread = ngx.thread.spawn(function() ig:get "hang" end)
          ngx.sleep(0.2)
          ]] .. code } }
        local leave = begin(host, "leave")
        assert.is_true(upstream.holds(1))
        assert.is_true(upstream.holds(0, 2))
        leave()
        assert.is_true(is_idle(host))
      end)
    end
  end)

  describe("what ends a call", function()
    -- What became of `ig:get "hang"`, and after how many tenths of a second.
    local FATES = {
      ["task:cancel"] = { "cancelled", [[
        local task = iggraph.spawn(hang)
        ngx.sleep(0.1)
        task:cancel()
        local _, _, kind = task:wait()]] },
      ["client:close"] = { "cancelled", [[
        local task = iggraph.spawn(hang)
        ngx.sleep(0.1)
        own:close()
        local kind = select(3, task:wait())]] },
      ["cursor:close"] = { "cancelled", [[
        local cursor = own:list "hang/media"
        local task = iggraph.spawn(function() return cursor:next() end)
        ngx.sleep(0.1)
        cursor:close()
        local kind = select(3, task:wait())]] },
      ["the time-out"] = { "timeout", [[
        local kind = select(3, hang())]] },
    }

    setup(function()
      local locations = {}
      for name, fate in pairs(FATES) do
        locations[name:gsub("%W", "_")] = ([[
          local own = iggraph.new { access_token = "none", base_url = "%s", timeout = %s }
          local function hang() return own:get "hang" end
          local began = ngx.now()
          %s
          ngx.update_time()
          ngx.print(kind, " ", ngx.now() - began < 5 and "soon" or "late")]]):format(
          upstream.http, name == "the time-out" and 0.3 or 60, fate[2])
      end
      host = start { locations = locations }
    end)

    for name, fate in pairs(FATES) do
      it("ends it in the worker, too: " .. name, function()
        assert.equal(fate[1] .. " soon", (host:get((name:gsub("%W", "_")))))
        assert.is_true(upstream.holds(0, 2))
        assert.is_true(is_idle(host))
      end)
    end

    it("and two in one cursor are told so, and lose nothing", function()
      host = start { locations = { both = [[
        local cursor = ig:list("slow_100/media", { limit = 2 })
        local task = iggraph.spawn(function() return cursor:next().id end)
        local ok, why = pcall(cursor.next, cursor)
        ngx.say(ok, " ", tostring(why):match("in use by another coroutine"))
        ngx.print(task:wait():sub(-2), " ")
        for item in cursor do ngx.print(item.id:sub(-2), " ") end]] } }
      assert.equal("false in use by another coroutine\n01 02 03 04 05 06 07 08 09 10 ", (host:get "both"))
    end)
  end)

  describe("a worker", function()
    local BOTH = [[
      assert(ig:get "slow_50")
      ngx.sleep(0.03)
      ngx.print(assert(ig:get "slow_50").id)]]

    -- Has so many requests made, 20 at a time and each on a connection of its own.
    -- @treturn function gives how often each status came, when all are answered
    local function make_requests(path, count)
      local answer, leave = host:begin(("%s?[1-%d]"):format(path, count), "-Z --parallel-immediate --parallel-max 20"
        .. " -H 'Connection: close' -o /dev/null -w '%{http_code}\\n'")
      finally(leave)
      return function()
        assert.is_true(wait_until(answer, 60))
        local counts = {}
        for status in answer():gmatch "[^\n]+" do counts[status] = (counts[status] or 0) + 1 end
        return counts
      end
    end

    local function seconds_to_end(signal)
      local began = now()
      host:signal(signal)
      assert.is_true(host:wait(10))
      return now() - began
    end

    it("takes over from the one before it, and no answer is lost", function()
      host = start { locations = { both = BOTH } }
      local statuses = make_requests("both", 400)
      for _ = 1, 4 do
        assert.is_true(wait_until(function() return sandbox.record().in_flight_max > 10 end))
        sandbox.reset()
        host:signal "HUP"
        core.loop.sleep(0.3)
      end
      assert.same({ ["200"] = 400 }, statuses())
      assert.is_true(wait_until(function() return #host:workers() == 1 end))
      assert.equal("10210000000000001", (host:get "me"))
    end)

    it("answers what it has begun before it quits", function()
      host = start { locations = { both = BOTH } }
      local statuses = make_requests("both", 20)
      assert.is_true(wait_until(function() return sandbox.record().in_flight_max >= 20 end))
      host:signal "QUIT"
      assert.same({ ["200"] = 20 }, statuses())
      assert.is_true(host:wait(5))
    end)

    it("ends at once with calls under way", function()
      host = start {}
      local at_rest = seconds_to_end "TERM"
      for _, protocol in ipairs { "http", "https" } do
        host = start { client = { base_url = upstream[protocol] }, locations = { hang = [[ig:get "hang"]] } }
        local leave = begin(host, "hang?[1-10]", "-Z --parallel-immediate")
        assert.is_true(upstream.holds(10))
        local took = seconds_to_end "TERM"
        leave()
        assert.is_true(took < at_rest + 0.1, ("%.3f s, and %.3f s at rest"):format(took, at_rest))
        assert.is_true(upstream.holds(0, 2))
      end
    end)

    it("that may wait no longer for its clients ends, too", function()
      host = start {
        main = "worker_shutdown_timeout 300ms;", http = "lua_check_client_abort on;",
        client = { base_url = upstream.http },
        locations = { hang = [[ig:get "hang"]] },
      }
      local leave = begin(host, "hang")
      assert.is_true(upstream.holds(1))
      host:signal "HUP"
      assert.is_true(upstream.holds(0, 5))
      assert.is_true(wait_until(function() return #host:workers() == 1 end))
      leave()
    end)

    it("works with what its master has loaded, and beside others", function()
      host = start {
        workers = 2,
        init = [[
          package.loaded.made_by_master = require "sandbox_client"
          require("iggraph.core").loop.engine()]],
        locations = { pid = [[
          local ig = package.loaded.made_by_master
          ngx.say(assert(ig:get "slow_50").id, " ", ngx.worker.pid())]] },
      }
      local seen, count = {}, 0
      assert.is_true(wait_until(function()
        for id, pid in host:get("pid?[1-10]", "-Z --parallel-immediate"):gmatch "(%a%S+) (%d+)\n" do
          assert.equal("slow_50", id)
          if not seen[pid] then count = count + 1 end
          seen[pid] = true
        end
        return count == 2
      end))
    end)
  end)
end)
