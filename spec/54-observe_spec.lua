-- What calls tell of themselves: hooks and counters.
local client = require "spec.support.client"
local iggraph = require "iggraph"
local server = require "spec.support.sandbox"

local function hearing(options)
  local heard = { requests = {}, responses = {} }
  local ig = client.new(client.with({
    on_request = function(one) heard.requests[#heard.requests + 1] = one end,
    on_response = function(one) heard.responses[#heard.responses + 1] = one end,
  }, options))
  return ig, heard
end

before_each(function() server.reset() end)

describe("on_request and on_response", function()
  it("are told of each call, before and after it", function()
    local ig, heard = hearing()
    assert(ig:get "me")
    assert.same({ { method = "GET", path = "/v26.0/me", attempt = 1 } }, heard.requests)
    local one = heard.responses[1]
    assert.same({ "GET", "/v26.0/me", 200, 1, 1 }, { one.method, one.path, one.status, one.attempt, one.tries })
    assert.is_true(one.connections <= 1)
    assert.is_nil(one.kind)
    assert.is_nil(one.err)
    assert.matches("^A%w+$", one.fbtrace_id)
    assert.is_table(one.usage.app)
    assert.is_true(one.bytes > 0)
  end)

  it("tell the times in seconds", function()
    local ig, heard = hearing { plain = true }
    ig:get "close" -- what follows needs a new connection
    heard.responses = {}
    ig:get "slow_100"
    ig:get "slow_100"
    local first, second = heard.responses[1].times, heard.responses[2].times
    assert.is_true(first.connect > 0)
    assert.equal(0, second.connect)
    for _, times in ipairs { first, second } do
      assert.is_true(times.first_byte >= 0.1 and times.first_byte < 5)
      assert.is_true(times.total >= times.first_byte)
      assert.is_true(times.queue >= 0 and times.queue + times.connect <= times.first_byte)
    end
  end)

  it("are told what an answer said of limits, which later ones do not change", function()
    local ig, heard = hearing()
    assert(ig:get "me")
    local usage = heard.responses[1].usage
    ig:get "usage_business"
    assert.is_nil(usage.business_use_case)
    assert.is_table(heard.responses[2].usage.business_use_case)
    usage.app = nil
    assert.is_table(ig:usage().app)
  end)

  it("are told of failures, and of each attempt", function()
    local ig, heard = hearing { retry = { attempts = 2, max_delay = 0.1 } }
    local _, err = ig:get "error_2"
    assert.equal(2, #heard.requests)
    assert.same({ 1, 2 }, { heard.responses[1].attempt, heard.responses[2].attempt })
    assert.same({ "transient", 400 }, { heard.responses[2].kind, heard.responses[2].status })
    assert.equal(err, heard.responses[2].err)
    assert.equal(err.fbtrace_id, heard.responses[2].fbtrace_id)
  end)

  it("are told of what had no answer", function()
    local ig, heard = hearing { timeout = 0.2 }
    ig:get "hang"
    local one = heard.responses[1]
    assert.same({ "timeout", 1 }, { one.kind, one.tries })
    assert.is_nil(one.status)
    assert.is_true(one.times.total >= 0.2)
    assert.equal(0, one.times.first_byte)
  end)

  it("are told of the pages of a cursor, of batches and of writes", function()
    local ig, heard = hearing()
    client.collect(ig:list("17840000000000050/media", { limit = 25, fields = "id" }))
    ig:batch { { method = "GET", relative_url = "me" } }
    ig:post("error_100", { message = "x" })
    local lines = {}
    for i, one in ipairs(heard.responses) do lines[i] = one.method .. " " .. one.path end
    assert.same({ "GET /v26.0/17840000000000050/media", "GET /v26.0/17840000000000050/media",
      "POST /v26.0/", "POST /v26.0/error_100" }, lines)
  end)

  it("cost nobody an answer when they fail, and say so once", function()
    local told = {}
    local host = { wait = function(engine) engine:wait() end, sleep = function() end }
    local ig = client.new { host = host, on_request = function() error("mine", 0) end }
    require("iggraph.core").client.kept(ig).host.report = function(text) told[#told + 1] = text end
    assert(ig:get "me")
    assert(ig:get "me")
    assert.same({ "iggraph: on_request failed: mine" }, told)
  end)

  it("must be functions", function()
    for _, name in ipairs { "on_request", "on_response", "on_throttle" } do
      assert.error_matches(function() client.new { [name] = "print" } end, name .. " must be a function")
    end
  end)
end)

describe("client:stats", function()
  it("counts", function()
    local ig = client.new { retry = { attempts = 2, max_delay = 0.1 } }
    assert.equal(0, ig:stats().requests)
    ig:get "me"
    ig:get "error_2"
    ig:get "error_190"
    ig:with_token(server.tokens.page):get "me"
    local stats = ig:stats()
    assert.same({ 5, 1, 5, 2 }, { stats.requests, stats.retries, stats.tries, stats.ok })
    assert.equal(server.connections(), math.max(1, stats.connections)) -- others may have left one
    assert.same({ transient = 2, auth = 1 }, stats.failed)
    assert.is_true(stats.bytes > 100)
    assert.is_true(stats.seconds > 0)
    assert.is_true(stats.waited >= 0.1 and stats.waited < 0.2)
  end)

  it("gives a copy", function()
    local ig = client.new()
    ig:stats().requests, ig:stats().failed.auth = 7, 7
    assert.same({ 0, {} }, { ig:stats().requests, ig:stats().failed })
  end)

  it("counts a call that was cancelled, too", function()
    local ig = client.new()
    local task = iggraph.spawn(function() return ig:get "slow_5000" end)
    ig:get "me"
    task:cancel()
    ig:get "me"
    local stats = ig:stats()
    assert.same({ 3, 2, { cancelled = 1 } }, { stats.requests, stats.ok, stats.failed })
  end)
end)
