-- Mistakes are named, at the caller's line, before anything is sent.
local iggraph = require "iggraph"

local ig = iggraph.new { access_token = "a-token-that-goes-nowhere", base_url = "http://127.0.0.1:1" }

-- What the function raises, which must be at a line of this file.
local function mistake(fn)
  local ok, message = pcall(fn)
  assert.is_false(ok)
  assert.matches("21%-mistakes_spec.lua:%d+: ", message)
  return message
end

local function of_method(handle, name) return mistake(function() return handle[name] end) end

describe("a name that no handle has", function()
  it("is compared with those that are called alike", function()
    assert.matches("IG User has no edge 'medai': did you mean 'media'%? All are at", of_method(ig:user "1", "medai"))
    assert.matches("did you mean 'stories'%?", of_method(ig:user "1", "storys"))
    assert.matches("IG Comment has no edge 'nonsense'%. All are at https://", of_method(ig:comment "1", "nonsense"))
  end)

  it("leads from the Graph's name of an edge to the verb that writes it", function()
    for _, row in ipairs {
      { ig:user "1", "media_publish", "publish_media" }, { ig:user "1", "mentions", "mention" },
      { ig:page "1", "messages", "send_message" }, { ig:me(), "media_publish", "publish_media" },
      { ig:user "1", "likes", "like" }, { ig:media "1", "comment_enabled", "enable_comments" },
    } do
      local message = of_method(row[1], row[2])
      assert.matches("did you mean .*'" .. row[3] .. "'", message)
    end
  end)

  it("nor the client", function()
    assert.matches("no 'hashtag_search': did you mean 'ig_hashtag_search'", of_method(ig, "hashtag_search"))
    assert.matches("a client has no 'frobnicate'$", of_method(ig, "frobnicate"))
  end)
end)

describe("a call", function()
  it("with a dot for a colon says so", function()
    assert.matches("with a colon: client:user%(id%)", mistake(function() ig.user "12" end))
    assert.matches("with a colon: node:media", mistake(function() ig:user("12").media() end))
    assert.matches("with a colon: node:get", mistake(function() ig:user("12").get() end))
    assert.matches("with a colon: node:media", mistake(function() ig:user("12").media { fields = "id" } end))
    assert.matches("with a colon: node:reply", mistake(function() ig:comment("12").reply { message = "Hi" } end))
    assert.matches("with a colon: client:me%(%)", mistake(function() ig.me() end))
    assert.matches("with a colon: client:instagram_accounts", mistake(function() ig.instagram_accounts {} end))
    for _, method in ipairs { "get", "post", "delete", "list" } do
      assert.matches("with a colon, as in client:get", mistake(function() ig[method] "me/accounts" end))
    end
  end)

  it("with a version in its path says whose that is", function()
    for _, method in ipairs { "get", "post", "delete", "list" } do
      assert.matches("the version is the client's", mistake(function() ig[method](ig, "/v18.0/me/accounts") end))
    end
  end)

  it("takes an empty list for a parameter that is missing", function()
    assert.matches("params.metric is required", mistake(function() ig:media("1"):insights { metric = {} } end))
    assert.matches("params.subscribed_fields is required",
      mistake(function() ig:page("1"):subscribe_app { subscribed_fields = {} } end))
  end)

  it("wants one of two, not both", function()
    local user = ig:user "1"
    assert.matches("params.media_id or params.comment_id is required", mistake(function() user:like {} end))
    assert.matches("either params.media_id or params.comment_id, not both",
      mistake(function() user:unlike { media_id = "1", comment_id = "2" } end))
  end)

  it("with an option that is none says which one it may have meant", function()
    local function raises(words, fn, ...)
      local ok, message = pcall(fn, ...)
      assert.is_false(ok)
      assert.matches(words, message, 1, true)
    end
    raises("unknown option 'acess_token': did you mean 'access_token'?", iggraph.new, { acess_token = "t" })
    raises("unknown option 'retry.attempt': did you mean 'attempts'?", iggraph.new,
      { access_token = "t", retry = { attempt = 3 } })
    raises("unknown option 'max_item': did you mean 'max_items'?", ig.list, ig, "x/y", nil, { max_item = 1 })
    raises("unknown option 'concurency': did you mean 'concurrency'?", iggraph.map, {}, print, { concurency = 1 })
    raises("unknown option 'on_progres': did you mean 'on_progress'?", ig.publish, ig, "1", {}, { on_progres = print })
    raises("unknown option 'hots': did you mean 'host'?", iggraph.store.redis, { hots = "x" })
    raises("unknown option 'client_if': did you mean 'client_id'?", iggraph.login.url, { client_if = "x" })
  end)

  it("with a name that is like none is answered without a guess", function()
    assert.matches("unknown option 'frobnicate'$",
      mistake(function() iggraph.new { access_token = "t", frobnicate = 1 } end))
  end)

  it("without what is required sees what was given in its place", function()
    assert.matches("params.metric is required; params.metrics: did you mean 'metric'%?$",
      mistake(function() ig:media("1"):insights { metrics = "reach" } end))
    assert.matches("params.metric is required; params.prefetch is an option: it belongs into the second table$",
      mistake(function() ig:media("1"):insights { prefetch = true } end))
    assert.matches("params.metric is required$", mistake(function() ig:media("1"):insights { period = "day" } end))
  end)

  it("wants a hashtag without its sign", function()
    assert.matches("without '#'", mistake(function() ig:hashtags("1", "#dino") end))
  end)
end)

describe("ig:me()", function()
  it("has the edges of all that a token may stand for", function()
    local me = ig:me()
    for _, name in ipairs { "accounts", "permissions", "instagram_accounts", "media", "stories", "send_message" } do
      assert.is_function(me[name], name)
    end
  end)

  it("but none that lead to different places", function()
    assert.is_function(ig:page("1").create_message_attachment)
    assert.is_function(ig:user("1").create_message_attachment)
    assert.matches("no edge 'create_message_attachment'", of_method(ig:me(), "create_message_attachment"))
  end)
end)
