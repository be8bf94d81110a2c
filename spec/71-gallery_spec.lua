-- The gallery of `examples/openresty`: nginx as its usage line starts it, a sandbox that tells it of comments as Meta
-- does, and a real browser.

local core = require "iggraph.core"
local curl = require "spec.support.curl"
local gallery = require "spec.support.gallery"
local nginx_host = require "spec.support.nginx_host"
local sandbox = require "iggraph.sandbox"
local shell = require "iggraph.sandbox.shell"
local webdriver = require "spec.support.webdriver"

local ACCOUNT, PAGE = "17840000000000250", 24

local site

setup(function() site = gallery.start() end)

teardown(function() site:stop() end)

local function get(path, options)
  options = options or {}
  options.token = false
  return curl.ask(site.http .. path, options)
end

local function comment(id, text) -- by whom the page belongs to, from another program
  local answer = curl.ask(("%s/v26.0/%s/comments"):format(site.sandbox, id), { form = { message = text } })
  assert.equal(200, answer.status, answer.body)
end

local function wait_until(condition)
  for _ = 1, 500 do
    if condition() then return true end
    core.loop.sleep(0.02)
  end
  return false
end

local function posts_of(html)
  local ids = {}
  for id in html:gmatch '<article id="m%-(%d+)">' do ids[#ids + 1] = id end
  return ids
end

-- The newest post has index 0.
local function id_of(index) return ("1790000249%07d"):format(index) end

local function more_of(html) return html:match '<a href="(/%?after=[^"]+)" rel="next">' end

describe("the gallery", function()
  -- Nothing is in the cache yet: this comes first.
  it("asks for a page once, however many want it", function()
    local _, statuses = shell.run(nginx_host.CURL .. " -Z --parallel-immediate --parallel-max 20 -o /dev/null "
      .. "-w '%{http_code} ' " .. shell.quote(site.http .. "/?n=[1-20]"))
    assert.equal(("200 "):rep(20), statuses)
    local asked = 0
    for _, request in ipairs(curl.ask(site.sandbox .. "/_sandbox/requests").json.requests) do
      if request.uri:find(ACCOUNT .. "/media?", 1, true) and request.uri:find("caption", 1, true) then
        asked = asked + 1
      end
    end
    assert.equal(1, asked)
    local metrics = get("/metrics").body
    assert.matches('gallery_cache_total{result="filled"} 2\n', metrics, 1, true)
    local requests = 0
    for count in metrics:gmatch 'iggraph_requests_total{worker="%d"} (%d+)\n' do requests = requests + count end
    assert.equal(2, requests)
  end)

  describe("without JavaScript", function()
    it("has the first posts, and a link to more, until all were there", function()
      local path, seen, pages = "/", {}, 0
      while path do
        local answer = get(path)
        assert.equal(200, answer.status)
        for _, id in ipairs(posts_of(answer.body)) do
          assert.equal(id_of(#seen), id)
          seen[#seen + 1] = id
        end
        path, pages = more_of(answer.body), pages + 1
      end
      assert.same({ 250, math.ceil(250 / PAGE) }, { #seen, pages })
    end)

    it("says in words what is in each picture, and has a heading for each", function()
      local html = get("/").body
      assert.equal(PAGE, select(2, html:gsub('<img alt="[^"]+" ', "")))
      assert.equal(PAGE, select(2, html:gsub("<h2>", "")))
      assert.matches('<html lang="en">', html, 1, true)
      assert.matches('alt="&quot;It&#39;s complicated&quot; \\o/', html, 1, true)
    end)

    it("shows one post at an address of its own", function()
      local answer = get("/media/" .. id_of(3))
      assert.same({ id_of(3) }, posts_of(answer.body))
      assert.matches("148 likes", answer.body, 1, true)
    end)

    it("escapes what others write", function()
      local text = [[<script>alert("&'")</script>]]
      comment(id_of(4), text)
      local html
      assert.is_true(wait_until(function()
        html = get("/media/" .. id_of(4)).body
        return html:find("alert", 1, true)
      end))
      assert.is_nil(html:find("<script>", 1, true))
      assert.matches("&lt;script&gt;alert(&quot;&amp;&#39;&quot;)&lt;/script&gt;", html, 1, true)
    end)
  end)

  it("sends what keeps other people's scripts and pictures out", function()
    for _, path in ipairs { "/", "/none", "/drawn/7.svg", "/static/gallery.js" } do
      local headers = get(path).headers
      local policy = headers["content-security-policy"]
      assert.matches("default-src 'none'; img-src 'self' https://*.cdninstagram.com", policy, 1, true)
      assert.is_nil(policy:find("unsafe", 1, true))
      assert.equal("nosniff", headers["x-content-type-options"])
    end
  end)

  it("tells its counters to this machine alone", function()
    assert.equal(200, get("/metrics").status)
    assert.equal(403, get("/metrics", { headers = { ["X-Forwarded-For"] = "192.0.2.1" } }).status)
  end)

  for path, why in pairs {
    ["/none"] = "no address", ["/media/17895695668004550"] = "another account's",
    ["/media/17900002499999999"] = "nobody's", ["/?after=garbage"] = "no cursor",
    ["/?after=%22%3E%3Cb%3E"] = "nothing that could be one",
  } do
    it("has nothing at what is " .. why, function()
      local answer = get(path)
      assert.equal(404, answer.status)
      assert.matches("<h1>There is nothing here</h1>", answer.body, 1, true)
    end)
  end

  it("has no secret in what it shows", function()
    for _, path in ipairs { "/", "/media/" .. id_of(0), "/metrics" } do
      local body = get(path).body
      assert.is_nil(body:find(sandbox.tokens.user, 1, true))
      assert.is_nil(body:find("access_token", 1, true))
    end
  end)

  describe("told by webhooks", function()
    local function tell(form)
      return curl.ask(site.sandbox .. "/_sandbox/webhook", { token = false, form = form }).json
    end

    it("prints events", function()
      assert.equal(200, tell({ kind = "several" }).status)
      site:wait_for "comments of 17841405822304914: {"
      site:wait_for [["text":"Größe 3\/4? 🦖"]]
      site:wait_for "messages of 17841405822304914: {"
    end)

    for body, line in pairs {
      ['{"object":"instagram","entry":[{"id":"7","changes":[{"field":"a"},{"field":"b","value":1}]}]}'] = "b of 7: 1",
      ['{"object":"instagram","entry":[{"changes":[{"field":"c","value":2}]}]}'] = "c of nil: 2",
      ['{"object":"instagram","entry":[{"id":"' .. ACCOUNT .. '","changes":[{"field":"comments","value":[]}]}]}'] =
        "comments of " .. ACCOUNT .. ": {}",
      ["no webhook"] = "the body is not JSON",
      ['{"entry":[]}'] = "the body is no webhook",
    } do
      it("takes what is signed, whatever it is: " .. line, function()
        assert.equal(200, tell({ body = body }).status)
        site:wait_for(line)
      end)
    end

    it("refuses what is not Meta's", function()
      assert.equal(403, tell({ kind = "comments", fault = "changed_byte" }).status)
      site:wait_for "X-Hub-Signature-256 does not fit"
      assert.equal(403, get("/webhook?hub.mode=subscribe&hub.challenge=1&hub.verify_token=x").status)
    end)

    it("sends those who listen what they have missed, since their page was made or they were there last", function()
      local function address() return get("/").body:match 'data%-live="(/live%?since=%d+)"' end
      local before = address()
      comment(id_of(5), "before")
      local function hears(path, headers)
        local stream = get(path, { max_time = 0.5, headers = headers })
        assert.equal("text/event-stream", stream.headers["content-type"])
        return stream.body:find("id: %d+\ndata: " .. id_of(5) .. "\n\n") ~= nil
      end
      assert.is_true(wait_until(function() return hears(before) end))
      local after = address()
      assert.is_false(hears(after))
      assert.is_true(hears(after, { ["Last-Event-ID"] = before:match "%d+" }))
    end)
  end)
end)

describe("the gallery's cache", function()
  local COMMON = [[
    package.path = "%s/examples/openresty/?.lua;" .. package.path
    local cache, counters = require "gallery.cache", ngx.shared.gallery_counters
    local function ask()
      local count = counters:incr("asked", 1, 0)
      ngx.sleep(0.2)
      if counters:get "fails" then error({ kind = "throttled" }, 0) end
      return count
    end
    local args = ngx.req.get_uri_args()
    ]]
  local PARALLEL = "-Z --parallel-immediate --parallel-max 20 -H 'Connection: close'"
  local host

  setup(function()
    local function code(text) return COMMON:format(nginx_host.build()) .. text end
    host = nginx_host.start {
      client = false, workers = 2,
      http = "lua_check_client_abort on; lua_shared_dict gallery 1m; lua_shared_dict gallery_counters 1m;",
      locations = {
        get = code [[
          local value, kind = cache.get("key", ask)
          ngx.print("<", kind or value, ">")]],
        put = code [[cache.put("key", args.value, ngx.now() - args.age)]],
        peek = code [[ngx.print(cache.peek "key")]],
        asked = code [[ngx.print(counters:get "asked" or 0)]],
        reset = code [[
          ngx.shared.gallery:flush_all()
          counters:flush_all()
          counters:set("fails", args.fails)]],
      },
    }
  end)

  teardown(function() host:stop() end)

  before_each(function() host:get "reset" end)

  -- What each of 20 visitors was given, who come at the same time.
  local function check_all(expected)
    local count = 0
    for value in host:get("get?[1-20]", PARALLEL):gmatch "<(.-)>" do
      assert.equal(expected, value)
      count = count + 1
    end
    assert.equal(20, count)
  end

  local function peeks(expected) return function() return host:get "peek" == expected end end

  it("asks once, and all wait for that, whatever worker they are with", function()
    check_all "1"
    check_all "1"
    assert.equal("1", (host:get "asked"))
  end)

  it("gives what is old, and asks once in the background", function()
    host:get "put?value=old&age=100"
    check_all "old"
    assert.is_true(wait_until(peeks "1"))
    assert.equal("1", (host:get "asked"))
    check_all "1"
  end)

  it("keeps nothing for longer than addresses of pictures hold", function()
    host:get "put?value=old&age=700"
    check_all "1"
  end)

  it("tells a failure to all who wait, and does not try again at once", function()
    host:get "reset?fails=1"
    check_all "throttled"
    check_all "throttled"
    assert.equal("1", (host:get "asked"))
  end)

  it("gives what is old where nothing else can be had", function()
    host:get "reset?fails=1"
    host:get "put?value=old&age=100"
    check_all "old"
    core.loop.sleep(0.3)
    check_all "old"
    assert.equal("1", (host:get "asked"))
  end)

  it("asks to the end for a visitor who has gone", function()
    host:get("get", "--max-time 0.1")
    assert.is_true(wait_until(peeks "1"))
  end)

  it("does not take what was asked for earlier for news", function()
    host:get "put?value=news&age=1"
    host:get "put?value=old&age=5"
    assert.equal("news", (host:get "peek"))
  end)
end)

-- --- in a browser ------------------------------------------------------------------------------------

describe("the gallery in Chromium", function()
  if webdriver.missing() then return pending(webdriver.missing()) end

  local TAB, ENTER = "\238\128\132", "\238\128\135"
  local COUNT = "return document.querySelectorAll('.gallery > li').length"
  local FOCUSED = "return document.activeElement.closest('article')?.id ?? document.activeElement.textContent"
  local browser

  setup(function() browser = webdriver.open { width = 1200, height = 900 } end)

  teardown(function() browser:close() end)

  before_each(function() browser:go(site.http) end)

  local function has(count) return ("%s >= %d"):format(COUNT, count) end

  it("shows what comes next as one scrolls, all of it, once", function()
    assert.equal(PAGE, browser:run(COUNT))
    for page = 2, math.ceil(250 / PAGE) do
      browser:run "window.scrollTo(0, document.body.scrollHeight)"
      browser:wait(has(math.min(page * PAGE, 250)))
    end
    local ids = "new Set([...document.querySelectorAll('article')].map((article) => article.id))"
    assert.equal(250, browser:run(("return %s.size"):format(ids)))
    assert.is_true(browser:run "return document.querySelector('.more') === null")
  end)

  it("shows pictures, and is styled", function()
    browser:wait "return document.querySelector('.picture img').naturalWidth === 480"
    assert.equal("grid", browser:run "return getComputedStyle(document.querySelector('.gallery')).display")
  end)

  it("shows a comment as it is written, and says so", function()
    comment(site.medium, "Seen in the browser")
    local new = ("document.querySelector('#m-%s .comments .new')"):format(site.medium)
    browser:wait(("return %s?.textContent.includes('Seen in the browser')"):format(new))
    browser:wait "return document.getElementById('status').textContent.includes('Seen in the browser')"
    comment(id_of(30), "On the second page")
    assert.equal(PAGE, browser:run(COUNT))
    browser:run "window.scrollTo(0, document.body.scrollHeight)"
    browser:wait "return document.getElementById('m-17900002490000030')?.textContent.includes('On the second page')"
  end)

  it("can be used by keyboard alone: from post to post, into the next page, and into one of them", function()
    for index = 0, PAGE + 1 do
      if index == PAGE then browser:wait(has(PAGE + 1)) end
      browser:press(TAB)
      assert.equal("m-" .. id_of(index), browser:run(FOCUSED))
    end
    browser:press(ENTER)
    browser:wait(("return location.pathname === '/media/%s'"):format(id_of(PAGE + 1)))
  end)

  it("gives the focus of the link to the first of those that it brought", function()
    browser:run "document.querySelector('.more a').focus()"
    browser:wait(has(PAGE + 1))
    assert.equal("m-" .. id_of(PAGE), browser:run(FOCUSED))
  end)
end)
