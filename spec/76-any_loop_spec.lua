-- Loops that this module knows nothing of: host = { wait = function(engine), sleep = function(seconds) }.

local client = require "spec.support.client"
local event_loops = require "spec.support.event_loops"
local loop = require "spec.support.loop"

-- By cqueues, which polls whatever has pollfd, events and timeout: every coroutine for itself.
local function by_cqueues()
  local cqueues, why_not = event_loops.cqueues()
  if not cqueues then return nil, why_not end
  return client.with(cqueues, {
    host = { wait = require("cqueues").poll, sleep = cqueues.sleep },
  })
end

-- By libuv, and as strict as can be: when the descriptor is readable, or the time is over, one of the
-- coroutines that wait goes on, and none but that one.
local function by_luv()
  local luv, why_not = event_loops.luv()
  if not luv then return nil, why_not end
  local uv = require "luv"
  package.loaded.luv = nil -- or the loop would be known after all
  local waiting, poll, timer = {}, nil, nil
  local watch

  local function disarm()
    if not poll then return end
    poll:close()
    timer:close()
    poll, timer = nil, nil
  end

  local function on_event(engine)
    disarm()
    local thread = table.remove(waiting, 1)
    -- One that could not yield has gone on by itself.
    if coroutine.status(thread) == "suspended" then luv.resume(thread) end
    watch(engine)
  end

  function watch(engine)
    disarm()
    if not waiting[1] then return end
    poll, timer = uv.new_poll(engine:pollfd()), uv.new_timer()
    poll:start(engine:events(), function() on_event(engine) end)
    local timeout = engine:timeout()
    if timeout then timer:start(math.ceil(timeout * 1000), 0, function() on_event(engine) end) end
  end

  local function wait(engine)
    waiting[#waiting + 1] = coroutine.running()
    watch(engine)
    coroutine.yield()
  end

  return client.with(luv, { host = { wait = wait, sleep = luv.sleep } })
end

for _, row in ipairs { { "cqueues.poll", by_cqueues }, { "a poll handle of libuv", by_luv } } do
  describe("a loop of one's own, by " .. row[1], function()
    local host, why_not = row[2]()
    if not host then
      it("is not here", function() pending(why_not) end)
      return
    end

    loop.behaves(host)

    it("is asked to sleep between attempts", function()
      local slept = {}
      local ig = client.new {
        retry = { attempts = 3, max_delay = 2 },
        host = {
          wait = host.host.wait,
          sleep = function(seconds)
            slept[#slept + 1] = seconds
            host.sleep(0.01)
          end,
        },
      }
      loop.assert_failed("transient", loop.returns(host, function() return ig:get "error_2" end))
      assert.equal(2, #slept)
      for _, seconds in ipairs(slept) do assert.is_true(seconds >= 0 and seconds <= 2) end
    end)
  end)
end

describe("a loop of one's own", function()
  loop.example_runs("any_loop.lua", "^accounts: %d+, media: %d+, ticks meanwhile: %d+$")

  -- It blocks in engine:wait() whenever it has nothing else to do: forgetting one is for ever.
  it("may resume one coroutine for each event, in any order", function()
    local lines = loop.script [[
      local order = 1
      local waiting, engine = {}, nil
      local strict = iggraph.new { base_url = base_url, ca_file = ca_file, access_token = token, host = {
        wait = function(its)
          engine = its
          waiting[#waiting + 1] = coroutine.running()
          coroutine.yield()
        end,
        sleep = function() end,
      } }
      for _, id in ipairs { "slow_300", "slow_100", "slow_200", "slow_20", "slow_20", "slow_20" } do
        coroutine.wrap(function()
          strict:get(id)
          print(strict:get("slow_50").id)
        end)()
      end
      while waiting[1] do
        engine:wait()
        order = (order * 16807) % 2147483647
        local ok, message = coroutine.resume(table.remove(waiting, order % #waiting + 1))
        if not ok then print(message) end
      end
    ]]
    assert.same({ "slow_50", "slow_50", "slow_50", "slow_50", "slow_50", "slow_50", "status 0" }, lines)
  end)
end)
