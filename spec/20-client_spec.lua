local iggraph = require "iggraph"
local client = require "spec.support.client"
local sandbox = require "iggraph.sandbox"
local server = require "spec.support.sandbox"

local GUIDE_PAGE, GUIDE_USER = "134895793791914", "17841405822304914"

describe("iggraph.new", function()
  local good = {
    access_token = "EAAtoken",
    version = "v18.0",
    base_url = "https://graph.instagram.com",
    app_secret = "secret",
    token_in = "query",
    timeout = 5,
    connect_timeout = 0.5,
    max_response = 1024,
    retry = { attempts = 3, max_delay = 10 },
    host = { wait = function() end, sleep = function() end },
  }

  it("takes every option of the design", function()
    assert.is_truthy(iggraph.new(good))
    assert.is_truthy(iggraph.new { access_token = "t", retry = false, host = "block" })
  end)

  local wrong = {
    access_token = { 1, true, "", "a\r\nb", "a\0b", "a b", {} },
    version = { "26.0", "v26", "v26.0/x", 26, "" },
    base_url = {
      "graph.facebook.com", "ftp://graph.facebook.com", "http://graph.facebook.com", "http://10.0.0.1",
      "http://127.0.0.1@evil.example", "http://localhost.evil.example", "https://user:pw@graph.facebook.com",
      "https://graph.facebook.com?x=1", "https://graph.facebook.com#x", 1, "", "https://", "https://a\r\nb",
    },
    app_secret = { 1, "", "a\nb" },
    token_in = { "body", 1 },
    timeout = { 0, -1, "5", 0 / 0 },
    connect_timeout = { 0, "1" },
    max_response = { 0, "1k" },
    ca_file = { "/does/not/exist.pem", 1, "" },
    retry = { true, 3, { attempts = 0 }, { tries = 3 } },
    host = { "cupboard", 1, { wait = print } },
  }
  for name, values in pairs(wrong) do
    it("raises for a wrong " .. name .. " and names it", function()
      for _, value in ipairs(values) do
        local options = { access_token = "EAAtoken" }
        options[name] = value
        local ok, message = pcall(iggraph.new, options)
        assert.is_false(ok, name .. " = " .. tostring(value))
        assert.matches(name, message, 1, true)
        local _, placed = pcall(function() iggraph.new(options) end)
        assert.matches("spec/20-client_spec.lua:", placed, 1, true)
      end
    end)
  end

  it("raises for a missing token and for an unknown option, and names them", function()
    assert.error_matches(function() iggraph.new {} end, "access_token")
    assert.error_matches(function() iggraph.new { access_token = "t", acess_token = "t" } end, "'acess_token'")
    assert.error_matches(function() iggraph.new { access_token = "t", 1 } end, "unknown option")
    assert.error_matches(function() iggraph.new "t" end, "table of options")
  end)

  it("takes plain http for loopback addresses", function()
    for _, host in ipairs { "127.0.0.1", "127.8.9.10:80", "localhost:8080", "[::1]:81" } do
      assert.is_truthy(iggraph.new { access_token = "t", base_url = "http://" .. host })
    end
  end)
end)

describe("the way of the guide", function()
  local ig = client.new { version = "v18.0", token_in = "query" }
  before_each(server.reset)

  it("asks for the guide's URLs, byte for byte", function()
    client.collect(ig:me():accounts())
    ig:page(GUIDE_PAGE):instagram_business_account()
    client.collect(ig:user(GUIDE_USER):media())
    local token = sandbox.tokens.user
    assert.same({
      "GET /v18.0/me/accounts?access_token=" .. token,
      "GET /v18.0/134895793791914?fields=instagram_business_account&access_token=" .. token,
      "GET /v18.0/17841405822304914/media?access_token=" .. token,
    }, client.asked())
  end)

  it("gives what the guide shows", function()
    local page = ig:me():accounts():next()
    assert.same({
      access_token = sandbox.tokens.page, category = "App Page",
      category_list = { { id = "2301", name = "App Page" } }, name = "Metricsaurus", id = GUIDE_PAGE,
      tasks = { "ANALYZE", "ADVERTISE", "MODERATE", "CREATE_CONTENT", "MANAGE" },
    }, page)
    assert.same({ id = GUIDE_USER }, ig:page(GUIDE_PAGE):instagram_business_account())
    assert.same({
      "17918195224117851", "17895695668004550", "17899305451014820", "17896450804038745", "17881042411086627",
      "17869102915168123",
    }, client.ids(client.collect(ig:user(GUIDE_USER):media())))
  end)

  it("says that a Page has no account", function()
    local value, err, kind = ig:page("134895793791915"):instagram_business_account()
    assert.is_nil(value)
    assert.equal("not_found", kind)
    assert.matches("134895793791915", err.message)
    assert.equal("not_found", err.kind)
    assert.equal("GET", err.method)
    assert.equal("/v18.0/134895793791915", err.path)
  end)
end)

describe("a client", function()
  local ig = client.new()
  before_each(server.reset)

  it("sends the token in the header, and nothing of it in the URL", function()
    ig:get("me")
    local request = server.requests()[1]
    assert.equal("/v26.0/me", request.uri)
    assert.equal("Bearer " .. sandbox.tokens.user, request.headers.authorization)
  end)

  it("takes a path with and without a slash", function()
    assert.same(ig:get("me"), ig:get("/me"))
    assert.same({ "GET /v26.0/me", "GET /v26.0/me" }, client.asked())
  end)

  it("reads, writes and deletes", function()
    assert.equal(GUIDE_USER, ig:get(GUIDE_USER).id)
    assert.equal("POST", ig:post("_echo", { a = 1 }).method)
    assert.equal("DELETE", ig:delete("_echo", { a = 1 }).method)
    assert.equal("GET", ig:get("_echo").method)
    assert.equal(6, #client.collect(ig:list(GUIDE_USER .. "/media")))
  end)

  it("reads a node by its handle", function()
    local media = ig:media("17918195224117851")
    assert.equal("17918195224117851", media.id)
    assert.equal("17918195224117851", media:get({ fields = { "id", "caption" } }).id)
    assert.matches("IG Media 17918195224117851", tostring(media))
    assert.equal("metricsaurus", ig:user(GUIDE_USER):get({ fields = "username" }).username)
  end)

  it("refuses an unknown edge and names it", function()
    local user = ig:user(GUIDE_USER)
    assert.error_matches(function() return user:mediaa() end, "'mediaa'")
    assert.error_matches(function() return ig:container("1"):media() end, "'media'")
  end)

  it("finds all accounts in one request, with their Pages", function()
    assert.same({
      {
        id = GUIDE_USER, username = "metricsaurus",
        page = {
          id = GUIDE_PAGE, name = "Metricsaurus",
          tasks = { "ANALYZE", "ADVERTISE", "MODERATE", "CREATE_CONTENT", "MANAGE" },
        },
      },
    }, client.collect(ig:instagram_accounts()))
    assert.equal(1, #server.requests())
  end)

  describe("finds the first media of all accounts in one request", function()
    local function nested(edge) return { "id", "username", [edge] = { "id", "caption" } } end

    it("and goes on from there, with the same fields", function()
      local account = ig:instagram_accounts({ fields = nested "media.limit(4)" }):next()
      assert.equal(4, #account.media.data)
      local media = client.collect((ig:continue(account, "media", { max_items = 4 })))
      assert.same(account.media.data, media)
      assert.equal(1, #server.requests())
      media = client.collect((ig:continue(account, "media")))
      assert.same(client.collect((ig:user(GUIDE_USER):media { fields = { "id", "caption" } })), media)
      assert.equal(6, #media)
      assert.equal(3, #server.requests())
    end)

    it("or, of many, in one for each page of Pages", function()
      local many, accounts, items = client.new { access_token = sandbox.tokens.many }, 0, 0
      client.collect((many:list("me/accounts", { limit = 100 })))
      local pages = #server.requests()
      for account in many:instagram_accounts { fields = nested "media", limit = 100 } do
        accounts, items = accounts + 1, items + #client.collect((many:continue(account, "media", { max_items = 3 })))
      end
      assert.is_true(accounts > 50 and items > accounts, accounts .. " accounts, " .. items .. " media")
      assert.equal(2 * pages, #server.requests())
    end)
  end)

  it("finds them with one request per page of Pages", function()
    assert.equal(1, #client.collect(ig:instagram_accounts { limit = 1 }))
    assert.equal(2, #server.requests())
  end)

  local bad_paths = {
    "me/../x", "..", "me?x=1", "me#x", "me\r\nHost: evil", "https://evil.example/x", "//evil.example/x", "me//x",
    "me/%2e%2e/x", "a b", "me\0x", "me/./x", "me/", "\255",
  }
  it("raises for a path that leads elsewhere, and sends nothing", function()
    for _, path in ipairs(bad_paths) do
      for _, call in ipairs { ig.get, ig.post, ig.delete, ig.list } do
        assert.error_matches(function() call(ig, path) end, "path")
      end
    end
    for _, id in ipairs { "..", "a/b", "a?b", "a#b", "a\nb", "", "https://x", true, {} } do
      assert.error_matches(function() ig:user(id) end, "user id")
    end
    assert.error_matches(function() ig:get(nil) end, "path")
    assert.error_matches(function() ig:get("me", "fields") end, "params")
    assert.equal(0, #server.requests())
  end)

  it("takes an id as a number where no digit is lost", function()
    assert.equal("134895793791914", ig:page(134895793791914).id)
    if math.type then
      assert.equal("17841405822304914", ig:user(math.tointeger("17841405822304914") or 17841405822304914).id)
    else
      assert.error_matches(function() ig:user(17841405822304914) end, "string")
    end
  end)

  it("takes fields for what is inside of the Page", function()
    local fields = { "id", "username", "media_count" }
    local account = ig:instagram_accounts({ fields = fields }):next()
    assert.equal(GUIDE_PAGE, account.page.id)
    assert.equal(6, account.media_count)
    account = ig:page(GUIDE_PAGE):instagram_business_account { fields = "username" }
    assert.same({ id = GUIDE_USER, username = "metricsaurus" }, account)
  end)

  it("adds the proof of the app's secret, on page 2 as well", function()
    local signed = client.new { app_secret = sandbox.app_secret, access_token = sandbox.tokens.secured }
    assert.equal(50, #client.collect(signed:user("17840000000000050"):media()))
    local proofs = {}
    for i, request in ipairs(server.requests()) do proofs[i] = request.uri:match "appsecret_proof=(%x+)" end
    assert.equal(2, #proofs)
    assert.equal(proofs[1], proofs[2])
    local _, _, kind = client.new({ app_secret = "wrong" }):get("me")
    assert.equal("invalid", kind)
  end)

  it("makes the proof that the reference asks for", function()
    local signed = client.new { app_secret = "test", access_token = "test" }
    signed:get("me")
    signed:post("me", { a = 1 })
    local proof = "appsecret_proof=88cd2108b5347d973cf39cdf9053d7dd42704876d8c9a9bd8e2d168259d3ddf7"
    local requests = server.requests()
    assert.equal("/v26.0/me?" .. proof, requests[1].uri)
    assert.equal("a=1&" .. proof, requests[2].body)
  end)

  it("shares all but the token with another", function()
    local other = ig:with_token(sandbox.tokens.page)
    assert.equal(GUIDE_PAGE, other:get("me").id)
    assert.not_equal(GUIDE_PAGE, ig:get("me").id)
    assert.error_matches(function() ig:with_token "a b" end, "access_token")
    assert.same(ig:usage(), other:usage())
    assert.is_table(other:usage().app)
  end)

  it("tells what the headers said last", function()
    local own = client.new { version = "v18.0" }
    assert.same({}, own:usage())
    own:get(GUIDE_USER)
    local usage = own:usage()
    assert.is_number(usage.app.call_count)
    assert.is_number(usage.business_use_case[GUIDE_USER][1].call_count)
    assert.equal("v21.0", usage.api_version)
  end)

  it("tries again where it was told to, and only then", function()
    assert.equal("transient", select(3, ig:get("error_2_http_500")))
    assert.equal(1, #server.requests())
    local sleeps = {}
    local block = require "iggraph.host.block"
    local patient = client.new {
      retry = { attempts = 3 },
      host = { wait = block.wait, sleep = function(seconds) sleeps[#sleeps + 1] = seconds end },
    }
    server.reset()
    assert.equal("transient", select(3, patient:get("error_2_http_500")))
    assert.equal(3, #server.requests())
    assert.equal(2, #sleeps)
    patient:get("error_190")
    assert.equal(4, #server.requests())
  end)

  it("does not send what is for this machine through a proxy", function()
    assert.same({ "10210000000000001" }, client.run([[
      local ig = require("iggraph").new { access_token = arg[1], base_url = arg[2] }
      print(assert(ig:get "me").id)
    ]], "http_proxy=http://127.0.0.1:9 ALL_PROXY=http://127.0.0.1:9", sandbox.tokens.user, server.shared().http))
  end)

  it("keeps the retry policy that it was given", function()
    local policy = { attempts = 2 }
    local host = { wait = require("iggraph.host.block").wait, sleep = function() end }
    local own = client.new { retry = policy, host = host }
    policy.attempts = "x"
    server.reset()
    assert.equal("transient", select(3, own:get("error_2_http_500")))
    assert.equal(2, #server.requests())
    own:post("error_2_http_500") -- may have been carried out: never again
    assert.equal(3, #server.requests())
  end)

  it("is of no more use when closed", function()
    local closed = client.new()
    local cursor = closed:list("me/accounts")
    closed:close()
    closed:close()
    assert.error_matches(function() closed:get("me") end, "closed")
    assert.error_matches(function() cursor:next() end, "closed")
    assert.matches("closed", tostring(closed))
  end)

  it("tells its versions", function()
    local versions = iggraph.versions()
    assert.equal(iggraph._VERSION, versions.iggraph)
    assert.matches("^%d+%.%d+", versions.libcurl)
    assert.matches("Lua", versions.lua)
    assert.equal(require("cjson").null, iggraph.null)
  end)
end)
