--- Servers that mean harm: whatever they send, a call ends in about its time-out, takes about as much memory as an
-- answer may, tells what is wrong, and the next call goes well.
local client = require "spec.support.client"
local hostile_server = require "spec.support.hostile_server"
local sandbox = require "spec.support.sandbox"
local shell = require "iggraph.sandbox.shell"
local system = require "system"

local TIMEOUT = 0.4 -- seconds
local LONGEST = 3 * TIMEOUT + 1
local MAX_RESPONSE = 1000000 -- bytes
-- Beyond what the process had: brotli alone unpacks by way of 16 MB, a buffer that grows is there twice, and tables
-- stay until they are collected.
local MOST_MEMORY = 24e6
local is_sanitized = (os.getenv "LD_PRELOAD" or ""):find "asan" ~= nil -- keeps what is freed

local server, plays

setup(function()
  server = hostile_server.start()
  local _, folder = shell.run 'mktemp -d "${TMPDIR:-/tmp}/iggraph-bombs.XXXXXX"'
  plays = { folder = folder }
  -- 100 MB of one byte; packed; packed twice; three times.
  assert(shell.run(("cd %s && head -c 100000000 /dev/zero | gzip -1n >1 && gzip -9n <1 >2 && gzip -9n <2 >3")
    :format(folder)))
end)

teardown(function()
  server:stop()
  shell.run("rm -rf " .. plays.folder)
end)

-- Ends the peak that the system remembers of this process.
local function forget_peak()
  local file = io.open("/proc/self/clear_refs", "w")
  if not file then return end
  file:write "5"
  file:close()
end

-- Bytes; nil where the system does not tell.
local function memory(what)
  local text = shell.read "/proc/self/status"
  return text and tonumber(text:match(what .. ":%s+(%d+)")) * 1024
end

-- What a call returned, and how long and in how much memory it did so.
local function measure(fn, ...)
  collectgarbage()
  forget_peak()
  local before, start = memory "VmRSS", system.monotime()
  local value, err, kind = fn(...)
  local seconds, peak = system.monotime() - start, memory "VmHWM"
  return { value = value, err = err, kind = kind, seconds = seconds, bytes = peak and peak - before or 0 }
end

local function new(is_secure, options)
  return client.new(client.with({
    base_url = is_secure and server.https or server.http, timeout = TIMEOUT, connect_timeout = TIMEOUT,
    max_response = MAX_RESPONSE,
  }, options))
end

local function is_one_of(kinds, kind)
  return ("|" .. kinds .. "|"):find("|" .. kind .. "|", 1, true) ~= nil
end

-- Asks while the server does as a row says; the result of `ig:get`, and of what was measured.
local function suffer(row, is_secure)
  local ig = new(is_secure, row.options)
  server:play((row.play:gsub("{(%l+)}", plays)))
  local result = measure(row.ask or ig.get, ig, "me")
  local told = tostring(result.err or "a value")
  assert.is_true(is_one_of(row.kind, result.err and result.kind or "value"), told)
  if row.tells then assert.is_truthy(told:find(row.tells, 1, true), told) end
  assert.is_true(result.seconds < (row.longest or LONGEST), result.seconds .. " s")
  assert.is_true(is_sanitized or result.bytes < (row.memory or MOST_MEMORY), result.bytes .. " bytes")
  -- It mends its ways.
  server:play(nil)
  local after, err = new(is_secure, { timeout = 5 }):get "me"
  assert.same({ id = "1" }, after, tostring(err))
end

-- --- HTTP/1.1 ------------------------------------------------------------------------------------

-- Lines of Lua for hostile_process.lua.
local GZIP = 'request() local f = io.open("{folder}/%s", "rb") local packed = f:read "*a" '
  .. [[send(OK .. "Content-Encoding: %s\r\nContent-Length: " .. #packed .. "\r\n\r\n" .. packed) hold()]]
-- RFC 1952: ten bytes before the data, eight behind.
local DEFLATE = [[request() local f = io.open("{folder}/1", "rb") local packed = "\120\1" .. f:read "*a":sub(11, -9) ]]
  .. [[send(OK .. "Content-Encoding: deflate\r\nContent-Length: " .. #packed .. "\r\n\r\n" .. packed) hold()]]
-- RFC 8878: a frame of blocks of 128 KB of one byte each.
local ZSTD = [[request() send(OK .. "Content-Encoding: zstd\r\n\r\n\40\181\47\253\0%s") forever "\2\0\16x"]]
-- 64 MB of zeros.
local BROTLI = "cfffff7ff82560e2b14020f7fe9ffffffff04b00c4610180eefd3fffffffe1970088c32200ddfbfffcffffc72f01108705"
  .. "00baf7ff"

local function body(headers, bytes)
  return ([[request() send(OK .. %q .. "\r\n" .. %q) ]]):format(headers, bytes)
end

local HTTP1 = {
  -- Too slow.
  ["nothing at all"] = { "hold()", "timeout" },
  ["headers, a byte at a time"] = {
    'request() for c in (OK .. "X: y"):gmatch "." do send(c) sleep(0.1) end', "timeout",
  },
  ["headers, a byte at a time for ever"] = { 'request() send(OK .. "X: ") forever("y", 0.05)', "timeout" },
  ["a body, a byte at a time"] = { [[request() send(OK .. "\r\n") forever(" ", 0.05)]], "timeout" },
  ["interim answers, now and then"] = { [[request() forever("HTTP/1.1 100 Continue\r\n\r\n", 0.05)]], "timeout" },
  ["chunks of one byte, now and then"] = {
    [[request() send(OK .. "Transfer-Encoding: chunked\r\n\r\n") forever("1\r\n \r\n", 0.05)]], "timeout",
  },
  ["empty lines before the answer, for ever"] = { [[request() forever "\r\n"]], "network|too_large|timeout" },

  -- Too much.
  ["a header that never ends"] = { 'request() send(OK .. "X: ") forever "y"', "network|too_large" },
  ["a header of 32 MB"] = { [[request() send(OK .. "X: " .. ("y"):rep(32e6) .. "\r\n\r\n{}")]], "network|too_large" },
  ["headers without end"] = { [[request() send(OK) forever "X: y\r\n"]], "too_large", tells = "headers" },
  ["headers that matter, without end"] = {
    [[request() send(OK) forever "X-App-Usage: {\"call_count\":1}\r\n"]], "too_large", tells = "headers",
  },
  ["a status line that never ends"] = { 'request() send "HTTP/1.1 200 " forever "y"', "network|too_large" },
  ["a folded header without end"] = { [[request() send(OK .. "X: y\r\n") forever " y\r\n"]], "network|too_large" },
  ["100 Continue without end"] = {
    [[request() forever "HTTP/1.1 100 Continue\r\n\r\n"]], "too_large", tells = "headers",
  },
  ["103 Early Hints without end"] = {
    [[request() forever "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"]], "too_large", tells = "headers",
  },
  ["a body without end"] = { [[request() send(OK .. "\r\n") forever "[1]"]], "too_large", tells = "max_response" },
  ["chunks without end"] = {
    [[request() send(OK .. "Transfer-Encoding: chunked\r\n\r\n") forever "3\r\n[1]\r\n"]], "too_large",
  },
  ["a chunk's extension without end"] = {
    [[request() send(OK .. "Transfer-Encoding: chunked\r\n\r\n3;x=") forever "y"]], "network|timeout",
  },
  ["a chunk's size without end"] = {
    [[request() send(OK .. "Transfer-Encoding: chunked\r\n\r\n") forever "0"]], "network",
  },
  ["trailers without end"] = {
    [[request() send(OK .. "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n") forever "X: y\r\n"]], "too_large",
    tells = "headers",
  },
  ["a trailer that never ends"] = {
    [[request() send(OK .. "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: ") forever "y"]], "network|too_large",
  },

  -- Wrong lengths.
  ["a length that is too long"] = { body("Content-Length: 3\r\n", "{}"), "network" },
  ["a length that is too long, and no end"] = { body("Content-Length: 3\r\n", "{}") .. "hold()", "timeout" },
  ["a length that is too short"] = { body("Content-Length: 2\r\n", '{}{"id":"2"}'), "value" },
  ["a negative length"] = { body("Content-Length: -1\r\n", "{}") .. "hold()", "network|timeout" },
  ["a huge length"] = { body("Content-Length: 9223372036854775807\r\n", "{}") .. "hold()", "timeout|too_large" },
  ["a huge length, and as much as comes"] = {
    [[request() send(OK .. "Content-Length: 9223372036854775807\r\n\r\n") forever "[1]"]], "too_large",
  },
  ["a length that no number holds"] = { body("Content-Length: " .. ("9"):rep(40) .. "\r\n", "{}") .. "hold()",
    "network|timeout|too_large" },
  ["two lengths"] = { body("Content-Length: 2\r\nContent-Length: 9\r\n", "{}"), "value|network|timeout" },
  ["a length and chunks"] = {
    body("Content-Length: 9\r\nTransfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"), "value|network",
  },
  ["a chunk of a huge size"] = {
    body("Transfer-Encoding: chunked\r\n", "FFFFFFFFFFFFFFFF\r\n") .. "forever '[1]'", "network|too_large",
  },
  ["a chunk of a negative size"] = { body("Transfer-Encoding: chunked\r\n", "-2\r\n{}\r\n0\r\n\r\n"), "network" },
  ["a chunk longer than its size"] = { body("Transfer-Encoding: chunked\r\n", "1\r\n{}\r\n0\r\n\r\n"), "network" },

  -- Packed.
  ["100 MB in 100 KB of gzip"] = { GZIP:format("1", "gzip"), "too_large", tells = "max_response" },
  ["100 MB of gzip, packed twice"] = { GZIP:format("2", "gzip, gzip"), "too_large" },
  ["100 MB of gzip, packed three times"] = { GZIP:format("3", "gzip, gzip, gzip"), "too_large" },
  ["gzip thirty times"] = { GZIP:format("3", ("gzip, "):rep(29) .. "gzip"), "network" },
  ["100 MB of deflate"] = { DEFLATE, "too_large" },
  -- "network" where libcurl knows none of it.
  ["zstd without end"] = { ZSTD:format [[\56]], "too_large|network" },
  ["zstd with a window of 128 MB"] = { ZSTD:format [[\136]], "too_large|network" },
  ["zstd with a window of 3 TB"] = { ZSTD:format [[\255]], "too_large|network" },
  ["64 MB in 51 bytes of brotli"] = {
    ([[request() send(OK .. "Content-Encoding: br\r\n\r\n" .. ("%s"):gsub("%%x%%x", function(hex) ]]
      .. 'return string.char(tonumber(hex, 16)) end)) hold()'):format(BROTLI), "too_large|network",
  },
  ["gzip without end, of nothing"] = {
    [[request() send(OK .. "Content-Encoding: gzip\r\n\r\n\31\139\8\0\0\0\0\0\0\3") forever "\0\0\0\255\255"]],
    "timeout|network",
  },
  ["a name in gzip's head without end"] = {
    [[request() send(OK .. "Content-Encoding: gzip\r\n\r\n\31\139\8\8\0\0\0\0\0\3") forever "x"]],
    "timeout|network",
  },

  -- JSON.
  ["32 MB of ["] = {
    [[request() send(OK .. "\r\n" .. ("["):rep(32e6))]], "json|timeout", options = { max_response = 33e6, timeout = 3 },
    memory = 120e6, longest = 10,
  },
  ["a number of a million digits"] = { body("", '{"id":' .. ("9"):rep(9e5) .. "}"), "value|json" },
  ["a number beyond all"] = { body("", '{"id":1e999999999}'), "value|json" },
  ["a string that never ends"] = { [[request() send(OK .. "\r\n\"") forever "\\u0000"]], "too_large" },
  ["a hundred thousand keys of one name"] = { body("", "{" .. ('"":1,'):rep(1e5) .. '"":1}'), "value" },

  -- No HTTP, or none that was asked for.
  ["HTTP/0.9"] = { 'request() send [[{"id":"1"}]]', "network" },
  ["an unknown version"] = { [[request() send "HTTP/9.9 200 OK\r\n\r\n{}"]], "network" },
  ["an upgrade that was not asked for"] = {
    [[request() send "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n" hold()]],
    "network|timeout|http|json",
  },
  ["a status that is none"] = { [[request() send "HTTP/1.1 -1 OK\r\n\r\n{}"]], "network|http|json" },
  ["a status of 999"] = { [[request() send "HTTP/1.1 999 OK\r\n\r\n{}"]], "http" },
  ["NULs in a header's name"] = { body("X\0Y: 1\r\nContent-Length: 2\r\n", "{}"), "network" },
  ["NULs in a header"] = { body("X-App-Usage: {}\0\r\nContent-Length: 2\r\n", "{}"), "network" },
  ["a header without a name"] = { body(": x\r\nContent-Length: 2\r\n", "{}"), "value|network" },
  ["a header without a colon"] = { body("xx\r\nContent-Length: 2\r\n", "{}"), "value|network" },
  ["line feeds alone"] = { [[request() send "HTTP/1.1 200 OK\nContent-Length: 2\n\n{}"]], "value|network" },
  ["an answer before the request"] = { [[send(OK .. "Content-Length: 2\r\n\r\n{}") request()]],
    "value|network|timeout" },
  ["garbage in WWW-Authenticate"] = {
    [[request() send("HTTP/1.1 401 No\r\n" .. ("WWW-Authenticate: NTLM =\"\1, Negotiate %s,,Digest x=\r\n"):rep(99)]]
      .. [[ .. "Content-Length: 2\r\n\r\n{}")]], "http",
  },
}

describe("a hostile server is endured over HTTP/1.1:", function()
  for name, row in pairs(HTTP1) do
    row.play, row.kind = row[1], row[2]
    it(name, function() suffer(row, false) end)
  end
end)

-- --- HTTP/2 --------------------------------------------------------------------------------------

-- Before a play: settings are said, and the request is read. `frame(kind, flags, payload, stream)`.
local BEGIN = 'send(frame(4, 0, "", 0)) request() '
local DATA, HEADERS, CONTINUATION = "frame(0, 0, %s)", "frame(1, %d, %s)", "frame(9, %d, %s)"
local STATUS = [["\136"]] -- :status 200
-- A literal header that is not indexed: x: 100 bytes
local LITERAL = [[("\0\1x\100" .. ("y"):rep(100))]]

-- What libcurl makes of them differs between its versions; none is an answer.
local BOUNDED = "network|timeout|too_large"

local HTTP2 = {
  ["nothing at all"] = { "hold()" },
  ["settings, and nothing else"] = { BEGIN .. "hold()" },
  ["the answer of another protocol"] = { [[request() send(OK .. "Content-Length: 2\r\n\r\n{}") hold()]] },
  ["a body, a byte at a time"] = {
    BEGIN .. "send(" .. HEADERS:format(4, STATUS) .. ") forever(" .. DATA:format '" "' .. ", 0.05)",
  },
  ["a body without end"] = {
    BEGIN .. "send(" .. HEADERS:format(4, STATUS) .. ") forever(" .. DATA:format '("[1]"):rep(99)' .. ")",
  },
  ["empty data without end"] = {
    BEGIN .. "send(" .. HEADERS:format(4, STATUS) .. ") forever(" .. DATA:format '""' .. ")",
  },
  ["padding without end"] = {
    BEGIN .. "send(" .. HEADERS:format(4, STATUS) .. [[) forever(frame(0, 8, "\255" .. ("\0"):rep(255)))]],
  },
  ["CONTINUATION without end"] = {
    BEGIN .. "send(" .. HEADERS:format(0, STATUS) .. ") forever(" .. CONTINUATION:format(0, LITERAL) .. ")",
  },
  ["empty CONTINUATION without end"] = {
    BEGIN .. "send(" .. HEADERS:format(0, STATUS) .. ") forever(" .. CONTINUATION:format(0, '""') .. ")",
  },
  ["interim answers without end"] = {
    BEGIN .. "forever(" .. HEADERS:format(4, [["\8\003103"]]) .. ")",
  },
  ["a header of 4 KB, ten thousand times by its number"] = {
    BEGIN .. "send(" .. HEADERS:format(0, [["\136\64\1x\127\129\30" .. ("y"):rep(4000)]])
      .. ") send(" .. CONTINUATION:format(4, [[("\190"):rep(10000)]]) .. ") hold()",
  },
  ["trailers with everything"] = {
    BEGIN .. "send(" .. HEADERS:format(4, STATUS) .. ") send(" .. DATA:format '"{}"' .. ") send("
      .. HEADERS:format(1, LITERAL) .. ") forever(" .. CONTINUATION:format(0, LITERAL) .. ")",
  },
  ["SETTINGS without end"] = { [[request() forever(frame(4, 0, "\0\3\0\0\0\100", 0))]] },
  ["SETTINGS of 16 KB"] = {
    [[request() send(frame(4, 0, ("\0\3\0\0\0\100"):rep(2700), 0)) hold()]],
  },
  ["SETTINGS that want the most of all"] = {
    [[request() send(frame(4, 0, "\0\1\255\255\255\255\0\3\255\255\255\255\0\6\255\255\255\255", 0)) hold()]],
  },
  ["SETTINGS that no one may send"] = { [[request() send(frame(4, 0, "\0\4\255\255\255\255", 0)) hold()]] },
  ["a SETTINGS that is no whole number of settings"] = { 'request() send(frame(4, 0, "12345", 0)) hold()' },
  ["PING without end"] = { BEGIN .. 'forever(frame(6, 0, "12345678", 0))' },
  ["RST_STREAM without end"] = { BEGIN .. [[forever(frame(3, 0, "\0\0\0\8"))]] },
  ["RST_STREAM of streams that were never there"] = {
    BEGIN .. [[for id = 3, 99999, 2 do send(frame(3, 0, "\0\0\0\8", id)) end hold()]],
  },
  ["a push"] = { BEGIN .. [[send(frame(5, 4, "\0\0\0\2\130\132\135\65\1x")) hold()]] },
  ["PRIORITY without end"] = { BEGIN .. [[forever(frame(2, 0, "\0\0\0\0\9"))]] },
  ["unknown frames without end"] = { BEGIN .. 'forever(frame(200, 0, ("x"):rep(99)))' },
  ["WINDOW_UPDATE without end"] = { BEGIN .. [[forever(frame(8, 0, "\0\0\0\1"))]] },
  ["a window beyond all"] = { BEGIN .. [[forever(frame(8, 0, "\127\255\255\255", 0))]] },
  ["a window that stays closed"] = {
    [[send(frame(4, 0, "\0\4\0\0\0\0", 0)) request() hold()]],
    ask = function(ig) return ig:post("me", { message = ("x"):rep(1e6) }) end,
  },
  ["GOAWAY without end"] = { BEGIN .. [[forever(frame(7, 0, "\0\0\0\9\0\0\0\0", 0))]] },
  ["a frame of 16 MB"] = { BEGIN .. [[send(number(2 ^ 24 - 1, 3)) send "\0\0\0\0\0\1" forever "x"]] },
  ["headers that cannot be unpacked"] = { BEGIN .. "send(" .. HEADERS:format(5, [[("\255"):rep(99)]]) .. ") hold()" },
  ["no status"] = { BEGIN .. "send(" .. HEADERS:format(5, LITERAL) .. ") hold()" },
  ["NULs in a header"] = { BEGIN .. "send(" .. HEADERS:format(5, [["\136\0\3x\0y\3a\0b"]]) .. ") hold()" },
  ["line breaks in a header"] = {
    BEGIN .. "send(" .. HEADERS:format(5, [["\136\0\1x\7a\13\10b: c"]]) .. ") hold()",
  },
  ["a length that is too long"] = {
    BEGIN .. "send(" .. HEADERS:format(4, [["\136\15\13\1" .. "9"]]) .. ") send(frame(0, 1, '{}')) hold()",
  },
}

describe("a hostile server is endured over HTTP/2:", function()
  for name, row in pairs(HTTP2) do
    row.play, row.kind = row[1], row[2] or BOUNDED
    it(name, function() suffer(row, true) end)
  end
end)

-- --- where a server leads to ---------------------------------------------------------------------

-- {own} is its own port, {port} and {tls} are those of the sandbox, which would note a visit.
local AWAY = {
  "file:///etc/passwd", "file://localhost/etc/passwd", "gopher://127.0.0.1:{port}/_GET%20/",
  "dict://127.0.0.1:{port}/x", "ftp://127.0.0.1:{port}/x", "ldap://127.0.0.1:{port}/x",
  "telnet://127.0.0.1:{port}", "javascript:alert(1)", "data:,x",
  "http://169.254.169.254/latest/meta-data/", "http://[::1]:{own}/x", "http://[::ffff:127.0.0.1]:{own}/x",
  "http://127.0.0.1:{port}/x", "http://127.0.0.2:{own}/x", "http://0.0.0.0:{own}/x",
  "http://localhost:{own}/x", "https://localhost:{tls}/x", "//127.0.0.1:{port}/x",
  "http://me@127.0.0.1:{own}/x", "http://me:word@127.0.0.1:{own}/x", "http://127.0.0.1:{own}@127.0.0.1:{port}/x",
  "http://127.0.0.1:{port}#@127.0.0.1:{own}/x", "http://127.0.0.1:{own}\\@127.0.0.1:{port}/x",
  "http:// 127.0.0.1:{port}/x", "http://127.0.0.1:{port}\tx", "http:", "http://", "http://127.0.0.1:99999/x",
}

describe("a hostile server leads nobody to", function()
  before_each(function() sandbox.reset() end)

  local function fill(text)
    local shared = sandbox.shared()
    return (text:gsub("{(%l+)}", {
      own = server.http:match "%d+$", port = shared.http:match "%d+$", tls = shared.https:match "%d+$",
    }))
  end

  for _, place in ipairs(AWAY) do
    it(place, function()
      local location = fill(place)
      for _, token_in in ipairs { "header", "query" } do
        server:play(("if request() then send(%q) end"):format(
          "HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: " .. location .. "\r\n\r\n"))
        local value, err, kind = new(false, { token_in = token_in }):get "me"
        assert.is_nil(value)
        -- "http" where libcurl takes it for no address at all
        assert.is_true(is_one_of("network|http", kind), tostring(err))
        assert.is_false(err.retryable)
        assert.equal(1, select(2, server:heads():gsub("GET ", "")))
        assert.is_nil(tostring(err):find("word", 1, true))
      end
      assert.equal(0, sandbox.record().count)
    end)
  end

  it("http from https", function()
    server:play(("if request() then local head = [[\72\3\51\48\50]] .. [[\15\31]] .. string.char(%d) .. %q "
      .. "send(frame(4, 0, '', 0) .. frame(1, 5, head)) request() end"):format(#fill "http://localhost:{port}/x",
      fill "http://localhost:{port}/x"))
    local _, err, kind = new(true):get "me"
    assert.equal("network", kind, tostring(err))
    assert.equal(302, err.status)
    assert.equal(0, sandbox.record().count)
  end)

  it("itself, for ever", function()
    server:play [[if request() then send "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /v26.0/me\r\n\r\n" end]]
    local _, err, kind = new(false):get "me"
    assert.equal("network", kind, tostring(err))
    assert.is_false(err.retryable)
    assert.is_true(select(2, server:heads():gsub("GET ", "")) <= 10)
  end)
end)

-- --- what is sent --------------------------------------------------------------------------------

describe("a hostile server", function()
  it("gets no cookie back, and moves nobody to other ports or protocols", function()
    server:play(('for _ = 1, 4 do request() send(OK .. %q) end'):format("Set-Cookie: a=b; Path=/\r\n"
      .. 'Alt-Svc: h2=":1"; ma=9999, h3=":1"; persist=1\r\nStrict-Transport-Security: max-age=9999\r\n'
      .. "Refresh: 0; url=http://127.0.0.1:1/\r\nContent-Location: http://127.0.0.1:1/\r\nClear-Site-Data: \"*\"\r\n"
      .. "Upgrade: h2c\r\nContent-Length: 2\r\n\r\n{}"))
    local ig = new(false)
    for _ = 1, 3 do assert.same({}, (ig:get "me")) end
    assert.same({}, (new(false):get "me"))
    local heads = server:heads():lower()
    assert.equal(4, select(2, heads:gsub("get /v26%.0/me http/1%.1\r\n", "")))
    assert.is_nil(heads:find("cookie", 1, true))
    assert.is_nil(heads:find("alt-used", 1, true))
  end)

  -- One that sends it later, on a connection that waits for the next request, can with libcurl 7.88 and HTTP/1.1; over
  -- HTTP/2 each answer has its request's number.
  it("cannot answer what was not asked yet behind its answer", function()
    server:play [[request() send((OK .. "Content-Length: 2\r\n\r\n{}"):rep(9))]]
    assert.same({}, (new(false):get "me"))
    server:play(nil)
    assert.same({ id = "1" }, (new(false):get "me"))
  end)

  it("finds no line of its own making in what it is sent", function()
    local evil = "x\r\nEvil: yes\r\n\r\nGET /evil HTTP/1.1\r\n\r\n"
    local file = io.tmpfile()
    file:write "content"
    file:seek "set"
    for _, ask in ipairs {
      function(ig) return ig:get("me", { message = evil, [evil] = "x" }) end,
      function(ig) return ig:post("me", { message = evil, [evil] = "x" }) end,
      function(ig) return ig:post("me", { message = evil, [evil] = file }) end,
      function(ig) return ig:list("me/accounts", { after = evil }):next() end,
      function(ig) return ig:get(evil) end,
      function(ig) return ig:user(evil):get() end,
      function(ig) return ig:with_token(evil):get "me" end,
      function(ig) return new(false, { version = "v1.0" .. evil }) or ig end,
    } do
      server:play 'local head = request() if head then sleep(0.05) answer [[{"id":"1"}]] end'
      pcall(ask, new(false)) -- what cannot be sent raises
      local heads = server:heads()
      assert.is_nil(heads:find "\nEvil:", heads)
      assert.is_true(select(2, heads:gsub("HTTP/1%.1\r\n", "")) <= 1, heads)
    end
    file:close()
  end)

  -- A hundred thousand empty pages: pages that lead on, and never say anything.
  local EMPTY = 'for page = 1, %d do request() local body = \'{"data":[],"paging":{"next":"http://h/?after=\' '
    .. [[.. page .. '"}}' send(OK .. "Content-Length: " .. #body .. "\r\n\r\n" .. body) end]]

  it("cannot lead through empty pages for ever", function()
    server:play(EMPTY:format(101))
    local _, err, kind = new(false):list("me/media"):next()
    assert.equal("paging", kind, tostring(err))
    assert.equal(101, select(2, server:heads():gsub("GET ", "")))
  end)

  it("takes no memory by empty pages, however many may come", function()
    local PAGES = 4000
    server:play(EMPTY:format(PAGES + 1))
    local list = new(false):list("me/media", nil, { max_empty_pages = PAGES })
    local result = measure(list.next, list)
    assert.equal("paging", result.kind, tostring(result.err))
    assert.is_true(is_sanitized or result.bytes < 4e6, result.bytes .. " bytes")
    assert.is_true(select(2, server:heads():gsub("GET ", "")) > PAGES)
  end)
end)
