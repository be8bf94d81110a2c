-- Webhooks: the challenge, the signature, and the events; at the end all of it in an nginx, from a sandbox that
-- subscribes it, signs and sends.

local client = require "spec.support.client"
local core = require "iggraph.core"
local curl = require "spec.support.curl"
local iggraph = require "iggraph"
local json = require "iggraph.json"
local nginx_host = require "spec.support.nginx_host"
local sandbox = require "iggraph.sandbox"
local server = require "spec.support.sandbox"
local webhook = require "iggraph.webhook"

local with, collect = client.with, client.collect

local function check_raises(words, call, ...)
  local ok, message = pcall(call, ...)
  assert.is_false(ok)
  assert.matches(words, message, 1, true)
end

local function check_fails(expected_kind, words, value, err, kind)
  assert.is_nil(value)
  assert.equal(expected_kind, kind)
  assert.equal(expected_kind, err.kind)
  assert.matches(words, err.message, 1, true)
end

describe("the challenge", function()
  local TOKEN = "a token/of mine+1"
  local QUERY = { ["hub.mode"] = "subscribe", ["hub.challenge"] = "1158201444", ["hub.verify_token"] = TOKEN }

  it("is given back to who knows the token", function()
    local text = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=" .. core.params.escape(TOKEN)
    for _, query in ipairs {
      text, "?" .. text, text:gsub("hub%.", "hub_"), text:gsub("%.", "%%2E"), "x=1&x=2&" .. text, QUERY,
      { hub_mode = "subscribe", hub_challenge = "1158201444", hub_verify_token = TOKEN },
    } do
      assert.equal("1158201444", webhook.challenge(query, TOKEN))
    end
  end)

  it("is not given to others", function()
    for _, token in ipairs { "another", TOKEN .. "x", TOKEN:sub(1, -2), "" } do
      check_fails("auth", "hub.verify_token is not", webhook.challenge(with(QUERY, { ["hub.verify_token"] = token }),
        TOKEN))
    end
  end)

  for name, query in pairs {
    ["hub.mode is missing"] = "hub.challenge=1&hub.verify_token=t",
    ["hub.mode is not"] = "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=t",
    ["hub.challenge is missing"] = "hub.mode=subscribe&hub.verify_token=t",
    ["hub.verify_token is missing"] = "hub.mode=subscribe&hub.challenge=1",
    ["hub.challenge is there more than once"] = "hub.mode=subscribe&hub.challenge=1&hub.challenge=2&hub.verify_token=t",
    ["hub.verify_token is there more than once"] = with(QUERY, { ["hub.verify_token"] = { "t", "t" } }),
    ["or has no value"] = with(QUERY, { ["hub.challenge"] = true, ["hub.verify_token"] = "t" }),
  } do
    it("is one only if it is whole: " .. name, function()
      check_fails("invalid", name, webhook.challenge(query, "t"))
    end)
  end

  it("cannot be answered without a token of one's own", function()
    check_raises("challenge: verify_token: a string expected, got nil", webhook.challenge, QUERY)
    check_raises("challenge: verify_token: a string expected, got ''", webhook.challenge, QUERY, "")
    check_raises("challenge: query: a string or table expected, got nil", webhook.challenge, nil, "t")
  end)
end)

describe("a signature", function()
  local SECRET, BODY = "the secret of the app", [[{"object":"instagram","entry":[{"text":"\u00e9 \/ \ud83e\udd96"}]}]]
  local DIGEST = core.crypto.hmac(SECRET, BODY)
  local HEADER = "sha256=" .. DIGEST

  it("is that of the raw bytes", function()
    -- The pair that others check with as well: HMAC-SHA256 of "test" with the key "test".
    assert.is_true(webhook.verify("test", "test",
      "sha256=88cd2108b5347d973cf39cdf9053d7dd42704876d8c9a9bd8e2d168259d3ddf7"))
    assert.is_true(webhook.verify(SECRET, BODY, HEADER))
    assert.is_true(webhook.verify(SECRET, BODY, { HEADER }))
    assert.is_true(webhook.verify(SECRET, "", "sha256=" .. core.crypto.hmac(SECRET, "")))
    assert.is_true(webhook.verify(SECRET, "a\0b", "sha256=" .. core.crypto.hmac(SECRET, "a\0b")))
    check_fails("auth", "does not fit", webhook.verify(SECRET, json.encode(core.json.decode(BODY)), HEADER))
  end)

  it("does not fit a body that was changed by any one byte", function()
    for at = 1, #BODY do
      local changed = BODY:sub(1, at - 1) .. string.char((BODY:byte(at) + 1) % 256) .. BODY:sub(at + 1)
      check_fails("auth", "does not fit", webhook.verify(SECRET, changed, HEADER))
    end
    for _, other in ipairs { BODY .. "\n", BODY:sub(2), "" } do
      check_fails("auth", "does not fit", webhook.verify(SECRET, other, HEADER))
    end
  end)

  it("does not fit if it differs in any one digit", function()
    for at = 1, #DIGEST do
      local other = DIGEST:sub(at, at) == "0" and "1" or "0"
      check_fails("auth", "does not fit", webhook.verify(SECRET, BODY, "sha256=" .. DIGEST:sub(1, at - 1) .. other
        .. DIGEST:sub(at + 1)))
    end
  end)

  it("may be of any secret of a list", function()
    assert.is_true(webhook.verify({ "old", SECRET, "new" }, BODY, HEADER))
    assert.is_true(webhook.verify({ SECRET, "new" }, BODY, HEADER))
    check_fails("auth", "does not fit", webhook.verify({ "old", "new" }, BODY, HEADER))
  end)

  local SHA1 = "sha1=" .. DIGEST:sub(1, 40)
  for _, row in ipairs {
    { "nothing", "is missing" },
    { "an empty one", "is missing", "" },
    { "no value", "is missing", {} },
    { "two values", "is there more than once", { HEADER, HEADER } },
    { "two in one", "is there more than once", HEADER .. ", " .. HEADER },
    { "the old one", "is of another algorithm", SHA1 },
    { "the old one first", "is there more than once", { SHA1, HEADER } },
    { "the algorithm in upper case", "is written in upper case", "SHA256=" .. DIGEST },
    { "the digits in upper case", "has digits in upper case", "sha256=" .. DIGEST:upper() },
    { "all of it in upper case", "is written in upper case", HEADER:upper() },
    { "no algorithm", "has no algorithm", DIGEST },
    { "other characters", "has other characters", "sha256=" .. DIGEST:gsub("^.", "g") },
    { "a space", "has other characters", HEADER .. " " },
    { "a line break", "has other characters", HEADER .. "\n" },
    { "a NUL", "has other characters", HEADER .. "\0" },
    { "a digit too few", "does not have 64 digits", HEADER:sub(1, -2) },
    { "a digit too many", "does not have 64 digits", HEADER .. "0" },
    { "no digits", "does not have 64 digits", "sha256=" },
  } do
    it("is refused where there is " .. row[1], function()
      check_fails("invalid", "X-Hub-Signature-256 " .. row[2], webhook.verify(SECRET, BODY, row[3]))
    end)
  end

  it("is never told where it does not fit", function()
    local _, err = webhook.verify(SECRET, BODY, "sha256=" .. ("0"):rep(64))
    assert.is_nil((tostring(err) .. json.encode(err)):find(DIGEST:sub(1, 8), 1, true))
    assert.is_nil((tostring(err) .. json.encode(err)):find(SECRET, 1, true))
  end)

  it("cannot be checked without secret or body", function()
    for _, secret in ipairs { false, "", {}, { "" }, { 7 }, 7 } do
      check_raises("verify: secret:", webhook.verify, secret or nil, BODY, HEADER)
    end
    check_raises("verify: raw_body: the bytes as they came expected, got nil", webhook.verify, SECRET, nil, HEADER)
    check_raises("verify: raw_body: the bytes as they came expected, got table", webhook.verify, SECRET, {}, HEADER)
    check_raises("verify: header: a string expected", webhook.verify, SECRET, BODY, 7)
  end)
end)

describe("events", function()
  local function read(body) return collect(webhook.events(body)) end

  local function entry(members) return ('{"object":"instagram","entry":[{"id":"17","time":5%s}]}'):format(members) end

  local function event(field, value)
    return { object = "instagram", id = "17", time = 5, field = field, value = value }
  end

  it("are changes", function()
    local body = entry [[,"changes":[{"field":"comments","value":{"id":"1","text":"\u00e9 \/ \ud83e\udd96"}},
      {"field":"mentions","value":{"media_id":17841405822304914}}]
    ]]
    local expected = {
      event("comments", { id = "1", text = "é / 🦖" }), event("mentions", { media_id = "17841405822304914" }),
    }
    assert.same(expected, read(body))
    assert.same(expected, read(core.json.decode(body)))
  end)

  it("may stand in the entry itself", function()
    assert.same({ event("comments", { id = "1" }) }, read(entry [[,"field":"comments","value":{"id":"1"}]]))
  end)

  for member, field in pairs {
    message = "messages", message_edit = "message_edit", reaction = "message_reactions",
    postback = "messaging_postbacks", referral = "messaging_referral", read = "messaging_seen",
    optin = "messaging_optins", response_feedback = "response_feedback",
    policy_enforcement = "messaging_policy_enforcement", ["policy-enforcement"] = "messaging_policy_enforcement",
    pass_thread_control = "messaging_handover", take_thread_control = "messaging_handover",
    request_thread_control = "messaging_handover", app_roles = "messaging_handover",
  } do
    it("are of messaging: " .. member, function()
      local body = entry(([[,"messaging":[{"sender":{"id":"1"},"timestamp":1569262486134,"%s":{"mid":"m"}}]
      ]]):format(member))
      assert.same({
        event(field, { sender = { id = "1" }, timestamp = 1569262486134, [member] = { mid = "m" } }),
      }, read(body))
    end)
  end

  it("are echoes where the account itself has sent them", function()
    local found = read(entry [[,"messaging":[{"message":{"is_echo":true}},{"message":{"is_echo":false}}] ]])
    assert.same({ "message_echoes", "messages" }, { found[1].field, found[2].field })
  end)

  it("may be others' conversations", function()
    local body = entry [[,"standby":[{"message":{"mid":"m"}}] ]]
    assert.same({ event("standby", { message = { mid = "m" } }) }, read(body))
  end)

  it("come in their order, from several entries", function()
    local fields = {}
    for one in webhook.events [[{"object":"instagram","entry":[
      {"id":"1","time":1,"changes":[{"field":"a"},{"field":"b"}]},{"id":"2","time":2,"changes":[]},
      {"id":"3","time":3,"messaging":[{"message":{}},{"read":{}}]},{"id":"4","time":4,"changes":[{"field":"c"}]}]}]] do
      fields[#fields + 1] = one.id .. one.field
    end
    assert.same({ "1a", "1b", "3messages", "3messaging_seen", "4c" }, fields)
  end)

  it("have ids that are strings, and numbers that are exact", function()
    local found = read [[{"object":"instagram","entry":[{"id":0,"changes":[{"field":"a","value":{"id":17841405822304914,
      "n":9007199254740992,"time":1569262486134}}]},{"id":17841405822304914,"changes":[{"field":"a"}]},
      {"id":178414058223049,"changes":[{"field":"a"}]}]}]]
    assert.same({ "0", "17841405822304914", "178414058223049" }, { found[1].id, found[2].id, found[3].id })
    assert.same({ id = "17841405822304914", n = 9007199254740992, time = 1569262486134 }, found[1].value)
  end)

  for name, row in pairs {
    ["an entry with a member that is new"] = { entry [[,"threads":[1]    ]], { threads = { 1 } } },
    ["an entry with nothing in it"] = { entry "", {} },
    ["changes that are no list"] = { entry [[,"changes":{"field":"a"}]], { changes = { field = "a" } } },
    ["changes that are null"] = { entry [[,"changes":null]], { changes = iggraph.null } },
    ["a change without a field"] = { entry [[,"changes":[{"value":1}] ]], { value = 1 } },
    ["a change that is no object"] = { entry [[,"changes":["x"] ]], "x" },
    ["a message of a new kind"] = { entry [[,"messaging":[{"sender":{"id":"1"},"dance":{}}] ]],
      { sender = { id = "1" }, dance = {} } },
    ["a message that is no object"] = { entry [[,"messaging":[7] ]], 7 },
  } do
    it("are not dropped where nobody knows them: " .. name, function()
      assert.same({ event(nil, row[2]) }, read(row[1]))
    end)
  end

  it("tell what is new beside what is known", function()
    assert.same({ event("a", 1), event(nil, { b = 2 }) }, read(entry [[,"changes":[{"field":"a","value":1}],"b":2]]))
    assert.same({ { object = "instagram", value = 7 } }, read [[{"object":"instagram","entry":[7]}]])
  end)

  it("may be none", function() assert.same({}, read [[{"object":"instagram","entry":[]}]]) end)

  for body, row in pairs {
    [""] = { "json", "the body is not JSON" }, ["{"] = { "json", "the body is not JSON" },
    ["null"] = { "invalid", "the body is no webhook" }, ["[]"] = { "invalid", "the body is no webhook" },
    ["{}"] = { "invalid", "the body is no webhook" }, ['"x"'] = { "invalid", "the body is no webhook" },
    ['{"entry":[]}'] = { "invalid", "no webhook" }, ['{"object":"instagram"}'] = { "invalid", "no webhook" },
    ['{"object":"instagram","entry":{"id":"1"}}'] = { "invalid", "the body is no webhook" },
    ['{"object":1,"entry":[]}'] = { "invalid", "the body is no webhook" },
  } do
    it("are raised as an error where the body is no webhook: " .. body, function()
      local ok, err = pcall(function()
        for _ in webhook.events(body) do error "there is one" end
      end)
      assert.is_false(ok)
      check_fails(row[1], row[2], nil, err, err.kind)
    end)
  end

  it("need a body", function()
    check_raises("events: body: a string or table expected, got nil", webhook.events)
  end)
end)

-- --- from the sandbox to an nginx ---------------------------------------------------------------------

local VERIFY_TOKEN = "cALLbAcK tOkEn&1"

local CALLBACK = ([[
  local webhook = require "iggraph.webhook"
  if ngx.req.get_method() == "GET" then
    local answer, err, kind = webhook.challenge(ngx.var.args or "", %q)
    if not answer then ngx.status = 403 end
    return ngx.print(answer or kind .. ": " .. err.message)
  end
  ngx.req.read_body()
  local body = ngx.req.get_body_data() or ""
  local ok, err, kind = webhook.verify(%q, body, ngx.req.get_headers()["X-Hub-Signature-256"])
  if not ok then
    ngx.status = 403
    return ngx.print(kind .. ": " .. err.message)
  end
  local list = {}
  for event in webhook.events(body) do list[#list + 1] = event end
  ngx.print(require("iggraph.json").encode(list))]]):format(VERIFY_TOKEN, sandbox.app_secret)

local app = { access_token = sandbox.app_id .. "|" .. sandbox.app_secret }

-- What an address answered to what the sandbox sent there: body and status.
local function send(url, kind, fault)
  local answer = curl.ask(server.shared().http .. "/_sandbox/webhook", {
    token = false, form = { kind = kind, url = url, fault = fault },
  }).json
  assert.is_nil(answer.error)
  return answer.body, answer.status
end

describe("a webhook from the sandbox", function()
  local host, url

  setup(function()
    host = nginx_host.start { client = false, locations = { callback = CALLBACK } }
    url = host.http .. "/callback"
  end)

  teardown(function() host:stop() end)

  local function receive(kind)
    local body, status = send(url, kind)
    assert.equal(200, status, body)
    return assert(core.json.decode(body))
  end

  it("is subscribed to by who knows the token, and is sent what happens", function()
    local ig, path = client.new(app), sandbox.app_id .. "/subscriptions"
    local options = { object = "instagram", callback_url = url, fields = "comments,messages" }
    local refused, err = ig:post(path, with(options, { verify_token = "another" }))
    assert.is_nil(refused)
    assert.matches("403", err.message, 1, true)
    assert.same({ success = true }, ig:post(path, with(options, { verify_token = VERIFY_TOKEN })))
    assert.equal(url, assert(ig:get(path)).data[1].callback_url)
  end)

  local ACCOUNT = "17841405822304914"
  for kind, field in pairs {
    comments = "comments", live_comments = "live_comments", mentions = "mentions", caption_mention = "mentions",
    story_insights = "story_insights", direct = "comments", message = "messages", attachment = "messages",
    quick_reply = "messages", story_reply = "messages", deleted = "messages", unsupported = "messages",
    echo = "message_echoes", reaction = "message_reactions", unreact = "message_reactions",
    postback = "messaging_postbacks", referral = "messaging_referral", read = "messaging_seen",
    message_edit = "message_edit", optin = "messaging_optins",
  } do
    it("is verified and read: " .. kind, function()
      local events = receive(kind)
      assert.equal(1, #events)
      assert.same({ "instagram", ACCOUNT, field }, { events[1].object, events[1].id, events[1].field })
      assert.is_number(events[1].time)
      assert.is_table(events[1].value)
    end)
  end

  it("has its text as it was written", function()
    assert.equal("Größe 3/4? 🦖", receive("comments")[1].value.text)
    assert.equal("Wie geht's? / 你好 🦖", receive("message")[1].value.message.text)
  end)

  it("may bring several of everything", function()
    local fields = {}
    for _, event in ipairs(receive "several") do fields[#fields + 1] = event.field end
    assert.same({ "comments", "mentions", "story_insights", "messages", "message_reactions" }, fields)
  end)

  it("may be the dashboard's test", function()
    local event = receive("test")[1]
    assert.equal("0", event.id)
    assert.equal("17899999999999999", event.value.id)
  end)

  for fault, words in pairs {
    changed_byte = "auth: X-Hub-Signature-256 does not fit", wrong_signature = "auth: X-Hub-Signature-256 does not fit",
    no_signature = "invalid: X-Hub-Signature-256 is missing", only_sha1 = "invalid: X-Hub-Signature-256 is missing",
    doubled = "invalid: X-Hub-Signature-256 is there more than once",
    upper_case = "invalid: X-Hub-Signature-256 has digits in upper case",
  } do
    it("is refused with a fault: " .. fault, function()
      local body, status = send(url, "comments", fault)
      assert.equal(403, status)
      assert.matches(words, body, 1, true)
    end)
  end

  it("may have its header's name in any case", function()
    assert.equal(200, (select(2, send(url, "comments", "upper_case_name"))))
  end)
end)

-- --- examples ----------------------------------------------------------------------------------------

describe("the example that answers comments", function()
  local SPAM = "10/10"

  before_each(function() server.reset() end)

  local function run(...)
    local shared = server.shared()
    return client.run(client.example "answer_comments.lua",
      ("2>&1 env IG_ACCESS_TOKEN=%s IG_BASE_URL=%s IG_CA_FILE=%s SPAM='%s' REPLY='Thanks, @%%s'"):format(
        sandbox.tokens.user, shared.https, shared.ca_file, SPAM), ...)
  end

  it("says what it would do", function()
    local lines = run "--dry-run"
    assert.is_true(#lines > 10)
    for _, line in ipairs(lines) do
      local verb = line:find(SPAM, 1, true) and "hide" or "reply to"
      assert.matches("^would " .. verb .. " %d+  @%S+: .", line)
    end
    for _, request in ipairs(server.requests()) do assert.equal("GET", request.method) end
  end)

  it("answers each comment once, and hides spam", function()
    local ig, hidden, replied = client.new(), 0, 0
    for _, line in ipairs(run "metricsaurus") do
      local id, name = line:match " (%d+)  @(%S+):"
      if line:find "^hide" then
        hidden = hidden + 1
        assert.is_true(ig:comment(id):get({ fields = "hidden" }).hidden)
      else
        replied = replied + 1
        local reply = assert(ig:comment(id):replies({ fields = "text,username" }):next())
        assert.same({ "Thanks, @" .. name, "metricsaurus" }, { reply.text, reply.username })
      end
    end
    assert.is_true(hidden > 1 and replied > 10)
    assert.same({}, run())
  end)

  it("says where there is no such account", function()
    assert.same({ "the token leads to no account 'nobody'" }, run "nobody")
  end)

  it("does nothing where it does not understand an option", function()
    assert.same({ "unknown: --dryrun (--help tells the usage)" }, run "--dryrun")
  end)
end)
