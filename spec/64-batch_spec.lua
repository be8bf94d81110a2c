-- Batches: what is sent, what comes of each entry, and what is refused before anything is sent.
local cjson = require("cjson").new()
local client = require "spec.support.client"
local core = require "iggraph.core"
local iggraph = require "iggraph"
local sandbox = require "iggraph.sandbox"
local nginx_host = require "spec.support.nginx_host"
local server = require "spec.support.sandbox"

local unpack = table.unpack or unpack -- luacheck: read globals unpack

local ME, PAGE, ACCOUNT, MEDIA = "10210000000000001", "134895793791914", "17841405822304914", "17918195224117851"
local ACCOUNT_OF_PAGE = { id = ACCOUNT }

local ig

setup(function()
  server.shared()
  ig = client.new { app_secret = sandbox.app_secret }
end)
before_each(function() server.reset() end)

-- What came of each entry in short: its value, or the kind of its failure.
local function short(results)
  local list = {}
  for i, result in ipairs(results) do
    assert.equal(result[2] and 3 or 1, result.n)
    list[i] = result[2] and result[3] or result[1]
  end
  return list
end

local function run(requests) return short(assert(ig:batch(requests))) end

-- The forms of the envelopes that arrived, `batch` decoded.
local function envelopes()
  local list = {}
  for i, request in ipairs(server.requests()) do
    assert.equal("POST /v26.0/", request.method .. " " .. request.uri)
    list[i] = core.params.query(request.body)
    list[i].batch = cjson.decode(list[i].batch)
  end
  return list
end

local function sent() return envelopes()[1].batch end

local function id_of(id) return { path = id, params = { fields = "id" } } end

local function with_file(text, use)
  local name = os.tmpname()
  local file = assert(io.open(name, "w+b"))
  file:write(text)
  file:seek "set"
  use(file)
  file:close()
  os.remove(name)
end

describe("ig:batch", function()
  it("gives what each call would have given, in order, by one request", function()
    local results = ig:batch {
      id_of "me", { path = "nope" }, { path = "/me/accounts", params = { fields = { "id" }, limit = 1 } },
      { path = "body_true" }, { path = "body_html_502" }, { path = "body_empty" }, { path = "error_4" },
    }
    assert.equal(1, #server.requests())
    assert.same({ n = 1, { id = ME } }, results[1])
    local _, err, kind = ig:get "nope"
    assert.same({ n = 3, "not_found", err.message, 33, "GET", "/v26.0/nope", 400 }, { n = results[2].n, results[2][3],
      results[2][2].message, results[2][2].subcode, results[2][2].method, results[2][2].path, results[2][2].status })
    assert.equal(kind, results[2][2].kind)
    assert.same({ { id = PAGE } }, results[3][1].data)
    assert.same({ true, "http", "json", "throttled" }, { results[4][1], results[5][3], results[6][3], results[7][3] })
    assert.same({ true, true }, { results[5][2].retryable, results[7][2].retryable })
  end)

  it("sends parameters as calls of their own do", function()
    local params = {
      fields = { "id", children = { "id", "media_url" } }, limit = 5, flag = true, text = "Grüße & 100% +=?#{}",
      nested = { a = { 1, 2 } }, none = core.null,
    }
    local results = run { { path = "_echo", params = params }, { method = "POST", path = "_echo", params = params },
      { method = "DELETE", path = "_echo", params = params },
      { method = "POST", relative_url = "_echo?limit=5", body = params },
      { method = "POST", relative_url = "_echo", body = "a=1&text=%26" } }
    local function own(method)
      local answer = ig[method](ig, "_echo", params)
      local all = client.with(answer.query, answer.form)
      all.appsecret_proof = nil
      return all
    end
    local function got(result)
      local all = client.with(result.query, result.form)
      all.appsecret_proof, all.access_token = nil, nil
      return all
    end
    assert.same({ own "get", own "post", own "delete" }, { got(results[1]), got(results[2]), got(results[3]) })
    assert.same({ "GET", "POST", "DELETE" }, { results[1].method, results[2].method, results[3].method })
    assert.same({}, results[1].form)
    assert.equal(params.text, results[4].form.text)
    assert.equal("5", results[4].query.limit)
    assert.same({ a = "1", text = "&" }, results[5].form)
  end)

  it("takes the Graph's own form, with a version and a slash or without", function()
    assert.same({ { id = ME }, { id = ME }, { id = ME } },
      run { { relative_url = "me?fields=id" }, { relative_url = "/me?fields=id" },
        { relative_url = "/v25.0/me?fields=id", method = "GET" } })
    local results = ig:batch { { relative_url = "v25.0/nope?fields=id" }, { relative_url = "nope?x=%7B" } }
    assert.same({ "/v25.0/nope", "/v26.0/nope" }, { results[1][2].path, results[2][2].path })
  end)

  it("sends headers of an entry", function()
    local result = run { { path = "_echo", headers = { { name = "X-Test", value = "a b" } } } }[1]
    assert.equal("a b", result.headers["x-test"])
  end)

  it("asks for results without headers, and signs the envelope", function()
    run { id_of "me" }
    local form = envelopes()[1]
    assert.equal("false", form.include_headers)
    assert.equal(64, #form.appsecret_proof)
    assert.same({ { method = "GET", relative_url = "me?fields=id" } }, form.batch)
  end)

  it("leaves what it was given as it was, and takes it again", function()
    local entry = { path = "me", params = { fields = "id" }, name = "me", access_token = sandbox.tokens.page }
    local before = client.with(entry)
    assert.same({ { id = PAGE } }, run { entry })
    assert.same(before, entry)
    assert.same({ { id = PAGE } }, run { entry })
  end)

  it("sends nothing for an empty list", function()
    assert.same({}, ig:batch {})
    assert.same({}, ig:batch(ig:prepare(function() end)))
    assert.same({}, server.requests())
  end)

  it("takes lists of entries as if their entries stood there", function()
    assert.same({ { id = ME }, { id = PAGE }, { id = ACCOUNT } },
      run { id_of "me", { id_of(PAGE), { id_of(ACCOUNT) } } })
  end)

  it("goes on beside other calls in a task", function()
    local task = iggraph.spawn(function() return ig:batch { id_of "me", { path = "slow_200" } } end)
    local other = iggraph.spawn(function() return ig:get(PAGE, { fields = "id" }) end)
    assert.same({ id = PAGE }, other:wait())
    assert.matches("under way", tostring(task))
    assert.same({ id = ME }, task:wait()[1][1])
  end)

  it("gives nil, err, 'cancelled' to whom the client is closed", function()
    local own = client.new()
    local task = iggraph.spawn(function() return own:batch { { path = "hang" }, { path = "slow_5000" } } end)
    iggraph.spawn(function() own:close() end)
    assert.equal("cancelled", select(3, task:wait()))
    assert.has_error(function() own:batch { id_of "me" } end)
  end)
end)

describe("a reference in a batch", function()
  local LIST = { path = ACCOUNT .. "/media", params = { limit = 2, fields = "id" }, name = "list" }

  -- Where it stands -> the entry that has it, and what shows that it was followed.
  local PLACES = {
    ["a path"] = { { path = "{result=list:$.data[1].id}", params = { fields = "id" } }, "id" },
    ["a parameter"] = { { path = "_echo", params = { id = "{result=list:$.data[1].id}" } }, "query" },
    ["a value inside of one"] = {
      { path = "_echo", params = { id = { a = { "x{result=list:$.data[1].id}" } } } }, "query" },
    ["a form"] = { { method = "POST", path = "_echo", params = { id = "{result=list:$.data[1].id}" } }, "form" },
    ["a body"] = { { method = "POST", relative_url = "_echo", body = "id={result=list:$.data[1].id}" }, "form" },
    ["a body that is a table"] = {
      { method = "POST", relative_url = "_echo", body = { id = "{result=list:$.data[1].id}" } }, "form" },
    ["a relative_url"] = { { relative_url = "{result=list:$.data[1].id}?fields=id" }, "id" },
    ["a relative_url, percent-encoded"] = {
      { relative_url = "_echo?id=%7Bresult%3Dlist%3A%24.data%5B1%5D.id%7d" }, "query" },
  }
  for place, row in pairs(PLACES) do
    it("is followed in " .. place, function()
      local list, answer = unpack(run { LIST, row[1] })
      local found = row[2] == "id" and answer.id or answer[row[2]].id
      local expected = place == "a value inside of one" and '{"a":["x%s"]}' or "%s"
      assert.equal(expected:format(list.data[2].id), found)
    end)
  end

  it("is sent as it is written, and what stands around it is escaped", function()
    run { LIST, { path = "_echo", params = { q = "a&{result=list:$.data.*.id}=}" } } }
    assert.equal("_echo?q=a%26{result=list:$.data.*.id}%3D%7D", sent()[2].relative_url)
  end)

  it("gives several values joined by commas", function()
    local list, echo = unpack(run { LIST, { path = "_echo", params = { q = "{result=list:$.data.*.id}" } } })
    assert.equal(list.data[1].id .. "," .. list.data[2].id, echo.query.q)
  end)

  it("leaves a percent-encoded text of a caller alone", function()
    local text = "%7Bresult=other:$.id%7D"
    assert.equal(text, run { { path = "_echo", params = { q = text } } }[1].query.q)
  end)

  it("does not make the answer that it refers to be left out, unless that was wished", function()
    local other = { path = "{result=a:$.id}", params = { fields = "id" } }
    assert.same({ { id = ME }, { id = ME } }, run { client.with(id_of "me", { name = "a" }), other })
    assert.is_false(sent()[1].omit_response_on_success)
    assert.is_nil(sent()[2].omit_response_on_success)
    local named = client.with(id_of "me", { name = "a", omit_response_on_success = true })
    assert.same({ core.null, { id = ME } }, run { named, other })
    assert.same({ core.null }, run { named })
    assert.equal(3, #server.requests())
  end)

  it("runs an entry behind the one that it only depends on", function()
    local results = run {
      { method = "POST", path = MEDIA .. "/comments", params = { message = "first" }, name = "first" },
      { path = MEDIA .. "/comments", params = { limit = 1, fields = "text" }, depends_on = "first" },
    }
    assert.equal("first", results[2].data[1].text)
    assert.equal("first", sent()[2].depends_on)
  end)
end)

describe("an entry's own token", function()
  it("makes it another's call, with its own proof", function()
    local page, secured = sandbox.tokens.page, sandbox.tokens.secured
    local results = run {
      id_of "me", { path = "me", params = { fields = "id" }, access_token = page },
      { relative_url = "me", access_token = secured }, { relative_url = "me?fields=id", access_token = secured },
      { method = "POST", path = MEDIA .. "/comments", params = { message = "hello" }, access_token = page },
      { method = "POST", relative_url = "_echo", access_token = page },
    }
    assert.same({ ME, PAGE, ME, ME }, { results[1].id, results[2].id, results[3].id, results[4].id })
    assert.matches("^177", results[5].id)
    local proof = core.crypto.hmac(sandbox.app_secret, page)
    assert.same({ access_token = page, appsecret_proof = proof }, results[6].form)
    assert.matches("^me%?", sent()[3].relative_url)
  end)

  it("needs no secret of the app", function()
    local results = client.new():batch {
      id_of "me", { path = "me", params = { fields = "id" }, access_token = sandbox.tokens.page },
      { path = "me", access_token = sandbox.tokens.secured },
    }
    assert.same({ { id = ME }, { id = PAGE } }, { results[1][1], results[2][1] })
    assert.matches("appsecret_proof", results[3][2].message)
  end)

  it("is in no message, whatever the server repeats", function()
    local page = sandbox.tokens.page
    local proof = core.crypto.hmac(sandbox.app_secret, page)
    local results = ig:batch {
      { path = "error_echo_token", access_token = page }, { path = "nope", access_token = page },
      { path = "null_always", access_token = page },
      { path = "entry_without_body", access_token = page }, { path = "nope", access_token = sandbox.tokens.wrong },
    }
    assert.matches("Malformed access token *** in", results[1][2].message, 1, true)
    for _, result in ipairs(results) do
      local text = tostring(result[2]) .. cjson.encode(result[2])
      for _, secret in ipairs { page, proof, sandbox.tokens.wrong } do
        assert.is_nil(text:find(secret:sub(-16), 1, true))
      end
    end
  end)

  it("is in no message about the whole, either", function()
    local host = nginx_host.start { client = false, locations = { ["v26.0/"] = [[
      ngx.req.read_body()
      local token = ngx.req.get_body_data():match "EAAJjmJsandboxPAGE%w+"
      ngx.status = token and 400 or 200
      ngx.print(token and '{"error":{"message":"Bad ' .. token .. '","code":190,"error_data":{"a":"' .. token .. '"}}}'
        or "[" .. ("null,"):rep(49) .. "null]")
    ]] } }
    local own = client.new { base_url = host.http }
    local entries = {}
    for i = 1, 50 do entries[i] = { method = "POST", path = "x" } end
    entries[51] = { path = "me", access_token = sandbox.tokens.page }
    local results = assert(own:batch(entries))
    local _, err = own:batch { entries[51] }
    host:stop()
    assert.same({ "timeout", "auth" }, { results[1][3], results[51][3] })
    for _, one in ipairs { results[51][2], err } do
      assert.same({ "Bad ***", "***", 190 }, { one.message, one.data.a, one.code })
    end
  end)
end)

describe("a file in a batch", function()
  it("goes beside it, under a name of its own", function()
    with_file("one", function(one)
      with_file("second", function(two)
        local results = run {
          { method = "POST", path = "_echo", params = { source = one, caption = "x" } },
          { method = "POST", path = "_echo", params = { source = two } },
          { method = "POST", relative_url = "_echo", body = "a=b", attached_files = { batch = one, clip = two } },
        }
        assert.equal("one", results[1].files.source.first_bytes)
        assert.equal("x", results[1].form.caption)
        assert.equal("second", results[2].files.source_2.first_bytes)
        assert.equal("b", results[3].form.a)
        assert.same({ "one", "second", nil }, { results[3].files.batch_2.first_bytes,
          results[3].files.clip.first_bytes, results[3].files.source })
      end)
    end)
  end)
end)

describe("a batch of more than 50", function()
  local function many(count)
    local list = {}
    for i = 1, count do list[i] = { path = "_echo", params = { i = i } } end
    return list
  end

  it("goes in envelopes of 50, and keeps its order", function()
    local results = run(many(120))
    assert.equal(120, #results)
    for i, result in ipairs(results) do assert.equal(tostring(i), result.query.i) end
    local sizes = {}
    for i, envelope in ipairs(envelopes()) do sizes[i] = #envelope.batch end
    table.sort(sizes)
    assert.same({ 20, 50, 50 }, sizes)
  end)

  it("has sixteen envelopes under way at most", function()
    local list = many(850)
    for i = 1, 850, 50 do list[i] = { path = "slow_500" } end
    assert.equal(850, #run(list))
    assert.equal(16, server.record().in_flight_max)
  end)

  it("keeps references among the 50 that go together", function()
    local list = many(100)
    list[51], list[100] = client.with(id_of "me", { name = "a" }), id_of "{result=a:$.id}"
    assert.same({ id = ME }, run(list)[100])
    list[50], list[51] = list[51], list[50]
    local _, message = pcall(ig.batch, ig, list)
    assert.matches("entry 100: refers to entry 50 ('a'); each 50 entries are sent together", message, 1, true)
    assert.equal(2, #server.requests())
  end)

  it("loses only the envelope that failed", function()
    local list = many(60)
    list[55] = { path = "whole_body_html_502" }
    list[56] = { method = "POST", path = "_echo" }
    local results = assert(ig:batch(list))
    assert.equal("50", results[50][1].query.i)
    for i = 51, 60 do
      local err = results[i][2]
      assert.same({ "http", 502, "/v26.0/" .. (i == 55 and "whole_body_html_502" or "_echo"), i ~= 56 },
        { results[i][3], err.status, err.path, err.retryable })
    end
    assert.same({ "GET", "POST" }, { results[51][2].method, results[56][2].method })
  end)
end)

describe("a batch that fails as a whole", function()
  local WHOLE = {
    ["an error page"] = { "whole_body_html_502", "http" },
    ["an error object"] = { "whole_error_190", "auth" },
    ["an error object of old"] = { "whole_shape_number", "auth" },
    ["a result too few"] = { "whole_batch_short", "json" },
    ["something else"] = { "whole_body_true", "json" },
    ["a broken connection"] = { "whole_cut_header", "network" },
    ["a limit"] = { "whole_error_4", "throttled", true },
    ["a limit without an error object"] = { "whole_status_429", "http", true },
  }
  for what, row in pairs(WHOLE) do
    it("is nil, err, kind: " .. what, function()
      local results, err, kind = ig:batch { { path = row[1] }, { path = "me", access_token = sandbox.tokens.page } }
      assert.same({ nil, row[2], row[2], "POST", "/v26.0/" }, { results, kind, err.kind, err.method, err.path })
      assert.equal(row[3] or false, err.retryable)
      assert.equal(1, #server.requests())
      assert.is_nil(tostring(err):find("sandboxPAGE", 1, true))
    end)
  end

  it("is asked again by the client's own policy", function()
    local patient = client.new { retry = { attempts = 2, max_delay = 1 } }
    assert.equal("throttled", select(3, patient:batch { { path = "whole_error_4" } }))
    assert.equal(2, #server.requests())
  end)
end)

describe("null in a batch", function()
  it("is asked for again once, if it is no POST", function()
    local results = ig:batch {
      id_of "me", { path = "null_once_a" }, { path = "null_always" }, { method = "DELETE", path = "null_once_b" },
      { method = "POST", path = "null_once_c" },
    }
    assert.same({ { id = ME }, { id = "null_once_a" }, "timeout", { id = "null_once_b" }, "timeout" }, short(results))
    assert.same({ true, false }, { results[3][2].retryable, results[5][2].retryable })
    assert.matches("asked twice", results[3][2].message)
    assert.matches("whether it was carried out is unknown", results[5][2].message)
    local urls = {}
    for i, entry in ipairs(envelopes()[2].batch) do urls[i] = entry.relative_url end
    assert.same({ "null_once_a", "null_always", "null_once_b" }, urls)
    assert.equal(2, #server.requests())
  end)

  it("is asked for again with what it refers to, where that is only read", function()
    local results = run {
      { path = "me", name = "a", params = { fields = "id" } },
      { path = "null_once_d", params = { x = "{result=a:$.id}" }, name = "b" },
      { path = "_echo", params = { x = "{result=b:$.id}" } }, id_of(PAGE),
    }
    assert.same({ { id = ME }, { id = "null_once_d" } }, { results[1], results[2] })
    assert.same({ x = "null_once_d" }, { x = results[3].query.x })
    assert.equal(3, #envelopes()[2].batch)
  end)

  it("shows an answer that was left out at the first, if it is asked for with others", function()
    local results = run {
      { path = "null_once_e", name = "a", omit_response_on_success = true },
      { path = "_echo", params = { x = "{result=a:$.id}" } },
    }
    assert.equal("null_once_e", results[1].id)
    assert.equal("null_once_e", results[2].query.x)
    assert.is_false(envelopes()[2].batch[1].omit_response_on_success)
  end)

  it("is not asked for again where it refers to a POST", function()
    local results = ig:batch {
      { method = "POST", path = MEDIA .. "/comments", params = { message = "once" }, name = "a" },
      { path = "null_once_f", params = { x = "{result=a:$.id}" } },
    }
    assert.same({ "timeout", false }, { results[2][3], results[2][2].retryable })
    assert.equal(1, #server.requests())
  end)

  -- What the other entry is -> what comes of those that need it.
  local OTHERS = {
    { "failed", { path = "error_190" }, "auth" }, { "was not found", { path = "nope" }, "not_found" },
    { "timed out twice", { path = "null_always" }, "timeout" },
    { "timed out and is a POST", { method = "POST", path = "null_always" }, "timeout" },
  }
  for _, row in ipairs(OTHERS) do
    it("means that it was not carried out, because another " .. row[1], function()
      local results = ig:batch {
        client.with(row[2], { name = "other" }),
        { path = "_echo", params = { x = "{result=other:$.id}" }, name = "second" },
        { path = "_echo", depends_on = "other" }, { path = "_echo", depends_on = "second" }, id_of "me",
      }
      assert.equal(row[3], results[1][3])
      for i = 2, 4 do
        assert.equal(row[3], results[i][3])
        assert.matches("entry '" .. (i == 4 and "second" or "other") .. "'", results[i][2].message, 1, true)
        assert.equal("/v26.0/_echo", results[i][2].path)
      end
      assert.same({ id = ME }, results[5][1])
      assert.equal(row[2].path == "null_always" and row[2].method ~= "POST" and 2 or 1, #server.requests())
    end)
  end

  it("has the second batch's failure where that fails, and the others keep what they have", function()
    local host = nginx_host.start { client = false, locations = { ["v26.0/"] = [[
      if ngx.shared.seen:incr("calls", 1, 0) == 1 then return ngx.print('[{"code":200,"body":"true"},null]') end
      ngx.status = 503
      ngx.print "later"
    ]] } }
    local own = client.new { base_url = host.http, ca_file = nil }
    local results = own:batch { { path = "a" }, { path = "b" } }
    host:stop()
    assert.same({ true, "http" }, short(results))
    assert.same({ 503, "GET", "/v26.0/b", true }, { results[2][2].status, results[2][2].method, results[2][2].path,
      results[2][2].retryable })
  end)
end)

describe("a result in a batch", function()
  it("without code or body is a failure of that entry alone", function()
    local results = ig:batch {
      { path = "entry_without_headers" }, { path = "entry_without_code" }, { path = "entry_without_body" },
      { path = "entry_without_code_headers_body" }, id_of "me",
    }
    assert.same({ { id = "entry_without_headers" }, "json", "json", "json", { id = ME } }, short(results))
    assert.equal("/v26.0/entry_without_code", results[2][2].path)
  end)

  it("with a code that is no status of HTTP is one, too", function()
    local codes = { "1e300", "-1e300", "7", "-200", "0", "99", "600", "200.5", '"200"', "true", "null", "[]" }
    local parts, requests = { '{"code":200,"body":"true"}' }, { { path = "good" } }
    for i, code in ipairs(codes) do
      parts[i + 1] = ('{"code":%s,"body":"true"}'):format(code)
      requests[i + 1] = { path = "bad" }
    end
    local host = nginx_host.start { client = false, locations = {
      ["v26.0/"] = ("ngx.print [==[[%s]]==]"):format(table.concat(parts, ",")) } }
    local results = client.new({ base_url = host.http }):batch(requests)
    host:stop()
    assert.same({ n = 1, true }, results[1])
    for i, code in ipairs(codes) do
      assert.same({ "json", "/v26.0/bad" }, { results[i + 1][3], results[i + 1][2].path }, code)
      assert.is_nil(results[i + 1][2].status)
    end
  end)
end)

describe("ig:prepare", function()
  it("describes what its function calls, and sends nothing", function()
    local calls = ig:prepare(function(own)
      own:user(ACCOUNT):media { limit = 1 }
      own:media(MEDIA):create_comment { message = "x" }
      own:comment("17800000000000001"):hide(true)
      own:delete("x", { a = 1 })
      own:list("me/accounts", { limit = 1 })
      own:post "y"
    end)
    local list = {}
    for i, one in ipairs(calls) do list[i] = { one.method, one.path, one.params } end
    assert.same({
      { "GET", ACCOUNT .. "/media", { limit = 1 } }, { "POST", MEDIA .. "/comments", { message = "x" } },
      { "POST", "17800000000000001", { hide = true } }, { "DELETE", "x", { a = 1 } },
      { "GET", "me/accounts", { limit = 1 } }, { "POST", "y" },
    }, list)
    assert.same({}, server.requests())
  end)

  it("makes a batch that gives what the calls would have given", function()
    local results = run(ig:prepare(function(own)
      own:me():get { fields = "id" }
      own:page(PAGE):instagram_business_account()
      own:user(ACCOUNT):media { limit = 1, fields = "id" }
      own:instagram_accounts()
      own:with_token(sandbox.tokens.page):me():get { fields = "id" }
      own:user(ACCOUNT):business_discovery("metricsaurus", { "username", media = { "id" } })
      own:page("134895793791915"):instagram_business_account()
    end))
    assert.same({ { id = ME }, ACCOUNT_OF_PAGE, { { id = MEDIA } } }, { results[1], results[2], results[3].data })
    assert.same(client.collect(ig:instagram_accounts()), results[4].data)
    assert.equal(PAGE, results[5].id)
    assert.equal("metricsaurus", results[6].username)
    assert.equal("not_found", results[7])
  end)

  it("lets its discoveries be gone on with", function()
    local found = run(ig:prepare(function(own)
      own:user(ACCOUNT):business_discovery("account_60", "username,media.limit(25){id}")
    end))[1]
    assert.equal(60, #client.collect(ig:continue(found, "media")))
  end)

  it("lets a call have a name, and others refer to it", function()
    local results = run(ig:prepare(function(own)
      own:user(ACCOUNT):media({ limit = 1 }).name = "newest"
      own:get("{result=newest:$.data[0].id}", { fields = "id" })
    end))
    assert.same({ id = MEDIA }, results[2])
  end)

  it("stands among other entries", function()
    local function own_page(own) own:page(PAGE):get { fields = "id" } end
    assert.same({ { id = ME }, { id = PAGE }, { id = ACCOUNT } },
      run { id_of "me", ig:prepare(own_page), id_of(ACCOUNT) })
  end)

  -- What is done in it -> what the error says.
  local WRONG = {
    { "iterates a list", function(own) for _ in own:me():accounts() do error "an item" end end, "first page" },
    { "takes an item", function(own) own:me():accounts():next() end, "'next'" },
    { "uses an answer", function(own) return own:me():get().id end, "'id'" },
    { "gives a cursor's options", function(own) own:me():accounts(nil, { max_items = 1 }) end, "opts" },
    { "publishes", function(own) own:publish(ACCOUNT, {}) end, "'publish' cannot be prepared" },
    { "sends a batch", function(own) own:batch {} end, "'batch' cannot be prepared" },
    { "goes on", function(own) own:continue({}, "media") end, "'continue' cannot be prepared" },
    { "leaves a parameter out", function(own) own:media(MEDIA):create_comment {} end, "params.message is required" },
    { "gives no id", function(own) own:media "a/b" end, "media id: not an id" },
    { "wants businesses", function(own) own:instagram_accounts(nil, { businesses = true }) end, "one page" },
  }
  for _, row in ipairs(WRONG) do
    it("raises where its function " .. row[1], function()
      local ok, message = pcall(ig.prepare, ig, row[2])
      assert.is_false(ok)
      assert.matches(row[3], message, 1, true)
      assert.matches("^[^:]*64%-batch_spec%.lua:%d+: ", message)
      assert.same({}, server.requests())
    end)
  end

  it("raises for what is no function", function()
    assert.has_error(function() ig:prepare {} end)
    assert.has_error(function() ig:prepare() end)
  end)
end)

describe("before a batch is sent, it is refused", function()
  local file = io.tmpfile()
  local closed = io.tmpfile()
  closed:close()
  local function ref(name) return { path = "x", params = { a = "{result=" .. name .. ":$.id}" } } end
  local loop = {}
  loop[1] = loop
  local deep = {}
  deep.deep = deep

  -- What is wrong, the requests, what the error says.
  local WRONG = {
    { "no list", "me", "a list of entries expected, got string" },
    { "nothing", nil, "a list of entries expected, got nil" },
    { "one entry", { path = "me" }, "a list of entries expected, got one entry" },
    { "a hole", { { path = "me" }, nil, { path = "me" } }, "batch: " },
    { "a list that contains itself", loop, "too many lists" },
    { "an entry that is none", { { path = "me" }, 5 }, "entry 2: a table expected, got number" },
    { "an unknown member", { { path = "me", parms = {} } }, "entry 1: unknown member 'parms'" },
    { "a member of another type", { { path = "me", params = "x", name = "a" } },
      "entry 1 ('a'): params: a table expected, got string" },
    { "a name of another type", { { path = "me", name = 5 } }, "name: a string expected" },
    { "a method", { { path = "me", method = "PATCH" } }, "method: GET, POST or DELETE expected, got 'PATCH'" },
    { "a method in lower case", { { path = "me", method = "get" } }, "got 'get'" },
    { "no path", { { method = "GET" } }, "neither a path nor a relative_url" },
    { "an empty path", { { path = "" } }, "neither a path nor a relative_url" },
    { "both forms", { { path = "me", relative_url = "me" } }, "but not both" },
    { "both forms of parameters", { { relative_url = "me", params = {} } }, "but not both" },
    { "a path and a body", { { path = "me", body = "a=b", method = "POST" } }, "but not both" },
    { "a body of a GET", { { relative_url = "me", body = "a=b" } }, "body: only a POST has one" },
    { "a path with parameters", { { path = "me?x=1" } }, "parameters go into params" },
    { "a path with escapes", { { path = "a%2fb" } }, "cannot be in it" },
    { "a path upwards", { { relative_url = "me/../x" } }, "'..' part" },
    { "an escaped path upwards", { { relative_url = "me/%2e%2e/x" } }, "'..' part" },
    { "another host", { { relative_url = "https://example.com/me" } }, "cannot be in it" },
    { "a space", { { relative_url = "me?q=a b" } }, "a space in it" },
    { "a NUL in the relative_url", { { relative_url = "me?q=\0" } }, "relative_url: a control character" },
    { "a NUL in the body", { { method = "POST", relative_url = "me", body = "a=\0" } }, "body: a control character" },
    { "a NUL in a parameter", { { path = "me", params = { q = "\0" } } }, "entry 1: params.q: a NUL in it" },
    { "a NUL in a header", { { path = "me", headers = { { name = "A", value = "\0" } } } }, "headers: a control" },
    { "headers by name", { { path = "me", headers = { A = "b" } } }, "headers: a list of { name, value }" },
    { "a parameter that contains itself", { { path = "me", params = { q = deep } } }, "params.q: nested too deeply" },
    { "a function", { { path = "me", params = { q = print } } }, "params.q: a string, number" },
    { "a token among the parameters", { { path = "me", params = { access_token = "x" } } }, "params.access_token" },
    { "a token in the relative_url", { { relative_url = "me?access_token=x" } }, "the entry's own access_token" },
    { "a proof in the body", { { method = "POST", relative_url = "me", body = "appsecret_proof=x" } },
      "the entry's own access_token" },
    { "a token that is none", { { path = "me", access_token = "a b" } }, "entry 1: iggraph.new: access_token" },
    { "a file of a GET", { { path = "me", params = { f = file } } }, "f: a file can only be sent by a POST" },
    { "a closed file", { { path = "me", method = "POST", params = { f = closed } } }, "f: an open file expected" },
    { "an attached file that is none", { { path = "me", method = "POST", attached_files = { f = "x" } } },
      "f: an open file expected" },
    { "attached files in a list", { { path = "me", method = "POST", attached_files = { file } } },
      "open files by name" },
    { "a name with a colon", { { path = "me", name = "a:b" } }, "name: letters, digits" },
    { "an empty name", { { path = "me", name = "" } }, "name: letters, digits" },
    { "a name twice", { { path = "me", name = "a" }, { path = "me", name = "a" } },
      "entry 2 ('a'): entry 1 has that name" },
    { "a reference to nobody", { ref "a" }, "entry 1: refers to 'a', and no entry has that name" },
    { "a reference to nobody in the path", { { path = "{result=a:$.id}" } }, "refers to 'a'" },
    { "a reference to nobody, encoded", { { relative_url = "x?a=%7bresult%3Da:$.id%7D" } }, "refers to 'a'" },
    { "a reference to nobody, inside", { { path = "x", params = { a = { b = "{result=a:$.id}" } } } },
      "refers to 'a'" },
    { "a dependency on nobody", { { path = "x", depends_on = "a" } }, "refers to 'a', and no entry has that name" },
    { "a reference to itself", { client.with(ref "a", { name = "a" }) }, "entry 1 ('a'): refers to itself" },
    { "a reference to a later one", { ref "a", { path = "me", name = "a" } }, "entry 2 ('a'), which comes after it" },
    { "a circle", { client.with(ref "b", { name = "a" }), client.with(ref "a", { name = "b" }) },
      "which comes after it" },
    { "a reference that is none", { { path = "x", params = { a = "{result=b}" } } }, "'{result=b}' is no reference" },
  }
  for _, row in ipairs(WRONG) do
    it("for " .. row[1], function()
      local ok, message = pcall(ig.batch, ig, row[2])
      assert.is_false(ok)
      assert.matches(row[3], message, 1, true)
      assert.same({}, server.requests())
    end)
  end

  it("with the place of the call in the message", function()
    local ok, message = pcall(function() ig:batch { { path = "me", params = { q = "\0" } } } end)
    assert.is_false(ok)
    assert.matches("64%-batch_spec%.lua:%d+: batch: entry 1: params%.q: a NUL in it$", message)
  end)
end)
