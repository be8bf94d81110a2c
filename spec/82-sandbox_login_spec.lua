-- The sandbox's logins, tokens and permissions, and the way from a person to Instagram accounts, driven by curl.
local curl = require "spec.support.curl"
local encoding = require "iggraph.sandbox.encoding"
local sandbox = require "iggraph.sandbox"
local shell = require "iggraph.sandbox.shell"
local support = require "spec.support.sandbox"

local tokens = sandbox.tokens

local ACCOUNT, GUIDE_PAGE, OTHER_PAGE = "17841405822304914", "134895793791914", "134895793791915"
local STORE_PAGE, CAFE_PAGE, FERN_PAGE = "134895793791916", "134895793791917", "134895793791918"
local LONG, DAY = 5183944, 86400
local REDIRECT = "http://localhost:8123/login?from=spec"
local APP_TOKEN = sandbox.app_id .. "|" .. sandbox.app_secret
local CLIENT_TOKEN = sandbox.app_id .. "|" .. sandbox.client_token

local failure, ids_of = curl.failure, curl.ids_of

--- Asks with curl; without a token where none is given.
local function ask(url, options)
  options = options or {}
  options.token = options.token or false
  return curl.ask(url, options)
end

local OAUTH, METHOD = "OAuthException", "GraphMethodException"

describe("the sandbox", function()
  local server, base

  setup(function()
    server = support.shared()
    base = server.http .. "/v26.0/"
  end)

  before_each(function() support.reset() end)

  local function get(path, query, token, headers)
    return ask(base .. path, { query = query or {}, token = token, headers = headers })
  end

  local function post(path, form, token, headers)
    return ask(base .. path, { method = "POST", form = form, token = token, headers = headers })
  end

  local function delete(path, token) return ask(base .. path, { method = "DELETE", token = token }) end

  local function control(path, form)
    return ask(server.http .. "/_sandbox/" .. path, { method = "POST", form = form })
  end

  --- Later, for every call until the next reset.
  local function wait(seconds) assert.equal(200, control("clock", { advance = seconds }).status) end

  --- Parameters with those of the app.
  local function of_app(params)
    params.client_id = params.client_id or sandbox.app_id
    params.client_secret = params.client_secret or sandbox.app_secret
    return params
  end

  local function dialog(path, more)
    local query = { client_id = sandbox.app_id, redirect_uri = REDIRECT, state = "a b&c" }
    for name, value in pairs(more or {}) do query[name] = value end
    local answer = get(path, query)
    local location = answer.headers.location or ""
    answer.location = location
    answer.query = select(2, encoding.parse_query(location:match("%?([^#]*)") or ""))
    answer.fragment = select(2, encoding.parse_query(location:match("#(.*)$") or ""))
    return answer
  end

  local function login(more) return dialog("dialog/oauth", more) end

  local function exchange(code, more)
    local query = of_app { redirect_uri = REDIRECT, code = code }
    for name, value in pairs(more or {}) do query[name] = value end
    return get("oauth/access_token", query)
  end

  --- A short-lived token of Facebook Login.
  local function token_for(scope, more)
    more = more or {}
    more.scope = scope
    return exchange(login(more).query.code).json.access_token
  end

  local function lengthen(token)
    return get("oauth/access_token", of_app { grant_type = "fb_exchange_token", fb_exchange_token = token })
  end

  local function debug_token(token)
    return get("debug_token", { input_token = token }, APP_TOKEN).json.data
  end

  local ALL = "pages_show_list,instagram_basic,business_management"

  describe("Facebook Login's dialog", function()
    it("leads back with a code and the state", function()
      local answer = login { scope = ALL }
      assert.equal(302, answer.status)
      assert.equal("", answer.body)
      assert.equal("http://localhost:8123/login?from=spec&code=", answer.location:sub(1, 43))
      assert.equal("a b&c", answer.query.state)
    end)

    it("leads back with tokens in the fragment", function()
      local fragment = login({ response_type = "token", scope = "instagram_basic" }).fragment
      assert.equal("5400", fragment.expires_in)
      assert.equal("a b&c", fragment.state)
      assert.equal(ACCOUNT, get(ACCOUNT, nil, fragment.access_token).json.id)
      local long = debug_token(fragment.long_lived_token)
      assert.equal(LONG, long.expires_at - long.issued_at)
    end)

    it("leads back with a code, a token and the permissions at once", function()
      local answer = login { response_type = "code token granted_scopes", scope = "instagram_basic,ads_read",
        sandbox_decline = "ads_read" }
      assert.is_string(answer.fragment.code)
      assert.is_string(answer.fragment.access_token)
      assert.equal("public_profile,instagram_basic", answer.fragment.granted_scopes)
      assert.equal("ads_read", answer.fragment.denied_scopes)
    end)

    it("leads back with the refusal", function()
      local query = login({ sandbox_answer = "deny" }).query
      assert.same({ from = "spec", error = "access_denied", error_code = "200", error_reason = "user_denied",
        error_description = "The user denied your request.", state = "a b&c" }, query)
    end)

    local NOWHERE = {
      { "an address that the app has not named", { redirect_uri = "https://evil.example/login" } },
      { "an address longer than the one named", { redirect_uri = sandbox.redirect_uris[1] .. "?a=1" } },
      { "a host that only begins like loopback", { redirect_uri = "http://localhost.evil.example/" } },
      { "a user before another host", { redirect_uri = "http://localhost:1@evil.example/" } },
      { "another app", { client_id = "1" } },
      { "a permission that there is not", { scope = "instagram_basic,instagram_fly" } },
    }
    for _, case in ipairs(NOWHERE) do
      it("shows an error page for " .. case[1], function()
        local answer = login(case[2])
        assert.equal(400, answer.status)
        assert.is_nil(answer.headers.location)
        assert.matches("^text/html", answer.headers["content-type"])
        assert.matches("^<!DOCTYPE html>", answer.body)
      end)
    end

    it("leads to the app's own addresses and to any loopback port", function()
      local uris = { "http://127.0.0.1:50000/", "http://[::1]:4/x", "http://localhost", sandbox.redirect_uris[1] }
      for _, uri in ipairs(uris) do
        assert.equal(302, login({ redirect_uri = uri }).status)
      end
    end)
  end)

  describe("a code", function()
    it("gives a short-lived token, once", function()
      local code = login({ scope = "instagram_basic" }).query.code
      local answer = exchange(code)
      local token = answer.json.access_token
      assert.equal(('{"access_token":"%s","token_type":"bearer","expires_in":5400}'):format(token), answer.body)
      assert.equal(ACCOUNT, get(ACCOUNT, nil, token).json.id)
      answer = exchange(code)
      assert.same({ 400, 100, 36009, OAUTH }, failure(answer))
      assert.equal('OAuth "Facebook Platform" "invalid_code" "This authorization code has been used."',
        answer.headers["www-authenticate"])
    end)

    local WRONG = {
      { "another redirect_uri", { redirect_uri = "http://localhost:8124/login" }, { 400, 100, 36008, OAUTH } },
      { "another app", { client_id = "138" }, { 400, 101, nil, OAUTH } },
      { "a wrong secret", { client_secret = "00" }, { 400, 1, nil, OAUTH } },
      { "another code", { code = "AQnothing" }, { 400, 100, nil, OAUTH } },
      { "no code", { code = "" }, { 400, 1, nil, OAUTH } },
    }
    for _, case in ipairs(WRONG) do
      it("gives nothing for " .. case[1] .. ", and is not used up", function()
        local code = login().query.code
        assert.same(case[3], failure(exchange(code, case[2])))
        assert.equal(200, exchange(code).status)
      end)
    end

    it("expires", function()
      local code = login({ sandbox_expires_in = 30 }).query.code
      wait(30)
      assert.same({ 400, 100, 36007, OAUTH }, failure(exchange(code)))
    end)

    it("is exchanged by POST, too", function()
      local form = of_app { redirect_uri = REDIRECT, code = login().query.code }
      assert.is_string(post("oauth/access_token", form).json.access_token)
    end)

    it("of a client is redeemed without the secret", function()
      local query = of_app { redirect_uri = REDIRECT, access_token = tokens.user }
      local code = get("oauth/client_code", query).json.code
      local redeemed = get("oauth/access_token", {
        client_id = sandbox.app_id, redirect_uri = REDIRECT, code = code, machine_id = "m-1",
      }).json
      assert.equal(LONG, redeemed.expires_in)
      assert.equal("m-1", redeemed.machine_id)
      assert.equal(ACCOUNT, get(ACCOUNT, nil, redeemed.access_token).json.id)
      query.client_secret = "00"
      assert.same({ 400, 1, nil, OAUTH }, failure(get("oauth/client_code", query)))
    end)
  end)

  describe("a token", function()
    it("ends, by the clock of the sandbox or of one call", function()
      local token = token_for(ALL)
      assert.equal(200, get("me", nil, token, { ["X-Sandbox-Clock"] = "+5300" }).status)
      assert.same({ 400, 190, 463, OAUTH }, failure(get("me", nil, token, { ["X-Sandbox-Clock"] = "+5400" })))
      assert.equal(200, get("me", nil, token).status)
      wait(5400)
      assert.same({ 400, 190, 463, OAUTH }, failure(get("me", nil, token)))
    end)

    it("is exchanged for one of 60 days while it lives", function()
      local token = token_for(ALL)
      local long = lengthen(token).json
      assert.equal(LONG, long.expires_in)
      assert.equal("bearer", long.token_type)
      wait(59 * DAY)
      assert.equal(200, get("me", nil, long.access_token).status)
      assert.same({ 400, 190, 463, OAUTH }, failure(lengthen(token)))
      wait(2 * DAY)
      assert.same({ 400, 190, 463, OAUTH }, failure(get("me", nil, long.access_token)))
      assert.same({ 400, 190, nil, OAUTH }, failure(lengthen(tokens.wrong)))
    end)

    it("is exchanged with the app's own credentials only", function()
      local query = of_app { grant_type = "fb_exchange_token", fb_exchange_token = tokens.user, client_secret = "00" }
      assert.same({ 400, 1, nil, OAUTH }, failure(get("oauth/access_token", query)))
      query = of_app { grant_type = "fb_exchange_token" }
      assert.same({ 400, 100, nil, OAUTH }, failure(get("oauth/access_token", query)))
    end)

    it("takes its proof with it, with and without a time", function()
      local token = token_for(ALL)
      local function proof_of(text)
        local _, output = shell.run(("printf %%s %s | openssl dgst -sha256 -hmac %s"):format(shell.quote(text),
          sandbox.app_secret))
        return output:match("(%x+)$")
      end
      local now = os.time()
      local timed = proof_of(token .. "|" .. now)
      assert.equal(200, get("me", { appsecret_proof = proof_of(token) }, token).status)
      assert.equal(200, get("me", { appsecret_proof = timed, appsecret_time = now }, token).status)
      local late = get("me", { appsecret_proof = timed, appsecret_time = now }, token, { ["X-Sandbox-Clock"] = "+310" })
      for _, answer in ipairs { late, get("me", { appsecret_proof = timed }, token),
        get("me", { appsecret_proof = proof_of(tokens.user) }, token) } do
        assert.same({ 400, 100, nil, METHOD }, failure(answer))
      end
    end)

    it("of a Page lasts as long as a long-lived one lives, and longer", function()
      local function page_token(token)
        return get("me/accounts", { fields = "access_token" }, token).json.data[1].access_token
      end
      local short = token_for(ALL)
      local long = lengthen(short).json.access_token
      local passing, lasting = page_token(short), page_token(long)
      assert.equal(GUIDE_PAGE, get("me", nil, passing).json.id)
      wait(70 * DAY)
      assert.same({ 400, 190, 463, OAUTH }, failure(get("me", nil, passing)))
      assert.same({ 400, 190, 463, OAUTH }, failure(get("me", nil, long)))
      assert.equal(GUIDE_PAGE, get("me", nil, lasting).json.id)
      assert.equal(lasting, get("me", { fields = "access_token" }, lasting).json.access_token)
      local exchanged = lengthen(lasting).json
      assert.is_nil(exchanged.expires_in)
      assert.equal(GUIDE_PAGE, get("me", nil, exchanged.access_token).json.id)
    end)

    it("of the app is no person's", function()
      local given = get("oauth/access_token", of_app { grant_type = "client_credentials" })
      local token = given.json.access_token
      assert.equal(('{"access_token":"%s","token_type":"bearer"}'):format(token), given.body)
      assert.equal(sandbox.app_id .. "|", token:sub(1, #sandbox.app_id + 1))
      for _, of_the_app in ipairs { token, APP_TOKEN, CLIENT_TOKEN } do
        assert.same({ 400, 2500, nil, OAUTH }, failure(get("me", nil, of_the_app)))
        assert.same({ 403, 10, nil, OAUTH }, failure(get(ACCOUNT, nil, of_the_app)))
      end
      assert.same({ 400, 190, nil, OAUTH }, failure(get(ACCOUNT, nil, sandbox.app_id .. "|other")))
      assert.same({ 400, 190, nil, OAUTH }, failure(get(ACCOUNT, nil, "1|" .. sandbox.app_secret)))
    end)
  end)

  describe("debug_token", function()
    it("tells what a good token is", function()
      local token = token_for "instagram_basic,pages_show_list"
      local data = debug_token(token)
      assert.equal(5400, data.expires_at - data.issued_at)
      assert.equal(90 * DAY, data.data_access_expires_at - data.issued_at)
      data.expires_at, data.issued_at, data.data_access_expires_at = nil, nil, nil
      assert.same({
        app_id = sandbox.app_id, type = "USER", application = "Sandbox App", is_valid = true,
        scopes = { "public_profile", "instagram_basic", "pages_show_list" },
        granular_scopes = { { scope = "instagram_basic", target_ids = { ACCOUNT } }, { scope = "pages_show_list" } },
        user_id = "10210000000000001",
      }, data)
      assert.equal(0, debug_token(tokens.user).expires_at)
      assert.equal(GUIDE_PAGE, debug_token(tokens.page).profile_id)
      assert.equal("PAGE", debug_token(tokens.page).type)
      assert.equal("APP", debug_token(APP_TOKEN).type)
    end)

    it("answers 200 for a bad one, with the reason", function()
      local token = token_for "instagram_basic"
      wait(5400)
      local data = debug_token(token)
      assert.is_false(data.is_valid)
      assert.same({ 190, 463 }, { data.error.code, data.error.subcode })
      assert.same({ error = { code = 190, message = "Invalid OAuth access token - Cannot parse access token" },
        is_valid = false, scopes = {} }, debug_token("nonsense"))
    end)

    it("answers the app and its people only", function()
      local query = { input_token = tokens.user }
      assert.equal(200, get("debug_token", query, tokens.user).status)
      assert.same({ 400, 100, nil, OAUTH }, failure(get("debug_token", query, tokens.page)))
      assert.same({ 400, 104, nil, OAUTH }, failure(get("debug_token", query)))
      assert.same({ 400, 100, nil, OAUTH }, failure(get("debug_token", nil, APP_TOKEN)))
    end)
  end)

  describe("permissions", function()
    local MISSING = { 403, 10, nil, OAUTH }
    local PAGES = { 403, 200, nil, OAUTH }

    -- Method, path, the permission it takes, what is said without it.
    local CASES = {
      { "GET", ACCOUNT, "instagram_basic", MISSING },
      { "GET", ACCOUNT .. "/media", "instagram_basic", MISSING },
      { "GET", GUIDE_PAGE .. "?fields=instagram_business_account", "instagram_basic", MISSING },
      { "GET", "17918195224117851/comments", "instagram_manage_comments", MISSING },
      { "GET", ACCOUNT .. "/media?fields=comments", "instagram_manage_comments", MISSING },
      { "POST", "17918195224117851/comments", "instagram_manage_comments", MISSING },
      { "POST", ACCOUNT .. "/media", "instagram_content_publish", MISSING },
      { "POST", ACCOUNT .. "/media_publish", "instagram_content_publish", MISSING },
      { "GET", ACCOUNT .. "/insights", "instagram_manage_insights", MISSING },
      { "GET", GUIDE_PAGE .. "/conversations", "instagram_manage_messages", MISSING },
      { "GET", "me/accounts", "pages_show_list", PAGES },
      { "GET", "me?fields=accounts", "pages_show_list", PAGES },
      { "GET", "me/businesses", "business_management", PAGES },
    }
    for _, case in ipairs(CASES) do
      it(("%s %s takes %s"):format(case[1], case[2], case[3]), function()
        local others = {}
        for _, scope in ipairs(require("iggraph.sandbox.credentials").scopes.facebook) do
          if scope ~= case[3] then others[#others + 1] = scope end
        end
        local token = token_for(table.concat(others, ","))
        assert.same(case[4], failure(ask(base .. case[2], { method = case[1], token = token })))
        local all = ask(base .. case[2], { method = case[1], token = tokens.user })
        assert.not_equal(403, all.status)
      end)
    end

    it("are listed with their status", function()
      local token = token_for("instagram_basic,pages_show_list,ads_read", { sandbox_decline = "ads_read" })
      assert.same({ data = {
        { permission = "public_profile", status = "granted" }, { permission = "pages_show_list", status = "granted" },
        { permission = "ads_read", status = "declined" }, { permission = "instagram_basic", status = "granted" },
      } }, get("me/permissions", nil, token).json)
      assert.same({ { permission = "ads_read", status = "declined" } },
        get("me/permissions", { status = "declined" }, token).json.data)
      assert.same({ { permission = "instagram_basic", status = "granted" } },
        get("10210000000000001/permissions", { permission = "instagram_basic" }, token).json.data)
    end)

    it("once taken back are declined until they are asked for again", function()
      local token = token_for "instagram_basic"
      assert.equal('{"success":true}', delete("me/permissions/instagram_basic", token).body)
      assert.same(MISSING, failure(get(ACCOUNT, nil, token)))
      assert.same({ "public_profile" }, debug_token(token).scopes)
      assert.same(MISSING, failure(get(ACCOUNT, nil, token_for "instagram_basic")))
      local again = token_for("instagram_basic", { auth_type = "rerequest" })
      assert.equal(200, get(ACCOUNT, nil, again).status)
      assert.equal('{"success":true}', delete("me/permissions?permission=instagram_basic", again).body)
      assert.same(MISSING, failure(get(ACCOUNT, nil, again)))
    end)

    it("all taken back end every token of the person, but not the next", function()
      local token = lengthen(token_for(ALL)).json.access_token
      local page_token = get(GUIDE_PAGE, { fields = "access_token" }, token).json.access_token
      assert.equal('{"success":true}', delete("me/permissions", token).body)
      for _, ended in ipairs { token, page_token, tokens.user, tokens.page } do
        local answer = get("me", nil, ended)
        assert.same({ 400, 190, 458, OAUTH }, failure(answer))
        assert.equal("Error validating access token: The user has not authorized application " .. sandbox.app_id .. ".",
          answer.json.error.message)
        assert.equal(458, debug_token(ended).error.subcode)
      end
      assert.equal(200, get("me", nil, tokens.many).status)
      assert.equal(200, get("me", nil, token_for(ALL)).status)
    end)

    it("of others cannot be touched", function()
      assert.same({ 400, 100, 33, METHOD }, failure(delete("10210000000000001/permissions", tokens.many)))
      assert.same({ 400, 100, 33, METHOD }, failure(get("10210000000000001/permissions", nil, tokens.many)))
      assert.equal(200, get("me", nil, tokens.user).status)
    end)
  end)

  describe("login for devices", function()
    local function start(token)
      return post("device/login", { scope = "instagram_basic" }, token or CLIENT_TOKEN).json
    end

    local function poll(started, headers)
      return post("device/login_status", { code = started.code }, CLIENT_TOKEN, headers)
    end

    local function refused(subcode, message, answer)
      assert.same({ 400, 31, subcode, OAUTH }, failure(answer))
      assert.equal(message, answer.json.error.message)
      assert.is_string(answer.json.error.error_user_title)
      assert.is_string(answer.json.error.error_user_msg)
    end

    it("begins with two codes", function()
      local started = start()
      assert.equal(420, started.expires_in)
      assert.equal(5, started.interval)
      assert.equal("https://www.facebook.com/device", started.verification_uri)
      assert.matches("^%w+$", started.user_code)
      assert.is_string(start(APP_TOKEN).code)
      assert.same({ 400, 190, nil, OAUTH }, failure(post("device/login", {}, tokens.user)))
    end)

    it("waits for the person, and gives a token once", function()
      local started = start()
      refused(1349174, "authorization_pending", poll(started))
      wait(5)
      assert.equal(200, control("device", { user_code = started.user_code, answer = "approve" }).status)
      local given = poll(started).json
      assert.equal(LONG, given.expires_in)
      assert.is_true(given.data_access_expiration_time > os.time() + 89 * DAY)
      assert.equal(ACCOUNT, get(ACCOUNT, nil, given.access_token).json.id)
      refused(1349152, "code_expired", poll(started))
    end)

    it("tells a device that asks too often to slow down", function()
      local started = start()
      poll(started)
      refused(1349172, "slow_down", poll(started, { ["X-Sandbox-Clock"] = "+3" }))
      refused(1349174, "authorization_pending", poll(started, { ["X-Sandbox-Clock"] = "+8" }))
    end)

    it("ends when the person refuses, or does nothing", function()
      local started, forgotten = start(), start()
      control("device", { user_code = started.user_code, answer = "deny" })
      refused(1349173, "authorization_declined", poll(started))
      refused(1349152, "code_expired", poll(forgotten, { ["X-Sandbox-Clock"] = "+420" }))
      assert.same({ 400, 100, nil, OAUTH }, failure(poll { code = "nothing" }))
    end)

    it("can be made quick", function()
      control("device", { interval = 0, expires_in = 60, polls = 2 })
      local started = start()
      assert.same({ 0, 60 }, { started.interval, started.expires_in })
      refused(1349174, "authorization_pending", poll(started))
      refused(1349174, "authorization_pending", poll(started))
      assert.is_string(poll(started).json.access_token)
    end)

    it("is answered for codes that there are, by known words", function()
      assert.equal(404, control("device", { user_code = "NOTHING", answer = "approve" }).status)
      assert.equal(404, control("device", { user_code = start().user_code, answer = "perhaps" }).status)
      assert.equal(405, ask(server.http .. "/_sandbox/device").status)
    end)
  end)

  describe("Instagram Login", function()
    local function authorize(more)
      more = more or {}
      more.response_type = "code"
      more.scope = "instagram_business_basic,instagram_business_manage_comments"
      return dialog("oauth/authorize", more)
    end

    local function redeem(code, more)
      local form = of_app { grant_type = "authorization_code", redirect_uri = REDIRECT, code = code }
      for name, value in pairs(more or {}) do form[name] = value end
      return ask(server.http .. "/oauth/access_token", { form = form })
    end

    local function short_token() return redeem(authorize().query.code).json.access_token end

    local function unversioned(path, query, headers)
      return ask(server.http .. "/" .. path, { query = query, headers = headers })
    end

    local function long_token()
      return unversioned("access_token", { grant_type = "ig_exchange_token", client_secret = sandbox.app_secret,
        access_token = short_token() }).json
    end

    it("leads back with a code, and an ending to be taken off", function()
      local answer = authorize()
      assert.equal(302, answer.status)
      assert.matches("#_$", answer.location)
      assert.equal("a b&c", answer.query.state)
      assert.equal("access_denied", authorize({ sandbox_answer = "deny" }).query.error)
      assert.is_nil(authorize({ redirect_uri = "https://evil.example/" }).headers.location)
      assert.is_nil(dialog("oauth/authorize", { scope = "instagram_basic" }).headers.location)
    end)

    it("gives a token in the recorded shape, with a number for the account", function()
      local answer = redeem(authorize().query.code)
      assert.equal(('{"access_token":"%s","user_id":17841405822304914,"permissions":["instagram_business_basic",'
        .. '"instagram_business_manage_comments"]}'):format(answer.json.access_token), answer.body)
    end)

    it("gives a token in the documented shape", function()
      local answer = redeem(authorize({ sandbox_shape = "documented" }).query.code)
      assert.equal(('{"data":[{"access_token":"%s","user_id":"17841405822304914","permissions":'
        .. '"instagram_business_basic,instagram_business_manage_comments"}]}'):format(
        answer.json.data[1].access_token), answer.body)
    end)

    it("has errors of a shape of its own", function()
      local code = authorize().query.code
      local WRONG = {
        { { code = "AQnothing" }, "Matching code was not found or was already used" },
        { { client_id = "1" }, "Invalid platform app" },
        { { client_secret = "00" }, "Error validating client secret" },
        { { redirect_uri = "http://localhost/" }, "Error validating verification code. Please make sure your "
          .. "redirect_uri is identical to the one you used in the OAuth dialog request" },
        { {}, nil },
        { {}, "This authorization code has been used" },
      }
      for _, case in ipairs(WRONG) do
        local answer = redeem(code, case[1])
        assert.equal(case[2] and 400 or 200, answer.status)
        if case[2] then
          assert.same({ error_type = OAUTH, code = 400, error_message = case[2] }, answer.json)
        end
      end
      assert.equal(400, redeem(login().query.code).status) -- Facebook's code
    end)

    it("has codes that last an hour", function()
      local code = authorize().query.code
      wait(3600)
      assert.equal("Matching code was not found or was already used", redeem(code).json.error_message)
    end)

    it("gives 60 days for a short-lived token, with the secret", function()
      local short = short_token()
      local query = { grant_type = "ig_exchange_token", client_secret = sandbox.app_secret, access_token = short }
      local answer = unversioned("access_token", query)
      local long = answer.json.access_token
      assert.equal(('{"access_token":"%s","token_type":"bearer","expires_in":5183944}'):format(long), answer.body)
      wait(3600)
      assert.same({ 400, 190, 463, OAUTH }, failure(unversioned("access_token", query)))
      assert.equal(200, get("me", nil, long).status)
      query.access_token = long
      assert.same({ 400, 452, nil, OAUTH }, failure(unversioned("access_token", query)))
      query.client_secret = "00"
      assert.same({ 400, 1, nil, OAUTH }, failure(unversioned("access_token", query)))
    end)

    it("refreshes a long-lived token that is a day old and has not ended", function()
      local long = long_token().access_token
      local query = { grant_type = "ig_refresh_token", access_token = long }
      assert.same({ 400, 100, nil, "IGApiException" }, failure(unversioned("refresh_access_token", query)))
      wait(DAY)
      local answer = ask(base .. "refresh_access_token", { query = query })
      local fresh = answer.json
      assert.equal(LONG, fresh.expires_in)
      assert.equal("instagram_business_basic,instagram_business_manage_comments", fresh.permissions)
      wait(59 * DAY)
      assert.same({ 400, 190, 463, OAUTH }, failure(unversioned("refresh_access_token", query)))
      query.access_token = fresh.access_token
      assert.equal(200, unversioned("refresh_access_token", query).status)
      query.access_token = short_token()
      assert.same({ 400, 452, nil, OAUTH }, failure(unversioned("refresh_access_token", query)))
    end)

    it("makes /me the account, under an id of the app's own", function()
      for _, token in ipairs { tokens.instagram, short_token() } do
        local me = get("me", { fields = "id,user_id,username,account_type,media_count" }, token)
        assert.equal('{"id":"24041405822304914","user_id":17841405822304914,"username":"metricsaurus",'
          .. '"account_type":"Business","media_count":6}', me.body)
        assert.equal(6, #get("me/media", nil, token).json.data)
        assert.equal(6, #get("24041405822304914/media", nil, token).json.data)
        assert.equal(6, #get(ACCOUNT .. "/media", nil, token).json.data)
      end
      assert.same({ 400, 100, nil, OAUTH }, failure(get(ACCOUNT, { fields = "user_id" }, tokens.user)))
      assert.same({ 400, 100, 33, METHOD }, failure(get("24041405822304914", nil, tokens.user)))
    end)

    it("leads to no Pages, and has permissions of its own", function()
      assert.same({ 400, 100, 33, METHOD }, failure(get(GUIDE_PAGE, nil, tokens.instagram)))
      assert.equal(200, get("17918195224117851/comments", nil, short_token()).status)
      local publish = ask(base .. "me/media", { method = "POST", token = short_token() })
      assert.same({ 403, 10, nil, OAUTH }, failure(publish))
      assert.not_equal(403, ask(base .. "me/media", { method = "POST", token = tokens.instagram }).status)
    end)
  end)

  describe("accounts", function()
    it("of businesses hang on Pages that are not the person's own", function()
      assert.same({ GUIDE_PAGE, OTHER_PAGE }, ids_of(get("me/accounts", nil, tokens.user).json))
      local businesses = get("me/businesses", { fields = "name,owned_pages,client_pages" }, tokens.user).json.data
      assert.equal("Metricsaurus Inc.", businesses[1].name)
      assert.same({ GUIDE_PAGE, STORE_PAGE }, ids_of(businesses[1].owned_pages))
      assert.same({ CAFE_PAGE }, ids_of(businesses[1].client_pages))
      assert.same({ OTHER_PAGE, FERN_PAGE }, ids_of(businesses[2].owned_pages))
      assert.is_nil(businesses[2].client_pages)
      local first = get("506644732715133/owned_pages", { limit = 1 }, tokens.user).json
      assert.same({ STORE_PAGE }, ids_of(ask(first.paging.next).json))
      assert.same({}, get("506644732715134/client_pages", nil, tokens.user).json.data)
    end)

    it("of businesses need business_management", function()
      local token = token_for "pages_show_list,instagram_basic"
      for _, id in ipairs { STORE_PAGE, "506644732715133" } do
        assert.equal(200, get(id, nil, tokens.user).status)
        assert.same({ 400, 100, 33, METHOD }, failure(get(id, nil, token)))
      end
      assert.same({ 400, 100, 33, METHOD }, failure(get("506644732715133/owned_pages", nil, token)))
    end)

    it("are professional, personal, or none", function()
      local fields = { fields = "instagram_business_account{id,username},connected_instagram_account{id,username}" }
      local store, cafe = get(STORE_PAGE, fields, tokens.user).json, get(CAFE_PAGE, fields, tokens.user).json
      assert.same({ id = "17840000000000024", username = "account_24" }, store.instagram_business_account)
      assert.same(store.instagram_business_account, store.connected_instagram_account)
      assert.same({ id = "17841499999999917", username = "cafe.owner" }, cafe.connected_instagram_account)
      assert.is_nil(cafe.instagram_business_account)
      assert.same({ id = FERN_PAGE }, get(FERN_PAGE, fields, tokens.user).json)
      assert.same({ 400, 100, 33, METHOD }, failure(get(cafe.connected_instagram_account.id, nil, tokens.user)))
      assert.same({ "17840000000000024" }, ids_of(get(STORE_PAGE .. "/instagram_accounts", nil, tokens.user).json))
      assert.same({}, get(CAFE_PAGE .. "/instagram_accounts", nil, tokens.user).json.data)
    end)

    it("of such a Page are read with its own token", function()
      local token = get(STORE_PAGE, { fields = "access_token" }, tokens.user).json.access_token
      assert.equal(STORE_PAGE, get("me", nil, token).json.id)
      assert.equal(24, get("17840000000000024", { fields = "media_count" }, token).json.media_count)
      assert.is_nil(get(GUIDE_PAGE, { fields = "access_token" }, token).json.access_token)
    end)

    it("backed by a Page exist once they are made", function()
      local path = FERN_PAGE .. "/page_backed_instagram_accounts"
      assert.same({}, get(path, nil, tokens.user).json.data)
      local id = ask(base .. path, { method = "POST", token = tokens.user }).json.id
      assert.same({ id }, ids_of(get(path, nil, tokens.user).json))
      assert.equal(id, get(FERN_PAGE, { fields = "connected_page_backed_instagram_account" }, tokens.user).json
        .connected_page_backed_instagram_account.id)
      assert.equal(id, get(id, nil, tokens.user).json.id)
      assert.is_nil(get(OTHER_PAGE, { fields = "connected_page_backed_instagram_account" }, tokens.user).json
        .connected_page_backed_instagram_account)
    end)

    it("may be looked after by agencies", function()
      local path, agency = GUIDE_PAGE .. "/agencies", { business = "506644732715134" }
      assert.equal('{"success":true}', post(path, agency, tokens.user).body)
      assert.equal('{"success":true}', post(path, agency, tokens.user).body)
      assert.same({ { id = "506644732715134", name = "Garden Friends" } }, get(path, nil, tokens.user).json.data)
      assert.equal('{"success":true}', delete(path .. "?business=506644732715134", tokens.user).body)
      assert.same({}, get(path, nil, tokens.user).json.data)
      assert.same({ 400, 100, nil, OAUTH }, failure(delete(path, tokens.user)))
      assert.same({ 400, 100, nil, OAUTH }, failure(post(path, { business = GUIDE_PAGE }, tokens.user)))
    end)

    it("of one person are many, on two pages of Pages", function()
      local url = base .. "me/accounts?fields=instagram_business_account&limit=100"
      local ids, with_account, pages = {}, 0, 0
      while url do
        local list = ask(url, { token = tokens.many }).json
        pages = pages + 1
        for _, page in ipairs(list.data) do
          ids[#ids + 1] = page.id
          with_account = with_account + (page.instagram_business_account and 1 or 0)
        end
        url = list.paging.next
      end
      assert.same({ 120, 80, 2 }, { #ids, with_account, pages })
      local token = get(ids[120], { fields = "access_token" }, tokens.many).json.access_token
      assert.equal(ids[120], get("me", nil, token).json.id)
    end)
  end)
end)
