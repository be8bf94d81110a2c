-- Calls inside of a cqueues controller.

local client = require "spec.support.client"
local iggraph = require "iggraph"
local loop = require "spec.support.loop"

local cqueues, why_not = require("spec.support.event_loops").cqueues()

describe("cqueues", function()
  if not cqueues then
    it("is not here", function() pending(why_not) end)
    return
  end

  local host = client.with(cqueues, { host = "cqueues" })

  loop.behaves(host)
  loop.is_found(host)
  loop.example_runs("cqueues.lua", "^accounts: %d+, media: %d+, ticks meanwhile: %d+$")

  loop.leaves_at_once [[
    local controller = require("cqueues").new()
    for _ = 1, 3 do controller:wrap(hang) end
    controller:wrap(function() iggraph.spawn(hang):wait() end)
    controller:loop(0.3)
  ]]

  local ig = client.new { host = "cqueues" }

  it("is waited for in plain code, outside of any controller", function()
    assert.equal("slow_100", ig:get("slow_100").id)
    local mapped = iggraph.map({ "slow_100", "slow_50" }, function(id) return ig:get(id).id end)
    assert.same({ { n = 1, "slow_100" }, { n = 1, "slow_50" } }, mapped)
  end)

  it("leaves the error of a coroutine to its controller, and goes on", function()
    local answer
    local controller = cqueues.controller {
      function()
        ig:get "slow_50"
        error("this is mine", 0)
      end,
      function() answer = ig:get "slow_300" end,
    }
    local ok, message = controller:loop(30)
    assert.is_true(not ok)
    assert.equal("this is mine", message)
    cqueues.finish(controller)
    assert.equal("slow_300", answer.id)
  end)

  it("serves controllers inside of controllers", function()
    local answers = {}
    local function get(id) return function() answers[id] = ig:get(id).id end end
    host.run {
      get "slow_100", get "slow_300",
      function() host.run { get "slow_200", get "slow_50" } end,
      function() host.run { get "slow_250", function() host.run { get "slow_150" } end } end,
    }
    for _, id in ipairs { "slow_50", "slow_100", "slow_150", "slow_200", "slow_250", "slow_300" } do
      assert.equal(id, answers[id])
    end
  end)

  it("serves controllers that run by turns, though one has the answers of the other", function()
    local answers = {}
    local function get(id) return function() answers[id] = ig:get(id).id end end
    local one, other = cqueues.controller { get "slow_100", get "slow_200" }, cqueues.controller { get "slow_300" }
    assert(one:loop(0.02))
    cqueues.finish(other)
    assert.equal("slow_500", ig:get("slow_500").id)
    local start = loop.now()
    cqueues.finish(one)
    assert.is_true(loop.now() - start < 1, "it slept, with its answers there")
    assert.same({ slow_100 = "slow_100", slow_200 = "slow_200", slow_300 = "slow_300" }, answers)
  end)

  it("goes on in a controller that was left for a while", function()
    local answer
    local controller = cqueues.controller { function() answer = ig:get "slow_300" end }
    assert(controller:loop(0.1))
    assert.is_nil(answer)
    cqueues.finish(controller)
    assert.equal("slow_300", answer.id)
  end)

  -- Plain HTTP, where each call that waits has a connection of its own.
  local function drop_a_controller(plain)
    local controller = cqueues.controller {
      function() return plain:get "hang" end,
      function() return plain:list("hang/media"):next() end,
      function() return iggraph.spawn(function() return plain:get "hang" end):wait() end,
      function() iggraph.map({ "hang", "hang" }, function(id) return plain:get(id) end) end,
    }
    assert(controller:loop(0.2))
    assert.is_false(controller:empty())
  end

  it("ends what a controller had under way that nobody has any more", function()
    if not loop.sockets() then return pending "the system does not count" end
    local plain = client.new { host = "cqueues", plain = true }
    assert(ig:get "me")
    assert(plain:get "me")
    local before = loop.sockets()
    drop_a_controller(plain)
    assert.is_true(loop.sockets() >= before + 4) -- one was idle
    assert.equal("slow_50", loop.returns(host, function() return ig:get "slow_50" end)[1].id)
    assert.equal("slow_50", ig:get("slow_50").id)
    for _ = 1, 4 do collectgarbage() end
    assert.is_true(loop.sockets() <= before, loop.sockets() .. " connections, before " .. before)
    assert.equal("slow_50", loop.returns(host, function() return ig:get "slow_50" end)[1].id)
    assert.equal("slow_50", ig:get("slow_50").id)
  end)

  it("goes on with a coroutine inside of a coroutine, by the wrapper of cqueues", function()
    local ids, wrap = {}, require("cqueues.auxlib").wrap
    host.run { function()
      local get = wrap(function()
        for _, id in ipairs { "slow_50", "slow_20" } do coroutine.yield(ig:get(id).id) end
      end)
      ids[1], ids[2] = get(), get()
    end }
    assert.same({ "slow_50", "slow_20" }, ids)
  end)
end)
