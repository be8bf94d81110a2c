-- What people say to each other in the sandbox: comments, mentions, likes, events and messages, over HTTP.
local cjson = require("cjson").new()
local curl = require "spec.support.curl"
local sandbox = require "iggraph.sandbox"
local shell = require "iggraph.sandbox.shell"
local support = require "spec.support.sandbox"

local ask, failure = curl.ask, curl.failure
local ACCOUNT, PAGE, OTHER_PAGE = "17841405822304914", "134895793791914", "134895793791915"
local MEDIUM, COMMENT, REPLY = "17900000290000000", "17000000290000000", "20000000290000000"
local OWNER, OTHER = "17840000000000030", "17840000000000007"
local tokens = sandbox.tokens

--- The person of that number who wrote to the guide's account.
local function person(number) return ("91405822304914%02d"):format(number) end

describe("the sandbox's", function()
  local base

  setup(function() base = support.shared().http .. "/v26.0/" end)
  before_each(function() support.reset() end)

  local function get(path, options) return ask(base .. path, options) end
  local function post(path, form, options)
    options = options or {}
    return ask(base .. path, { method = "POST", form = form, token = options.token, arguments = options.arguments })
  end
  local function delete(path, form) return ask(base .. path, { method = "DELETE", form = form }) end

  local GONE, REFUSED = { 400, 100, 33, "GraphMethodException" }, { 400, 100, nil, "OAuthException" }

  local function data(path, options) return get(path, options).json.data end

  local function ids_at(path) return curl.ids_of(get(path).json) end

  local function walk(path) return (curl.walk(base .. path)) end

  describe("comments", function()
    local function comments_count() return get(MEDIUM .. "?fields=comments_count").json.comments_count end

    it("stay, come first, and are counted", function()
      local before, count = ids_at(MEDIUM .. "/comments"), comments_count()
      local first = post(MEDIUM .. "/comments", { message = "hello" }).json.id
      local second = post(MEDIUM .. "/comments", { message = "Größe 🏋" }).json.id
      local after = ids_at(MEDIUM .. "/comments")
      assert.same({ second, first, before[1] }, { after[1], after[2], after[3] })
      assert.equal(#before + 2, #after)
      assert.equal(count + 2, comments_count())
      assert.same({
        id = second, text = "Größe 🏋", username = "account_30", hidden = false, like_count = 0,
        from = { id = OWNER, username = "account_30" }, user = { id = OWNER }, media = { id = MEDIUM },
      }, get(second .. "?fields=text,username,hidden,like_count,from,user,media,parent_id,replies").json)
      assert.is_nil(get(before[1] .. "?fields=user").json.user)
    end)

    it("keep cursors at their place when others are written or deleted", function()
      local all = walk(MEDIUM .. "/comments?limit=2")
      local page = get(MEDIUM .. "/comments?limit=2").json
      post(MEDIUM .. "/comments", { message = "new" })
      delete(all[1])
      assert.equal(all[3], ask(page.paging.next).json.data[1].id)
      local now = walk(MEDIUM .. "/comments?limit=2")
      assert.equal(#all, #now)
      assert.equal(all[2], now[2])
    end)

    it("are replied to at the top level only", function()
      local id = post(COMMENT .. "/replies", { message = "to a comment" }).json.id
      local deeper = post(id .. "/replies", { message = "to a reply" }).json.id
      local replies = ids_at(COMMENT .. "/replies")
      assert.same({ deeper, id }, { replies[1], replies[2] })
      assert.equal(COMMENT, get(deeper .. "?fields=parent_id").json.parent_id)
      assert.same({}, data(id .. "/replies"))
      local expanded = get(MEDIUM .. "?fields=comments%7Breplies%7Btext%7D%7D").json.comments.data[1].replies.data
      assert.equal("to a reply", expanded[1].text)
    end)

    it("are hidden and shown", function()
      assert.same({ success = true }, post(COMMENT, { hide = "true" }).json)
      assert.is_true(get(COMMENT .. "?fields=hidden").json.hidden)
      post(COMMENT, { hide = "false" })
      assert.is_false(get(COMMENT .. "?fields=hidden").json.hidden)
      local answer = post(COMMENT, { hide = "perhaps" })
      assert.same(REFUSED, failure(answer))
      assert.matches("hide must be a boolean", answer.json.error.message)
      assert.same(REFUSED, failure(post(COMMENT, {})))
    end)

    it("go with their replies", function()
      local count = comments_count()
      local mine = post(MEDIUM .. "/comments", { message = "mine" }).json.id
      local reply = post(mine .. "/replies", { message = "below" }).json.id
      assert.equal(count + 2, comments_count())
      assert.same({ success = true }, delete(mine).json)
      assert.equal(count, comments_count())
      for _, id in ipairs { mine, reply } do assert.same(GONE, failure(get(id))) end
      local all = ids_at(MEDIUM .. "/comments")
      assert.same({ success = true }, delete(all[1]).json)
      assert.same(GONE, failure(get(all[1])))
      assert.equal(#all - 1, #ids_at(MEDIUM .. "/comments"))
      assert.same(GONE, failure(delete(all[1])))
    end)

    it("must say something, and not too much", function()
      assert.equal(200, post(MEDIUM .. "/comments", { message = ("ü"):rep(300) }).status)
      local WRONG = { ("ü"):rep(301), "", "  ", "#a #b #c #d #e", "http://a.example http://b.example" }
      for _, message in ipairs(WRONG) do
        assert.same(REFUSED, failure(post(MEDIUM .. "/comments", { message = message })))
      end
    end)

    it("can be closed to all but the owner", function()
      assert.is_true(get(MEDIUM .. "?fields=is_comment_enabled").json.is_comment_enabled)
      post(MEDIUM, { comment_enabled = "false" })
      assert.is_false(get(MEDIUM .. "?fields=is_comment_enabled").json.is_comment_enabled)
      local form = { media_id = MEDIUM, message = "hello" }
      assert.same(REFUSED, failure(post(OTHER .. "/mentions", form)))
      assert.equal(200, post(MEDIUM .. "/comments", { message = "hello" }).status)
      post(MEDIUM, { comment_enabled = "true" })
      assert.equal(200, post(OTHER .. "/mentions", form).status)
    end)
  end)

  describe("media", function()
    it("can be deleted, and are gone from the list", function()
      local before = ids_at(OWNER .. "/media")
      local page = get(OWNER .. "/media?limit=3").json
      assert.same({ success = true, deleted_id = MEDIUM }, delete(MEDIUM).json)
      for _, id in ipairs { MEDIUM, COMMENT, REPLY } do assert.same(GONE, failure(get(id))) end
      assert.equal(before[2], ids_at(OWNER .. "/media")[1])
      assert.equal(before[4], ask(page.paging.next).json.data[1].id)
      assert.equal(29, #walk(OWNER .. "/media?limit=10"))
      assert.equal(29, get(OWNER .. "?fields=media_count").json.media_count)
      assert.equal(30, #walk("17840000000000031/media") - 1)
    end)

    it("lead back over what was deleted", function()
      local all = ids_at(OWNER .. "/media")
      local page = ask(get(OWNER .. "/media?limit=4").json.paging.next).json
      delete(all[2])
      local before = ask(page.paging.previous).json
      assert.same({ all[1], all[3], all[4] }, { before.data[1].id, before.data[2].id, before.data[3].id })
      assert.equal(3, #before.data)
    end)

    it("that were published are commented and deleted like all others", function()
      local container = post(OWNER .. "/media", { image_url = "https://example.com/a.jpg" }).json.id
      get(container .. "?fields=status_code")
      local id = post(OWNER .. "/media_publish", { creation_id = container }).json.id
      local comment = post(id .. "/comments", { message = "first" }).json.id
      assert.same({ comments_count = 1, id = id, comments = { data = { { text = "first", id = comment } } } },
        get(id .. "?fields=comments_count,comments%7Btext%7D").json)
      assert.equal(31, get(OWNER .. "?fields=media_count").json.media_count)
      assert.same({ success = true, deleted_id = id }, delete(id).json)
      for _, gone in ipairs { id, comment } do assert.same(GONE, failure(get(gone))) end
      assert.equal(30, get(OWNER .. "?fields=media_count").json.media_count)
      assert.equal(MEDIUM, ids_at(OWNER .. "/media")[1])
    end)

    it("refuse it now and then", function()
      local seventh = ids_at(OWNER .. "/media")[7]
      local answer = delete(seventh)
      assert.same({ 400, -1, 2207073, "OAuthException" }, failure(answer))
      local err = answer.json.error
      assert.same({ "Fatal", false, "string", "string" },
        { err.message, err.is_transient, type(err.error_user_title), type(err.error_user_msg) })
      assert.equal(seventh, get(seventh).json.id)
    end)

    it("are stories for a day, and live", function()
      local stories = data(ACCOUNT .. "/stories?fields=media_product_type,permalink,timestamp,username")
      assert.equal(3, #stories)
      assert.equal("STORY", stories[1].media_product_type)
      assert.matches("^https://instagram%.com/stories/metricsaurus/%d+$", stories[1].permalink)
      assert.same(stories[2], get(stories[2].id .. "?fields=media_product_type,permalink,timestamp,username").json)
      local _, yesterday = shell.run("date -u -d '-1 day' +%Y-%m-%dT%H:%M:%S+0000")
      for _, story in ipairs(stories) do assert.is_true(story.timestamp > yesterday) end
      local live = data("17840000000000024/live_media?fields=media_type,media_product_type")
      assert.same({ { media_type = "BROADCAST", media_product_type = "LIVE", id = live[1].id } }, live)
      assert.same({}, data(ACCOUNT .. "/live_media"))
      assert.same(REFUSED, failure(post(live[1].id .. "/comments", { message = "hello" })))
    end)

    it("have collaborators, ads and product tags", function()
      local all = ids_at(OWNER .. "/media")
      local collaborators = data(all[4] .. "/collaborators")
      assert.same({ "Accepted", "Pending" }, { collaborators[1].invite_status, collaborators[2].invite_status })
      assert.same({}, data(all[1] .. "/collaborators"))
      assert.equal("ACTIVE", data(all[5] .. "/boost_ads_list")[1].ad_status)
      local answer = get(all[5] .. "/product_tags")
      assert.matches('"product_id":3231775643511005,"merchant_id":90010177253934251,', answer.body, 1, true)
      assert.is_nil(answer.json.data[1].id)
      local tags = '[{"product_id":9876543210987654321,"x":0.25,"y":1},{"product_id":"12"}]'
      assert.same({ success = true }, post(all[1] .. "/product_tags", { updated_tags = tags }).json)
      answer = get(all[1] .. "/product_tags")
      assert.matches('"product_id":9876543210987654321,', answer.body, 1, true)
      assert.same({ 2, 0.25, 1 }, { #answer.json.data, answer.json.data[1].x, answer.json.data[1].y })
      for _, wrong in ipairs { "no JSON", '[{"x":1}]', '[{"product_id":"1","x":2}]', "" } do
        assert.same(REFUSED, failure(post(all[1] .. "/product_tags", { updated_tags = wrong })))
      end
    end)

    it("tag the children of albums one by one", function()
      local album = ids_at(OWNER .. "/media")[3]
      local children = ids_at(album .. "/children")
      post(album .. "/product_tags", { updated_tags = '[{"product_id":"12"}]', child_index = "1" })
      assert.same({ 0, 1, 0 },
        { #data(children[1] .. "/product_tags"), #data(children[2] .. "/product_tags"),
          #data(album .. "/product_tags") })
    end)

    it("have partners", function()
      local edge = MEDIUM .. "/branded_content_partner_promote"
      assert.same({}, data(edge))
      assert.same({ id = ACCOUNT }, post(edge, { sponsor_id = ACCOUNT, permission = "true" }).json)
      assert.same({ { id = ACCOUNT } }, data(edge))
      post(edge, { sponsor_id = ACCOUNT, permission = "false" })
      assert.same({}, data(edge))
      assert.same(REFUSED, failure(post(edge, { sponsor_id = ACCOUNT })))
      assert.same({ success = true }, post(MEDIUM .. "/partnership_ad_code", {}).json)
      assert.same({ success = true }, delete(MEDIUM .. "/partnership_ad_code").json)
    end)
  end)

  describe("invitations to collaborate", function()
    it("are accepted or refused once", function()
      local invites = data(ACCOUNT .. "/collaboration_invites")
      assert.equal(3, #invites)
      assert.is_nil(invites[1].id)
      local edge = ACCOUNT .. "/collaboration_invites"
      assert.same({}, data(ACCOUNT .. "/collaborative_media"))
      assert.same({ success = true }, post(edge, { media_id = invites[1].media_id, accept = "true" }).json)
      assert.same({ success = true }, post(edge, { media_id = invites[2].media_id, accept = "false" }).json)
      assert.same({ invites[3] }, data(edge))
      local media = data(ACCOUNT .. "/collaborative_media?fields=username,caption")
      assert.same({ { id = invites[1].media_id, username = invites[1].media_owner_username,
        caption = invites[1].caption } }, media)
      assert.same(REFUSED, failure(post(edge, { media_id = invites[1].media_id, accept = "true" })))
      assert.same(REFUSED, failure(post(edge, { media_id = invites[3].media_id, accept = "yes" })))
    end)
  end)

  describe("mentions", function()
    it("are read by a field and by an edge", function()
      local medium, comment = get(MEDIUM .. "?fields=caption").json, get(COMMENT .. "?fields=text,media").json
      assert.same({ mentioned_media = medium, id = ACCOUNT },
        get(ACCOUNT .. "?fields=mentioned_media.media_id(" .. MEDIUM .. ")%7Bcaption%7D").json)
      assert.same({ mentioned_comment = comment, id = ACCOUNT },
        get(ACCOUNT .. "?fields=mentioned_comment.comment_id(" .. COMMENT .. ")%7Btext,media%7D").json)
      assert.same(medium, get(ACCOUNT .. "/mentioned_media?fields=caption&media_id=" .. MEDIUM).json)
      assert.same(comment, get(ACCOUNT .. "/mentioned_comment?fields=text,media&comment_id=" .. COMMENT).json)
      assert.same(REFUSED, failure(get(ACCOUNT .. "?fields=mentioned_media")))
      assert.same(GONE, failure(get(ACCOUNT .. "?fields=mentioned_media.media_id(" .. COMMENT .. ")")))
    end)

    it("are answered by a comment or a reply of the account", function()
      local id = post(ACCOUNT .. "/mentions", { media_id = MEDIUM, message = "thanks" }).json.id
      assert.equal(id, ids_at(MEDIUM .. "/comments")[1])
      assert.equal("metricsaurus", get(id .. "?fields=username").json.username)
      local reply = post(ACCOUNT .. "/mentions",
        { media_id = MEDIUM, comment_id = COMMENT, message = "thanks" }).json.id
      assert.equal(COMMENT, get(reply .. "?fields=parent_id").json.parent_id)
      local WRONG = {
        { media_id = MEDIUM }, { message = "hello" },
        { media_id = "17900000290000001", comment_id = COMMENT, message = "hello" },
      }
      for _, form in ipairs(WRONG) do assert.same(REFUSED, failure(post(ACCOUNT .. "/mentions", form))) end
    end)

    it("in tags lead to media of another account", function()
      local tags = data(ACCOUNT .. "/tags?fields=username")
      assert.equal(7, #tags)
      assert.equal("account_7", tags[1].username)
      assert.equal(tags[1].id, get(tags[1].id).json.id)
    end)
  end)

  describe("likes", function()
    local function like_count(id) return get(id .. "?fields=like_count").json.like_count end

    it("count once, however often they are given", function()
      for _, row in ipairs { { "media_id", MEDIUM }, { "comment_id", COMMENT } } do
        local before, form = like_count(row[2]), { [row[1]] = row[2] }
        for _ = 1, 2 do assert.same({ success = true }, post(ACCOUNT .. "/likes", form).json) end
        assert.equal(before + 1, like_count(row[2]))
        for _ = 1, 2 do assert.same({ success = true }, delete(ACCOUNT .. "/likes", form).json) end
        assert.equal(before, like_count(row[2]))
      end
    end)

    it("are of one thing", function()
      assert.same(REFUSED, failure(post(ACCOUNT .. "/likes", {})))
      assert.same(REFUSED, failure(post(ACCOUNT .. "/likes", { media_id = MEDIUM, comment_id = COMMENT })))
      assert.same(GONE, failure(post(ACCOUNT .. "/likes", { media_id = "1" })))
    end)

    it("lock the account for an hour when there are too many at a time", function()
      local urls = ("'%s%s/likes?media_id=%s' "):format(base, OTHER, MEDIUM):rep(50)
      local _, answers = shell.run("curl -s --noproxy '*' -X POST -H 'Authorization: Bearer " .. tokens.user .. "' "
        .. urls)
      assert.equal(('{"success":true}'):rep(50), answers)
      local answer = post(OTHER .. "/likes", { media_id = MEDIUM })
      assert.same({ 400, 368, nil, "OAuthException" }, failure(answer))
      local function later(seconds)
        local header = "-H 'X-Sandbox-Clock: +" .. seconds .. "'"
        return post(OTHER .. "/likes", { media_id = MEDIUM }, { arguments = header })
      end
      assert.equal(400, later(3500).status)
      assert.equal(200, later(3700).status)
      assert.equal(200, post(ACCOUNT .. "/likes", { media_id = MEDIUM }).status)
    end)
  end)

  describe("events", function()
    local edge = ACCOUNT .. "/upcoming_events"
    local START, ENDING = "2030-05-01T18:00:00+0000", "2030-05-01T20:00:00+0000"

    it("are announced, read and changed", function()
      local first = post(edge, { title = "Roar", start_time = START, end_time = ENDING,
        notification_subtypes = '["EVENT_START","BEFORE_EVENT_1DAY"]' }).json.id
      local second = post(edge, { title = "Roar again", start_time = "1904000000" }).json.id
      assert.same({ second, first }, ids_at(edge))
      local all = "?fields=title,start_time,end_time,notification_subtypes,notification_target_time"
      assert.same({ id = first, title = "Roar", start_time = START, end_time = ENDING,
        notification_subtypes = { "EVENT_START", "BEFORE_EVENT_1DAY" } }, get(first .. all).json)
      assert.same({ success = true },
        post(first, { title = "Louder", start_time = START, notification_target_time = "EVENT_END" }).json)
      local changed = get(first .. all).json
      assert.same({ "Louder", ENDING, "EVENT_END" }, { changed.title, changed.end_time,
        changed.notification_target_time })
    end)

    it("must be to come, and end after they begin", function()
      local WRONG = {
        { title = "Roar" }, { start_time = START }, { title = "Roar", start_time = "2020-01-01" },
        { title = "Roar", start_time = "soon" }, { title = "Roar", start_time = ENDING, end_time = START },
        { title = "Roar", start_time = START, notification_subtypes = "SOON" },
      }
      for _, form in ipairs(WRONG) do assert.same(REFUSED, failure(post(edge, form))) end
      assert.same({}, data(edge))
    end)
  end)

  describe("messages", function()
    local function send(number, message, more, path)
      local form = { recipient = cjson.encode { id = person(number) }, message = message and cjson.encode(message) }
      for name, text in pairs(more or {}) do form[name] = text end
      return post(path or PAGE .. "/messages", form)
    end

    local function thread_with(number)
      return data(PAGE .. "/conversations?platform=instagram&user_id=" .. person(number))[1].id
    end

    it("are sent by a Page, by /me and by an account, and can be read", function()
      local thread = thread_with(2)
      local count = #data(thread .. "/messages")
      local answer = send(2, { text = "Roar!" }).json
      assert.equal(person(2), answer.recipient_id)
      assert.equal(person(2), post("me/messages", { recipient = cjson.encode { id = person(2) },
        message = '{"text":"second"}' }, { token = tokens.page }).json.recipient_id)
      local third = send(2, { text = "third" }, nil, ACCOUNT .. "/messages").json.message_id
      local messages = data(thread .. "/messages?fields=message,from,to")
      assert.equal(count + 3, #messages)
      assert.equal(third, messages[1].id)
      assert.same({ "third", "second", "Roar!" }, { messages[1].message, messages[2].message, messages[3].message })
      assert.same({ id = ACCOUNT, username = "metricsaurus" }, messages[1].from)
      assert.equal(person(2), messages[1].to.data[1].id)
      assert.same(messages[3], get(answer.message_id .. "?fields=message,from,to").json)
      assert.equal(thread, ids_at(PAGE .. "/conversations?platform=instagram")[1])
    end)

    it("may be JSON as a whole", function()
      local body = cjson.encode {
        recipient = { id = person(1) }, message = { text = "hi" }, messaging_type = "RESPONSE",
      }
      local answer = ask(base .. PAGE .. "/messages", { arguments = "-H 'Content-Type: application/json' --data "
        .. shell.quote(body) })
      assert.equal(person(1), answer.json.recipient_id)
    end)

    it("carry attachments", function()
      local url = "https://example.com/a.jpg"
      local id = send(1, { attachment = { type = "image", payload = { url = url } } }).json.message_id
      assert.same({ data = { { image_data = { url = url } } } }, get(id .. "?fields=attachments").json.attachments)
      local own = "17918195224117851"
      id = send(1, { attachment = { type = "MEDIA_SHARE", payload = { id = own } } }).json.message_id
      assert.same({ data = { { id = own } } }, get(id .. "?fields=shares").json.shares)
      assert.equal(200, send(1, { attachment = { type = "like_heart" } }).status)
      local WRONG = {
        { type = "hologram", payload = { url = url } }, { type = "image", payload = cjson.decode "{}" },
        { type = "image", payload = { url = "file:///etc/passwd" } }, { payload = { url = url } }, "image",
      }
      for _, attachment in ipairs(WRONG) do
        assert.same(REFUSED, failure(send(1, { attachment = attachment })))
      end
      local attachment = { attachment = { type = "image", payload = { url = url, is_reusable = true } } }
      assert.matches("^%d+$", post(PAGE .. "/message_attachments", { message = cjson.encode(attachment) }).json
        .attachment_id)
    end)

    it("have text of at most 1000 bytes, and go to somebody", function()
      assert.equal(200, send(1, { text = ("ü"):rep(500) }).status)
      assert.same(REFUSED, failure(send(1, { text = ("ü"):rep(501) })))
      assert.same(REFUSED, failure(send(1, { text = "" })))
      assert.same(REFUSED, failure(send(1, { text = "a", attachment = { type = "like_heart" } })))
      assert.same(REFUSED, failure(send(1)))
      assert.same(REFUSED, failure(send(1, { text = "a" }, { messaging_type = "GREETING" })))
      assert.same(REFUSED, failure(send(1, { text = "a" }, { recipient = "nobody" })))
      assert.same(REFUSED, failure(post(PAGE .. "/messages", { message = '{"text":"a"}' })))
      local NOBODY = { 400, 100, 2018001, "OAuthException" }
      assert.same(NOBODY, failure(send(1, { text = "a" }, { recipient = '{"id":"1"}' })))
      assert.same(NOBODY, failure(send(1, { text = "a" }, nil, OTHER_PAGE .. "/messages")))
      assert.same(NOBODY, failure(send(1, { text = "a" }, nil, OTHER .. "/messages")))
    end)

    it("are refused after a day, unless a human agent answers", function()
      assert.same({ 400, 10, 2534022, "OAuthException" }, failure(send(9, { text = "late" })))
      assert.equal(200, send(9, { text = "late" }, { messaging_type = "MESSAGE_TAG", tag = "HUMAN_AGENT" }).status)
      assert.same(REFUSED, failure(send(9, { text = "late" }, { tag = "ACCOUNT_UPDATE" })))
    end)

    it("answer a comment in private, once", function()
      local comment = ids_at("17918195224117851/comments")[1]
      local form = { recipient = cjson.encode { comment_id = comment }, message = '{"text":"psst"}' }
      local answer = post(PAGE .. "/messages", form).json
      assert.equal("psst", get(answer.message_id .. "?fields=message").json.message)
      assert.same({ 400, 10900, nil, "OAuthException" }, failure(post(PAGE .. "/messages", form)))
      form.recipient = cjson.encode { comment_id = COMMENT } -- of another account
      assert.same({ 400, 100, 2018001, "OAuthException" }, failure(post(PAGE .. "/messages", form)))
    end)

    it("take reactions and other actions", function()
      local id = data(thread_with(3) .. "/messages")[1].id
      local payload = cjson.encode { message_id = id, reaction = "love" }
      assert.same({ recipient_id = person(3) }, send(3, nil, { sender_action = "react", payload = payload }).json)
      assert.same({ data = { { reaction = "love", users = { { id = ACCOUNT, username = "metricsaurus" } } } } },
        get(id .. "?fields=reactions").json.reactions)
      send(3, nil, { sender_action = "UNREACT", payload = payload })
      assert.is_nil(get(id .. "?fields=reactions").json.reactions)
      for _, action in ipairs { "typing_on", "typing_off", "mark_seen" } do
        assert.same({ recipient_id = person(3) }, send(3, nil, { sender_action = action }).json)
      end
      assert.same(REFUSED, failure(send(3, nil, { sender_action = "wave" })))
      assert.same(REFUSED, failure(send(3, nil, { sender_action = "react" })))
      assert.same(REFUSED, failure(send(4, nil, { sender_action = "react", payload = payload })))
    end)

    it("can be read while they are among the twenty newest", function()
      local thread = thread_with(1)
      local ids = walk(thread .. "/messages?limit=10")
      assert.equal(25, #ids)
      assert.equal(200, get(ids[20]).status)
      local answer = get(ids[21] .. "?fields=message")
      assert.same(REFUSED, failure(answer))
      assert.matches("deleted", answer.json.error.message)
      send(1, { text = "one more" })
      assert.same(REFUSED, failure(get(ids[20])))
      assert.is_nil(data(thread .. "/messages?limit=50&fields=message")[22].message)
    end)

    it("may reply to a message of the same conversation", function()
      local id = data(thread_with(3) .. "/messages")[1].id
      assert.equal(200, send(3, { text = "a" }, { reply_to = cjson.encode { mid = id } }).status)
      assert.same(REFUSED, failure(send(4, { text = "a" }, { reply_to = cjson.encode { mid = id } })))
    end)
  end)

  describe("conversations", function()
    it("are of Instagram where that is asked for, the newest first", function()
      assert.same({}, data(PAGE .. "/conversations"))
      assert.same({}, data(OTHER_PAGE .. "/conversations?platform=instagram"))
      local all = data(ACCOUNT .. "/conversations?fields=updated_time,participants,is_owner&limit=50")
      assert.equal(12, #all)
      for index = 2, #all do assert.is_true(all[index].updated_time <= all[index - 1].updated_time) end
      assert.same({ { id = ACCOUNT, username = "metricsaurus" }, { id = person(1), username = "kiyoshi_m" } },
        { all[1].participants.data[1], { id = all[1].participants.data[2].id, username = "kiyoshi_m" } })
      assert.is_true(all[1].is_owner)
      assert.same(all[5], get(all[5].id .. "?fields=updated_time,participants,is_owner").json)
      local nested = get(all[2].id .. "?fields=messages.limit(2)%7Bmessage%7D").json.messages
      assert.equal("string", type(nested.data[1].message))
      assert.equal(12, #walk(PAGE .. "/conversations?platform=instagram&limit=5"))
      assert.same(REFUSED, failure(get(PAGE .. "/conversations?platform=pigeon")))
    end)

    it("are moderated", function()
      local users = cjson.encode { { id = person(5) } }
      local edge, list = ACCOUNT .. "/moderate_conversations", PAGE .. "/conversations?platform=instagram&limit=50"
      assert.same({ success = true }, post(edge, { user_ids = users, actions = '["BLOCK_USER","MOVE_TO_SPAM"]' }).json)
      local form = { recipient = cjson.encode { id = person(5) }, message = '{"text":"a"}' }
      assert.same({ 400, 551, 1545041, "OAuthException" }, failure(post(PAGE .. "/messages", form)))
      assert.equal(11, #data(list))
      assert.equal(1, #data(list .. "&folder=spam"))
      post(edge, { user_ids = users, actions = "UNBLOCK_USER" })
      assert.equal(200, post(PAGE .. "/messages", form).status)
      assert.same(REFUSED, failure(post(edge, { user_ids = users, actions = "HUG_USER" })))
      assert.same(REFUSED, failure(post(edge, { user_ids = users })))
    end)

    it("are with people who have a profile", function()
      local fields = "?fields=name,username,profile_pic,follower_count,is_user_follow_business,"
        .. "is_business_follow_user,is_verified_user"
      local profile = get(person(4) .. fields).json
      assert.same({ person(4), true, 524 }, { profile.id, profile.is_verified_user, profile.follower_count })
      assert.same(GONE, failure(get(person(13))))
      local granted = data(ACCOUNT .. "/notification_message_tokens")
      assert.equal(person(1), granted[1].recipient_id)
    end)
  end)

  describe("messenger profile", function()
    it("keeps what is set, for each platform", function()
      local breakers = '[{"question":"Hours?","payload":"HOURS"}]'
      local edge = PAGE .. "/messenger_profile"
      assert.same({ result = "success" }, post(edge, { platform = "instagram", ice_breakers = breakers }).json)
      assert.same({ { ice_breakers = cjson.decode(breakers) } }, data(edge .. "?platform=instagram"))
      assert.same({}, data(edge .. "?platform=instagram&fields=persistent_menu"))
      assert.same({}, data(edge))
      assert.same({}, data(ACCOUNT .. "/messenger_profile"))
      assert.same(REFUSED, failure(delete(edge, { platform = "instagram" })))
      assert.same({ result = "success" }, delete(edge, { platform = "instagram", fields = '["ice_breakers"]' }).json)
      assert.same({}, data(edge .. "?platform=instagram"))
    end)

    it("refuses what Instagram does not have", function()
      local five = "[" .. ('{"question":"a","payload":"b"},'):rep(4) .. '{"question":"a","payload":"b"}]'
      local WRONG = {
        {}, { ice_breakers = "no JSON" }, { ice_breakers = '[{"question":"a"}]' }, { ice_breakers = five },
        { get_started = '{"payload":"a"}' },
      }
      for _, form in ipairs(WRONG) do
        assert.same(REFUSED, failure(post(ACCOUNT .. "/messenger_profile", form)))
      end
    end)

    it("has welcome flows", function()
      local edge = ACCOUNT .. "/welcome_message_flows"
      local form = {
        name = "Hello", welcome_message_flow = '[{"message":{"text":"Hi"}}]', eligible_platforms = "INSTAGRAM",
      }
      local id = post(edge, form).json.flow_id
      local flow = data(edge)[1]
      assert.same({ id, "Hello", "Hi", { "INSTAGRAM" } },
        { flow.id, flow.name, flow.welcome_message_flow[1].message.text, flow.eligible_platforms })
      post(edge, { flow_id = id, name = "Changed" })
      assert.equal("Changed", data(edge .. "?flow_id=" .. id)[1].name)
      assert.same(REFUSED, failure(post(edge, { name = "Hello" })))
      assert.same(REFUSED, failure(delete(edge, { flow_id = "1" })))
      assert.same({ success = true }, delete(edge, { flow_id = id }).json)
      assert.same({}, data(edge))
    end)

    it("has states of features", function()
      local edge = ACCOUNT .. "/business_messaging_feature_status"
      assert.same({ success = true }, post(edge, { features = '[{"feature":"calling","status":"enabled"}]' }).json)
      assert.same({ { feature = "calling", status = "enabled" } }, data(edge .. "?feature=calling"))
      assert.same(REFUSED, failure(get(edge)))
      assert.same(REFUSED, failure(post(edge, { features = '["calling"]' })))
    end)
  end)

  describe("subscribed apps", function()
    it("are there until they are deleted", function()
      for _, id in ipairs { PAGE, ACCOUNT, OTHER_PAGE } do
        local edge = id .. "/subscribed_apps"
        assert.same({}, data(edge))
        assert.same({ success = true }, post(edge, { subscribed_fields = "comments,messages" }).json)
        local app = data(edge)[1]
        assert.same({ sandbox.app_id, { "comments", "messages" } }, { app.id, app.subscribed_fields })
        assert.same({ success = true }, delete(edge).json)
      end
      assert.same({}, data(PAGE .. "/subscribed_apps"))
      assert.same(REFUSED, failure(post(PAGE .. "/subscribed_apps", {})))
      assert.same(REFUSED, failure(post(PAGE .. "/subscribed_apps", { subscribed_fields = "gossip" })))
    end)
  end)

  it("made-up pages do not ask the store item by item, as long as nothing was written", function()
    local emulator, store = require "iggraph.sandbox.emulator", require("iggraph.sandbox.store").memory()
    local reads, plain = 0, store.get
    store.get = function(key)
      reads = reads + 1
      return plain(key)
    end
    local uri = "/v26.0/17840000000000250/media?limit=%d&access_token=" .. tokens.user
      .. "&fields=id,comments_count,like_count,is_comment_enabled,comments%%7Bhidden,replies%%7D"
    local function reads_for(limit)
      reads = 0
      assert.equal(200, emulator.handle({ method = "GET", uri = uri:format(limit), headers = {} }, store).status)
      return reads
    end
    assert.equal(reads_for(1), reads_for(100))
  end)
end)
