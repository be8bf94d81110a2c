local client = require "spec.support.client"
local core = require "iggraph.core"
local iggraph = require "iggraph"
local server = require "spec.support.sandbox"

local clock = require("system").gettime -- wall time in seconds, to the microsecond; a package of busted's

local PUC_51 = not core.yields_in_pcall

local function pack(...) return { n = select("#", ...), ... } end

local function is_under_way() return core.loop.engine():age() ~= nil end

local function elapsed(action, ...)
  local start = clock()
  local result = action(...)
  return clock() - start, result
end

local function kinds_of(results)
  local kinds = {}
  for i, result in ipairs(results) do kinds[i] = result[3] or "fine" end
  return kinds
end

local function numbers(count)
  local list = {}
  for i = 1, count do list[i] = i end
  return list
end

-- All items of a list, in a way that Lua 5.1 knows, too.
local function count_items(cursor)
  local count = 0
  while true do
    local item, err = cursor:next()
    if err then error(err, 0) end
    if not item then return count end
    count = count + 1
  end
end

describe("a task", function()
  local ig

  setup(function() ig = client.new() end)
  before_each(server.reset)

  it("runs at once until it first waits, and gives what its function returned", function()
    local began = false
    local task = iggraph.spawn(function(a, b)
      began = true
      return ig:get("slow_50").id, a, nil, b
    end, "a", "b")
    assert.is_true(began)
    assert.equal("iggraph.task (under way)", tostring(task))
    assert.same({ n = 4, "slow_50", "a", nil, "b" }, pack(task:wait()))
    assert.same({ n = 4, "slow_50", "a", nil, "b" }, pack(task:wait()))
    assert.equal("iggraph.task (over)", tostring(task))
  end)

  it("overlaps with others, over one connection", function()
    ig:get "me"
    server.reset()
    local tasks = {}
    local seconds = elapsed(function()
      for i = 1, 20 do tasks[i] = iggraph.spawn(function() return ig:get("slow_300").id end) end
      for i = 1, 20 do assert.equal("slow_300", (tasks[i]:wait())) end
    end)
    assert.is_true(seconds < 20 * 0.3 / 4, seconds .. " seconds")
    assert.same({ 20, 1 }, { server.record().in_flight_max, server.connections() })
  end)

  it("goes on while plain code waits for something else", function()
    local steps = 0
    local task = iggraph.spawn(function()
      for _ = 1, 3 do
        ig:get "slow_20"
        steps = steps + 1
      end
    end)
    ig:get "slow_500"
    assert.equal(3, steps)
    task:wait()
  end)

  it("may start others and wait for them", function()
    local outer = iggraph.spawn(function()
      local first = iggraph.spawn(function() return ig:get("slow_50").id end)
      local second = iggraph.spawn(function() return (first:wait()), ig:get("ok").id end)
      return second:wait()
    end)
    assert.same({ n = 2, "slow_50", "ok" }, pack(outer:wait()))
  end)

  it("gives a failed call as the call does, and so an error that a loop raised", function()
    local called = iggraph.spawn(function() return ig:get "not_there" end)
    local looped = iggraph.spawn(function()
      local items = ig:user("not_there"):media()
      count_items(items)
    end)
    for _, task in ipairs { called, looped } do
      local value, err, kind = task:wait()
      assert.same({ n = 3, nil, "not_found", "not_found" }, { n = 3, value, err.kind, kind })
    end
  end)

  it("gives any other error without a kind", function()
    local broken = iggraph.spawn(function() error "broken" end)
    local result = pack(broken:wait())
    assert.equal(3, result.n)
    assert.is_nil(result[1])
    assert.matches("broken$", result[2])
    assert.is_nil(result[3])
    assert.equal("an error without a value", select(2, iggraph.spawn(error):wait()))
    local shape = { kind = "none of ours" }
    assert.is_nil(select(3, iggraph.spawn(function() error(shape) end):wait()))
    assert.equal(shape, select(2, iggraph.spawn(function() error(shape) end):wait()))
  end)

  it("whose error nobody asked for tells it when it is collected", function()
    local lines = client.run([[
      local iggraph = require "iggraph"
      io.stderr:setvbuf "no"
      iggraph.spawn(function() error "unheard" end)
      local seen = iggraph.spawn(function() error "heard" end)
      seen:wait()
      seen = nil
      collectgarbage() collectgarbage()
      print "end"
    ]], "exec 2>&1;")
    local text = table.concat(lines, "\n")
    assert.matches("a task that nobody waited for failed: .*: unheard", text)
    assert.not_matches(": heard", text)
  end)

  it("cannot wait for itself, nor for what never comes", function()
    local me
    me = iggraph.spawn(function()
      ig:get "slow_20"
      return me:wait()
    end)
    assert.matches("cannot wait for its own end", select(2, me:wait()))
    local stuck = iggraph.spawn(coroutine.yield)
    assert.error_matches(function() stuck:wait() end, "will never come")
  end)

  it("names what is wrong with its arguments", function()
    assert.error_matches(function() iggraph.spawn(7) end, "iggraph.spawn: a function expected, got number")
    assert.error_matches(function() iggraph.map(7, print) end, "iggraph.map: a list expected")
    assert.error_matches(function() iggraph.map({}, 7) end, "iggraph.map: a function expected")
    assert.error_matches(function() iggraph.map({}, print, { concurrency = 0 }) end, "concurrency must be")
    assert.error_matches(function() iggraph.map({}, print, { concurrency = 0 / 0 }) end, "concurrency must be")
    assert.error_matches(function() iggraph.map({}, print, { limit = 1 }) end, "unknown option 'limit'")
    local task = iggraph.spawn(print)
    assert.error_matches(function() task.wait() end, "task:wait: a task expected, got nil")
    assert.error_matches(function() task.cancel(5) end, "task:cancel: a task expected, got number")
  end)

  it("cannot be suspended inside of a function that C has called: the error says so, nothing is sent", function()
    local places = {
      ["table.sort"] = function() table.sort({ 2, 1 }, function() return (ig:get "slow_50") end) end,
      ["string.gsub"] = function() return (("x"):gsub("x", function() return ig:get("slow_50").id end)) end,
      require = function()
        package.preload["iggraph-spec"] = function() return (ig:post "slow_50") end
        package.loaded["iggraph-spec"] = nil
        return require "iggraph-spec"
      end,
    }
    if PUC_51 then
      places.pcall = function() error((select(2, pcall(ig.get, ig, "slow_50"))), 0) end
      places.metamethod = function()
        return setmetatable({}, { __index = function() return ig:get "slow_50" end }).member
      end
    end
    for name, place in pairs(places) do
      local _, err = iggraph.spawn(place):wait()
      assert.matches("cannot wait here", tostring(err), nil, true)
      assert.not_matches("C-call boundary", tostring(err), nil, true)
      if name ~= "metamethod" and name ~= "pcall" then assert.matches("70-tasks_spec", tostring(err), nil, true) end
    end
    local sent = 0
    for _, request in ipairs(server.requests()) do if request.method == "POST" then sent = sent + 1 end end
    if _VERSION ~= "Lua 5.2" then assert.equal(0, sent) end -- which tells only when it is tried
  end)

  it("in Lua 5.1 cannot be suspended in a for loop, and is told of cursor:next()", function()
    if not PUC_51 then return pending "a matter of Lua 5.1 alone" end
    for _, way in ipairs { "items", "pages" } do
      local _, err = iggraph.spawn(function()
        local cursor = ig:user("17840000000000010"):media()
        for _ in way == "pages" and cursor:pages() or cursor do error "not to be reached" end
      end):wait()
      assert.matches("cursor:next() in a while loop", err, nil, true)
    end
    assert.equal(10, (iggraph.spawn(function()
      return count_items(ig:user("17840000000000010"):media())
    end):wait()))
  end)

  it("in a for loop works everywhere else", function()
    if PUC_51 then return pending "not in Lua 5.1" end
    local count = iggraph.spawn(function()
      return #client.collect(ig:user("17840000000000030"):media { limit = 10 })
    end):wait()
    assert.equal(30, count)
  end)
end)

describe("cancelling", function()
  local ig

  setup(function()
    ig = client.new()
    ig:get "me"
  end)
  before_each(server.reset)

  local function in_flight()
    ig:get "ok" -- tasks have their turn
    return is_under_way()
  end

  it("a task ends its call; who waits for it and the call itself are told", function()
    local told
    local task = iggraph.spawn(function()
      told = pack(ig:get "hang")
      told.later = pack(ig:get "ok")
      return "not to be seen"
    end)
    local waiter = iggraph.spawn(function() return task:wait() end)
    iggraph.spawn(function()
      ig:get "slow_50"
      task:cancel()
    end):wait()
    local seconds = elapsed(function()
      for _, one in ipairs { task, waiter } do
        local value, err, kind = one:wait()
        assert.same({ n = 3, nil, "cancelled", "cancelled" }, { n = 3, value, err.kind, kind })
        assert.equal("the task was cancelled (cancelled)", tostring(err))
      end
    end)
    assert.is_true(seconds < 5)
    assert.is_false(in_flight())
    assert.same({ n = 3, nil, "cancelled" }, { n = told.n, told[1], told[3] })
    assert.same({ "GET", "/v26.0/hang" }, { told[2].method, told[2].path })
    assert.equal("cancelled", told.later[3])
    assert.same({ "GET /v26.0/hang", "GET /v26.0/slow_50", "GET /v26.0/ok" }, client.asked())
    assert.equal("iggraph.task (cancelled)", tostring(task))
    task:cancel()
  end)

  it("does nothing to a task that is over", function()
    local task = iggraph.spawn(function() return 1 end)
    task:cancel()
    assert.equal(1, (task:wait()))
  end)

  it("ends a wait for another task, and the pause before another try", function()
    local slow = iggraph.spawn(function() return ig:get "slow_300" end)
    local joined = iggraph.spawn(function() return slow:wait() end)
    local trying = client.new { retry = { attempts = 5, max_delay = 60 } }
    local paused = iggraph.spawn(function() return trying:get "retry_after" end)
    ig:get "slow_100"
    local seconds = elapsed(function()
      joined:cancel()
      paused:cancel()
      assert.equal("cancelled", select(3, joined:wait()))
      assert.equal("cancelled", select(3, paused:wait()))
    end)
    assert.is_true(seconds < 1)
    assert.equal("slow_300", slow:wait().id)
  end)

  it("a cursor tells the coroutine that waits for a page of it", function()
    local cursor = ig:list "hang"
    local task = iggraph.spawn(function() return cursor:next() end)
    ig:get "ok"
    cursor:close()
    local value, err, kind = task:wait()
    assert.same({ n = 3, nil, "cancelled", "cancelled" }, { n = 3, value, err.kind, kind })
    assert.is_false(in_flight())
  end)

  it("by closing the client: each one that waits is told", function()
    local closing = client.new()
    local tasks = {}
    for i = 1, 5 do tasks[i] = iggraph.spawn(function() return closing:get "hang" end) end
    ig:get "ok"
    closing:close()
    for _, task in ipairs(tasks) do
      local value, err, kind = task:wait()
      assert.same({ n = 3, nil, "cancelled", "cancelled" }, { n = 3, value, err.kind, kind })
    end
    assert.is_false(in_flight())
  end)

  it("by closing the client in the pause before another try", function()
    local closing = client.new { retry = { attempts = 9, max_delay = 1 } }
    closing:get "ok"
    local task = iggraph.spawn(function() return closing:get "error_1" end)
    ig:get "slow_100"
    closing:close()
    assert.equal("cancelled", select(3, task:wait()))
  end)

  it("by collection: a task that nothing refers to, and a cursor with a page under way", function()
    local count = 0
    for _ = 1, 5 do
      iggraph.spawn(function()
        ig:get "hang"
        count = count + 1
      end)
    end
    local cursor = ig:user("17840000000000030_slow_300"):media({ limit = 10 }, { prefetch = true })
    cursor:next()
    ig:get "ok"
    assert.is_true(is_under_way())
    cursor = nil -- luacheck: ignore 311
    for _ = 1, 3 do collectgarbage() end
    assert.is_false(in_flight())
    assert.equal(0, count)
  end)

  it("of a call that a server works on tells it so", function()
    local function connections()
      local port = server.shared().https:match "%d+$"
      local pipe = io.popen(("grep -ci ':%04X 01 ' /proc/net/tcp"):format(port))
      local count = pipe:read "*n"
      pipe:close()
      return count / 1
    end
    ig:get "ok" -- what was cancelled before may have cost the connection
    local before = connections()
    assert.is_true(before > 0)
    local task = iggraph.spawn(function() return ig:get "hang" end)
    ig:get "slow_50"
    task:cancel()
    local engine = core.loop.engine()
    while engine:is_busy() do
      engine:wait()
      engine:step()
    end
    assert.is_true(connections() < before, "it must be closed where nothing else is to be sent")
    ig:get "ok"
  end)

  it("leaves the connection to be used again", function()
    ig:get "ok"
    server.reset()
    ig:get "ok"
    for _ = 1, 5 do
      local task = iggraph.spawn(function() return ig:get "hang" end)
      ig:get "ok"
      task:cancel()
    end
    ig:get "ok"
    assert.equal(1, server.connections())
  end)
end)

describe("a cursor in two coroutines at once", function()
  it("is refused to the second one; nothing is skipped or given twice", function()
    local ig = client.new()
    local cursor = ig:user("17840000000000030_slow_50"):media { limit = 10 }
    local ids = {}
    local first = iggraph.spawn(function()
      while true do
        local item = cursor:next()
        if not item then return #ids end
        ids[#ids + 1] = item.id
      end
    end)
    local _, err = iggraph.spawn(function() return cursor:next() end):wait()
    assert.matches("in use by another coroutine", err)
    assert.error_matches(function() cursor:next() end, "in use by another coroutine")
    assert.equal(30, (first:wait()))
    assert.same(client.ids(client.collect(ig:user("17840000000000030"):media())), ids)
    assert.is_nil(cursor:next())
  end)

  it("is free again after the first one was cancelled or has failed", function()
    local ig = client.new()
    local cursor = ig:user("17840000000000030_slow_200"):media { limit = 10 }
    local task = iggraph.spawn(function() return cursor:next() end)
    ig:get "ok"
    task:cancel()
    ig:get "ok"
    assert.equal(30, #client.collect(cursor))
  end)
end)

describe("a cursor whose coroutine could not wait", function()
  it("is free for others", function()
    if PUC_51 then return pending "there a coroutine keeps it that failed and goes on" end
    local ig = client.new()
    local cursor = ig:user("17840000000000030_slow_20"):media { limit = 10 }
    local failed = iggraph.spawn(function()
      local ok = pcall(table.sort, { 2, 1 }, function() return cursor:next() and true end)
      ig:get "slow_300"
      return ok
    end)
    assert.equal(30, #client.collect(cursor))
    assert.is_false((failed:wait()))
  end)

  it("or whose loop has raised", function()
    local ig = client.new { host = { wait = function() error("interrupted", 0) end, sleep = core.loop.sleep } }
    local cursor = ig:user("17840000000000030_slow_20"):media { limit = 10 }
    assert.same({ false, "interrupted" }, { pcall(cursor.next, cursor) })
    local _, _, err = pcall(function() return iggraph.spawn(cursor.next, cursor):wait() end)
    assert.not_matches("in use", tostring(err))
  end)
end)

describe("iggraph.map", function()
  local ig

  setup(function()
    ig = client.new()
    ig:get "me"
  end)
  before_each(server.reset)

  it("gives each one's results in the order of the list; one that fails does not stop the others", function()
    local names = { "slow_80", "not_there", "ok", "slow_20", "raise", "loop" }
    local results = iggraph.map(names, function(name, index)
      if name == "raise" then error "raised" end
      if name == "loop" then return count_items(ig:user("not_there"):media()) end
      local value, err, kind = ig:get(name)
      if err then return nil, err, kind end
      return value.id, index
    end, { concurrency = 2 })
    assert.same({ n = 2, "slow_80", 1 }, results[1])
    assert.same({ "slow_20", 4 }, { results[4][1], results[4][2] })
    assert.same({ "fine", "not_found", "fine", "fine", "fine", "not_found" }, kinds_of(results))
    assert.same({ n = 3, nil, "not_found" }, { n = results[2].n, results[2][1], results[2][2].kind })
    assert.matches("raised$", results[5][2])
    assert.equal(6, #results)
  end)

  it("has at most so many in flight", function()
    iggraph.map(numbers(64), function() return ig:get "slow_30" end, { concurrency = 16 })
    assert.equal(16, server.record().in_flight_max)
    server.reset()
    iggraph.map(numbers(40), function() return ig:get "slow_30" end)
    assert.equal(16, server.record().in_flight_max)
    server.reset()
    iggraph.map(numbers(5), function() return ig:get "slow_30" end, { concurrency = 1 })
    assert.equal(1, server.record().in_flight_max)
  end)

  it("walks 100 accounts of 10 pages in the time of one", function()
    local seconds, results = elapsed(iggraph.map, numbers(100), function()
      return count_items(ig:user("17840000000000100_slow_200"):media { fields = "id", limit = 10 })
    end, { concurrency = 100 })
    for i = 1, 100 do assert.equal(100, results[i][1]) end
    print(("      100 accounts of 10 pages, 200 ms each: %.2f s, against 2 s for one"):format(seconds))
    assert.is_true(seconds < 2 * 2.5, seconds .. " seconds")
    assert.equal(1000, server.record().count)
  end)

  it("of nothing is nothing; of calls that wait for nothing, too, in any number", function()
    assert.same({}, iggraph.map({}, error))
    local results = iggraph.map(numbers(10000), function(number) return number * 2 end)
    assert.equal(20000, results[10000][1])
  end)

  it("inside of a task ends with it", function()
    local begun = 0
    local task = iggraph.spawn(function()
      return iggraph.map(numbers(10), function()
        begun = begun + 1
        return ig:get "hang"
      end, { concurrency = 2 })
    end)
    ig:get "ok"
    task:cancel()
    assert.equal("cancelled", select(3, task:wait()))
    ig:get "ok"
    assert.is_false(is_under_way())
    assert.equal(2, begun)
  end)
end)

describe("prefetch", function()
  local ig

  setup(function()
    ig = client.new()
    ig:get "me"
  end)
  before_each(server.reset)

  local PAGE, PAGES = 0.05, 20

  local function walk(prefetch)
    return elapsed(function()
      local pages = 0
      local params = { fields = "id", limit = 10 }
      local cursor = ig:user("17840000000000200_slow_50"):media(params, { prefetch = prefetch })
      for _ in cursor:pages() do
        pages = pages + 1
        core.loop.sleep(PAGE)
      end
      assert.equal(PAGES, pages)
    end)
  end

  it("has the next page under way while this one is used", function()
    local one_after_the_other, ahead = walk(false), walk(true)
    print(("      20 pages, 50 ms here and 50 ms there: %.2f s, %.2f s ahead"):format(one_after_the_other, ahead))
    assert.is_true(ahead < one_after_the_other * 0.7, ahead .. " against " .. one_after_the_other)
    assert.equal(2 * PAGES, server.record().count)
  end)

  it("asks for no more than one page beyond a break, and that ends", function()
    local cursor = ig:user("17840000000000200_slow_50"):media({ fields = "id", limit = 10 }, { prefetch = true })
    for _ in cursor:pages() do break end -- luacheck: ignore 512
    cursor:close()
    assert.is_false(is_under_way())
    ig:get "slow_100"
    assert.is_true(server.record().count <= 3)
  end)

  it("ends with the loop that is left, where Lua closes what a loop runs over", function()
    if not core.closes_loops then return pending "Lua 5.4 does" end
    local function list() return ig:user("17840000000000200_slow_50"):media({ limit = 10 }, { prefetch = true }) end
    for _ in list() do break end -- luacheck: ignore 512
    assert.is_false(is_under_way())
  end)
end)

describe("a script that ends with transfers open", function()
  it("ends at once, and well", function()
    local shared = server.shared()
    local script = [[
      local iggraph, base_url, ca_file, token = require "iggraph", ...
      local ig = iggraph.new { access_token = token, base_url = base_url, ca_file = ca_file }
      ig:get "me"
      tasks = {}
      for i = 1, 10 do tasks[i] = iggraph.spawn(function() return ig:get "hang" end) end
      cursor = ig:list("slow_1000", nil, { prefetch = true })
      print(io.popen("date +%s.%N"):read "*l")
      ENDING
    ]]
    for _, ending in ipairs { "", "os.exit(0)", "os.exit(0, true)", "error 'wrong'" } do
      local lines = client.run(script:gsub("ENDING", ending), "exec 2>&1; LC_ALL=C", shared.https, shared.ca_file,
        server.tokens.user)
      local text = "\n" .. table.concat(lines, "\n")
      local seconds = clock() - assert(tonumber(text:match "\n(%d+%.%d+)"), text)
      assert.is_true(seconds < 1, seconds .. " seconds")
      assert.not_matches("[Ss]egmentation", text)
    end
  end)
end)
