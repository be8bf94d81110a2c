--- Concurrent calls share one HTTP/2 connection. What then breaks off in the middle, a stream or all of
-- them, was no answer: a GET is tried once more, on a new connection; a POST is not.
local client = require "spec.support.client"
local http2_server = require "spec.support.http2_server"
local iggraph = require "iggraph"
local monotime = require("system").monotime
local shell = require "iggraph.sandbox.shell"
local tuple = require "spec.support.tuple"

local MANY = 50
local TIMEOUT = 10 -- seconds

local server, ig -- new ones for each spec: no connection is left from another

before_each(function()
  server = http2_server.start()
  ig = client.new { base_url = server.https, timeout = TIMEOUT }
end)

after_each(function() server:stop() end)

-- So many paths with the same steps; `other` has those of the ones that differ, by their places.
local function paths_of(count, steps, other)
  local paths = {}
  for i = 1, count do paths[i] = server:path(other and other[i] or steps) end
  return paths
end

-- The answers to all of them, asked for at once; each must have one.
local function get_all(paths)
  local results = iggraph.map(paths, function(path) return ig:get(path) end, { concurrency = #paths })
  local answers = {}
  for i, result in ipairs(results) do answers[i] = assert(result[1], tostring(result[2])) end
  assert.equal(#paths, #answers)
  return answers
end

local function none_or_200(status) return status == nil or status == 200 end

-- A broken call: what came of its headers is chance.
local function failure(method, path)
  return {
    kind = "network", retryable = method ~= "POST", method = method, path = "/v26.0/" .. path,
    message = tuple.holding "localhost: ", status = none_or_200,
  }
end

describe("HTTP/2", function()
  it("carries concurrent calls over one connection", function()
    for _ = 1, 2 do -- on a new one, then on a used one; none is answered before all were asked
      get_all(paths_of(MANY, ("gather=%d.ok"):format(MANY)))
    end
    local record = server:record()
    assert.equal(1, record.opened)
    assert.equal(2 * MANY, #record.requests)
  end)
end)

describe("more concurrent calls than a connection has streams", function()
  local COUNT = 300 -- nginx allows 128 on a connection

  it("share a few connections", function()
    local sandbox = require "spec.support.sandbox"
    sandbox.reset()
    local new = client.new()
    local paths = {}
    for i = 1, COUNT do paths[i] = "slow_100" end
    local results = iggraph.map(paths, function(path) return new:get(path) end, { concurrency = COUNT })
    for _, result in ipairs(results) do assert(result[1], tostring(result[2])) end
    local record = sandbox.record()
    assert.equal(COUNT, record.count)
    assert.is_true(record.connections <= 8, record.connections .. " connections")
  end)
end)

-- What happens, and the server's word for it.
local BREAKS = {
  { "a stream that is reset", "reset=2" },
  { "a stream that is reset in the middle of its body", "half.wait=50.reset=8" },
  { "a stream that is refused", "reset=7" },
  { "GOAWAY that leaves the stream out", "refuse=0.hang" },
  { "GOAWAY that leaves the stream out, and the end of the connection", "refuse=11.close" },
  { "GOAWAY, and the end of the connection", "goaway=0.wait=50.close" },
  { "GOAWAY, and the end of the connection in the middle of the body", "half.goaway=2.wait=50.close" },
  { "the end of the connection", "close" },
  { "a connection that is reset", "abort" },
}

for _, row in ipairs(BREAKS) do
  local what, steps = row[1], row[2]
  -- Each twice: libcurl itself takes a failure for another where the connection was used before.
  describe(what, function()
    it("makes a GET be tried once more, on a new connection", function()
      for opened = 2, 3 do
        local path = server:path(steps .. ",ok")
        assert.equal("2", assert(ig:get(path)).id)
        local tries = server:tries(path)
        assert.equal(2, #tries)
        assert.not_equal(tries[1], tries[2])
        assert.equal(opened, server:record().opened)
      end
    end)

    it("is 'network' when it comes again, and no third try", function()
      for _ = 1, 2 do
        local path = server:path(steps)
        tuple.check(failure("GET", path), ig:get(path))
        local tries = server:tries(path)
        assert.equal(2, #tries)
        assert.not_equal(tries[1], tries[2])
        assert.equal("1", assert(ig:get(server:path "ok")).id)
      end
    end)

    it("is 'network' for a POST, which the server sees once", function()
      for _ = 1, 2 do
        local path = server:path(steps .. ",ok")
        tuple.check(failure("POST", path), ig:post(path, { caption = "once" }))
        assert.equal(1, #server:tries(path, "POST"))
        assert.equal("1", assert(ig:get(server:path "ok")).id)
      end
    end)
  end)
end

describe("of a connection", function()
  it("a stream that is reset takes nothing from the others", function()
    assert.is_table(ig:get(server:path "ok"))
    local paths = paths_of(10, "half.gather=10.wait=200.rest", { "gather=10.reset=2,ok" })
    for i, answer in ipairs(get_all(paths)) do
      assert.equal(i == 1 and "2" or "1", answer.id)
      assert.same(i == 1 and { "1", "2" } or { "1" }, server:tries(paths[i]))
    end
    assert.equal(2, server:record().opened)
  end)

  it("what was asked before GOAWAY is answered, what comes after it goes to a new one", function()
    local paths = paths_of(10, "half.gather=10.wait=200.rest", { "gather=10.goaway=0.ok" })
    for i, answer in ipairs(get_all(paths)) do
      assert.equal("1", answer.id)
      assert.same({ "1" }, server:tries(paths[i]))
    end
    local path = server:path "ok"
    assert.is_table(ig:get(path))
    assert.same({ "2" }, server:tries(path))
  end)

  it("GOAWAY leaves the streams before it alone, and those behind it share a new one", function()
    assert.is_table(ig:get(server:path "ok"))
    local paths = paths_of(10, "gather=10.wait=200.ok,ok", { [5] = "gather=10.refuse=0.hang,ok" })
    local asked = { 0, 0 } -- how many once, and twice
    get_all(paths)
    for _, path in ipairs(paths) do
      local tries = server:tries(path)
      assert.same(({ { "1" }, { "1", "2" } })[#tries], tries)
      asked[#tries] = asked[#tries] + 1
    end
    assert.is_true(asked[1] > 0 and asked[2] > 0)
    assert.equal(2, server:record().opened)
  end)

  for _, steps in ipairs { "reset=2", "reset=7", "refuse=11.close", "close", "abort" } do
    it(("all streams may break at once, and share a new one: %s"):format(steps), function()
      for opened = 2, 3 do
        for _, answer in ipairs(get_all(paths_of(MANY, ("gather=%d.%s,ok"):format(MANY, steps)))) do
          assert.equal("2", answer.id)
        end
        assert.equal(opened, server:record().opened)
      end
    end)
  end
end)

describe("the second try", function()
  it("has what the first one left of the timeout", function()
    ig = client.new { base_url = server.https, timeout = 2 }
    local path = server:path "wait=1000.reset=2,hang"
    local start = monotime()
    local _, _, kind = ig:get(path)
    local seconds = monotime() - start
    assert.equal("timeout", kind)
    assert.equal(2, #server:tries(path))
    assert.is_true(seconds > 1.8 and seconds < 2.7, seconds .. " s")
  end)

  it("gives a page of a list, too", function()
    assert.equal("2", assert(ig:list(server:path "half.reset=2,ok"):next()).id)
  end)

  it("can be cancelled like the first", function()
    for _, cancel in ipairs { function(task) task:cancel() end, function() ig:close() end } do
      local path = server:path "reset=2,hang"
      local task = iggraph.spawn(function() return ig:get(path) end)
      for _ = 1, 200 do
        if #server:tries(path) == 2 then break end
        assert.is_table(ig:get(server:path "wait=10.ok"))
      end
      assert.equal(2, #server:tries(path))
      cancel(task)
      local value, _, kind = task:wait()
      assert.is_nil(value)
      assert.equal("cancelled", kind)
    end
  end)

  it("leaves no connection open behind it", function()
    local function descriptors() return tonumber((select(2, shell.run "ls /proc/$PPID/fd | wc -l"))) end
    assert.is_table(ig:get(server:path "ok"))
    local before = descriptors()
    for _ = 1, 20 do ig:get(server:path "reset=2") end
    assert.equal(41, #server:record().requests)
    assert.is_true(descriptors() < before + 5)
  end)
end)
