-- The sandbox's batches and its webhooks, over HTTP.
local cjson = require("cjson").new()
local credentials = require "iggraph.sandbox.credentials"
local ask = require("spec.support.curl").ask
local nginx_host = require "spec.support.nginx_host"
local sandbox = require "iggraph.sandbox"
local shell = require "iggraph.sandbox.shell"
local support = require "spec.support.sandbox"
local with = require("spec.support.client").with

local ACCOUNT, FIRST, SECOND = "17841405822304914", "17918195224117851", "17895695668004550"
local OTHER_ACCOUNT, PAGE = "17840000000000030", "134895793791914"
local null = cjson.null

--- HMAC by another hand than the sandbox's.
local function hmac(digest, text)
  local file = os.tmpname()
  shell.write(file, text)
  local _, output = shell.run(("openssl dgst -%s -hmac %s %s"):format(digest, sandbox.app_secret, file))
  os.remove(file)
  return output:match("(%x+)%s*$")
end

describe("a batch of the sandbox", function()
  local server

  setup(function() server = support.shared() end)
  before_each(function() support.reset() end)

  --- Sends a batch: the answer as from `ask`.
  local function send(entries, options)
    options = options or {}
    local form = with({ batch = type(entries) == "table" and cjson.encode(entries) or entries }, options.form)
    return ask(server.http .. (options.path or "/v26.0/"), with(options, { form = form }))
  end

  --- Each entry is `{ method, relative_url }` and more members by name; the results.
  local function batch(entries, options)
    local list = {}
    for i, entry in ipairs(entries) do
      list[i] = with(entry, { method = entry[1], relative_url = entry[2] })
      list[i][1], list[i][2] = nil, nil
    end
    local answer = send(list[1] and list or "[]", options)
    assert.equal(200, answer.status)
    return answer.json, answer
  end

  --- Results as pairs of code and body; what is null stays so.
  local function short(results)
    local list = {}
    for i, result in ipairs(results) do list[i] = result == null and null or { result.code, result.body } end
    return list
  end

  local function failure(result)
    local err = cjson.decode(result.body).error
    return { result.code, err.code, err.error_subcode, err.type }
  end

  local ME = { 200, '{"id":"10210000000000001"}' }

  it("answers each entry in its place, with 200 for the whole whatever became of them", function()
    local results = batch { { "GET", "me?fields=id" }, { "GET", "nope" }, { "DELETE", "/v25.0/" .. FIRST .. "/nope" } }
    assert.equal(3, #results)
    assert.same(ME, short(results)[1])
    assert.same({ 400, 100, 33, "GraphMethodException" }, failure(results[2]))
    assert.same({ 400, 100, 33, "GraphMethodException" }, failure(results[3]))
  end)

  it("gives an entry its own headers as a list, and none with include_headers=false", function()
    local results = batch { { "GET", "v25.0/me" }, { "GET", "me" }, { "GET", "nope" } }
    local function headers(result)
      local map = {}
      for _, header in ipairs(result.headers) do map[header.name] = header.value end
      return map
    end
    assert.equal("text/javascript; charset=UTF-8", headers(results[1])["Content-Type"])
    assert.equal("v25.0", headers(results[1])["facebook-api-version"])
    assert.equal("v26.0", headers(results[2])["facebook-api-version"])
    assert.is_nil(results[3].headers.n)
    results = batch({ { "GET", "me" } }, { form = { include_headers = "false" } })
    assert.is_nil(results[1].headers)
    assert.equal(200, results[1].code)
  end)

  it("may be sent to any path, in a JSON body as well", function()
    for _, path in ipairs { "/", "/v26.0", "/v26.0/me", "/" .. ACCOUNT .. "/media" } do
      assert.same({ ME }, short(batch({ { "GET", "me?fields=id" } }, { path = path })))
    end
    local answer = ask(server.http .. "/v26.0/", { arguments =
      [[-H 'Content-Type: application/json' -d '{"batch":[{"method":"GET","relative_url":"me?fields=id"}]}']] })
    assert.same({ ME }, short(answer.json))
  end)

  it("sends an entry's body and the files that it names", function()
    local results = batch({
      { "POST", "_echo?a=1", body = "message=H%C3%A4+b&c=%26", attached_files = "one, two" },
      { "POST", "_echo" },
    }, { files = { one = "first", two = "2" } })
    local first, second = cjson.decode(results[1].body), cjson.decode(results[2].body)
    assert.same({ message = "Hä b", c = "&" }, first.form)
    assert.same({ "one.txt", 5, "two.txt", 1 },
      { first.files.one.filename, first.files.one.size, first.files.two.filename, first.files.two.size })
    assert.same({}, second.files)
  end)

  it("sets references in, raw or encoded, one value or many", function()
    local results = batch({
      { "GET", ACCOUNT .. "/media?limit=2", name = "m" },
      { "GET", "{result=m:$.data[1].id}?fields=media_type" },
      { "GET", "_echo?list=%7Bresult%3Dm%3A%24.data.%2A.id%7D&f={result=m:$.data[0].id}" },
      { "POST", "_echo", body = "x={result=m:$.data[*].id}&y={plain}&z={result=m:$.none.at.all}" },
    }, { form = { include_headers = "false" } })
    assert.equal(null, results[1])
    assert.same({ 200, ('{"media_type":"VIDEO","id":"%s"}'):format(SECOND) }, short(results)[2])
    local query, form = cjson.decode(results[3].body).query, cjson.decode(results[4].body).form
    assert.same({ FIRST .. "," .. SECOND, FIRST }, { query.list, query.f })
    assert.same({ x = FIRST .. "," .. SECOND, y = "{plain}", z = "" }, form)
  end)

  it("leaves out what a named entry answered where others use it, unless told otherwise", function()
    local function shown(...)
      local list = short(batch({ ... }, { form = { include_headers = "false" } }))
      for i, result in ipairs(list) do list[i] = result ~= null end
      return list
    end
    assert.same({ true, true }, shown({ "GET", "me", name = "a" }, { "GET", "me" }))
    assert.same({ false, true }, shown({ "GET", "me", name = "a" }, { "GET", "me", depends_on = "a" }))
    assert.same({ true, true },
      shown({ "GET", "me", name = "a", omit_response_on_success = false }, { "GET", "me", depends_on = "a" }))
    assert.same({ false }, shown { "GET", "me", omit_response_on_success = true })
    assert.same({ true }, shown { "GET", "nope", omit_response_on_success = true })
  end)

  it("runs what is needed first, wherever it stands", function()
    local results = batch {
      { "GET", "{result=later:$.id}?fields=id" },
      { "GET", "me?fields=id", name = "later", omit_response_on_success = false },
    }
    assert.same({ ME, ME }, short(results))
  end)

  it("does not run what depends on a failure: null where its answer is wanted, an error else", function()
    local results = batch {
      { "GET", "nope", name = "a" },
      { "POST", FIRST .. "/comments", body = "message={result=a:$.id}", name = "b" },
      { "GET", "me", depends_on = "a" },
      { "GET", "me", depends_on = "b" },
    }
    assert.same({ 400, 100, 33, "GraphMethodException" }, failure(results[1]))
    assert.equal(null, results[2])
    assert.same({ 400, 100, nil, "GraphBatchException" }, failure(results[3]))
    assert.same({ 400, 100, nil, "GraphBatchException" }, failure(results[4]))
  end)

  it("takes a token of an entry's own, and checks its proof", function()
    local page, secured = sandbox.tokens.page, sandbox.tokens.secured
    local proof = hmac("sha256", secured)
    local results = batch {
      { "GET", "me?fields=id&access_token=" .. page },
      { "POST", "_echo", body = "access_token=" .. sandbox.tokens.expired },
      { "GET", "me?fields=id&access_token=" .. secured },
      { "GET", "me?fields=id&access_token=" .. secured .. "&appsecret_proof=" .. proof:reverse() },
      { "GET", "me?fields=id&access_token=" .. secured .. "&appsecret_proof=" .. proof },
    }
    assert.same({ 200, '{"id":"134895793791914"}' }, short(results)[1])
    assert.same({ 400, 190, 463, "OAuthException" }, failure(results[2]))
    assert.same({ 400, 100, nil, "GraphMethodException" }, failure(results[3]))
    assert.same({ 400, 100, nil, "GraphMethodException" }, failure(results[4]))
    assert.same(ME, short(results)[5])
  end)

  it("takes the envelope's token and proof for the others, and none without a token", function()
    local secured = sandbox.tokens.secured
    local results = batch({ { "GET", "me?fields=id" }, { "POST", "_echo", body = "a=1" } },
      { token = secured, form = { appsecret_proof = hmac("sha256", secured) } })
    assert.same(ME, short(results)[1])
    assert.equal(secured, cjson.decode(results[2].body).query.access_token)
    local answer = send({ { method = "GET", relative_url = "me?access_token=" .. sandbox.tokens.user } },
      { token = false })
    assert.same({ 400, 104 }, { answer.status, answer.json.error.code })
    answer = send({ { method = "GET", relative_url = "me" } }, { token = secured })
    assert.same({ 400, 100 }, { answer.status, answer.json.error.code })
  end)

  it("counts each entry as a call, and itself as none", function()
    local entries = {}
    for i = 1, 50 do entries[i] = { "GET", "me?fields=id" } end
    for _ = 1, 4 do assert.equal(50, #batch(entries)) end
    local function used(list) return cjson.decode(select(2, batch(list)).headers["x-app-usage"]).call_count end
    assert.same({ 1, 2 }, { used {}, used { { "GET", "me" } } }) -- one per cent is 200 calls
  end)

  it("takes fifty entries; with more it says so, with 200 and without a code", function()
    local entries = {}
    for i = 1, 51 do entries[i] = { method = "GET", relative_url = "me" } end
    local answer = send(entries)
    assert.equal(200, answer.status)
    assert.same({
      message = "Too many requests in batch message. Maximum batch size is 50", type = "GraphBatchException",
    }, answer.json.error)
  end)

  local MALFORMED = {
    ["no JSON"] = "[{",
    ["no list"] = '{"method":"GET","relative_url":"me"}',
    ["no object in it"] = '["me"]',
    ["no method"] = '[{"relative_url":"me"}]',
    ["no relative_url"] = '[{"method":"GET","relative_url":null}]',
    ["a body that is no text"] = '[{"method":"POST","relative_url":"me","body":{"a":1}}]',
    ["an unknown name"] = '[{"method":"GET","relative_url":"me","depends_on":"x"}]',
    ["a name twice"] = '[{"method":"GET","relative_url":"me","name":"x"},'
      .. '{"method":"GET","relative_url":"me","name":"x"}]',
    ["a circle"] = '[{"method":"GET","relative_url":"{result=x:$.id}","name":"x"}]',
    ["a path that is none"] = '[{"method":"GET","relative_url":"me","name":"x"},'
      .. '{"method":"GET","relative_url":"{result=x:data.id}"}]',
    ["a file that is missing"] = '[{"method":"POST","relative_url":"me","attached_files":"x"}]',
    ["a batch in it"] = '[{"method":"POST","relative_url":"","body":"batch=[]"}]',
  }
  for what, text in pairs(MALFORMED) do
    it("refuses the whole for " .. what .. ", before anything is run", function()
      local answer = send(text)
      assert.same({ 400, 100, "GraphBatchException" },
        { answer.status, answer.json.error.code, answer.json.error.type })
    end)
  end

  it("refuses ?ids= inside, too", function()
    local results = batch { { "GET", "?ids=" .. FIRST .. "," .. SECOND } }
    assert.same({ 500, 100, nil, "FacebookApiException" }, failure(results[1]))
  end)

  describe("on request", function()
    it("gives null for an entry that timed out, once or always", function()
      local entries = { { "GET", "null_once_monday" }, { "GET", "null_always" }, { "GET", "me?fields=id" } }
      assert.same({ null, null, ME }, short(batch(entries)))
      local again = { { "GET", "null_once_monday" }, { "GET", "null_always" } }
      assert.same({ { 200, '{"id":"null_once_monday"}' }, null }, short(batch(again)))
    end)

    it("does not run what depends on one that timed out", function()
      local results = batch { { "GET", "null_always", name = "a" }, { "GET", "{result=a:$.id}" } }
      assert.same({ null, null }, results)
    end)

    it("leaves members out of a result", function()
      local results = batch {
        { "GET", "entry_without_headers" }, { "GET", "entry_without_headers_code" }, { "GET", "entry_without_body" },
        { "GET", "entry_without_code_headers_body" },
      }
      assert.same({ code = 200, body = '{"id":"entry_without_headers"}' }, results[1])
      assert.same({ body = '{"id":"entry_without_headers_code"}' }, results[2])
      assert.same({ 200, nil }, { results[3].code, results[3].body })
      assert.same({}, results[4])
    end)

    it("has bodies of every kind", function()
      local results = batch {
        { "GET", "body_true" }, { "GET", "body_null" }, { "GET", "body_empty" }, { "GET", "body_html_502" },
        { "GET", "error_4" },
      }
      assert.same({ { 200, "true" }, { 200, "null" }, { 200, "" } },
        { short(results)[1], short(results)[2], short(results)[3] })
      assert.equal(502, results[4].code)
      assert.matches("^<!DOCTYPE html>", results[4].body)
      assert.same({ 400, 4, nil, "OAuthException" }, { failure(results[5])[1], failure(results[5])[2], nil,
        failure(results[5])[4] })
    end)

    it("answers one result less, or fails as a whole, by header or by an entry", function()
      local two = { { method = "GET", relative_url = "me?fields=id" }, { method = "GET", relative_url = "me" } }
      assert.same({ ME }, short(send(two, { scenario = "batch_short" }).json))
      assert.same({ ME }, short(batch { { "GET", "me?fields=id" }, { "GET", "whole_batch_short" } }))
      local answer = send(two, { scenario = "shape_number" })
      assert.same({ 400, { error = 190, error_description = "Invalid OAuth access token signature." } },
        { answer.status, answer.json })
      answer = send { { method = "GET", relative_url = "whole_shape_number" } }
      assert.same({ 400, 190 }, { answer.status, answer.json.error })
      assert.equal(502, send({ { method = "GET", relative_url = "/whole_body_html_502" } }).status)
    end)

    it("takes as long as its slowest entry", function()
      local entries = { { method = "GET", relative_url = "slow_300" }, { method = "GET", relative_url = "slow_1" } }
      local answer = send(entries, { arguments = "-w '\\n%{time_total}'" })
      local took = tonumber(answer.body:match("[%d.]+$"))
      assert.is_true(took >= 0.3 and took < 3)
    end)
  end)
end)

describe("a webhook of the sandbox", function()
  local server, host

  -- Keeps what it gets, by lines, and answers a challenge with the right token.
  local HOOK = [[
    local query = ngx.req.get_uri_args()
    if query["hub.mode"] == "subscribe" then
      if query["hub.verify_token"] ~= "a&b c" then return ngx.exit(403) end
      return ngx.print(query.wrong and "0" or query["hub.challenge"])
    end
    ngx.req.read_body()
    ngx.shared.seen:rpush("events", require("cjson").encode {
      headers = ngx.req.get_headers(0), body = ngx.req.get_body_data(),
    })
    if query.refuse and ngx.shared.seen:incr("refused", 1, 0) < 2 then ngx.status = 500 end
    ngx.print("EVENT_RECEIVED")
  ]]

  setup(function()
    server = support.shared()
    host = nginx_host.start { client = false, locations = {
      hook = HOOK, seen = [[ ngx.print(ngx.shared.seen:lpop("events") or "null") ]],
    } }
  end)
  teardown(function() host:stop() end)
  before_each(function() support.reset() end)

  local APP_TOKEN = credentials.app_id .. "|" .. sandbox.app_secret

  local function subscriptions(options)
    options = options or {}
    if options.token == nil then options.token = APP_TOKEN end
    return ask(server.http .. "/v26.0/" .. credentials.app_id .. "/subscriptions", options)
  end

  local function subscribe(changes)
    local form = {
      object = "instagram", callback_url = host.http .. "/hook", verify_token = "a&b c",
      fields = "comments,message_echoes,messages",
    }
    for name, value in pairs(changes or {}) do form[name] = value or nil end
    return subscriptions { form = form }
  end

  local function send(form)
    return ask(server.http .. "/_sandbox/webhook", { token = false, form = form }).json
  end

  --- The next event that the callback got: its body as it came, its headers, what it says.
  local function next_event()
    local event = cjson.decode((host:get("seen")))
    if event == null then return nil end
    event.json = cjson.decode(event.body)
    return event
  end

  local function wait_for_event()
    for _ = 1, 100 do
      local event = next_event()
      if event then return event end
      os.execute("sleep 0.05")
    end
  end

  describe("subscription", function()
    it("is made when the callback gives the challenge back, and is listed", function()
      assert.same({ success = true }, subscribe().json)
      local data = subscriptions().json.data
      assert.same({ {
        object = "instagram", callback_url = host.http .. "/hook", active = true,
        fields = {
          { name = "comments", version = "v26.0" }, { name = "message_echoes", version = "v26.0" },
          { name = "messages", version = "v26.0" },
        },
      } }, data)
    end)

    it("ends by DELETE, field by field or altogether", function()
      subscribe()
      local function delete(form) return subscriptions({ form = form, method = "DELETE" }).json end
      assert.same({ success = true }, delete { object = "instagram", fields = "comments,messages" })
      assert.same({ { name = "message_echoes", version = "v26.0" } },
        subscriptions().json.data[1].fields)
      assert.same({ success = true }, delete { object = "instagram" })
      assert.equal('{"data":[]}', subscriptions().body)
    end)

    local REFUSED = {
      { "a token that the callback does not know", { verify_token = "other" }, 2200, "HTTP Status Code = 403" },
      { "a challenge that does not come back", { callback_url = "/hook?wrong=1" }, 2200, "did not come back" },
      { "a callback that is not there", { callback_url = "http://127.0.0.1:1/" }, 2200, "refused" },
      { "another machine", { callback_url = "http://192.0.2.1/hook" }, 2200, "only http:// addresses on loopback" },
      { "HTTPS", { callback_url = "https://127.0.0.1/hook" }, 2200, "only http:// addresses on loopback" },
      { "no fields", { fields = "" }, 100, "parameter fields is required" },
      { "a field that there is not", { fields = "comments,frobs" }, 100, "frobs" },
      { "another object", { object = "user" }, 100, "object" },
    }
    for _, row in ipairs(REFUSED) do
      it("is refused for " .. row[1], function()
        local url = row[2].callback_url
        if url and url:find("^/") then row[2].callback_url = host.http .. url end
        local answer = subscribe(row[2])
        assert.same({ 400, row[3] }, { answer.status, answer.json.error.code })
        assert.matches(row[4], answer.json.error.message, 1, true)
        assert.equal('{"data":[]}', subscriptions().body)
      end)
    end

    it("takes the app's token, no other", function()
      for _, method in ipairs { "GET", "POST", "DELETE" } do
        local answer = subscriptions { token = sandbox.tokens.user, method = method }
        assert.same({ 400, 15 }, { answer.status, answer.json.error.code })
      end
    end)
  end)

  describe("event", function()
    it("is signed over its bytes, which are ASCII with escaped slashes", function()
      assert.same({ status = 200, body = "EVENT_RECEIVED" }, send { url = host.http .. "/hook", kind = "comments" })
      local event = next_event()
      assert.equal("sha256=" .. hmac("sha256", event.body), event.headers["x-hub-signature-256"])
      assert.equal("sha1=" .. hmac("sha1", event.body), event.headers["x-hub-signature"])
      assert.equal("application/json", event.headers["content-type"])
      assert.is_nil(event.body:find("[\128-\255]"))
      assert.matches("\\/", event.body, 1, true)
      assert.matches("\\u00f6", event.body, 1, true)
      local value = event.json.entry[1].changes[1].value
      assert.same({ "instagram", ACCOUNT, "comments", FIRST, "FEED" }, { event.json.object, event.json.entry[1].id,
        event.json.entry[1].changes[1].field, value.media.id, value.media.media_product_type })
    end)

    local CHANGES = {
      live_comments = "live_comments", mentions = "mentions", caption_mention = "mentions",
      story_insights = "story_insights",
    }
    for kind, field in pairs(CHANGES) do
      it("has the shape of " .. kind, function()
        send { url = host.http .. "/hook", kind = kind, account = "17841400000000007" }
        local entry = next_event().json.entry[1]
        assert.same({ "17841400000000007", field }, { entry.id, entry.changes[1].field })
        assert.is_true(entry.time < 1e10)
        assert.equal(kind == "mentions", entry.changes[1].value.comment_id ~= nil)
      end)
    end

    -- Kind, the member that the event has, one of its members.
    local MESSAGES = {
      { "message", "message", "text" }, { "attachment", "message", "attachments" },
      { "quick_reply", "message", "quick_reply" }, { "story_reply", "message", "reply_to" },
      { "deleted", "message", "is_deleted" }, { "unsupported", "message", "is_unsupported" },
      { "echo", "message", "is_echo" }, { "reaction", "reaction", "emoji" }, { "unreact", "reaction", "action" },
      { "postback", "postback", "payload" }, { "referral", "referral", "ref" }, { "read", "read", "mid" },
      { "message_edit", "message_edit", "num_edit" }, { "optin", "optin", "notification_messages_token" },
    }
    for _, row in ipairs(MESSAGES) do
      it("has the shape of messaging: " .. row[1], function()
        send { url = host.http .. "/hook", kind = row[1] }
        local entry = next_event().json.entry[1]
        local event = entry.messaging[1]
        assert.is_nil(entry.changes)
        assert.is_true(entry.time > 1e12 and event.timestamp > 1e12)
        assert.is_true(event[row[2]][row[3]] ~= nil)
        assert.equal(ACCOUNT, row[1] == "echo" and event.sender.id or event.recipient.id)
      end)
    end

    it("has its field in the entry itself, several entries, and numbers as ids", function()
      local url = host.http .. "/hook"
      send { url = url, kind = "direct" }
      local entry = next_event().json.entry[1]
      assert.same({ "comments", FIRST, nil }, { entry.field, entry.value.media.id, entry.changes })
      send { url = url, kind = "several" }
      local entries = next_event().json.entry
      assert.same({ 3, 2, 1, 2 }, { #entries, #entries[1].changes, #entries[2].changes, #entries[3].messaging })
      send { url = url, kind = "test" }
      local event = next_event()
      assert.equal("0", event.json.entry[1].id)
      assert.matches('"media":{"id":' .. FIRST .. ",", event.body, 1, true)
    end)

    it("goes to the callback that is subscribed, or as the text that is given", function()
      assert.matches("nothing is subscribed", send({ kind = "read" }).error)
      subscribe()
      assert.equal(200, send({ body = '{"x": "ä"}' }).status)
      local event = next_event()
      assert.equal('{"x": "ä"}', event.body)
      assert.equal("sha256=" .. hmac("sha256", event.body), event.headers["x-hub-signature-256"])
    end)

    it("comes again in the background until the callback says 200", function()
      assert.same({ success = true }, send { url = host.http .. "/hook?refuse=1", kind = "read", background = "1" })
      local first, second = wait_for_event(), wait_for_event()
      assert.equal(first.body, second.body)
      os.execute("sleep 1.2") -- a third one would have come
      assert.is_nil(next_event())
    end)

    local function write(path, form) return ask(server.http .. "/v26.0/" .. path, { form = form }).json end

    --- Subscribes accounts, too.
    local function subscribe_accounts(fields, ...)
      for _, account in ipairs { ... } do
        assert.same({ success = true }, write(account .. "/subscribed_apps", { subscribed_fields = fields }))
      end
    end

    it("tells of a comment and a reply that are written, if app and account are subscribed to comments", function()
      local function write_text(path, text) return write(path, { message = text }).id end
      subscribe()
      write_text(FIRST .. "/comments", "The account is not subscribed")
      subscribe_accounts("messages", ACCOUNT)
      write_text(FIRST .. "/comments", "The account is subscribed to messages")
      subscribe { fields = "messages" }
      subscribe_accounts("comments", ACCOUNT, OTHER_ACCOUNT)
      write_text(FIRST .. "/comments", "The app is subscribed to messages")
      subscribe()
      local comment = write_text(FIRST .. "/comments", "Schön 🦖")
      local told = wait_for_event().json.entry[1]
      assert.same({ ACCOUNT, "comments" }, { told.id, told.changes[1].field })
      assert.same({
        id = comment, text = "Schön 🦖", from = { id = ACCOUNT, username = "metricsaurus" },
        media = { id = FIRST, media_product_type = "FEED" },
      }, told.changes[1].value)
      local parent = ask(server.http .. "/v26.0/17900000290000000/comments").json.data[1].id
      local reply = write_text(parent .. "/replies", "A reply")
      local value = wait_for_event().json.entry[1].changes[1].value
      assert.same({ reply, parent, "A reply" }, { value.id, value.parent_id, value.text })
      assert.is_nil(next_event())
    end)

    it("tells an account of comments that name it, wherever they are", function()
      subscribe { fields = "mentions" }
      subscribe_accounts("mentions,comments", ACCOUNT, OTHER_ACCOUNT)
      write("17900000290000000/comments", { message = "Look, metricsaurus and @nobody" })
      local id = write("17900000290000000/comments", { message = "Look, @metricsaurus." }).id
      local told = wait_for_event().json.entry[1]
      assert.same({ ACCOUNT, { { field = "mentions", value = { media_id = "17900000290000000", comment_id = id } } } },
        { told.id, told.changes })
    end)

    it("tells an account of the messages that it sends itself", function()
      local person = "9140582230491401"
      subscribe()
      subscribe_accounts("message_echoes", PAGE)
      local function send_message(message)
        return write(PAGE .. "/messages", {
          recipient = cjson.encode { id = person }, message = cjson.encode(message),
        }).message_id
      end
      local mid = send_message { text = "Grüße" }
      local event = wait_for_event().json.entry[1].messaging[1]
      assert.same({ { id = ACCOUNT }, { id = person }, { mid = mid, text = "Grüße", is_echo = true } },
        { event.sender, event.recipient, event.message })
      write(PAGE .. "/messages", { recipient = cjson.encode { id = person }, sender_action = "typing_on" })
      local attachment = { type = "image", payload = { url = "https://cdn.example/a.jpg" } }
      mid = send_message { attachment = attachment }
      event = wait_for_event().json.entry[1].messaging[1]
      assert.same({ mid = mid, is_echo = true, attachments = { attachment } }, event.message)
    end)

    it("says what went wrong on the way", function()
      assert.same({ error = "connection refused" }, send { url = "http://127.0.0.1:1/" })
      assert.same({ error = "no such kind: frobs" }, send { url = host.http, kind = "frobs" })
      assert.same({ error = "no such fault: frobs" }, send { url = host.http, fault = "frobs" })
      assert.equal(404, send({ url = host.http .. "/other" }).status)
    end)

    it("is spoiled on request", function()
      local function spoiled(fault)
        assert.equal(200, send({ url = host.http .. "/hook", kind = "read", fault = fault }).status)
        local event = next_event()
        return event.headers["x-hub-signature-256"], "sha256=" .. hmac("sha256", event.body), event.headers
      end
      local sent, right = spoiled("changed_byte")
      assert.matches("^sha256=%x+$", sent)
      assert.not_equal(right, sent)
      sent, right = spoiled("wrong_signature")
      assert.matches("^sha256=%x+$", sent)
      assert.not_equal(right, sent)
      local headers = select(3, spoiled("no_signature"))
      assert.same({ nil, nil }, { headers["x-hub-signature-256"], headers["x-hub-signature"] })
      headers = select(3, spoiled("only_sha1"))
      assert.is_nil(headers["x-hub-signature-256"])
      assert.matches("^sha1=%x+$", headers["x-hub-signature"])
      sent, right = spoiled("doubled")
      assert.same({ right, right }, sent)
      sent, right = spoiled("upper_case")
      assert.equal((right:upper():gsub("^SHA", "sha")), sent)
      sent, right = spoiled("upper_case_name")
      assert.equal(right, sent)
    end)
  end)
end)
