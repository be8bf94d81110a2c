-- Tokens that stay good: renewed in time, once for all who share them; and what the errors of tokens say is to be done.

local client = require "spec.support.client"
local core = require "iggraph.core"
local curl = require "spec.support.curl"
local fault_server = require "spec.support.fault_server"
local iggraph = require "iggraph"
local json = require "iggraph.json"
local login = require "iggraph.login"
local nginx_host = require "spec.support.nginx_host"
local sandbox = require "iggraph.sandbox"
local server = require "spec.support.sandbox"
local shell = require "iggraph.sandbox.shell"
local stores = require "iggraph.store"

local with, credentials = client.with, core.client.credentials

local HERE = "http://localhost:7777/"
local DAY, LONG = 86400, 5183944 -- seconds
local APP = { client_id = sandbox.app_id }

local shared, place, app

setup(function()
  shared = server.shared()
  place = { base_url = shared.https, ca_file = shared.ca_file }
  app = with(place, { client_id = sandbox.app_id, client_secret = sandbox.app_secret })
end)

before_each(function() server.reset() end)

-- --- tokens of each age -----------------------------------------------------------------------------

local function wait(seconds)
  assert.equal(200, curl.ask(shared.http .. "/_sandbox/clock", { token = false, form = { advance = seconds } }).status)
end

local function get_code(dialog)
  local url, state = dialog {
    client_id = sandbox.app_id, redirect_uri = HERE, scope = "instagram_basic", dialog_url = shared.https,
  }
  local answer = curl.ask(url, { token = false, arguments = "--cacert " .. shared.ca_file })
  return assert(login.parse_redirect(answer.headers.location, state)).code
end

local function get_short(how)
  how = how or { dialog = login.url, exchange = login.exchange_code }
  return assert(how.exchange(with(app, { redirect_uri = HERE, code = get_code(how.dialog) }))).access_token
end

-- A long-lived one that has so many days left.
local function get_long(days)
  wait(days * DAY - LONG)
  local token = assert(login.long_lived(with(app, { access_token = get_short() }))).access_token
  wait(LONG - days * DAY)
  return token
end

local function get_instagram()
  wait(-2 * DAY)
  local url, state = login.instagram_url {
    client_id = sandbox.app_id, redirect_uri = HERE, scope = "instagram_business_basic", dialog_url = shared.https,
  }
  local answer = curl.ask(url, { token = false, arguments = "--cacert " .. shared.ca_file })
  local code = assert(login.parse_redirect(answer.headers.location, state)).code
  local short = assert(login.instagram_exchange(with(app, { redirect_uri = HERE, code = code }))).access_token
  return assert(login.instagram_long_lived(with(place, {
    client_secret = sandbox.app_secret, access_token = short,
  }))).access_token
end

local function new(token, options)
  return client.new(with({ access_token = token, app_secret = sandbox.app_secret }, options))
end

local function count(words)
  local number = 0
  for _, line in ipairs(client.asked()) do
    if line:find(words, 1, true) then number = number + 1 end
  end
  return number
end

local function renewals() return count "fb_exchange_token=" + count "/refresh_access_token" end

local function looked_up() return count "/debug_token" end

-- Whose tokens the calls of "me" had, since the last reset, in order.
local function tokens_of_me()
  local list = {}
  for _, request in ipairs(server.requests()) do
    if request.uri:find "/me[?]" then list[#list + 1] = request.headers.authorization:match "^Bearer (.*)$" end
  end
  return list
end

local function is_near(expected, is) return is ~= nil and math.abs(expected - is) < 60 end

local function check_raises(words, call, ...)
  local ok, message = pcall(call, ...)
  assert.is_false(ok)
  assert.matches(words, message, 1, true)
end

-- --- ----------------------------------------------------------------------------------------------

describe("a token that is kept", function()
  it("is renewed when its end is near", function()
    local ig = new(get_long(5))
    local old = credentials(ig)
    server.requests()
    local info = assert(login.keep(ig, APP))
    assert.is_true(info.renewed)
    assert.is_true(is_near(os.time() + LONG, info.expires_at))
    assert.is_nil(info.error)
    assert.is_not.equal(old, credentials(ig))
    assert(ig:me():get()) -- with a proof of the new one: the sandbox checks it
    assert.same({ (credentials(ig)) }, tokens_of_me())
  end)

  it("is not, as long as it is far", function()
    local store, token = stores.memory(), get_long(9)
    local ig = new(token)
    local info = assert(login.keep(ig, with(APP, { store = store })))
    assert.is_false(info.renewed)
    assert.is_true(is_near(os.time() + 9 * DAY, info.expires_at))
    assert.equal(token, (credentials(ig)))
    assert.is_true(assert(login.keep(ig, with(APP, { store = store, renew_before = 10 }))).renewed)
    assert.equal(1, looked_up())
  end)

  it("is not renewed again as soon as it has come, however early that is to be", function()
    local ig = new(get_long(5))
    local options = with(APP, { store = stores.memory(), renew_before = 100 })
    assert.is_true(assert(login.keep(ig, options)).renewed)
    assert.is_false(assert(login.keep(ig, options)).renewed)
  end)

  it("becomes a long-lived one where it was short-lived", function()
    local ig = new(get_short())
    assert.is_true(is_near(os.time() + LONG, assert(login.keep(ig, APP)).expires_at))
  end)

  it("is left alone where it never expires", function()
    local ig = new(sandbox.tokens.user)
    assert.same({ renewed = false, expires_at = 0 }, (login.keep(ig, APP)))
    assert(ig:me():get())
    assert.equal(1, looked_up())
    assert.equal(2, #server.requests())
  end)

  it("is renewed by itself before a call, when it is time", function()
    local store, told = stores.memory(), {}
    local ig = new(get_long(9))
    assert(login.keep(ig, with(APP, {
      store = store, key = "mine", on_renew = function(info) told[#told + 1] = info end,
    })))
    local record = core.json.decode(store:get "mine")
    record.expires_at = os.time() + 6 * DAY -- as if three days had gone
    store:set("mine", json.encode(record))
    core.client.kept(ig).keepers[ig].known.expires_at = record.expires_at
    core.client.kept(ig).keepers[ig].due = os.time()
    local page = ig:with_token(sandbox.tokens.page)
    assert(page:me():get())
    assert.equal(0, #told)
    assert(ig:me():get())
    assert(ig:me():get())
    assert.equal(2, renewals()) -- one made it a long-lived one at all
    assert.equal(1, #told)
    assert.is_true(told[1].renewed)
    local new_one = credentials(ig)
    assert.same({ sandbox.tokens.page, new_one, new_one }, tokens_of_me())
    assert.is_nil(json.encode(told):find(new_one, 1, true))
  end)

  it("is of the client's own calls only", function()
    local ig = new(get_long(5))
    local page = ig:with_token(sandbox.tokens.page)
    assert(login.keep(ig, APP))
    assert.equal(sandbox.tokens.page, (credentials(page)))
  end)

  it("asks with the settings of its client, and takes it with it when it is closed", function()
    local ig = new(get_long(5), { version = "v25.0" })
    assert(login.keep(ig, APP))
    assert.equal(1, count "GET /v25.0/debug_token")
    local faults = fault_server.start()
    local task = iggraph.spawn(function()
      local slow = iggraph.new { access_token = "t", base_url = faults.http, retry = false }
      slow:close()
      return login.keep(slow, with(APP, { client_secret = "s" }))
    end)
    local _, err = task:wait()
    faults:stop()
    assert.matches("the client is closed", tostring(err), 1, true)
  end)

  for name, words in pairs {
    renew_before = "renew_before: a number expected", key = "key: a string expected", store = "store: a table expected",
    on_renew = "on_renew: a function expected", page = "unknown option 'page'",
  } do
    it("has options that are checked: " .. name, function()
      check_raises("iggraph.login.keep: " .. words, login.keep, new "t", with(APP, { [name] = true }))
    end)
  end

  it("has options that are required", function()
    check_raises("client_id is required", login.keep, new "t")
    check_raises("client_secret is required", login.keep, client.new {}, APP)
    check_raises("days expected", login.keep, new "t", with(APP, { renew_before = -1 }))
    check_raises("login.keep: store must be a store: iggraph", login.keep, new "t", with(APP, { store = {} }))
    check_raises("no access token", login.keep, client.new { access_token = false }, APP)
    assert.same({}, server.requests())
  end)
end)

describe("a call under way when its client gets another token", function()
  local host

  setup(function()
    host = nginx_host.start { client = false, locations = { ["v26.0/me"] = [[
      local token, args = ngx.var.http_authorization, ngx.req.get_uri_args()
      ngx.sleep(0.3)
      ngx.status = 400
      local message = args.name .. token:sub(-1) .. " " .. token .. args.appsecret_proof
      ngx.say(('{"error":{"message":"%s","code":100}}'):format(message))
    ]] } }
  end)

  teardown(function() host:stop() end)

  it("goes on with the one that it was begun with, which no failure shows", function()
    local first, second, third = "EAAtHeFiRsToNe01234561", "EAAtHeSeCoNdOnE01234562", "EAAtHeThIrDoNe01234563"
    local ig = iggraph.new {
      access_token = first, app_secret = "sEcReT0123456789", base_url = host.http, retry = false,
    }
    local secrets, tasks = {}, {}
    for i, token in ipairs { first, second, third } do
      if i > 1 then core.client.set_token(ig, token) end
      local _, proof = credentials(ig)
      secrets[token], secrets[proof] = true, true
      tasks[i] = iggraph.spawn(function() return ig:get("me", { name = "n" .. i }) end)
      core.loop.sleep(0.05)
    end
    local seen = {}
    for i, task in ipairs(tasks) do
      local _, err, kind = task:wait()
      assert.equal("invalid", kind, tostring(err))
      assert.matches(("n%d%d "):format(i, i), err.message, 1, true)
      seen[i] = tostring(err)
    end
    for secret in pairs(secrets) do
      assert.is_nil(table.concat(seen):find(secret:sub(1, 16), 1, true), table.concat(seen))
    end
    assert.equal(third, (credentials(ig)))
  end)
end)

describe("clients that share a store", function()
  it("renew once, by 8 coroutines", function()
    local token, store = get_long(5), stores.memory()
    local list = {}
    for i = 1, 8 do list[i] = new(token) end
    local results = iggraph.map(list, function(ig) return login.keep(ig, with(APP, { store = store })) end)
    local renewed = 0
    for _, result in ipairs(results) do
      if assert(result[1]).renewed then renewed = renewed + 1 end
    end
    assert.equal(1, renewed)
    assert.equal(2, renewals())
    core.loop.sleep(2.1)
    iggraph.map(list, function(ig) return assert(ig:me():get()) end)
    for _, ig in ipairs(list) do assert.equal((credentials(list[1])), (credentials(ig))) end
    assert.is_not.equal(token, (credentials(list[1])))
    assert.equal(2, renewals())
  end)

  it("renew once, by 8 coroutines with one client", function()
    local ig = new(get_long(5))
    local store = stores.memory()
    local answers = iggraph.map({ 1, 2, 3, 4, 5, 6, 7, 8 }, function()
      assert(login.keep(ig, with(APP, { store = store })))
      return ig:me():get()
    end)
    for _, answer in ipairs(answers) do assert.is_table(answer[1]) end
    assert.equal(2, renewals())
  end)

  it("renew once where the new token is good for no longer than the old one", function()
    local token, store = get_long(60), stores.memory()
    local options = with(APP, { store = store, key = "mine", renew_before = 70 })
    local first, second = new(token), new(token)
    assert.is_false(assert(login.keep(first, with(options, { renew_before = 1 }))).renewed)
    store:add("mine:lock", "first", 60)
    assert.is_false(assert(login.keep(second, options)).renewed) -- it knows the old one
    store:delete "mine:lock"
    assert.is_true(assert(login.keep(first, options)).renewed)
    core.client.kept(second).keepers[second].due = 0
    assert(second:get "me")
    assert.equal((credentials(first)), (credentials(second)))
    assert.equal(2, renewals())
  end)

  it("look for another's token soon after theirs was refused", function()
    local options = with(APP, { store = stores.memory(), key = "mine" })
    local old = get_long(20)
    local ig = new(old)
    assert(login.keep(ig, options))
    assert(login.revoke(with(place, { access_token = old })))
    local other = get_long(30) -- the person has logged in again, with another program
    assert(login.keep(new(other), options))
    assert.equal("auth", select(3, ig:get "me"))
    assert.is_true(core.client.kept(ig).keepers[ig].due <= os.time() + 2)
    core.loop.sleep(3.1)
    assert(ig:get "me")
    assert.equal(other, (credentials(ig)))
  end)

  it("take over what another has renewed, even when their own has expired meanwhile", function()
    local token, store = get_long(1), stores.memory()
    local first = new(token)
    assert.is_true(assert(login.keep(first, with(APP, { store = store }))).renewed)
    wait(2 * DAY)
    local later = new(token) -- the program was started again
    local info = assert(login.keep(later, with(APP, { store = store })))
    assert.is_false(info.renewed)
    assert.equal((credentials(first)), (credentials(later)))
    assert(later:me():get())
  end)

  it("put the token of a new login in the place of an older one's", function()
    local store = stores.memory()
    local options = with(APP, { store = store, key = "mine" })
    assert(login.keep(new(get_long(30)), options))
    local newer = get_long(20)
    local ig = new(newer)
    assert(login.keep(ig, options))
    assert.equal(newer, (credentials(ig)))
    assert.equal(newer, core.json.decode(store:get "mine").access_token)
  end)

  it("are not led astray by what else is in the store", function()
    for _, text in ipairs {
      "", "x", "[]", "{}", "7", [[{"access_token":"a b"}]], [[{"access_token":7,"expires_at":1}]],
      [[{"access_token":"a\r\nb","expires_at":9999999999}]],
    } do
      local store, ig = stores.memory(), new(sandbox.tokens.user)
      store:set("mine", text)
      assert.equal(0, assert(login.keep(ig, with(APP, { store = store, key = "mine" }))).expires_at, text)
      assert.equal(sandbox.tokens.user, (credentials(ig)))
    end
  end)

  it("go on with what they have while another has the lock; when he is gone, they renew", function()
    local token, store = get_long(5), stores.memory()
    local ig = new(token)
    store:add("mine:lock", "somebody", 1)
    local info = assert(login.keep(ig, with(APP, { store = store, key = "mine" })))
    assert.is_false(info.renewed)
    assert(ig:me():get())
    assert.equal(token, (credentials(ig)))
    assert.equal(1, renewals())
    core.loop.sleep(2.1)
    assert(ig:me():get())
    assert.equal(2, renewals())
    assert.is_not.equal(token, (credentials(ig)))
    assert.is_nil(store:get "mine:lock")
  end)

  it("wait for another's token where their own has expired", function()
    local store, token = stores.memory(), get_long(20)
    local ig = new(sandbox.tokens.expired)
    local options = with(APP, { store = store, key = "mine" })
    assert.is_nil((login.keep(ig, options)))
    local old = with(core.json.decode(store:get "mine"), { expires_at = os.time() - 5, retry_at = 0 })
    store:set("mine", json.encode(old))
    store:add("mine:lock", "somebody", 30)
    local task = iggraph.spawn(function() return login.keep(ig, options) end)
    core.loop.sleep(0.3)
    store:set("mine", json.encode(with(old, { access_token = token, expires_at = os.time() + 20 * DAY })))
    local info = assert(task:wait())
    assert.is_false(info.renewed)
    assert.equal(token, (credentials(ig)))
  end)

  -- The script starts itself 8 times.
  local WORKERS = [[
    if arg[1] then
      local iggraph, core = require "iggraph", require "iggraph.core"
      local ig = iggraph.new { access_token = TOKEN, app_secret = SECRET, base_url = URL, ca_file = CA }
      local store = require("iggraph.store").redis { port = tonumber(PORT) }
      local info = assert(iggraph.login.keep(ig, { client_id = ID, store = store }))
      if not info.renewed then core.loop.sleep(2.1) end
      assert(ig:get "me")
      return print(tostring(info.renewed) .. " " .. core.client.credentials(ig))
    end
    local first, pipes = 0, {}
    while arg[first - 1] do first = first - 1 end
    for i = 1, 8 do pipes[i] = io.popen(("'%s' '%s' %d 2>&1"):format(arg[first], arg[0], i)) end
    for i = 1, 8 do print(pipes[i]:read "*a") end
  ]]

  it("renew once, by 8 processes and a Redis", function()
    local is_there, redis_server = pcall(require, "spec.support.redis_server")
    if not is_there or not redis_server.is_there() then return pending "there is no Redis" end
    local redis, token = redis_server.start(), get_long(5)
    local values = {
      TOKEN = token, SECRET = sandbox.app_secret, URL = shared.https, CA = shared.ca_file, ID = sandbox.app_id,
      PORT = redis.port,
    }
    local lines = {}
    for name, value in pairs(values) do lines[#lines + 1] = ("local %s = %q\n"):format(name, value) end
    local told, renewed, tokens, workers = client.run(table.concat(lines) .. WORKERS, ""), 0, {}, 0
    redis:stop()
    for _, line in ipairs(told) do
      local is_renewed, one = line:match "^(%l+) (EAA%w+)$"
      if one then
        workers, tokens[one] = workers + 1, true
        if is_renewed == "true" then renewed = renewed + 1 end
      end
    end
    local words = table.concat(told, "\n")
    assert.equal(8, workers, words)
    assert.equal(1, renewed, words)
    assert.is_nil(tokens[token])
    assert.is_nil(next(tokens, (next(tokens))))
    assert.equal(2, renewals())
  end)

  it("renew once, by 8 requests to nginx with 2 workers", function()
    local token = get_long(5)
    local keeping = ([[
      local store = require("iggraph.store").ngx "tokens"
      local info = assert(iggraph.login.keep(ig, { client_id = "%s", store = store }))
    ]]):format(sandbox.app_id)
    local host = nginx_host.start {
      workers = 2, http = "  lua_shared_dict tokens 1m;",
      client = { access_token = token, app_secret = sandbox.app_secret },
      locations = {
        keep = keeping .. "ngx.say(tostring(info.renewed))",
        worker = keeping .. "ngx.say(ngx.worker.id(), info.renewed and ' renewed it' or '')",
        me = [[ assert(ig:get "me") ngx.say((require("iggraph.core").client.credentials(ig))) ]],
      },
    }
    local function ask_8(path)
      local urls = {}
      for i = 1, 8 do urls[i] = ("%s/%s"):format(host.http, path) end
      local _, text = shell.run(("%s -Z --parallel-immediate %s"):format(nginx_host.CURL, table.concat(urls, " ")))
      local seen = {}
      for line in text:gmatch "[^\n]+" do seen[line] = (seen[line] or 0) + 1 end
      return seen
    end
    local first, workers = ask_8 "keep", {}
    for _ = 1, 100 do -- on a busy machine one of them may have had all of the 8
      for id in pairs(ask_8 "worker") do workers[id] = true end
      if workers["0"] and workers["1"] then break end
    end
    core.loop.sleep(3.1) -- the others look again after 2 s, of a clock of whole ones
    local seen = ask_8 "me"
    local complaints = host:complaints()
    host:stop()
    assert.same({}, complaints)
    assert.same({ ["true"] = 1, ["false"] = 7 }, first)
    assert.same({ ["0"] = true, ["1"] = true }, workers)
    assert.equal(2, renewals())
    local new_one, number = next(seen)
    assert.equal(8, number)
    assert.is_not.equal(token, new_one)
    assert.matches("^EAA", new_one)
  end)
end)

describe("a token of Instagram Login", function()
  it("is refreshed when it is a day old", function()
    local token = get_instagram()
    local ig = new(token)
    local young = assert(login.keep(ig))
    assert.same({ renewed = false, error = young.error }, young)
    assert.matches("at least 24 hours old", young.error.message, 1, true)
    assert.equal(token, (credentials(ig)))
    assert(login.keep(ig))
    assert.equal(1, renewals()) -- not at each call
    wait(2 * DAY)
    local old_enough = assert(login.keep(ig, { store = stores.memory() }))
    assert.is_true(old_enough.renewed == true)
  end)

  it("is asked for at its own host's path, without an app", function()
    local ig = client.new { access_token = get_instagram() }
    wait(2 * DAY)
    server.requests()
    local info = assert(login.keep(ig, { renew_before = 1 }))
    assert.is_true(info.renewed)
    assert.is_true(is_near(os.time() + LONG, info.expires_at))
    assert.equal(1, count "GET /refresh_access_token?access_token=IG")
    assert(ig:me():get { fields = "user_id" })
  end)
end)

describe("a renewal that fails", function()
  it("tells so where the token is no longer good, and why", function()
    local store, told = stores.memory(), {}
    local ig = new(sandbox.tokens.expired)
    local options = with(APP, { store = store, on_renew = function(info) told[#told + 1] = info end })
    local info, err, kind = login.keep(ig, options)
    assert.is_nil(info)
    assert.equal("auth", kind)
    assert.equal(463, err.subcode)
    assert.equal(err, told[1].error)
    assert.is_nil(tostring(err):find(sandbox.tokens.expired, 1, true))
    local before = #server.requests()
    assert.equal("auth", select(3, login.keep(ig, options)))
    assert.equal("auth", select(3, login.keep(new(sandbox.tokens.expired), options)))
    assert.equal(before, #server.requests()) -- it is not asked again and again
  end)

  it("tells so where the person has removed the app", function()
    local token = get_long(5)
    assert(login.revoke(with(place, { access_token = token })))
    local info, err, kind = login.keep(new(token), APP)
    assert.is_nil(info)
    assert.equal("auth", kind)
    assert.equal(458, err.subcode)
  end)

  it("is none as long as the token is good, and is tried again after an hour", function()
    local token, store, told = get_long(5), stores.memory(), {}
    local faults = fault_server.start()
    local ig = new(token)
    local mark = { store = store, key = "mine", on_renew = function(info) told[#told + 1] = info end }
    assert(login.keep(ig, with(APP, with(mark, { renew_before = 1 }))))
    faults:answer { status = 503, body = "down", headers = { "Connection: close" } }
    local away = new(token, { base_url = faults.http })
    local before = os.time()
    for _ = 1, 2 do
      local info = assert(login.keep(away, with(APP, mark)))
      assert.is_false(info.renewed)
      assert.is_true(is_near(os.time() + 5 * DAY, info.expires_at))
      assert.equal(token, (credentials(away)))
    end
    faults:stop()
    assert.equal(1, #told)
    assert.equal("http", told[1].error.kind)
    local record = core.json.decode(store:get "mine")
    assert.is_true(record.retry_at - before >= 3600 and record.retry_at - before < 3660)
    store:set("mine", json.encode(with(record, { retry_at = os.time() })))
    assert.is_true(assert(login.keep(ig, with(APP, mark))).renewed)
  end)

  it("is one when the token expires meanwhile", function()
    local store = stores.memory()
    local ig = new(get_long(5))
    assert(login.keep(ig, with(APP, { store = store, key = "mine", renew_before = 1 })))
    local record = core.json.decode(store:get "mine")
    record.expires_at, record.retry_at = os.time() - 1, os.time() + 1000
    store:set("mine", json.encode(record))
    core.client.kept(ig).keepers[ig] = nil
    local info, err, kind = login.keep(ig, with(APP, { store = store, key = "mine" }))
    assert.is_nil(info)
    assert.equal("auth", kind)
    assert.matches("no longer good", err.message, 1, true)
  end)

  it("of the app says nothing about the token", function()
    local token = get_long(5)
    for name, value in pairs { client_secret = "0123456789abcdef0123456789abcdef", client_id = "4815162342" } do
      local ig = new(token)
      local info = assert(login.keep(ig, with(APP, { [name] = value })))
      assert.is_false(info.renewed)
      assert.is_table(info.error)
      assert.is_nil(tostring(info.error):find(value:sub(1, 16) .. "0123456789abcdef", 1, true))
      assert(ig:me():get())
    end
  end)

  it("of a store that keeps nothing leaves each to himself", function()
    local store = {}
    for _, name in ipairs { "get", "set", "add", "delete" } do store[name] = function() end end
    local ig = new(get_long(5))
    assert.is_true(assert(login.keep(ig, with(APP, { store = store }))).renewed)
    assert(ig:me():get())
    assert.equal(2, renewals())
  end)
end)

describe("what is shared of a token", function()
  it("is in its record alone: no name, no lock", function()
    local names, values, inner = {}, {}, stores.memory()
    local store = {}
    for _, name in ipairs { "get", "set", "add", "delete" } do
      store[name] = function(_, key, value, ttl)
        names[#names + 1] = key
        if name == "add" then values[#values + 1] = value end
        return inner[name](inner, key, value, ttl)
      end
    end
    local token = get_long(5)
    local ig = new(token)
    assert(login.keep(ig, with(APP, { store = store })))
    local text = table.concat(names) .. table.concat(values)
    assert.is_true(#names > 3 and #values > 0)
    for _, secret in ipairs { token, (credentials(ig)), sandbox.app_secret } do
      for at = 1, #secret - 16, 4 do assert.is_nil(text:find(secret:sub(at + 7, at + 22), 1, true)) end
    end
  end)
end)

describe("an error of a token", function()
  local SAYS = {
    error_190_458 = "has not allowed the app", error_190_459 = "must log in at facebook.com",
    error_190_460 = "has changed the password", error_190_463 = "iggraph.login.keep",
    error_190_464 = "must confirm the account", error_190_467 = "has logged out",
    error_190_490 = "must log in at facebook.com", error_190_492 = "needs a role on the Page",
    error_190_493 = "was not used for long", error_190 = "the token is not valid",
    error_102 = "have the person log in again", error_104 = "set access_token",
    error_10 = "the app lacks a permission", error_200 = "ask for it in the login dialog",
    error_100_36007 = "has expired", error_100_36009 = "good once",
  }
  for id, words in pairs(SAYS) do
    it("says what to do: " .. id, function()
      local _, err = client.new():get(id)
      local advice = login.advice(err)
      assert.matches(words, advice, 1, true)
      assert.is_nil(err.message:find(advice, 1, true))
      local text = tostring(err)
      assert.equal("): " .. advice, text:sub(-#advice - 3))
      assert.matches(err.message, text, 1, true)
    end)
  end

  it("is the only one that does", function()
    for _, id in ipairs { "error_4", "error_100_33", "error_2", "17840000000000250_error_4" } do
      local _, err = client.new():get(id)
      assert.is_nil(login.advice(err))
      assert.matches("%)$", tostring(err))
    end
    assert.is_nil(login.advice {})
    check_raises("iggraph.login.advice: an error object expected, got nil", login.advice)
  end)
end)
