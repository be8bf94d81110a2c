--- What every host that is an event loop has to do, said once. The spec of such a host calls
-- `loop.behaves` and adds what is special about it:
--
--    loop.behaves { host = "cqueues", run = cqueues.run, sleep = cqueues.sleep }
--
-- `host` is the option of `iggraph.new`; for the two others see `spec.support.event_loops`.
--
-- A coroutine of a loop tells its failures to nobody that busted knows: in the coroutines below things
-- only happen, and what came of them is looked at when the loop is over.
--
-- @module spec.support.loop
local assert = require "luassert"
local busted = require "busted"
local client = require "spec.support.client"
local iggraph = require "iggraph"
local monotime = require("system").monotime
local sandbox = require "iggraph.sandbox"
local server = require "spec.support.sandbox"
local shell = require "iggraph.sandbox.shell"

local it, pending = busted.it, busted.pending

local loop = { now = monotime }

local function pack(...) return { n = select("#", ...), ... } end

--- Runs functions in coroutines of the loop.
-- @tparam table host as of `behaves`
-- @tparam table functions
-- @treturn table what each of them returned, packed
-- @treturn number the seconds that it took
function loop.run(host, functions)
  local results, wrapped = {}, {}
  for i, fn in ipairs(functions) do
    wrapped[i] = function() results[i] = pack(fn()) end
  end
  local start = monotime()
  host.run(wrapped)
  for i = 1, #functions do assert.is_table(results[i], "coroutine " .. i .. " did not come to its end") end
  return results, monotime() - start
end

--- What one function returned that ran in a coroutine of the loop.
function loop.returns(host, fn) return loop.run(host, { fn })[1] end

--- Holds for the packed `nil, err, kind`.
function loop.assert_failed(kind, result)
  assert.is_table(result)
  assert.is_nil(result[1])
  assert.equal(kind, result[3])
  assert.equal(kind, result[2].kind)
  assert.equal(3, result.n)
end

--- How often this process went to sleep by itself so far, or nil where the system does not tell.
function loop.sleeps()
  local status = shell.read "/proc/self/status"
  return status and tonumber(status:match "\nvoluntary_ctxt_switches:%s*(%d+)")
end

--- How many connections this process has, or nil where the system does not tell.
function loop.sockets()
  local ok, list = shell.run "ls -l /proc/$PPID/fd 2>/dev/null; [ -e /proc/$PPID/fd ]"
  return ok and select(2, list:gsub("socket:", "")) or nil
end

-- Ticks on while `busy()`; returns how often, and how long that took.
local function tick(host, busy)
  local ticks, begin = 0, monotime()
  while busy() do
    host.sleep(0.01)
    ticks = ticks + 1
  end
  return ticks, monotime() - begin
end

--- Runs `fn` in one coroutine while another one ticks: what `fn` returned, ticks, seconds.
function loop.beside_ticks(host, fn)
  local busy = true
  local results = loop.run(host, {
    function()
      local result = pack(fn())
      busy = false
      return result
    end,
    function() return tick(host, function() return busy end) end,
  })
  return results[1][1], results[2][1], results[2][2]
end

--- The items of a cursor. Not by `for`, in which plain Lua 5.1 cannot wait.
function loop.collect(cursor)
  local items = {}
  for i = 1, math.huge do
    items[i] = cursor:next()
    if not items[i] then return items end
  end
end

local function repeated(n, fn)
  local list = {}
  for i = 1, n do list[i] = fn end
  return list
end

-- A spec where it can be looked at, pending elsewhere. (Inside of `it`, busted has `pending` for spec files only.)
local function it_if(can, why_not, name, fn)
  if can then it(name, fn) else pending(name .. ": " .. why_not) end
end

local function calls(new)
  it("lets calls of many coroutines overlap, over one connection", function()
    local ig, host = new()
    loop.returns(host, function() return ig:get "me" end)
    server.reset()
    local results, seconds = loop.run(host, repeated(20, function() return ig:get "slow_100" end))
    for _, result in ipairs(results) do assert.equal("slow_100", result[1].id) end
    assert.is_true(seconds < 1, seconds .. " s for 20 × 0.1 s")
    assert.equal(1, server.connections())
  end)

  it("lets another coroutine go on meanwhile", function()
    local ig, host = new()
    local answer, ticks = loop.beside_ticks(host, function() return ig:get "slow_500" end)
    assert.equal("slow_500", answer[1].id)
    assert.is_true(ticks > 10, ticks .. " ticks")
  end)

  it("lets it go on between the attempts, too", function()
    local ig, host = new { retry = { attempts = 3 } }
    local function all() return iggraph.map(repeated(10, "error_2"), function(id) return ig:get(id) end) end
    local results, ticks, seconds = loop.beside_ticks(host, all)
    for _, result in ipairs(results[1]) do loop.assert_failed("transient", result) end
    -- If one pause held the others up, all of them would come one after another.
    local waited = ig:stats().waited
    assert.is_true(seconds < 0.7 * waited, ("%s s, of which %s s were waited"):format(seconds, waited))
    assert.is_true(ticks > 5, ticks .. " ticks")
  end)

  it("gives failures as nil, err, kind", function()
    local ig, host = new()
    local hasty = new { timeout = 0.3 }
    local results, seconds = loop.run(host, {
      function() return ig:media("18000000000000000"):get() end,
      function() return hasty:get "hang" end,
      function() return hasty:list("hang/media"):next() end,
    })
    loop.assert_failed("not_found", results[1])
    loop.assert_failed("timeout", results[2])
    loop.assert_failed("timeout", results[3])
    assert.is_true(seconds > 0.25 and seconds < 5, seconds .. " s for a timeout of 0.3 s")
  end)

  it("forgets nobody whose answer came while a blocking call waited", function()
    local ig, host = new()
    local blocking = client.new { host = "block" }
    local results, seconds = loop.run(host, {
      function() return ig:get "slow_100" end,
      function() return ig:get "slow_200" end,
      function() return blocking:get "slow_400" end,
    })
    assert.equal("slow_100", results[1][1].id)
    assert.equal("slow_200", results[2][1].id)
    assert.equal("slow_400", results[3][1].id)
    assert.is_true(seconds < 5, seconds .. " s")
  end)

  it("says so where the coroutine cannot be suspended", function()
    local ig, host = new()
    local sorted = loop.returns(host, function()
      return pcall(table.sort, { 1, 2, 3 }, function(a, b) return ig:get "slow_100" and a < b end)
    end)
    assert.is_false(sorted[1])
    assert.matches("cannot wait here", tostring(sorted[2]), 1, true)
    assert.is_string(loop.returns(host, function() return ig:get "me" end)[1].id)
  end)

  it_if(loop.sleeps(), "the system does not count", "sleeps while nothing happens", function()
    local ig, host = new()
    loop.returns(host, function() return ig:get "me" end)
    local sleeps, busy = loop.sleeps(), os.clock()
    assert.equal("slow_1200", loop.returns(host, function() return ig:get "slow_1200" end)[1].id)
    sleeps, busy = loop.sleeps() - sleeps, os.clock() - busy
    assert.is_true(sleeps < 20, sleeps .. " wake-ups")
    assert.is_true(busy < 0.3, busy .. " s at work") -- who never sleeps is not woken either
  end)

  it("sleeps while some have their answers and others do not", function()
    local ig, host = new()
    local busy = os.clock()
    loop.run(host, {
      function() return ig:get "slow_100" end,
      function() return ig:get "slow_1000" end,
      function() return ig:get "slow_200" end,
      function() return ig:get "slow_1000" end,
    })
    busy = os.clock() - busy
    assert.is_true(busy < 0.3, busy .. " s at work")
  end)

  it("holds the loop up no longer than there is work", function()
    local ig, host = new()
    local start = monotime()
    loop.returns(host, function() return ig:get "me" end)
    loop.returns(host, function()
      iggraph.spawn(function() return ig:get "hang" end):cancel()
    end)
    assert.is_true(monotime() - start < 5, "the loop went on")
  end)
end

local function tasks(new)
  it("runs a task, for any number of waiters", function()
    local ig, host = new()
    local function add(id, ...)
      local answer = ig:get(id)
      return answer.id, ...
    end
    local result = loop.returns(host, function()
      local task, waiters = iggraph.spawn(add, "slow_100", nil, 2), {}
      for i = 1, 3 do waiters[i] = iggraph.spawn(function() return task:wait() end) end
      local results = { pack(task:wait()), pack(task:wait()) }
      for i = 1, 3 do results[i + 2] = pack(waiters[i]:wait()) end
      return results
    end)
    assert.same({ n = 1, { repeated(5, { n = 3, "slow_100", nil, 2 }) } }, { n = result.n, { result[1] } })
  end)

  it("gives what a task raised to its waiter, and to nobody else", function()
    local ig, host = new()
    local value = {}
    local results = loop.run(host, {
      function()
        local task = iggraph.spawn(function()
          ig:get "slow_100"
          error(value)
        end)
        return task:wait()
      end,
      function() return ig:get "slow_200" end,
    })
    assert.is_nil(results[1][1])
    assert.equal(value, results[1][2])
    assert.is_nil(results[1][3])
    assert.equal("slow_200", results[2][1].id)
  end)

  it("maps a list, so many at a time, in its order", function()
    local ig, host = new()
    server.reset()
    local ids = { "slow_200", "slow_50", "18000000000000000", "slow_100", "slow_150", "slow_1", "slow_20" }
    local mapped, ticks = loop.beside_ticks(host, function()
      return iggraph.map(ids, function(id) return ig:get(id) end, { concurrency = 3 })
    end)
    assert.equal(#ids, #mapped[1])
    for i, result in ipairs(mapped[1]) do
      if i == 3 then loop.assert_failed("not_found", result)
      else assert.same({ n = 1, { id = ids[i] } }, result) end
    end
    assert.is_true(ticks > 5, ticks .. " ticks")
    assert.equal(3, server.record().in_flight_max)
  end)

  it("asks for the next page while this one is used", function()
    local ig, host = new()
    local function walk(prefetch)
      local results, seconds = loop.run(host, { function()
        local cursor, ids = ig:list("slow_50/media", { limit = 1 }, { prefetch = prefetch }), {}
        local item = cursor:next()
        while item do
          ids[#ids + 1] = item.id
          host.sleep(0.05)
          item = cursor:next()
        end
        return ids
      end })
      return results[1][1], seconds
    end
    local ids, with = walk(true)
    local same_ids, without = walk(false)
    assert.equal(10, #ids)
    assert.same(same_ids, ids)
    assert.is_true(with < 0.8 * without, with .. " s with prefetch, " .. without .. " s without")
  end)
end

local function endings(new)
  it("cancels a task: its call, its later ones, its waiters", function()
    local ig, host = new()
    server.reset()
    local inside, later, waiter
    local results, seconds = loop.run(host, { function()
      local task = iggraph.spawn(function()
        inside = pack(ig:get "hang")
        later = pack(ig:get "me")
      end)
      iggraph.spawn(function() waiter = pack(task:wait()) end)
      host.sleep(0.1)
      task:cancel()
      local result = pack(task:wait())
      ig:get "slow_20" -- where the loop is not known, tasks go on while anybody waits
      return result
    end })
    for _, result in ipairs { results[1][1], inside or 0, later or 0, waiter or 0 } do
      loop.assert_failed("cancelled", result)
    end
    assert.is_true(seconds < 5, seconds .. " s")
    assert.same({ "GET /v26.0/hang", "GET /v26.0/slow_20" }, client.asked())
  end)

  it("cancels a task that waits for its next attempt", function()
    local ig, host = new { retry = { attempts = 2 } }
    local inside
    local results, seconds = loop.run(host, { function()
      local task = iggraph.spawn(function() inside = pack(ig:get "retry_after") end) -- in 7 s
      host.sleep(0.3)
      task:cancel()
      local result = pack(task:wait())
      ig:get "slow_20"
      return result
    end })
    loop.assert_failed("cancelled", results[1][1])
    loop.assert_failed("cancelled", inside)
    assert.is_true(seconds < 5, seconds .. " s")
  end)

  it("ends the wait for a cursor that another coroutine closes", function()
    local ig, host = new()
    local cursor = ig:list "hang/media"
    local results, seconds = loop.run(host, {
      function() return cursor:next() end,
      function()
        host.sleep(0.1)
        cursor:close()
      end,
    })
    loop.assert_failed("cancelled", results[1])
    assert.is_true(seconds < 5, seconds .. " s")
  end)

  it("ends every wait when the client is closed", function()
    local ig, host = new()
    local cursor = ig:list "hang/media"
    local functions = repeated(5, function() return ig:get "hang" end)
    functions[6] = function() return cursor:next() end
    functions[7] = function() return iggraph.spawn(function() return ig:get "hang" end):wait() end
    functions[8] = function()
      host.sleep(0.1)
      ig:close()
    end
    local results, seconds = loop.run(host, functions)
    for i = 1, 7 do loop.assert_failed("cancelled", results[i]) end
    assert.is_true(seconds < 5, seconds .. " s")
  end)

  it_if(loop.sockets(), "the system does not count", "closes the connections of what was cancelled", function()
    local host = select(2, new())
    local plain = new { plain = true } -- HTTP/1.1: a connection for each
    local hasty = new { plain = true, timeout = 0.5 }
    loop.returns(host, function() return plain:get "me" end)
    local cursor = plain:list "hang/media"
    local before, meanwhile = loop.sockets(), nil
    loop.run(host, {
      function() return cursor:next() end,
      function() return plain:get "hang" end,
      function() return hasty:get "hang" end,
      function()
        local task = iggraph.spawn(function() return hasty:get "hang" end)
        host.sleep(0.1)
        meanwhile = loop.sockets()
        task:cancel()
        cursor:close()
        plain:close()
      end,
    })
    assert.is_true(meanwhile >= before + 3, meanwhile .. " connections, before " .. before) -- one was idle
    assert.is_true(loop.sockets() <= before, loop.sockets() .. " connections, before " .. before)
  end)

  it("lets one coroutine at a time use a cursor, and loses nothing by it", function()
    local ig, host = new()
    local cursor = ig:list("slow_200/media", { limit = 5 })
    local results = loop.run(host, {
      function() return loop.collect(cursor) end,
      function()
        host.sleep(0.1)
        return pcall(cursor.next, cursor)
      end,
    })
    assert.same({ false }, { results[2][1] })
    assert.matches("in use by another coroutine", tostring(results[2][2]), 1, true)
    local once = client.ids(loop.collect(client.new({ host = "block" }):list("slow_1/media", { limit = 5 })))
    assert.equal(10, #once)
    assert.same(once, client.ids(results[1][1]))
    assert.same({ n = 1 }, loop.returns(host, function() return cursor:next() end))
  end)
end

--- All of it, as specs of the block that this is called in.
-- @tparam table host see above
function loop.behaves(host)
  -- A loop goes on while a call is under way: also those that earlier specs left lying about.
  local function new(options)
    collectgarbage()
    collectgarbage()
    return client.new(client.with({ host = host.host }, options)), host
  end
  calls(new)
  tasks(new)
  endings(new)
end

--- Specs of a host that is found where none is named.
-- @tparam table host as of `behaves`
function loop.is_found(host)
  it("is found where no host is named", function()
    local ig = client.new()
    local answer, ticks = loop.beside_ticks(host, function() return ig:get "slow_500" end)
    assert.equal("slow_500", answer[1].id)
    assert.is_true(ticks > 10, ticks .. " ticks")
  end)
end

-- What a script finds: a client, and a call that never comes back by itself.
local PREPARED = [[
local base_url, ca_file, token = ...
local iggraph = require "iggraph"
local ig = iggraph.new { base_url = base_url, ca_file = ca_file, access_token = token }
local function hang() return ig:get "hang" end
]]

-- Both outputs of a command, then its status.
local AND_STATUS = [[timeout 60 sh -c '"$@" 2>&1; echo "status $?"' sh]]

--- Runs a script in a process of its own; it has `iggraph`, a client `ig`, and `hang()`, a call without end.
-- @tparam string text
-- @treturn table its lines, the last of which is "status 0"
function loop.script(text)
  local own = server.shared()
  return client.run(PREPARED .. text, AND_STATUS, own.https, own.ca_file, sandbox.tokens.user)
end

-- Such a script, that leaves a loop with transfers open: the seconds from its last line to its end.
local function seconds_to_leave(text)
  local lines = loop.script(text .. '\nio.write(("%.6f\\n"):format(require("system").monotime()))')
  local seconds = monotime() - (tonumber(lines[1]) or error(table.concat(lines, "\n")))
  assert.same({ "status 0" }, { lines[2] })
  return seconds
end

--- A script that leaves its loop with transfers open has to end at once.
-- @tparam string text as of `script`
function loop.leaves_at_once(text)
  it("is left with transfers open within 0.1 s", function()
    local least = math.huge
    for _ = 1, 3 do least = math.min(least, seconds_to_leave(text)) end -- the machine may be busy
    assert.is_true(least < 0.1, least .. " s")
  end)
end

--- An example of the project has to run, from its first line to its last.
-- @tparam string name of the file
-- @tparam string last what it prints at its end
function loop.example_runs(name, last)
  local can_wait_in_for = _VERSION ~= "Lua 5.1" or rawget(_G, "jit")
  -- A sanitizer that is loaded into it would be loaded into its nginx, too.
  local can_run = can_wait_in_for and not os.getenv "LD_PRELOAD"
  it_if(can_run, "it waits in a `for`, and starts an nginx", "has an example that runs", function()
    local lines = client.run(client.example(name), "2>&1 env -u IG_ACCESS_TOKEN")
    assert.matches(last, tostring(lines[#lines]))
  end)

  it_if(can_wait_in_for, "it waits in a `for`", "has an example that ends by a line where nobody answers", function()
    local environment = "2>&1 timeout 60 env IG_ACCESS_TOKEN=x IG_BASE_URL=http://127.0.0.1:9"
    local lines = client.run(client.example(name), environment)
    assert.equal(1, #lines, table.concat(lines, "\n"))
    assert.matches("^GET /v26.0/me/accounts: .* %(network%)$", lines[1])
  end)
end

return loop
