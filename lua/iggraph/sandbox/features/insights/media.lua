--- Insights of media.
-- https://developers.facebook.com/docs/instagram-platform/reference/instagram-media/insights
--
-- * Media of the account 17840000000002108 that are older than its ten newest were posted before it became a
--   professional one: 100/2108006.
-- * Media older than 2024-02-01 have no data any more.
-- * The third story of each account was seen by three people only: too few.
-- @module iggraph.sandbox.features.insights.media
local errors = require "iggraph.sandbox.errors"
local json = require "iggraph.sandbox.json"
local media = require "iggraph.sandbox.nodes.media"
local numbers = require "iggraph.sandbox.numbers"
local parameters = require "iggraph.sandbox.parameters"
local result = require "iggraph.sandbox.features.insights.result"
local time = require "iggraph.time"

local M = {}

local CONVERTED = { id = "17840000000002108", since_index = 10 }
local KEPT_SINCE = time.parse "2024-02-01"
local LAST_WITH_IMPRESSIONS = time.parse "2024-07-01"

local function made_up(limit)
  return function(medium, name) return numbers.below(limit, medium.id, name) end
end

--- A count that is a field of the medium as well.
local function field(name)
  return function(medium) return media.fields[name](medium) or 0 end
end

local INTERACTIONS = { "like_count", "comments_count", "saved_count", "shares_count" }

local function interactions(medium)
  local sum = 0
  for _, name in ipairs(INTERACTIONS) do sum = sum + field(name)(medium) end
  return sum
end

local function is_barely_seen(medium) return medium.product == "STORY" and medium.index == 3 end

-- In the order in which the error for an unknown name lists them: name, product types, value, title, description.
local ROWS = {
  { "impressions", "FEED STORY", made_up(9000), "Impressions", "How often the media was on screen." },
  { "reach", "FEED REELS STORY", made_up(5000), "Accounts reached", "How many different accounts saw the media." },
  { "replies", "STORY", made_up(9), "Replies", "How many replies the story got." },
  { "saved", "FEED REELS", field "saved_count", "Saved", "How often the media was saved." },
  { "likes", "FEED REELS", field "like_count", "Likes", "How many likes the media has." },
  { "comments", "FEED REELS", field "comments_count", "Comments", "How many comments the media has." },
  { "shares", "FEED REELS STORY", field "shares_count", "Shares", "How often the media was shared." },
  { "total_interactions", "FEED REELS STORY", interactions, "Post interactions",
    "Likes, saves, comments and shares, less what was taken back." },
  { "follows", "FEED STORY", made_up(12), "Follows", "How many accounts began to follow from here." },
  { "profile_visits", "FEED STORY", made_up(90), "Profile visits", "How often the profile was opened from here." },
  { "profile_activity", "FEED STORY", made_up(40), "Profile activity", "What people did on the profile after this.",
    breakdown = "action_type" },
  { "navigation", "STORY", made_up(300), "Navigation", "Where people went from the story.",
    breakdown = "story_navigation_action_type" },
  { "ig_reels_video_view_total_time", "REELS", made_up(90000000), "Watch time",
    "How long the reel was played in all, in milliseconds." },
  { "ig_reels_avg_watch_time", "REELS", made_up(20000), "Average watch time",
    "How long the reel was played on average, in milliseconds." },
  { "views", "FEED REELS STORY", field "total_views_count", "Views", "How often the media was seen or played." },
  { "reels_skip_rate", "REELS", made_up(100), "Skip rate", "How many of a hundred views ended within three seconds." },
  { "reposts", "FEED REELS STORY", field "reposts_count", "Reposts", "How often the media was reposted." },
  { "facebook_views", "FEED REELS STORY", made_up(2000), "Facebook views", "How often it was seen on Facebook." },
  { "crossposted_views", "REELS", made_up(4000), "Crossposted views", "How often it was seen in both apps." },
  { "total_views", "FEED REELS STORY", field "total_views_count", "Total views", "Views, boosted ones included." },
  { "total_likes", "FEED REELS", field "total_like_count", "Total likes", "Likes, those of boosts included." },
  { "total_comments", "FEED REELS", field "total_comments_count", "Total comments", "Comments, boosts included." },
  { "link_clicks", "STORY", made_up(30), "Link clicks", "How often the link in the story was opened." },
}

local NAMES, METRICS = {}, {}
for index, row in ipairs(ROWS) do
  NAMES[index] = row[1]
  METRICS[row[1]] = {
    name = row[1], products = row[2], value = row[3], title = row[4], description = row[5], breakdown = row.breakdown,
  }
end

local PERIODS = { "day", "week", "days_28", "month", "lifetime", "total_over_range" }

-- The documentation has these in upper case; they come in lower case.
local VALUES = {
  action_type = { "bio_link_clicked", "call", "direction", "email", "other", "text" },
  story_navigation_action_type = { "tap_forward", "tap_back", "tap_exit", "swipe_forward" },
}

local function check_medium(medium)
  local account = medium.account
  if account and account.id == CONVERTED.id and medium.index > CONVERTED.since_index then
    errors.raise { subcode = 2108006, message = "Invalid parameter",
      data = json.object("blame_field_specs", { { "" } }),
      user_title = "Media posted before the account was converted",
      user_msg = "The media was posted before the account became a business account: it has no insights." }
  end
end

local function check_impressions(metric, medium, context)
  if metric.name ~= "impressions" then return end
  if context.serving ~= "v21.0" then
    result.refuse("Starting from version v22.0 and above, the impressions metric is no longer supported for the "
      .. "queried media")
  end
  return medium.time >= LAST_WITH_IMPRESSIONS
end

local function check(metric, medium, product, context)
  local too_new = check_impressions(metric, medium, context)
  local facebook_only = context.grant.instagram and metric.name:find "^total_[vlc]"
  if too_new or facebook_only or medium.part or not result.names(metric.products, product) then
    result.refuse("The Media Insights API does not support the %s metric for this media product type", metric.name)
  end
end

local function check_breakdown(asked, metrics)
  for _, name in ipairs(asked) do
    for _, metric in ipairs(metrics) do
      if metric.breakdown ~= name then
        errors.raise { status = 500, code = 1, message = "An unknown error has occurred." }
      end
    end
  end
end

local function measure(metric, medium, breakdown)
  local value = metric.value(medium, metric.name)
  local broken_down = #breakdown > 0 and json.object(
    "value", value, "breakdowns", result.breakdowns(breakdown, VALUES, value, medium.id .. metric.name))
  return { values = { json.object("value", value) }, total_value = broken_down or nil }
end

--- The entries of the metrics asked for; one that is refused refuses them all.
-- @tparam table call with `params`: `metric`, `breakdown`, `period`
-- @tparam table medium
-- @tparam table context
-- @treturn table list of nodes of `result.type`
function M.entries(call, medium, context)
  local metrics = result.words(call, "metric", NAMES, true)
  for index, name in ipairs(metrics) do metrics[index] = METRICS[name] end
  result.words(call, "period", PERIODS)
  local breakdown = parameters.list(call, "breakdown") or {}
  check_medium(medium)
  local product = media.fields.media_product_type(medium)
  for _, metric in ipairs(metrics) do check(metric, medium, product, context) end
  check_breakdown(breakdown, metrics)
  if is_barely_seen(medium) then
    errors.raise { code = 10, message = "(#10) Not enough viewers for the media to show insights" }
  end
  local entries = {}
  if medium.time < KEPT_SINCE then return entries end
  for index, metric in ipairs(metrics) do
    entries[index] = result.entry(medium, metric, "lifetime", measure(metric, medium, breakdown))
  end
  return entries
end

return M
