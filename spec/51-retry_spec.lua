-- What is tried again, when, and how often: the decision as a table, and what a server sees of it.
local client = require "spec.support.client"
local core = require "iggraph.core"
local iggraph = require "iggraph"
local retry = require "iggraph.retry"
local server = require "spec.support.sandbox"

local now = core.loop.now

-- Code, subcode, kind, whether a GET and a POST are sent again.
local CODES = {
  { "m1", nil, "transient", true, false }, { "m1", 2207053, "graph", false, false },
  { "m2", nil, "transient", true, false }, { "m2", 2207020, "graph", false, false },
  { 1, nil, "transient", true, false }, { 2, nil, "transient", true, false }, { 3, nil, "invalid" },
  { 4, nil, "throttled", true, true }, { 4, 2207051, "graph" }, { 9, 2207042, "throttled", true, true },
  { 10, nil, "permission" }, { 17, 2446079, "throttled", true, true }, { 24, 2207006, "not_found" },
  { 24, 2207008, "transient", true, true }, { 25, 2207050, "invalid" }, { 32, nil, "throttled", true, true },
  { 100, nil, "invalid" }, { 100, 33, "not_found" }, { 100, 36009, "auth" }, { 100, 2108006, "invalid" },
  { 101, nil, "invalid" }, { 102, nil, "auth" }, { 104, nil, "auth" }, { 110, 2207013, "not_found" },
  { 190, nil, "auth" }, { 190, 458, "auth" }, { 190, 459, "auth" }, { 190, 460, "auth" }, { 190, 463, "auth" },
  { 190, 464, "auth" }, { 190, 467, "auth" }, { 190, 490, "auth" }, { 190, 492, "auth" }, { 190, 493, "auth" },
  { 200, nil, "permission" }, { 230, nil, "permission" }, { 299, nil, "permission" },
  { 341, nil, "throttled", true, true }, { 352, 2207026, "invalid" }, { 368, nil, "graph" }, { 412, nil, "auth" },
  { 450, nil, "auth" }, { 452, nil, "auth" }, { 506, nil, "invalid" }, { 613, nil, "throttled", true, true },
  { 613, 1996, "throttled", true, true }, { 803, nil, "not_found" }, { 2500, nil, "invalid" },
  { 2635, nil, "invalid" }, { 9004, 2207052, "transient", true, true }, { 9007, 2207027, "transient", true, true },
  { 36000, nil, "invalid" }, { 36003, nil, "invalid" }, { 36004, nil, "invalid" },
  { 80000, nil, "throttled", true, true }, { 80001, nil, "throttled", true, true },
  { 80002, nil, "throttled", true, true }, { 80006, nil, "throttled", true, true },
  { 80014, nil, "throttled", true, true }, { 1363030, nil, "transient", true, true },
  { 1363019, nil, "transient", true, true }, { 1363037, nil, "transient", true, true },
}

describe("a code of the Graph", function()
  local patient

  setup(function() patient = client.new { retry = { attempts = 2, max_delay = 0.1 } } end)

  for _, row in ipairs(CODES) do
    local code, subcode, kind, get, post = (table.unpack or unpack)(row, 1, 5)
    local name = "error_" .. code .. (subcode and "_" .. subcode or "")
    it(("%s: GET %s, POST %s"):format(name, get and "again" or "once", post and "again" or "once"), function()
      for method, again in pairs { get = get or false, post = post or false } do
        server.reset()
        local value, _, told = patient[method](patient, name)
        assert.is_nil(value)
        assert.equal(kind, told)
        assert.equal(again and 2 or 1, #server.requests(), method)
      end
    end)
  end
end)

describe("the decision", function()
  local err = { retryable = true, kind = "transient", method = "GET" }
  local policy = retry.policy { retry = { attempts = 9 } }

  local function outcome(changes) return client.with(err, changes) end

  it("waits longer from attempt to attempt, over all of the time, between a floor and a cap", function()
    for attempt, longest in ipairs { 0.5, 1, 2, 4, 8, 16, 32, 60 } do
      local function delay(random) return select(2, retry.decide(policy, "GET", err, attempt, 0, random)) end
      assert.equal(longest, delay(1))
      assert.equal(longest / 2, delay(0.5))
      assert.equal(0.1, delay(0))
    end
  end)

  it("never waits longer than max_delay, though that be below the floor", function()
    local hasty = retry.policy { retry = { max_delay = 0.01 } }
    for _, random in ipairs { 0, 1 } do
      assert.equal(0.01, (select(2, retry.decide(hasty, "GET", err, 1, 0, random))))
    end
  end)

  it("waits longer where a limit was reached, and as long as the answer tells", function()
    local throttled = outcome { kind = "throttled" }
    assert.equal(4, (select(2, retry.decide(policy, "GET", throttled, 1, 0, 1))))
    throttled.retry_after = 1140
    local again, delay, reason = retry.decide(policy, "POST", throttled, 1, 0, 0.5)
    assert.same({ true, 1140, "as the answer tells" }, { again, delay, reason })
  end)

  local function limited(options) return retry.policy { retry = options } end

  -- What, policy, method, outcome, attempt, elapsed -> reason
  for _, row in ipairs {
    { "the last attempt", limited { attempts = 2 }, "GET", {}, 2, 0, "no attempt is left" },
    { "what is not retryable", policy, "GET", { retryable = false }, 1, 0, "it would fail again" },
    { "a POST that broke off", policy, "POST", { kind = "network" }, 1, 0, "it may have been carried out" },
    { "a POST without an answer", policy, "POST", { kind = "timeout" }, 1, 0, "it may have been carried out" },
    { "a told wait beyond max_delay", limited { max_delay = 60 }, "GET", { retry_after = 61 }, 1, 0,
      "the wait is longer than max_delay" },
    { "a told wait beyond the deadline", limited { deadline = 60 }, "GET", { retry_after = 30 }, 1, 31,
      "there is no time left" },
    { "a wait of its own beyond the deadline", limited { deadline = 1 }, "GET", {}, 1, 0.6, "there is no time left" },
    { "a wait beyond the shorter of two deadlines", retry.policy { deadline = 1, retry = { deadline = 9 } }, "GET", {},
      1, 0.6, "there is no time left" },
    { "a try that took all of its time, where nobody asked for more", retry.policy { timeout = 5 }, "GET",
      { kind = "timeout" }, 1, 5, "there is no time left" },
    { "anything, where it is off", retry.policy { retry = false }, "GET", {}, 1, 0, "no attempt is left" },
  } do
    it("is not to go on after " .. row[1], function()
      local again, delay, reason = retry.decide(row[2], row[3], outcome(row[4]), row[5], row[6], 1)
      assert.same({ false, row[7] }, { again, reason })
      assert.is_nil(delay)
    end)
  end

  it("goes on after a DELETE that broke off, and a GET that had no answer", function()
    assert.is_true((retry.decide(policy, "DELETE", outcome { kind = "network" }, 1, 0, 1)))
    assert.is_true((retry.decide(policy, "GET", outcome { kind = "timeout" }, 1, 0, 1)))
  end)
end)

describe("a client", function()
  before_each(function() server.reset() end)

  local function plain(options)
    local shared = server.shared()
    return iggraph.new(client.with({ access_token = server.tokens.user, base_url = shared.http }, options))
  end

  it("that nobody told about retries makes three attempts", function()
    local _, _, kind = plain():get "error_2"
    assert.equal("transient", kind)
    assert.equal(3, #server.requests())
  end)

  it("makes no second one where that is off", function()
    plain { retry = false }:get "error_2"
    assert.equal(1, #server.requests())
  end)

  it("tells of each wait, and ends where it is told to", function()
    local told = {}
    local ig = plain { retry = { attempts = 3, max_delay = 0.1, on_retry = function(one) told[#told + 1] = one end } }
    ig:get "error_2"
    assert.equal(2, #told)
    for attempt, one in ipairs(told) do
      assert.same({ attempt, "transient", "transient", 2 }, { one.attempt, one.reason, one.err.kind, one.err.code })
      assert.equal(0.1, one.delay)
    end
    server.reset()
    plain { retry = { on_retry = function() return false end } }:get "error_2"
    assert.equal(1, #server.requests())
  end)

  it("is to wait as long as the answer tells", function()
    local told
    plain { retry = { on_retry = function(one) told = one; return false end } }:get "retry_after"
    assert.same({ 7, "as the answer tells" }, { told.delay, told.reason })
  end)

  it("has a deadline for the whole call, and a timeout for each try", function()
    local begin = now()
    local ig = plain { timeout = 0.2, retry = { attempts = 50, max_delay = 0.1, deadline = 0.7 } }
    local _, err, kind = ig:get "slow_5000"
    assert.equal("timeout", kind)
    assert.matches("within 0%.%d+ s", err.message)
    local took, tries = now() - begin, #server.requests()
    assert.is_true(took < 1.5, took .. " s")
    assert.is_true(tries >= 2 and tries <= 4, tries .. " tries")

    begin = now()
    _, _, kind = plain { deadline = 0.3, retry = false }:get "slow_5000"
    assert.equal("timeout", kind)
    assert.is_true(now() - begin < 1.5)
  end)

  it("tries again after a try without an answer, where it has a deadline", function()
    local _, _, kind = plain { timeout = 0.2, deadline = 5 }:get "slow_5000"
    assert.equal("timeout", kind)
    assert.equal(3, #server.requests())
  end)

  it("takes no longer by retries that nobody asked for", function()
    local begin = now()
    local _, _, kind = plain { timeout = 0.3 }:get "slow_5000"
    assert.equal("timeout", kind)
    assert.is_true(now() - begin < 1)
    assert.equal(1, #server.requests())
  end)

  it("names what is wrong with the options", function()
    for text, options in pairs {
      ["retry%.deadline must be a number above 0"] = { retry = { deadline = 0 } },
      ["retry%.on_retry must be a function"] = { retry = { on_retry = true } },
      ["unknown option 'retry%.tries'"] = { retry = { tries = 3 } },
      ["deadline must be a number above 0"] = { deadline = "5" },
      ["retry must be a table or false"] = { retry = 3 },
    } do
      local ok, message = pcall(plain, options)
      assert.is_false(ok)
      assert.matches(text, message)
    end
  end)
end)
