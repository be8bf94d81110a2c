--- Whatever goes wrong: no message, error object, position or description of an object holds a token, a
-- secret or a proof, nor a piece of one that is long enough to be of use.
local iggraph = require "iggraph"
local client = require "spec.support.client"
local core = require "iggraph.core"
local fault_server = require "spec.support.fault_server"
local nginx_host = require "spec.support.nginx_host"
local remains = require "spec.support.remains"
local sandbox = require "iggraph.sandbox"
local scenarios = require "iggraph.sandbox.scenarios"
local server = require "spec.support.sandbox"
local shell = require "iggraph.sandbox.shell"

local PIECE = 16 -- bytes; the sandbox's tokens begin with 14 that are no secret

-- An app token has a byte in it that is written in many ways.
local APP_TOKEN = "4815162342108150|sEcReTpArTofTheAppToKeN0123456789"

local shared, faults
local pieces = {} -- piece -> what it is a piece of
local proofs = {}

local function guard(name, secret)
  for at = 1, #secret - PIECE + 1 do pieces[secret:sub(at, at + PIECE - 1)] = name end
end

setup(function()
  shared = server.shared()
  faults = fault_server.start()
  for name, token in pairs(sandbox.tokens) do guard("the token " .. name, token) end
  guard("the app token", APP_TOKEN)
  guard("the app secret", sandbox.app_secret)
  for _, token in ipairs { sandbox.tokens.user, APP_TOKEN } do
    server.reset()
    client.new({ access_token = token, app_secret = sandbox.app_secret }):get("me")
    proofs[token] = assert(server.requests()[1].uri:match("appsecret_proof=(%x+)"))
    guard("the proof", proofs[token])
  end
end)

teardown(function() faults:stop() end)

local function find_secret(text)
  for at = 1, #text - PIECE + 1 do
    local name = pieces[text:sub(at, at + PIECE - 1)]
    if name then return name end
  end
  return nil
end

-- Raises when a secret is in one of the values, however deep, or in what they tell of themselves.
local function check(what, ...)
  local seen = {}
  local function search(value, place)
    if value == nil or seen[value] then return end
    local name = find_secret(tostring(value))
    if name then error(("%s is in %s: %s"):format(name, place, tostring(value)), 0) end
    if type(value) ~= "table" then return end
    seen[value] = true
    for key, member in pairs(value) do
      search(key, place .. ", a key")
      search(member, place .. "." .. tostring(key))
    end
  end
  for i = 1, select("#", ...) do search((select(i, ...)), what) end
end

describe("the search for secrets", function()
  it("finds them", function()
    local token = sandbox.tokens.user
    for _, value in ipairs {
      token, "x" .. token .. "x", token:sub(1, 20), token:sub(-20), { a = { b = token } }, { [token] = 1 },
      sandbox.tokens.page, sandbox.app_secret, APP_TOKEN:gsub("|", "%%7C"),
      setmetatable({}, { __tostring = function() return token end }),
    } do
      assert.has_error(function() check("it", value) end)
    end
    check("it", "EAAJjmJsandbox", { "access_token" }, 7, nil, true)
  end)
end)

-- Every scenario there is, a later one as well. Those with numbers in their names by an example or more.
local names = {}
for name in pairs(scenarios.rows) do names[#names + 1] = name end
for _, name in ipairs {
  "entry_without_headers", "error_190_463", "error_100_33_http_404", "killed_once_1", "null_once_1", "once_error_190",
  "reduce_25", "retry_after_1", "slow_1", "status_500", "status_302", "whole_error_reduce",
} do
  names[#names + 1] = name
end
table.sort(names)

describe("scenarios with numbers in their names", function()
  it("have an example here, each of them", function()
    for i, pair in ipairs(scenarios.patterns) do
      local known = false
      for _, name in ipairs(names) do known = known or pair[1](name) ~= nil end
      assert.is_true(known, "pattern " .. i)
    end
  end)
end)

-- A token goes where the client says, and nowhere else; nothing goes to another host.
local function check_records()
  for _, request in ipairs(server.requests()) do
    local query = request.uri:match "[?&]access_token=([^&]*)"
    local uri = request.uri:gsub("([?&]access_token=)[^&]*", "%1"):gsub("([?&]appsecret_proof=)[^&]*", "%1")
    local form = (request.body or ""):gsub("(%f[%w]appsecret_proof=)%x*", "%1")
    local authorization = request.headers.authorization
    assert.is_nil(find_secret(uri), uri)
    assert.is_nil(find_secret(form), form)
    assert.is_nil(query and authorization, request.uri)
    assert.is_nil(request.host:find("127.0.0.2", 1, true), request.host)
    request.headers.authorization = nil
    check("the headers of a request", request.headers)
  end
end

local MODES = {
  { plain = true, token_in = "header" },
  { plain = true, token_in = "query", app_secret = sandbox.app_secret },
  { token_in = "query", app_secret = sandbox.app_secret },
}

local function new(mode, changes)
  local options = { timeout = 0.15, max_response = 300000 }
  for _, part in ipairs { mode, changes or {} } do
    for name, value in pairs(part) do options[name] = value end
  end
  return client.new(options)
end

local function check_call(what, ig, method, ...)
  local _, err, kind = ig[method](ig, ...)
  check(what .. ", " .. method, err, kind)
  return err
end

local STEPS = 8

local function check_list(what, ig, path)
  local list = ig:list(path, { limit = 3 }, { max_empty_pages = 3 })
  check(what .. ", the cursor at its start", list, list:position())
  for _ = 1, STEPS do
    local item, err, kind = list:next()
    check(what .. ", next", err, kind)
    check(what .. ", the cursor", list, list:position())
    if item == nil then break end
  end
  list:close()
  check(what .. ", the cursor at its end", list, list:position())
end

local function check_loop(what, ig, path)
  local left = STEPS
  local ok, err = pcall(function()
    for _ in ig:list(path, { limit = 3 }, { max_empty_pages = 3 }) do
      left = left - 1
      if left == 0 then break end
    end
  end)
  if not ok then check(what .. ", raised by a loop", err) end
end

describe("no secret is in what comes of", function()
  before_each(function() server.reset() end)

  for _, name in ipairs(names) do
    it(name, function()
      for i, mode in ipairs(MODES) do
        local ig, what = new(mode), name .. " in mode " .. i
        for _, method in ipairs { "get", "post", "delete" } do check_call(what, ig, method, name) end
        check_list(what, ig, name .. "/media")
        check_loop(what, ig, name .. "/media")
        local node = ig:user(name)
        local _, err = node:get()
        check(what .. ", a handle and its error", err, tostring(node))
        check(what .. ", the client", ig)
        ig:close()
        check(what .. ", the client when closed", ig)
      end
      check_records()
    end)
  end

  for _, token in ipairs { "expired", "limited", "secured", "wrong" } do
    it("a token that is " .. token, function()
      for i, mode in ipairs(MODES) do
        local ig = new(mode, { access_token = sandbox.tokens[token] })
        for _, path in ipairs { "me", "me/accounts", "17841405822304914" } do
          check_call(path .. " in mode " .. i, ig, "get", path)
        end
        check_list("me/accounts in mode " .. i, ig, "me/accounts")
      end
    end)
  end

  it("a wrong proof", function()
    for i, mode in ipairs(MODES) do
      assert.is_table(check_call("mode " .. i, new(mode, { app_secret = "another-secret-of-an-app" }), "get", "me"))
    end
  end)

  for _, host in ipairs { "expired.localhost", "unknown.localhost", "mismatch.localhost" } do
    it("TLS with " .. host, function()
      for _, token_in in ipairs { "query", "header" } do
        local ig = client.new {
          base_url = (shared.https:gsub("localhost", host)), token_in = token_in, app_secret = sandbox.app_secret,
        }
        for _, method in ipairs { "get", "post", "delete" } do
          assert.equal("network", check_call(host, ig, method, "me").kind)
        end
        check_list(host, ig, "me/accounts")
      end
    end)
  end

  it("no server", function()
    local gone = fault_server.start()
    gone:stop()
    local ig = client.new { base_url = gone.http, token_in = "query", app_secret = sandbox.app_secret }
    assert.equal("network", check_call("refused", ig, "get", "me").kind)
    check_list("refused", ig, "me/accounts")
  end)

  it("a token in place of an id", function()
    local ig = client.new()
    for _, call in ipairs { ig.get, ig.post, ig.delete, ig.list, ig.page, ig.user } do
      local ok, message = pcall(call, ig, sandbox.tokens.user)
      assert.is_false(ok)
      assert.matches("the access token is in it", message, 1, true)
      check("a raised message", message)
    end
  end)
end)

-- How a server may write down what it was sent; `where` is a pattern of the bodies in which it can.
local function percent(text)
  return (text:gsub("[^%w]", function(byte) return ("%%%02X"):format(byte:byte()) end))
end

local WRITINGS = {
  { "as it is", function(text) return text end },
  { "percent-encoded", percent },
  { "percent-encoded in small letters", function(text) return (percent(text):gsub("%%%x%x", string.lower)) end },
  { "percent-encoded twice, in a link", function(text) return percent(percent(text)) end, where = "href" },
  { "escaped as JSON", function(text) return (text:gsub("|", "\\u007c")) end, where = "^{" },
  { "escaped as JSON twice", function(text) return (text:gsub("|", "\\\\u007c")) end, where = "^{" },
  { "escaped as JSON, all of it", function(text)
    return (text:gsub(".", function(byte) return ("\\u%04x"):format(byte:byte()) end))
  end, where = "^{" },
}

-- Bodies in which a server repeats a text; %s is where.
local ECHOES = {
  message = [[{"error":{"message":"Malformed access token %s","type":"OAuthException","code":190}}]],
  type = [[{"error":{"message":"m","type":"%s","code":190}}]],
  fbtrace_id = [[{"error":{"message":"m","code":190,"fbtrace_id":"%s"}}]],
  title = [[{"error":{"message":"m","code":190,"error_user_title":"%s"}}]],
  text = [[{"error":{"message":"m","code":190,"error_user_msg":"It is %s."}}]],
  data = [[{"error":{"message":"m","code":190,"error_data":{"list":[1,"%s"]}}}]],
  key = [[{"error":{"message":"m","code":190,"error_data":{"%s":{"%s":1}}}}]],
  data_text = [[{"error":{"message":"m","code":190,"error_data":"see %s"}}]],
  data_json = [[{"error":{"message":"m","code":190,"error_data":"{\"a\":\"%s\"}"}}]],
  bare = [[{"error":"%s"}]],
  instagram = [[{"error_type":"OAuthException","code":400,"error_message":"%s"}]],
  dialog = [[{"error":"%s","error_description":"%s"}]],
  rest = [[{"error_code":190,"error_msg":"%s","error_reason":"%s"}]],
  unwrapped = [[{"code":100,"message":"%s"}]],
  debug_token = [[{"data":{"error":{"code":190,"message":"%s"},"input":"%s"}}]],
  rupload = [[{"debug_info":{"type":"%s","message":"{\"error\":{\"message\":\"%s\"}}"}}]],
  value = [[{"%s":"%s"}]],
  html = "<html>%s</html>",
  bytes = "\0%s",
  link = [[<a href="https://graph.facebook.com/me?access_token=%s&appsecret_proof=%s">]],
  redirect = [[<a href="/login?next=https%%3A%%2F%%2Fgraph.facebook.com%%2Fme%%3Faccess_token%%3D%s">]],
}

describe("a server that repeats the token", function()
  local function new_echoed(token)
    return client.new { base_url = faults.http, access_token = token, app_secret = sandbox.app_secret }
  end

  local function check_echo(place, writing, token, status)
    local written = writing[2](token)
    local body = ECHOES[place]:gsub("%%s", function() return written end):gsub("%%%%", "%%")
    faults:answer { status = status, body = body }
    local _, err, kind = new_echoed(token):get("me")
    check(("%s with HTTP %d"):format(place, status), err, kind)
    if status ~= 200 then assert.is_table(err) end
  end

  for _, writing in ipairs(WRITINGS) do
    it("is not repeated: " .. writing[1], function()
      for place, template in pairs(ECHOES) do
        local possible = not writing.where or template:find(writing.where)
        for _, token in ipairs(possible and { sandbox.tokens.user, APP_TOKEN } or {}) do
          for _, status in ipairs { 200, 400, 502 } do check_echo(place, writing, token, status) end
        end
      end
    end)
  end

  it("is not repeated: app secret and proof", function()
    for _, token in ipairs { sandbox.tokens.user, APP_TOKEN } do
      for _, secret in ipairs { sandbox.app_secret, proofs[token] } do
        for _, body in ipairs { [[{"error":{"message":"%s"}}]], "<html>%s" } do
          faults:answer { status = 400, body = body:format(secret) }
          local _, err = new_echoed(token):get("me")
          assert.is_table(err)
          check("it", err)
        end
      end
    end
  end)

  it("is not repeated: in headers", function()
    local token = sandbox.tokens.user
    for _, body in ipairs { [[{"error":{"message":"m","code":190}}]], "{}", "" } do
      faults:answer { status = 400, body = body, headers = {
        "x-fb-trace-id: " .. token, [[WWW-Authenticate: OAuth "Facebook Platform" "invalid_token" "]] .. token .. [["]],
      } }
      check("it", select(2, new_echoed(token):get("me")))
    end
    faults:say("HTTP/1.1 400 " .. token .. "\r\nContent-Length: 2\r\n\r\n{}")
    check("the reason", select(2, new_echoed(token):get("me")))
    faults:say("HTTP/" .. token .. " 200 OK\r\n\r\n{}")
    check("the protocol", select(2, new_echoed(token):get("me")))
    faults:say("HTTP/1.1 200 OK\r\nContent-Encoding: " .. token .. "\r\nContent-Length: 2\r\n\r\n{}")
    check("the encoding", select(2, new_echoed(token):get("me")))
  end)

  it("is not repeated: where it redirects to", function()
    local token = sandbox.tokens.user
    for _, location in ipairs {
      "http://127.0.0.2:9/?access_token=" .. token, "http://127.0.0.2:9/" .. token,
      "http://" .. token .. "@127.0.0.2:9/", "http://u:" .. token .. "@127.0.0.2:9/",
      "http://127.0.0.2:9#" .. token, token .. "://127.0.0.2", "http://" .. token .. ".example/",
      "http://" .. sandbox.tokens.page .. "@127.0.0.2:9/", "\\\\" .. token,
    } do
      faults:answer { status = 302, headers = { "Location: " .. location }, body = "" }
      local _, err = new_echoed(token):get("me")
      assert.is_table(err)
      check(location:gsub(token, "(token)"), err)
    end
  end)

  it("is not repeated: wherever the excerpt cuts it", function()
    for _, token in ipairs { sandbox.tokens.user, APP_TOKEN } do
      for before = 200 - #token - 2, 202 do
        for _, status in ipairs { 200, 502 } do
          faults:answer { status = status, body = ("-"):rep(before) .. token .. ("-"):rep(500) }
          local _, err = new_echoed(token):get("me")
          check(before .. " bytes before it", err)
        end
      end
    end
  end)

  it("is not repeated: many times in a row", function()
    for _, token in ipairs { sandbox.tokens.user, APP_TOKEN } do
      for _, between in ipairs { "", " ", "\n<br>", ("-"):rep(30) } do
        faults:answer { status = 502, body = (token .. between):rep(40) }
        check("it", select(2, new_echoed(token):get("me")))
      end
    end
  end)

  it("is not repeated: behind many backslashes, which take no longer than other bytes", function()
    local token, begin = sandbox.tokens.user, os.clock()
    for _, count in ipairs { 1, 2, 3, 500000 } do
      for _, name in ipairs { "", "access_token=" } do
        local text = ("\\"):rep(2 * count) .. name .. token
        faults:answer { status = 400, body = ECHOES.message:gsub("%%s", function() return text end) }
        local _, err, kind = new_echoed(token):get "me"
        check("it", err, kind)
        assert.equal("auth", kind)
      end
    end
    assert.is_true(os.clock() - begin < 5)
  end)

  it("is not repeated: cut by the server itself", function()
    local token = sandbox.tokens.user
    for _, length in ipairs { PIECE, 40, #token - 1 } do
      for _, before in ipairs { "token ", "<a href=\"?access_token=", [[{"access_token":"]] } do
        for _, status in ipairs { 200, 502 } do
          faults:answer { status = status, body = before .. token:sub(1, length) }
          check(("%d bytes of it behind %s"):format(length, before), select(2, new_echoed(token):get("me")))
        end
      end
    end
  end)
end)

-- A secret that the client does not know is known by its name.
describe("a secret of others", function()
  local NAMES = {
    "access_token", "appsecret_proof", "client_secret", "fb_exchange_token", "input_token", "code",
  }
  local TEXTS = {
    [[{"data":[{"%s":"$","name":"cut]], [[{"%s" : "$"]], [[{"error":{"message":"https:\/\/h\/?a=b&%s=$&c=d"}}]],
    [[{"error":{"message":"m","error_data":{"%s":"$"}}}]], [[{"error":{"message":"m","error_data":"{\"%s\":\"$\"}"}}]],
    [[{"error":{"message":"{\"%s\":\"$\"}"}}]], "<a href=\"?%s=$\">", "<a href='/?next=%%3F%s%%3D$'>", "%s=$", "?%s=$&",
    "{'%s':'$'}", "%s: $",
  }
  for _, text in ipairs(TEXTS) do
    it("is not shown: " .. text:format("(name)"), function()
      for _, name in ipairs(NAMES) do
        local body = text:format(name):gsub("%$", sandbox.tokens.page)
        for _, status in ipairs { 400, 502, 200 } do
          faults:answer { status = status, body = body }
          local _, err = client.new({ base_url = faults.http }):get("me")
          assert.is_table(err, body)
          check(("%s with HTTP %d"):format(name, status), err)
        end
      end
    end)
  end

  it("is not shown: cut by the excerpt", function()
    local secret = sandbox.tokens.page
    for before = 60, 190 do
      faults:answer { status = 502, body = ("-"):rep(before) .. [["access_token":"]] .. secret .. [["]] }
      check(before .. " bytes before it", select(2, client.new({ base_url = faults.http }):get("me")))
    end
  end)

  it("is not in the way: what only looks like one is shown", function()
    local body = [[{"error":{"message":"(#190) code 190, barcode=12345, decode it","code":190}}]]
    faults:answer { status = 400, body = body }
    local _, err = client.new({ base_url = faults.http }):get("me")
    assert.equal("(#190) code 190, barcode=12345, decode it", err.message)
    assert.equal(190, err.code)
  end)
end)

describe("a mistake that is raised", function()
  local token, secret, other = sandbox.tokens.user, sandbox.app_secret, sandbox.tokens.page
  local link = "https://graph.facebook.com/v26.0/me/accounts?access_token=" .. other .. "&limit=25&after=x"

  local function options(changes)
    return function()
      local all = { access_token = token, app_secret = secret }
      for name, value in pairs(changes) do all[name] = value end
      return iggraph.new(all)
    end
  end

  local ig
  before_each(function() ig = client.new { app_secret = secret } end)

  local MISTAKES = {
    ["a line break in the token"] = options { access_token = token .. "\n" },
    ["a table as the token"] = options { access_token = { token } },
    ["a line break in the secret"] = options { app_secret = secret .. "\n" },
    ["a token as the version"] = options { version = token },
    ["a token as token_in"] = options { token_in = token },
    ["a token as the CA file"] = options { ca_file = token },
    ["a token in the base URL"] = options { base_url = "http://graph.facebook.com/?access_token=" .. token },
    ["a secret in the base URL"] = options { base_url = "https://app:" .. secret .. "@graph.facebook.com" },
    ["a link as the base URL"] = options { base_url = link },
    ["a misspelt option"] = options { acces_token = token },
    ["a link as a path"] = function() return ig:get(link) end,
    ["a link as the path of a list"] = function() return ig:list(link) end,
    ["a link as an id"] = function() return ig:user(link) end,
    ["a query with a token in a path"] = function() return ig:get("me?access_token=" .. other) end,
    ["a query with its token in a path"] = function() return ig:post("me?access_token=" .. token) end,
    ["a query with a proof in a path"] = function() return ig:delete("me?appsecret_proof=" .. other) end,
    ["a token and more as an id"] = function() return ig:page(token .. "?") end,
    ["a token as a parameter"] = function() return ig:get("me", { access_token = other }) end,
    ["a line break in another token"] = function() return ig:with_token(other .. "\r\n") end,
    ["a table as another token"] = function() return ig:with_token { other } end,
    ["a token in a position"] = function()
      return ig:list("me/accounts", nil, { position = { path = "me/accounts", params = { access_token = other } } })
    end,
    ["a link as a position"] = function() return ig:list("me/accounts", nil, { position = link }) end,
  }
  for name, mistake in pairs(MISTAKES) do
    it("does not tell it: " .. name, function()
      local ok, message = pcall(mistake)
      assert.is_false(ok)
      check("it", message)
    end)
  end
end)

describe("no secret is told to", function()
  -- Whatever a hook is given, and a store keeps.
  local function watched(mode, told)
    local function note(...) told[#told + 1] = { ... } end
    local kept = iggraph.store.memory()
    local store = {}
    for _, name in ipairs { "get", "set", "add", "delete" } do
      store[name] = function(_, ...)
        note(name, ...)
        return kept[name](kept, ...)
      end
    end
    local options = { on_request = note, on_response = note, on_throttle = note, store = store, deadline = 0.3 }
    options.retry = { attempts = 2, max_delay = 0.01, on_retry = note }
    return new(mode, options)
  end

  for _, path in ipairs { "ok", "me", "error_190", "error_4", "error_80002", "hang", "status_503", "redirect_other" } do
    it("hooks and stores: " .. path, function()
      for i, mode in ipairs(MODES) do
        local told = {}
        local ig = watched(mode, told)
        for _, method in ipairs { "get", "post" } do check_call("mode " .. i, ig, method, path) end
        check_list("mode " .. i, ig, path .. "/media")
        check("the hooks and the store", told)
        check("the statistics", ig:stats(), ig:usage())
        assert.is_true(#told > 4)
      end
    end)
  end

  it("the logs of the servers", function()
    local host = nginx_host.start {
      locations = {
        fails = "ig:get('error_190') error(select(2, ig:get('error_190')))",
        loops = "for item in ig:list('error_190/media') do ngx.say(item.id) end",
        logs = "ngx.log(ngx.ERR, tostring(select(2, ig:get 'hang_body'))) ngx.say(tostring(ig))",
      },
      client = { app_secret = sandbox.app_secret, timeout = 0.2, retry = false },
    }
    for _, name in ipairs { "fails", "loops", "logs" } do host:get(name) end
    local log = host:log()
    host:stop()
    assert.is_truthy(log:find("no complete answer", 1, true))
    assert.is_nil(find_secret(log))
    -- Of the sandbox all that this file did, tokens in queries and all.
    assert.is_nil(find_secret((shell.read(shared.dir .. "/error.log"))))
    assert.is_nil(find_secret((shell.read(faults.dir .. "/error.log"))))
  end)
end)

-- --- memory --------------------------------------------------------------------------------------

-- What has been given back stays as it was until it is used again: libcurl, OpenSSL and Lua do not overwrite what they
-- free, and which of it remains is chance. glibc does, when told to; then all that is found is held by somebody.
local OVERWRITING = "GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.perturb=165"

-- LuaJIT has memory of its own, where the strings of the program are.
local only = rawget(_G, "jit") and "^%[heap%]$" or nil

-- Of the characters that HPACK writes in five bits each, behind "Bearer ", which it writes in five bytes.
local FIVE_BITS = {
  ["0"] = 0, ["1"] = 1, ["2"] = 2, a = 3, c = 4, e = 5, i = 6, o = 7, s = 8, t = 9,
}

local function hpack(text)
  return (text:gsub("........", function(eight)
    local number, bytes = 0, {}
    for c in eight:gmatch "." do number = number * 32 + FIVE_BITS[c] end
    for place = 5, 1, -1 do
      bytes[place] = string.char(number % 256)
      number = math.floor(number / 256)
    end
    return table.concat(bytes)
  end))
end

-- Made here, and told to the process by a pipe: in no other text is it whole.
local function made_token()
  local alphabet, parts = "012aceiost", {}
  for i = 1, 64 do
    local at = tonumber(core.crypto.random_hex(1), 16) % 10 + 1
    parts[i] = alphabet:sub(at, at)
  end
  return table.concat(parts)
end

local CALLS = [[
  local made, secret, good = ...
  local iggraph = require "iggraph"
  for _, base in ipairs { {bases} } do
    for _, place in ipairs { "header", "query" } do
      for _, token in ipairs { made, good } do
        local ig = iggraph.new {
          access_token = token, app_secret = token == made and secret or nil, base_url = base, ca_file = {ca_file},
          token_in = place, retry = false,
        }
        ig:get("me", { fields = "id" })
        ig:post("me/media", { caption = ("x"):rep(3000) })
        ig:get "me/accounts"
        {last}
      end
    end
  end
]]

local function remains_of(last)
  local made, secret = made_token(), core.crypto.random_hex(24)
  local proof = core.crypto.hmac(secret, made)
  local forms = {
    ["the token"] = made:sub(9, -9), ["the token, as HTTP/2 packs it"] = hpack(made):sub(6, -6),
    ["the app secret"] = secret:sub(5, -5), ["the proof"] = proof:sub(5, -5),
    ["another token"] = sandbox.tokens.user:sub(20, -9), ["a token that came"] = sandbox.tokens.page:sub(20, -9),
  }
  local values = {
    bases = ("%q, %q"):format(shared.http, shared.https), ca_file = ("%q"):format(shared.ca_file), last = last,
  }
  return remains.of {
    script = CALLS:gsub("{(%l[%l_]*)}", values), secrets = { made, secret, sandbox.tokens.user }, forms = forms,
    environment = OVERWRITING, only = only,
  }
end

local function is_glibc() return not os.getenv "LD_PRELOAD" and (shell.run "getconf GNU_LIBC_VERSION") end

describe("in memory", function()
  it("nothing keeps a secret when the clients are closed", function()
    if not is_glibc() then return pending "only glibc overwrites what is freed" end
    assert.same({}, remains_of "ig:close()")
  end)

  it("the search finds those of a client that is not", function()
    if not is_glibc() then return pending "only glibc overwrites what is freed" end
    local found = table.concat(remains_of "_G[{}] = ig", "\n")
    for _, what in ipairs { "the token in", "the token, as", "the app secret", "the proof", "another token" } do
      assert.is_truthy(found:find(what, 1, true), what .. ": " .. found)
    end
  end)
end)
