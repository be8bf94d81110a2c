-- Edges inside of answers that a server makes up: where they end, and where they do not.
local cjson = require("cjson").new()
local client = require "spec.support.client"
local fault_server = require "spec.support.fault_server"
local iggraph = require "iggraph"

local ACCOUNT = "17841405822304914"

local faults

setup(function() faults = fault_server.start() end)
teardown(function() faults:stop() end)

local function answer(text) faults:answer { body = text } end

local function new() return iggraph.new { access_token = "a-token", base_url = faults.http, retry = false } end

describe("what a discovery brought", function()
  local function page(ids, after)
    local data = {}
    for i, id in ipairs(ids) do data[i] = ('{"id":"%s"}'):format(id) end
    local paging = after and (',"paging":{"cursors":{"after":"%s"}}'):format(after) or ""
    return ('{"business_discovery":{"media":{"data":[%s]%s},"id":"5"},"id":"%s"}'):format(table.concat(data, ","),
      paging, ACCOUNT)
  end

  local function discover(ig)
    return assert(ig:user(ACCOUNT):business_discovery("bluebottle", { "id", media = { "id" } }))
  end

  it("does not end at an empty page that has a cursor", function()
    local ig = new()
    answer(page({ "1", "2" }, "A+/x=="))
    local media = ig:continue(discover(ig), "media")
    assert.equal("1", media:next().id)
    assert.equal("2", media:next().id)
    answer(page({}, "B"))
    local _, _, kind = ig:continue(discover(ig), "media", { max_empty_pages = 3 }):next()
    assert.equal("paging", kind) -- for ever empty
    answer(page { "3" })
    assert.equal("3", media:next().id)
    assert.is_nil(media:next())
  end)

  it("goes on where its fields were written by hand, too", function()
    local ig = new()
    answer(page({ "1" }, "A"))
    local node = ig:user(ACCOUNT):get { fields = "id,business_discovery.username(bluebottle){id,media.limit(1){id}}" }
    local media = ig:continue(node.business_discovery, "media")
    assert.equal("1", media:next().id)
    answer(page { "2" })
    assert.equal("2", media:next().id)
    assert.is_nil(media:next())
  end)

  it("is no failure of Lua where the server sends null for it", function()
    local ig = new()
    answer(page({ "1" }, "A"))
    local media = ig:continue(discover(ig), "media")
    media:next()
    answer(('{"business_discovery":{"media":null,"id":"5"},"id":"%s"}'):format(ACCOUNT))
    assert.is_nil((media:next()))
  end)
end)

describe("insights", function()
  local NEXT = "https://graph.facebook.com/v26.0/x/insights?since=1900000000&until=1900086400"
  local ENTRIES = [["data":[{"name":"reach","period":"day","values":[{"value":1}],"id":"x/insights/reach/day"}],]]
    .. ('"paging":{"next":"%s"}'):format(NEXT)

  it("that came inside of an answer have no further page, whatever `next` says", function()
    local ig = new()
    answer(('{"insights":{%s},"id":"%s"}'):format(ENTRIES, ACCOUNT))
    local node = ig:user(ACCOUNT):get { fields = "insights.metric(reach).period(day)" }
    assert.equal(1, #client.collect(ig:continue(node, "insights", { max_items = 5 })))
  end)

  it("nor do those that are asked for by their path", function()
    answer("{" .. ENTRIES .. "}")
    local list = new():list(ACCOUNT .. "/insights", { metric = "reach", period = "day" }, { max_items = 5 })
    assert.equal(1, #client.collect(list))
  end)

  it("are flattened with what is missing left out", function()
    local rows = iggraph.insights.rows
    local null = iggraph.null
    assert.same({}, rows { data = { null, { name = "a", values = { null, { value = null } } } } })
    assert.same({}, rows { data = { { name = "a", total_value = { breakdowns = null } } } })
    local breakdown = { dimension_keys = null, results = { { value = 2 } } }
    assert.equal(2, rows({ name = "a", total_value = { breakdowns = { breakdown } } })[1].value)
  end)
end)

describe("a device login", function()
  it("goes by the subcode, where there is no code", function()
    local kinds = {}
    for _, subcode in ipairs { 1349152, 1349172, 1349173, 1349174 } do
      answer(('{"error":{"error_subcode":%d,"type":"OAuthException","message":"x"}}'):format(subcode))
      kinds[#kinds + 1] = select(3, new():post "device/login_status")
    end
    assert.same({ "auth", "throttled", "permission", "transient" }, kinds)
  end)
end)

describe("an answer without a token", function()
  it("is asked for without one where that is wished", function()
    answer '{"html":"<blockquote>"}'
    local ig = iggraph.new { access_token = false, base_url = faults.http }
    assert.equal("<blockquote>", ig:instagram_oembed({ url = "https://www.instagram.com/p/x/" }).html)
  end)
end)

describe("a batch", function()
  it("shows no entry's secrets in the error of another", function()
    local own, other = "EAAown" .. ("x"):rep(40), "EAAother" .. ("y"):rep(40)
    local ig = iggraph.new { access_token = own, app_secret = "the_secret_of_the_app", base_url = faults.http }
    local failure = cjson.encode { error = { message = "seen " .. own .. " and " .. other, code = 100,
      error_user_msg = other:gsub("y", "%%79") } }
    answer(cjson.encode { { code = 400, body = failure }, { code = 400, body = failure } })
    local results = assert(ig:batch { { path = "a" }, { path = "b", access_token = other } })
    for i = 1, 2 do
      local err = results[i][2]
      for _, text in ipairs { err.message, err.user_msg, tostring(err) } do
        assert.not_matches("xxxxx", text)
        assert.not_matches("yyyyy", text)
        assert.not_matches("%%79%%79", text)
      end
    end
  end)
end)
