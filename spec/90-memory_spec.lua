-- What the module does without memory, in more than one Lua state, loaded again, and with what is
-- left lying about. All of it in processes of their own.

local faults = require "spec.support.faults"
local sandbox = require "iggraph.sandbox"
local support = require "spec.support.sandbox"

local function interpreter()
  local index = 0
  while arg[index - 1] do index = index - 1 end
  return arg[index]
end

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local run, run_module = faults.run, faults.run_module

local folder

local function path_of(name) return folder .. "/" .. name end

local function write(name, text)
  local file = assert(io.open(path_of(name), "w"))
  file:write(text)
  file:close()
  return path_of(name)
end

describe("without memory", function()
  local driver

  setup(function() driver = faults.new() end)
  teardown(function() driver:remove() end)

  -- What begins with loading, asks for many lists, or takes many calls is tried at some places each time.
  local every = {
    require = 47, businesses = 29, batch = 17, tasks = 7, map = 11, publish = 41, ["publish a file"] = 47, login = 19,
    retry = 61, resolve = 61, secure = 37, redirect = 9, kept = 7, multipart = 5, accounts = 5, pages = 5,
    position = 7, upload = 5, error = 5,
  }
  for _, stage in ipairs(faults.stages()) do
    local thinned = every[stage] or 2

    it("for one allocation ends in a clear error and can go on: " .. stage, function()
      local output = driver:refuse("--every", thinned, "--stage", stage)
      if not output then return pending "this Lua takes no allocator" end
      local refused = tonumber(output:match(stage .. ": (%d+) refused"))
      assert.is_true(refused and refused > 0, output)
    end)

    it("from one allocation on, too: " .. stage, function()
      driver:refuse("--all", "--every", thinned, "--stage", stage)
    end)
  end

  it("is not what two Lua states in one process are, in turns and in threads", function()
    driver:refuse("--two")
  end)
end)

describe("in a fresh state", function()
  local server

  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    assert.equal(0, (run("mkdir " .. quoted(folder))))
    server = support.shared()
  end)

  teardown(function() run("rm -rf " .. quoted(folder)) end)

  local function runs(text, ...)
    local script = write("script.lua", text)
    local status, output = run_module(interpreter(), script, server.http, sandbox.tokens.user, ...)
    assert.equal(0, status, output)
    assert.equal("ok\n", output:match("[^\n]*\n$"), output)
  end

  it("the module can be loaded twice, and old and new objects work", function()
    runs [[
      local base_url, token = ...
      local function fresh()
        for name in pairs(package.loaded) do
          if name:match("^iggraph") then package.loaded[name] = nil end
        end
        return require "iggraph"
      end
      local function open(iggraph) return iggraph.new { access_token = token, base_url = base_url } end
      local function check(client, list)
        assert(assert(client:get("me")).id)
        assert(assert(list:next()).id)
        local value, err, kind = client:get("error_190")
        assert(value == nil and kind == "auth" and tostring(err):find("auth", 1, true))
      end
      local path = "17840000000000012/media"
      local first = fresh()
      local old = open(first)
      local old_list = old:list(path, { limit = 2 })
      check(old, old_list)
      local second = fresh()
      assert(first ~= second and first.null == second.null)
      local new = open(second)
      local new_list = new:list(path, { limit = 2 })
      for _ = 1, 4 do
        check(old, old_list)
        check(new, new_list)
        check(new, old_list)
        collectgarbage()
      end
      old:close()
      assert(not pcall(old.get, old, "me"))
      check(new, new_list)
      print "ok"
    ]]
  end)

  it("an engine that is loaded and never used leaves nothing open", function()
    runs [[
      local stat = io.open("/proc/self/stat")
      if not stat then print "ok" return end
      local process = stat:read("*n")
      stat:close()
      -- The least of a few counts: the pipe's other end may still be open in here, or not.
      local function descriptors(least)
        local pipe = io.popen("ls /proc/" .. process .. "/fd | wc -l")
        local count = pipe:read("*n")
        pipe:close()
        return least and least < count and least or count
      end
      local before
      for _ = 1, 5 do before = descriptors(before) end
      local iggraph = require "iggraph"
      local client = iggraph.new { access_token = select(2, ...), base_url = (...) }
      client:list("me/accounts")
      local after
      for _ = 1, 5 do after = descriptors(after) end
      assert(after == before, ("%d descriptors were open, then %d"):format(before, after))
      print "ok"
    ]]
  end)

  -- Begins a script. `walk(prepare, act, run)`: again and again `run(prepare())`, and `act` with the same, in a
  -- finalizer that runs at the first of the places where memory is asked for, then at the second, and so on.
  -- Gives how many there are. All of them collect, as a pause of 0 wants it.
  local storm = [[
    local jit = rawget(_G, "jit")
    if jit then jit.off() end
    local base_url, token = ...
    local core, iggraph = require "iggraph.core", require "iggraph"
    local engine = core.loop.engine()

    local function lay(finalizer)
      if not newproxy then return setmetatable({}, { __gc = finalizer }) end
      getmetatable(newproxy(true)).__gc = finalizer
    end

    pcall(collectgarbage, "incremental") -- lua 5.4 is generational

    local function collect_at_each(run)
      local pause, speed = collectgarbage("setpause", 0), collectgarbage("setstepmul", newproxy and 0 or 100000)
      collectgarbage() -- the pause counts from its end
      run()
      collectgarbage("setpause", pause)
      collectgarbage("setstepmul", speed)
    end

    local function walk(prepare, act, run)
      local n = 0
      while true do
        n = n + 1
        local count, is_on, subject = 0, true, prepare()
        local function finalizer()
          if not is_on then return end
          count = count + 1
          if count == n then act(subject) else lay(finalizer) end
        end
        collect_at_each(function()
          lay(finalizer)
          run(subject)
          is_on = false
        end)
        if count < n then return n - 1 end
      end
    end

    local function new()
      return iggraph.new { access_token = token, app_secret = "verysecret", base_url = base_url }
    end
    local function close(client) client:close() end
  ]]

  it("a finalizer may close the client whose answer is read, and its token stays hidden", function()
    runs(storm .. [[
      local message = ('{"error":{"message":"bad token %s","code":190,"error_data":"{\\"a\\":\\"%s\\"}"}}')
        :format(token, token)
      assert(walk(new, close, function(client)
        local value, err, kind = core.response.read(client, "GET", "/x", 400, message)
        assert(value == nil and kind == "auth" and err.code == 190 and err.message:find "bad token", tostring(err))
        assert(not (tostring(err) .. err.data.a):find(token, 1, true), tostring(err))
      end) > 10)
      print "ok"
    ]])
  end)

  it("a finalizer may close the client whose credentials are taken", function()
    runs(storm .. [[
      local own = { core.client.credentials(new()) }
      assert(own[1] == token and #own[2] == 64)
      assert(walk(new, close, function(client)
        local ok, token, proof = pcall(core.client.credentials, client)
        assert(ok and token == own[1] and proof == own[2] or not ok and token:find("closed", 1, true), "half of them")
      end) > 1)
      print "ok"
    ]])
  end)

  it("a finalizer may close the client that uploads, or its file", function()
    runs(storm .. [[
      local name = os.tmpname()
      local file = io.open(name, "wb")
      file:write(("x"):rep(1000))
      file:close()
      local function prepare()
        local client = new()
        return { client = client, uploader = core.client.uploader(client, base_url), file = io.open(name, "rb") }
      end
      for _, what in ipairs { "client", "file" } do
        local refused, ended = 0, 0
        walk(prepare, function(subject) subject[what]:close() end, function(subject)
          local ok, sending = pcall(core.transfer.upload, subject.uploader, "_echo", subject.file, 0, 1000)
          if not ok then
            assert(sending:find("is closed", 1, true), sending)
            refused = refused + 1
            return
          end
          while not core.loop.is_over(sending) do
            engine:wait()
            engine:step()
          end
          local answer, err, kind = core.transfer.answer(sending)
          ended = ended + 1
          if what == "client" and kind == "cancelled" then return end
          assert(answer, tostring(err))
          assert(answer.headers.authorization == "OAuth " .. token, "without a token")
        end)
        assert(refused > 0 and ended > 0, what)
      end
      os.remove(name)
      print "ok"
    ]])
  end)

  it("a finalizer may not take from the cursor whose page is fetched", function()
    runs(storm .. [[
      local refused = 0
      local function prepare()
        local client = iggraph.new { access_token = token, base_url = base_url }
        return client:list("17840000000000004/media", { fields = "id", limit = 2 })
      end
      local ids = {}
      for media in prepare() do ids[#ids + 1] = media.id end
      table.sort(ids)
      assert(#ids == 4)
      local given
      walk(function()
        given = {}
        return prepare()
      end, function(cursor)
        local ok, media = pcall(cursor.next, cursor)
        if ok then
          given[#given + 1] = media and media.id
        else
          assert(media:find("in use", 1, true), media)
          refused = refused + 1
        end
      end, function(cursor)
        for media in cursor do given[#given + 1] = media.id end
        table.sort(given)
        assert(table.concat(given, " ") == table.concat(ids, " "), table.concat(given, " "))
      end)
      assert(refused > 10, refused)
      print "ok"
    ]])
  end)

  -- What is left lying about, how much of it, and what does so. The collector is called now and then:
  -- it does not see what libcurl holds, and the peaks of that would hide what is never released. A
  -- sanitizer keeps what was released, and tells of leaks by itself.
  local abandoned = {
    { "clients", 8000, "iggraph.new { access_token = token, base_url = base_url, app_secret = 'x' }" },
    { "clients that share", 8000, "client:with_token(token)" },
    { "closed clients", 8000, "iggraph.new { access_token = token, base_url = base_url }:close()" },
    { "handles and cursors", 8000, "client:user('17840000000000012'):media { fields = { 'id' } }" },
    { "cursors in the middle of a page", 800, "assert(client:list('17840000000000012/media'):next())" },
    { "transfers that were begun", 4000, "core.transfer.start(client, 'GET', 'me', nil)" },
    { "transfers under way", 4000, "core.transfer.start(client, 'GET', 'slow_200') engine:step()" },
    { "forms under way", 4000,
      "core.transfer.start(client, 'POST', 'slow_200', { caption = ('x'):rep(5000) }) engine:step()" },
    { "prefetched pages", 800,
      "assert(client:list('17840000000000012/media', { limit = 2 }, { prefetch = true }):next())" },
    { "failures", 800, "assert(not client:get('error_190'))" },
    { "refused options", 8000,
      "assert(not pcall(iggraph.new, { access_token = token, app_secret = 'x', version = 'y' }))" },
    { "refused parameters", 4000, "assert(not pcall(client.get, client, 'me', { a = { print } }))" },
    { "documents that are not JSON", 8000, [[assert(not core.json.decode('["\\n\\u00e9' .. ("x"):rep(300)))]] },
  }

  local harness = [[
    local base_url, token = ...
    local core, iggraph = require "iggraph.core", require "iggraph"
    local client = iggraph.new { access_token = token, base_url = base_url }
    local engine = core.loop.engine()
    local function abandon() %s end
    local function abandon_many(many)
      for i = 1, many do
        abandon()
        if i %% 100 == 0 then collectgarbage() end
      end
    end

    -- What the process has of memory, in MiB; nil where the system does not tell.
    local function held()
      collectgarbage()
      collectgarbage()
      local file = io.open("/proc/self/statm")
      if not file or os.getenv "LD_PRELOAD" then return nil end
      local _, resident = file:read("*n", "*n")
      file:close()
      return resident * 4096 / 2 ^ 20
    end

    local many = %d
    abandon_many(many)
    local before = held()
    abandon_many(2 * many)
    local after = held()
    if before then
      print(("%%d more: %%.1f MiB, then %%.1f MiB"):format(2 * many, before, after))
      if after - before > 1 then os.exit(1) end
    end
    print "ok"
  ]]

  for _, row in ipairs(abandoned) do
    it("does not grow with abandoned " .. row[1], function()
      runs(harness:format(row[3], row[2]))
    end)
  end
end)
