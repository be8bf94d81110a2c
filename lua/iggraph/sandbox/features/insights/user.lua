--- Insights of accounts.
-- https://developers.facebook.com/docs/instagram-platform/api-reference/instagram-user/insights
--
-- A day ends at midnight in California, and has its numbers from then on, for 90 days. Accounts with fewer than 100
-- followers (those with up to seven media) have none of the numbers that would tell who their followers are.
-- @module iggraph.sandbox.features.insights.user
local json = require "iggraph.sandbox.json"
local numbers = require "iggraph.sandbox.numbers"
local paging = require "iggraph.sandbox.paging"
local parameters = require "iggraph.sandbox.parameters"
local result = require "iggraph.sandbox.features.insights.result"
local time = require "iggraph.time"

local M = {}

local DAY = 86400
local LONGEST_RANGE = 30 * DAY
local KEPT, ONLINE_KEPT = 90 * DAY, 30 * DAY
local FEWEST_FOLLOWERS = 100
local MOST_SEGMENTS = 45 -- of demographics

-- --- the metrics ---------------------------------------------------------------------------------

local DEMOGRAPHICS = { period = "lifetime", types = "total_value", breakdowns = "age city country gender" }
local TOTAL = { period = "day", types = "total_value", breakdowns = "" }
local BY_PRODUCT = { period = "day", types = "total_value", breakdowns = "media_product_type" }
local BY_CONTACT = { period = "day", types = "total_value", breakdowns = "contact_button_type" }
local BY_FOLLOW = { period = "day", types = "total_value", breakdowns = "follow_type" }
local VIEWS = { period = "day", types = "total_value", breakdowns = "follow_type follower_type media_product_type" }
local REACH = {
  period = "day week days_28", types = "time_series total_value", breakdowns = "media_product_type follow_type",
}
local CHANGE = { period = "day", types = "time_series", breakdowns = "" }
local ONLINE = { period = "lifetime", types = "time_series", breakdowns = "" }

-- In the order in which the error for an unknown name lists them: name, rules, how large the number of a day is beside
-- that of the followers (nil: there is never any), title, description.
local ROWS = {
  { "accounts_engaged", TOTAL, 0.08, "Accounts engaged", "How many accounts did something with the content." },
  { "comments", BY_PRODUCT, 0.01, "Comments", "How many comments were written." },
  { "content_views", BY_PRODUCT, 0.9, "Content views", "How often the content was seen." },
  { "engaged_audience_demographics", DEMOGRAPHICS, 0.2, "Engaged audience demographics", "Who did something." },
  { "follower_count", CHANGE, 0.01, "Follower Count", "How many accounts began to follow on that day." },
  { "follower_demographics", DEMOGRAPHICS, 1, "Follower demographics", "Who the followers are." },
  { "follows_and_unfollows", BY_FOLLOW, 0.02, "Follows and unfollows", "Who began to follow, and who ended it." },
  { "likes", BY_PRODUCT, 0.1, "Likes", "How many likes there were." },
  { "online_followers", ONLINE, 0.3, "Online Followers", "How many followers were online, by hour." },
  { "profile_links_taps", BY_CONTACT, 0.01, "Profile link taps", "How often a button of the profile was tapped." },
  { "profile_views", TOTAL, 0.05, "Profile views", "How often the profile was opened." },
  { "quotes", TOTAL, 0.001, "Quotes", "How often content was quoted." },
  { "reach", REACH, 0.5, "Accounts reached", "How many different accounts saw any content." },
  { "reached_audience_demographics", DEMOGRAPHICS, 0.5, "Reached audience demographics", "Who was reached." },
  { "replies", TOTAL, 0.001, "Replies", "How many replies stories got." },
  { "reposts", TOTAL, 0.002, "Reposts", "How often content was reposted." },
  { "saves", BY_PRODUCT, 0.01, "Saves", "How often content was saved." },
  { "shares", BY_PRODUCT, 0.01, "Shares", "How often content was shared." },
  { "threads_clicks", TOTAL },
  { "threads_follower_demographics", DEMOGRAPHICS },
  { "threads_followers", TOTAL },
  { "threads_likes", TOTAL },
  { "threads_replies", TOTAL },
  { "threads_reposts", TOTAL },
  { "threads_views", TOTAL },
  { "total_interactions", BY_PRODUCT, 0.15, "Total interactions", "Likes, comments, saves, shares and replies." },
  { "views", VIEWS, 1.2, "Views", "How often content was seen or played." },
  { "website_clicks", TOTAL, 0.003, "Website clicks", "How often the website was opened." },
}

local NAMES, METRICS = {}, {}
for index, row in ipairs(ROWS) do
  NAMES[index] = row[1]
  METRICS[row[1]] = { name = row[1], rules = row[2], share = row[3], title = row[4], description = row[5] }
end

-- What else an account has to be large enough for.
local OF_FOLLOWERS = { [DEMOGRAPHICS] = true, [CHANGE] = true, [ONLINE] = true }

local PERIODS = { "day", "week", "days_28", "month", "lifetime", "total_over_range" }
local TYPES = { "default", "time_series", "total_value" }
local TIMEFRAMES = { "last_14_days", "last_30_days", "last_90_days", "prev_month", "this_month", "this_week" }
-- The others ended with v20.0 for those who engaged or were reached.
local TIMEFRAMES_LEFT = { "this_month", "this_week" }
local BREAKDOWNS = {
  "age", "city", "contact_button_type", "country", "follow_type", "follower_type", "gender", "media_product_type",
}

local function words(text)
  local list = {}
  for word in text:gmatch "[^|]+" do list[#list + 1] = word end
  return list
end

local FOLLOW = words "FOLLOWER|NON_FOLLOWER|UNKNOWN"

-- Media product types are not those of the documentation, but those that come.
local VALUES = {
  age = words "13-17|18-24|25-34|35-44|45-54|55-64|65+",
  city = words("Berlin, Berlin|İstanbul, İstanbul Province|Kyiv, Kyiv|London, England|México, Distrito Federal|"
    .. "New York, New York|Osaka, Ōsaka|Paris, Île-de-France|São Paulo, São Paulo (state)|Tokyo, Tokyo"),
  contact_button_type = words "BOOK_NOW|CALL|DIRECTION|EMAIL|INSTANT_EXPERIENCE|TEXT|UNDEFINED",
  country = words("AR|AT|AU|BD|BE|BR|CA|CH|CL|CN|CO|CZ|DE|DK|EG|ES|FI|FR|GB|GR|HU|ID|IE|IL|IN|IT|JP|KE|KR|MA|MX|MY|"
    .. "NG|NL|NO|NZ|PE|PH|PK|PL|PT|RO|RU|SE|SG|TH|TR|TW|UA|US|VN|ZA"),
  follow_type = FOLLOW, follower_type = FOLLOW,
  gender = words "F|M|U",
  media_product_type = words "AD|CAROUSEL_CONTAINER|POST|REEL|STORY",
}

-- --- days ----------------------------------------------------------------------------------------

--- The first Sunday on a day or after it, all as days since 1970-01-01, which was a Thursday.
local function sunday(day) return day + (3 - day) % 7 end

local function day_of(date) return time.parse(date) / DAY end

--- When the day before that day ended in California: at 07:00 or at 08:00 UTC.
local function midnight(day)
  local year = time.format(day * DAY):sub(1, 4)
  local is_summer = day > sunday(day_of(year .. "-03-08")) and day <= sunday(day_of(year .. "-11-01"))
  return day * DAY + (is_summer and 7 or 8) * 3600
end

--- The ends of the days that lie in a range, and of which there is data.
local function days_in(range, now)
  local ends = {}
  local since, last = math.max(range.since, now - KEPT), math.min(range.last, now)
  for day = math.floor(since / DAY), math.floor(last / DAY) do
    local stop = midnight(day)
    if stop > since and stop <= last then ends[#ends + 1] = stop end
  end
  return ends
end

-- --- the numbers ---------------------------------------------------------------------------------

local function of_day(metric, account, stop)
  return numbers.below(account.followers * metric.share + 2, account.id, metric.name, math.floor(stop / DAY))
end

local LENGTHS = { day = 1, week = 7, days_28 = 28 }

local function of_days(metric, account, stop, period)
  local sum = 0
  for back = 0, (LENGTHS[period] or 1) - 1 do sum = sum + of_day(metric, account, stop - back * DAY) end
  return sum
end

local function of_hours(metric, account, stop, now)
  if stop < now - ONLINE_KEPT then return json.object() end
  local members = {}
  for hour, online in ipairs(numbers.split(of_day(metric, account, stop), 24, account.id, stop)) do
    members[2 * hour - 1], members[2 * hour] = tostring(hour - 1), online
  end
  return json.as_object(members, 48)
end

local function series(metric, account, period, asked, ends)
  local values = {}
  for index, stop in ipairs(ends) do
    local value = metric.rules == ONLINE and of_hours(metric, account, stop, asked.now)
      or of_days(metric, account, stop, period)
    values[index] = json.object("value", value, "end_time", time.format(stop))
  end
  return { values = values }
end

local function total(metric, account, _, asked, ends)
  local dimensions, sum = asked.breakdown, 0
  if metric.name == "follows_and_unfollows" and #dimensions == 0 then return {} end
  for _, stop in ipairs(ends) do sum = sum + of_day(metric, account, stop) end
  local breakdowns = #dimensions > 0 and result.breakdowns(dimensions, VALUES, sum, account.id .. metric.name) or nil
  return { total_value = json.object("value", sum, "breakdowns", breakdowns) }
end

local function demographics(metric, account, _, asked)
  if #asked.breakdown == 0 then return {} end
  local dimensions = { "timeframe" }
  for _, name in ipairs(asked.breakdown) do dimensions[#dimensions + 1] = name end
  local values = setmetatable({ timeframe = { asked.timeframe:upper() } }, { __index = VALUES })
  local people = math.floor(account.followers * metric.share)
  local breakdowns = result.breakdowns(dimensions, values, people, account.id .. metric.name, MOST_SEGMENTS)
  return { total_value = json.object("breakdowns", breakdowns) }
end

local MEASURES = { time_series = series, total_value = total }

--- What a metric says; nil where there is no data.
local function measure(metric, account, period, asked, ends)
  if not metric.share then return nil end
  if OF_FOLLOWERS[metric.rules] and account.followers < FEWEST_FOLLOWERS then return nil end
  if metric.rules == DEMOGRAPHICS then return demographics(metric, account, period, asked) end
  if #ends == 0 then return nil end
  return MEASURES[asked.type](metric, account, period, asked, ends)
end

-- --- what is asked -------------------------------------------------------------------------------

--- Refuses the names of all metrics that a rule does not hold for.
local function check_all(metrics, holds, message, ...)
  local wrong = {}
  for _, metric in ipairs(metrics) do
    if not holds(metric) then wrong[#wrong + 1] = metric.name end
  end
  if #wrong > 0 then result.refuse(message, table.concat(wrong, ", "), ...) end
end

--- Refuses what the rules of a metric do not name.
local function check(metrics, asked)
  for _, period in ipairs(asked.periods) do
    check_all(metrics, function(metric) return result.names(metric.rules.period, period) end,
      "The following metrics (%s) are incompatible with the period (%s)", period)
  end
  if asked.type == "total_value" then
    check_all(metrics, function(metric) return result.names(metric.rules.types, "total_value") end,
      "Incompatible metric type (total_value) with the following metrics (%s)")
  else
    check_all(metrics, function(metric) return result.names(metric.rules.types, "time_series") end,
      "The following metrics (%s) should be specified with parameter metric_type=total_value")
    if #asked.breakdown > 0 then result.refuse("Incompatible metric type (time_series) with breakdowns") end
  end
  for _, dimension in ipairs(asked.breakdown) do
    check_all(metrics, function(metric) return result.names(metric.rules.breakdowns, dimension) end,
      "The following metrics (%s) are incompatible with the breakdown (%s)", dimension)
  end
end

--- What demographics are of.
local function timeframe_of(call, metrics)
  local allowed = TIMEFRAMES
  for _, metric in ipairs(metrics) do
    local is_shorter = metric.rules == DEMOGRAPHICS and metric.name ~= "follower_demographics"
    if is_shorter then allowed = TIMEFRAMES_LEFT end
  end
  return result.word(call, "timeframe", allowed, "this_month")
end

--- The time asked for; a day up to now where nothing is said.
local function range_of(call, now)
  local since, last = parameters.time(call, "since"), parameters.time(call, "until")
  last = last or now
  since = since or last - DAY
  if since >= last then result.refuse("since must be before until") end
  if last - since > LONGEST_RANGE then
    result.refuse("There cannot be more than 30 days (%d s) between since and until", LONGEST_RANGE)
  end
  return { since = since, last = last }
end

--- Both lead on for ever, into times of which there is nothing.
local function links(range, link)
  local kept, length = {}, range.last - range.since
  for _, pair in ipairs(link.sent) do
    if pair[1] ~= "since" and pair[1] ~= "until" then kept[#kept + 1] = pair end
  end
  local function address(since)
    return paging.url(link.context, link.path, kept, { { "since", since }, { "until", since + length } })
  end
  return json.object("previous", address(range.since - length), "next", address(range.last))
end

--- The entries of the metrics asked for; one that is refused refuses them all.
-- @tparam table call with `params`: `metric`, `period`, `metric_type`, `breakdown`, `timeframe`, `since`, `until`
-- @tparam table account
-- @tparam table context
-- @tparam table link `context`, `path` and `sent`, for the addresses of the ranges before and after
-- @treturn table list of nodes of `result.type`
-- @treturn table the `paging` object
function M.entries(call, account, context, link)
  local metrics = result.words(call, "metric", NAMES, true)
  for index, name in ipairs(metrics) do metrics[index] = METRICS[name] end
  local asked = {
    now = context.now,
    periods = result.words(call, "period", PERIODS, true),
    type = result.word(call, "metric_type", TYPES, "default"),
    breakdown = result.words(call, "breakdown", BREAKDOWNS),
    timeframe = timeframe_of(call, metrics),
  }
  if asked.type == "default" then asked.type = "time_series" end
  check(metrics, asked)
  local range = range_of(call, context.now)
  local ends, entries = days_in(range, context.now), {}
  for _, metric in ipairs(metrics) do
    for _, period in ipairs(asked.periods) do
      local measured = measure(metric, account, period, asked, ends)
      entries[#entries + 1] = measured and result.entry(account, metric, period, measured)
    end
  end
  return entries, links(range, link)
end

return M
