-- Publishing: what `ig:publish` sends, how often, and what it makes of all that can go wrong. The sandbox's media
-- say by words in their addresses and captions how they want to fare (sandbox/features/publishing_words.lua).

local adler32 = require "iggraph.sandbox.adler32"
local client = require "spec.support.client"
local core = require "iggraph.core"
local event_loops = require "spec.support.event_loops"
local fault_server = require "spec.support.fault_server"
local iggraph = require "iggraph"
local json = require "iggraph.json"
local nginx_host = require "spec.support.nginx_host"
local now = require("system").monotime
local nvim_host = require "spec.support.nvim_host"
local server = require "spec.support.sandbox"

local ACCOUNT, USED_UP = "17841405822304914", "17840000000000050"
local IMAGE, VIDEO = "https://c.example/photo.jpg", "https://c.example/polls_1.mp4"

local unpack = table.unpack or unpack -- luacheck: read globals unpack

local names = {} -- of files that were written

local function write(bytes)
  local name = os.tmpname()
  names[#names + 1] = name
  local file = assert(io.open(name, "wb"))
  file:write(bytes)
  file:close()
  return name
end

-- Bytes that begin like an mp4 and are nowhere the same.
local function video(size, seed)
  local parts, length = { "\0\0\0\24ftypmp42\0\0\0\0" }, 16
  while length < size do
    local part = ("%d,%d;"):format(seed or 0, length * 7919)
    parts[#parts + 1], length = part, length + #part
  end
  return table.concat(parts):sub(1, size)
end

local SMALL, LARGE = video(2000, 1), video(3000000, 2)

-- The requests whose path ends so, "POST media_publish" say.
local function asked(method, ending)
  local found = {}
  for _, request in ipairs(server.requests()) do
    local path = request.uri:match "^[^?]*"
    if request.method == method and path:sub(-#ending) == ending then found[#found + 1] = request end
  end
  return found
end

local function published() return #asked("POST", "/media_publish") end

local function created() return #asked("POST", "/media") end

-- What came over the wire of an upload.
local function uploaded(ig, container) return assert(ig:get("_sandbox/upload/" .. container)) end

local function sum(bytes) return adler32.hex(adler32.add(nil, bytes)) end

-- Keeps what `on_progress` is told, by phase.
local function recorder(seen, also)
  return function(phase, done, total)
    seen[phase] = seen[phase] or {}
    table.insert(seen[phase], { done, total })
    if also then also(phase, done, total) end
  end
end

local function assert_complete(steps, total)
  local last = 0
  for _, step in ipairs(steps) do
    assert.is_true(step[1] >= last and step[1] <= step[2])
    last = step[1]
  end
  assert.same({ 0, total }, steps[1])
  assert.same({ total, total }, steps[#steps])
end

local function carousel(children, more)
  return client.with({ children = children, caption = "Three at once" }, more)
end

describe("ig:publish", function()
  local ig

  -- Without the pauses that the real Graph deserves.
  local function publish(spec, opts, by)
    return (by or ig):publish(ACCOUNT, spec, client.with({ poll_interval = 0.02 }, opts))
  end

  -- Fails if it does not fail; gives the error.
  local function failure(...)
    local result, err, kind = publish(...)
    assert.is_nil(result)
    assert.equal(err.kind, kind)
    return err
  end

  setup(function() ig = client.new() end)
  before_each(function() server.reset() end)
  teardown(function()
    for _, name in ipairs(names) do os.remove(name) end
  end)

  describe("of what lies on a web server", function()
    it("makes a container, waits for it and publishes it", function()
      local result = assert(publish { image_url = IMAGE, caption = "Ein Bild, 100 % schön #ok" })
      assert.equal("Ein Bild, 100 % schön #ok", ig:media(result.id):get({ fields = "caption" }).caption)
      assert.equal("PUBLISHED", ig:container(result.container):get({ fields = "status_code" }).status_code)
      assert.same({
        "GET /v26.0/" .. ACCOUNT .. "/content_publishing_limit?fields=quota_usage%2Cconfig",
        "POST /v26.0/" .. ACCOUNT .. "/media",
        "GET /v26.0/" .. result.container .. "?fields=status_code%2Cstatus",
        "POST /v26.0/" .. ACCOUNT .. "/media_publish",
      }, { unpack(client.asked(), 1, 4) })
      assert.equal("creation_id=" .. result.container, server.requests()[4].body)
    end)

    it("takes reels and stories, and all parameters of the Graph", function()
      local reel = assert(publish { media_type = "REELS", video_url = VIDEO, share_to_feed = false, thumb_offset = 10 })
      assert.is_false(ig:media(reel.id):get({ fields = "is_shared_to_feed" }).is_shared_to_feed)
      for _, source in ipairs { "video_url", "image_url" } do
        local story = assert(publish { media_type = "STORIES", [source] = source == "video_url" and VIDEO or IMAGE })
        assert.equal("STORY", ig:media(story.id):get({ fields = "media_product_type" }).media_product_type)
      end
      assert.matches("share_to_feed=false", asked("POST", "/media")[1].body)
      assert.matches("thumb_offset=10", asked("POST", "/media")[1].body)
    end)

    it("waits as long as it takes, and no longer than the deadline", function()
      local result = assert(publish { media_type = "REELS", video_url = "https://c.example/polls_7.mp4" })
      assert.equal(8, #asked("GET", "/" .. result.container))
      local err = failure({ media_type = "REELS", video_url = "https://c.example/never.mp4" }, { deadline = 0.3 })
      assert.same({ "timeout", true }, { err.kind, err.retryable })
      assert.matches("not ready within 0.3 s", err.message)
      assert.equal(1, published())
    end)
  end)

  describe("of a local file", function()
    it("sends it byte by byte, given as a path or open", function()
      local path = write(LARGE)
      local open = assert(io.open(path, "rb"))
      open:seek("set", 1000)
      for _, file in ipairs { path, open } do
        local result = assert(publish { media_type = "REELS", file = file })
        assert.same({ size = #LARGE, file_size = #LARGE, sum = sum(LARGE), offsets = { 0 } },
          uploaded(ig, result.container))
      end
      assert.equal(1000, open:seek())
      open:close()
    end)

    for _, way in ipairs { "HTTP/1.1", "HTTP/2" } do
      it("goes on where the connection was cut, over " .. way, function()
        local by = client.new { plain = way == "HTTP/1.1" or nil }
        local seen = {}
        local result = assert(publish({
          media_type = "REELS", file = write(LARGE), caption = "#cut_after_700001 #cut_after_2500000",
        }, { on_progress = recorder(seen) }, by))
        assert.same({ size = #LARGE, file_size = #LARGE, sum = sum(LARGE), offsets = { 0, 700001, 2500000 } },
          uploaded(ig, result.container))
        assert_complete(seen.upload, #LARGE)
        assert.same({ 0, 1 }, { #asked("GET", "/ig-api-upload/v26.0/" .. result.container), published() })
      end)
    end

    it("asks the host of uploads where to go on, if the container does not tell", function()
      local faults, by = fault_server.start(), client.new { plain = true }
      finally(function() faults:stop() end)
      local spec = { media_type = "REELS", file = write(LARGE), caption = "#cut_after_1000000" }
      local id = failure(spec, { on_progress = function(phase, done)
        if phase == "upload" and done > 0 then by:close() end
      end }, by).container
      faults:answer { headers = { "Connection: close" }, body = json.encode { id = id, status_code = "IN_PROGRESS" } }
      local err = failure(spec, { container = id, upload_url = server.shared().http, deadline = 0.1 },
        client.new { base_url = faults.http })
      assert.same({ "timeout", id }, { err.kind, err.container })
      assert.same({ sum(LARGE), { 0, 1000000 } }, { uploaded(ig, id).sum, uploaded(ig, id).offsets })
    end)

    it("ends at once where the client is closed", function()
      local by = client.new { plain = true }
      local container = by:post(ACCOUNT .. "/media", { media_type = "REELS", upload_type = "resumable" }).id
      local uploader, file = core.client.uploader(by, server.shared().http), assert(io.open(write(LARGE), "rb"))
      local path = "/ig-api-upload/v26.0/" .. container
      local sending = core.transfer.upload(uploader, path, file, 0, #LARGE)
      local engine = core.loop.engine()
      repeat
        engine:wait()
        engine:step()
      until core.transfer.sent(sending) ~= 0
      local sent = core.transfer.sent(sending)
      assert.is_true(sent < #LARGE)
      by:close()
      file:close()
      assert.is_true(core.loop.is_over(sending))
      assert.equal("cancelled", select(3, core.transfer.answer(sending)))
      core.loop.sleep(0.1)
      local arrived = uploaded(ig, container)
      assert.is_true((arrived.size or 0) <= sent)
      assert.has_error(function() core.client.credentials(uploader) end)
    end)

    it("goes on after a failure that passes", function()
      local result = assert(publish { media_type = "REELS", file = write(SMALL), caption = "#upload_once_error" })
      assert.same({ #SMALL, sum(SMALL) }, { uploaded(ig, result.container).size, uploaded(ig, result.container).sum })
    end)

    it("ends with one that does not pass, in words", function()
      local err = failure { media_type = "REELS", file = write(SMALL), caption = "#upload_error" }
      assert.equal("The video cannot be processed", err.message)
      assert.is_string(err.container)
      assert.equal(0, published())
    end)

    it("gives up after some tries that lead nowhere", function()
      local first = failure({ media_type = "REELS", file = write(SMALL), caption = "#never" }, { deadline = 0.1 })
      server.reset()
      local made = ig:post(ACCOUNT .. "/media", { media_type = "REELS", upload_type = "resumable" })
      local err = failure({ media_type = "REELS", file = write(SMALL) },
        { container = made.id, upload_url = "http://127.0.0.1:9" })
      assert.same({ "network", made.id }, { err.kind, err.container })
      assert.equal(1 + 5, #asked("GET", made.id))
      assert.is_string(first.container)
    end)

    it("tells of a file that becomes shorter while it is sent", function()
      local path = write(LARGE)
      local function shorten(phase)
        if phase == "upload" then io.open(path, "wb"):close() end
      end
      local err = failure({ media_type = "REELS", file = path }, { on_progress = shorten })
      assert.equal("invalid", err.kind)
      assert.equal(path .. ": the file became shorter while it was sent", err.message)
      assert.equal(0, published())
    end)

    it("tells of one that is shorter than what was sent of it earlier", function()
      local by = client.new { plain = true }
      local function close(phase, done)
        if phase == "upload" and done > 0 then by:close() end
      end
      local spec = { media_type = "REELS", file = write(LARGE), caption = "#cut_after_2000000" }
      local err = failure(spec, { on_progress = close }, by)
      spec.file = write(SMALL)
      err = failure(spec, { container = err.container })
      assert.equal("invalid", err.kind)
      assert.matches("shorter than what was sent of it already", err.message, 1, true)
    end)

    it("goes to Meta's host of uploads, or to the one that stands for Meta", function()
      local default_url = require("iggraph.publish.upload").default_url
      for base_url, url in pairs {
        ["https://graph.facebook.com"] = "https://rupload.facebook.com",
        ["https://graph.instagram.com/"] = "https://rupload.facebook.com",
        ["https://proxy.example:8443/graph"] = "https://proxy.example:8443",
        ["https://graph.facebook.com.example"] = "https://graph.facebook.com.example",
        ["https://myfacebook.com"] = "https://myfacebook.com",
        ["http://[::1]:8390"] = "http://[::1]:8390",
      } do
        assert.equal(url, default_url(iggraph.new { access_token = "t", base_url = base_url }))
      end
    end)

    it("goes where the container's answer says, if that is this machine, too", function()
      local faults = fault_server.start()
      finally(function() faults:stop() end)
      local there = client.new { plain = true }
      local made = there:post(ACCOUNT .. "/media", { media_type = "REELS", upload_type = "resumable" })
      faults:answer { headers = { "Connection: close" },
        body = json.encode { id = "1", status_code = "FINISHED", uri = made.uri } }
      assert(publish({ media_type = "REELS", file = write(LARGE) }, nil, client.new { base_url = faults.http }))
      assert.equal(sum(LARGE), uploaded(ig, made.id).sum)
      assert.equal("OAuth " .. server.tokens.user, asked("POST", made.id)[1].headers.authorization)
    end)

    it("sends the token to no host that a container's answer names", function()
      local faults = fault_server.start()
      finally(function() faults:stop() end)
      local other = server.shared().http:gsub("127%.0%.0%.1", "127.0.0.2")
      local by = client.new { base_url = faults.http }
      for _, uri in ipairs { other .. "/ig-api-upload/v26.0/1", "https://rupload.facebook.com/ig-api-upload/v26.0/1",
        "https://rupload.facebook.com@127.0.0.2/a", "https://rupload.facebook.com.evil.example/a",
        "ftp://rupload.facebook.com/a", "/a", "" } do
        faults:answer { headers = { "Connection: close" }, -- or it might be used once more while it ends
          body = json.encode { id = "1", status_code = "FINISHED", success = true, uri = uri } }
        assert.same({ id = "1", container = "1" }, publish({ media_type = "REELS", file = write(SMALL) }, nil, by))
      end
      assert.equal(0, #server.requests())
    end)

    it("sends the token to no other port than that of an upload_url which is given", function()
      local faults = fault_server.start()
      finally(function() faults:stop() end)
      faults:answer { headers = { "Connection: close" }, body = json.encode { id = "1", status_code = "FINISHED",
        success = true, uri = server.shared().http .. "/ig-api-upload/v26.0/1" } }
      local opts, spec = { upload_url = faults.http }, { media_type = "REELS", file = write(SMALL) }
      assert.same({ id = "1", container = "1" }, publish(spec, opts, client.new { base_url = faults.http }))
      assert.equal(0, #server.requests())
    end)

    local function resumable(caption)
      return ig:post(ACCOUNT .. "/media", { media_type = "REELS", upload_type = "resumable", caption = caption }).id
    end

    it("ends at once where the certificate is refused, or it is redirected", function()
      local faults, by = fault_server.start(), client.new { plain = true }
      finally(function() faults:stop() end)
      faults:answer { status = 302, headers = { "Location: https://rupload.facebook.com/", "Connection: close" },
        body = "" }
      for _, upload_url in ipairs { server.shared().https, faults.http } do
        local id = resumable()
        local err = failure({ media_type = "REELS", file = write(SMALL) },
          { container = id, upload_url = upload_url }, by)
        assert.same({ "network", false, id }, { err.kind, err.retryable, err.container })
        assert.is_true(core.error.was_refused(err))
        assert.equal(2, #asked("GET", id))
      end
    end)

    it("goes on from where the host of uploads is by now, if it was sent from elsewhere", function()
      local path, id = write(LARGE), resumable "#cut_after_1000 #cut_after_2000"
      local uploader = core.client.uploader(ig, server.shared().http)
      local function send(offset)
        local file = assert(io.open(path, "rb"))
        local sending = core.transfer.upload(uploader, "/ig-api-upload/v26.0/" .. id, file, offset, #LARGE)
        repeat ig:get "me" until core.loop.is_over(sending)
        assert.equal("network", select(3, core.transfer.answer(sending)))
        file:close()
      end
      send(0)
      local function overtake(phase, done)
        if phase == "upload" and done == 1000 then send(1000) end
      end
      assert(publish({ media_type = "REELS", file = path }, { container = id, on_progress = overtake }))
      assert.same({ sum(LARGE), { 0, 1000, 1000, 2000 } }, { uploaded(ig, id).sum, uploaded(ig, id).offsets })
    end)

    it("ends where nothing moves for as long as a call may take, however much moved before", function()
      local uploader = core.client.uploader(client.new { timeout = 1 }, server.shared().http)
      local file, began, engine = assert(io.open(write(LARGE), "rb")), now(), core.loop.engine()
      local sending = core.transfer.upload(uploader, "/v26.0/hang", file, 0, #LARGE)
      repeat
        engine:wait()
        engine:step()
      until core.loop.is_over(sending)
      local took, _, err = now() - began, core.transfer.answer(sending)
      file:close()
      assert.equal("timeout", err.kind)
      assert.matches("no progress within 1 s", err.message, 1, true)
      assert.is_true(took >= 1 and took < 3.5, took)
    end)

    it("gives up where every offset is wrong", function()
      local faults, id = fault_server.start(), resumable()
      finally(function() faults:stop() end)
      faults:answer { status = 412, headers = { "Connection: close" }, body = json.encode { debug_info = {
        retriable = false, type = "OffsetInvalidError", message = "Request starting offset is invalid" } } }
      local err = failure({ media_type = "REELS", file = write(SMALL) }, { container = id, upload_url = faults.http })
      assert.same({ 412, "Request starting offset is invalid" }, { err.status, err.message })
      assert.equal(1 + 5, #asked("GET", id))
    end)
  end)

  describe("of a carousel", function()
    local function alt_texts(id)
      local texts = {}
      for child in ig:media(id):children { fields = "alt_text" } do texts[#texts + 1] = child.alt_text end
      return texts
    end

    it("keeps the order of its children, whichever is ready first", function()
      local seen = {}
      local result = assert(publish(carousel {
        { file = write(LARGE), alt_text = "one #polls_5" },
        { image_url = IMAGE, alt_text = "two" },
        { video_url = VIDEO, alt_text = "three #polls_3" },
        { file = write(SMALL), media_type = "VIDEO", alt_text = "four #cut_after_100" },
        { image_url = IMAGE, alt_text = "five #polls_2" },
      }, { on_progress = recorder(seen) }))
      assert.same({ "one #polls_5", "two", "three #polls_3", "four #cut_after_100", "five #polls_2" },
        alt_texts(result.id))
      assert_complete(seen.create, 6)
      assert_complete(seen.upload, #LARGE + #SMALL)
      assert_complete(seen.process, 6)
      assert_complete(seen.publish, 1)
      assert.equal(1, published())
    end)

    it("makes up to four children at a time", function()
      local children = {}
      for i = 1, 10 do children[i] = { image_url = IMAGE, alt_text = "number " .. i } end
      ig:get "me"
      server.reset()
      local result = assert(ig:publish(ACCOUNT .. "_slow_100", carousel(children), { poll_interval = 0.02 }))
      local texts = alt_texts(result.id)
      for i = 1, 10 do assert.equal("number " .. i, texts[i]) end
      local most = server.record().in_flight_max
      assert.is_true(most >= 2 and most <= 4, most)
    end)

    it("takes containers that exist, and uploads children as such", function()
      local id = ig:post(ACCOUNT .. "/media", { image_url = IMAGE, is_carousel_item = true, alt_text = "mine" }).id
      local result = assert(publish(carousel({ { file = write(SMALL), alt_text = "new" }, id })))
      assert.same({ "new", "mine" }, alt_texts(result.id))
      local body = asked("POST", "/media")[2].body
      assert.matches("is_carousel_item=true", body)
      assert.matches("media_type=VIDEO", body)
      assert.matches("upload_type=resumable", body)
    end)

    it("tells which child failed, and has the others stop", function()
      local path = write(SMALL)
      local err = failure(carousel { { image_url = IMAGE }, { file = path, alt_text = "#status_2207026" },
        { video_url = "https://c.example/never.mp4" } })
      assert.same({ 352, 2207026, "invalid", 2 }, { err.code, err.subcode, err.kind, err.child })
      assert.matches("child 2 (" .. path .. "): Error: Media upload has failed", err.message, 1, true)
      assert.is_nil(err.container)
      assert.equal(3, #err.children)
      err = failure(carousel { { image_url = IMAGE }, { image_url = "https://c.example/error_36000_2207004.jpg" } })
      assert.matches("child 2: The image size is too large", err.message, 1, true)
      assert.same({ "string", false }, { type(err.children[1]), err.children[2] })
      assert.equal(0, published())
    end)
  end)

  describe("before anything is sent", function()
    local two = { { image_url = IMAGE }, { image_url = IMAGE } }

    local function eleven()
      local list = {}
      for i = 1, 11 do list[i] = { image_url = IMAGE } end
      return list
    end

    local MISTAKES = {
      { "spec: a table expected, got nil" },
      { "spec: image_url, video_url or file is required", {} },
      { "spec: image_url and video_url, but only one", { image_url = IMAGE, video_url = VIDEO } },
      { "spec: video_url and file, but only one", { media_type = "REELS", video_url = VIDEO, file = "a" } },
      { 'spec.media_type: "REELS" or "STORIES" is required with video_url', { video_url = VIDEO } },
      { 'spec.media_type: not VIDEO: leave it out for an image; "REELS" or "STORIES" for a video',
        { media_type = "VIDEO", video_url = VIDEO } },
      { "spec.media_type: not IMAGE: leave it out for an image", { media_type = "IMAGE", image_url = IMAGE } },
      { "spec: REELS cannot have image_url", { media_type = "REELS", image_url = IMAGE } },
      { "spec.file: a path or an open file expected, got number", { media_type = "REELS", file = 7 } },
      { "spec.file: a NUL in it", { media_type = "REELS", file = "a\0b" } },
      { "client:publish: spec.caption: a NUL in it", { image_url = IMAGE, caption = "a\0b" } },
      { "spec.user_tags: cannot write a function as JSON", { image_url = IMAGE, user_tags = { print } } },
      { "spec.is_carousel_item", { image_url = IMAGE, is_carousel_item = true } },
      { 'spec.image_url: an http(s) address expected, got "/a.jpg"; only videos can be local, by \'file\'',
        { image_url = "/a.jpg" } },
      { 'spec.video_url: an http(s) address expected, got ""', { media_type = "REELS", video_url = "" } },
      { "spec.children[1].image_url: an http(s) address expected, got table",
        { children = { { image_url = {} }, "1" } } },
      { 'spec.cover_url: an http(s) address expected, got "a.jpg"',
        { media_type = "REELS", video_url = VIDEO, cover_url = "a.jpg" } },
      { "spec.access_token: comes from the client", { image_url = IMAGE, access_token = "t" } },
      { "spec.children: a list expected, got nil", { media_type = "CAROUSEL" } },
      { "spec.children: 2 to 10 expected, got 1", { children = { { image_url = IMAGE } } } },
      { "spec.children: 2 to 10 expected, got 11", { children = eleven() } },
      { "spec.children: a list expected, got 'first' in it", { children = { first = two[1], two[1], two[2] } } },
      { "spec.children: only a CAROUSEL has them", { media_type = "REELS", children = two } },
      { "spec.image_url: a CAROUSEL is made from its children", { image_url = IMAGE, children = two } },
      { "spec.children[2].children: children have none", { children = { two[1], { children = two } } } },
      { "spec.children[1].caption: children have none",
        { children = { { image_url = IMAGE, caption = "a" }, two[1] } } },
      { "spec.children[2].alt_text: a NUL in it", { children = { two[1], { image_url = IMAGE, alt_text = "\0" } } } },
      { "spec.children[2].media_type: not REELS: leave it out, for an image and for a video",
        { children = { two[1], { media_type = "REELS", video_url = VIDEO } } } },
      { "spec.children[2]: a table or the id of a container expected, got boolean", { children = { two[1], true } } },
      { "unknown option 'progress'", two[1], { progress = print } },
      { "opts.on_progress: a function expected, got boolean", two[1], { on_progress = true } },
      { "opts.deadline must be above 0", two[1], { deadline = 0 } },
      { "opts.container: not an id", two[1], { container = "a/b" } },
      { "opts.unsettled: a boolean expected, got string", two[1], { unsettled = "yes" } },
      { "opts.children: only a carousel has them", two[1], { children = { "1" } } },
      { "opts.children: 2 expected, as in spec.children, got 1", { children = two }, { children = { "1" } } },
      { "must be https://", { media_type = "REELS", file = write(SMALL) }, { upload_url = "http://example.com" } },
    }

    it("mistakes are raised, and named", function()
      for _, row in ipairs(MISTAKES) do
        local ok, message = pcall(ig.publish, ig, ACCOUNT, row[2], row[3])
        assert.is_false(ok, row[1])
        assert.is_truthy(message:find(row[1], 1, true), row[1] .. " / " .. message)
      end
      assert.error_matches(function() ig:publish("a/b", two[1]) end, "user id: not an id")
      assert.error_matches(function() ig.publish(ACCOUNT, two[1]) end, "call it with a colon: client:publish(", 1, true)
      assert.same({}, server.requests())
    end)

    it("files that cannot be sent are told by their names", function()
      local closed = io.open(write(SMALL))
      closed:close()
      assert.error_matches(function() publish { media_type = "REELS", file = closed } end, "the file is closed")
      for path, why in pairs {
        ["/not/there.mp4"] = "/not/there.mp4: No such file or directory",
        ["/tmp"] = "/tmp: Is a directory",
        [write ""] = "is empty",
        [write "\255\216\255\224 and so on"] = "is a JPEG image: those are published by image_url",
        [write "\137PNG\r\n\26\n and so on"] = "is a PNG image: those are published by image_url",
      } do
        local err = failure { media_type = "STORIES", file = path }
        assert.equal("invalid", err.kind)
        assert.matches(path, err.message, 1, true)
        assert.matches(why, err.message, 1, true)
        err = failure(carousel { { image_url = IMAGE }, { file = path } })
        assert.matches("child 2: " .. path, err.message, 1, true)
        assert.same({ 2, "nil", "nil" }, { err.child, type(err.container), type(err.children) })
      end
      assert.same({}, server.requests())
    end)

    it("a quota that is used up is told, and no container is made", function()
      local result, err, kind = ig:publish(USED_UP, { image_url = IMAGE })
      assert.same({ "nil", "throttled", true }, { type(result), kind, err.retryable })
      assert.equal("50 of 50 posts in 24 hours are used up", err.message)
      assert.is_nil(err.container)
      assert.equal(0, created())
      result, err = ig:publish(USED_UP, { image_url = IMAGE }, { check_quota = false })
      assert.same({ "nil", 9, 2207042, "throttled" }, { type(result), err.code, err.subcode, err.kind })
      assert.is_string(err.container)
      assert.equal(1, published())
    end)
  end)

  -- Code, subcode, kind.
  local ERRORS = {
    { -2, 2207003, "transient" }, { -2, 2207020, "graph" }, { -1, 2207001, "transient" }, { -1, 2207032, "transient" },
    { -1, 2207053, "graph" }, { 1, 2207057, "invalid" }, { 4, 2207051, "graph" }, { 9, 2207042, "throttled" },
    { 24, 2207006, "not_found" }, { 24, 2207008, "transient" }, { 25, 2207050, "invalid" }, { 100, 2207023, "invalid" },
    { 100, 2207028, "invalid" }, { 100, 2207035, "invalid" }, { 100, 2207036, "invalid" }, { 100, 2207037, "invalid" },
    { 100, 2207040, "invalid" }, { 352, 2207026, "invalid" }, { 9004, 2207052, "transient" },
    { 9007, 2207027, "transient" }, { 36000, 2207004, "invalid" }, { 36001, 2207005, "invalid" },
    { 36003, 2207009, "invalid" }, { 36004, 2207010, "invalid" },
  }

  describe("with an error of the Graph", function()
    local function address(word, row, code)
      return ("https://c.example/%s_%s%d.jpg"):format(word, code and tostring(code):gsub("-", "m") .. "_" or "", row[2])
    end

    local function members(err) return { err.code, err.subcode, err.kind } end

    it("tells of a container that is not made", function()
      for _, row in ipairs(ERRORS) do
        local err = failure { image_url = address("error", row, row[1]) }
        assert.same(row, members(err))
        assert.is_nil(err.container)
        assert.is_string(err.user_msg)
      end
      assert.equal(0, published())
    end)

    it("may be repeated where a container is not made for what passes", function()
      local throttled = { [2207042] = true }
      for _, row in ipairs(ERRORS) do
        local err = failure { image_url = address("error", row, row[1]) }
        assert.equal(row[3] == "transient" or throttled[row[2]] or false, err.retryable, row[2])
      end
      for scenario, retryable in pairs { status_503 = true, cut_header = true, hang = true, status_404 = false } do
        local by = client.new { timeout = 0.3 }
        local _, err = by:publish(ACCOUNT .. "_" .. scenario, { image_url = IMAGE }, { check_quota = false })
        assert.equal(retryable, err.retryable, scenario)
      end
    end)

    it("tells by code and subcode of a container that failed", function()
      for _, row in ipairs(ERRORS) do
        local err = failure { image_url = address("status", row) }
        assert.same(row, members(err))
        assert.equal("Error: Media upload has failed with error code " .. row[2], err.message)
        assert.is_string(err.container)
      end
      for _, subcode in ipairs { 2207082, 2207085 } do
        local err = failure { image_url = address("status", { 0, subcode }) }
        assert.same({ "nil", subcode, "graph" }, { type(err.code), err.subcode, err.kind })
      end
      assert.equal(0, published())
    end)

    it("takes a status that begins with Error for one, without a status_code", function()
      local err = failure { media_type = "REELS", video_url = "https://c.example/status_only-polls_1.mp4" }
      assert.equal("graph", err.kind)
      assert.matches("^Error: Media download has failed", err.message)
    end)

    it("tells that a container has expired", function()
      local err = failure { image_url = "https://c.example/expired.jpg" }
      assert.same({ "graph", "the container has expired: it lives for 24 hours" }, { err.kind, err.message })
    end)

    it("asks media_publish once, and again only where that came too early", function()
      for _, row in ipairs(ERRORS) do
        server.reset()
        local is_early = row[2] == 2207027 or row[2] == 2207008
        local err = failure({ image_url = address("publish_error", row, row[1]) }, { deadline = 0.1 })
        assert.same(row, members(err))
        assert.is_string(err.container)
        assert.equal(is_early, published() > 1, row[2])
        assert.equal("FINISHED", ig:container(err.container):get({ fields = "status_code" }).status_code)
      end
    end)

    it("waits where media_publish comes too early, and is done", function()
      local result = assert(publish { image_url = "https://c.example/publish_once_error_9007_2207027.jpg" })
      assert.is_string(result.id)
      assert.equal(2, published())
    end)
  end)

  describe("with an outcome that is not known", function()
    it("finds that it was published, without an id to make up", function()
      local seen = {}
      local spec = { image_url = "https://c.example/publish_cut.jpg" }
      local result = assert(publish(spec, { on_progress = recorder(seen) }))
      assert.same({ "nil", "string" }, { type(result.id), type(result.container) })
      assert_complete(seen.publish, 1)
      assert.equal(1, published())
    end)

    it("finds that it was not, and does not try again", function()
      local err = failure { image_url = "https://c.example/publish_lost.jpg" }
      assert.same({ "network", false, true }, { err.kind, err.retryable, err.unsettled })
      assert.same({ container = err.container, unsettled = true }, err.resume)
      assert.matches("its container's status_code is FINISHED$", err.message)
      assert.equal(1, published())
    end)

    -- Carries out, after some milliseconds, the media_publish that was lost.
    local function publish_late(milliseconds)
      return iggraph.spawn(function()
        repeat ig:get "slow_10" until published() == 1
        ig:get("slow_" .. milliseconds)
        local id = asked("POST", "/media_publish")[1].body:match "creation_id=(%d+)"
        return assert(ig:post(ACCOUNT .. "/media_publish", { creation_id = id }))
      end)
    end

    it("reads the container in growing pauses, as long as Instagram may take", function()
      local late = publish_late(400)
      local spec = { image_url = "https://c.example/publish_once_lost.jpg" }
      local result = assert(publish(spec, { poll_interval = 0.1, check_quota = false }))
      assert.same({ container = result.container }, result)
      late:wait()
      assert.equal(1 + 4, #asked("GET", result.container))
    end)

    it("reads it no longer than the deadline", function()
      local err = failure({ image_url = "https://c.example/publish_lost.jpg" }, { poll_interval = 0.1, deadline = 0.2 })
      assert.is_true(err.unsettled)
      assert.equal(1 + 3, #asked("GET", err.container))
    end)

    it("that is found to have failed is told so, and no more open", function()
      local made = ig:post(ACCOUNT .. "/media", { image_url = IMAGE })
      local answer = { headers = { "Connection: close" } }
      local faults = fault_server.start()
      finally(function() faults:stop() end)
      local by = client.new { base_url = faults.http }
      for state, words in pairs { EXPIRED = "has expired", ERROR = "error code 2207082" } do
        answer.body = json.encode { id = true, status_code = "FINISHED" }
        faults:answer(answer)
        local err = failure({ image_url = IMAGE }, { container = made.id, check_quota = false,
          on_progress = function(phase)
            answer.body = json.encode { status_code = state, status = "Error: error code 2207082" }
            if phase == "publish" then faults:answer(answer) end
          end }, by)
        assert.matches(words, err.message, 1, true)
        assert.same({ { container = made.id } }, { err.resume, err.unsettled })
      end
    end)

    it("by its client's end is open, too", function()
      local made, by = ig:post(ACCOUNT .. "/media", { image_url = IMAGE }), client.new()
      local task = iggraph.spawn(publish, { image_url = IMAGE }, { container = made.id, check_quota = false }, {
        publish = function(_, id, ...) return by:publish(id .. "_hang", ...) end,
      })
      repeat ig:get "slow_20" until published() == 1
      by:close()
      local _, err, kind = task:wait()
      assert.same({ "cancelled", true }, { kind, err.unsettled })
      assert.same({ container = made.id }, publish({ image_url = IMAGE }, err.resume))
      assert.equal(1, published())
    end)

    for scenario, kind in pairs {
      status_503 = "http", body_html_200 = "json", body_true = "graph", body_empty = "json",
      error_1 = "transient", error_2_http_500 = "transient", error_m1_2207001 = "transient",
      error_100_http_500 = "invalid",
    } do
      it(("settles %s by the container, whatever a retry policy says"):format(scenario), function()
        local by = client.new { retry = { attempts = 3, max_delay = 1 } }
        local made = ig:post(ACCOUNT .. "/media", { image_url = IMAGE })
        local result, err, found = by:publish(ACCOUNT .. "_" .. scenario, { image_url = IMAGE },
          { container = made.id, check_quota = false, poll_interval = 0.02 })
        assert.same({ "nil", kind, made.id, true }, { type(result), found, err.container, err.unsettled })
        assert.matches("its container's status_code is FINISHED$", err.message)
        assert.equal(1, published())
        assert.is_true(#asked("GET", made.id) > 2)
      end)
    end

    it("because another published it at the same time is a success of both", function()
      local made = ig:post(ACCOUNT .. "/media", { image_url = IMAGE })
      local results = iggraph.map({ ig, client.new() }, function(by)
        return publish({ image_url = IMAGE }, { container = made.id, check_quota = false }, by)
      end)
      local one, other = results[1][1], results[2][1]
      assert.same({ made.id, made.id, true }, { one.container, other.container, (one.id == nil) ~= (other.id == nil) })
    end)

    it("that was carried out behind an answer that is cut or never comes is a success", function()
      for _, scenario in ipairs { "_cut_header", "_hang" } do
        server.reset()
        local made = ig:post(ACCOUNT .. "/media", { image_url = IMAGE })
        local result = assert(client.new({ timeout = 0.5 }):publish(ACCOUNT .. scenario, { image_url = IMAGE },
          { container = made.id, check_quota = false, poll_interval = 0.02 }))
        assert.same({ container = made.id }, result)
        assert.equal(1, published())
      end
    end)
  end)

  describe("gone on with", function()
    -- As another process would get it.
    local function position(err)
      return core.json.decode(json.encode(err.resume))
    end

    it("publishes once what was lost, in another client", function()
      local spec = { image_url = "https://c.example/publish_once_lost.jpg" }
      local err = failure(spec)
      local other = client.new()
      local result = assert(publish(spec, client.with(position(err), { deadline = 0.2 }), other))
      assert.same({ "string", err.container }, { type(result.id), result.container })
      assert.same({ 1, 2 }, { created(), published() })
    end)

    it("watches an outcome that is open until the deadline, and does not publish twice", function()
      local err = failure { image_url = "https://c.example/publish_once_lost.jpg" }
      local resumed = iggraph.spawn(publish, { image_url = IMAGE }, position(err))
      ig:get "slow_200"
      assert(ig:post(ACCOUNT .. "/media_publish", { creation_id = err.container }))
      assert.same({ container = err.container }, (resumed:wait()))
      assert.equal(1 + 1, published())
    end)

    it("leaves open what cannot be read", function()
      local err = failure({ image_url = IMAGE }, { container = "1", unsettled = true, deadline = 0.2 },
        client.new { base_url = "http://127.0.0.1:9" })
      assert.same({ "network", true, { container = "1", unsettled = true } }, { err.kind, err.unsettled, err.resume })
      err = failure({ image_url = IMAGE }, { container = "1", unsettled = true })
      assert.same({ "not_found", true }, { err.kind, err.unsettled })
    end)

    it("publishes nothing that is published", function()
      local spec = { image_url = IMAGE }
      local result = assert(publish(spec))
      assert.same({ container = result.container }, publish(spec, { container = result.container }))
      assert.same({ 1, 1 }, { created(), published() })
    end)

    it("uploads what is missing", function()
      local spec = { media_type = "REELS", file = write(LARGE), caption = "#cut_after_1234567" }
      local by, seen = client.new { plain = true }, {}
      local err = failure(spec, { on_progress = function(phase, done)
        if phase == "upload" and done > 0 then by:close() end
      end }, by)
      assert.equal("cancelled", err.kind)
      local result = assert(publish(spec, client.with(position(err), { on_progress = recorder(seen) })))
      assert.same({ size = #LARGE, file_size = #LARGE, sum = sum(LARGE), offsets = { 0, 1234567 } },
        uploaded(ig, result.container))
      assert_complete(seen.upload, #LARGE)
      assert.is_nil(seen.create)
      assert.same({ 1, 1 }, { created(), published() })
    end)

    it("makes of a carousel what is missing, in its order", function()
      local spec = carousel { { file = write(SMALL), alt_text = "one" },
        { image_url = "https://c.example/error_9004_2207052.jpg", alt_text = "two" },
        { video_url = "https://c.example/status_2207082.mp4", alt_text = "three" }, { image_url = IMAGE } }
      local err = failure(spec)
      assert.same({ 2, "string", false, 4 }, { err.child, type(err.children[1]), err.children[2], #err.children })
      spec.children[2].image_url = IMAGE
      err = failure(spec, position(err))
      assert.equal(3, err.child)
      spec.children[3].video_url = VIDEO
      local first = err.children
      local result = assert(publish(spec, position(err)))
      local body = asked("POST", "/media")
      local children = core.json.decode((body[#body].body:match "children=([^&]*)":gsub("%%(%x%x)", function(digits)
        return string.char(tonumber(digits, 16))
      end)))
      assert.same({ first[1], first[2], first[4] }, { children[1], children[2], children[4] })
      assert.not_equal(first[3], children[3])
      assert.is_string(result.id)
      assert.equal(1, published())
    end)

    it("has what failed or expired made anew", function()
      local spec = { image_url = "https://c.example/expired.jpg" }
      local err = failure(spec)
      local result = assert(publish({ image_url = IMAGE }, position(err)))
      assert.not_equal(err.container, result.container)
      assert.equal(1, published())
    end)

    it("needs no more than the container of a carousel", function()
      local spec = carousel({ { image_url = IMAGE }, { image_url = IMAGE } }, { caption = "#publish_once_lost" })
      local err = failure(spec)
      assert.is_string(err.container)
      local result = assert(publish(spec, { container = err.container }))
      assert.same({ "string", err.container }, { type(result.id), result.container })
      assert.same({ 3, 2 }, { created(), published() })
    end)
  end)

  describe("ended from outside", function()
    local NEVER = { media_type = "REELS", video_url = "https://c.example/never.mp4" }

    it("by its task, tells the containers to the task itself", function()
      local err
      local task = iggraph.spawn(function()
        local _
        _, err = publish(NEVER)
      end)
      repeat ig:get "me" until #asked("POST", "/media") == 1
      for _ = 1, 3 do ig:get "me" end
      task:cancel()
      assert.equal("cancelled", select(3, task:wait()))
      for _ = 1, 3 do ig:get "me" end
      assert.same({ "cancelled", "string" }, { err.kind, type(err.container) })
      local polls = #asked("GET", err.container)
      ig:get "slow_200"
      assert.equal(polls, #asked("GET", err.container))
    end)

    it("by closing the client, in a pause between polls and with children under way", function()
      for _, spec in ipairs { NEVER, carousel { { video_url = NEVER.video_url }, { video_url = NEVER.video_url } } } do
        local by = client.new()
        local task = iggraph.spawn(publish, spec, { poll_interval = 30 }, by)
        repeat ig:get "slow_20" until created() >= (spec.children and 2 or 1)
        ig:get "slow_100"
        by:close()
        local result, err, kind = task:wait()
        assert.same({ "nil", "cancelled" }, { type(result), kind })
        assert.is_string(err.container or err.children[2])
        server.reset()
      end
    end)

    it("by an error of on_progress, which is raised", function()
      local function broken(phase)
        if phase == "process" then error("mine", 0) end
      end
      for _, spec in ipairs { NEVER, carousel { { video_url = NEVER.video_url }, { image_url = IMAGE } } } do
        assert.has_error(function() publish(spec, { on_progress = broken }) end, "mine")
      end
    end)
  end)

  describe("in an event loop", function()
    for _, name in ipairs { "cqueues", "luv" } do
      local loop, why_not = event_loops[name]()

      it(name .. " lets others run meanwhile", function()
        if not loop then return pending(why_not) end
        local by, done, ticks, busy = client.new { host = name }, {}, 0, true
        loop.run {
          function()
            done = { publish(carousel { { file = write(LARGE), alt_text = "#cut_after_1000000" },
              { image_url = IMAGE } }, { poll_interval = 0.1 }, by) }
            busy = false
          end,
          function()
            while busy do
              loop.sleep(0.01)
              ticks = ticks + 1
            end
          end,
        }
        assert.is_string(done[1] and done[1].id, tostring(done[2]))
        assert.is_true(ticks > 10, ticks)
      end)
    end
  end)

  describe("in another host", function()
    local SCRIPT = [[
      local media, err = ig:publish("%s", { caption = "From elsewhere", children = {
        { file = "%s", alt_text = "#cut_after_1000000" }, { file = "%s" }, { image_url = "%s" },
      } }, { poll_interval = 0.05 })
      local told = media and media.id or tostring(err)
    ]]

    local function script() return SCRIPT:format(ACCOUNT, write(LARGE), write(SMALL), IMAGE) end

    local function assert_published(id)
      assert.matches("^%d+$", id)
      assert.equal("From elsewhere", ig:media(id):get({ fields = "caption" }).caption)
      assert.equal(1, published())
    end

    it("Neovim, in a coroutine and in plain code", function()
      local why_not = nvim_host.why_not()
      if why_not then return pending(why_not) end
      for _, frame in ipairs { "coroutine.wrap(function() %s say(told) quit() end)()", "%s say(told) quit()" } do
        server.reset()
        assert_published(nvim_host.run(frame:format(script())).lines[1])
      end
    end)

    it("nginx, whose worker goes on", function()
      local host = nginx_host.start { locations = { publish = script() .. "ngx.say(told)" } }
      finally(function() host:stop() end)
      assert_published((host:get("publish"):gsub("%s", "")))
    end)

    it("a loop of one's own", function()
      local by = client.new { host = { wait = function(engine) engine:wait() end, sleep = core.loop.sleep } }
      local spec = carousel { { file = write(LARGE), alt_text = "#cut_after_1000000" }, { image_url = IMAGE } }
      assert.is_string(assert(publish(spec, nil, by)).id)
    end)
  end)

  it("keeps no more of a file in memory than it is sending", function()
    local path = write ""
    local file = assert(io.open(path, "wb"))
    file:write(video(1000))
    file:seek("set", 200 * 1048576 - 1)
    file:write "\0"
    file:close()
    local function resident()
      local status = io.open "/proc/self/status"
      if not status then return collectgarbage "count" end
      local kilobytes = tonumber(status:read("*a"):match "VmRSS:%s*(%d+)")
      status:close()
      return kilobytes
    end
    local by, ticks, most = client.new { plain = true }, 0, 0
    assert(publish({ media_type = "REELS", file = write(LARGE) }, nil, by))
    collectgarbage()
    local before = resident()
    assert(publish({ media_type = "REELS", file = path }, { on_progress = function(phase)
      if phase == "upload" then ticks, most = ticks + 1, math.max(most, resident()) end
    end }, by))
    assert.is_true(ticks > 2, ticks)
    assert.is_true(most - before < 8192, ("%d KB more"):format(most - before))
  end)

  describe("examples/publish_carousel.lua", function()
    -- The lines that it prints, what ends in a carriage return being one, too.
    local function run_with(input, environment, ...)
      local text, count = client.example("publish_carousel.lua"):gsub("opts%.on_progress = draw\n",
        "%0opts.poll_interval, opts.deadline = 0.05, 1\n")
      assert.equal(1, count)
      local before = ("exec 2>&1; printf '%s' | env CAPTION='Two of mine' %s"):format(input, environment)
      local lines = client.run(text, before, ...)
      local all = {}
      for line in (table.concat(lines, "\n") .. "\n"):gmatch "([^\r\n]+)[\r\n]" do all[#all + 1] = line end
      return all
    end

    local function run(...) return run_with("", "IG_ACCESS_TOKEN=", ...) end

    it("goes on, as often as it is told, where it was, and publishes once", function()
      local environment = ("IG_ACCESS_TOKEN=%s IG_BASE_URL=%s CAPTION='#publish_once_lost'"):format(server.tokens.user,
        server.shared().http)
      local lines = run_with("\\n", environment, ACCOUNT, write(SMALL), write(SMALL))
      assert.matches("^published: %d+$", lines[#lines])
      assert.same({ 3, 2 }, { created(), published() })
    end)

    -- With a sanitizer, the commands that start a sandbox of its own would be checked for leaks, too.
    local own = os.getenv "LD_PRELOAD" and pending or it

    own("publishes local files, with a bar on one line", function()
      local lines = run(ACCOUNT, write(SMALL), write(LARGE))
      assert.matches("^published: %d+$", lines[#lines])
      local drawn = table.concat(lines, "\n")
      for _, word in ipairs { "containers", "uploading ", "processing", "publishing" } do
        assert.matches(word .. " [------------------------------]   0 %", drawn, 1, true)
        assert.matches(word .. " [##############################] 100 %", drawn, 1, true)
      end
    end)

    own("tells how it is called, and what is wrong with a file", function()
      assert.matches("^usage: ", run(ACCOUNT, write(SMALL))[1])
      local lines = run(ACCOUNT, write(SMALL), "/not/there")
      assert.equal("No IG_ACCESS_TOKEN: this is the sandbox.", lines[1])
      assert.matches("^child 2: /not/there: No such file", lines[2])
    end)
  end)
end)
