-- Insights: long ranges of time in windows, all of their shapes as rows, and what they are refused for.
local cjson = require("cjson").new()
local client = require "spec.support.client"
local core = require "iggraph.core"
local insights = require("iggraph").insights
local nginx_host = require "spec.support.nginx_host"
local sandbox = require "iggraph.sandbox"
local server = require "spec.support.sandbox"
local time = require "iggraph.time"

local ACCOUNT, MEDIA = "17841405822304914", "17918195224117851"
local DAY = 86400
local LONGEST = 30 * DAY

local ig, user

setup(function()
  server.shared()
  ig = client.new()
  user = ig:user(ACCOUNT)
end)
before_each(function() server.reset() end)

local function reach(since, last, more)
  return client.with({ metric = "reach", period = "day", since = since, ["until"] = last }, more)
end

-- The ranges that were asked for: pairs of seconds.
local function windows()
  local list = {}
  for i, line in ipairs(client.asked()) do
    local params = core.params.query(line:match "%?(.*)$")
    list[i] = { tonumber(params.since), tonumber(params["until"]) }
  end
  return list
end

-- The ends of the days of all entries, in seconds.
local function days_of(entries)
  local days = {}
  for _, row in ipairs(assert(insights.rows(entries))) do days[#days + 1] = time.parse(row.end_time) end
  return days
end

-- Every day once: from one end to the next are 24 hours, or an hour more or less where summer begins or ends.
local function check_days(days, since, last)
  assert.is_true(days[1] > since and days[1] - since <= DAY + 3600)
  assert.is_true(days[#days] <= last and last - days[#days] < DAY + 3600)
  for i = 2, #days do assert.is_true(math.abs(days[i] - days[i - 1] - DAY) <= 3600) end
end

describe("the insights of a user", function()
  local now = os.time()

  it("over 91 days have each day once, from windows of 30 days, and no more", function()
    local since, last = now - 91 * DAY, now
    local entries = client.collect(user:insights(reach(since, last)))
    assert.equal(4, #entries)
    check_days(days_of(entries), now - 90 * DAY, last) -- it has no older ones
    local asked = windows()
    assert.equal(4, #asked)
    assert.equal(since, asked[1][1])
    for i, window in ipairs(asked) do
      assert.is_true(window[2] - window[1] <= LONGEST)
      assert.equal(asked[i + 1] and asked[i + 1][1] or last, window[2])
    end
  end)

  it("are given by dates as well", function()
    local since, last = now - 40 * DAY, now - 2 * DAY
    local days = days_of(user:insights(reach(time.format(since), time.format(last))))
    assert.equal(2, #client.asked())
    check_days(days, since, last)
    assert.same(days, days_of(user:insights(reach(("%d"):format(since), last))))
    local from = time.format(since):sub(1, 10)
    check_days(days_of(user:insights(reach(from, last))), time.parse(from), last)
  end)

  it("of 30 days are one request, though the answer has a next; of a second more they are two", function()
    check_days(days_of(user:insights(reach(now - LONGEST, now))), now - LONGEST, now)
    assert.same({ { now - LONGEST, now } }, windows())
    server.reset()
    local days = days_of(user:insights(reach(now - LONGEST - 1, now)))
    assert.same({ { now - LONGEST - 1, now - 1 }, { now - 1, now } }, windows())
    check_days(days, now - LONGEST - 1, now)
  end)

  it("without an end go on to now", function()
    local since = now - 45 * DAY
    check_days(days_of(user:insights(reach(since))), since, now)
    assert.equal(2, #client.asked())
    server.reset()
    check_days(days_of(user:insights(reach(now - 10 * DAY))), now - 10 * DAY, now)
    assert.same({ { now - 10 * DAY } }, windows())
  end)

  it("without a range, or without its begin, are one answer", function()
    for _, params in ipairs { reach(), reach(nil, now - 5 * DAY) } do
      server.reset()
      assert.equal(1, #client.collect(user:insights(params)))
      assert.equal(1, #client.asked())
    end
  end)

  it("as totals have one for each window, which says when that ends", function()
    local since, last = now - 70 * DAY, now - 5 * DAY
    local params = reach(since, last, { metric = "likes", metric_type = "total_value" })
    local rows = insights.rows(user:insights(params))
    assert.same({ time.format(since + LONGEST), time.format(since + 2 * LONGEST), time.format(last) },
      { rows[1].end_time, rows[2].end_time, rows[3].end_time })
    assert.equal(3, #rows)
    for i, window in ipairs(windows()) do
      local own = ig:get(ACCOUNT .. "/insights", client.with(params, { since = window[1], ["until"] = window[2] }))
      assert.equal(own.data[1].total_value.value, rows[i].value)
    end
    local short = insights.rows(user:insights(client.with(params, { since = now - 20 * DAY, ["until"] = now })))
    assert.is_nil(short[1].end_time)
  end)

  it("of several metrics go on from a position, in and between windows", function()
    local params = reach(now - 80 * DAY, now, { metric = { "reach", "follower_count" } })
    local all = insights.rows(user:insights(params))
    for count = 1, 5 do
      local cursor, entries = user:insights(params), {}
      for i = 1, count do entries[i] = cursor:next() end
      local position = cjson.decode(cjson.encode(cursor:position()))
      for entry in client.new():user(ACCOUNT):insights(params, { position = position }) do
        entries[#entries + 1] = entry
      end
      assert.same(all, insights.rows(entries))
    end
  end)

  it("take a cursor's options", function()
    local params = reach(now - 80 * DAY, now)
    assert.same(client.collect(user:insights(params)), client.collect(user:insights(params, { prefetch = true })))
    assert.equal(2, #client.collect(user:insights(params, { max_items = 2 })))
  end)

  it("give nothing where there is nothing", function()
    assert.same({}, client.collect(ig:user("17840000000000003"):insights {
      metric = "follower_count", period = "day", since = now - 80 * DAY, ["until"] = now }))
    assert.equal(3, #client.asked())
  end)

  it("raise for a range that is none, before anything is asked", function()
    local ok, message = pcall(user.insights, user, reach(now, now - 1))
    assert.is_false(ok)
    assert.matches("params.since is later than params.until", message, 1, true)
    assert.same({}, server.requests())
  end)

  it("leave what they do not know as a time to the Graph", function()
    local _, err, kind = user:insights(reach("the day before", now)):next()
    assert.same({ "invalid", 100 }, { kind, err.code })
  end)

  it("leave the caller's parameters alone", function()
    local params = reach(now - 80 * DAY, now)
    local before = client.with(params)
    client.collect(user:insights(params))
    assert.same(before, params)
  end)
end)

-- The Graph has been seen to tell more exactly than it says, and less.
describe("the insights of a user, where the server's windows are others", function()
  local host

  -- Values of each tenth day from `since` to `until`, both included; no more than 20 days at a time, as its next says.
  setup(function()
    host = nginx_host.start { client = false, locations = { ["v26.0/1/insights"] = [[
      local args, values, day = ngx.req.get_uri_args(), {}, 86400
      local since, last = tonumber(args.since), math.min(tonumber(args["until"]), args.since + 20 * 86400)
      for stop = since, last, 10 * day do
        values[#values + 1] = ('{"value":1,"end_time":"%s+0000"}'):format(os.date("!%Y-%m-%dT%H:%M:%S", stop))
      end
      ngx.shared.seen:rpush("asked", args.since .. "-" .. args["until"])
      ngx.print('{"data":[{"name":"reach","period":"day","values":[', table.concat(values, ","), ']}],',
        '"paging":{"next":"http://h/v26.0/1/insights?since=', last, "&until=", last + 20 * day, '"}}')
    ]], asked = [[ ngx.print(ngx.shared.seen:lpop "asked" or "") ]] } }
  end)
  teardown(function() host:stop() end)

  it("have each day once, and none is left out", function()
    local own, since = client.new { base_url = host.http }, 1767225600
    local days = days_of(own:user("1"):insights(reach(since, since + 70 * DAY)))
    local expected = {}
    for i = 0, 7 do expected[i + 1] = since + i * 10 * DAY end
    assert.same(expected, days)
    local asked = {}
    for i = 1, 4 do asked[i] = host:get "asked" end
    local function window(from, to) return ("%d-%d"):format(since + from * DAY, since + to * DAY) end
    assert.same({ window(0, 30), window(20, 50), window(40, 70), window(60, 70) }, asked)
  end)

  it("have each day once from a position on, too", function()
    local params = reach(1767225600, 1767225600 + 70 * DAY)
    local function open(opts) return client.new({ base_url = host.http }):user("1"):insights(params, opts) end
    local all = days_of(open())
    for count = 1, 3 do
      local cursor, entries = open(), {}
      for i = 1, count do entries[i] = cursor:next() end
      local position = cjson.decode(cjson.encode(cursor:position()))
      for entry in open { position = position } do entries[#entries + 1] = entry end
      assert.same(all, days_of(entries))
    end
  end)
end)

describe("insights.rows", function()
  local function row(name, period, value, end_time, dimensions)
    return { name = name, period = period, value = value, end_time = end_time, dimensions = dimensions or {} }
  end

  -- What it is, the entries as the Graph sends them, the rows.
  local SHAPES = {
    { "a medium's value", '[{"name":"saved","period":"lifetime","values":[{"value":0}],"title":"Saved"}]',
      { row("saved", "lifetime", 0) } },
    { "values over time", [=[[{"name":"reach","period":"day","values":[
        {"value":3,"end_time":"2026-05-04T07:00:00+0000"},{"value":0,"end_time":"2026-05-05T07:00:00+0000"}]}]]=],
      { row("reach", "day", 3, "2026-05-04T07:00:00+0000"), row("reach", "day", 0, "2026-05-05T07:00:00+0000") } },
    { "a total", '[{"name":"likes","period":"day","total_value":{"value":12}}]', { row("likes", "day", 12) } },
    { "a total with a breakdown", [=[[{"name":"reach","period":"day","total_value":{"value":5,"breakdowns":[
        {"dimension_keys":["media_product_type","follow_type"],"results":[
        {"dimension_values":["AD","FOLLOWER"],"value":2},
        {"dimension_values":["POST","NON_FOLLOWER"],"value":3}]}]}}]]=],
      { row("reach", "day", 5), row("reach", "day", 2, nil, { media_product_type = "AD", follow_type = "FOLLOWER" }),
        row("reach", "day", 3, nil, { media_product_type = "POST", follow_type = "NON_FOLLOWER" }) } },
    { "a medium's value with a breakdown", [=[[{"name":"profile_activity","period":"lifetime","values":[{"value":4}],
        "total_value":{"value":4,"breakdowns":[{"dimension_keys":["action_type"],
        "results":[{"dimension_values":["bio_link_clicked"],"value":4}]}]}}]]=],
      { row("profile_activity", "lifetime", 4),
        row("profile_activity", "lifetime", 4, nil, { action_type = "bio_link_clicked" }) } },
    { "demographics, which have no total", [=[[{"name":"follower_demographics","period":"lifetime",
        "total_value":{"breakdowns":[{"dimension_keys":["timeframe","country"],
        "results":[{"dimension_values":["LAST_90_DAYS","US"],"value":7}]}]}}]]=],
      { row("follower_demographics", "lifetime", 7, nil, { timeframe = "LAST_90_DAYS", country = "US" }) } },
    { "a breakdown without results", [=[[{"name":"reach","period":"day","total_value":{"value":0,
        "breakdowns":[{"dimension_keys":["follow_type"]}]}}]]=],
      { row("reach", "day", 0) } },
    { "an entry without a total", '[{"name":"follows_and_unfollows","period":"day"}]', {} },
    { "an empty total", '[{"name":"follows_and_unfollows","period":"day","total_value":{}}]', {} },
    { "hours of a day", [=[[{"name":"online_followers","period":"lifetime","values":[
        {"value":{"0":5,"10":7,"2":6},"end_time":"2026-05-04T07:00:00+0000"},
        {"value":{},"end_time":"2026-05-05T07:00:00+0000"}]}]]=],
      { row("online_followers", "lifetime", 5, "2026-05-04T07:00:00+0000", { hour = "0" }),
        row("online_followers", "lifetime", 6, "2026-05-04T07:00:00+0000", { hour = "2" }),
        row("online_followers", "lifetime", 7, "2026-05-04T07:00:00+0000", { hour = "10" }) } },
    { "an object of old", [=[[{"name":"audience_gender_age","period":"lifetime","values":[
        {"value":{"M.18-24":1,"F.18-24":2}}]}]]=],
      { row("audience_gender_age", "lifetime", 2, nil, { key = "F.18-24" }),
        row("audience_gender_age", "lifetime", 1, nil, { key = "M.18-24" }) } },
    { "null, and nothing", [=[[{"name":"a","period":"day","values":[{"value":null},{"end_time":"x"}]},
        {"name":"b","period":"day","values":[]},{"name":"c","period":"day","values":null,"total_value":null}]]=], {} },
    { "what is no number", '[{"name":"a","period":"day","values":[{"value":1.5},{"value":"12345678901234567890"}]}]',
      { row("a", "day", 1.5), row("a", "day", "12345678901234567890") } },
    { "no data", "[]", {} },
  }
  for _, shape in ipairs(SHAPES) do
    it("flattens " .. shape[1], function()
      local entries = core.json.decode(shape[2])
      assert.same(shape[3], insights.rows(entries))
      assert.same(shape[3], insights.rows { data = entries, paging = {} })
      if #entries == 1 then assert.same(shape[3], insights.rows(entries[1])) end
    end)
  end

  it("takes cursors, and tells of their failure", function()
    local rows = insights.rows(ig:media(MEDIA):insights { metric = { "reach", "likes" } })
    assert.same({ "reach", "likes" }, { rows[1].name, rows[2].name })
    assert.same({ "lifetime", "number" }, { rows[1].period, type(rows[1].value) })
    local none, err, kind = insights.rows(ig:media("1"):insights { metric = "reach" })
    assert.same({ nil, "not_found", "not_found" }, { none, err.kind, kind })
  end)

  it("takes each shape that the sandbox has", function()
    local function rows_of(params) return assert(insights.rows(user:insights(params))) end
    local rows = rows_of { metric = "online_followers", period = "lifetime" }
    assert.same({ "0", "23", 24 }, { rows[1].dimensions.hour, rows[24].dimensions.hour, #rows })
    rows = rows_of {
      metric = "follower_demographics", period = "lifetime", metric_type = "total_value", breakdown = "age",
    }
    assert.equal(7, #rows)
    assert.equal("THIS_MONTH", rows[1].dimensions.timeframe)
    assert.matches("^%d%d[-+]", rows[1].dimensions.age)
    local both = { "media_product_type", "follow_type" }
    rows = rows_of { metric = "reach", period = "day", metric_type = "total_value", breakdown = both }
    assert.same({}, rows[1].dimensions)
    local sum = 0
    for i = 2, #rows do
      assert.is_string(rows[i].dimensions.media_product_type)
      assert.is_string(rows[i].dimensions.follow_type)
      sum = sum + rows[i].value
    end
    assert.equal(rows[1].value, sum)
    assert.same({}, rows_of { metric = "follows_and_unfollows", period = "day", metric_type = "total_value" })
  end)

  it("takes insights that came as a field", function()
    local media = ig:media(MEDIA):get { fields = "insights.metric(reach,likes){name,period,values}" }
    assert.same(insights.rows(ig:media(MEDIA):insights { metric = "reach,likes" }), insights.rows(media.insights))
  end)

  it("raises for what is none", function()
    for _, value in ipairs { "x", 5, false, { a = 1 } } do
      assert.has_error(function() insights.rows(value) end)
    end
    assert.has_error(function() insights.rows() end)
  end)
end)

describe("insights that are refused", function()
  local function third_story()
    local cursor = ig:user(ACCOUNT):stories { fields = "id" }
    for _ = 1, 2 do cursor:next() end
    return assert(cursor:next(), "the account has no third story").id
  end

  local function converted()
    local cursor = ig:user("17840000000002108"):media { fields = "id" }
    for _ = 1, 10 do cursor:next() end
    return cursor:next().id
  end

  -- What it is, id of the medium, parameters, kind, code, subcode, retryable, what the message says.
  local OF_MEDIA = {
    { "a metric that there is not", MEDIA, { metric = "frobs" }, "invalid", 100, nil, false, "must be one of" },
    { "a metric of other media", MEDIA, { metric = "likes,navigation" }, "invalid", 100, nil, false,
      "does not support the navigation metric" },
    { "impressions", MEDIA, { metric = "impressions" }, "invalid", 100, nil, false, "no longer supported" },
    { "a wrong breakdown", MEDIA, { metric = "reach", breakdown = "action_type" }, "transient", 1, nil, true,
      "unknown error" },
    { "a story that few saw", third_story, { metric = "reach" }, "permission", 10, nil, false, "Not enough viewers" },
    { "media from before the account was professional", converted, { metric = "reach" }, "invalid", 100, 2108006, false,
      "Invalid parameter" },
    { "media that is not there", "1", { metric = "reach" }, "not_found", 100, 33, false, "does not exist" },
  }
  for _, row in ipairs(OF_MEDIA) do
    it("for " .. row[1], function()
      local id = type(row[2]) == "function" and row[2]() or row[2]
      local entry, err, kind = ig:media(id):insights(row[3]):next()
      assert.same({ nil, row[4], row[5], row[6], row[7] }, { entry, kind, err.code, err.subcode, err.retryable })
      assert.matches(row[8], tostring(err), 1, true)
      assert.matches("GET /v26.0/" .. id .. "/insights", tostring(err), 1, true)
    end)
  end

  -- What it is, parameters, what the message says.
  local OF_USER = {
    { "a range of more than 30 days", { metric = "reach", period = "day", since = 1, ["until"] = LONGEST + 2 },
      "more than 30 days" },
    { "a metric that is a total only", { metric = "likes", period = "day" }, "metric_type=total_value" },
    { "a metric that is no total", { metric = "follower_count", period = "day", metric_type = "total_value" },
      "Incompatible metric type" },
    { "a breakdown that it has not",
      { metric = "likes", period = "day", metric_type = "total_value", breakdown = "age" },
      "incompatible with the breakdown" },
    { "a period that it has not", { metric = "reach", period = "lifetime" }, "incompatible with the period" },
    { "a period that there is not", { metric = "reach", period = "decade" }, "must be one of" },
  }
  for _, row in ipairs(OF_USER) do
    it("for " .. row[1] .. ", which no second try would change", function()
      local value, err, kind = ig:get(ACCOUNT .. "/insights", row[2])
      assert.same({ nil, "invalid", 100, false }, { value, kind, err.code, err.retryable })
      assert.matches(row[3], err.message, 1, true)
    end)
  end

  it("without the permission", function()
    local limited = client.new { access_token = sandbox.tokens.limited }
    local _, err, kind = limited:user(ACCOUNT):insights({ metric = "reach", period = "day" }):next()
    assert.same({ "permission", false }, { kind, err.retryable })
  end)

  it("do not end the others of a loop", function()
    local function kind_of(id) return select(3, ig:media(id):insights({ metric = "navigation" }):next()) end
    assert.equal("invalid", kind_of(MEDIA))
    assert.is_nil(select(3, ig:media(MEDIA):insights({ metric = "reach" }):next()))
    assert.equal(2, #server.requests())
  end)
end)
