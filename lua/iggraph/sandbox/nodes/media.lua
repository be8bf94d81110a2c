--- IG Media: made up from the account and the position, the same each time.
-- @module iggraph.sandbox.nodes.media
local ids = require "iggraph.sandbox.nodes.ids"
local json = require "iggraph.sandbox.json"
local samples = require "iggraph.sandbox.nodes.samples"
local time = require "iggraph.time"

local M = { name = "IGMedia", instagram = true, default = { "id" } }

local NEWEST = time.parse("2026-01-31T10:11:12+0000")
local HOUR = 3600
local KINDS = { "IMAGE", "VIDEO", "CAROUSEL_ALBUM" }

--- The medium of an account at a position.
-- @tparam table account
-- @tparam number index 1 is the newest
-- @treturn table
function M.at(account, index)
  return {
    id = account.guide and samples.guide_media[index] or ids.make("media", account, index),
    account = account, index = index,
    kind = KINDS[(index - 1) % 3 + 1],
    time = NEWEST - (index - 1) * HOUR,
  }
end

--- A child of an album; its kind takes turns as well, albums left out.
-- @tparam table media the album
-- @tparam number part 1 is the first
-- @treturn table
function M.child_at(media, part)
  return {
    id = ids.make("child", media.account, media.index, part),
    account = media.account, index = media.index, part = part,
    kind = KINDS[(media.index + part) % 2 + 1],
    time = media.time,
  }
end

--- How many children a medium has.
-- @tparam table media
-- @treturn number 0 for what is no album
function M.child_count(media)
  if media.kind ~= "CAROUSEL_ALBUM" then return 0 end
  return 2 + (media.index + media.account.count) % 4
end

--- How many comments stand directly under a medium.
-- @tparam table media
-- @treturn number 0 to 7
function M.comment_count(media)
  return (media.part or media.product) and 0 or (media.index * 5 + media.account.count) % 8
end

--- Replies to the comment of that number: 0 to 2.
-- @tparam number part 1 is the newest comment
-- @treturn number
function M.reply_count(part)
  return (part + 1) % 3
end

local function all_comments(media)
  local total = M.comment_count(media)
  for part = 1, M.comment_count(media) do total = total + M.reply_count(part) end
  return total
end

local SHORTCODE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

local function shortcode(media)
  local letters, rest = {}, media.account.count * 64 ^ 4 + media.index * 8 + (media.part or 0)
  for place = 1, 10 do
    local digit = rest % 64
    letters[place] = SHORTCODE:sub(digit + 1, digit + 1)
    rest = (rest - digit) / 64
  end
  return "D" .. table.concat(letters)
end

-- Nobody fetches these addresses, but they are as long and as unlike each other as the real, signed
-- ones: a compressor, or a table of strings, would otherwise have too easy a time with them.
local SIGNATURE = "&_nc_ohc=Yk3z%08xQ7kN%08xoBL&edm=AM6HXa8EAAAA&oh=00_AYDk18%08x%08x%08x%08x&oe=6%07X"

local function signature(media)
  local word, words = media.index * 8 + (media.part or 0), {}
  for i = 1, 7 do
    word = (word * 1103515 + media.account.count + 12345) % 4294967291
    words[i] = word
  end
  words[7] = words[7] % 268435456
  return SIGNATURE:format(words[1], words[2], words[3], words[4], words[5], words[6], words[7])
end

local function cdn_url(media, folder, extension)
  return "https://scontent-iad3-2.cdninstagram.com/v/" .. folder .. "/" .. media.id .. "_" .. media.id
    .. "_n." .. extension .. "?stp=dst-jpg_e35&_nc_cat=104&ccb=1-7&_nc_sid=18de74" .. signature(media)
end

local function is_video(media)
  return media.kind == "VIDEO"
end

local function is_reel(media)
  return is_video(media) and not media.part and not media.product
end

local function caption(media)
  if media.part or media.product then return nil end
  if media.account.guide then return samples.guide_captions[media.index] end
  if media.index % 7 == 0 then return nil end
  return samples.captions[(media.index - 1) % #samples.captions + 1]
end

local function like_count(media)
  if media.part or media.index % 11 == 0 then return nil end
  return media.index * 37 % 2903
end

-- A count that album children do not have.
local function counter(factor, modulus)
  return function(media)
    if media.part then return nil end
    return media.index * factor % modulus
  end
end

local function never() return nil end

--- Getter by field; nil leaves the field out. A medium that is no ordinary post has a `product`: STORY or LIVE.
M.fields = {
  id = function(media) return media.id end,
  ig_id = function(media) return (media.id:gsub("^17", "31")) end,
  legacy_instagram_media_id = function(media) return (media.id:gsub("^17", "31")) end,
  caption = caption,
  media_type = function(media) return media.kind end,
  media_product_type = function(media) return media.product or is_reel(media) and "REELS" or "FEED" end,
  media_url = function(media)
    if is_video(media) then return cdn_url(media, "t50.2886-16", "mp4") end
    return cdn_url(media, "t51.29350-15", "jpg")
  end,
  thumbnail_url = function(media) return is_video(media) and cdn_url(media, "t51.71878-15", "jpg") or nil end,
  permalink = function(media)
    if media.product == "STORY" then
      return "https://instagram.com/stories/" .. media.account.username .. "/" .. M.fields.ig_id(media)
    end
    return "https://www.instagram.com/" .. (is_reel(media) and "reel/" or "p/") .. shortcode(media) .. "/"
  end,
  shortcode = shortcode,
  timestamp = function(media) return time.format(media.time) end,
  username = function(media) return media.account.username end,
  like_count = like_count,
  comments_count = function(media) return not media.part and all_comments(media) or nil end,
  total_like_count = like_count,
  total_comments_count = function(media) return not media.part and all_comments(media) or nil end,
  total_views_count = counter(211, 50021),
  reposts_count = counter(3, 17),
  saved_count = counter(5, 97),
  shares_count = counter(7, 89),
  is_comment_enabled = function() return true end,
  is_shared_to_feed = function(media) if is_reel(media) then return media.index % 2 == 0 end end,
  has_poll = function() return false end,
  has_slider = function() return false end,
  is_ai_generated = function() return false end,
  alt_text = function(media) return media.kind == "IMAGE" and "A photo, number " .. media.index or nil end,
  media_audio_type = function(media) return is_reel(media) and "ORIGINAL_SOUND" or nil end,
  boost_eligibility_info = function() return json.object("eligible_to_boost", true) end,
  copyright_check_information = function(media)
    if not is_video(media) then return nil end
    return json.object("status", json.object("status", "completed", "matches_found", false))
  end,
  current_live_viewer_count = function(media) return media.product == "LIVE" and media.account.count or nil end,
  view_count = never,                -- business discovery only
}

return M
