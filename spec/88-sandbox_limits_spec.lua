-- Limits that refuse and bad days, in the sandbox: over HTTP, and in the emulator alone where many calls are needed.
local cjson = require("cjson").new()
local curl = require "spec.support.curl"
local emulator = require "iggraph.sandbox.emulator"
local recorder = require "iggraph.sandbox.recorder"
local sandbox = require "iggraph.sandbox"
local shell = require "iggraph.sandbox.shell"
local store = require "iggraph.sandbox.store"
local support = require "spec.support.sandbox"

local tokens = sandbox.tokens
local ACCOUNT, OTHER = "17840000000000250", "17840000000000030"
local MEDIUM, COMMENT = "17900002490000000", "17000002490000001" -- of the first
local HOUR = 3600

local function control_in(base)
  return function(name, form)
    local answer = curl.ask(base .. "/_sandbox/" .. name, { method = form and "POST", form = form, token = false })
    return answer.json, answer.status
  end
end

-- Several connections, so that both workers of nginx have their part.
local MANY = "curl -sS -Z --parallel-max 10 --noproxy '*' -o /dev/null -w '%%{http_code}\\n' -H %s %s 2>/dev/null"

describe("the sandbox's", function()
  local base, control

  setup(function()
    base = support.shared().http .. "/v26.0/"
    control = control_in(support.shared().http)
  end)
  before_each(function() support.reset() end)
  teardown(function() support.reset() end)

  local function get(path, token) return curl.ask(base .. path, { token = token }) end

  --- How many of so many calls at the same time were let through, and how many were refused.
  local function ask_many(count, path)
    local url = ("%s%s?fields=id&number=[1-%d]"):format(base, path or "me", count)
    local _, text = shell.run(MANY:format(shell.quote("Authorization: Bearer " .. tokens.user), shell.quote(url)))
    local _, allowed = text:gsub("200", "")
    local _, refused = text:gsub("40[03]", "")
    return { allowed, refused }
  end

  local function limit(form) assert.same({ { success = true }, 200 }, { control("limit", form) }) end
  local function later(seconds) control("clock", { advance = tostring(seconds) }) end
  local function used(answer, header) return cjson.decode(answer.headers[header or "x-app-usage"]) end

  local function business(answer)
    local id, list = next(used(answer, "x-business-use-case-usage"))
    return id, list[1]
  end

  describe("limit", function()
    -- By shape, after all was used and half as much again was refused: seconds after which there is still no room, more
    -- seconds after which there is, and how many calls then find some.
    local SHAPES = {
      rolling = { 0.98 * HOUR, 0.03 * HOUR, 40 },  -- all of them age together
      fixed = { 0.98 * HOUR, 0.03 * HOUR, 40 },
      bucket = { 0.49 * HOUR, 0.06 * HOUR, 1 },    -- 20 too many; one of 40 each 90 seconds, the call between is one
    }

    for shape, row in pairs(SHAPES) do
      it("lets so many through, whichever worker has them, and no more: " .. shape, function()
        limit { scope = "app", calls = "40", window = tostring(HOUR), shape = shape }
        assert.same({ 40, 20 }, ask_many(60))
        later(row[1])
        assert.equal(403, get("me").status)
        later(row[2])
        assert.same({ row[3], 60 - row[3] }, ask_many(60))
      end)
    end

    it("forgets calls as the window leaves them behind, in a rolling one", function()
      limit { scope = "app", calls = "40" }
      assert.same({ 20, 0 }, ask_many(20))
      later(HOUR / 2)
      assert.same({ 20, 1 }, ask_many(21))
      later(HOUR * 0.51)
      assert.same({ 19, 11 }, ask_many(30)) -- the refused one counted
    end)

    it("begins a window at once, in a fixed one", function()
      limit { scope = "app", calls = "40", shape = "fixed" }
      assert.same({ 20, 0 }, ask_many(20))
      later(HOUR / 2)
      assert.same({ 20, 10 }, ask_many(30))
      later(HOUR * 0.51)
      assert.same({ 40, 5 }, ask_many(45))
    end)

    it("knows parts of a second", function()
      limit { scope = "app", calls = "10", window = "0.5", shape = "fixed" }
      for _ = 1, 3 do
        assert.is_true(ask_many(200)[2] > 100)
        shell.run "sleep 0.6"
        assert.same({ 1, 0 }, ask_many(1))
      end
    end)

    it("is gone with 0 calls, and with a reset", function()
      for _, undo in ipairs {
        function() limit { scope = "app", calls = "0" } end, function() support.reset() end,
      } do
        limit { scope = "app", calls = "1" }
        assert.same({ 1, 2 }, ask_many(3))
        undo()
        assert.same({ 3, 0 }, ask_many(3))
        assert.same({}, (control "limit"))
        assert.equal(1, used(get("me")).call_count)
      end
    end)

    it("counts from nothing when it is set anew", function()
      limit { scope = "app", calls = "2" }
      assert.same({ 2, 2 }, ask_many(4))
      limit { scope = "app", calls = "3" }
      assert.same({ 3, 1 }, ask_many(4))
    end)

    it("refuses what it does not understand", function()
      local WRONG = {
        { calls = "1" }, { scope = "world", calls = "1" }, { scope = "app" }, { scope = "app", calls = "1.5" },
        { scope = "app", calls = "-1" }, { scope = "app", calls = "1", window = "0" },
        { scope = "app", calls = "1", shape = "round" }, { scope = "app", calls = "1", regain = "soon" },
      }
      for _, form in ipairs(WRONG) do assert.equal(404, select(2, control("limit", form))) end
    end)

    it("tells what it let through and what not, and when", function()
      limit { scope = "app", calls = "4" }
      assert.same({ count = 0 }, control("limit").app.allowed)
      ask_many(5)
      later(100)
      ask_many(1)
      local report = control("limit").app
      assert.same({ 4, HOUR, "rolling" }, { report.calls, report.window, report.shape })
      assert.same({ 4, 2 }, { report.allowed.count, report.refused.count })
      assert.is_true(report.allowed.last - report.allowed.first < 50)
      assert.is_true(report.refused.last - report.refused.first >= 100)
    end)
  end)

  describe("refusals", function()
    -- Scope, token, what is asked, the error, the header.
    local ROWS = {
      { "app", tokens.user, "me", { 403, 4, nil, true }, "x-app-usage" },
      { "user", tokens.user, "me", { 400, 17, 2446079, true }, "x-app-usage" },
      { "page", tokens.page, "me", { 400, 32, nil, false }, "x-page-usage" },
      { "business", tokens.user, ACCOUNT, { 400, 80002, nil, false }, "x-business-use-case-usage" },
    }

    for _, row in ipairs(ROWS) do
      local scope, token, path, failure, header = row[1], row[2], row[3], row[4], row[5]

      local function percent(answer)
        if scope == "business" then return select(2, business(answer)).call_count end
        return used(answer, header).call_count
      end

      it("are the Graph's, and headers rise in true per cent: " .. scope, function()
        limit { scope = scope, calls = "3" }
        for _, expected in ipairs { 33, 66, 100 } do
          local answer = get(path, token)
          assert.same({ 200, expected }, { answer.status, percent(answer) })
        end
        for _, expected in ipairs { 133, 133 } do -- what is refused counts, up to half as much again
          local answer = get(path, token)
          assert.same(failure, curl.failure(answer, "is_transient"))
          assert.matches("^%(#" .. failure[2] .. "%) %u", answer.json.error.message)
          assert.equal(expected, percent(answer))
        end
      end)
    end

    it("do not count in windows that are fixed", function()
      limit { scope = "app", calls = "3", shape = "fixed" }
      ask_many(9)
      assert.equal(100, used(get("me")).call_count)
    end)

    it("are for the token whose limit it is", function()
      limit { scope = "user", calls = "1" }
      limit { scope = "page", calls = "1" }
      for _, token in ipairs { tokens.user, tokens.many, tokens.page, tokens.page_without_instagram } do
        assert.equal(200, get("me", token).status)
        assert.equal(400, get("me", token).status)
      end
      assert.is_nil(get("me", tokens.user).headers["x-page-usage"])
    end)

    it("are for the account with all that belongs to it", function()
      limit { scope = "business", calls = "6" }
      local id = curl.ask(base .. ACCOUNT .. "/media", {
        method = "POST", form = { image_url = "https://a.example/a.jpg" },
      }).json.id
      local paths = { ACCOUNT .. "/media?limit=1", MEDIUM, COMMENT, MEDIUM .. "/comments", id, ACCOUNT }
      for index, path in ipairs(paths) do
        local answer = get(path)
        local owner, usage = business(answer)
        assert.same({ ACCOUNT, index < 6 and 200 or 400 }, { owner, answer.status })
        assert.equal(math.floor(100 * (index + 1) / 6), usage.call_count)
      end
      assert.equal(200, get(OTHER).status)
      assert.equal(200, get("me").status)
    end)

    it("are for the account of Instagram Login, too", function()
      limit { scope = "business", calls = "1" }
      assert.same({ "17841405822304914", 200 }, { (business(get("me", tokens.instagram))), 200 })
      assert.equal(80002, get("17841405822304914").json.error.code)
    end)

    it("tell the minutes until there is room", function()
      local function wait(form)
        support.reset()
        limit(form)
        assert.equal(0, select(2, business(get(ACCOUNT))).estimated_time_to_regain_access)
        get(ACCOUNT)
        return select(2, business(get(ACCOUNT))).estimated_time_to_regain_access
      end
      assert.equal(61, wait { scope = "business", calls = "2" })
      assert.equal(60, wait { scope = "business", calls = "2", shape = "fixed" })
      assert.equal(60, wait { scope = "business", calls = "2", shape = "bucket" }) -- of two, one and the refused one
      assert.equal(0, wait { scope = "business", calls = "2", window = "20" })
      assert.equal(7, wait { scope = "business", calls = "2", window = "20", regain = "7" })
    end)

    it("come in several scopes at a time", function()
      limit { scope = "app", calls = "4" }
      limit { scope = "user", calls = "2" }
      local codes = {}
      for index = 1, 6 do codes[index] = (get("me").json.error or { code = 0 }).code end
      assert.same({ 0, 0, 17, 17, 4, 4 }, codes)
      assert.equal(150, used(get("me")).call_count)
    end)

    it("are none for calls that fail for another reason, or have no token", function()
      limit { scope = "app", calls = "1" }
      assert.equal(104, get(ACCOUNT, false).json.error.code)
      assert.equal(190, get("me", tokens.expired).json.error.code)
      assert.equal(200, get("me").status)
      assert.equal(4, get("1").json.error.code)
    end)

    it("are for the entries of a batch, not for the whole", function()
      limit { scope = "app", calls = "5" }
      local entries = {}
      for index = 1, 6 do entries[index] = { method = "GET", relative_url = "me" } end
      local answer = curl.ask(base, { method = "POST", form = { batch = cjson.encode(entries) } })
      local codes = {}
      for index, result in ipairs(answer.json) do codes[index] = result.code end
      assert.same({ 200, 200, 200, 200, 200, 403 }, codes)
      assert.same({ 200, 120 }, { answer.status, used(answer).call_count })
    end)
  end)

  describe("bad days", function()
    local LIST = ACCOUNT .. "/media?limit=50"

    local function chaos(form) assert.same({ { success = true }, 200 }, { control("chaos", form) }) end

    -- By kind what curl says (its status; the answer's; whether there is JSON), each that is possible.
    local REFUSED = { "0 400 true", "0 403 true" }
    local OUTCOMES = {
      transient = { "0 400 true", "0 500 true", "0 503 true" }, throttled = REFUSED,
      html = { "0 500 false", "0 502 false", "0 503 false", "0 504 false" },
      empty = { "0 200 false", "0 500 false" }, cut = { "0 200 false", "18 200 false" }, reset = { "52 nil false" },
      delay = { "0 200 true" }, slow = { "0 200 true" }, length = { "0 200 false", "18 200 true" },
      reduce = { "0 500 true" }, close = { "0 200 true" }, busy = { "0 429 true" }, empty_page = { "0 200 true" },
    }

    local function outcome(answer)
      return ("%d %s %s"):format(answer.exit, tostring(answer.status), tostring(answer.json ~= nil))
    end

    local function total(played)
      local sum = 0
      for _, count in pairs(played) do sum = sum + count end
      return sum
    end

    for kind, expected in pairs(OUTCOMES) do
      it("have calls fail: " .. kind, function()
        chaos { rate = "1", kinds = kind }
        local is_expected = {}
        for _, text in ipairs(expected) do is_expected[text] = true end
        for _ = 1, 3 do
          local text = outcome(get(LIST))
          assert.is_true(is_expected[text], text)
        end
        local report = control "chaos"
        assert.same({ 3, 3 }, { report.calls, total(report.played) })
      end)
    end

    it("have answers come late, slowly, or with an end of the connection", function()
      local function seconds(kind)
        chaos { rate = "1", kinds = kind }
        local answer = curl.ask(base .. LIST, { arguments = "-w '%{time_starttransfer} %{time_total}'" })
        local first, all = answer.body:match("([%d.]+) ([%d.]+)$")
        return tonumber(first), tonumber(all), answer
      end
      assert.is_true(seconds "slow_500" >= 0.5)
      local first, all = seconds "slow_body"
      assert.is_true(all - first >= 0.3)
      local _, _, answer = seconds "close"
      assert.equal("close", answer.headers.connection)
      _, _, answer = seconds "retry_after_1"
      assert.equal("1", answer.headers["retry-after"])
    end)

    it("give empty pages that lead on, and lose nothing", function()
      chaos { rate = "0.5", kinds = "empty_page", seed = "3" }
      local ids, pages = curl.walk(base .. LIST .. "&fields=id")
      local seen = {}
      for _, id in ipairs(ids) do seen[id] = true end
      local count = 0
      for _ in pairs(seen) do count = count + 1 end
      assert.same({ 250, 250 }, { #ids, count })
      assert.is_true(pages > 5)
    end)

    it("do not touch what is too small to be reduced, or no list", function()
      chaos { rate = "1", kinds = "reduce,empty_page" }
      assert.equal(200, get(ACCOUNT).status)
      assert.is_nil(control("chaos").played.error_reduce)
      chaos { rate = "1", kinds = "reduce" }
      assert.equal(200, get(ACCOUNT .. "/media?limit=25").status)
      assert.equal(500, get(ACCOUNT .. "/media?limit=26").status)
    end)

    it("fail the scenarios that a call asks for as well", function()
      chaos { rate = "0.5", kinds = "html" }
      local kinds = {}
      for _ = 1, 20 do kinds[get("paging_long/media").json and "asked" or "met"] = true end
      assert.same({ asked = true, met = true }, kinds)
    end)

    it("are for GET, unless all methods are asked for, and never for controls", function()
      local function post()
        return curl.ask(base .. MEDIUM .. "/comments", { method = "POST", form = { message = "x" } })
      end
      chaos { rate = "1", kinds = "html" }
      assert.equal(200, post().status)
      chaos { rate = "1", kinds = "html", methods = "all" }
      assert.is_true(post().status >= 500)
      assert.same({ 1, 1 }, { control("chaos").calls, total(control("chaos").played) })
    end)

    it("end with a rate of 0, and with a reset", function()
      for _, undo in ipairs { function() chaos { rate = "0" } end, function() support.reset() end } do
        chaos { rate = "1", kinds = "reset" }
        assert.equal(52, get("me").exit)
        undo()
        assert.equal(200, get("me").status)
      end
      assert.same({ calls = 0, played = {} }, (control "chaos"))
    end)

    it("are refused if they are not understood", function()
      local WRONG = {
        { kinds = "all" }, { rate = "often" }, { rate = "1", seed = "x" }, { rate = "1", kinds = "html,foo" },
      }
      for _, form in ipairs(WRONG) do assert.equal(404, select(2, control("chaos", form))) end
    end)
  end)
end)

-- --- without a server: as many calls as it takes, at whatever time ----------------------------------

local START = 1790000000

--- A sandbox in memory: a function from a path and a time to an answer, and one for its controls.
local function emulated()
  local memory = store.memory()
  local function call(path, instant)
    return emulator.handle({
      method = "GET", uri = "/v26.0/" .. path, headers = { authorization = "Bearer " .. tokens.user },
      now = math.floor(instant), instant = instant,
    }, memory)
  end
  local function control(name, form)
    return cjson.decode(recorder.control({ state = memory }, name, {
      method = form and "POST" or "GET", uri = "/_sandbox/" .. name, body = form,
      headers = { ["content-type"] = "application/x-www-form-urlencoded" },
    }).body)
  end
  return call, control
end

describe("a limit without a server", function()
  --- How many of so many calls at that pace (of what is allowed) are refused.
  local function refused(form, pace, count)
    local call, control = emulated()
    control("limit", "scope=app&calls=100&window=2&" .. form)
    local number = 0
    for index = 0, count - 1 do
      if call("me?fields=id", START + index * 0.02 / pace).status == 403 then number = number + 1 end
    end
    return number
  end

  it("is right to one in a hundred", function()
    for _, shape in ipairs { "rolling", "fixed", "bucket" } do
      assert.equal(0, refused("shape=" .. shape, 0.99, 2000))
    end
    assert.is_true(refused("shape=rolling", 1.01, 2000) > 1000) -- since what is refused counts
    assert.is_true(refused("shape=bucket", 1.1, 3000) > 1000)
    assert.is_true(refused("shape=fixed", 1.1, 3000) > 100)
  end)

  it("lets nobody in who never stops, and everybody who does", function()
    local call, control = emulated()
    control("limit", "scope=app&calls=100&window=2")
    local function ask(count, from)
      local allowed = 0
      for index = 1, count do
        if call("me?fields=id", from + index * 0.001).status == 200 then allowed = allowed + 1 end
      end
      return allowed
    end
    assert.equal(100, ask(3000, START))
    assert.equal(100, ask(500, START + 5.02))
  end)
end)

describe("bad days without a server", function()
  --- What so many calls met: a letter each, and how often each scenario was played.
  local function days(form, count)
    local call, control = emulated()
    local met = {}
    control("chaos", form)
    for index = 1, count do
      local answer = call(ACCOUNT .. "/media?limit=50&fields=id", START)
      met[index] = (answer.status ~= 200 or answer.body == "") and "x" or "."
    end
    return table.concat(met), control("chaos").played
  end

  it("are the same with the same seed, and others with another", function()
    local one = days("rate=0.5&seed=1", 100)
    assert.equal(one, (days("rate=0.5&seed=1", 100)))
    assert.not_equal(one, (days("rate=0.5&seed=2", 100)))
  end)

  it("are as many as the rate says, and come singly and in rows", function()
    local met = days("rate=0.3&seed=5&kinds=html", 2000)
    local _, failed = met:gsub("x", "")
    local _, twice = met:gsub("%f[x]xx", "")
    assert.is_true(math.abs(failed - 600) < 80, failed)
    assert.is_true(math.abs(twice - 126) < 50, twice) -- 0.7 * 0.3 * 0.3 of all begin a row
  end)

  it("have failures of every kind", function()
    local _, played = days("rate=1&seed=1", 1500)
    local kinds = 0
    for _, count in pairs(played) do
      kinds = kinds + 1
      assert.is_true(count > 1)
    end
    assert.equal(36, kinds)
  end)
end)
