local client = require "spec.support.client"
local core = require "iggraph.core"
local server = require "spec.support.sandbox"

describe("the engine", function()
  it("is one for all clients of a Lua state", function()
    assert.equal(core.loop.engine(), core.loop.engine())
  end)

  it("can be waited for by any loop: a descriptor, its events, a timeout", function()
    local waits = 0
    local function wait(engine)
      waits = waits + 1
      assert.is_true(engine:pollfd() >= 0)
      assert.equal("r", engine:events())
      local timeout = engine:timeout()
      assert.is_true(timeout == nil or timeout >= 0)
      engine:wait()
    end
    local ig = client.new { host = { wait = wait, sleep = core.loop.sleep } }
    assert.is_table(ig:get "me")
    assert.is_true(waits > 0)
  end)

  it("does not spin while it waits", function()
    local waits = 0
    local ig = client.new {
      host = { wait = function(engine) waits = waits + 1 engine:wait() end, sleep = core.loop.sleep },
    }
    ig:get "me"
    waits = 0
    assert.is_table(ig:get "slow_500")
    assert.is_true(waits < 10, waits .. " wake-ups")
  end)

  it("has many transfers under way at a time, over one HTTP/2 connection", function()
    server.reset()
    local ig, engine = client.new(), core.loop.engine()
    ig:get "me"
    local transfers = {}
    for i = 1, 20 do transfers[i] = core.transfer.start(ig, "GET", "slow_100") end
    local open = #transfers
    while open > 0 do
      engine:wait()
      engine:step()
      open = 0
      for _, transfer in ipairs(transfers) do
        if not core.loop.is_over(transfer) then open = open + 1 end
      end
    end
    for _, transfer in ipairs(transfers) do assert.equal("slow_100", core.transfer.answer(transfer).id) end
    assert.equal(1, server.record().connections)
    assert.is_true(server.record().in_flight_max > 5)
  end)

  it("takes an answer once, and none that is not there", function()
    local transfer = core.transfer.start(client.new(), "GET", "me")
    assert.error_matches(function() core.transfer.answer(transfer) end, "under way")
    core.loop.ring(transfer)
    core.loop.ring(transfer)
    local value, err, kind = core.transfer.answer(transfer)
    assert.is_nil(value)
    assert.equal("cancelled", kind)
    assert.same({ "GET", "/v26.0/me", false }, { err.method, err.path, err.retryable })
  end)

  it("ends a transfer that has less time than before, even if it is under way", function()
    for _, options in ipairs { { timeout = 20 }, { timeout = 20, plain = true } } do
      local ig = client.new(options)
      local transfer = core.transfer.start(ig, "GET", "hang")
      core.loop.engine():step()
      core.loop.sleep(0.2)
      core.loop.engine():step()
      core.transfer.limit(transfer, 30) -- it has less
      core.transfer.limit(transfer, 0.6)
      core.transfer.limit(transfer, 0.3)
      local begin = core.loop.now()
      while not core.loop.is_over(transfer) do
        core.loop.engine():wait()
        core.loop.engine():step()
      end
      local took = core.loop.now() - begin
      assert.is_true(took >= 0.29 and took < 2, took .. " s")
      local _, err, kind = core.transfer.answer(transfer)
      assert.equal("timeout", kind)
      assert.matches("within 0%.[567]%d* s", err.message)
      assert.equal("ok", ig:get("ok").id)
    end
  end)

  it("is made anew in a forked process, and leaves the parent's connections alone", function()
    local has_ffi, ffi = pcall(require, "ffi")
    if not has_ffi then return pending "needs LuaJIT's ffi to fork" end
    ffi.cdef "int fork(void); int waitpid(int, int *, int); void _exit(int);"
    local ig = client.new()
    ig:get "me"
    server.reset()
    local child = ffi.C.fork()
    if child == 0 then
      local ok, me = pcall(ig.get, ig, "me")
      collectgarbage()
      ffi.C._exit(ok and me and 0 or 1)
    end
    local status = ffi.new "int[1]"
    ffi.C.waitpid(child, status, 0)
    assert.equal(0, status[0])
    assert.is_table(ig:get "me")
    local connections = {}
    for _, request in ipairs(server.requests()) do connections[#connections + 1] = request.connection end
    assert.equal(2, #connections)
    assert.not_equal(connections[1], connections[2])
    server.reset()
    assert.is_table(ig:get "me")
    assert.equal(connections[2], server.requests()[1].connection)
  end)
end)
