-- The sandbox over HTTP and HTTPS, driven by the curl command, and its parts without a server.
local cjson = require("cjson").new()
local curl = require "spec.support.curl"
local sandbox = require "iggraph.sandbox"
local shell = require "iggraph.sandbox.shell"
local support = require "spec.support.sandbox"

local GUIDE_ACCOUNT, GUIDE_PAGE, OTHER_PAGE = "17841405822304914", "134895793791914", "134895793791915"
local tokens = sandbox.tokens

local ask, failure, ids_of, walk = curl.ask, curl.failure, curl.ids_of, curl.walk
local quote = shell.quote

local function run(command) return (select(2, shell.run(command))) end

local function item_ids(first, last)
  local ids = {}
  for number = first, last do ids[#ids + 1] = ("179%014d"):format(number) end
  return ids
end

local function proof_of(token)
  return run(("printf %%s %s | openssl dgst -sha256 -hmac %s"):format(token, sandbox.app_secret)):match("%x+$")
end

--- Runs a script in another process of the same Lua.
local function run_lua(script, prefix)
  local program = "lua"
  for index = -1, -20, -1 do program = arg[index] or program end
  local paths = ("package.path, package.cpath = %q, %q\n"):format(package.path, package.cpath)
  return run("exec 2>/dev/null; " .. (prefix or "") .. quote(program) .. " -e " .. quote(paths .. script))
end

local function exists(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

--- Whether a process still does something: one that only waits to be asked for its end does not.
local function is_running(pid)
  local state = run(("cat /proc/%d/stat 2>/dev/null"):format(pid)):match("^.*%) (%a)")
  return state ~= nil and state ~= "Z"
end

local function wait_until(condition, seconds)
  for _ = 1, seconds * 20 do
    if condition() then return true end
    os.execute("sleep 0.05")
  end
  return condition()
end

describe("the sandbox over HTTP", function()
  local server, base

  setup(function()
    server = support.shared()
    base = server.http .. "/v26.0/"
  end)

  before_each(function() support.reset() end)

  describe("the guide's three calls", function()
    it("lists the Pages with their default fields in the Graph's order", function()
      local answer = ask(server.http .. "/v18.0/me/accounts")
      assert.equal(200, answer.status)
      assert.equal("application/json; charset=UTF-8", answer.headers["content-type"])
      local first = ('{"data":[{"access_token":"%s","category":"App Page","category_list":[{"id":"2301",'
        .. '"name":"App Page"}],"name":"Metricsaurus","id":"134895793791914",'
        .. '"tasks":["ANALYZE","ADVERTISE","MODERATE","CREATE_CONTENT","MANAGE"]},'):format(tokens.page)
      assert.equal(first, answer.body:sub(1, #first))
      local page = answer.json
      assert.same({ GUIDE_PAGE, OTHER_PAGE }, ids_of(page))
      assert.is_nil(page.paging.next)
      assert.matches("^QVFI", page.paging.cursors.before)
    end)

    it("gives the Page's Instagram account, and only the id where there is none", function()
      assert.equal('{"instagram_business_account":{"id":"17841405822304914"},"id":"134895793791914"}',
        ask(server.http .. "/v18.0/134895793791914?fields=instagram_business_account").body)
      assert.equal('{"id":"134895793791915"}', ask(base .. OTHER_PAGE .. "?fields=instagram_business_account").body)
      assert.equal('{"name":"Metricsaurus","id":"134895793791914"}', ask(base .. GUIDE_PAGE).body)
    end)

    it("lists the six media, in the guide's order, with cursors and without next", function()
      local answer = ask(server.http .. "/v18.0/17841405822304914/media")
      assert.matches('^{"data":%[{"id":"17918195224117851"},{"id":"17895695668004550"},', answer.body)
      assert.matches('"paging":{"cursors":{"before":"QVFI[^"]+","after":"QVFI[^"]+"}}}$', answer.body)
      assert.same({
        "17918195224117851", "17895695668004550", "17899305451014820", "17896450804038745", "17881042411086627",
        "17869102915168123",
      }, ids_of(answer.json))
    end)

    it("does the same in one call", function()
      local answer = ask(base .. "me/accounts?fields=id,name,instagram_business_account%7Bid,username%7D").json
      assert.same({ id = GUIDE_ACCOUNT, username = "metricsaurus" }, answer.data[1].instagram_business_account)
      assert.is_nil(answer.data[2].instagram_business_account)
    end)
  end)

  describe("fields", function()
    it("come as asked, with the id always", function()
      assert.equal('{"id":"17841405822304914"}', ask(base .. GUIDE_ACCOUNT).body)
      assert.equal('{"media_count":6,"username":"metricsaurus","id":"17841405822304914"}',
        ask(base .. GUIDE_ACCOUNT .. "?fields=media_count,username").body)
    end)

    it("escape slashes and everything beyond ASCII", function()
      local body = ask(base .. GUIDE_ACCOUNT .. "/media?fields=caption&limit=3").body
      assert.matches("\\ud83e\\udd96", body, 1, true)
      assert.matches("\\u6050\\u9f99", body, 1, true)
      assert.matches("Before\\/after", body, 1, true)
      assert.is_nil(body:find("[\128-\255]"))
    end)

    it("expand edges, leaving empty ones out", function()
      local media = ask(base .. "17840000000000030/media?fields=media_type,children%7Bmedia_url%7D").json.data
      local kinds = {}
      for _, item in ipairs(media) do
        kinds[item.media_type] = (kinds[item.media_type] or 0) + 1
        assert.equal(item.media_type == "CAROUSEL_ALBUM", item.children ~= nil)
        if item.children then
          assert.is_true(#item.children.data >= 2 and #item.children.data <= 5)
          assert.is_nil(item.children.paging)
          assert.is_true(#item.children.data[1].media_url > 200)
        end
      end
      assert.same({ IMAGE = 9, VIDEO = 8, CAROUSEL_ALBUM = 8 }, kinds)
    end)

    it("take modifiers, and a nested list has its own next", function()
      local query = "?fields=comments.limit(2)%7Btext,replies%7Btext%7D%7D"
      local comments = ask(base .. "17900000290000000" .. query).json.comments
      assert.equal(2, #comments.data)
      assert.is_nil(comments.paging.cursors.before)
      assert.matches("/17900000290000000/comments%?access_token=EAA%w+&pretty=0&fields=text%%2Creplies%%7Btext%%7D&",
        comments.paging.next)
      local all = walk(comments.paging.next)
      assert.equal(comments.data[1].id, ids_of(ask(base .. "17900000290000000/comments").json)[1])
      assert.is_true(#all > 0)
    end)

    it("are known by every made-up node, back and forth", function()
      local all = "id,ig_id,legacy_instagram_media_id,caption,media_type,media_product_type,media_url,thumbnail_url,"
        .. "permalink,shortcode,timestamp,username,owner,like_count,comments_count,view_count,reposts_count,"
        .. "saved_count,shares_count,total_like_count,total_comments_count,total_views_count,is_comment_enabled,"
        .. "is_shared_to_feed,has_poll,has_slider,is_ai_generated,alt_text,media_audio_type,"
        .. "copyright_check_information,boost_eligibility_info,current_live_viewer_count,children,comments"
      local list = ask(base .. "17840000010000000/media?limit=9&fields=" .. all).json.data
      for _, item in ipairs(list) do
        assert.same(item, ask(base .. item.id .. "?fields=" .. all).json)
        assert.same({ id = "17840000010000000" }, item.owner)
      end
      assert.equal("2026-01-31T10:11:12+0000", list[1].timestamp)
      assert.equal("2026-01-31T09:11:12+0000", list[2].timestamp)
      assert.is_nil(list[7].caption)
      assert.equal("REELS", list[2].media_product_type)
      assert.is_string(list[2].thumbnail_url)
      assert.is_string(list[1].ig_id)
      local child, comment = list[3].children.data[1].id, nil
      for _, item in ipairs(list) do comment = comment or (item.comments and item.comments.data[1].id) end
      assert.equal(child, ask(base .. child).json.id)
      assert.equal(comment, ask(base .. comment .. "?fields=from,hidden,like_count,username").json.id)
    end)

    local WRONG = {
      { "me?fields=foo", "(foo) on node type (User)", 100 },
      { GUIDE_PAGE .. "?fields=foo", "(foo) on node type (Page)", 100 },
      { GUIDE_ACCOUNT .. "?fields=id,foo", "(foo) on node type (IGUser)", 100 },
      { GUIDE_ACCOUNT .. "/media?fields=foo", "(foo) on node type (IGMedia)", 100 },
      { "17900000290000000/comments?fields=foo", "(foo) on node type (IGComment)", 100 },
      { "me?fields=instagram_business_account", "(instagram_business_account) on node type (User)", 100 },
      { "me?fields=id,", "Syntax error", 2500 },
      { "me?fields=id%7B", "Syntax error", 2500 },
      { "me?fields=accounts.frobnicate(1)", "Syntax error", 2500 },
    }
    for _, row in ipairs(WRONG) do
      it("refuse " .. row[1], function()
        local answer = ask(base .. row[1])
        assert.same({ 400, row[3], nil, "OAuthException" }, failure(answer))
        assert.matches(row[2], answer.json.error.message, 1, true)
      end)
    end
  end)

  describe("paging", function()
    local account = "17840000000000250"

    it("leads through 250 media by 25 in ten pages, forwards and back", function()
      local ids, pages = walk(base .. account .. "/media")
      assert.equal(10, pages)
      assert.equal(250, #ids)
      local last = ask(base .. account .. "/media?limit=25&after="
        .. ask(base .. account .. "/media?limit=100&after=" .. ask(base .. account .. "/media?limit=100").json
          .paging.cursors.after).json.paging.cursors.after).json
      assert.equal(ids[201], last.data[1].id)
      local back, back_pages = walk(base .. account .. "/media?limit=25&before=" .. last.paging.cursors.before,
        "previous")
      assert.equal(8, back_pages)
      assert.equal(ids[176], back[1])
      assert.equal(ids[1], back[176])
    end)

    it("writes next as the Graph does", function()
      local page = ask(server.http .. "/v18.0/" .. account .. "/media?limit=2&fields=id,caption&since=1").json
      local address = server.http .. "/v18.0/" .. account .. "/media?access_token=" .. tokens.user
        .. "&pretty=0&fields=id%2Ccaption&since=1&limit=2&after=" .. page.paging.cursors.after
      assert.equal(address, page.paging.next)
      assert.is_nil(page.paging.previous)
      local second = ask(page.paging.next).json
      assert.is_string(second.paging.previous)
      assert.same(ids_of(page), ids_of(ask(second.paging.previous).json))
    end)

    it("pages the Pages, too", function()
      local ids, pages = walk(base .. "me/accounts?limit=1")
      assert.same({ GUIDE_PAGE, OTHER_PAGE }, ids)
      assert.equal(2, pages)
    end)

    it("cuts a limit that is too large and refuses what is none", function()
      assert.equal(100, #ask(base .. account .. "/media?limit=1000").json.data)
      for _, limit in ipairs { "0", "-1", "ten" } do
        assert.same({ 400, 100, nil, "OAuthException" }, failure(ask(base .. account .. "/media?limit=" .. limit)))
      end
    end)

    it("refuses a cursor it did not make", function()
      for _, name in ipairs { "after", "before" } do
        local answer = ask(base .. account .. "/media?" .. name .. "=QVFInonsense")
        assert.same({ 400, 100, nil, "OAuthException" }, failure(answer))
      end
    end)

    it("keeps to since and until, as Unix time and as text", function()
      local unix = ask(base .. account .. "/media?since=1769839872&until=1769847072&fields=timestamp").json.data
      assert.same({ "2026-01-31T08:11:12+0000", "2026-01-31T07:11:12+0000", "2026-01-31T06:11:12+0000" },
        { unix[1].timestamp, unix[2].timestamp, unix[3].timestamp })
      assert.equal(3, #unix)
      local text = ask(base .. account .. "/media?since=2026-01-31T06:11:12%2B0000&until=2026-01-31T08:11:12%2B0000")
      assert.equal(3, #text.json.data)
      assert.equal(11, #ask(base .. account .. "/media?since=2026-01-31").json.data)
      assert.same({ 400, 100, nil, "OAuthException" }, failure(ask(base .. account .. "/media?since=yesterdayish")))
    end)

    it("writes an empty list as a list", function()
      assert.equal('{"data":[]}', ask(base .. "17840000000000000/media").body)
    end)
  end)

  describe("tokens", function()
    local CASES = {
      { "expired", "me", { 400, 190, 463, "OAuthException" } },
      { "limited", GUIDE_ACCOUNT, { 403, 10, nil, "OAuthException" } },
      { "limited", GUIDE_ACCOUNT .. "/media", { 403, 10, nil, "OAuthException" } },
      { "limited", GUIDE_PAGE .. "?fields=instagram_business_account", { 403, 10, nil, "OAuthException" } },
      { "secured", "me", { 400, 100, nil, "GraphMethodException" } },
      { "wrong", "me", { 400, 190, nil, "OAuthException" } },
    }
    for _, case in ipairs(CASES) do
      it(("%s for %s"):format(case[1], case[2]), function()
        assert.same(case[3], failure(ask(base .. case[2], { token = tokens[case[1]] })))
      end)
    end

    it("may be in the query or in a form as well", function()
      assert.equal(200, ask(base .. "me?access_token=" .. tokens.user, { token = false }).status)
      local form = "-X POST --data access_token=" .. tokens.user
      assert.equal(200, ask(base .. "_echo", { token = false, arguments = form }).status)
      form = "-F access_token=" .. tokens.user
      assert.equal(200, ask(base .. "_echo", { token = false, arguments = form }).status)
    end)

    it("of a Page makes /me the Page", function()
      assert.equal(GUIDE_PAGE, ask(base .. "me", { token = tokens.page }).json.id)
    end)

    it("missing is told apart for /me", function()
      local me = ask(base .. "me/accounts", { token = false })
      assert.same({ 400, 2500, nil, "OAuthException" }, failure(me))
      assert.equal("An active access token must be used to query information about the current user.",
        me.json.error.message)
      assert.same({ 400, 104, nil, "OAuthException" }, failure(ask(base .. GUIDE_PAGE, { token = false })))
    end)

    it("unreadable come with the Graph's WWW-Authenticate", function()
      assert.equal('OAuth "Facebook Platform" "invalid_token" "Invalid OAuth access token - Cannot parse access token"',
        ask(base .. "me", { token = tokens.wrong }).headers["www-authenticate"])
    end)

    it("want the right proof, and a wrong one is always refused", function()
      local right, wrong = proof_of(tokens.secured), ("0"):rep(64)
      assert.equal(200, ask(base .. "me?appsecret_proof=" .. right, { token = tokens.secured }).status)
      assert.equal(200, ask(base .. "me?appsecret_proof=" .. proof_of(tokens.user)).status)
      for _, token in ipairs { tokens.secured, tokens.user } do
        local answer = ask(base .. "me?appsecret_proof=" .. wrong, { token = token })
        assert.same({ 400, 100, nil, "GraphMethodException" }, failure(answer))
        assert.equal("Invalid appsecret_proof provided in the API argument", answer.json.error.message)
      end
    end)
  end)

  describe("paths and versions", function()
    it("serves expired versions by the oldest there is", function()
      local oldest = require("iggraph.sandbox.versions").serving("v18.0", os.time())
      for _, version in ipairs { "v2.0", "v18.0", "v20.0" } do
        assert.equal(oldest, ask(server.http .. "/" .. version .. "/me").headers["facebook-api-version"])
      end
      assert.equal("v25.0", ask(server.http .. "/v25.0/me").headers["facebook-api-version"])
      assert.equal("v26.0", ask(server.http .. "/me").headers["facebook-api-version"])
      assert.same({ 400, 2500, nil, "OAuthException" }, failure(ask(server.http .. "/v99.0/me")))
    end)

    it("refuses what v26.0 removed", function()
      local answer = ask(server.http .. "/v21.0/?ids=1,2")
      assert.same({ 500, 100, nil, "FacebookApiException" }, failure(answer))
      assert.equal("The ids query parameter is deprecated in v26.0+", answer.json.error.message)
      assert.same({ 400, 100, nil, "OAuthException" }, failure(ask(base .. "me?date_format=U")))
      assert.equal(200, ask(base .. "me?pretty=1&debug=all").status)
    end)

    it("knows no other nodes and edges", function()
      local answer = ask(base .. "1")
      assert.same({ 400, 100, 33, "GraphMethodException" }, failure(answer))
      assert.matches("^Unsupported get request%. Object with ID '1' does not exist", answer.json.error.message)
      assert.equal("Unknown path components: /foo", ask(base .. "me/foo").json.error.message)
      assert.equal("Unknown path components: /media/bar",
        ask(base .. GUIDE_ACCOUNT .. "/media/bar").json.error.message)
      for _, id in ipairs { "17900000050000006", "18400000090000002", "17840000010000001" } do
        assert.same({ 400, 100, 33, "GraphMethodException" }, failure(ask(base .. id)))
      end
    end)

    it("takes the few writes", function()
      local function send(method, path, data)
        return ask(base .. path, { method = method, arguments = data and "--data " .. quote(data) })
      end
      assert.equal('{"success":true}', send("POST", "17900000290000000", "comment_enabled=false").body)
      assert.matches('^{"id":"%d+"}$', send("POST", "17900000290000000/comments", "message=hello").body)
      assert.matches('^{"id":"%d+"}$', send("POST", "17000000290000000/replies", "message=hello").body)
      assert.equal('{"success":true}', send("DELETE", "17000000290000000").body)
      assert.same({ 400, 100, nil, "OAuthException" }, failure(send("POST", "17900000290000000/comments")))
      assert.same({ 400, 100, 33, "GraphMethodException" }, failure(send("POST", GUIDE_ACCOUNT)))
    end)
  end)

  describe("headers", function()
    it("are the Graph's, and usage rises", function()
      local first = ask(base .. GUIDE_ACCOUNT).headers
      assert.equal("private, no-cache, no-store, must-revalidate", first["cache-control"])
      assert.is_string(first["x-fb-trace-id"])
      assert.is_string(first["x-fb-rev"])
      assert.equal(1, cjson.decode(first["x-app-usage"]).call_count)
      local business = cjson.decode(first["x-business-use-case-usage"])[GUIDE_ACCOUNT]
      assert.equal("instagram", business[1].type)
      assert.equal(0, business[1].estimated_time_to_regain_access)
      run(("curl -s '%sme?[1-250]' -H 'Authorization: Bearer %s'"):format(base, tokens.user))
      assert.equal(2, cjson.decode(ask(base .. "me").headers["x-app-usage"]).call_count)
    end)

    it("carry a trace that is never the same", function()
      assert.not_equal(ask(base .. "1").json.error.fbtrace_id, ask(base .. "1").json.error.fbtrace_id)
    end)

    it("compress what is worth it", function()
      local answer = ask(base .. "17840000000000250/media?limit=100", { arguments = "--compressed" })
      assert.equal("gzip", answer.headers["content-encoding"])
      assert.equal(100, #answer.json.data)
      assert.is_nil(ask(base .. "me", { arguments = "--compressed" }).headers["content-encoding"])
    end)
  end)

  describe("_echo", function()
    it("answers what arrived, byte for byte", function()
      local query = "a=b+c%2F&%C3%A4=%F0%9F%A6%96&empty=&flag&a=last"
      local answer = ask(base .. "_echo?" .. query).json
      assert.equal(query, answer.query_string)
      assert.same({ a = "last", ["ä"] = "\240\159\166\150", empty = "", flag = "" }, answer.query)
      assert.equal("/v26.0/_echo", answer.path)
      assert.equal("GET", answer.method)
      assert.equal("Bearer " .. tokens.user, answer.headers.authorization)
      assert.equal("DELETE", ask(base .. "_echo", { method = "DELETE" }).json.method)
    end)

    it("decodes forms and multipart", function()
      local form = ask(base .. "_echo", { arguments = "--data 'x=1%262&y=%E2%82%AC+z'" }).json
      assert.same({ x = "1&2", y = "€ z" }, form.form)
      assert.equal("application/x-www-form-urlencoded", form.content_type)
      local path = os.tmpname()
      local file = assert(io.open(path, "wb"))
      file:write("\0\1binary\r\n--x\r\n", ("\255"):rep(2000000))
      file:close()
      local arguments = ("-F caption='two\nlines' -F 'picture=@%s;type=image/png;filename=a \"b\".png'"):format(path)
      local multipart = ask(base .. "_echo", { arguments = arguments }).json
      os.remove(path)
      assert.same({ caption = "two\nlines" }, multipart.form)
      assert.equal(2000015, multipart.files.picture.size)
      assert.equal("image/png", multipart.files.picture.content_type)
      assert.matches("^000162696e6172790d0a2d2d780d0aff", multipart.files.picture.first_bytes_hex)
    end)
  end)

  describe("control", function()
    it("records requests as they were sent, and forgets them on reset", function()
      ask(base .. "me?fields=id%2Cname", { scenario = "ok" })
      ask(base .. "_echo", { arguments = "--data 'message=a%20b'" })
      local record = support.record()
      assert.equal(2, record.count)
      assert.equal(2, record.connections)
      assert.equal(1, record.in_flight_max)
      local first, second = record.requests[1], record.requests[2]
      assert.same({ "GET", "/v26.0/me?fields=id%2Cname", "HTTP/1.1" }, { first.method, first.uri, first.http })
      assert.equal("Bearer " .. tokens.user, first.headers.authorization)
      assert.equal("ok", first.headers["x-sandbox-scenario"])
      assert.is_nil(first.body)
      assert.equal("message=a%20b", second.body)
      support.reset()
      assert.same({}, support.requests())
      assert.equal(0, support.connections())
    end)

    it("counts across the workers, and one connection once", function()
      run(("seq 40 | xargs -P 8 -I {} curl -s -o /dev/null '%sslow_100?n={}' -H 'Authorization: Bearer %s'"):format(
        base, tokens.user))
      local record = support.record()
      assert.equal(40, record.count)
      assert.equal(40, record.connections)
      assert.is_true(record.in_flight_max > 4 and record.in_flight_max <= 8)
      local workers, seen = {}, 0
      for _, request in ipairs(record.requests) do workers[request.connection:match("@(%d+)$")] = true end
      for _ in pairs(workers) do seen = seen + 1 end
      assert.equal(2, seen)
      support.reset()
      run(("curl -s -o /dev/null '%sme?[1-2100]' -H 'Authorization: Bearer %s'"):format(base, tokens.user))
      record = support.record()
      assert.same({ 2100, 1, 2000 }, { record.count, record.connections, #record.requests })
      assert.equal("/v26.0/me?2100", record.requests[2000].uri)
    end)

    it("knows nothing else", function()
      assert.equal(404, ask(server.http .. "/_sandbox/nothing").status)
      assert.equal(405, ask(server.http .. "/_sandbox/reset").status)
      assert.equal(200, ask(server.http .. "/v26.0/_sandbox/requests").status)
      assert.equal(0, support.record().count)
    end)
  end)

  describe("paging scenarios", function()
    -- Name, items in order, pages.
    local WALKS = {
      { "paging_empty_first", 10, 3 }, { "paging_empty_middle", 10, 3 }, { "paging_empty_run", 10, 7 },
      { "paging_after_without_next", 5, 1 }, { "paging_next_time", 15, 3 }, { "paging_next_offset", 15, 3 },
      { "paging_same_cursor", 20, 4 }, { "paging_secret", 15, 3 }, { "paging_before_only", 5, 1 },
      { "paging_bad_next", 5, 1 },
    }
    for _, row in ipairs(WALKS) do
      it(row[1], function()
        local ids, pages = walk(base .. row[1] .. "/media")
        assert.same(item_ids(1, row[2]), ids)
        assert.equal(row[3], pages)
      end)
    end

    local function first_two(name)
      local first = ask(base .. name .. "/media").json
      return first, ask(first.paging.next).json
    end

    it("honour limit", function()
      local ids, pages = walk(base .. "paging_empty_middle/media?limit=2")
      assert.same(item_ids(1, 10), ids)
      assert.equal(7, pages)
      assert.same(item_ids(1, 3), (walk(base .. "paging_bad_next/media?limit=3")))
    end)

    it("paging_long", function()
      local first = ask(base .. "paging_long/media").json
      assert.equal(5, #first.data)
      assert.same(item_ids(1, 2500), (walk(base .. "paging_long/media?limit=100")))
    end)

    it("paging_empty_forever", function()
      local first, second = first_two("paging_empty_forever")
      assert.same({ {}, {} }, { first.data, second.data })
      assert.not_equal(first.paging.cursors.after, second.paging.cursors.after)
      assert.is_string(second.paging.next)
    end)

    it("paging_next_without_token and paging_next_other_host go on by the cursor", function()
      local shapes = {
        paging_next_without_token = "/media%?pretty=0&limit=5&after=",
        paging_next_other_host = "^http://127%.0%.0%.2:9/v26.0/",
      }
      for name, shape in pairs(shapes) do
        local ids, url = {}, base .. name .. "/media"
        repeat
          local page = ask(url).json
          for _, id in ipairs(ids_of(page)) do ids[#ids + 1] = id end
          local following = page.paging.next
          if following then assert.matches(shape, following) end
          url = following and base .. name .. "/media?after=" .. page.paging.cursors.after
        until not url
        assert.same(item_ids(1, 15), ids)
      end
    end)

    it("paging_next_time and paging_next_offset have no cursors", function()
      local by_time = ask(base .. "paging_next_time/media").json.paging
      assert.is_nil(by_time.cursors)
      assert.matches("&until=%d+&__paging_token=enc_", by_time.next)
      assert.matches("&since=%d+&__paging_token=enc_", by_time.previous)
      assert.matches("&offset=5$", ask(base .. "paging_next_offset/media").json.paging.next)
    end)

    it("paging_repeat and paging_cycle never end", function()
      local first, second = first_two("paging_repeat")
      assert.same(first, second)
      local a, b = first_two("paging_cycle")
      assert.same({ item_ids(1, 5), item_ids(6, 10) }, { ids_of(a), ids_of(b) })
      assert.not_equal(a.paging.cursors.after, b.paging.cursors.after)
      assert.same(a, ask(b.paging.next).json)
    end)

    it("paging_same_cursor has no paging at the end", function()
      local url, last, cursors = base .. "paging_same_cursor/media", nil, {}
      while url do
        last = ask(url).json
        url = last.paging and last.paging.next
        if last.paging then cursors[last.paging.cursors.after] = true end
      end
      assert.is_nil(last.paging)
      assert.is_string(next(cursors))
      assert.is_nil(next(cursors, next(cursors)))
    end)

    it("paging_no_data, paging_bad_next, paging_secret", function()
      assert.is_nil(ask(base .. "paging_no_data/media").json.data)
      assert.equal(42, ask(base .. "paging_bad_next/media").json.paging.next)
      local address = ask(base .. "paging_secret/media").json.paging.next
      assert.matches("&access_token=" .. tokens.user, (address:gsub("%?", "&")))
      assert.matches("&appsecret_proof=" .. proof_of(tokens.user), address)
    end)

    it("paging_fail_once", function()
      local _, second = first_two("paging_fail_once")
      assert.same({ 500, 2, nil, "OAuthException" }, failure(ask(second.paging.next)))
      assert.same(item_ids(11, 15), ids_of(ask(second.paging.next).json))
    end)
  end)

  describe("error scenarios", function()
    it("have all members", function()
      local answer = ask(base .. "error_190_463_http_401")
      local found = answer.json.error
      assert.equal(401, answer.status)
      assert.same({ 190, 463, false, "OAuthException" },
        { found.code, found.error_subcode, found.is_transient, found.type })
      assert.same({ blame_field_specs = { { "fields" } } }, found.error_data)
      for _, name in ipairs { "message", "error_user_title", "error_user_msg", "fbtrace_id" } do
        assert.is_string(found[name])
      end
      assert.matches("^%(#190%) ", found.message)
    end)

    it("read code, subcode and status from the name", function()
      assert.same({ 400, -1, 2207001, "OAuthException" }, failure(ask(base .. "error_m1_2207001")))
      assert.same({ 500, 2, nil, "OAuthException" }, failure(ask(base .. "error_2_http_500")))
      assert.is_true(ask(base .. "error_4").json.error.is_transient)
      assert.same({ 200, 368, nil, "OAuthException" }, failure(ask(base .. "me", { scenario = "error_368_http_200" })))
      assert.same({ 400, 100, 33, "GraphMethodException" }, failure(ask(base .. "error_4_x")))
    end)

    local SHAPES = {
      { "error_bare", 400, '{"error":{"message":"Something went wrong"}}' },
      { "error_oauth_no_code", 400, '{"error":{"message":"Invalid OAuth 2.0 Access Token","type":"OAuthException"}}' },
      { "error_reduce", 500, '{"error":{"code":1,"message":"Please reduce' },
      { "shape_instagram", 400, '{"error_type":"OAuthException","code":400,"error_message":' },
      { "shape_dialog", 400, '{"error":"access_denied","error_description":' },
      { "shape_number", 400, '{"error":190,"error_description":' },
      { "shape_rest", 400, '{"error_code":190,"error_msg":' },
      { "shape_unwrapped", 400, '{"code":100,"message":' },
      { "shape_debug_token", 200, '{"data":{"error":{"code":190,"message":' },
      { "shape_rupload", 400, '{"debug_info":{"retriable":false,"type":"ProcessingFailedError","message":"{\\"su' },
      { "error_data_string", 400, '{"error":{"message":"(#100)' },
    }
    for _, row in ipairs(SHAPES) do
      it(row[1], function()
        local answer = ask(base .. row[1])
        assert.equal(row[2], answer.status)
        assert.equal(row[3], answer.body:sub(1, #row[3]))
      end)
    end

    it("error_data_string and error_echo_token", function()
      assert.equal('{"blame_field_specs":[["fields"]]}', ask(base .. "error_data_string").json.error.error_data)
      local message = ask(base .. "error_echo_token").json.error.message
      assert.matches("access token " .. tokens.user, message, 1, true)
      assert.matches("access_token=" .. tokens.user .. "&appsecret_proof=", message, 1, true)
    end)

    it("are known by name only", function()
      assert.same({ 400, 100, nil, "OAuthException" }, failure(ask(base .. "me", { scenario = "no_such_thing" })))
    end)
  end)

  describe("body scenarios", function()
    -- Name, status, content type, body or what it begins with.
    local BODIES = {
      { "body_html_502", 502, "text/html", "<!DOCTYPE html>" },
      { "body_html_200", 200, "text/html", "<!DOCTYPE html>" },
      { "body_javascript", 200, "text/javascript", '{"id":"body_javascript"}' },
      { "body_empty", 200, "application/json", "" }, { "body_empty_500", 500, "application/json", "" },
      { "body_true", 200, "application/json", "true" }, { "body_false", 200, "application/json", "false" },
      { "body_null", 200, "application/json", "null" }, { "body_string", 200, "application/json", '"A string' },
      { "body_number", 200, "application/json", "42" },
      { "body_unavailable", 200, "text/plain", "Service Unavailable" },
      { "body_truncated", 200, "application/json", '{"data":[{"access_token":"' .. tokens.page .. '"' },
      { "body_bad_utf8", 200, "application/json", '{"id":"1","text":"ok \195\164, bad \255\254 \195(' },
      { "body_lone_surrogate", 200, "application/json", '{"id":"1","caption":"cut \\ud83d"' },
      { "body_big_integers", 200, "application/json", '{"max":9007199254740992,"over":9007199254740993,"id":178414' },
      { "body_duplicate_keys", 200, "application/json", '{"id":"1","name":"first","name":"second"' },
    }
    for _, row in ipairs(BODIES) do
      it(row[1], function()
        local answer = ask(base .. row[1])
        assert.equal(row[2], answer.status)
        assert.matches(row[3], answer.headers["content-type"], 1, true)
        assert.equal(row[4], answer.body:sub(1, #row[4]))
        assert.equal(#answer.body, tonumber(answer.headers["content-length"]))
      end)
    end

    it("body_html_200 is long and has the title", function()
      local body = ask(base .. "body_html_200").body
      assert.is_true(#body > 1024)
      assert.matches("<title>Facebook | Error</title>", body, 1, true)
    end)

    it("body_html_echo gives the token back", function()
      local answer = ask(base .. "body_html_echo")
      assert.equal(502, answer.status)
      assert.matches(tokens.user, answer.body, 1, true)
    end)

    it("body_truncated cannot be read, and shows a token early", function()
      local body = ask(base .. "body_truncated").body
      assert.is_false((pcall(cjson.decode, body)))
      assert.is_true(body:find(tokens.page, 1, true) + #tokens.page <= 200)
    end)

    it("body_deep", function()
      assert.equal(("["):rep(100000) .. ("]"):rep(100000), ask(base .. "body_deep").body)
    end)

    it("body_gzip", function()
      local answer = ask(base .. "body_gzip", { arguments = "--compressed" })
      assert.equal("gzip", answer.headers["content-encoding"])
      assert.equal("body_gzip", answer.json.id)
    end)

    it("body_large stops when the client goes away", function()
      local command = "curl -sN '%sbody_large' -H 'Authorization: Bearer %s' | head -c 1000000 | wc -c"
      assert.equal(1000000, tonumber(run(command:format(base, tokens.user))))
      assert.is_true(wait_until(function() return support.record().bytes_sent > 0 end, 2))
      assert.is_true(support.record().bytes_sent < 64 * 1048576)
    end)

    it("decorate the ordinary answer when asked for by header", function()
      local answer = ask(base .. "me/accounts", { scenario = "body_javascript" })
      assert.equal("text/javascript; charset=UTF-8", answer.headers["content-type"])
      assert.equal(2, #answer.json.data)
      assert.equal(10, #ask(base .. "body_javascript/media").json.data)
      assert.equal('{"id":"ok"}', ask(base .. "me", { scenario = "ok" }).body)
    end)
  end)

  describe("transport scenarios", function()
    local function elapsed(url, options)
      local before = tonumber(run("date +%s%N"))
      local answer = ask(url, options)
      return (tonumber(run("date +%s%N")) - before) / 1e9, answer
    end

    it("cut_body and cut_header", function()
      assert.equal(18, ask(base .. "cut_body").exit)
      assert.equal(52, ask(base .. "cut_header").exit)
    end)

    it("hang and hang_body", function()
      assert.equal(28, ask(base .. "hang", { max_time = 0.3 }).exit)
      local answer = ask(base .. "hang_body", { max_time = 0.3 })
      assert.same({ 28, 200 }, { answer.exit, answer.status })
      assert.matches('^{"data":%[', answer.body)
    end)

    it("slow_<ms> and drip are right, but late", function()
      local seconds, answer = elapsed(base .. "me/accounts", { scenario = "slow_200" })
      assert.is_true(seconds >= 0.2)
      assert.equal(2, #answer.json.data)
      seconds, answer = elapsed(base .. "drip")
      assert.is_true(seconds >= 12 * 0.05)
      assert.equal('{"id":"drip"}', answer.body)
    end)

    it("killed_once_<word> is broken off the first time, until a reset", function()
      for _ = 1, 2 do
        local exits = {}
        for call = 1, 3 do exits[call] = ask(base .. "killed_once_a").exit end
        assert.same({ 52, 0, 0 }, exits)
        assert.equal('{"id":"killed_once_a"}', ask(base .. "killed_once_a").body)
        assert.equal(52, ask(base .. "killed_once_b").exit)
        support.reset()
      end
    end)

    it("come with a node by <id>_<name>, and with the next of its pages, too", function()
      local account = "17840000000000250"
      local seconds, answer = elapsed(base .. account .. "_slow_200/media?limit=100&fields=caption")
      local ordinary = ask(base .. account .. "/media?limit=100&fields=caption").json
      assert.is_true(seconds >= 0.2)
      assert.same(ordinary.data, answer.json.data)
      assert.equal(ordinary.paging.next, (answer.json.paging.next:gsub("_slow_200/", "/")))
      assert.is_table(cjson.decode(answer.headers["x-business-use-case-usage"])[account])
      local ids, pages = walk(base .. account .. "_slow_5/media?limit=100")
      assert.same({ (walk(base .. account .. "/media?limit=100")), 3 }, { ids, pages })
      assert.equal(52, ask(base .. account .. "_killed_once_a/media").exit)
      assert.same(ids[1], ask(base .. account .. "_killed_once_a/media").json.data[1].id)
      assert.equal('{"name":"Metricsaurus","id":"' .. GUIDE_PAGE .. '"}', ask(base .. GUIDE_PAGE .. "_slow_5").body)
      assert.same({ 400, 100, 33, "GraphMethodException" }, failure(ask(base .. "1_slow_5")))
      assert.matches("no scenario slwo_5", ask(base .. account .. "_slwo_5").json.error.message)
    end)

    it("redirect_other leads to another host, which is recorded as such", function()
      local answer = ask(base .. "redirect_other")
      assert.equal(302, answer.status)
      local port = server.http:match("%d+$")
      assert.equal("http://127.0.0.2:" .. port .. "/v26.0/ok", answer.headers.location)
      assert.equal("127.0.0.1:" .. port, support.requests()[1].host)
      ask(answer.headers.location)
      assert.equal("127.0.0.2:" .. port, support.requests()[2].host)
    end)

    it("redirect_same and redirect_loop stay", function()
      assert.equal(base .. "body_true", ask(base .. "redirect_same").headers.location)
      assert.equal(base .. "redirect_loop?a=b", ask(base .. "redirect_loop?a=b").headers.location)
      assert.equal(47, ask(base .. "redirect_loop", { arguments = "-L --max-redirs 3" }).exit)
    end)

    it("close ends the connection", function()
      local answer = ask(base .. "me", { scenario = "close" })
      assert.same({ 200, "close" }, { answer.status, answer.headers.connection })
      assert.equal("10210000000000001", answer.json.id)
      support.reset()
      run(("curl -s '%sclose?[1-3]' -H 'Authorization: Bearer %s'"):format(base, tokens.user))
      assert.equal(3, support.connections())
    end)

    it("usage headers of every kind", function()
      assert.is_false((pcall(cjson.decode, ask(base .. "usage_malformed").headers["x-app-usage"])))
      assert.equal(12, cjson.decode(ask(base .. "usage_unknown").headers["x-app-usage"]).call_volume)
      assert.matches("^%s*$", ask(base .. "usage_empty").headers["x-app-usage"])
      local business = cjson.decode(ask(base .. "usage_business").headers["x-business-use-case-usage"])
      assert.equal(19, business[GUIDE_ACCOUNT][1].estimated_time_to_regain_access)
    end)

    it("throttled_80002 and retry_after", function()
      local throttled = ask(base .. "throttled_80002")
      assert.same({ 400, 80002, nil, "OAuthException" }, failure(throttled))
      local usage = cjson.decode(throttled.headers["x-business-use-case-usage"])
      assert.equal(19, usage[GUIDE_ACCOUNT][1].estimated_time_to_regain_access)
      local later = ask(base .. "retry_after")
      assert.same({ 429, 4, nil, "OAuthException" }, failure(later))
      assert.equal("7", later.headers["retry-after"])
    end)

    it("status_<n> and headers_many", function()
      for _, status in ipairs { 201, 404, 503 } do
        local answer = ask(base .. "status_" .. status)
        assert.same({ status, "{}" }, { answer.status, answer.body })
      end
      assert.equal(204, ask(base .. "status_204").status)
      assert.equal(2048, #ask(base .. "headers_many").headers["x-sandbox-header-100"])
    end)
  end)

  describe("TLS", function()
    local function over_tls(host, path, arguments)
      local url = server.https:gsub("localhost", host) .. "/v26.0/" .. (path or "me")
      return ask(url, { arguments = "--cacert " .. quote(server.ca_file) .. " " .. (arguments or "") })
    end

    it("speaks HTTP/2, under localhost and 127.0.0.1", function()
      local answer = over_tls("localhost", "17840000000000250/media?limit=2")
      assert.same({ 200, "2" }, { answer.status, answer.http })
      assert.equal(server.https .. "/v26.0/17840000000000250/media?", answer.json.paging.next:match("^.-%?"))
      assert.equal(200, over_tls("127.0.0.1").status)
      assert.equal("HTTP/2.0", support.requests()[1].http)
      assert.equal("1.1", over_tls("localhost", "me", "--http1.1").http)
    end)

    it("has bad certificates for the names that ask for them", function()
      for _, host in ipairs { "expired.localhost", "unknown.localhost", "mismatch.localhost" } do
        assert.equal(60, over_tls(host).exit)
        assert.equal(200, over_tls(host, "me", "-k").status)
      end
    end)

    it("plays the transport scenarios, too", function()
      assert.not_equal(0, over_tls("localhost", "cut_body").exit)
      assert.not_equal(0, over_tls("localhost", "cut_header").exit)
      assert.equal(200, over_tls("localhost", "close").status)
      assert.equal('{"id":"slow_10"}', over_tls("localhost", "slow_10").body)
    end)

    it("resets the stream of what is killed, and keeps the connection", function()
      local url = server.https .. "/v26.0/killed_once_"
      local command = "curl -s --noproxy '*' -w ' %%{exitcode} ' --cacert %s -H 'Authorization: Bearer %s' "
      local answers = run(command:format(server.ca_file, tokens.user) .. url .. "a " .. url .. "b " .. url .. "a")
      assert.equal(' 92  92 {"id":"killed_once_a"} 0 ', answers)
      assert.same({ 3, 1 }, { support.record().count, support.connections() })
    end)

    it("holds a hundred slow calls at a time on one connection", function()
      run(("curl -s --noproxy '*' --cacert %s -H 'Authorization: Bearer %s' --parallel --parallel-max 100 "
        .. "--no-progress-meter '%s/v26.0/17840000000000[100-199]_slow_500/media' -o /dev/null"):format(
        server.ca_file, tokens.user, server.https))
      local record = support.record()
      assert.same({ 100, 100, 1 }, { record.count, record.in_flight_max, record.connections })
    end)
  end)
end)

describe("a server", function()
  it("has a state of its own, and leaves nothing behind", function()
    local one, other = assert(sandbox.start { workers = 1 }), assert(sandbox.start())
    ask(one.http .. "/v26.0/me")
    assert.same({ 1, 0 }, { support.record(one).count, support.record(other).count })
    assert.not_equal(one.http, other.http)
    for _, server in ipairs { one, other } do
      assert.is_true(exists(server.ca_file))
      server:stop()
      server:stop()
      assert.is_false(exists(server.dir))
      assert.is_false(is_running(server.pid))
      assert.equal(7, ask(server.http .. "/v26.0/me").exit)
    end
  end)

  it("keeps its keys to itself", function()
    local server = assert(sandbox.start())
    local modes = run("stat -c %a " .. quote(server.dir) .. "/*.key | sort -u")
    server:stop()
    assert.equal("600", modes)
  end)

  it("uses the folder and port it is told, and says in nginx's words why it cannot", function()
    local dir = run "mktemp -d"
    local first = assert(sandbox.start { dir = dir })
    assert.equal(dir, first.dir)
    local port = tonumber(first.http:match("%d+$"))
    local second, message = sandbox.start { port = port }
    assert.is_nil(second)
    assert.matches("Address already in use", message, 1, true)
    second, message = sandbox.start { dir = dir }
    assert.is_nil(second)
    assert.matches("must be new or empty", message, 1, true)
    assert.is_true(exists(dir .. "/nginx.conf"))
    first:stop()
    local third = assert(sandbox.start { port = port })
    assert.equal("http://127.0.0.1:" .. port, third.http)
    assert.equal("https://localhost:" .. port + 1, third.https)
    third:stop()
  end)

  it("ends by itself when its owner is gone", function()
    local output = run_lua([=[
      local server = assert(require("iggraph.sandbox").start())
      print(server.dir)
      print(server.pid)
      io.stdout:flush()
      os.execute("kill -9 " .. require("iggraph.sandbox.shell").process_id())
    ]=])
    local dir, pid = output:match("^(%S+)\n(%d+)")
    assert.is_string(dir)
    assert.is_true(wait_until(function() return not exists(dir .. "/nginx.conf") and not is_running(pid) end, 3))
    assert.is_false(exists(dir))
  end)

  it("served in the foreground says how to use it, and goes with an interrupt", function()
    local free = assert(sandbox.start())
    free:stop()
    local script = ('os.exit(require("iggraph.sandbox").main { "%d" })'):format(free.http:match("%d+$"))
    local output = run_lua(script, "timeout -k 2 -s INT 1 ")
    assert.matches(free.http, output, 1, true)
    assert.matches(free.https, output, 1, true)
    assert.matches(tokens.user, output, 1, true)
    local dir = output:match("CA file%s+(%S+)/ca%.pem")
    assert.is_true(wait_until(function() return not exists(dir) end, 3))
  end)
end)

describe("the emulator without a server", function()
  local cursor = require "iggraph.sandbox.cursor"
  local emulator = require "iggraph.sandbox.emulator"
  local encoding = require "iggraph.sandbox.encoding"
  local errors = require "iggraph.sandbox.errors"
  local fields = require "iggraph.sandbox.fields"
  local json = require "iggraph.sandbox.json"
  local paging = require "iggraph.sandbox.paging"
  local time = require "iggraph.time"
  local versions = require "iggraph.sandbox.versions"

  it("answers a request table from a store in memory", function()
    local store = require("iggraph.sandbox.store").memory()
    local answer = emulator.handle({
      method = "GET", uri = "/v26.0/me?access_token=" .. tokens.user, headers = {}, now = 1790000000,
    }, store)
    assert.equal(200, answer.status)
    assert.equal('{"id":"10210000000000001","name":"Sandra Sandbox"}', answer.body)
    assert.equal("v26.0", answer.headers["facebook-api-version"])
    assert.equal(1, store.get("calls"))
  end)

  it("parses the field syntax", function()
    local list = fields.parse("id, caption ,children{media_url},comments.limit(3).after(x){text,replies{text}}")
    assert.equal(4, #list)
    assert.equal("caption", list[2].name)
    assert.equal("media_url", list[3].source)
    assert.same({ limit = "3", after = "x" }, list[4].modifiers)
    assert.equal("replies", list[4].fields[2].name)
    assert.equal("text,replies{text}", list[4].source)
  end)

  it("refuses what is no field syntax, at the place", function()
    for text, position in pairs { ["id,,x"] = 4, ["id{"] = 4, ["id}"] = 3, ["a.limit"] = 8, ["a{b"] = 4, [","] = 1 } do
      local ok, failed = pcall(fields.parse, text)
      assert.is_false(ok)
      assert.is_true(errors.is(failed))
      assert.equal(2500, failed.code)
      assert.matches("at character " .. position .. ":", failed.message, 1, true)
    end
    assert.is_false((pcall(fields.parse, ("a{"):rep(11) .. "b" .. ("}"):rep(11))))
    assert.is_true((pcall(fields.parse, ("a{"):rep(9) .. "b" .. ("}"):rep(9))))
  end)

  it("cuts pages from any list", function()
    local list = { count = 7, at = function(position) return position end }
    local link = {
      path = "/1/x", sent = { { "fields", "a b" } },
      context = { base_url = "http://h", version_path = "/v1.0", token = "T" },
    }
    local items, links = paging.page(list, { limit = "3" }, link)
    assert.same({ 1, 2, 3 }, items)
    assert.equal('{"cursors":{"before":"B","after":"A"},"next":"http:\\/\\/h\\/v1.0\\/1\\/x?access_token=T&pretty=0'
      .. '&fields=a%20b&limit=3&after=A"}',
      (json.encode(links):gsub(cursor.encode("i1"), "B"):gsub(cursor.encode("i3"), "A")))
    assert.same({ 4, 5, 6 }, (paging.page(list, { limit = "3", after = cursor.encode("i3") }, link)))
    assert.same({ 7 }, (paging.page(list, { limit = "3", after = cursor.encode("i6") }, link)))
    assert.same({}, (paging.page(list, { limit = "3", after = cursor.encode("i7") }, link)))
    assert.same({ 2, 3, 4 }, (paging.page(list, { limit = "3", before = cursor.encode("i5") }, link)))
    assert.same({ 1 }, (paging.page(list, { limit = "3", before = cursor.encode("i2") }, link)))
    assert.is_false((pcall(paging.page, list, { after = cursor.encode("i9") }, link)))
  end)

  it("writes JSON as the Graph does", function()
    assert.equal('{"b":1,"a":[],"c":{},"d":null,"e":9007199254740991,"f":0.5,"g":"\\/\\u00e4\\ud83e\\udd96\\n"}',
      json.encode(json.object("b", 1, "a", {}, "none", nil, "c", json.object(), "d", json.null,
        "e", 9007199254740991, "f", 0.5, "g", "/ä\240\159\166\150\n")))
    assert.equal('"\255 \195("', json.encode("\255 \195("))
    assert.equal('["plain","\\u007f","\\/","\\u00e9\\/\\"\\u0000"]', json.encode { "plain", "\127", "/", "é/\"\0" })
  end)

  it("reads and writes times, a thousand years back as well", function()
    assert.equal("1970-01-01T00:00:00+0000", time.format(0))
    assert.equal("2024-02-29T23:59:59+0000", time.format(1709251199))
    for _, seconds in ipairs { 0, 951782400, 1769854272, -34229999928, 4102444799 } do
      assert.equal(seconds, time.parse(time.format(seconds)))
    end
    assert.equal(1769817600, time.parse("2026-01-31"))
    assert.equal(time.parse("2026-01-31T10:00:00+0000"), time.parse("2026-01-31 12:00:00+02:00"))
    assert.is_nil(time.parse("today"))
  end)

  it("makes cursors that only it can read", function()
    assert.equal("i42", cursor.decode(cursor.encode("i42")))
    assert.is_nil(cursor.decode("QVFI"))
    assert.is_nil(cursor.decode(cursor.encode("i42"):sub(1, -5)))
    assert.equal("a/b c", encoding.percent_decode(encoding.percent_encode("a/b c")))
  end)

  it("knows which version serves", function()
    local november = time.parse("2026-11-15")
    assert.equal("v21.0", versions.serving("v18.0", november))
    assert.equal("v22.0", versions.serving("v18.0", time.parse("2027-01-22")))
    assert.equal("v21.0", versions.serving("v21.0", time.parse("2027-01-21T12:00:00+0000")))
    assert.equal("v26.0", versions.serving(nil, november))
    assert.is_nil(versions.serving("v27.0", november))
  end)

  it("remembers what was made of a text, but no failure, no long text and not too much", function()
    local made = 0
    local lengths = require("iggraph.sandbox.memo")(function(text)
      made = made + 1
      if text == "bad" then error("bad text", 0) end
      return text ~= "none" and #text or nil
    end)
    local function makings(text)
      local before = made
      for _ = 1, 3 do pcall(function() return lengths[text] end) end
      return made - before
    end
    assert.equal(3, lengths.abc)
    assert.same({ 0, 1, 3, 3, 3 },
      { makings("abc"), makings("ab"), makings("bad"), makings("none"), makings(("x"):rep(1001)) })
    for number = 1, 1000 do assert.equal(#tostring(number), lengths[tostring(number)]) end
    assert.equal(1, makings("abc"))
  end)

  it("knows by the first digits what an id stands for", function()
    local prefixes = {}
    for kind, row in pairs(require("iggraph.sandbox.nodes.ids").kinds) do
      for part = 1, row.parts or 1 do prefixes[#prefixes + 1] = { tostring(row[1] + part - 1), kind } end
    end
    for i, one in ipairs(prefixes) do
      for j, other in ipairs(prefixes) do
        local is_same = i ~= j and one[1]:sub(1, #other[1]) == other[1]
        assert.is_false(is_same, one[2] .. " and " .. other[2])
      end
    end
  end)

  it("walks ten million media by the ids", function()
    local nodes = require "iggraph.sandbox.nodes"
    local context = { store = require("iggraph.sandbox.store").memory(), grant = {} }
    local _, account = nodes.find("17840000010000000", context)
    local list = require("iggraph.sandbox.nodes.ig_user").edges.media.list(account, context)
    for _, position in ipairs { 1, 2, 12345, 9999999, 10000000 } do
      local media = list.at(position)
      assert.equal(17, #media.id)
      local node_type, found = nodes.find(media.id, context)
      assert.equal("IGMedia", node_type.name)
      assert.equal(position, found.index)
      assert.equal(account, found.account)
    end
  end)
end)
