-- The sandbox's insights, hashtags, discovery and partners' edges over HTTP, and whether it has all of the Graph.
local curl = require "spec.support.curl"
local reference = require "iggraph.reference"
local sandbox = require "iggraph.sandbox"
local support = require "spec.support.sandbox"
local time = require "iggraph.time"
local with = require("spec.support.client").with

local ask, ids_of = curl.ask, curl.ids_of
local ACCOUNT, SMALL, OTHER = "17841405822304914", "17840000000000005", "17840000000000100"
local FEED, REEL, ALBUM = "17918195224117851", "17895695668004550", "17899305451014820"
local DAY = 86400

local function failure(answer) return curl.failure(answer, "message") end

describe("the sandbox", function()
  local server, base

  setup(function()
    server = support.shared()
    base = server.http .. "/v26.0/"
  end)

  before_each(function() support.reset() end)

  local function get(path, params, options) return ask(base .. path, with(options or {}, { query = params })) end

  local function value_of(entry) return entry.values[1].value end

  --- Follows a link of `paging` for so many pages.
  local function follow(page, link, count)
    for _ = 1, count do page = ask(page.paging[link]).json end
    return page
  end

  describe("has insights of media", function()
    local BY_PRODUCT = {
      FEED = "reach,saved,likes,comments,shares,total_interactions,follows,profile_visits,profile_activity,views,"
        .. "reposts,facebook_views,total_views,total_likes,total_comments",
      REELS = "reach,saved,likes,comments,shares,total_interactions,ig_reels_video_view_total_time,"
        .. "ig_reels_avg_watch_time,views,reels_skip_rate,reposts,facebook_views,crossposted_views,total_views,"
        .. "total_likes,total_comments",
      STORY = "reach,replies,shares,total_interactions,follows,profile_visits,profile_activity,navigation,views,"
        .. "reposts,facebook_views,total_views,link_clicks",
    }

    local function media_of(product)
      if product == "STORY" then return get(ACCOUNT .. "/stories").json.data[1].id end
      return product == "REELS" and REEL or FEED
    end

    local function words(text)
      local list = {}
      for word in text:gmatch "[^,]+" do list[#list + 1] = word end
      return list
    end

    for product, metrics in pairs(BY_PRODUCT) do
      it("by the metrics of " .. product .. ", and refuses those of others", function()
        local id = media_of(product)
        local answer = get(id .. "/insights", { metric = metrics })
        assert.equal(200, answer.status, answer.body)
        local names, allowed = words(metrics), {}
        for index, entry in ipairs(answer.json.data) do
          assert.equal(names[index], entry.name)
          assert.same({ "lifetime", id .. "/insights/" .. entry.name .. "/lifetime" }, { entry.period, entry.id })
          assert.is_number(value_of(entry))
          assert.is_nil(entry.total_value)
          allowed[entry.name] = true
        end
        assert.equal(#names, #answer.json.data)
        assert.is_nil(answer.json.paging)
        for _, others in pairs(BY_PRODUCT) do
          for _, name in ipairs(words(others)) do
            if not allowed[name] then
              local refusal = get(id .. "/insights", { metric = "reach," .. name })
              assert.same({ 400, 100, nil, "(#100) The Media Insights API does not support the " .. name
                .. " metric for this media product type" }, failure(refusal))
            end
          end
        end
      end)
    end

    it("that agree with the media's fields, and are the same each time", function()
      local fields = "like_count,saved_count,shares_count,comments_count"
      local media = get(FEED, { fields = fields .. ",insights.metric(likes,saved,shares,comments,reach)" }).json
      local by_name = {}
      for _, entry in ipairs(media.insights.data) do by_name[entry.name] = value_of(entry) end
      assert.same({ media.like_count, media.saved_count, media.shares_count, media.comments_count },
        { by_name.likes, by_name.saved, by_name.shares, by_name.comments })
      assert.equal(by_name.reach, value_of(get(FEED .. "/insights", { metric = "reach" }).json.data[1]))
      assert.is_true(by_name.reach ~= value_of(get(ALBUM .. "/insights", { metric = "reach" }).json.data[1]))
    end)

    it("in parts that add up, in lower case", function()
      local story = media_of "STORY"
      for _, case in ipairs {
        { FEED, "profile_activity", "action_type", "bio_link_clicked" },
        { story, "navigation", "story_navigation_action_type", "tap_forward" },
      } do
        local entry = get(case[1] .. "/insights", { metric = case[2], breakdown = case[3] }).json.data[1]
        local breakdown, sum = entry.total_value.breakdowns[1], 0
        assert.same({ case[3] }, breakdown.dimension_keys)
        assert.same({ case[4] }, breakdown.results[1].dimension_values)
        for _, part in ipairs(breakdown.results) do sum = sum + part.value end
        assert.same({ value_of(entry), value_of(entry) }, { sum, entry.total_value.value })
      end
    end)

    it("as a field, with fields of its own, which is left out without data", function()
      local list = get(ACCOUNT .. "/media", { limit = 1, fields = "insights.metric(reach).period(day){name,values}" })
      assert.matches('^{"data":%[{"insights":{"data":%[{"name":"reach","values":%[{"value":%d+}%],'
        .. '"id":"17918195224117851\\/insights\\/reach\\/lifetime"}%]},"id":"17918195224117851"}%]', list.body)
      assert.equal('{"id":"17900199990019999"}', get("17900199990019999", { fields = "insights.metric(reach)" }).body)
    end)

    it("for two years only", function()
      assert.equal('{"data":[]}', get("17900199990019999/insights", { metric = "reach" }).body)
    end)

    local UNSUPPORTED = "(#100) Starting from version v22.0 and above, the impressions metric is no longer supported "
      .. "for the queried media"

    it("without impressions since v22.0, and with those of older media before", function()
      assert.same({ 400, 100, nil, UNSUPPORTED }, failure(get(FEED .. "/insights", { metric = "impressions" })))
      local old = "17900199990015999" -- of March 2024
      assert.same({ 400, 100, nil, UNSUPPORTED }, failure(get(old .. "/insights", { metric = "impressions" })))
      local answer = ask(server.http .. "/v21.0/" .. old .. "/insights?metric=impressions")
      assert.equal(200, answer.status, answer.body)
    end)

    local ENUM = "impressions, reach, replies, saved, likes, comments, shares, total_interactions, follows, "
      .. "profile_visits, profile_activity, navigation, ig_reels_video_view_total_time, ig_reels_avg_watch_time, "
      .. "views, reels_skip_rate, reposts, facebook_views, crossposted_views, total_views, total_likes, "
      .. "total_comments, link_clicks"

    it("and refuses what the Graph refuses", function()
      local stories = ids_of(get(ACCOUNT .. "/stories").json)
      for _, case in ipairs {
        { FEED, { metric = "reach,plays" }, 400, 100, nil,
          "(#100) metric[1] must be one of the following values: " .. ENUM },
        { FEED, {}, 400, 100, nil, "(#100) The parameter metric is required" },
        { FEED, { metric = "reach", breakdown = "action_type" }, 500, 1, nil, "An unknown error has occurred." },
        { stories[3], { metric = "reach" }, 400, 10, nil,
          "(#10) Not enough viewers for the media to show insights" },
        { "17900021070000010", { metric = "reach" }, 400, 100, 2108006, "Invalid parameter" },
      } do
        local answer = get(case[1] .. "/insights", case[2])
        assert.same({ case[3], case[4], case[5], case[6] }, failure(answer))
      end
      assert.same({ { "" } },
        get("17900021070000010/insights", { metric = "reach" }).json.error.error_data.blame_field_specs)
      assert.equal(200, get("17900021070000009/insights", { metric = "reach" }).status)
      local child = get(ALBUM, { fields = "children" }).json.children.data[1].id
      assert.equal(400, get(child .. "/insights", { metric = "reach" }).status)
      assert.equal(403, get(FEED, { fields = "insights.metric(reach)" }, { token = sandbox.tokens.limited }).status)
    end)

    it("without those of boosts by Instagram Login", function()
      local options = { token = sandbox.tokens.instagram }
      assert.equal(400, get(FEED .. "/insights", { metric = "total_likes" }, options).status)
      assert.equal(200, get(FEED .. "/insights", { metric = "likes" }, options).status)
    end)
  end)

  describe("has insights of accounts", function()
    local NOW = time.parse "2026-12-01T12:00:00+0000" -- some weeks after the end of summer time in California

    before_each(function()
      ask(server.http .. "/_sandbox/clock", { form = { advance = tostring(NOW - os.time()) } })
    end)

    local function insights(params, account, options)
      return get((account or ACCOUNT) .. "/insights", params, options)
    end

    local function ends_of(entry)
      local ends = {}
      for index, value in ipairs(entry.values) do ends[index] = value.end_time end
      return ends
    end

    it("of each day that ends after since, up to until, by California's midnight", function()
      local params = { metric = "reach", period = "day", since = "2026-10-31T07:00:00+0000",
        ["until"] = "2026-11-02T08:00:00+0000" }
      local answer = insights(params, OTHER).json
      assert.same({ "2026-11-01T07:00:00+0000", "2026-11-02T08:00:00+0000" }, ends_of(answer.data[1]))
      assert.equal(OTHER .. "/insights/reach/day", answer.data[1].id)
      params.since, params["until"] = time.parse(params.since), time.parse(params["until"])
      assert.same(answer.data, insights(params, OTHER).json.data)
      params.since = params.since - 1
      assert.equal(3, #insights(params, OTHER).json.data[1].values)
    end)

    it("of the last day where nothing is said, in the guide's order of members", function()
      assert.matches('^{"data":%[{"name":"reach","period":"day","values":%[{"value":%d+,"end_time":"[%d-]+T0[78]:00:00'
        .. '%+0000"}%],"title":"[^"]+","description":"[^"]+","id":"17841405822304914\\/insights\\/reach\\/day"}%],'
        .. '"paging":{"previous":"[^"]+","next":"[^"]+"}}$', insights { metric = "reach", period = "day" } .body)
    end)

    it("whose pages are ranges that lead on for ever, and meet", function()
      local last = NOW - 2 * DAY
      local page = insights { metric = "reach", period = "day", since = last - 10 * DAY, ["until"] = last } .json
      local before = follow(page, "previous", 1)
      assert.same({ 10, 10 }, { #page.data[1].values, #before.data[1].values })
      assert.same(page.data, follow(before, "next", 1).data)
      local first, latest = page.data[1].values[1].end_time, before.data[1].values[10].end_time
      assert.is_true(math.abs(time.parse(first) - time.parse(latest) - DAY) <= 3600)
      assert.same({}, follow(page, "next", 2).data)
      assert.is_string(follow(page, "next", 5).paging.next)
      assert.same({}, follow(page, "previous", 9).data) -- kept for 90 days
    end)

    it("of thirty days and not more", function()
      local last = NOW - DAY
      local params = { metric = "reach", period = "day", since = last - 30 * DAY, ["until"] = last }
      assert.equal(30, #insights(params).json.data[1].values)
      params.since = params.since - 1
      assert.same({ 400, 100, nil, "(#100) There cannot be more than 30 days (2592000 s) between since and until" },
        failure(insights(params)))
    end)

    local function total(params, account)
      params.metric_type = "total_value"
      return insights(params, account).json.data[1]
    end

    it("as totals, the same as the sum of the days", function()
      local last = NOW - DAY
      local params = { metric = "reach", period = "day", since = last - 5 * DAY, ["until"] = last }
      local sum = 0
      for _, value in ipairs(insights(params).json.data[1].values) do sum = sum + value.value end
      local entry = total(params)
      assert.equal(sum, entry.total_value.value)
      assert.is_nil(entry.values)
      assert.is_nil(entry.total_value.breakdowns)
    end)

    it("in parts by two dimensions", function()
      local entry = total { metric = "reach", period = "day", breakdown = "media_product_type,follow_type" }
      local breakdown, sum = entry.total_value.breakdowns[1], 0
      assert.same({ "media_product_type", "follow_type" }, breakdown.dimension_keys)
      assert.same({ "AD", "FOLLOWER" }, breakdown.results[1].dimension_values)
      assert.equal(15, #breakdown.results)
      for _, part in ipairs(breakdown.results) do sum = sum + part.value end
      assert.equal(entry.total_value.value, sum)
    end)

    it("of who the people are: no value, 45 segments at most, the largest first", function()
      local entry = total { metric = "follower_demographics", period = "lifetime", breakdown = "country",
        timeframe = "last_90_days" }
      assert.is_nil(entry.total_value.value)
      local breakdown = entry.total_value.breakdowns[1]
      assert.same({ "timeframe", "country" }, breakdown.dimension_keys)
      assert.equal("LAST_90_DAYS", breakdown.results[1].dimension_values[1])
      assert.equal(45, #breakdown.results)
      assert.is_true(breakdown.results[1].value >= breakdown.results[45].value)
    end)

    it("without total where the Graph gives none", function()
      local entry = total { metric = "follows_and_unfollows", period = "day" }
      assert.equal("follows_and_unfollows", entry.name)
      assert.same({}, { entry.total_value, entry.values })
      assert.is_number(total { metric = "follows_and_unfollows", period = "day", breakdown = "follow_type" }
        .total_value.value)
    end)

    it("of when followers are online, by the hour", function()
      local value = value_of(insights { metric = "online_followers", period = "lifetime" } .json.data[1])
      for hour = 0, 23 do assert.is_number(value[tostring(hour)]) end
      local last = NOW - 35 * DAY
      local params = { metric = "online_followers", period = "lifetime", since = last - DAY, ["until"] = last }
      assert.matches('"values":[{"value":{},', insights(params).body, 1, true)
    end)

    it("of followers not before there are a hundred of them", function()
      for _, params in ipairs {
        { metric = "follower_count", period = "day" }, { metric = "online_followers", period = "lifetime" },
        { metric = "follower_demographics", period = "lifetime", metric_type = "total_value", breakdown = "age" },
      } do
        assert.same({}, insights(params, SMALL).json.data)
        assert.equal(1, #insights(params, OTHER).json.data)
      end
      assert.equal(1, #insights({ metric = "reach", period = "day" }, SMALL).json.data)
    end)

    it("as a field", function()
      local entry = get(ACCOUNT, { fields = "insights.metric(reach).period(day){name}" }).json.insights.data[1]
      assert.same({ name = "reach", id = ACCOUNT .. "/insights/reach/day" }, entry)
    end)

    local TOTAL = "total_value"
    local COMBINATIONS = { -- metric, period, metric_type, breakdown
      { "reach", "day", nil, nil }, { "reach", "week" }, { "reach", "days_28" }, { "reach", "day", "time_series" },
      { "reach", "day", "default" }, { "views", "day", TOTAL, "follow_type" },
      { "views", "day", TOTAL, "follower_type,media_product_type" },
      { "accounts_engaged", "day", TOTAL }, { "total_interactions", "day", TOTAL, "media_product_type" },
      { "likes,comments,saves,shares", "day", TOTAL, "media_product_type" }, { "replies,reposts", "day", TOTAL },
      { "profile_links_taps", "day", TOTAL, "contact_button_type" }, { "follower_count", "day", "time_series" },
      { "engaged_audience_demographics", "lifetime", TOTAL, "gender" },
      { "reached_audience_demographics", "lifetime", TOTAL, "city" }, { "profile_views,website_clicks", "day", TOTAL },
    }

    it("in every combination that there is", function()
      for _, case in ipairs(COMBINATIONS) do
        local params = { metric = case[1], period = case[2], metric_type = case[3], breakdown = case[4] }
        local answer = insights(params)
        local _, commas = case[1]:gsub(",", "")
        assert.equal(200, answer.status, answer.body)
        assert.equal(commas + 1, #answer.json.data, answer.body)
      end
      assert.same({}, total({ metric = "threads_views", period = "day" }) or {})
    end)

    local REFUSED = { -- params, what the message says after "(#100) "
      { { period = "day" }, "The parameter metric is required" },
      { { metric = "reach" }, "The parameter period is required" },
      { { metric = "impressions", period = "day" }, "metric[0] must be one of the following values: accounts_engaged" },
      { { metric = "reach", period = "year" }, "period[0] must be one of the following values: day, week, days_28, "
        .. "month, lifetime, total_over_range" },
      { { metric = "reach", period = "day", metric_type = "sum" },
        "metric_type must be one of the following values: default, time_series, total_value" },
      { { metric = "reach", period = "lifetime" }, "The following metrics (reach) are incompatible with the period" },
      { { metric = "views,likes,reach", period = "day" },
        "The following metrics (views, likes) should be specified with parameter metric_type=total_value" },
      { { metric = "follower_count", period = "day", metric_type = TOTAL }, "Incompatible metric type (total_value)" },
      { { metric = "reach", period = "day", breakdown = "follow_type" }, "Incompatible metric type (time_series)" },
      { { metric = "likes", period = "day", metric_type = TOTAL, breakdown = "age" },
        "The following metrics (likes) are incompatible with the breakdown (age)" },
      { { metric = "engaged_audience_demographics", period = "lifetime", metric_type = TOTAL, breakdown = "age",
        timeframe = "last_30_days" }, "timeframe must be one of the following values: this_month, this_week" },
      { { metric = "reach", period = "day", since = "2026-11-02", ["until"] = "2026-11-01" },
        "since must be before until" },
      { { metric = "reach", period = "day", since = "some day" }, "Param since must be a valid time" },
    }
    for _, case in ipairs(REFUSED) do
      it("and refuses: " .. case[2], function()
        local answer = insights(case[1])
        assert.same({ 400, 100 }, { answer.status, answer.json.error.code })
        assert.equal("(#100) " .. case[2], answer.json.error.message:sub(1, #case[2] + 7))
      end)
    end
  end)

  describe("has hashtags", function()
    local BLUEBOTTLE = "17841593698074073"

    local function search(q, user, options)
      return get("ig_hashtag_search", { user_id = user or ACCOUNT, q = q }, options)
    end

    it("that are found by their name and always have the same id", function()
      assert.equal('{"data":[{"id":"17841593698074073"}]}', search("bluebottle").body)
      local id = search("Coke").json.data[1].id
      assert.equal(id, search("coke", OTHER).json.data[1].id)
      assert.same({ id = id, name = "coke" }, get(id, { fields = "id,name" }).json)
      assert.equal('{"id":"17841593698074073"}', get(BLUEBOTTLE).body)
      assert.equal(200, search("größe").status)
    end)

    it("thirty of them in seven days for an account, repeats being free", function()
      for number = 1, 30 do assert.equal(200, search("tag" .. number).status) end
      assert.same({ 400, 18, nil, "(#18) This account has searched for 30 different hashtags in the last 7 days" },
        failure(search "tag31"))
      assert.equal(200, search("tag1").status)
      assert.equal(200, search("tag31", OTHER).status)
      local names = get(ACCOUNT .. "/recently_searched_hashtags", { fields = "name", limit = 100 }).json.data
      assert.same({ 30, "tag30", "tag1" }, { #names, names[1].name, names[30].name })
      local later = { arguments = "-H 'X-Sandbox-Clock: 604801'" }
      assert.same({}, get(ACCOUNT .. "/recently_searched_hashtags", {}, later).json.data)
      assert.equal(200, search("tag31", ACCOUNT, later).status)
    end)

    it("and refuses what is none", function()
      for _, case in ipairs {
        { { q = "love" }, 400, 100, nil, "(#100) The parameter user_id is required" },
        { { user_id = ACCOUNT }, 400, 100, nil, "(#100) The parameter q is required" },
        { { user_id = ACCOUNT, q = "unknownword" }, 400, 24, 2207024, "The requested resource does not exist" },
        { { user_id = ACCOUNT, q = "bannedword" }, 500, 1, nil, "An unknown error has occurred." },
      } do
        assert.same({ case[2], case[3], case[4], case[5] }, failure(get("ig_hashtag_search", case[1])))
      end
      for _, q in ipairs { "#love", "two words", "love\240\159\146\153", "a-b" } do
        assert.same({ 400, 100 }, { search(q).status, search(q).json.error.code })
      end
      assert.equal(33, get("ig_hashtag_search", { user_id = "1", q = "love" }).json.error.error_subcode)
      assert.equal(33, get("17843000000000001").json.error.error_subcode)
      assert.equal(403, search("love", ACCOUNT, { token = sandbox.tokens.instagram }).status)
    end)

    --- All pages from the first on.
    local function walk(edge, params)
      params.user_id = ACCOUNT
      local page, pages, ids, seen, cursors = get(BLUEBOTTLE .. "/" .. edge, params).json, 0, {}, {}, {}
      while pages < 30 do
        pages = pages + 1
        for _, id in ipairs(ids_of(page)) do
          assert.is_nil(seen[id])
          seen[id], ids[#ids + 1] = true, id
        end
        if not page.paging then break end
        cursors[page.paging.cursors.after] = true
        assert.is_nil(page.paging.cursors.before)
        page = ask(page.paging.next).json
      end
      return ids, pages, cursors
    end

    for _, edge in ipairs { "top_media", "recent_media" } do
      it("whose " .. edge .. " come in pages with one and the same cursor", function()
        local ids, pages, cursors = walk(edge, { fields = "id", limit = 20 })
        assert.equal(math.ceil(#ids / 20), pages)
        assert.is_true(pages > 2)
        assert.is_string(next(cursors))
        assert.is_nil(next(cursors, (next(cursors))))
        assert.same(ids, (walk(edge, { fields = "id", limit = 20 })))
        assert.same(ids, (walk(edge, { limit = 1000 })))
        assert.equal(math.ceil(#ids / 50), select(2, walk(edge, { limit = 1000 })))
      end)
    end

    it("whose media show what may be shown", function()
      local fields = "caption,children,comments_count,id,like_count,media_type,media_url,permalink,timestamp"
      local list = get(BLUEBOTTLE .. "/recent_media", { user_id = ACCOUNT, fields = fields }).json.data
      assert.equal(25, #list)
      for _, item in ipairs(list) do
        assert.equal(item.media_type ~= "CAROUSEL_ALBUM", item.media_url ~= nil)
        assert.is_true(time.parse(item.timestamp) > os.time() - DAY)
      end
      for _, field in ipairs { "username", "owner", "shortcode", "comments" } do
        local refusal = get(BLUEBOTTLE .. "/top_media", { user_id = ACCOUNT, fields = field })
        assert.same({ 400, 100, nil, "(#100) Tried accessing nonexisting field (" .. field
          .. ") on node type (IGMedia)" }, failure(refusal))
      end
      assert.equal("(#100) The parameter user_id is required",
        get(BLUEBOTTLE .. "/top_media").json.error.message)
      assert.equal(400, get(BLUEBOTTLE .. "/top_media", { user_id = ACCOUNT, after = "QVFIx" }).status)
    end)
  end)

  describe("discovers other accounts", function()
    local function discover(username, inside, options)
      local fields = ("business_discovery.username(%s){%s}"):format(username, inside)
      return get(ACCOUNT, { fields = fields }, options)
    end

    it("by name, as a field and as an edge", function()
      local answer = discover("account_100", "followers_count,media_count,username,biography,website,name")
      assert.matches('^{"business_discovery":{"followers_count":1307,"media_count":100,', answer.body)
      assert.same({ OTHER, ACCOUNT }, { answer.json.business_discovery.id, answer.json.id })
      assert.same(answer.json.business_discovery, get(ACCOUNT .. "/business_discovery",
        { username = "account_100", fields = "followers_count,media_count,username,biography,website,name" }).json)
      assert.same({ id = ACCOUNT }, get(ACCOUNT, { fields = "business_discovery.username(metricsaurus)" })
        .json.business_discovery)
    end)

    it("with their media, whose pages have cursors only, and none after the last", function()
      local ids, after, pages, previous = {}, "", 0
      repeat
        local media = discover("account_60", ("media%s.limit(25){id,view_count,media_type}"):format(after))
          .json.business_discovery.media
        for _, item in ipairs(media.data) do
          assert.equal(item.media_type == "VIDEO", item.view_count ~= nil)
          ids[#ids + 1] = item.id
        end
        assert.same({}, { media.paging.next, media.paging.previous })
        assert.equal(pages > 0, media.paging.cursors.before ~= nil)
        previous = media.paging.cursors.before
        after = media.paging.cursors.after and ".after(" .. media.paging.cursors.after .. ")"
        pages = pages + 1
      until not after
      assert.same({ 3, 60 }, { pages, #ids })
      local back = discover("account_60", ("media.before(%s).limit(25){id}"):format(previous)).json
      assert.equal(ids[26], back.business_discovery.media.data[1].id)
      assert.same(ids_of(get("17840000000000060/media", { limit = 100 }).json), ids)
      assert.is_nil(discover("account_5", "media{id}").json.business_discovery.media.paging)
      assert.is_nil(discover("account_0", "media{id}").json.business_discovery.media)
    end)

    it("and tells no more than what is public", function()
      for _, username in ipairs { "nobody", "account_007", "account_99999999", "account_" } do
        assert.same({ 400, 110, 2207013, "Invalid user id" }, failure(discover(username, "id")))
      end
      for _, case in ipairs {
        { "follows_count", "(#100) Tried accessing nonexisting field (follows_count) on node type (IGUser)" },
        { "insights", "(#100) Tried accessing nonexisting field (insights) on node type (IGUser)" },
        { "media{saved_count}", "(#100) Tried accessing nonexisting field (saved_count) on node type (IGMedia)" },
        { "media{comments}", "(#100) Tried accessing nonexisting field (comments) on node type (IGMedia)" },
      } do
        assert.same({ 400, 100, nil, case[2] }, failure(discover("account_5", case[1])))
      end
      assert.equal("(#100) The parameter username is required",
        get(ACCOUNT, { fields = "business_discovery{id}" }).json.error.message)
      assert.equal(403, discover("account_5", "id", { token = sandbox.tokens.instagram }).status)
      assert.is_nil(get(REEL, { fields = "view_count" }).json.view_count)
    end)
  end)

  describe("embeds", function()
    local URL = "https://www.instagram.com/p/DabcdefghiJ/"

    local function oembed(params) return get("instagram_oembed", params, { token = false }) end

    it("posts, without a token", function()
      local answer = oembed { url = URL }
      assert.matches('^{"version":"1.0","provider_name":"Instagram","provider_url":"https:\\/\\/www.instagram.com\\/",'
        .. '"type":"rich","width":658,"html":"<blockquote .+","height":null}$', answer.body)
      assert.matches("data-instgrm-captioned", answer.json.html, 1, true)
      assert.matches("embed.js", answer.json.html, 1, true)
      local plain = oembed { url = URL .. "?igsh=1", omitscript = "true", hidecaption = "true", maxwidth = 320 } .json
      assert.equal(320, plain.width)
      assert.is_nil(plain.html:find("data-instgrm-captioned", 1, true) or plain.html:find("embed.js", 1, true))
      assert.equal('{"width":658}', oembed({ url = URL, fields = "width" }).body)
      assert.equal(200, oembed({ url = get(REEL, { fields = "permalink" }).json.permalink }).status)
    end)

    it("no other addresses, and not at any width", function()
      for _, case in ipairs {
        { {}, 100 }, { { url = "https://example.com/p/DabcdefghiJ/" }, 100 },
        { { url = "https://www.instagram.com/stories/a/1/" }, 100 }, { { url = "https://instagram.com/p/no/" }, 24 },
        { { url = URL, maxwidth = 319 }, 100 }, { { url = URL, maxwidth = 659 }, 100 },
      } do
        local answer = oembed(case[1])
        assert.same({ 400, case[2] }, { answer.status, answer.json.error.code })
      end
    end)

    it("audio, by type", function()
      local list = get("ig_audio", { audio_type = "original_sound", limit = 20 }).json
      assert.equal("original_sound", list.data[1].audio_type)
      local more = follow(list, "next", 1)
      assert.same({ 20, 10 }, { #list.data, #more.data })
      assert.same(list.data[1], get(list.data[1].id).json)
      assert.equal(400, get("ig_audio").status)
      assert.equal(400, get("ig_audio", { audio_type = "noise" }).status)
    end)
  end)

  describe("has partners' edges", function()
    it("with ids that are numbers, and too large for a double", function()
      local body = get(ACCOUNT .. "/catalog_product_search", { catalog_id = "960179311066902", q = "mug" }).body
      assert.matches('"product_id":3231775643511090,"merchant_id":90010177253934179,', body, 1, true)
      body = get(ACCOUNT .. "/product_appeal", { product_id = "90071992547409931" }).body
      assert.matches('"product_id":90071992547409931,', body, 1, true)
    end)

    it("of which approvals stay", function()
      local edge = ACCOUNT .. "/branded_content_tag_approval"
      local function approved() return ids_of(get(edge, { user_ids = "[11,12,90071992547409931]" }).json) end
      assert.same({}, approved())
      assert.same({ success = true }, ask(base .. edge, { form = { user_ids = "[11,90071992547409931]" } }).json)
      assert.same({ "11", "90071992547409931" }, approved())
      assert.same({ success = true }, get(edge, { user_ids = "11" }, { method = "DELETE" }).json)
      assert.same({ "90071992547409931" }, approved())
    end)
  end)

  -- Every row of the Graph's own description.
  describe("answers", function()
    local FLOW = { name = "Hello", welcome_message_flow = '[{"message":{"text":"Hello"}}]' }

    local function new_event()
      return ask(base .. ACCOUNT .. "/upcoming_events",
        { form = { title = "Opening", start_time = "2027-01-01T10:00:00+0000" } }).json.id
    end

    local function new_container()
      return ask(base .. ACCOUNT .. "/media", { form = { image_url = "https://cdn.example/a.jpg" } }).json.id
    end

    --- A token of Instagram Login that can be exchanged.
    local function new_token()
      local redirect = "http://localhost:8123/"
      local dialog = ask(server.http .. "/oauth/authorize", { token = false, query = { client_id = sandbox.app_id,
        redirect_uri = redirect, response_type = "code", scope = "instagram_business_basic" } })
      return ask(server.http .. "/oauth/access_token", { token = false, form = {
        client_id = sandbox.app_id, client_secret = sandbox.app_secret, grant_type = "authorization_code",
        redirect_uri = redirect, code = dialog.headers.location:match "code=([^&#]+)",
      } }).json.access_token
    end

    local function new_flow()
      return ask(base .. ACCOUNT .. "/welcome_message_flows", { form = FLOW }).json.flow_id
    end

    local function invited() return get(ACCOUNT .. "/collaboration_invites").json.data[1].media_id end

    -- A node of each kind; functions make one.
    local NODES = {
      ["IG User"] = ACCOUNT, ["IG Media"] = FEED, ["IG Comment"] = "17000000290000000",
      ["IG Hashtag"] = "17841593698074073", ["IG Upcoming Event"] = new_event, Page = "134895793791914",
      User = "10210000000000001", ["Access token"] = "access_token",
      ["Refreshed access token"] = "refresh_access_token",
    }

    local PERSON = '{"id":"9140582230491401"}' -- the first of those who wrote to the account
    local MESSAGE = '{"text":"Hello"}'
    local ATTACHMENT = '{"attachment":{"type":"image","payload":{"url":"https://cdn.example/a.jpg"}}}'

    -- What is given for a parameter.
    local VALUES = {
      accept = "true", account_id = "1016054328472011", actions = '["BLOCK_USER"]', appeal_reason = "It is a mug.",
      business = "506644732715133", catalog_id = "960179311066902", client_secret = sandbox.app_secret,
      comment_enabled = "true", creation_id = new_container, feature = "welcome_message_flow",
      features = '[{"feature":"welcome_message_flow","enabled":true}]', fields = '["ICE_BREAKERS"]', hide = "true",
      media_id = FEED, message = "Hello", metric = "reach", period = "day", permission = "true",
      product_id = "3231775643511089", sponsor_id = OTHER, start_time = "2027-01-01T10:00:00+0000",
      subscribed_fields = '["comments"]', title = "Opening",
      updated_tags = '[{"product_id":"3231775643511089","x":0.5,"y":0.5}]', user_id = ACCOUNT, user_ids = "[11]",
    }

    -- By method and edge (or the path of what is no node), in addition or instead: what the description does not
    -- require, but the edge does.
    local GIVEN = {
      ["POST media"] = { image_url = "https://cdn.example/a.jpg" },
      ["POST comments"] = { message = "Hello" }, ["POST replies"] = { message = "Hello" },
      ["POST messages"] = { recipient = PERSON, message = MESSAGE },
      ["POST message_attachments"] = { message = ATTACHMENT }, ["POST messageattachments"] = { message = ATTACHMENT },
      ["POST collaboration_invites"] = { media_id = invited },
      ["POST moderate_conversations"] = { user_ids = "[" .. PERSON .. "]" },
      ["GET conversations"] = { platform = "instagram" },
      ["GET access_token"] = { grant_type = "ig_exchange_token", access_token = new_token },
      ["GET refresh_access_token"] = { grant_type = "ig_refresh_token", access_token = sandbox.tokens.instagram },
      ["POST welcome_message_flows"] = FLOW, ["DELETE welcome_message_flows"] = { flow_id = new_flow },
      ["POST messenger_profile"] = { ice_breakers = '[{"question":"Where?","payload":"WHERE"}]' },
    }

    local function value(of) return type(of) == "function" and of() or of end

    local function is_node(where) return where:find "^%d" ~= nil end

    local function arguments(row, where)
      local params = {}
      for _, name in ipairs(row.required) do params[name] = value(VALUES[name]) end
      local given = GIVEN[row.method .. " " .. (row.edge ~= "" and row.edge or where)]
      for name, of in pairs(given or {}) do params[name] = value(of) end
      return params
    end

    local function send(row, node, where, params)
      local options = { method = row.method, [row.method == "POST" and "form" or "query"] = params }
      if node.host == "instagram" then options.token = is_node(where) and sandbox.tokens.instagram end
      return ask(base .. where, options)
    end

    --- Each of the parameters is missed, and most refusals say which.
    local function check_refusals(row, node, where, params)
      for _, name in ipairs(row.required) do
        local given = params[name]
        params[name] = nil
        local refusal = send(row, node, where, params)
        assert.equal(400, refusal.status, name .. ": " .. refusal.body)
        if is_node(where) then assert.matches(name, refusal.json.error.message, 1, true) end
        params[name] = given
      end
    end

    -- Fields that need an argument, and one that v14.0 took away.
    local NOT_READ = { business_discovery = true, mentioned_comment = true, mentioned_media = true, video_title = true }

    for _, node in ipairs(reference.nodes) do
      local names = {}
      for name in pairs(node.fields) do names[#names + 1] = not NOT_READ[name] and name or nil end
      table.sort(names)
      if names[1] and not node.node:find "token" then
        it(("every field of %s on graph.%s.com"):format(node.node, node.host), function()
          local params = { fields = table.concat(names, ",") }
          local answer = send({ method = "GET" }, node, value(NODES[node.node]), params)
          assert.equal(200, answer.status, answer.body)
        end)
      end
      for _, row in ipairs(node.edges) do
        it(("%s %s/%s on graph.%s.com"):format(row.method, node.node, row.edge, node.host), function()
          local where = value(NODES[node.node]) .. (row.edge ~= "" and "/" .. row.edge or "")
          local params = arguments(row, where)
          local answer = send(row, node, where, params)
          assert.equal(200, answer.status, answer.body)
          assert.is_nil(answer.json.error)
          check_refusals(row, node, where, params)
        end)
      end
    end
  end)
end)
