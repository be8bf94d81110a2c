-- The budget of calls: what is learned of each limit, who waits for whom, and what a server with a real limit sees.
local client = require "spec.support.client"
local core = require "iggraph.core"
local fault_server = require "spec.support.fault_server"
local iggraph = require "iggraph"
local nginx_host = require "spec.support.nginx_host"
local redis_server = require "spec.support.redis_server"
local server = require "spec.support.sandbox"

local now = core.loop.now

local ACCOUNT, OTHER = "17841405822304914", "17840000000000250"

local function sharing(options) return client.new(client.with({ store = iggraph.store.memory() }, options)) end

-- How many requests it takes.
local function requests_of(fn)
  local before = #server.requests()
  fn()
  return #server.requests() - before
end

local faults

setup(function() faults = fault_server.start() end)
teardown(function() faults:stop() end)
before_each(function() server.reset() end)

describe("a call that was refused", function()
  -- The refusal, by whom; what is refused with it from then on, without a request, and what is not.
  local function page(ig) return ig:with_token(server.tokens.page) end
  for name, row in pairs {
    ["for the app"] = { "error_4", refused = { { ACCOUNT }, { OTHER }, { "me", page } } },
    ["for the User"] = { "error_17", refused = { { ACCOUNT }, { "me" } }, free = { { "me", page } } },
    ["for the Page"] = { "error_32", by = page, refused = { { "me", page } }, free = { { "me" } } },
    ["for an account"] = { OTHER .. "_error_80002", refused = { { OTHER }, { OTHER .. "/media" } },
      free = { { ACCOUNT }, { "me" } } },
    ["for the posts of a day"] = { "error_9_2207042", free = { { ACCOUNT }, { "me" } } },
  } do
    it(name .. " is a refusal for all who share that limit, and for nobody else", function()
      local ig = sharing()
      local by = row.by and row.by(ig) or ig
      assert.equal("throttled", (select(3, by:get(row[1]))))
      for _, one in ipairs(row.refused or {}) do
        local asking = one[2] and one[2](ig) or ig
        assert.equal(0, requests_of(function()
          local value, err, kind = asking:get(one[1])
          assert.is_nil(value)
          assert.equal("throttled", kind)
          assert.matches("is used up; calls are let through again in %d+ s %(not sent%)", err.message)
          assert.is_true(err.retryable and err.retry_after >= 1)
          assert.equal("/v26.0/" .. one[1], err.path)
        end), one[1])
      end
      for _, one in ipairs(row.free or {}) do
        local asking = one[2] and one[2](ig) or ig
        assert.equal(1, requests_of(function() assert(asking:get(one[1])) end), one[1])
      end
    end)
  end

  it("is remembered for as long as the answer tells", function()
    local ig = sharing()
    ig:get "usage_business"
    local _, err = ig:get "17841405822304914"
    assert.equal("throttled", err and err.kind)
    assert.is_true(err.retry_after > 18 * 60 and err.retry_after <= 19 * 60)
  end)

  it("is waited for by those who asked for that", function()
    server.control("-d scope=app -d calls=3 -d window=1", "limit")
    local told = {}
    local ig = sharing { on_throttle = function(one)
      told[#told + 1] = one
      return "wait"
    end, retry = { attempts = 5, max_delay = 2 } }
    for _ = 1, 6 do assert(ig:get "me") end
    assert.is_true(#told > 0)
    assert.same({ "throttled", "GET", "/v26.0/me" }, { told[1].err.kind, told[1].method, told[1].path })
  end)

  it("is the end where on_throttle says so, whatever the retry policy", function()
    local ig = sharing { on_throttle = function() return "raise" end, retry = { attempts = 5, max_delay = 9 } }
    assert.equal(1, requests_of(function()
      assert.equal("throttled", (select(3, ig:get "error_4")))
      assert.equal("throttled", (select(3, ig:get "me")))
    end))
  end)

  it("is waited for longer than retries take by themselves, where on_throttle says so", function()
    faults:answer { status = 403, body = [[{"error":{"message":"m","code":4}}]], headers = { "Retry-After: 1" } }
    for decision, least in pairs { wait = 1, nothing = 0 } do
      local told, begin = {}, now()
      local options = { access_token = "token", base_url = faults.http, timeout = 0.9, on_throttle = function(one)
        told[#told + 1] = one
        return #told == 1 and decision or "raise"
      end }
      assert.equal("throttled", (select(3, iggraph.new(options):get "me")))
      local took = now() - begin
      assert.is_true(took >= least and took < least + 0.9, took .. " s")
      assert.same({ "app", 1 }, { told[1].limit, told[1].seconds })
    end
  end)

  it("is told at once to a call that has no time to wait", function()
    local ig = sharing { pace = true, deadline = 5 }
    ig:get "usage_business"
    local begin = now()
    local _, err, kind = ig:get(ACCOUNT)
    assert.equal("throttled", kind)
    assert.is_true(err.retry_after > 60)
    assert.is_true(now() - begin < 2)
  end)

  -- A client whose calls of that path wait for their turn, for so many seconds.
  local function waiting(seconds, options)
    local ig = sharing(client.with({ pace = true }, options))
    assert(ig:get "me")
    local budget = core.client.kept(ig).budget
    budget:limit("business:" .. ACCOUNT).pace.free_at = core.loop.time() + seconds
    return ig
  end

  it("leaves one that has waited no more time than there is", function()
    local ig, begin = waiting(0.6, { deadline = 1 }), now()
    assert.equal("timeout", (select(3, ig:get(ACCOUNT .. "_slow_5000"))))
    local took = now() - begin
    assert.is_true(took >= 0.99 and took < 1.4, took .. " s")
  end)

  it("is no more waited for by a task that was cancelled", function()
    local ig, result = waiting(60), nil
    local task = iggraph.spawn(function() result = { n = 3, ig:get(ACCOUNT) } end)
    ig:get "slow_50"
    task:cancel()
    local used = os.clock()
    ig:get "slow_300"
    assert.is_true(os.clock() - used < 0.2)
    assert.same({ "cancelled", "cancelled" }, { result[2].kind, result[3] })
    assert.equal("/v26.0/" .. ACCOUNT, result[2].path)
  end)

  it("is no more waited for by calls of a client that was closed", function()
    local ig = waiting(0.5)
    local task = iggraph.spawn(function() return ig:get(ACCOUNT) end)
    ig:close()
    local _, err, kind = task:wait()
    assert.same({ "cancelled", "/v26.0/" .. ACCOUNT }, { kind, err.path })
  end)

  it("is learned from where the client is closed by a hook that hears of it", function()
    local ig
    ig = sharing { on_response = function() ig:close() end }
    assert.equal("throttled", (select(3, ig:get "error_17")))
  end)
end)

describe("the account that a call counts for", function()
  local MEDIA, OTHER_MEDIA = "17895695668004550", "17895695668004551"

  -- What a client is told of a call, and then of others, by an answer that says that the account is blocked.
  local function refused_after(path, ...)
    local usage = [[{"%s":[{"type":"instagram","call_count":100,"estimated_time_to_regain_access":19}]}]]
    faults:answer { status = 400, body = [[{"error":{"message":"m","code":80002}}]],
      headers = { "X-Business-Use-Case-Usage: " .. usage:format(ACCOUNT) } }
    local ig, messages = sharing { base_url = faults.http }, {}
    assert.equal("m", select(2, ig:get(path)).message)
    for i, one in ipairs { ... } do messages[i] = select(2, ig:get(one)).message == "m" and "sent" or "not sent" end
    return messages
  end

  it("is the one that the answers for its media name, and those for the next one's", function()
    assert.same({ "not sent", "not sent", "not sent", "sent" },
      refused_after(MEDIA .. "/insights", MEDIA, OTHER_MEDIA, ACCOUNT .. "/media", OTHER))
  end)

  it("is the one that the answers for me name", function()
    assert.same({ "not sent", "not sent", "sent", "sent" }, refused_after("me/media", "/me", ACCOUNT, OTHER, "search"))
  end)

  it("may be told in digits that are a text", function()
    faults:answer { status = 200, body = "{}",
      headers = { [[X-Business-Use-Case-Usage: {"1":[{"call_count":"40","estimated_time_to_regain_access":"3"}]}]] } }
    local ig = sharing { base_url = faults.http }
    assert(ig:get "me")
    assert.same({ 40, 180 }, { ig:usage().percent, ig:usage().regain })
  end)
end)

describe("ig:usage", function()
  it("tells percent and time to regain", function()
    local ig = client.new()
    ig:get "usage_business"
    assert.same({ 100, 19 * 60 }, { ig:usage().percent, ig:usage().regain })
  end)
end)

-- --- with others --------------------------------------------------------------------------------------

describe("a store", function()
  it("that answers slowly does not hold up each call", function()
    local inner, asked, slow = iggraph.store.memory(), 0, {}
    for _, method in ipairs { "get", "set", "add", "delete" } do
      slow[method] = function(_, ...)
        asked = asked + 1
        core.loop.sleep(0.05)
        return inner[method](inner, ...)
      end
    end
    local ig = sharing { store = slow }
    for _ = 1, 3 do assert(ig:get(ACCOUNT)) end
    local begin, calls, before = now(), 0, asked
    while now() - begin < 1.5 do
      assert(ig:get(ACCOUNT))
      calls = calls + 1
    end
    assert.is_true(asked - before <= 9, asked - before .. " times")
    assert.is_true(calls >= 60, calls .. " calls")
  end)

  it("in Redis tells other processes", function()
    if not redis_server.is_there() then return pending "Redis is not installed" end
    local redis = redis_server.start()
    finally(function() redis:stop() end)
    local SCRIPT = [[
      local port, base_url, token, path = ...
      local iggraph = require "iggraph"
      local store = iggraph.store.redis { port = tonumber(port) }
      local ig = iggraph.new { access_token = token, base_url = base_url, store = store, retry = false }
      local _, err = ig:get(path)
      print(err and tostring(err) or "let through")]]
    local function run(path)
      return client.run(SCRIPT, "", tostring(redis.port), server.shared().http, server.tokens.user, path)[1]
    end
    assert.equal("let through", run "me")
    assert.matches("Application request limit", run "error_4")
    assert.matches("limit of the app is used up", run "me")
    assert.equal(2, #server.requests())
  end)

  it("in a shared dictionary tells the other workers of an nginx", function()
    local host = nginx_host.start {
      workers = 2, http = "lua_shared_dict budget 1m;", client = false,
      locations = { ask = [[
        local own = package.loaded.own
        if not own then
          local iggraph = require "iggraph"
          own = iggraph.new {
            access_token = "]] .. server.tokens.user .. [[", base_url = "]] .. server.shared().http .. [[",
            store = iggraph.store.ngx "budget", retry = false,
          }
          package.loaded.own = own
        end
        local _, err = own:get(ngx.var.arg_path)
        ngx.say(ngx.worker.id(), " ", err and tostring(err) or "let through")]] },
    }
    finally(function() host:stop() end)
    local seen = {}
    local function ask(path)
      local text = host:get("ask?path=" .. path)
      seen[text:match "^%d"] = true
      return text
    end
    assert.matches("let through", ask "me")
    assert.matches("Application request limit", ask "error_4")
    local sent = #server.requests()
    core.loop.sleep(0.15) -- a worker looks into it ten times a second
    for _ = 1, 100 do
      assert.matches("limit of the app is used up", ask "me")
      if seen["0"] and seen["1"] then break end
    end
    assert.is_true(seen["0"] and seen["1"])
    assert.equal(sent, #server.requests())
  end)
end)

-- --- a night, in half a minute --------------------------------------------------------------------------

describe("pace", function()
  local SECONDS, PROCESSES = 30, 4
  local SCRIPT = [[
    local base_url, token, seconds = ...
    local iggraph = require "iggraph"
    local now = require("iggraph.core").loop.now
    local ig = iggraph.new { access_token = token, base_url = base_url, pace = true }
    local ends = now() + seconds
    iggraph.map({ 1, 2, 3, 4 }, function()
      while now() < ends do ig:get "me" end
    end)
    print(ig:stats().ok, ig:stats().failed.throttled or 0)]]

  it("keeps four processes below one limit, and uses it", function()
    local calls, window = 400, SECONDS / 10
    server.control(("-d scope=app -d calls=%d -d window=%s"):format(calls, window), "limit")
    local pipes = {}
    for i = 1, PROCESSES do
      pipes[i] = client.begin(SCRIPT, "", server.shared().http, server.tokens.user, tostring(SECONDS))
    end
    for _, lines in ipairs(pipes) do lines() end
    local app = server.control("", "limit").app
    local first, allowed, refused = app.allowed.first, app.allowed.count, app.refused
    io.write(("      %d calls where %d were allowed, %d refused\n"):format(allowed, calls * 10, refused.count))
    assert.is_true(refused.count == 0 or refused.last - first <= SECONDS / 10,
      ("refused %.1f s after the first call"):format((refused.last or 0) - first))
    assert.is_true(allowed >= 0.9 * calls * 10, allowed .. " calls")
  end)

  it("learns from the first envelopes of a batch what they cost, before the rest is begun", function()
    server.control("-d scope=app -d calls=300 -d window=3600", "limit")
    local ig, list = client.new { plain = true, pace = true, deadline = 1 }, {}
    for i = 1, 600 do list[i] = { path = "me" } end
    assert(ig:get "me")
    ig:batch(list)
    local app = server.control("", "limit").app
    assert.is_true(app.allowed.count >= 200, app.allowed.count .. " calls")
    assert.is_true(app.refused.count <= 150, app.refused.count .. " refused")
  end)
end)
