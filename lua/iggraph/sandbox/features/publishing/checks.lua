--- What POST /<ig-user>/media is given: checked as the Graph does, and turned into a container.
-- https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media
-- @module iggraph.sandbox.features.publishing.checks
local container = require "iggraph.sandbox.nodes.container"
local errors = require "iggraph.sandbox.errors"
local failures = require "iggraph.sandbox.features.publishing.failures"
local page = require "iggraph.sandbox.nodes.page"
local parameters = require "iggraph.sandbox.parameters"
local words = require "iggraph.sandbox.features.publishing.words"

local M = {}

local MAX_CAPTION, MAX_ALT_TEXT = 2200, 1000
local MAX_HASHTAGS, MAX_MENTIONS = 30, 20
local MIN_CHILDREN, MAX_CHILDREN = 2, 10
local LONGEST_VIDEO = 15 * 60 * 1000 -- milliseconds
local MAX_COLLABORATORS, MAX_SPONSORS = 3, 2

-- By media_type: where the medium may come from, what it becomes; `item`: whether it has to be a carousel's.
local TYPES = {
  [""] = { sources = { "image_url" }, product = "FEED" },
  VIDEO = { sources = { "video_url" }, product = "FEED", item = true },
  REELS = { sources = { "video_url" }, product = "REELS", item = false },
  STORIES = { sources = { "image_url", "video_url" }, product = "STORY", item = false },
  CAROUSEL = { kind = "CAROUSEL_ALBUM", product = "FEED", item = false },
}
local KINDS = { image_url = "IMAGE", video_url = "VIDEO" }

-- What the Graph takes is JPEG, and MOV or MP4; by the ends of names.
local REFUSED = {
  png = 2207005, gif = 2207005, webp = 2207005, bmp = 2207005, tiff = 2207005,
  avi = 2207026, wmv = 2207026, mkv = 2207026, webm = 2207026,
}

local function given(call, name) return (call.params[name] or "") ~= "" end

local function check_address(address)
  if not address:find("^https?://[^/]+/") then failures.raise(2207052) end
  local refused = REFUSED[(address:match("^[^?#]*%.(%w+)") or ""):lower()]
  if refused then failures.raise(refused) end
end

-- --- what it is made of --------------------------------------------------------------------------

local function type_of(call)
  local row = TYPES[call.params.media_type or ""]
  local is_item = parameters.boolean(call, "is_carousel_item") or false
  if not row or row.item and not is_item then failures.raise(2207023) end
  if row.item == false and is_item then
    errors.bad_parameter("is_carousel_item", "is not supported for media_type " .. call.params.media_type)
  end
  return row, is_item
end

local function resumable(call, row)
  local upload_type = call.params.upload_type or ""
  if upload_type == "" then return false end
  if upload_type ~= "resumable" then errors.bad_parameter("upload_type", "must be resumable") end
  return KINDS[row.sources and row.sources[#row.sources]] == "VIDEO" or failures.raise(2207023)
end

--- The parameter that names the medium.
local function source_of(call, row)
  for _, name in ipairs(row.sources) do
    if given(call, name) then
      check_address(call.params[name])
      return name
    end
  end
  if given(call, "video_url") or given(call, "image_url") then failures.raise(2207023) end
  errors.missing_parameter(row.sources[1])
end

-- What a child cannot be added for, by its state.
local UNUSABLE = { EXPIRED = 2207020, ERROR = 2207032, PUBLISHED = 2207006 }

local function check_child(id, account, context)
  local record = container.record(context.store, tostring(id))
  if not record or record.account ~= account.id then failures.raise(2207006) end
  if not record.item then errors.bad_parameter("children", "must be containers with is_carousel_item") end
  local refused = UNUSABLE[container.state(context.store, record, context.now)]
  if refused then failures.raise(refused) end
  return record.id
end

local function children_of(call, account, context)
  local list = parameters.list(call, "children") or errors.missing_parameter("children")
  if #list < MIN_CHILDREN or #list > MAX_CHILDREN then failures.raise(2207028) end
  for index, id in ipairs(list) do list[index] = check_child(id, account, context) end
  return list
end

-- --- what is said about it -----------------------------------------------------------------------

local function count(text, pattern) return (select(2, text:gsub(pattern, ""))) end

local function check_caption(call, record)
  local caption = call.params.caption
  if not given(call, "caption") then return end
  if record.item then errors.bad_parameter("caption", "is not supported for carousel items") end
  if count(caption, "[^\128-\191]") > MAX_CAPTION then failures.raise(2207010) end
  if count(caption, "#[%w_\128-\255]") > MAX_HASHTAGS or count(caption, "@[%w_.]") > MAX_MENTIONS then
    errors.bad_parameter("caption", ("must have no more than %d hashtags and %d mentions"):format(
      MAX_HASHTAGS, MAX_MENTIONS))
  end
  record.caption = caption
end

local function is_share(value) return type(value) == "number" and value >= 0 and value <= 1 end

--- Where tags stand: in images they must, in videos they cannot; in stories it does not matter.
local function check_position(tag, name, record)
  local has_position = tag.x ~= nil or tag.y ~= nil
  if record.kind == "VIDEO" and has_position then failures.raise(2207035) end
  if record.kind == "IMAGE" and record.product ~= "STORY" and not (tag.x and tag.y) then failures.raise(2207036) end
  if has_position and not (is_share(tag.x) and is_share(tag.y)) then
    errors.bad_parameter(name, "must have x and y from 0.0 to 1.0")
  end
end

-- Tags by parameter: the member that says who or what it is, how many there may be, the error without it.
local TAGS = {
  user_tags = { member = "username", max = 20 },
  product_tags = { member = "product_id", pattern = "^%d+$", max = 5, refused = 2207037 },
}

local function check_tag(tag, name, row, record)
  local value = type(tag) == "table" and tag[row.member]
  if not value or row.pattern and not tostring(value):find(row.pattern) then
    if row.refused then failures.raise(row.refused) end
    errors.bad_parameter(name, "must be an array of objects with " .. row.member)
  end
  check_position(tag, name, record)
end

local function check_tags(call, record)
  for name, row in pairs(TAGS) do
    local tags = parameters.json(call, name) or {}
    if #tags > row.max then failures.raise(2207040) end
    for _, tag in ipairs(tags) do check_tag(tag, name, row, record) end
  end
end

local function check_list(call, name, max)
  if #(parameters.list(call, name) or {}) > max then
    errors.bad_parameter(name, ("must have no more than %d items"):format(max))
  end
end

local function check_people(call, record)
  check_list(call, "collaborators", MAX_COLLABORATORS)
  check_list(call, "branded_content_sponsor_ids", MAX_SPONSORS)
  if given(call, "collaborators") and (record.item or record.product == "STORY") then
    errors.bad_parameter("collaborators", "is for images, reels and carousels in the feed")
  end
end

local function check_location(call)
  if given(call, "location_id") and not page.find(call.params.location_id) then
    errors.raise { message = "(#100) INSTAGRAM_PLATFORM_API__INVALID_LOCATION_ID" }
  end
end

local function check_reel(call, record)
  if given(call, "cover_url") then check_address(call.params.cover_url) end
  if given(call, "thumb_offset") then
    local offset = tonumber(call.params.thumb_offset)
    if not offset or offset < 0 or offset > LONGEST_VIDEO then failures.raise(2207057) end
  end
  record.share_to_feed = parameters.boolean(call, "share_to_feed")
  local trial = parameters.json(call, "trial_params")
  if trial then
    parameters.one_of("trial_params", trial.graduation_strategy or "", { "MANUAL", "SS_PERFORMANCE" })
  end
end

local CHECKS = { check_caption, check_tags, check_people, check_location, check_reel }

local function words_of(params)
  local found = {}
  for _, name in ipairs { "image_url", "video_url", "cover_url" } do words.of_address(params[name], found) end
  for _, name in ipairs { "caption", "alt_text" } do words.of_text(params[name], found) end
  if found.error then failures.raise(found.error[2], found.error[1]) end
  return found
end

--- The container that a call asks for; raises the Graph's error if it cannot be made.
-- @tparam table call
-- @tparam table account
-- @tparam table context
-- @treturn table a record for `container.add`
function M.record(call, account, context)
  local row, is_item = type_of(call)
  local record = {
    account = account.id, created = context.now, product = row.product, kind = row.kind, item = is_item,
    resumable = resumable(call, row), alt_text = parameters.text(call, "alt_text", MAX_ALT_TEXT),
  }
  if record.resumable then
    record.kind = "VIDEO"
  elseif row.sources then
    record.kind = KINDS[source_of(call, row)]
  else
    record.children = children_of(call, account, context)
  end
  for _, check in ipairs(CHECKS) do check(call, record) end
  record.words = words_of(call.params)
  return record
end

return M
