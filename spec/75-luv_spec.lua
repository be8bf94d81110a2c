-- Calls inside of libuv's loop, by luv, outside of Neovim.

local client = require "spec.support.client"
local iggraph = require "iggraph"
local loop = require "spec.support.loop"

local luv, why_not = require("spec.support.event_loops").luv()

describe("luv", function()
  if not luv then
    it("is not here", function() pending(why_not) end)
    return
  end

  local uv = require "luv"
  local host = client.with(luv, { host = "luv" })

  loop.behaves(host)
  loop.is_found(host)
  loop.example_runs("luv.lua", "^accounts: %d+, media: %d+, ticks meanwhile: %d+$")

  loop.leaves_at_once [[
    local uv = require "luv"
    local first, last = uv.new_timer(), uv.new_timer()
    first:start(0, 0, function()
      for _ = 1, 3 do coroutine.wrap(hang)() end
      coroutine.wrap(function() iggraph.spawn(hang):wait() end)()
    end)
    last:start(300, 0, function() uv.stop() end)
    uv.run()
  ]]

  local ig = client.new { host = "luv" }

  it("lets callbacks run while plain code waits", function()
    local timer, ticks = uv.new_timer(), 0
    timer:start(10, 10, function() ticks = ticks + 1 end)
    assert.equal("slow_300", ig:get("slow_300").id)
    assert.is_true(ticks > 5, ticks .. " ticks")
    local mapped = iggraph.map({ "slow_100", "slow_50" }, function(id) return ig:get(id).id end)
    assert.same({ { n = 1, "slow_100" }, { n = 1, "slow_50" } }, mapped)
    timer:close()
    luv.finish()
  end)

  it("comes back to plain code at once, whatever else the loop has to do", function()
    local timer = uv.new_timer()
    timer:start(20000, 0, function() end)
    local begun = loop.now()
    assert.equal("slow_50", ig:get("slow_50").id)
    assert.is_true(loop.now() - begun < 5)
    assert.is_true(timer:is_active())
    timer:close()
    luv.finish()
  end)

  it("serves coroutines that were begun before the loop", function()
    local answers = {}
    luv.start {
      function() answers[1] = ig:get("slow_100").id end,
      function() answers[2] = ig:get("slow_50").id end,
    }
    assert.same({}, answers)
    luv.finish()
    assert.same({ "slow_100", "slow_50" }, answers)
  end)

  it("says so in a callback outside of any coroutine", function()
    local ok, message, answer
    luv.after(0, function() ok, message = pcall(ig.get, ig, "me") end)
    luv.after(0, function() coroutine.wrap(function() answer = ig:get "me" end)() end)
    luv.finish()
    assert.is_false(ok)
    assert.matches("cannot wait here", tostring(message), 1, true)
    assert.matches("coroutine", tostring(message), 1, true)
    assert.is_string(answer.id)
  end)

  it("goes on where plain code took over from a loop that was stopped", function()
    local answers = {}
    local function get(id) return function() table.insert(answers, (ig:get(id).id)) end end
    luv.start { get "slow_100", get "slow_200", get "slow_600" }
    luv.after(0.02, function() uv.stop() end)
    uv.run()
    assert.equal("slow_300", client.new({ host = "block" }):get("slow_300").id)
    local begun = loop.now()
    luv.finish()
    assert.is_true(loop.now() - begun < 3)
    assert.same({ "slow_100", "slow_200", "slow_600" }, answers)
  end)

  it("does not run on for a page that was only asked for ahead", function()
    local cursor = ig:list("slow_1500/media", { limit = 5 }, { prefetch = true })
    local _, seconds = loop.run(host, { function() return cursor:next() end })
    assert.is_true(seconds < 2.8, seconds .. " s")
    assert.equal(9, #loop.returns(host, function() return loop.collect(cursor) end)[1])
  end)

  it("leaves no handle behind that is at work", function()
    host.run { function() return ig:get "slow_50" end, function() iggraph.spawn(ig.get, ig, "me"):wait() end }
    assert.is_false(uv.loop_alive())
    local active = {}
    uv.walk(function(handle)
      if handle:is_active() and handle:has_ref() then active[#active + 1] = tostring(handle) end
    end)
    assert.same({}, active)
  end)

  it("tells the error of a coroutine, and goes on", function()
    local lines = loop.script [[
      local uv = require "luv"
      local timer = uv.new_timer()
      timer:start(0, 0, function()
        timer:close()
        coroutine.wrap(function() ig:get "slow_50" error "this is mine" end)()
        coroutine.wrap(function() print(ig:get("slow_300").id) end)()
      end)
      uv.run()
      print "the end"
    ]]
    assert.matches("this is mine.*\nslow_300\nthe end\nstatus 0$", table.concat(lines, "\n"))
  end)
end)
