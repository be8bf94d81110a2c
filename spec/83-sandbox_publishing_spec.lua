-- Publishing in the sandbox: containers, uploads, media_publish and the quota, over HTTP.
local adler32 = require "iggraph.sandbox.adler32"
local cjson = require("cjson").new()
local curl = require "spec.support.curl"
local sandbox = require "iggraph.sandbox"
local shell = require "iggraph.sandbox.shell"
local support = require "spec.support.sandbox"

local ask = curl.ask
local ACCOUNT, USED_UP = "17841405822304914", "17840000000000050"
local IMAGE, VIDEO = "https://cdn.example/a.jpg", "https://cdn.example/a.mp4"
local DAY = 86400

describe("publishing in the sandbox", function()
  local server, base

  setup(function()
    server = support.shared()
    base = server.http .. "/v26.0/"
  end)

  before_each(function() support.reset() end)

  --- A POST to an account's edge.
  local function post(edge, form, options)
    options = options or {}
    return ask(base .. (options.account or ACCOUNT) .. "/" .. edge, { method = "POST", form = form,
      token = options.token, arguments = options.arguments })
  end

  local function create(form, options)
    local answer = post("media", form, options)
    return answer.json and answer.json.id or error(answer.body)
  end

  local function read(id, fields)
    return ask(base .. id .. "?fields=" .. (fields or "status_code")).json
  end

  --- The states that so many looks see.
  local function states(id, looks)
    local list = {}
    for look = 1, looks do list[look] = read(id).status_code or "none" end
    return table.concat(list, " ")
  end

  local function publish(id, options) return post("media_publish", { creation_id = id }, options) end

  local function failure(answer) return curl.failure(answer, "is_transient") end

  local function item(form)
    form.is_carousel_item = "true"
    return create(form)
  end

  local function advance(seconds)
    return ask(server.http .. "/_sandbox/clock", { form = { advance = tostring(seconds) } })
  end

  describe("a container", function()
    it("of an image is finished at once, and says no more than it is asked", function()
      local answer = post("media", { image_url = IMAGE, caption = "#one" })
      assert.equal(200, answer.status)
      assert.matches('^{"id":"17889%d+"}$', answer.body)
      local id = answer.json.id
      assert.equal('{"id":"' .. id .. '"}', ask(base .. id).body)
      assert.equal('{"id":"' .. id .. '","status_code":"FINISHED","status":"Finished: Media has been uploaded and '
        .. 'it is ready to be published."}', ask(base .. id .. "?fields=id,status_code,status,video_status").body)
      assert.same({ 400, 100, 33 }, failure(ask(base .. "17889455569999999")))
    end)

    it("of a video takes three looks, all fields of one call being one look", function()
      local id = create { media_type = "REELS", video_url = VIDEO }
      local seen = read(id, "status,status_code,video_status,copyright_check_status")
      assert.same({
        id = id, status_code = "IN_PROGRESS", status = "In progress: Media is still being processed.",
        video_status = { uploading_phase = { status = "complete" }, processing_phase = { status = "in_progress" } },
        copyright_check_status = { status = "in_progress", matches_found = false },
      }, seen)
      read(id, "id")
      assert.equal("IN_PROGRESS IN_PROGRESS FINISHED FINISHED", states(id, 4))
      assert.equal("complete", read(id, "video_status").video_status.processing_phase.status)
    end)

    it("takes as many looks, or as long, as its words say", function()
      local id = create { image_url = "https://c.example/polls_2.jpg" }
      assert.equal("IN_PROGRESS IN_PROGRESS FINISHED", states(id, 3))
      id = create { media_type = "REELS", video_url = "https://c.example/polls_0.mp4" }
      assert.equal("FINISHED", states(id, 1))
      local slow = create { image_url = "https://c.example/seconds_30.jpg" }
      assert.equal("IN_PROGRESS IN_PROGRESS", states(slow, 2))
      advance(31)
      assert.equal("FINISHED", states(slow, 1))
      assert.equal("IN_PROGRESS IN_PROGRESS IN_PROGRESS IN_PROGRESS IN_PROGRESS",
        states(create { media_type = "REELS", video_url = "https://c.example/never.mp4" }, 5))
    end)

    it("fails in its processing, with a subcode in its status, or without a status_code", function()
      local id = create { image_url = "https://c.example/x/status_2207082.jpg?x=1/2" }
      assert.same({ id = id, status_code = "ERROR",
        status = "Error: Media upload has failed with error code 2207082" }, read(id, "status_code,status"))
      id = create { media_type = "STORIES", video_url = "https://c.example/polls_1-status_only.mp4" }
      assert.equal("IN_PROGRESS", read(id).status_code)
      local seen = read(id, "status_code,status")
      assert.matches("^Error: Media download has failed", seen.status)
      assert.is_nil(seen.status_code)
      assert.same({ 400, -1, 2207032, false }, failure(publish(id)))
    end)

    it("expires after a day", function()
      local id = create { image_url = IMAGE }
      advance(DAY - 60)
      assert.equal("FINISHED", read(id).status_code)
      advance(60)
      assert.equal("EXPIRED", read(id).status_code)
      assert.same({ 400, 24, 2207008, false }, failure(publish(id)))
      assert.equal("EXPIRED", read(create { image_url = "https://c.example/expired.jpg" }).status_code)
    end)

    it("is refused with each of the Graph's codes, with words for the person", function()
      local rows = {
        { "m2", 2207003, true }, { "m2", 2207020 }, { "m1", 2207001, true }, { "m1", 2207032 }, { "m1", 2207053 },
        { "1", 2207057 }, { "4", 2207051 }, { "9", 2207042 }, { "24", 2207006 }, { "24", 2207008 }, { "25", 2207050 },
        { "100", 2207023 }, { "100", 2207028 }, { "100", 2207035 }, { "100", 2207036 }, { "100", 2207037 },
        { "100", 2207040 }, { "352", 2207026 }, { "9004", 2207052 }, { "9007", 2207027 }, { "36000", 2207004 },
        { "36001", 2207005 }, { "36003", 2207009 }, { "36004", 2207010 },
      }
      for _, row in ipairs(rows) do
        local answer = post("media", { image_url = ("https://c.example/error_%s_%d.jpg"):format(row[1], row[2]) })
        assert.same({ 400, tonumber((row[1]:gsub("m", "-"))), row[2], row[3] or false }, failure(answer))
        assert.is_string(answer.json.error.error_user_title)
        assert.is_string(answer.json.error.error_user_msg)
      end
      assert.matches('^{"error":{"message":"The image size is too large.","type":"OAuthException","code":36000,'
        .. '"error_subcode":2207004,"is_transient":false,"error_user_title":"Image size too large","error_user_msg":"'
        .. 'The image is too large to download. It should be less than 8 MiB.","fbtrace_id":"[^"]+"}}$',
        post("media", { image_url = "https://c.example/error_36000_2207004.jpg" }).body)
    end)

    it("is refused for what cannot be made", function()
      local long, tag = ("ä"):rep(2201), { username = "ada", x = 0.5, y = 0.5 }
      local function tags(row, times)
        local list = {}
        for i = 1, times or 1 do list[i] = row end
        return cjson.encode(list)
      end
      local rows = {
        { {}, 100 }, { { video_url = VIDEO }, 100, 2207023 },
        { { media_type = "FILM", video_url = VIDEO }, 100, 2207023 },
        { { media_type = "VIDEO", video_url = VIDEO }, 100, 2207023 },
        { { media_type = "REELS", image_url = IMAGE }, 100, 2207023 }, { { media_type = "REELS" }, 100 },
        { { media_type = "REELS", video_url = VIDEO, is_carousel_item = "true" }, 100 },
        { { image_url = IMAGE, is_carousel_item = "maybe" }, 100 },
        { { image_url = "a.jpg" }, 9004, 2207052 }, { { image_url = "https://c.example/a.png" }, 36001, 2207005 },
        { { media_type = "REELS", video_url = "https://c.example/a.AVI?x" }, 352, 2207026 },
        { { image_url = IMAGE, upload_type = "resumable" }, 100, 2207023 },
        { { media_type = "REELS", upload_type = "magic" }, 100 },
        { { image_url = IMAGE, caption = long }, 36004, 2207010 },
        { { image_url = IMAGE, caption = "x", is_carousel_item = "true" }, 100 },
        { { image_url = IMAGE, caption = ("#a "):rep(31) }, 100 },
        { { image_url = IMAGE, caption = ("@a "):rep(21) }, 100 },
        { { image_url = IMAGE, alt_text = ("x"):rep(1001) }, 100 },
        { { image_url = IMAGE, user_tags = tags { username = "ada" } }, 100, 2207036 },
        { { image_url = IMAGE, user_tags = tags { username = "ada", x = 2, y = 0 } }, 100 },
        { { image_url = IMAGE, user_tags = tags { x = 0, y = 0 } }, 100 },
        { { image_url = IMAGE, user_tags = "[" }, 100 },
        { { image_url = IMAGE, user_tags = tags(tag, 21) }, 100, 2207040 },
        { { media_type = "REELS", video_url = VIDEO, user_tags = tags(tag) }, 100, 2207035 },
        { { image_url = IMAGE, product_tags = tags({ product_id = "1", x = 0, y = 0 }, 6) }, 100, 2207040 },
        { { image_url = IMAGE, product_tags = tags { product_id = "shoe", x = 0, y = 0 } }, 100, 2207037 },
        { { image_url = IMAGE, collaborators = '["a","b","c","d"]' }, 100 },
        { { media_type = "STORIES", image_url = IMAGE, collaborators = '["a"]' }, 100 },
        { { image_url = IMAGE, location_id = "7" }, 100 },
        { { media_type = "REELS", video_url = VIDEO, thumb_offset = "900001" }, 1, 2207057 },
        { { media_type = "REELS", video_url = VIDEO, cover_url = "https://c.example/error_9004_2207052.jpg" },
          9004, 2207052 },
        { { media_type = "REELS", video_url = VIDEO, trial_params = '{"graduation_strategy":"LATER"}' }, 100 },
      }
      for index, row in ipairs(rows) do
        local found = failure(post("media", row[1]))
        assert.same({ index, 400, row[2], row[3] }, { index, found[1], found[2], found[3] })
      end
      assert.matches("INSTAGRAM_PLATFORM_API__INVALID_LOCATION_ID",
        post("media", { image_url = IMAGE, location_id = "7" }).json.error.message)
    end)

    it("is made of all that is allowed, sent as a form, a query or JSON", function()
      create { image_url = IMAGE, caption = ("ä"):rep(2200), location_id = "134895793791914", alt_text = "A hill",
        user_tags = '[{"username":"ada","x":0.5,"y":1}]', collaborators = '["a","b","c"]',
        product_tags = '[{"product_id":"3231775643511089","x":0,"y":0.25}]' }
      create { media_type = "REELS", video_url = VIDEO, user_tags = '[{"username":"ada"}]', share_to_feed = "false",
        thumb_offset = "1000", cover_url = IMAGE, trial_params = '{"graduation_strategy":"MANUAL"}' }
      create { media_type = "STORIES", image_url = IMAGE, user_tags = '[{"username":"ada"}]' }
      assert.is_string(ask(base .. ACCOUNT .. "/media?image_url=" .. IMAGE, { method = "POST" }).json.id)
      local body = shell.quote(cjson.encode { image_url = IMAGE, is_carousel_item = true, user_tags = {
        { username = "ada", x = 0.5, y = 0.5 } } })
      local answer = ask(base .. ACCOUNT .. "/media", { arguments = "-H 'Content-Type: application/json' -d " .. body })
      assert.is_string(answer.json.id)
      assert.same({ 403, 10 }, failure(post("media", { image_url = IMAGE }, { token = sandbox.tokens.limited })))
    end)

    it("is the 400th in a day, and no more; an hour of the next day frees the oldest", function()
      local url = base .. ACCOUNT .. "/media?image_url=https://c.example/a.jpg&n="
      local command = "curl -s --noproxy '*' -X POST -H 'Authorization: Bearer %s' '%s[1-400]'"
      local _, ids = shell.run(command:format(sandbox.tokens.user, url))
      assert.equal(400, select(2, ids:gsub('{"id":"%d+"}', "")))
      assert.same({ 400, 9, 2207042, false }, failure(post("media", { image_url = IMAGE })))
      assert.equal(200, post("media", { image_url = IMAGE }, { account = "17840000000000007" }).status)
      advance(DAY)
      assert.equal(200, post("media", { image_url = IMAGE }).status)
    end)
  end)

  describe("a carousel", function()
    it("takes two to ten containers that are items of the same account, as a list or as JSON", function()
      local a, b = item { image_url = IMAGE }, item { media_type = "VIDEO", video_url = VIDEO }
      create { media_type = "CAROUSEL", children = a .. "," .. b }
      create { media_type = "CAROUSEL", children = cjson.encode { a, b }, caption = "Two" }
      local function refused(children)
        local found = failure(post("media", { media_type = "CAROUSEL", children = children }))
        return { found[2], found[3] }
      end
      assert.same({ 100 }, refused(""))
      assert.same({ 100, 2207028 }, refused(a))
      assert.same({ 100, 2207028 }, refused((a .. ","):rep(11)))
      assert.same({ 24, 2207006 }, refused(a .. ",17889455559999999"))
      assert.same({ 24, 2207006 }, refused(a .. ",me"))
      assert.same({ 100 }, refused(a .. "," .. create { image_url = IMAGE }))
      local others = create({ image_url = IMAGE, is_carousel_item = "true" }, { account = "17840000000000007" })
      assert.same({ 24, 2207006 }, refused(a .. "," .. others))
      assert.same({ -1, 2207032 }, refused(a .. "," .. item { image_url = "https://c.example/status_2207082.jpg" }))
      assert.same({ -2, 2207020 }, refused(a .. "," .. item { image_url = "https://c.example/expired.jpg" }))
    end)

    it("is not ready before its children are", function()
      local a, b = item { image_url = IMAGE }, item { media_type = "VIDEO", video_url = VIDEO }
      local id = create { media_type = "CAROUSEL", children = a .. "," .. b }
      assert.equal("FINISHED", read(id).status_code)
      assert.same({ 400, 9007, 2207027, false }, failure(publish(id)))
      assert.equal("IN_PROGRESS IN_PROGRESS FINISHED", states(b, 3))
      assert.same({ 400, 100 }, failure(publish(a)))
      local media = publish(id).json.id
      local seen = read(media, "media_type,media_product_type,children{id,media_type,caption,timestamp}")
      assert.same({ "CAROUSEL_ALBUM", "FEED", "IMAGE", "VIDEO" }, {
        seen.media_type, seen.media_product_type, seen.children.data[1].media_type, seen.children.data[2].media_type })
      assert.equal("IMAGE", read(seen.children.data[1].id, "media_type").media_type)
      assert.equal(2, #ask(base .. media .. "/children").json.data)
    end)
  end)

  describe("media_publish", function()
    it("publishes once, and what was published can be read and comes first", function()
      local id = create { image_url = IMAGE, caption = "Grüße #1", alt_text = "A hill" }
      local answer = publish(id)
      assert.matches('^{"id":"%d+"}$', answer.body)
      local media = answer.json.id
      assert.not_equal(id, media)
      assert.equal("PUBLISHED", read(id).status_code)
      assert.same({ 400, 9007, 2207027, false }, failure(publish(id)))
      local fields = "caption,alt_text,media_type,media_product_type,username,like_count,comments_count,owner,"
        .. "is_comment_enabled"
      assert.same({
        id = media, caption = "Grüße #1", alt_text = "A hill", media_type = "IMAGE", media_product_type = "FEED",
        username = "metricsaurus", like_count = 0, comments_count = 0, owner = { id = ACCOUNT },
        is_comment_enabled = true,
      }, read(media, fields))
      local seen = read(media, "permalink,shortcode,timestamp,media_url,comments,children")
      assert.equal("https://www.instagram.com/p/" .. seen.shortcode .. "/", seen.permalink)
      assert.matches("^20%d%d%-%d%d%-%d%dT%d%d:%d%d:%d%d%+0000$", seen.timestamp)
      assert.is_nil(seen.comments)
      local list = ask(base .. ACCOUNT .. "/media?fields=caption").json
      assert.equal(7, #list.data)
      assert.same({ id = media, caption = "Grüße #1" }, list.data[1])
      assert.equal(7, read(ACCOUNT, "media_count").media_count)
    end)

    it("publishes once for twenty who ask at a time", function()
      local command = "curl -s --noproxy '*' --parallel --parallel-max 20 --no-progress-meter -X POST "
        .. "-H 'Authorization: Bearer %s' '%s%s/media_publish?creation_id=%s&n=[1-20]'"
      local id = create { image_url = IMAGE }
      local _, answers = shell.run(command:format(sandbox.tokens.user, base, ACCOUNT, id))
      assert.equal(1, select(2, answers:gsub('{"id":"%d+"}', "")))
      assert.equal(19, select(2, answers:gsub('"error_subcode":2207027', "")))
      assert.equal(7, #ask(base .. ACCOUNT .. "/media").json.data)
    end)

    it("puts media before the pages that are under way, which lose and repeat nothing", function()
      local account = "17840000000000004"
      local first = publish(create({ image_url = IMAGE }, { account = account }), { account = account }).json.id
      local page = ask(base .. account .. "/media?limit=2").json
      assert.equal(first, page.data[1].id)
      local second = publish(create({ image_url = IMAGE }, { account = account }), { account = account }).json.id
      local next_page = ask(page.paging.next).json
      assert.not_equal(page.data[2].id, next_page.data[1].id)
      assert.equal(second, ask(page.paging.previous or base .. account .. "/media?limit=1").json.data[1].id)
      local all = ask(base .. account .. "/media").json
      assert.equal(6, #all.data)
      assert.same({ second, first, page.data[2].id, next_page.data[1].id },
        { all.data[1].id, all.data[2].id, all.data[3].id, all.data[4].id })
    end)

    it("makes a reel a video, and keeps a story out of the feed", function()
      local reel = publish(create { media_type = "REELS", video_url = "https://c.example/polls_0.mp4",
        share_to_feed = "false" }).json.id
      local seen = read(reel, "media_type,media_product_type,permalink,is_shared_to_feed")
      assert.same({ "VIDEO", "REELS", false }, { seen.media_type, seen.media_product_type, seen.is_shared_to_feed })
      assert.matches("^https://www.instagram.com/reel/", seen.permalink)
      local story = publish(create { media_type = "STORIES", image_url = IMAGE }).json.id
      seen = read(story, "media_product_type,permalink")
      assert.equal("STORY", seen.media_product_type)
      assert.equal("https://instagram.com/stories/metricsaurus/" .. story, seen.permalink)
      assert.equal(reel, ask(base .. ACCOUNT .. "/media").json.data[1].id)
      assert.equal(story, ask(base .. ACCOUNT .. "/stories").json.data[1].id)
    end)

    it("gives media that can be commented on and deleted", function()
      local media = publish(create { image_url = IMAGE }).json.id
      local comment = ask(base .. media .. "/comments", { form = { message = "First" } }).json.id
      local seen = read(media, "comments_count,comments{text}")
      assert.same({ 1, { { id = comment, text = "First" } } }, { seen.comments_count, seen.comments.data })
      assert.same({ success = true, deleted_id = media }, ask(base .. media, { method = "DELETE" }).json)
      assert.same({ 400, 100, 33 }, failure(ask(base .. media)))
      assert.equal(6, #ask(base .. ACCOUNT .. "/media").json.data)
      assert.equal(6, read(ACCOUNT, "media_count").media_count)
    end)

    it("waits for a container that is finished, knows only the account's own, and wants its id", function()
      local id = create { media_type = "REELS", video_url = VIDEO }
      assert.same({ 400, 9007, 2207027, false }, failure(publish(id)))
      assert.equal("Media ID is not available", publish(id).json.error.message)
      assert.same({ 400, 24, 2207006, false }, failure(publish(id, { account = "17840000000000007" })))
      assert.same({ 400, 24, 2207006, false }, failure(publish "17889455559999999"))
      assert.same({ 400, 100 }, failure(publish "reel"))
      assert.same({ 400, 100 }, failure(post("media_publish", {})))
    end)

    it("fails as the words say: always, or the first time", function()
      local id = create { image_url = "https://c.example/publish_error_m1_2207001.jpg" }
      for _ = 1, 2 do assert.same({ 400, -1, 2207001, true }, failure(publish(id))) end
      id = create { image_url = "https://c.example/publish_once_error_9007_2207027.jpg" }
      assert.same({ 400, 9007, 2207027, false }, failure(publish(id)))
      assert.equal("FINISHED", read(id).status_code)
      assert.equal(200, publish(id).status)
    end)

    it("is cut with and without having been carried out", function()
      local done = create { image_url = "https://c.example/publish_cut.jpg" }
      assert.is_nil(publish(done).status)
      assert.equal("PUBLISHED", read(done).status_code)
      assert.equal(7, #ask(base .. ACCOUNT .. "/media").json.data)
      local lost = create { image_url = "https://c.example/publish_lost.jpg" }
      for _ = 1, 2 do assert.is_nil(publish(lost).status) end
      assert.equal("FINISHED", read(lost).status_code)
      assert.equal(7, #ask(base .. ACCOUNT .. "/media").json.data)
      local once = create { image_url = IMAGE, caption = "#publish_once_lost" }
      assert.is_nil(publish(once).status)
      assert.equal(200, publish(once).status)
      assert.equal(8, #ask(base .. ACCOUNT .. "/media").json.data)
    end)

    it("goes by the names of Instagram Login, too", function()
      local options = { account = "me", token = sandbox.tokens.instagram }
      local id = create({ image_url = IMAGE }, options)
      local media = post("mediapublish", { creation_id = id }, options).json.id
      local list = ask(base .. "me/media", { token = sandbox.tokens.instagram }).json
      assert.equal(media, list.data[1].id)
    end)
  end)

  describe("the quota", function()
    local function limit(query, account)
      return ask(base .. (account or ACCOUNT) .. "/content_publishing_limit" .. (query or ""))
    end

    it("counts what was published in the last day, a carousel as one", function()
      assert.equal('{"data":[{"quota_usage":0}]}', limit().body)
      local children = item { image_url = IMAGE } .. "," .. item { image_url = IMAGE }
      publish(create { media_type = "CAROUSEL", children = children })
      advance(3600)
      publish(create { image_url = IMAGE })
      assert.equal('{"data":[{"config":{"quota_total":50,"quota_duration":86400},"quota_usage":2}]}',
        limit("?fields=config,quota_usage").body)
      local now = os.time()
      assert.equal(1, limit("?since=" .. now + 1800).json.data[1].quota_usage)
      assert.same({ 400, 100 }, failure(limit("?since=" .. now - 2 * DAY)))
      assert.same({ 400, 100 }, failure(limit "?fields=quota"))
      advance(DAY - 1800)
      assert.equal(1, limit().json.data[1].quota_usage)
    end)

    it("is used up after fifty, and for one account from the start", function()
      for _ = 1, 50 do assert.equal(200, publish(create { image_url = IMAGE }).status) end
      local id = create { image_url = IMAGE }
      assert.same({ 400, 9, 2207042, false }, failure(publish(id)))
      advance(DAY)
      assert.equal(0, limit().json.data[1].quota_usage)
      local account = { account = USED_UP }
      assert.equal(50, limit("", USED_UP).json.data[1].quota_usage)
      assert.same({ 400, 9, 2207042, false }, failure(publish(create({ image_url = IMAGE }, account), account)))
    end)
  end)

  describe("an upload", function()
    local folder, path, bytes

    setup(function()
      folder = select(2, shell.run "mktemp -d")
      local pieces = {}
      for piece = 1, 40 do pieces[piece] = ("%d\n\r\0\255"):format(piece * 7919):rep(piece * 400) end
      bytes = table.concat(pieces)
      path = folder .. "/video.mp4"
      shell.write(path, bytes)
    end)

    teardown(function() shell.run("rm -r " .. shell.quote(folder)) end)

    --- A container that waits for a file: its id and the address for it.
    local function begin(words, options)
      local answer = post("media", { media_type = "REELS", upload_type = "resumable", caption = words or "" }, options)
      return answer.json.id, answer.json.uri
    end

    local function send(uri, options)
      local headers = { Authorization = "OAuth " .. sandbox.tokens.user, offset = ("%d"):format(options.offset or 0),
        file_size = options.file_size or #bytes, Expect = "" }
      for name, value in pairs(options.headers or {}) do headers[name] = value end
      local arguments = { options.arguments }
      if options.path ~= false then
        arguments[#arguments + 1] = "-X POST -H 'Content-Type: application/octet-stream' --data-binary @"
          .. (options.path or path)
      end
      return ask(uri, { token = false, headers = headers, arguments = table.concat(arguments, " ") })
    end

    local function rest(from)
      shell.write(folder .. "/rest", bytes:sub(from + 1))
      return folder .. "/rest"
    end

    local function offset_of(uri) return send(uri, { path = false }).json.offset end

    local function report(id) return ask(server.http .. "/_sandbox/upload/" .. id).json end

    --- The members of a refusal, its message unpacked where it is JSON.
    local function refusal(answer)
      local info = answer.json.debug_info
      local ok, inner = pcall(cjson.decode, info.message)
      return { answer.status, info.type, info.retriable, ok and inner.error.message or info.message }
    end

    it("goes to the host that was called, and arrives byte by byte", function()
      local id, uri = begin()
      assert.equal(server.http .. "/ig-api-upload/v26.0/" .. id, uri)
      assert.equal(0, offset_of(uri))
      assert.same({ status = "not_started", bytes_transferred = 0, errors = {} },
        read(id, "video_status").video_status.uploading_phase)
      assert.equal("IN_PROGRESS IN_PROGRESS IN_PROGRESS IN_PROGRESS IN_PROGRESS", states(id, 5))
      local answer = send(uri, {})
      assert.same({ 200, '{"success":true,"message":"Upload successful."}' }, { answer.status, answer.body })
      assert.same({ size = #bytes, file_size = #bytes, offsets = { 0 }, sum = adler32.hex(adler32.add(nil, bytes)) },
        report(id))
      assert.equal(#bytes, offset_of(uri))
      assert.equal("IN_PROGRESS IN_PROGRESS IN_PROGRESS FINISHED", states(id, 4))
      assert.same({ status = "complete", bytes_transferred = #bytes, source_file_size = #bytes, errors = {} },
        read(id, "video_status").video_status.uploading_phase)
      assert.equal(200, publish(id).status)
    end)

    it("is cut where its words say, and goes on where it was", function()
      local id, uri = begin "#cut_after_700000 #cut_after_1500000 #polls_0"
      assert.is_nil(send(uri, {}).status)
      assert.equal(700000, offset_of(uri))
      assert.equal(700000, read(id, "video_status").video_status.uploading_phase.bytes_transferred)
      assert.is_nil(send(uri, { offset = 700000, path = rest(700000) }).status)
      assert.equal(200, send(uri, { offset = 1500000, path = rest(1500000) }).status)
      assert.same({ size = #bytes, file_size = #bytes, offsets = { 0, 700000, 1500000 },
        sum = adler32.hex(adler32.add(nil, bytes)) }, report(id))
      assert.equal("FINISHED", read(id).status_code)
    end)

    it("keeps what arrived of a client that went away, to the byte", function()
      local id, uri = begin()
      shell.write(folder .. "/begun", bytes:sub(1, 1000003))
      local answer = send(uri, { path = folder .. "/begun", headers = { ["Content-Length"] = #bytes },
        arguments = "--max-time 0.5" })
      assert.is_nil(answer.status)
      local size
      repeat
        local before = size
        os.execute "sleep 0.05"
        size = offset_of(uri)
      until size == before
      assert.equal(1000003, size)
      assert.equal(200, send(uri, { offset = size, path = rest(size) }).status)
      assert.same({ #bytes, adler32.hex(adler32.add(nil, bytes)) }, { report(id).size, report(id).sum })
    end)

    it("goes on in a new call while the old one still hangs, which then counts no more", function()
      local id, uri = begin()
      local slow = ("curl -s --noproxy '*' --limit-rate 400k -X POST -H 'Authorization: OAuth %s' -H 'offset: 0' "
        .. "-H 'file_size: %d' -H 'Expect:' --data-binary @%s %s; echo $?"):format(sandbox.tokens.user, #bytes, path,
        uri)
      local pipe = assert(io.popen(slow))
      local answer, size
      repeat
        size = offset_of(uri)
        answer = size > 0 and send(uri, { offset = size, path = rest(size) })
      until answer and answer.status == 200
      assert.is_true(size < #bytes)
      assert.not_equal("0", pipe:read("*a"):match("%d+")) -- curl was cut off
      pipe:close()
      assert.same({ #bytes, adler32.hex(adler32.add(nil, bytes)) }, { report(id).size, report(id).sum })
    end)

    it("is refused in a shape of its own, and without the right word before the token", function()
      local id, uri = begin()
      local answer = send(uri, { headers = { Authorization = "Bearer " .. sandbox.tokens.user } })
      assert.equal('{"debug_info":{"retriable":false,"type":"ProcessingFailedError","message":"{\\"success\\":false,'
        .. '\\"error\\":{\\"message\\":\\"unauthorized user request\\"}}"}}', answer.body)
      local unauthorized = { 401, "ProcessingFailedError", false, "unauthorized user request" }
      for _, authorization in ipairs { false, "OAuth " .. sandbox.tokens.expired, "OAuth nobody" } do
        assert.same(unauthorized, refusal(send(uri, { headers = { Authorization = authorization } })))
      end
      local offset = { 400, "OffsetInvalidError", false, "Request starting offset is invalid" }
      assert.same(offset, refusal(send(uri, { offset = 1 })))
      assert.same({ 400, "ProcessingFailedError", false, "The header offset is missing" },
        refusal(send(uri, { headers = { offset = false } })))
      assert.equal(400, send(uri, { file_size = 0 }).status)
      assert.equal(400, send(uri, { file_size = 1000 }).status)
      assert.same({ 0, "00000001" }, { report(id).size, report(id).sum })
      assert.equal(400, send(server.http .. "/ig-api-upload/v26.0/17889455559999999", {}).status)
      assert.equal(400, send(server.http .. "/ig-api-upload/v26.0/" .. create { image_url = IMAGE }, {}).status)
      assert.equal(200, send(uri, {}).status)
      assert.same(offset, refusal(send(uri, {})))
      advance(DAY)
      assert.equal(400, send(uri, { offset = #bytes }).status)
    end)

    it("that ends before the file does keeps its bytes, and can go on", function()
      local id, uri = begin()
      shell.write(folder .. "/half", bytes:sub(1, 1000000))
      assert.same({ 400, "PartialRequestError", true, "Partial request (did not match length of file)" },
        refusal(send(uri, { path = folder .. "/half" })))
      assert.equal(1000000, report(id).size)
      assert.equal(400, send(uri, { offset = 1000000, path = rest(1000000), file_size = #bytes + 1 }).status)
      assert.equal(200, send(uri, { offset = 1000000, path = rest(1000000) }).status)
      assert.equal(adler32.hex(adler32.add(nil, bytes)), report(id).sum)
    end)

    it("fails as the words say: for good, or the first time", function()
      local id, uri = begin "#upload_error"
      assert.same({ 400, "ProcessingFailedError", false, "The video cannot be processed" }, refusal(send(uri, {})))
      assert.equal("ERROR", read(id).status_code)
      assert.equal("error", read(id, "video_status").video_status.uploading_phase.status)
      id, uri = begin "#upload_once_error #polls_0"
      assert.same({ 500, "ProcessingFailedError", true, "Please try again" }, refusal(send(uri, {})))
      assert.equal(#bytes, offset_of(uri))
      assert.equal("FINISHED", read(id).status_code)
    end)

    it("may be left to the Graph by file_url", function()
      local id, uri = begin()
      local answer = send(uri, { path = false, arguments = "-X POST",
        headers = { file_url = "https://c.example/polls_1.mp4", offset = false, file_size = false } })
      assert.equal(200, answer.status)
      assert.equal("IN_PROGRESS FINISHED", states(id, 2))
      id, uri = begin()
      answer = send(uri, { path = false, arguments = "-X POST",
        headers = { file_url = "https://c.example/error_9004_2207052.mp4", offset = false, file_size = false } })
      assert.equal("The file cannot be fetched", refusal(answer)[4])
      assert.equal("IN_PROGRESS", read(id).status_code)
    end)

    it("works over HTTP/2, and in chunks", function()
      local function over_tls(more) return "--cacert " .. shell.quote(server.ca_file) .. (more or "") end
      local answer = ask(server.https .. "/v26.0/" .. ACCOUNT .. "/media", { arguments = over_tls(), form = {
        media_type = "REELS", upload_type = "resumable", caption = "#cut_after_1200000" } })
      local uri = answer.json.uri
      assert.equal(server.https, uri:match("^(https://[^/]+)/"))
      assert.is_nil(send(uri, { arguments = over_tls() }).status)
      answer = send(uri, { offset = 1200000, path = rest(1200000), arguments = over_tls() })
      assert.same({ 200, "HTTP/2.0" }, { answer.status, support.requests()[3].http })
      local id
      id, uri = begin()
      assert.equal(200, send(uri, { headers = { ["Transfer-Encoding"] = "chunked" } }).status)
      assert.equal(adler32.hex(adler32.add(nil, bytes)), report(id).sum)
    end)

    it("of 300 MB does not stay in memory", function()
      local large = folder .. "/large"
      shell.run("truncate -s 300M " .. large)
      local id, uri = begin()
      local function peak()
        local most = 0
        local pids = select(2, shell.run(("pgrep -P %d"):format(server.pid)))
        for pid in pids:gmatch("%d+") do
          most = math.max(most, tonumber((shell.read("/proc/" .. pid .. "/status") or ""):match("VmHWM:%s*(%d+)") or 0))
        end
        return most
      end
      local before = peak()
      local answer = send(uri, { path = false, file_size = 314572800, arguments = "-X POST -T " .. large })
      assert.equal(200, answer.status)
      assert.same({ 314572800, 314572800 }, { report(id).size, report(id).file_size })
      assert.is_true(peak() - before < 30000)
    end)
  end)
end)
