-- Logins, from the dialog's address to a token, against the sandbox; and against servers that fail, or repeat what they
-- were sent.

local client = require "spec.support.client"
local core = require "iggraph.core"
local curl = require "spec.support.curl"
local fault_server = require "spec.support.fault_server"
local iggraph = require "iggraph"
local json = require "iggraph.json"
local login = require "iggraph.login"
local nginx_host = require "spec.support.nginx_host"
local now = require("system").monotime
local sandbox = require "iggraph.sandbox"
local server = require "spec.support.sandbox"

local with = client.with

local HERE = "http://localhost:7777/"
local SCOPE = { "instagram_basic", "pages_show_list" }

local shared, faults, place, app

setup(function()
  shared, faults = server.shared(), fault_server.start()
  place = { base_url = shared.https, ca_file = shared.ca_file }
  app = with(place, { client_id = sandbox.app_id, client_secret = sandbox.app_secret })
end)

teardown(function() faults:stop() end)

before_each(function() server.reset() end)

-- What the other server answers from now on. It closes each connection, and says so: a POST is sent only once, and on a
-- connection that is about to be closed it may be lost.
local function tell(answer)
  local headers = answer.headers or {}
  headers[#headers + 1] = "Connection: close"
  faults:answer { status = answer.status, headers = headers, body = answer.body }
end

-- What a browser does: opens the dialog, and is led back.
local function go(url)
  return curl.ask(url, { token = false, arguments = "--cacert " .. shared.ca_file }).headers.location
end

local function control(name, form)
  local answer = curl.ask(shared.http .. "/_sandbox/" .. name, { token = false, form = form })
  assert(answer.status == 200, answer.body)
end

local function open(options, further)
  local url, state = login.url(with({
    client_id = sandbox.app_id, redirect_uri = HERE, scope = SCOPE, dialog_url = shared.https,
  }, options))
  return go(url .. (further or "")), state
end

local function get_code(further)
  local redirect = assert(login.parse_redirect(open(nil, further)))
  return redirect.code
end

local function get_token(scope)
  local redirect = assert(login.parse_redirect(open { scope = scope }))
  return assert(login.exchange_code(with(app, { redirect_uri = HERE, code = redirect.code }))).access_token
end

-- Each call with all that it needs.
local CALLS = {
  url = { client_id = "1", redirect_uri = HERE, scope = "a" },
  instagram_url = { client_id = "1", redirect_uri = HERE, scope = "a" },
  exchange_code = { client_id = "1", client_secret = "s", redirect_uri = HERE, code = "c" },
  long_lived = { client_id = "1", client_secret = "s", access_token = "t" },
  refresh = { client_id = "1", client_secret = "s", access_token = "t" },
  client_code = { client_id = "1", client_secret = "s", redirect_uri = HERE, access_token = "t" },
  app_token = { client_id = "1", client_secret = "s" },
  debug_token = { input_token = "i", access_token = "t" },
  permissions = { access_token = "t" },
  revoke = { access_token = "t" },
  device_start = { client_id = "1", client_token = "k", scope = "a" },
  instagram_exchange = { client_id = "1", client_secret = "s", redirect_uri = HERE, code = "c" },
  instagram_long_lived = { client_secret = "s", access_token = "t" },
  instagram_refresh = { access_token = "t" },
}

local function check_raises(words, call, ...)
  local ok, message = pcall(call, ...)
  assert.is_false(ok)
  assert.matches(words, message, 1, true)
end

describe("the options of every call", function()
  for name, options in pairs(CALLS) do
    it("are checked before anything is sent: " .. name, function()
      local call = login[name]
      check_raises(("iggraph.login.%s: a table of options expected, got nil"):format(name), call)
      check_raises(("iggraph.login.%s: unknown option 'id'"):format(name), call, with(options, { id = "1" }))
      for option in pairs(options) do
        local less = with(options)
        less[option] = nil
        check_raises(("iggraph.login.%s: %s"):format(name, option), call, less)
        check_raises(("%s: %s is empty"):format(name, option), call, with(options, { [option] = "" }))
        check_raises(("%s: %s: a string"):format(name, option), call, with(options, { [option] = 7 }))
      end
    end)
  end

  it("may be alternatives", function()
    check_raises("exchange_code: client_secret or machine_id is required", login.exchange_code,
      { client_id = "1", redirect_uri = HERE, code = "c" })
    check_raises("debug_token: access_token or client_id and client_secret is required", login.debug_token,
      { input_token = "i", client_id = "1" })
    assert.is_string((login.url { client_id = "1", redirect_uri = HERE, config_id = "7" }))
  end)

  it("are those of iggraph.new, too", function()
    for option, words in pairs {
      base_url = "base_url must be https://", timeout = "timeout must be a number above 0",
      version = "version must look like", host = "host 'x' is not known", ca_file = "ca_file cannot be read",
    } do
      local value = option == "timeout" and -1 or option == "base_url" and "http://example.org" or "x"
      check_raises(words, login.app_token, with(CALLS.app_token, { [option] = value }))
    end
  end)
end)

describe("the address of a dialog", function()
  it("is the documented one", function()
    assert.equal("https://www.facebook.com/v26.0/dialog/oauth?auth_type=rerequest&client_id=1&display=page"
      .. "&extras=%7B%22setup%22%3A%7B%22channel%22%3A%22IG_API_ONBOARDING%22%7D%7D&redirect_uri="
      .. "http%3A%2F%2Flocalhost%3A7777%2F&response_type=code%20token&scope=instagram_basic%2Cpages_show_list&state=s",
      (login.url {
        client_id = "1", redirect_uri = HERE, scope = SCOPE, state = "s", response_type = "code token",
        display = "page", auth_type = "rerequest", extras = { setup = { channel = "IG_API_ONBOARDING" } },
      }))
    assert.equal("https://www.instagram.com/oauth/authorize?client_id=1&enable_fb_login=false&force_reauth=true"
      .. "&redirect_uri=http%3A%2F%2Flocalhost%3A7777%2F&response_type=code&scope=a%2Cb&state=s",
      (login.instagram_url {
        client_id = "1", redirect_uri = HERE, scope = "a,b", state = "s", enable_fb_login = false, force_reauth = true,
      }))
  end)

  it("may be of another version or host", function()
    assert.matches("^http://127%.0%.0%.1:7/v18%.0/dialog/oauth%?client_id=1&", (login.url {
      client_id = "1", redirect_uri = HERE, scope = "a", version = "v18.0", dialog_url = "http://127.0.0.1:7/",
    }))
    check_raises("https://", login.url, with(CALLS.url, { dialog_url = "http://example.org" }))
    check_raises("unknown option 'version'", login.instagram_url, with(CALLS.instagram_url, { version = "v18.0" }))
  end)

  it("has a state that nobody can guess, unless it is given", function()
    for _, make in ipairs { login.url, login.instagram_url } do
      local seen = {}
      for _ = 1, 100 do
        local url, state = make(CALLS.url)
        assert.matches("^" .. ("%x"):rep(32) .. "$", state)
        assert.matches("&state=" .. state .. "$", url)
        assert.is_nil(seen[state])
        seen[state] = true
      end
      assert.equal("mine", (select(2, make(with(CALLS.url, { state = "mine" })))))
    end
  end)

  it("costs no request", function()
    login.url(CALLS.url)
    assert.same({}, server.requests())
  end)
end)

describe("a redirect", function()
  local TOKEN = { access_token = "t|1", expires_in = 5400, data_access_expiration_time = 1800000000,
    long_lived_token = "l", state = "s" }
  local FRAGMENT = "access_token=t%7C1&data_access_expiration_time=1800000000&expires_in=5400&long_lived_token=l"
    .. "&state=s"

  for _, row in ipairs {
    { "the whole address", HERE .. "?code=c&state=s", { code = "c", state = "s" } },
    { "path and query", "/back?code=c&state=s", { code = "c", state = "s" } },
    { "the query", "code=c&state=s", { code = "c", state = "s" } },
    { "the query behind its mark", "?code=c&state=s", { code = "c", state = "s" } },
    { "Facebook's ending", HERE .. "?code=c&state=s#_=_", { code = "c", state = "s" } },
    { "Instagram's ending", HERE .. "?state=s&code=c#_", { code = "c", state = "s" } },
    { "Instagram's ending of a query", "state=s&code=c#_", { code = "c", state = "s" } },
    { "a pasted line", "  " .. HERE .. "?code=c&state=s\r\n", { code = "c", state = "s" } },
    { "an own query", HERE .. "?a=1&a=2&code=c&state=s", { code = "c", state = "s" } },
    { "escapes and marks", "code=a%2Bb+c?d=e&state=s", { code = "a+b c?d=e", state = "s" } },
    { "a token", HERE .. "#" .. FRAGMENT, TOKEN },
    { "a token behind an own query", HERE .. "?a=1#" .. FRAGMENT, TOKEN },
    { "a fragment", "#" .. FRAGMENT, TOKEN },
    { "granted scopes", HERE .. "#granted_scopes=a%2Cb&denied_scopes=&state=s",
      { granted_scopes = "a,b", state = "s" } },
  } do
    it("is read: " .. row[1], function() assert.same(row[3], login.parse_redirect(row[2], "s")) end)
  end

  for _, row in ipairs {
    { "another state", "code=c&state=S", "answers another login" },
    { "a longer state", "code=c&state=ss", "answers another login" },
    { "an empty state", "code=c&state=", "answers another login" },
    { "no state", "code=c", "has no state" },
    { "no state, and an error", "error=access_denied&error_code=200", "has no state" },
    { "a doubled state", "code=c&state=s&state=s", "more than one state" },
    { "a state in query and fragment", HERE .. "?code=c&state=s#state=s", "more than one state" },
    { "a state that is doubled in disguise", "code=c&state=s&st%61te=x", "more than one state" },
    { "a doubled code", "code=c&state=s&code=d", "more than one code" },
    { "a doubled error", "error=a&error=b&state=s", "more than one error" },
    { "nothing", "", "has no state" },
    { "an address without parameters", HERE, "has no state" },
    { "neither code nor token", "state=s", "neither a code nor an access token" },
    { "an empty code", "code=&state=s", "neither a code nor an access token" },
  } do
    it("is refused: " .. row[1], function()
      local redirect, err, kind = login.parse_redirect(row[2], "s")
      assert.is_nil(redirect)
      assert.equal("invalid", kind)
      assert.equal("invalid", err.kind)
      assert.matches(row[3], err.message, 1, true)
    end)
  end

  for _, row in ipairs {
    { "error=access_denied&error_code=200&error_reason=user_denied&error_description=Permissions+error", "permission",
      "Permissions error", 200 },
    { "error=access_denied&error_reason=user_denied&error_description=No", "permission", "No" },
    { "error=access_denied", "permission", "access_denied" },
    { "error_code=1349168&error_message=Not+now", "graph", "Not now", 1349168 },
    { "error=x&error_code=4&error_description=Slowly", "throttled", "Slowly", 4 },
    { "error=server_error", "transient", "server_error" },
    { "error=invalid_scope&error_description=Which%3F", "invalid", "Which?" },
    { "error=new_one", "graph", "new_one" },
  } do
    it("tells of a failure: " .. row[1], function()
      local redirect, err, kind = login.parse_redirect(HERE .. "?" .. row[1] .. "&state=s&code=SeCrEt#_=_", "s")
      assert.is_nil(redirect)
      assert.equal(row[2], kind)
      assert.equal(row[3], err.message)
      assert.equal(row[4], err.code)
      assert.is_nil(json.encode(err):find("SeCrEt", 1, true))
    end)
  end

  it("cannot be read without the state", function()
    for _, state in ipairs { false, "", 7 } do
      check_raises("parse_redirect: state: the string expected", login.parse_redirect, "code=c&state=s", state or nil)
    end
    check_raises("parse_redirect: url: a string expected, got nil", login.parse_redirect, nil, "s")
  end)
end)

describe("Facebook Login", function()
  it("leads from a dialog to a token that lives 60 days", function()
    local redirect = assert(login.parse_redirect(open()))
    local short = assert(login.exchange_code(with(app, { redirect_uri = HERE, code = redirect.code })))
    assert.equal("bearer", short.token_type)
    assert.is_true(short.expires_in < 7201)
    local long = assert(login.long_lived(with(app, { access_token = short.access_token })))
    assert.equal(5183944, long.expires_in)
    assert.is_not.equal(short.access_token, long.access_token)
    local again = assert(login.refresh(with(app, { access_token = long.access_token })))
    assert.equal(5183944, again.expires_in)
    local ig = client.new { access_token = again.access_token }
    assert.equal("17841405822304914", assert(ig:instagram_accounts():next()).id)
  end)

  it("asks as the documentation does", function()
    local more = { version = "v18.0", redirect_uri = HERE, code = "c d" }
    login.exchange_code(with(app, more))
    login.long_lived(with(app, { access_token = "t" }))
    login.client_code(with(app, { access_token = "t", redirect_uri = HERE }))
    login.app_token(app)
    login.debug_token(with(app, { input_token = "i" }))
    login.debug_token(with(place, { input_token = "i", access_token = "t" }))
    local id, secret, here = "client_id=" .. app.client_id, "client_secret=" .. app.client_secret,
      "redirect_uri=http%3A%2F%2Flocalhost%3A7777%2F"
    assert.same({
      ("GET /v18.0/oauth/access_token?%s&%s&code=c%%20d&%s"):format(id, secret, here),
      ("GET /v26.0/oauth/access_token?%s&%s&fb_exchange_token=t&grant_type=fb_exchange_token"):format(id, secret),
      ("GET /v26.0/oauth/client_code?access_token=t&%s&%s&%s"):format(id, secret, here),
      ("GET /v26.0/oauth/access_token?%s&%s&grant_type=client_credentials"):format(id, secret),
      ("GET /v26.0/debug_token?access_token=%s%%7C%s&input_token=i"):format(app.client_id, app.client_secret),
      "GET /v26.0/debug_token?access_token=t&input_token=i",
    }, client.asked())
    for _, request in ipairs(server.requests()) do assert.is_nil(request.headers.authorization) end
  end)

  it("gives a token without a code, too", function()
    local redirect = assert(login.parse_redirect(open { response_type = "token" }))
    assert.is_number(redirect.expires_in)
    assert.is_number(redirect.data_access_expiration_time)
    for _, name in ipairs { "access_token", "long_lived_token" } do
      assert.equal("Sandra Sandbox", assert(client.new({ access_token = redirect[name] }):me():get()).name)
    end
  end)

  it("may be refused by the person", function()
    local redirect, err, kind = login.parse_redirect(open(nil, "&sandbox_answer=deny"))
    assert.is_nil(redirect)
    assert.equal("permission", kind)
    assert.equal(200, err.code)
    assert.equal("user_denied", err.data.error_reason)
    assert.equal("The user denied your request. (permission, code 200)", tostring(err))
  end)

  local REFUSED = {
    ["that was used"] = { "auth", 36009, function(options) assert(login.exchange_code(options)) end },
    ["that has expired"] = { "auth", 36007, function() control("clock", { advance = 601 }) end },
    ["that nobody issued"] = { "invalid", nil, function(options) options.code = "AQanother" end },
    ["of another address"] = { "invalid", 36008, function(options) options.redirect_uri = HERE .. "x" end },
    ["for another app"] = { "invalid", nil, function(options) options.client_id = "7" end },
    ["with a wrong secret"] = { "transient", nil, function(options) options.client_secret = "another secret" end },
  }
  for name, row in pairs(REFUSED) do
    it("takes no code " .. name, function()
      local options = with(app, { redirect_uri = HERE, code = get_code() })
      row[3](options)
      local token, err, kind = login.exchange_code(options)
      assert.is_nil(token)
      assert.equal(row[1], kind)
      assert.equal(row[2], err.subcode)
      assert.equal(400, err.status)
    end)
  end

  it("exchanges no token that has expired", function()
    local token, err, kind = login.long_lived(with(app, { access_token = sandbox.tokens.expired }))
    assert.is_nil(token)
    assert.equal("auth", kind)
    assert.equal(463, err.subcode)
  end)

  it("gives a program on the person's machine a token of its own", function()
    local code = assert(login.client_code(with(app, { redirect_uri = HERE, access_token = get_token(SCOPE) }))).code
    local token = assert(login.exchange_code(with(place, {
      client_id = sandbox.app_id, redirect_uri = HERE, code = code, machine_id = "here",
    })))
    assert.equal("here", token.machine_id)
    assert.equal("Sandra Sandbox", assert(client.new({ access_token = token.access_token }):me():get()).name)
  end)

  it("gives the app a token", function()
    local token = assert(login.app_token(app)).access_token
    assert.matches("^" .. sandbox.app_id .. "|.", token)
    assert.is_true(assert(login.debug_token(with(place, { input_token = sandbox.tokens.user, access_token = token })))
      .is_valid)
  end)
end)

describe("what a token is", function()
  it("is told", function()
    local data = assert(login.debug_token(with(app, { input_token = get_token(SCOPE) })))
    assert.is_true(data.is_valid)
    assert.equal("USER", data.type)
    assert.equal(sandbox.app_id, data.app_id)
    assert.same({ "public_profile", "instagram_basic", "pages_show_list" }, data.scopes)
    assert.is_number(data.expires_at)
  end)

  for _, name in ipairs { "expired", "wrong" } do
    it("is a failure where it is no good any more: " .. name, function()
      local data, err, kind = login.debug_token(with(app, { input_token = sandbox.tokens[name] }))
      assert.is_nil(data)
      assert.equal("auth", kind)
      assert.equal(190, err.code)
      assert.equal(200, err.status)
      assert.is_false(err.data.is_valid)
    end)
  end

  it("is a failure even where no reason is given", function()
    tell { body = [[{"data":{"is_valid":false,"scopes":[]}}]] }
    local data, err, kind = login.debug_token { input_token = "i", access_token = "t", base_url = faults.http }
    assert.is_nil(data)
    assert.equal("auth", kind)
    assert.same({ is_valid = false, scopes = {} }, err.data)
    assert.equal("GET /v26.0/debug_token: the token is not valid (auth, HTTP 200)", tostring(err))
  end)
end)

describe("permissions", function()
  it("are read and taken back, one by one and all", function()
    local token = get_token(SCOPE)
    local options, ig = with(place, { access_token = token }), client.new { access_token = token }
    local all = { public_profile = "granted", instagram_basic = "granted", pages_show_list = "granted" }
    assert.same(all, login.permissions(options))
    assert.same({ success = true }, login.revoke(with(options, { permission = "instagram_basic" })))
    all.instagram_basic = "declined"
    assert.same(all, login.permissions(ig))
    assert.same({ success = true }, login.revoke(ig, "pages_show_list"))
    all.pages_show_list = "declined"
    assert.same(all, login.permissions(options))
    assert.same({ success = true }, login.revoke(ig))
    local found, err, kind = login.permissions(ig)
    assert.is_nil(found)
    assert.equal("auth", kind)
    assert.equal(458, err.subcode)
  end)

  it("have names", function()
    local ig = client.new()
    for _, name in ipairs { "", "a/b", "../me", 7 } do
      check_raises("revoke: permission", login.revoke, ig, name)
    end
    check_raises("revoke: permission", login.revoke, with(place, { access_token = "t", permission = "a/b" }))
    assert.same({}, server.requests())
  end)

  it("come in more than one page", function()
    tell { body = [[{"data":[{"permission":"a","status":"granted"}],"paging":{"next":"https://x/?after=z"}}]] }
    local found, _, kind = login.permissions { access_token = "t", base_url = faults.http }
    assert.is_nil(found) -- the same page again, and again: it was asked for
    assert.equal("paging", kind)
  end)
end)

describe("a login for devices", function()
  local options

  before_each(function()
    options = with(place, { client_id = sandbox.app_id, client_token = sandbox.client_token, scope = SCOPE })
  end)

  -- A host for which time is the sandbox's: a pause moves its clock.
  local function host_of(slept)
    return {
      wait = function(engine) engine:wait() end,
      sleep = function(seconds)
        slept[#slept + 1] = seconds
        control("clock", { advance = math.ceil(seconds) })
      end,
    }
  end

  it("asks every few seconds until the person has allowed it", function()
    control("device", { polls = 2 })
    local slept, left = {}, {}
    options.host = host_of(slept)
    local device = assert(login.device_start(options))
    assert.same({ 420, 5 }, { device.expires_in, device.interval })
    assert.is_string(device.user_code)
    local token = assert(login.device_wait(device, { on_wait = function(seconds) left[#left + 1] = seconds end }))
    assert.same({ 5, 5, 5 }, slept)
    assert.equal(3, #left)
    for _, seconds in ipairs(left) do assert.is_true(seconds > 410 and seconds <= 420) end
    assert.is_number(token.data_access_expiration_time)
    assert.equal(5183944, token.expires_in)
    assert.same({ instagram_basic = "granted", pages_show_list = "granted", public_profile = "granted" },
      login.permissions(with(place, { access_token = token.access_token })))
    local form = ("access_token=%s%%7C%s"):format(sandbox.app_id, sandbox.client_token)
    local first, second = server.requests()[1], server.requests()[2]
    assert.same({ "POST", "/v26.0/device/login", form .. "&scope=instagram_basic%2Cpages_show_list" },
      { first.method, first.uri, first.body })
    assert.same({ "POST", "/v26.0/device/login_status", form .. "&code=" .. device.code },
      { second.method, second.uri, second.body })
  end)

  it("asks more slowly when it is told to", function()
    control("device", { polls = 1 })
    local slept = {}
    options.host = host_of(slept)
    local device = assert(login.device_start(options))
    device.interval = 3
    assert(login.device_wait(device))
    assert.same({ 3, 3, 8 }, slept)
  end)

  it("ends when the person declines", function()
    local device = assert(login.device_start(with(options, { host = host_of {} })))
    local token, err, kind = login.device_wait(device, {
      on_wait = function() control("device", { answer = "deny", user_code = device.user_code }) end,
    })
    assert.is_nil(token)
    assert.equal("permission", kind)
    assert.equal(1349173, err.subcode)
  end)

  it("ends when the server says that the code has expired", function()
    control("device", { expires_in = 60 })
    local slept = {}
    local token, err, kind = login.device_wait(assert(login.device_start(with(options, { host = host_of(slept) }))))
    assert.is_nil(token)
    assert.equal("auth", kind)
    assert.equal(1349152, err.subcode)
    assert.equal(12, #slept)
  end)

  it("ends when the code has expired and no server says so", function()
    local device = assert(login.device_start(with(options, { host = {
      wait = function(engine) engine:wait() end, sleep = function() core.loop.sleep(0.2) end,
    } })))
    device.expires_in = 1
    local token, err, kind = login.device_wait(device)
    assert.is_nil(token)
    assert.equal("auth", kind)
    assert.equal("POST /v26.0/device/login_status: the code has expired: nobody has allowed the login in time (auth)",
      tostring(err))
  end)

  it("goes on after what passes, and ends at what does not", function()
    local slept, step = {}, 0
    local ANSWERS = {
      function() faults:say "" end,
      function() tell { status = 502, body = "<html>" } end,
      function() tell { status = 500, body = [[{"error":{"code":2,"message":"m"}}]] } end,
      function() tell { status = 400, body = [[{"error":{"code":4,"message":"m"}}]] } end,
      function() tell { status = 400, body = [[{"error":{"code":31,"error_subcode":1349174}}]] } end,
      function() tell { status = 404, body = "<html>" } end,
      function() tell { body = [[{"access_token":"t","expires_in":"7"}]] } end,
    }
    local device = { code = "c", interval = 1 }
    local given = {
      client_id = "1", client_token = "k", base_url = faults.http,
      host = { wait = function(engine) engine:wait() end, sleep = function(s) slept[#slept + 1] = s end },
      on_wait = function(left)
        assert.is_nil(left)
        step = step + 1
        ANSWERS[step]()
      end,
    }
    local token, _, kind = login.device_wait(device, given)
    assert.is_nil(token)
    assert.equal("http", kind)
    assert.same({ 1, 1, 1, 1, 6, 6 }, slept)
    assert.same({ access_token = "t", expires_in = 7 }, login.device_wait(device, given))
  end)

  it("takes time-outs for what passes, and tells of them where they do not", function()
    local slept = {}
    local token, _, kind = login.device_wait({ code = "c", interval = 1, expires_in = 1 }, {
      client_id = "1", client_token = "k", base_url = faults.silent, ca_file = shared.ca_file, timeout = 0.1,
      host = { wait = function(engine) engine:wait() end, sleep = function(s) slept[#slept + 1] = s end },
    })
    assert.is_nil(token)
    assert.equal("timeout", kind)
    assert.is_true(#slept > 1)
    for _, seconds in ipairs(slept) do assert.equal(1, seconds) end
  end)

  it("ends at once where the certificate is refused", function()
    local waits = 0
    local token, err, kind = login.device_wait({ code = "c", interval = 0.01, expires_in = 2 }, {
      client_id = "1", client_token = "k", base_url = shared.https, on_wait = function() waits = waits + 1 end,
    })
    assert.is_nil(token)
    assert.same({ "network", false, 1 }, { kind, err.retryable, waits })
  end)

  it("lets others go on", function()
    control("device", { interval = 0, polls = 2 })
    local devices = {}
    for i = 1, 4 do
      devices[i] = assert(login.device_start(options))
      devices[i].interval = 0.2
    end
    local began = now()
    for _, result in ipairs(iggraph.map(devices, function(device) return login.device_wait(device) end)) do
      assert.is_string(result[1].access_token)
    end
    local took = now() - began
    assert.is_true(took > 0.55 and took < 1.6, took .. " s")
  end)

  it("lets others go on in nginx, too", function()
    control("device", { interval = 0, polls = 5 })
    local words = {}
    for name, value in pairs(with(options, { scope = "instagram_basic" })) do
      words[#words + 1] = ("%s = %q"):format(name, value)
    end
    local host = nginx_host.start { client = false, locations = {
      ping = "ngx.print(ngx.shared.seen:get 'waits')",
      wait = ([[
        local login = require "iggraph.login"
        local device = assert(login.device_start { %s })
        device.interval = 0.1
        ngx.shared.seen:set("waits", "yes")
        local token = assert(login.device_wait(device))
        ngx.shared.seen:set("waits", "no more")
        ngx.print(token.expires_in)]]):format(table.concat(words, ", ")),
    } }
    finally(function() host:stop() end)
    local answer, seen = host:begin "wait", {}
    while not answer() do seen[host:get "ping"] = true end
    assert.equal("5183944", answer())
    assert.is_true(seen.yes)
    assert.same({}, host:complaints())
  end)

  it("can be cancelled", function()
    local device = assert(login.device_start(options))
    local task = iggraph.spawn(login.device_wait, device)
    task:cancel()
    assert.equal("cancelled", (select(3, task:wait())))
    assert.equal(1, #server.requests())
  end)

  it("needs what it was begun with", function()
    check_raises("device_wait: device: what device_start gave expected", login.device_wait, { user_code = "X" })
    check_raises("device_wait: client_id is required", login.device_wait, { code = "c" })
    local device = assert(login.device_start(options))
    check_raises("device_wait: unknown option 'on_poll'", login.device_wait, device, { on_poll = print })
    check_raises("device_wait: on_wait: a function expected", login.device_wait, device, { on_wait = 7 })
    check_raises("device_wait: a table of options expected, got string", login.device_wait, device, "x")
  end)
end)

describe("Instagram Login", function()
  local function get_redirect(further)
    local url, state = login.instagram_url {
      client_id = sandbox.app_id, redirect_uri = HERE, scope = "instagram_business_basic", dialog_url = shared.https,
    }
    local back = go(url .. (further or ""))
    assert.matches("#_$", back)
    return login.parse_redirect(back, state)
  end

  for _, shape in ipairs { "documented", "recorded" } do
    it("leads from a dialog to a token that is renewed; answers are " .. shape, function()
      local code = assert(get_redirect("&sandbox_shape=" .. shape)).code
      assert.is_nil(code:find("#", 1, true))
      local short = assert(login.instagram_exchange(with(app, { redirect_uri = HERE, code = code })))
      assert.equal("17841405822304914", short.user_id)
      assert.same({ "instagram_business_basic" }, short.permissions)
      local own = with(place, { access_token = short.access_token })
      local long = assert(login.instagram_long_lived(with(own, { client_secret = sandbox.app_secret })))
      assert.equal(5183944, long.expires_in)
      own.access_token = long.access_token
      local token, _, kind = login.instagram_refresh(own)
      assert.is_nil(token) -- it must be a day old
      assert.equal("invalid", kind)
      control("clock", { advance = 86400 })
      local again = assert(login.instagram_refresh(own))
      assert.same({ "instagram_business_basic" }, again.permissions)
      assert.equal("metricsaurus",
        assert(client.new({ access_token = again.access_token }):get("me", { fields = "username" })).username)
    end)
  end

  it("asks as the documentation does", function()
    login.instagram_exchange(with(app, { redirect_uri = HERE, code = "c" }))
    login.instagram_long_lived(with(place, { client_secret = "s", access_token = "t" }))
    login.instagram_refresh(with(place, { access_token = "t" }))
    assert.same({
      "POST /oauth/access_token", "GET /access_token?access_token=t&client_secret=s&grant_type=ig_exchange_token",
      "GET /refresh_access_token?access_token=t&grant_type=ig_refresh_token",
    }, client.asked())
    assert.equal(("client_id=%s&client_secret=%s&code=c&grant_type=authorization_code&redirect_uri=%s"):format(
      app.client_id, app.client_secret, "http%3A%2F%2Flocalhost%3A7777%2F"), server.requests()[1].body)
  end)

  it("says why a code is refused", function()
    local options = with(app, { redirect_uri = HERE, code = assert(get_redirect()).code })
    assert(login.instagram_exchange(options))
    for code, words in pairs { [options.code] = "has been used", AQother = "was not found" } do
      local token, err, kind = login.instagram_exchange(with(options, { code = code }))
      assert.is_nil(token)
      assert.equal("auth", kind)
      assert.equal("OAuthException", err.type)
      assert.matches(words, err.message, 1, true)
    end
  end)

  it("may be refused by the person", function()
    local redirect, _, kind = get_redirect "&sandbox_answer=deny"
    assert.is_nil(redirect)
    assert.equal("permission", kind)
  end)

  for body, expected in pairs {
    [ [[{"access_token":"t","user_id":17841405822304914,"permissions":["a","b"]}]] ] =
      { access_token = "t", user_id = "17841405822304914", permissions = { "a", "b" } },
    [ [[{"access_token":"t","user_id":1234567890123456}]] ] = { access_token = "t", user_id = "1234567890123456" },
    [ [[{"data":[{"access_token":"t","user_id":"7","permissions":"a, b"}]}]] ] =
      { access_token = "t", user_id = "7", permissions = { "a", "b" } },
    [ [[{"data":[{"access_token":"t","user_id":7,"permissions":""}]}]] ] =
      { access_token = "t", user_id = "7", permissions = {} },
  } do
    it("reads each shape of an answer: " .. body, function()
      tell { body = body }
      assert.same(expected, login.instagram_exchange(with(CALLS.instagram_exchange, { base_url = faults.http })))
    end)
  end
end)

describe("an answer", function()
  local function ask(name, body, status)
    tell { body = body, status = status }
    return login[name](with(CALLS[name], { base_url = faults.http }))
  end

  it("may be a query, from old servers", function()
    assert.same({ access_token = "a|b", expires = 5183944 }, ask("exchange_code", "access_token=a%7Cb&expires=5183944"))
    assert.same({ access_token = "t" }, ask("app_token", "access_token=t"))
  end)

  it("need not say when a token expires", function()
    assert.same({ access_token = "t", token_type = "bearer" },
      ask("long_lived", [[{"access_token":"t","token_type":"bearer"}]]))
  end)

  local GIVES = {
    exchange_code = "access_token", long_lived = "access_token", refresh = "access_token", client_code = "code",
    app_token = "access_token", debug_token = "data", device_start = "code", instagram_exchange = "access_token",
    instagram_long_lived = "access_token", instagram_refresh = "access_token",
  }
  for name, member in pairs(GIVES) do
    it("that has not what was asked for is a failure: " .. name, function()
      for _, body in ipairs { "{}", "true", "null", [["text"]], ([[{"%s":null}]]):format(member), "[]" } do
        local value, err, kind = ask(name, body)
        assert.is_nil(value)
        assert.equal("graph", kind)
        assert.equal("the answer has no " .. member, err.message)
        assert.is_false(err.retryable)
      end
    end)
  end
end)

describe("a server that repeats what it was sent", function()
  local PIECE = 16 -- bytes
  local SECRETS = {
    access_token = "EAAtOkEn|0123456789abcdefTOKEN", client_secret = "sEcReTofTheApp0123456789abcdef",
    client_token = "cLiEnTtOkEn0123456789abcdefghij", code = "AQcOdE0123456789abcdefghijklmn",
    input_token = "EAAiNpUt0123456789abcdefINPUT",
  }
  local BODIES = {
    [[{"error":{"message":"Malformed %s","type":"OAuthException","code":190,"error_data":{"%s":"%s"}}}]],
    [[{"error_type":"OAuthException","code":400,"error_message":"not %s"}]],
    [[{"error":"%s","error_description":"%s"}]], [[{"data":{"error":{"code":190,"message":"%s"},"input":"%s"}}]],
    [[<html>%s</html>]], [[{"access_token":"%s"]], [[%s]], [[access_tok=%s]],
  }
  local WRITINGS = {
    function(text) return text end,
    function(text) return core.params.escape(text) end,
    function(text) return (text:gsub("|", "\\u007c")) end,
  }

  local function check(err)
    local text = tostring(err) .. json.encode(err)
    for name, secret in pairs(SECRETS) do
      for at = 1, #secret - PIECE + 1 do
        local piece = secret:sub(at, at + PIECE - 1)
        if text:find(piece, 1, true) then error(("%s is in %s"):format(name, text), 0) end
      end
    end
  end

  it("would be noticed", function()
    assert.has_error(function() check { message = "x" .. SECRETS.code:sub(3, 22) } end)
  end)

  local goes_on = "device_wait" -- where a connection fails
  local calls = with(CALLS, { [goes_on] = { client_id = "1", client_token = "k", code = "c" } })
  calls.url, calls.instagram_url = nil, nil

  local function call(name, options)
    if name ~= goes_on then return login[name](options) end
    local code = options.code
    options.code = nil
    options.host = { wait = function(engine) engine:wait() end, sleep = function() end }
    return login.device_wait({ code = code, expires_in = 1, interval = 1 }, options)
  end

  for name, example in pairs(calls) do
    it("is not repeated: " .. name, function()
      local options = with(example, { base_url = faults.http, timeout = 5 })
      for option in pairs(example) do options[option] = SECRETS[option] or example[option] end
      for option in pairs(example) do
        for _, body in ipairs(SECRETS[option] and BODIES or {}) do
          for _, write in ipairs(WRITINGS) do
            local text = write(SECRETS[option])
            for _, status in ipairs { 200, 400 } do
              tell { status = status, body = (body:gsub("%%s", function() return text end)),
                headers = { "x-fb-trace-id: " .. text } }
              local _, err = call(name, with(options))
              if status == 400 then assert.is_table(err) end
              if err then check(err) end
            end
          end
        end
        for _, write in ipairs(SECRETS[option] and goes_on ~= name and WRITINGS or {}) do
          local text = write(SECRETS[option])
          local location = "Location: http://" .. text .. "@127.0.0.2:9/" .. text
          tell { status = 302, headers = { location }, body = "" }
          check((select(2, call(name, with(options)))))
        end
      end
    end)
  end

  it("shows no more where its address cannot be reached", function()
    local gone = fault_server.start()
    gone:stop()
    for name, example in pairs(calls) do
      if name ~= goes_on then
        local options = with(example, { base_url = gone.http })
        for option in pairs(example) do options[option] = SECRETS[option] or example[option] end
        local _, err, kind = call(name, options)
        assert.equal("network", kind)
        check(err)
      end
    end
  end)
end)


describe("the example", function()
  -- A sanitizer that is loaded into it would be loaded into its nginx, too.
  local it_here = os.getenv "LD_PRELOAD" and pending or it

  -- The person is in the script's own `print`: the address that it prints is opened, with BEHIND behind it.
  local PERSON = [[
    local print_line = print
    function print(...)
      local line = ...
      print_line(...)
      if not line:find "^curl" then return end
      os.execute("{ " .. BEFORE .. line:sub(1, -2) .. BEHIND .. "'; } </dev/null >/dev/null 2>&1 &")
    end
  ]]

  local function run(before, behind, ...)
    local text = ("local BEFORE, BEHIND = %q, %q\n"):format(before, behind) .. PERSON
    return client.run(text .. client.example "login.lua", "2>&1 env -u IG_APP_ID", ...)
  end

  local function port() return tostring(10000 + math.floor(now() * 1000) % 20000) end

  it_here("logs a person in, whatever else asks it", function()
    local own = port()
    local others = "curl http://localhost:PORT/favicon.ico; curl 'http://localhost:PORT/?code=x&state=y'; "
    local lines = run((others:gsub("PORT", own)), "", "--show-token", own)
    assert.matches("^No IG_APP_ID: this is the sandbox", lines[1])
    assert.matches("^curl %-sSL 'http://127", lines[2])
    assert.equal("Sandra Sandbox has logged in, for 59 days", lines[3])
    assert.equal("17841405822304914\tmetricsaurus\tMetricsaurus", lines[4])
    assert.matches("^export IG_ACCESS_TOKEN='EAA%w+'$", lines[5])
    assert.equal(5, #lines)
  end)

  it_here("says why a person has not logged in", function()
    local lines = run("", "&sandbox_answer=deny", port())
    assert.equal("The user denied your request. (permission, code 200)", lines[3])
    assert.equal(3, #lines)
  end)

  it("says what it needs", function()
    local text = "package.preload['cqueues.socket'] = function() error 'none' end\n"
    local lines = client.run(text .. client.example "login.lua", "2>&1")
    assert.same({ "cqueues.socket is missing: apt-get install lua-cqueues, or luarocks install cqueues" }, lines)
  end)

  it("says what it does not understand", function()
    local environment = "2>&1 env IG_APP_ID=1 IG_APP_SECRET="
    local function first(...) return client.run(client.example "login.lua", ...)[1] end
    assert.equal("PORT: a number, please", first(environment, "here"))
    assert.equal("unknown: --port (--help tells the usage)", first(environment, "--port", "8000"))
    assert.equal("IG_APP_SECRET is missing: the app's dashboard has it", first(environment, "8000"))
  end)
end)
