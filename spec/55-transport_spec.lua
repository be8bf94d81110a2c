--- What happens on the wire, and what a program may do wrong: neither may hang it, end it, or send a token
-- where it does not belong.
local iggraph = require "iggraph"
local client = require "spec.support.client"
local fault_server = require "spec.support.fault_server"
local nginx_host = require "spec.support.nginx_host"
local sandbox = require "iggraph.sandbox"
local server = require "spec.support.sandbox"
local shell = require "iggraph.sandbox.shell"
local system = require "system"
local tuple = require "spec.support.tuple"

local new, with = client.new, client.with

local shared, faults

setup(function()
  shared = server.shared()
  faults = fault_server.start()
end)

teardown(function() faults:stop() end)

before_each(function() server.reset() end)

-- A client of the server that says what it is told.
local function new_for_faults(options)
  return new(with({ base_url = faults.http }, options))
end

-- Another name of the sandbox's HTTPS port; it chooses the certificate.
local function https_as(host)
  return (shared.https:gsub("localhost", host))
end

-- The results of `fn`, which must have come soon: far sooner than anything here would end by itself.
local function soon(fn, ...)
  local start = system.monotime()
  local function pass(...)
    local seconds = system.monotime() - start
    assert.is_true(seconds < 8, seconds .. " s")
    return ...
  end
  return pass(fn(...))
end

-- What a transport failure is: the message names the host and has `cause`, a pattern, in lower case.
local function failure(kind, host, cause, changes)
  return with({
    kind = kind, retryable = true, method = "GET", path = "/v26.0/ok",
    message = function(text)
      return type(text) == "string" and text:find(host, 1, true) ~= nil and text:lower():find(cause) ~= nil
    end,
  }, changes)
end

describe("a connection that cannot be had", function()
  it("is 'network' where nobody listens", function()
    local gone = fault_server.start()
    gone:stop()
    tuple.check(failure("network", "127.0.0.1", "connect"), new({ base_url = gone.http }):get("ok"))
    tuple.check(failure("network", "localhost", "connect"), new({ base_url = gone.https }):get("ok"))
    tuple.check(failure("network", "127.0.0.1", "connect", { path = "/v26.0/ok/media" }),
      new({ base_url = gone.http }):list("ok/media"):next())
  end)

  it("is 'network' where a name has no address", function()
    local host = ("x"):rep(64) .. ".localdomain" -- longer than a name can be: nobody is asked for it
    tuple.check(failure("network", host, "resolve"), soon(function()
      return new({ base_url = "https://" .. host }):get("ok")
    end))
  end)

  for _, row in ipairs { { "connect_timeout", 0.2, 30 }, { "timeout", 30, 0.2 } } do
    it("is 'timeout' after " .. row[1] .. ", where TLS is never agreed on", function()
      local ig = new { base_url = faults.silent, connect_timeout = row[2], timeout = row[3] }
      tuple.check(failure("timeout", "silent.localhost", "0%.2 s"), soon(ig.get, ig, "ok"))
    end)
  end
end)

describe("TLS", function()
  -- Host, cause. The sandbox's certificate for it is wrong in one way.
  for _, row in ipairs {
    { "expired.localhost", "expired" },
    { "unknown.localhost", "issuer" },
    { "mismatch.localhost", "match" },
  } do
    local host, cause = row[1], row[2]
    it("refuses " .. host .. ", before anything is sent", function()
      for _, method in ipairs { "get", "post", "delete" } do
        local ig = new { base_url = https_as(host), token_in = "query" }
        local expected = failure("network", host, cause, { method = method:upper(), retryable = false })
        tuple.check(expected, ig[method](ig, "ok"))
      end
      assert.equal(0, server.record().count)
    end)
  end

  it("trusts ca_file alone, and without it the system's store alone", function()
    assert.same({ id = "ok" }, (new():get("ok")))
    -- The connection of that call is still open; who trusts others must not be given it.
    local ig = iggraph.new { access_token = sandbox.tokens.user, base_url = shared.https, retry = false }
    tuple.check(failure("network", "localhost", "issuer", { retryable = false }), ig:get("ok"))
    assert.same({ id = "ok" }, (new():get("ok")))
    assert.equal(2, server.record().count)
  end)

  it("reads ca_file once, and not for each connection", function()
    local copy = os.tmpname()
    shell.write(copy, shell.read(shared.ca_file))
    faults:answer { body = [[{"id":"1"}]] } -- and the end of the connection, each time
    local ig = new { base_url = faults.https, ca_file = copy }
    local first = { ig:get("ok") }
    os.remove(copy)
    assert.same({ { id = "1" } }, first)
    assert.same({ { id = "1" } }, { ig:get("ok") })
  end)

  it("says so where ca_file holds no certificate", function()
    local path = os.tmpname()
    shell.write(path, "this is no certificate\n")
    local _, err, kind = new({ ca_file = path }):get("ok")
    os.remove(path)
    assert.equal("network", kind)
    assert.truthy(err.message:find("localhost", 1, true), err.message)
    assert.equal(0, server.record().count)
  end)
end)

describe("an answer that does not come whole", function()
  local SHORT = 0.3

  -- Scenario, kind, cause, status of what came.
  local ROWS = {
    { "cut_header", "network" },
    { "cut_body", "network", 200 },
    { "hang", "timeout" },
    { "hang_body", "timeout", 200 },
    { "slow_9000", "timeout" },
    { "drip", "timeout", 200 },
  }
  for _, protocol in ipairs { "http", "https" } do
    for _, row in ipairs(ROWS) do
      local name, kind, status = row[1], row[2], row[3]
      it(("is '%s' over %s: %s"):format(kind, protocol, name), function()
        local host = protocol == "http" and "127.0.0.1" or "localhost"
        local ig = new { plain = protocol == "http" or nil, timeout = SHORT }
        for _, method in ipairs { "get", "post", "delete" } do
          local expected = failure(kind, host, kind == "timeout" and "0%.3 s" or ": .*%a", {
            method = method:upper(), path = "/v26.0/" .. name, status = status, retryable = method ~= "post",
          })
          tuple.check(expected, soon(ig[method], ig, name))
        end
        assert.same({ id = "ok" }, (ig:get("ok")))
      end)
    end
  end

  it("is waited for within timeout", function()
    assert.same({ id = "slow_300" }, (new({ timeout = 10 }):get("slow_300")))
    assert.same({ id = "drip" }, (new({ timeout = 10 }):get("drip")))
  end)

  it("raises in a loop", function()
    local ok, err = pcall(function() for _ in new({ timeout = SHORT }):list("hang_body/media") do end end)
    assert.is_false(ok)
    tuple.check_error(failure("timeout", "localhost", "0%.3 s", { path = "/v26.0/hang_body/media", status = 200 }), err)
  end)

  local OK = "HTTP/1.1 200 OK\r\n"
  local BROKEN = {
    ["nothing at all"] = "",
    ["another protocol"] = "SSH-2.0-OpenSSH_9.2\r\n",
    ["no status line"] = '{"id":"1"}',
    ["half a status line"] = "HTTP/1.",
    ["a length that is none"] = OK .. "Content-Length: many\r\n\r\n{}",
    ["a shorter body than its length"] = OK .. "Content-Length: 3\r\n\r\n{}",
    ["half a chunk"] = OK .. "Transfer-Encoding: chunked\r\n\r\n9\r\n{}",
    ["a chunk without a size"] = OK .. "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    ["gzip that is none"] = OK .. "Content-Encoding: gzip\r\nContent-Length: 12\r\n\r\n{\"id\":\"1\"}  ",
    ["an encoding nobody knows"] = OK .. "Content-Encoding: sandbox\r\nContent-Length: 2\r\n\r\n{}",
    ["a header of 200 KB"] = OK .. "X-Long: " .. ("x"):rep(200000) .. "\r\nContent-Length: 2\r\n\r\n{}",
    ["only interim answers"] = ("HTTP/1.1 103 Early Hints\r\n\r\n"):rep(3),
  }
  for name, bytes in pairs(BROKEN) do
    it("is 'network': " .. name, function()
      faults:say(bytes)
      for _, options in ipairs { { base_url = faults.http }, { base_url = faults.https } } do
        local ig = new(options)
        for _, method in ipairs { "get", "post" } do
          local _, err, kind = soon(ig[method], ig, "ok")
          assert.equal("network", kind, tostring(err))
          assert.truthy(err.message:find(options.base_url:match("//([^:]+)"), 1, true), err.message)
          assert.equal(method == "get", err.retryable)
        end
      end
      assert.same({ id = "ok" }, (new():get("ok")))
    end)
  end

  -- What libcurl takes for whole is no JSON then.
  for name, bytes in pairs {
    ["half a header"] = OK .. "Content-Ty",
    ["half of gzip"] = OK .. "Content-Encoding: gzip\r\nContent-Length: 12\r\n\r\n\31\139\8\0\0\0\0\0\0\3\171\86",
  } do
    it("is 'network' or 'json': " .. name, function()
      faults:say(bytes)
      local value, err, kind = soon(function() return new_for_faults():get("ok") end)
      assert.is_nil(value)
      assert.truthy(kind == "network" or kind == "json", tostring(err))
    end)
  end

  it("is taken where the end of the connection is its end", function()
    faults:say("HTTP/1.0 200 OK\r\n\r\n{\"id\":\"1\"}")
    assert.same({ id = "1" }, (new_for_faults():get("ok")))
  end)

  it("has the headers of the last answer, after interim ones", function()
    faults:say("HTTP/1.1 103 Early Hints\r\nX-App-Usage: {\"early\":1}\r\n\r\n" .. OK
      .. "X-Page-Usage: {\"last\":1}\r\nContent-Length: 2\r\n\r\n{}")
    local ig = new_for_faults()
    assert.same({}, (ig:get("ok")))
    assert.same({ page = { last = 1 } }, ig:usage())
  end)

  it("may have 200 KB of headers", function()
    assert.same({ id = "headers_many" }, (new({ plain = true }):get("headers_many")))
  end)
end)

describe("a redirect", function()
  local function refused(method, name)
    return {
      kind = "network", status = 302, method = method, path = "/v26.0/" .. name,
      message = tuple.holding("redirect"), retryable = false,
    }
  end

  it("to another host is not followed, and that host sees nothing", function()
    for _, options in ipairs { { plain = true }, {}, { token_in = "query" } } do
      server.reset()
      local ig = new(options)
      for _, method in ipairs { "get", "post", "delete" } do
        local expected = refused(method:upper(), "redirect_other")
        expected.message = tuple.holding("redirect", "127.0.0.2", options.plain and "127.0.0.1" or "localhost")
        tuple.check(expected, ig[method](ig, "redirect_other"))
      end
      local asked = server.requests()
      assert.equal(3, #asked)
      for _, request in ipairs(asked) do assert.is_nil(request.host:find("127.0.0.2", 1, true), request.host) end
    end
  end)

  -- Each leads away from the server that says so, mostly to the sandbox, which would note it.
  local AWAY = {
    ["another port"] = "http://127.0.0.1:{port}/v26.0/ok",
    ["another host"] = "http://127.0.0.2:{port}/v26.0/ok",
    ["no scheme"] = "//127.0.0.2:{port}/v26.0/ok",
    ["capitals"] = "HTTP://127.0.0.1:{port}/v26.0/ok",
    ["its own address as a user"] = "http://127.0.0.1:{own}@127.0.0.1:{port}/v26.0/ok",
    ["a backslash"] = "http://127.0.0.1:{port}\\@127.0.0.1:{own}/v26.0/ok",
    ["TLS"] = "https://127.0.0.1:{tls}/v26.0/ok",
    ["a file"] = "file:///etc/passwd",
    ["another protocol"] = "ftp://127.0.0.1:{port}/v26.0/ok",
  }
  for name, location in pairs(AWAY) do
    it("is not followed by way of " .. name, function()
      local port = shared.http:match("%d+$")
      location = location:gsub("{(%l+)}", { port = port, tls = port + 1, own = faults.http:match("%d+$") })
      faults:answer { status = 302, headers = { "Location: " .. location }, body = "" }
      local _, err, kind = new_for_faults():get("ok")
      assert.equal("network", kind, tostring(err))
      assert.equal(0, server.record().count)
    end)
  end

  it("to where nothing is, is a failure", function()
    for _, location in ipairs { "Location:", "Location: http://", "X-None: 1" } do
      faults:answer { status = 302, headers = { location }, body = "" }
      local value, err, kind = new_for_faults():get("ok")
      assert.is_nil(value)
      assert.equal(302, err.status)
      assert.truthy(kind == "network" or kind == "http", kind)
    end
  end)

  for _, plain in ipairs { true, false } do
    it("inside of the origin is followed by GET, with the token, over " .. (plain and "http" or "https"), function()
      assert.is_true((new({ plain = plain or nil }):get("redirect_same")))
      local asked = server.requests()
      assert.equal(2, #asked)
      assert.equal("/v26.0/body_true", asked[2].uri)
      assert.equal("Bearer " .. sandbox.tokens.user, asked[2].headers.authorization)
    end)
  end

  describe("that is relative", function()
    local host
    setup(function()
      host = nginx_host.start { client = false, server = [[
        absolute_redirect off;
        location / { content_by_lua_block {
          local to = ngx.var.arg_to
          if not to then return ngx.print('{"at":"', ngx.var.request_uri, '"}') end
          ngx.status, ngx.header.location = 302, ngx.unescape_uri(to)
        } }]] }
    end)
    teardown(function() host:stop() end)

    local rows = {
      { "to a query", "?b=c", "/v26.0/a/start?b=c" },
      { "to a sibling", "other?d=e#f", "/v26.0/a/other?d=e" },
      { "upwards", "../up", "/v26.0/up" },
      { "to the root", "/v26.0/root", "/v26.0/root" },
      { "to one that is, too", "b/second?to=third%3Fg=h", "/v26.0/a/b/third?g=h" },
    }
    for _, row in ipairs(rows) do
      it("is followed " .. row[1], function()
        local ig = iggraph.new { access_token = "a-token", base_url = host.http }
        assert.equal(row[3], assert(ig:get("a/start", { to = row[2] })).at)
      end)
    end
  end)

  it("is not followed by POST and DELETE", function()
    for _, method in ipairs { "post", "delete" } do
      server.reset()
      local ig = new()
      tuple.check(refused(method:upper(), "redirect_same"), ig[method](ig, "redirect_same", { a = "b" }))
      assert.equal(1, server.record().count)
    end
  end)

  it("in a loop ends", function()
    tuple.check(refused("GET", "redirect_loop"), soon(function() return new():get("redirect_loop") end))
    assert.is_true(server.record().count <= 20)
  end)
end)

describe("connections", function()
  local PAGES = 100

  for protocol, version in pairs { http = "HTTP/1.1", https = "HTTP/2.0" } do
    it(("are kept: one for %d pages over %s"):format(PAGES, version), function()
      local ig = new { plain = protocol == "http" or nil }
      local pages = 0
      for _ in ig:list("paging_long/media", nil, { max_items = PAGES * 5 }):pages() do pages = pages + 1 end
      assert.equal(PAGES, pages)
      local record = server.record()
      assert.equal(PAGES, record.count)
      assert.equal(1, record.connections)
      for _, request in ipairs(record.requests) do assert.equal(version, request.http) end
    end)
  end

  it("are shared by clients of one host", function()
    for _ = 1, 5 do assert.same({ id = "ok" }, (new():get("ok"))) end
    assert.same({ id = "ok" }, (new():with_token(sandbox.tokens.page):get("ok")))
    assert.equal(1, server.connections())
  end)

  it("that the server closed are made anew", function()
    faults:answer { body = [[{"id":"1"}]] } -- says nothing of closing, and closes
    for _, base_url in ipairs { faults.http, faults.https } do
      for _ = 1, 10 do assert.same({ { id = "1" } }, { new({ base_url = base_url }):get("ok") }) end
    end
  end)

  it("carry packed answers", function()
    assert.same({ id = "body_gzip", text = ("The same again and again. "):rep(200) }, (new():get("body_gzip")))
    assert.truthy(server.requests()[1].headers["accept-encoding"]:find("gzip", 1, true))
    -- {"id":"1"}, packed by another program.
    local packed = "1f8b0800000000000203ab56ca4c51b2523254aa0500f3c818f60a000000"
    faults:answer {
      headers = { "Content-Encoding: gzip" },
      body = packed:gsub("%x%x", function(digits) return string.char(tonumber(digits, 16)) end),
    }
    assert.same({ { id = "1" } }, { new_for_faults():get("ok") })
  end)

  it("carry long forms", function()
    local text = ("0123456789 é&=+%\r\n"):rep(100000)
    local value = assert(new():post("_echo", { message = text }))
    assert.equal(#text, #value.form.message)
    assert.is_true(value.form.message == text)
    value = assert(new({ plain = true }):post("_echo", { message = text }))
    assert.is_true(value.form.message == text)
  end)
end)

describe("after a failure", function()
  local FAILURES = {
    "cut_header", "cut_body", "hang", "hang_body", "body_empty", "body_deep", "body_truncated", "body_large",
    "body_html_502", "error_190", "redirect_other", "redirect_loop", "paging_no_data",
  }
  for _, name in ipairs(FAILURES) do
    it("the next call goes well: " .. name, function()
      for _, plain in ipairs { true, false } do
        local ig = new { plain = plain or nil, timeout = 0.3, max_response = 200000 }
        for _ = 1, 2 do
          ig:get(name)
          assert.same({ { id = "ok" } }, { ig:get("ok") })
          assert.equal(1, select("#", ig:post("_echo", { a = "b" })))
        end
      end
    end)
  end
end)

describe("a server that closes while it is written to", function()
  -- The interpreter that runs this.
  local function interpreter()
    local at = 0
    while arg[at - 1] do at = at - 1 end
    return arg[at]
  end

  -- Runs a program in a process of its own, and returns what it printed. There SIGPIPE is what it is by
  -- default, where that can be seen to.
  local function run(program, ...)
    local words = { interpreter(), "-", ... }
    for i, word in ipairs(words) do words[i] = shell.quote(word) end
    local command = table.concat(words, " ") .. " <<'END OF PROGRAM'\n" .. program .. "\nEND OF PROGRAM"
    local _, output = shell.run(("LUA_PATH=%s LUA_CPATH=%s; export LUA_PATH LUA_CPATH\n"
      .. "reset=; env --default-signal=PIPE true 2>/dev/null && reset='env --default-signal=PIPE'\n$reset %s")
      :format(shell.quote(package.path), shell.quote(package.cpath), command))
    return output
  end

  local PROGRAM = [[
    local ig = require("iggraph").new { access_token = "EAAtoken", base_url = arg[1], ca_file = arg[2] }
    local kinds = {}
    for i = 1, 5 do
      local _, err, kind = ig:post("deaf", { message = ("x"):rep(4000000) })
      kinds[i] = kind .. (err.retryable and " may be repeated" or "")
    end
    print(table.concat(kinds, ", "))
  ]]

  for _, protocol in ipairs { "http", "https" } do
    it("does not end the program, over " .. protocol, function()
      assert.equal("network, network, network, network, network", run(PROGRAM, faults[protocol], shared.ca_file))
    end)
  end
end)

-- What no program may get wrong unnoticed: it raises, names the argument, and nothing is sent.
describe("a mistake", function()
  after_each(function() assert.equal(0, server.record().count) end)

  local function raises(word, fn, ...)
    local ok, message = pcall(fn, ...)
    assert.is_false(ok, "not raised")
    assert.is_string(message)
    if not message:find(word, 1, true) then error(("no '%s' in: %s"):format(word, message), 0) end
  end

  local function new_with(changes)
    return iggraph.new(with({ access_token = sandbox.tokens.user, base_url = shared.http, retry = false }, changes))
  end

  local NIL = {}
  local TABLE, FUNCTION = { "x" }, print

  local OPTIONS = {
    access_token = { NIL, "", "a\rb", "a\nb", "a\0b", "\0", "a b", " a", "a\127", 7, true, TABLE, FUNCTION },
    base_url = {
      "", "graph.facebook.com", "/v26.0", "https://", "http://", "ftp://127.0.0.1", "file:///etc",
      "http://graph.facebook.com", "http://10.0.0.1", "http://192.168.1.1", "http://[::2]", "http://0.0.0.0",
      "http://127.0.0.1@evil.example", "http://127.0.0.1:80@evil.example", "http://localhost.evil.example",
      "http://127.0.0.1.evil.example", "http://evil.example/127.0.0.1", "http://evil.example#@127.0.0.1",
      "http://evil.example?@127.0.0.1", "http://localhost@127.0.0.1", "https://user@graph.facebook.com",
      "https://user:word@graph.facebook.com", "https://graph.facebook.com/?a=b", "https://graph.facebook.com/#a",
      "https://a b", "https://a\r\nb", "https://a\0b", "http://128.0.0.1", "http://1270.0.0.1", 7, true, TABLE,
    },
    app_secret = { "", "a\r\nb", "a\0b", 7, true, TABLE },
    version = {
      "", "26.0", "v26", "v26.", "v.0", "26", "latest", "v26.0/x", "v26.0?x", "v26.0\n", "../v26.0", 26, TABLE,
    },
    token_in = { "", "body", "Header", 7, true, TABLE },
    timeout = { 0, -1, 0 / 0, "1", "x", true, TABLE },
    connect_timeout = { 0, -1, 0 / 0, "1", true, TABLE },
    max_response = { 0, -1, 0 / 0, "1", true, TABLE },
    ca_file = { "", "/nowhere/ca.pem", "a\0b", 7, true, TABLE },
    retry = { 3, true, "often", { often = 3 }, { attempts = 0 }, { attempts = "3" }, { max_delay = -1 } },
    host = { "", "desktop", 7, true, TABLE, { wait = print } },
  }
  for name, values in pairs(OPTIONS) do
    it("in the option " .. name, function()
      for _, value in ipairs(values) do
        local options = { access_token = sandbox.tokens.user, base_url = shared.http, [name] = value }
        if value == NIL then options[name] = nil end
        local ok, message = pcall(iggraph.new, options)
        assert.is_false(ok, ("%s = %q is taken"):format(name, tostring(value)))
        assert.truthy(message:find(name, 1, true), message)
      end
    end)
  end

  it("in the name of an option", function()
    raises("acces_token", new_with, { acces_token = "x" })
    raises("Timeout", new_with, { Timeout = 1 })
    raises("option", new_with, { "x" })
    raises("table", iggraph.new)
    raises("table", iggraph.new, sandbox.tokens.user)
  end)

  it("is none: addresses of this machine, and https", function()
    for _, base_url in ipairs {
      "http://127.0.0.1", "http://127.0.0.1:1", "http://127.9.8.7", "http://localhost", "http://LocalHost:1/",
      "http://[::1]", "http://[::1]:1", "https://graph.instagram.com", "https://graph.facebook.com/",
      "HTTPS://graph.facebook.com:443", "https://127.0.0.1:1", "https://[::2]/", "https://proxy.example/graph",
    } do
      assert.is_string(tostring(new_with { base_url = base_url }))
    end
  end)

  local PATHS = {
    "..", "../me", "me/..", "me/../me", "/../me", ".", "./me", "me/.", "me//accounts", "//me", "//evil.example/me",
    "me/", "?", "me?fields=id", "#", "me#x", "%2e%2e/me", "me%2f..", "me%00", "me\r\nHost: evil", "me\n", "\rme",
    "me\0", "\0", "https://evil.example/me", "http:me", "evil.example:80/me", "\\\\evil.example\\me", "me\\..\\me",
    " me", "me accounts", "me\tx", "me;x", "me&x=y", "me|x", "mé", "{me}", 7, true, TABLE, FUNCTION, NIL,
  }
  for _, method in ipairs { "get", "post", "delete", "list" } do
    it("in the path of " .. method, function()
      local ig = new_with()
      for _, path in ipairs(PATHS) do
        if path == NIL then path = nil end
        local ok, message = pcall(ig[method], ig, path)
        assert.is_false(ok, ("path %q is taken"):format(tostring(path)))
        assert.truthy(tostring(message):find("path", 1, true), tostring(message))
      end
    end)
  end

  local IDS = {
    "", "..", ".", "1/2", "/1", "1/", "1?x", "1#x", "%2e%2e", "1%2f2", "1\r\n2", "1\0", "http://evil.example",
    "//evil.example", "1 2", "1\\2", 1.5, 2 ^ 60, -1 / 0, true, TABLE, FUNCTION, NIL,
  }
  for _, node in ipairs { "page", "user", "media", "comment", "hashtag", "container" } do
    it("in the id of a " .. node, function()
      local ig = new_with()
      for _, id in ipairs(IDS) do
        if id == NIL then id = nil end
        raises(node .. " id", ig[node], ig, id)
      end
    end)
  end

  -- Anything but a table of parameters.
  for _, params in ipairs { "id,caption", 7, true } do
    it("in the params: " .. tostring(params), function()
      local ig = new_with()
      local page, user = ig:page("1"), ig:user("1")
      for _, call in ipairs {
        { ig.get, ig, "me" }, { ig.post, ig, "me" }, { ig.delete, ig, "me" }, { ig.list, ig, "me/accounts" },
        { page.get, page }, { page.instagram_business_account, page }, { user.media, user },
        { ig.instagram_accounts, ig },
      } do
        local fn, self, path = call[1], call[2], call[3]
        if path then raises("params", fn, self, path, params) else raises("params", fn, self, params) end
      end
    end)
  end

  it("in a parameter", function()
    local ig = new_with()
    for _, value in ipairs { FUNCTION, "a\0b", 0 / 0, 1 / 0, { { FUNCTION } }, coroutine.create(function() end) } do
      raises("params.message", ig.post, ig, "me", { message = value })
      raises("params.message", ig.get, ig, "me", { message = value })
      raises("params.message", ig.list, ig, "me/accounts", { message = value })
    end
    for _, name in ipairs { "access_token", "appsecret_proof" } do
      for _, method in ipairs { "get", "post", "delete", "list" } do
        raises(name, ig[method], ig, "me", { [name] = "x" })
      end
    end
  end)

  it("in the options of a list", function()
    local ig = new_with()
    for name, values in pairs {
      max_items = { 0, -1, 1.5, "1", true, 0 / 0 }, max_empty_pages = { 0, -1, 1.5, "1" }, prefetch = { 1, "true" },
      position = { "x", 7, { path = "other" }, { path = "me/accounts", params = { access_token = "x" } } },
      limit = { 5 },
    } do
      for _, value in ipairs(values) do raises(name, ig.list, ig, "me/accounts", nil, { [name] = value }) end
    end
    for _, opts in ipairs { "x", 7, true } do raises("opts", ig.list, ig, "me/accounts", nil, opts) end
  end)

  it("in the name of an edge", function()
    raises("medias", function() return new_with():user("1"):medias() end)
  end)

  it("in the token of another client", function()
    local ig = new_with()
    for _, token in ipairs { "", "a\r\nb", "a\0b", 7, true, TABLE } do
      raises("access_token", ig.with_token, ig, token)
    end
    raises("access_token", ig.with_token, ig)
  end)

  it("with a client that is closed", function()
    local ig = new_with()
    local page, list = ig:page("1"), ig:list("ok/media")
    ig:close()
    ig:close()
    for _, method in ipairs { "get", "post", "delete", "list" } do raises("closed", ig[method], ig, "ok") end
    raises("closed", ig.with_token, ig, "x")
    raises("closed", ig.instagram_accounts, ig)
    raises("closed", page.get, page)
    raises("closed", page.instagram_business_account, page)
    raises("closed", list.next, list)
    raises("closed", client.collect, list)
    raises("closed", function() return client.collect(list:pages()) end)
    list:close()
  end)

  it("with a cursor that is closed", function()
    local list = new_with():list("ok/media")
    list:close()
    list:close()
    raises("closed", list.next, list)
    raises("closed", client.collect, list)
    raises("closed", function() return client.collect(list:pages()) end)
    assert.is_table(list:position())
    assert.is_string(tostring(list))
  end)

  it("with methods called on something else", function()
    local ig = new_with()
    local list = ig:list("ok/media")
    for _, self in ipairs { ig:page("1"), TABLE, "me", io.stdout } do
      assert.is_false((pcall(ig.get, self, "me")))
      assert.is_false((pcall(ig.close, self)))
      assert.is_false((pcall(list.next, self)))
      assert.is_false((pcall(list.close, self)))
      assert.is_false((pcall(list.position, self)))
    end
    assert.is_false((pcall(list.next, ig)))
    assert.is_false((pcall(ig.get, list, "me")))
  end)
end)

describe("a life that ends early", function()
  local function collect_garbage()
    for _ = 1, 3 do collectgarbage() end
  end

  it("of the client does not end its cursors", function()
    local list = new():list("paging_empty_middle/media")
    collect_garbage()
    local count = 0
    for _ in list do
      count = count + 1
      collect_garbage()
    end
    assert.equal(10, count)
  end)

  it("of the client does not end its handles", function()
    local media = new():user("ok")
    collect_garbage()
    assert.same({ id = "ok" }, (media:get()))
  end)

  it("of a loop, by an error in its body, leaves the client as it was", function()
    local ig = new()
    local list = ig:list("paging_long/media")
    local ok, message = pcall(function()
      for _ in list do error("mine", 0) end
    end)
    assert.is_false(ok)
    assert.equal("mine", message)
    assert.same({ id = "ok" }, (ig:get("ok")))
    assert.equal(500, #client.collect(ig:list("paging_long/media", { limit = 100 }, { max_items = 500 })))
  end)

  it("of a cursor with a page in flight is clean", function()
    for _, finish in ipairs { function(list) list:close() end, collect_garbage } do
      server.reset()
      local ig = new()
      do
        local list = ig:list("paging_long/media", nil, { prefetch = true })
        assert.is_table(list:next())
        finish(list)
      end
      collect_garbage()
      assert.same({ { id = "ok" } }, { ig:get("ok") })
    end
  end)

  -- A host that does `action` once the server has the request, which it never answers.
  local function host_that(action)
    local done
    return {
      wait = function()
        if done or server.record().count == 0 then return end
        done = true
        action()
      end,
      sleep = function() end,
    }
  end

  local function cancelled(path)
    return { kind = "cancelled", method = "GET", path = path, message = tuple.any.text, retryable = false }
  end

  it("of the client cancels its call", function()
    local ig
    ig = new { host = host_that(function() ig:close() end), timeout = 20 }
    tuple.check(cancelled("/v26.0/hang"), soon(ig.get, ig, "hang"))
    assert.same({ id = "ok" }, (new():get("ok")))
  end)

  it("of the client cancels the page of a cursor", function()
    local ig
    ig = new { host = host_that(function() ig:close() end), timeout = 20 }
    local list = ig:list("hang/media")
    tuple.check(cancelled("/v26.0/hang/media"), soon(list.next, list))
  end)

  it("of the cursor cancels its page, and nothing else", function()
    local list
    local ig = new { host = host_that(function() list:close() end), timeout = 20 }
    list = ig:list("hang/media")
    tuple.check(cancelled("/v26.0/hang/media"), soon(list.next, list))
    assert.same({ id = "ok" }, (ig:get("ok")))
  end)

  it("of a wait, by an error of the host, leaves the client as it was", function()
    local ig = new { host = host_that(function() error("interrupted", 0) end), timeout = 20 }
    local ok, message = pcall(soon, ig.get, ig, "hang")
    assert.is_false(ok)
    assert.equal("interrupted", message)
    collect_garbage()
    assert.same({ id = "ok" }, (ig:get("ok")))
  end)

  it("of the coroutine that waits is clean", function()
    local yielding = { wait = coroutine.yield, sleep = coroutine.yield }
    local waiting = coroutine.create(function()
      return new({ host = yielding, timeout = 20 }):get("hang")
    end)
    assert.is_true(coroutine.resume(waiting))
    assert.equal("suspended", coroutine.status(waiting))
    waiting = nil -- luacheck: ignore
    assert.same({ id = "ok" }, (new():get("ok")))
    collect_garbage()
    assert.same({ id = "ok" }, (new():get("ok")))
  end)
end)
