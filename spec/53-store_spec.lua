-- Stores: all kinds do the same; each holds what it promises of its own, and does without what it has lost.

local client = require "spec.support.client"
local core = require "iggraph.core"
local coroutines = require "iggraph.host.coroutines"
local login = require "iggraph.login"
local nginx_host = require "spec.support.nginx_host"
local nvim_host = require "spec.support.nvim_host"
local redis_server = require "spec.support.redis_server"
local sandbox = require "iggraph.sandbox"
local stores = require "iggraph.store"

local now, sleep = core.loop.now, core.loop.sleep

-- --- stores in an nginx, for this process -----------------------------------------------------------

-- The answer of a method, and how it is told.
local ANSWER = [[
  local asked = ngx.req.get_uri_args()
  local function call()
    return store[asked.method](store, asked.key, asked.value, asked.ttl and tonumber(asked.ttl))
  end
  local is_done, value = pcall(call)
  ngx.print(is_done and type(value) or "failed", " ", ngx.escape_uri(tostring(value)))
]]

local MEANINGS = {
  ["nil"] = function() end,
  boolean = function(text) return text == "true" end,
  string = function(text) return text end,
  failed = function(text) error(text, 0) end,
}

local function unescape(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

local remote = {}

for _, method in ipairs { "get", "set", "add", "delete" } do
  remote[method] = function(self, ...)
    local path = "store?method=" .. method
    for i, name in ipairs { "key", "value", "ttl" } do
      local value = select(i, ...)
      if value ~= nil then path = ("%s&%s=%s"):format(path, name, core.params.escape(tostring(value))) end
    end
    local kind, text = self.host:get(path):match "^(%a+) (.*)$"
    return MEANINGS[kind](unescape(text))
  end
end

-- Nginx, the store of whose workers is made by this code; each call comes to one of the workers.
local function start_nginx(code, workers, locations)
  local options = {
    client = false, workers = workers, http = "lua_shared_dict values 64k;",
    files = { ["the_store.lua"] = "return " .. code },
    locations = { store = 'local store = require "the_store"\n' .. ANSWER },
  }
  for name, text in pairs(locations or {}) do options.locations[name] = text end
  local host = nginx_host.start(options)
  return setmetatable({ host = host }, { __index = remote })
end

-- --- what is started for one test -------------------------------------------------------------------

local started = {}

-- Ends with the test.
local function with_test(what, stop)
  started[#started + 1] = function() stop(what) end
  return what
end

after_each(function()
  while #started > 0 do table.remove(started)() end
end)

-- --- Redis -----------------------------------------------------------------------------------------

local server -- one for all that do it no harm

local function shared_server()
  server = server or redis_server.start()
  return server
end

local function need_redis()
  if not redis_server.is_there() then pending "Redis is not installed" end
end

local function start_server(arguments)
  local own = redis_server.start(arguments)
  return with_test(own, own.stop)
end

local function redis(port, options)
  local all = { port = port }
  for name, value in pairs(options or {}) do all[name] = value end
  return stores.redis(all)
end

teardown(function()
  if server then server:stop() end
end)

-- Debian has it for Lua 5.1 to 5.3; 5.4 runs it, too.
local function find_client()
  local lua_path = package.path
  package.path = lua_path .. ";" .. lua_path:gsub("5%.4", "5.3")
  local found = require "redis"
  package.path = lua_path
  return found
end

-- What is told while a test runs.
local told, report

before_each(function()
  told, report = {}, coroutines.report
  coroutines.report = function(text) told[#told + 1] = text end
end)

after_each(function() coroutines.report = report end)

-- The time that a call takes.
local function time_of(call, ...)
  local start = now()
  call(...)
  return now() - start
end

local function wait_until(condition, seconds)
  local limit = now() + (seconds or 5)
  while not condition() do
    if now() > limit then return false end
    sleep(0.01)
  end
  return true
end

-- --- what all of them do ---------------------------------------------------------------------------

-- Asks for a value until it is gone; how long that was after `start`.
local function life_of(store, key, start)
  assert(wait_until(function() return store:get(key) == nil end))
  return now() - start
end

local function check_life(store, method)
  local start = now()
  store[method](store, "short", "value", 0.4)
  assert.is_true(store:get "short" == "value" or now() - start > 0.4)
  local life = life_of(store, "short", start)
  assert.is_true(life >= 0.4 and life < 1.2, "it lived for " .. life)
end

local behaviours = {
  ["has nothing at first"] = function(store) assert.is_nil(store:get "nothing") end,

  ["gives what was set last"] = function(store)
    store:set("key", "one")
    store:set("key", "two")
    assert.equal("two", store:get "key")
    assert.is_nil(store:get "KEY")
  end,

  ["keeps any bytes, under any key"] = function(store)
    for i, text in ipairs { "", "\0", "a\r\nb\n", "$-1\r\n", "\255\254 \"'\\%00", ("x"):rep(5000) } do
      local key = i == 1 and "empty" or text:sub(1, 100)
      store:set(key, text)
      assert.equal(text, store:get(key))
    end
  end,

  ["forgets what was set when its time is over"] = function(store) check_life(store, "set") end,
  ["forgets what was added when its time is over"] = function(store) check_life(store, "add") end,

  ["takes a new time to live, or none, with a new value"] = function(store)
    store:set("first", "short", 0.1)
    store:set("first", "for ever")
    store:set("second", "for ever")
    store:set("second", "short", 0.1)
    sleep(0.3)
    assert.equal("for ever", store:get "first")
    assert.is_nil(store:get "second")
  end,

  ["has a time that is no time over at once, and a very long one not"] = function(store)
    for _, ttl in ipairs { 0, -1, -1e300, 0.0001 } do
      store:set("none", "value", ttl)
      sleep(0.02)
      assert.is_nil(store:get "none")
    end
    for i, ttl in ipairs { 31536000, 1e15, 1e300 } do
      store:set("long" .. i, "value", ttl)
      assert.equal("value", store:get("long" .. i))
    end
  end,

  ["lets one alone add a key"] = function(store)
    store:delete "lock"
    assert.is_true(store:add("lock", "mine", 60))
    assert.is_false(store:add("lock", "yours", 60))
    assert.is_false(store:add("lock", "yours"))
    assert.equal("mine", store:get "lock")
    store:delete "lock"
    assert.is_true(store:add("lock", "yours"))
  end,

  ["lets another add it when its time is over"] = function(store)
    assert.is_true(store:add("held", "mine", 0.1))
    assert.is_true(wait_until(function() return store:add("held", "yours", 60) end))
    assert.equal("yours", store:get "held")
  end,

  ["deletes, also what is not there"] = function(store)
    store:set("gone", "value")
    store:delete "gone"
    store:delete "gone"
    assert.is_nil(store:get "gone")
  end,

  ["refuses mistakes"] = function(store)
    for words, call in pairs {
      ["store:get: key: a string expected, got nil"] = function() store:get() end,
      ["store:set: value: a string expected, got nil"] = function() store:set "key" end,
      ["store:add: key: a string expected, got nil"] = function() store:add() end,
      ["store:delete: key: a string expected, got nil"] = function() store:delete() end,
      ["store:set: ttl: seconds expected"] = function() store:set("key", "value", 0 / 0) end,
    } do
      local is_done, why = pcall(call)
      assert.is_false(is_done)
      assert.matches(words, why, 1, true)
    end
  end,
}

local REDIS = 'require("iggraph.store").redis { port = %d }'

local kinds = {
  ["in memory"] = { make = stores.memory },
  ["of an nginx with two workers"] = {
    make = function() return start_nginx('require("iggraph.store").ngx "values"', 2) end,
  },
  ["in Redis, of a script"] = {
    needs = need_redis,
    make = function() return redis(shared_server().port, { prefix = "script:" }) end,
  },
  ["in Redis, of an nginx with two workers"] = {
    needs = need_redis,
    make = function() return start_nginx(REDIS:format(shared_server().port), 2) end,
  },
}

for name, kind in pairs(kinds) do
  describe("a store " .. name, function()
    local store

    teardown(function()
      if store and store.host then store.host:stop() end
    end)

    for what, check in pairs(behaviours) do
      it(what, function()
        if kind.needs then kind.needs() end
        store = store or kind.make()
        check(store)
        if store.host then assert.same({}, store.host:complaints()) end
        assert.same({}, told)
      end)
    end
  end)
end

-- --- each of them ----------------------------------------------------------------------------------

describe("a store in memory", function()
  it("is bounded, and drops what would be over soonest", function()
    local store, left = stores.memory(), 0
    store:set("for ever", "value")
    for i = 1, 25000 do store:set("key" .. i, "value", 1000 + i) end
    for i = 1, 25000 do
      if store:get("key" .. i) then left = left + 1 end
    end
    assert.is_true(left >= 7000 and left <= 10000, left .. " are left")
    assert.equal("value", store:get "for ever")
    assert.equal("value", store:get "key25000")
    assert.is_nil(store:get "key1")
  end)

  it("drops what is over before anything else", function()
    local store = stores.memory()
    for i = 1, 7000 do store:set("lives" .. i, "value", 60) end
    for i = 1, 20000 do store:set("over" .. i, "value", 0) end
    for i = 1, 7000 do assert.equal("value", store:get("lives" .. i)) end
  end)

  it("is no other's", function()
    local store = stores.memory()
    store:set("key", "value")
    assert.is_nil(stores.memory():get "key")
  end)
end)

describe("a store of nginx", function()
  it("cannot be had elsewhere", function()
    assert.error_matches(function() stores.ngx "values" end, "iggraph.store.ngx: this is not nginx", 1, true)
  end)

  it("is that of a dictionary which is there, in all phases", function()
    local store = start_nginx('require("iggraph.store").ngx "values"', 1, {
      other = [[
        local is_done, why = pcall(require("iggraph.store").ngx, "other")
        ngx.print(why)]],
      phase = { log = 'require("the_store"):set("phase", "log")' },
    })
    local host = with_test(store.host, store.host.stop)
    assert.matches("nginx has no dictionary 'other': lua_shared_dict other 1m; makes one", host:get "other", 1, true)
    host:get "phase"
    assert.is_true(wait_until(function() return store:get "phase" == "log" end))
  end)

  it("is seen by all workers", function()
    local store = start_nginx('require("iggraph.store").ngx "values"', 2, {
      worker = 'ngx.print(ngx.worker.id(), " ", require("the_store"):get("key") or "nothing")',
    })
    local host, seen = with_test(store.host, store.host.stop), {}
    store:set("key", "value")
    assert.is_true(wait_until(function()
      seen[host:get "worker"] = true
      return seen["0 value"] and seen["1 value"]
    end))
  end)

  it("makes room where it is full, and has a worker keep alone what never fits", function()
    local store = start_nginx('require("iggraph.store").ngx "values"', 1, {
      fill = [[
        local store = require "the_store"
        for i = 1, 5000 do store:set("key" .. i, ("x"):rep(100)) end
        ngx.print(store:get "key5000" and #store:get "key5000", " ", tostring(store:get "key1"))]],
      large = [[
        local store = require "the_store"
        store:set("large", "small")
        store:set("large", ("x"):rep(200000))
        local size = #store:get "large"
        local is_added = store:add("large", "y")
        store:set("large", "small")
        local now_small = store:get "large"
        store:delete "large"
        ngx.print(size, " ", tostring(is_added), " ", now_small, " ", tostring(store:get "large"), " ",
          tostring(store:add("large", ("x"):rep(200000))), " ", tostring(store:add("large", ("x"):rep(200000))))]],
    })
    local host = with_test(store.host, store.host.stop)
    assert.equal("100 nil", (host:get "fill"))
    assert.same({}, host:complaints())
    assert.equal("200000 false small nil true false", (host:get "large"))
    local complaints = host:complaints()
    assert.equal(1, #complaints)
    assert.matches("lua_shared_dict 'values' cannot take a value (no memory): this worker keeps it alone",
      complaints[1], 1, true)
  end)
end)

describe("a store in Redis", function()
  before_each(need_redis)

  it("is that of all who have the same prefix, and no others", function()
    local port = shared_server().port
    local one, two = redis(port), redis(port)
    one:set("shared", "value", 60)
    assert.equal("value", two:get "shared")
    assert.is_false(two:add("shared", "other"))
    assert.is_nil(redis(port, { prefix = "other:" }):get "shared")
    assert.is_nil(redis(port, { db = 3 }):get "shared")
    assert.equal("value", server:cli "get iggraph:shared")
    assert.is_true(tonumber(server:cli "pttl iggraph:shared") > 50000)
  end)

  it("knows passwords, users and databases", function()
    local own = start_server "--requirepass 'open sesame'"
    own:cli "-a 'open sesame' acl setuser ali on '>cave' '~iggraph:*' +@all"
    redis(own.port, { password = "open sesame", db = 2 }):set("key", "value")
    assert.equal("value", redis(own.port, { username = "ali", password = "cave", db = 2 }):get "key")
    assert.equal("value", own:cli "-a 'open sesame' -n 2 get iggraph:key")
    assert.same({}, told)
  end)

  for what, row in pairs {
    ["whose password is wrong"] = { "--requirepass right", { password = "wr0ng(secret" }, "WRONGPASS" },
    ["that wants a password"] = { "--requirepass right", {}, "NOAUTH" },
    ["that is a cluster which has no such key"] = { "--cluster-enabled yes", {}, "CLUSTERDOWN" },
    ["that may only be read"] = { "--replicaof 127.0.0.1 1 --replica-serve-stale-data yes", {}, "READONLY" },
    ["that knows no SET"] = { "--rename-command SET ''", {}, "unknown command" },
  } do
    it("does without one " .. what, function()
      local own = start_server(row[1])
      local store = redis(own.port, row[2])
      for i = 1, 3 do store:set("key" .. i, "a token's value") end
      assert.equal("a token's value", store:get "key3")
      assert.is_false(store:add("key3", "other"))
      assert.equal(1, #told)
      assert.matches(("iggraph: Redis at 127.0.0.1:%d is out of reach ("):format(own.port), told[1], 1, true)
      assert.matches(row[3], told[1], 1, true)
      assert.is_nil(told[1]:find("wr0ng", 1, true) or told[1]:find("a token", 1, true))
    end)
  end

  it("does without one that was killed, says so once, and takes it again when it is back", function()
    local own = start_server()
    local store, other = redis(own.port, { retry_after = 0.3 }), redis(own.port, { retry_after = 0.3 })
    store:set("before", "value")
    own:signal "KILL"
    for i = 1, 50 do
      store:set("key", tostring(i), 60)
      assert.equal(tostring(i), store:get "key")
    end
    assert.is_true(store:add("lock", "mine"))
    assert.is_false(store:add("lock", "yours"))
    assert.is_nil(store:get "before")
    sleep(0.4)
    assert.equal("50", store:get "key") -- it was tried again, in vain
    assert.equal(1, #told)
    assert.matches("refused", told[1], 1, true)

    assert.is_true(own:run())
    assert.is_true(wait_until(function()
      store:set("key", "again")
      return own:cli "get iggraph:key" == "again"
    end))
    assert.equal("again", other:get "key")
    assert.is_nil(store:get "lock")
    assert.equal(2, #told)
    assert.matches("is back", told[2], 1, true)
  end)

  it("takes no longer than its timeout for one that hangs, once in a while", function()
    local own = start_server()
    local store = redis(own.port, { timeout = 0.2, retry_after = 0.5 })
    store:set("key", "value")
    own:signal "STOP"
    local first = time_of(store.set, store, "key", "local")
    assert.is_true(first >= 0.15 and first < 0.6, "the first call took " .. first)
    local others = time_of(function()
      for _ = 1, 100 do assert.equal("local", store:get "key") end
    end)
    assert.is_true(others < 0.15, "100 others took " .. others)
    sleep(0.6)
    local again = time_of(store.get, store, "key")
    assert.is_true(again >= 0.15 and again < 0.6, "the next try took " .. again)
    assert.equal(1, #told)
    own:signal "CONT"
    assert.is_true(wait_until(function() return store:get "key" and #told == 2 end))
  end)

  it("may be reached by a Unix socket", function()
    local own = start_server "--unixsocket r.sock --requirepass open"
    local host = "unix:" .. own.dir .. "/r.sock"
    local store = stores.redis { host = host, password = "open", retry_after = 0.2 }
    store:set("key", "value")
    assert.equal("value", own:cli "-a open get iggraph:key")
    own:signal "KILL"
    assert.is_nil(store:get "key")
    assert.equal(1, #told)
    assert.matches("iggraph: Redis at " .. host .. " is out of reach (", told[1], 1, true)
  end)

  it("can be used from inside of Neovim, which has functions with the names of LuaSocket's", function()
    if nvim_host.why_not() then return pending(nvim_host.why_not()) end
    local result = nvim_host.run(([[
      local store = iggraph.store.redis { port = %d, prefix = "nvim:" }
      store:set("key", "value", 60)
      say(store:get "key")
      quit()
    ]]):format(shared_server().port))
    assert.same({ "value" }, result.lines)
    assert.equal("value", server:cli "get nvim:key")
  end)

  it("does not mind that its idle connection was ended", function()
    local port = shared_server().port
    local store = redis(port)
    store:set("key", "value")
    for _ = 1, 3 do
      server:cli "client kill type normal"
      assert.equal("value", store:get "key")
    end
    assert.same({}, told)
  end)

  it("talks to no server of another kind for long", function()
    local host = nginx_host.start { client = false, locations = { ping = "ngx.say '{}'" } }
    with_test(host, host.stop)
    local store = redis(tonumber(host.http:match "%d+$"))
    store:set("key", "value")
    assert.equal("value", store:get "key")
    assert.equal(1, #told)
  end)

  it("takes clients that were made by hand", function()
    local port, made = shared_server().port, 0
    local store = stores.redis { connect = function()
      made = made + 1
      return find_client().connect("127.0.0.1", port)
    end }
    for i = 1, 10 do store:set("by hand", tostring(i), 60) end
    assert.equal("10", redis(port):get "by hand")
    assert.equal(1, made)

    for _, connect in ipairs { function() error "no way" end, function() return nil, "no way" end } do
      store, told = stores.redis { connect = connect }, {}
      store:set("by hand", "own")
      assert.equal("own", store:get "by hand")
      assert.equal(1, #told)
      assert.matches("iggraph: Redis is out of reach (no way)", told[1], 1, true)
    end
  end)

  it("never waits in those phases of nginx that have no sockets", function()
    local port = shared_server().port
    local store = start_nginx(REDIS:format(port), 1, {
      early = { log = 'require("the_store"):set("phase", "log")', header_filter = 'require("the_store"):get "phase"' },
      local_too = { log = 'ngx.shared.values:set("seen", require("the_store"):get "phase")' },
      seen = 'ngx.print(ngx.shared.values:get "seen" or "")',
    })
    local host = with_test(store.host, store.host.stop)
    host:get "early"
    host:get "local_too"
    assert.is_true(wait_until(function() return host:get "seen" == "log" end))
    store:set("phase", "content")
    assert.equal("content", server:cli "get iggraph:phase")
    assert.same({}, host:complaints())
  end)

  it("of an nginx has connections of its own for each database", function()
    local port = shared_server().port
    local store = start_nginx(REDIS:format(port), 1, {
      other = ([[
        local redis = require("iggraph.store").redis
        require("the_store"):set("database", "first")
        redis { port = %d, db = 4 }:set("database", "fifth")
        ngx.print(require("the_store"):get "database", " ", redis { port = %d, db = 4 }:get "database")
      ]]):format(port, port),
    })
    local host = with_test(store.host, store.host.stop)
    assert.equal("first fifth", (host:get "other"))
    assert.equal("fifth", server:cli "-n 4 get iggraph:database")
    assert.is_true(tonumber(server:cli("info clients"):match "connected_clients:(%d+)") > 2) -- kept for the next
  end)

  it("of an nginx does without one that was killed, too, and does not hold the worker up", function()
    local own = start_server()
    local code = 'require("iggraph.store").redis { port = %d, retry_after = 0.3, timeout = 0.5 }'
    local store = start_nginx(code:format(own.port), 1, { ping = "ngx.print 'pong'" })
    local host = with_test(store.host, store.host.stop)
    store:set("key", "before")
    assert.equal("before", own:cli "get iggraph:key")
    own:signal "STOP"
    local answer = host:begin "store?method=get&key=key"
    local took = time_of(host.get, host, "ping")
    assert.is_true(took < 0.3, "the worker was held up for " .. took)
    assert.is_true(wait_until(answer))
    own:signal "KILL"
    for i = 1, 5 do
      store:set("key", tostring(i))
      assert.equal(tostring(i), store:get "key")
    end
    local _, times = table.concat(host:complaints(), "\n"):gsub("iggraph: Redis", "")
    assert.equal(1, times)
    assert.is_true(own:run())
    assert.is_true(wait_until(function()
      store:set("key", "again")
      return own:cli "get iggraph:key" == "again"
    end))
    assert.matches("is back", table.concat(host:complaints(), "\n"), 1, true)
  end)
end)

describe("a store of one's own", function()
  local WANTED = "store must be a store: iggraph.store.memory(), .ngx(name), .redis { … }, or a table of"

  local function new(store, name)
    return client.new { [name or "store"] = store }
  end

  it("is a table with four methods", function()
    local half = { get = print, set = print }
    for _, value in ipairs { "redis", true, 7, print, {}, { port = 6379 }, half, stores, stores.redis } do
      for _, name in ipairs { "store", "token_store" } do
        local is_done, why = pcall(new, value, name)
        assert.is_false(is_done)
        assert.matches(WANTED, why, 1, true)
      end
    end
    local class = { get = print, set = print, add = print, delete = print }
    assert(new(setmetatable({}, { __index = class })))
    class.set_keepalive = print
    assert.error_matches(function() new(class) end, ": a Redis client: iggraph.store.redis { connect", 1, true)
  end)

  it("costs nobody a call: what it raises is told once", function()
    local function fail() error "no space left" end
    local ig = new { get = fail, set = fail, add = fail, delete = fail }
    for _ = 1, 3 do
      assert(ig:get "me")
      sleep(0.15)
    end
    assert.equal(1, #told)
    assert.matches("iggraph: iggraph.new: store: get failed: .*no space left", told[1])
  end)

  it("has what it raises told without the values", function()
    local function fail(_, key, value) error(("cannot keep %s = %s"):format(key, value)) end
    local function none() end
    local ig = client.new {
      token_store = { get = none, set = fail, add = none, delete = none }, app_secret = sandbox.app_secret,
    }
    assert(login.keep(ig, { client_id = sandbox.app_id }))
    assert.equal(1, #told)
    assert.matches("iggraph.new: token_store: set failed: .*cannot keep keep:%x+ = %*%*%*$", told[1])
  end)

  it("may have something else for nothing", function()
    for _, nothing in ipairs { core.null, 5, false, "", "x y z", "nan nan nan", "50 1 1e999", "1e999 1 1" } do
      local function none() return nothing end
      local ig = new { get = none, set = none, add = none, delete = none }
      assert(ig:get "me")
    end
    assert.same({}, told)
  end)
end)

describe("the maker of a store in Redis", function()
  for words, options in pairs {
    ["unknown option 'hots'"] = { hots = "x" },
    ["port: a number expected, got string"] = { port = "6379" },
    ["port must be a whole number"] = { port = 0.5 },
    ["db must be a whole number"] = { db = -1 },
    ["timeout must be more than 0"] = { timeout = 0 },
    ["retry_after must be more than 0"] = { retry_after = -1 },
    ["password: a string expected, got number"] = { password = 12345 },
    ["a username needs a password"] = { username = "ali" },
    ["connect: a function expected, got table"] = { connect = {} },
    ["a table expected, got string"] = "127.0.0.1",
  } do
    it("refuses mistakes: " .. words, function()
      assert.error_matches(function() stores.redis(options) end, "iggraph.store.redis: " .. words, 1, true)
    end)
  end

  it("names the package that is missing", function()
    local full_path, cpath, loaded = package.path, package.cpath, {}
    for name, package_name in pairs { redis = "lua-redis", socket = "lua-socket" } do
      loaded.redis, loaded.socket = package.loaded.redis, package.loaded.socket
      package.loaded.redis, package.loaded.socket = {}, {}
      package.loaded[name] = nil
      package.path, package.cpath = "", ""
      local is_done, why = pcall(stores.redis)
      package.path, package.cpath = full_path, cpath
      package.loaded.redis, package.loaded.socket = loaded.redis, loaded.socket
      assert.is_false(is_done)
      assert.matches("Debian's package " .. package_name, why, 1, true)
    end
  end)
end)
