--- IG User: the guide's account, and accounts with any number of media.
-- @module iggraph.sandbox.nodes.ig_user
local ids = require "iggraph.sandbox.nodes.ids"
local json = require "iggraph.sandbox.json"

local M = { name = "IGUser", instagram = true, default = { "id" } }

local GUIDE = {
  id = "17841405822304914", count = 6, guide = true,
  username = "metricsaurus", name = "Metricsaurus", website = "https://metricsaurus.example/",
  biography = "Dino data crunching app\nMeasuring since the Jurassic \240\159\166\149 @pages #metrics",
  followers = 267793, follows = 309,
}

local made = setmetatable({}, { __mode = "v" })

--- The account of an id.
-- @tparam string id
-- @treturn ?table
function M.find(id)
  if id == GUIDE.id then return GUIDE end
  local count = ids.read_account(id)
  return count and M.with_media(count)
end

--- The account with that many media.
-- @tparam ?number count nil for the guide's account
-- @treturn table
function M.with_media(count)
  if not count then return GUIDE end
  local account = made[count]
  if not account then
    account = {
      id = ids.make_account(count), count = count,
      username = "account_" .. count, name = "Account with " .. count .. " media",
      biography = "Made up as it goes.\n" .. count .. " media \240\159\147\183",
      followers = count * 13 + 7, follows = count % 997,
    }
    made[count] = account
  end
  return account
end

--- The account of a name.
-- @tparam string username
-- @treturn ?table
function M.find_by_username(username)
  if username == GUIDE.username then return GUIDE end
  local count = tonumber(username:match "^account_(%d+)$")
  local account = count and count <= ids.MAX_MEDIA and M.with_media(count)
  return account and account.username == username and account or nil
end

M.fields = {
  id = function(account) return account.id end,
  ig_id = function(account) return account.guide and 5813214017 or 6000000000 + account.count end,
  legacy_instagram_user_id = function(account) return "58" .. account.id:sub(8) end,
  username = function(account) return account.username end,
  name = function(account) return account.name end,
  biography = function(account) return account.biography end,
  website = function(account) return account.website end,
  profile_picture_url = function(account)
    return "https://scontent-iad3-2.cdninstagram.com/v/t51.2885-15/" .. account.id
      .. "_n.jpg?_nc_cat=1&ccb=1-7&_nc_sid=86c713&oh=00_AfB4c1XbQ5c&oe=6123C4B2"
  end,
  followers_count = function(account) return account.followers end,
  follows_count = function(account) return account.follows end,
  media_count = function(account) return account.count end,
  has_profile_pic = function() return true end,
  is_published = function() return true end,
  shopping_product_tag_eligibility = function() return false end,
  shopping_review_status = function() return nil end, -- accounts with a shop only
  owner_business = function(account)
    return account.guide and json.object("id", "506644732715133", "name", "Metricsaurus Inc.") or nil
  end,
}

return M
