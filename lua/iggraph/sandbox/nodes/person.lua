--- People who wrote to an account: known by an id that holds for that account only (IGSID).
-- https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api/user-profile
--
-- Twelve people wrote to each account. Their ids say which of whose they are: see `iggraph.sandbox.nodes.ids`.
-- @module iggraph.sandbox.nodes.person
local ids = require "iggraph.sandbox.nodes.ids"
local ig_user = require "iggraph.sandbox.nodes.ig_user"
local samples = require "iggraph.sandbox.nodes.samples"

local M = {
  name = "InstagramMessagingUser", instagram = true, default = { "name", "id" },
  --- How many wrote to an account.
  COUNT = 12,
}

local HOUR, DAY = 3600, 86400

--- @tparam table account
-- @tparam number number from 1 to `COUNT`
-- @treturn table
function M.at(account, number)
  local names = samples.commenters
  local name = names[(number - 1) % #names + 1]
  return {
    id = ids.join("person", ("%s%02d"):format(account.id:sub(-12), number)), account = account, number = number,
    username = number > #names and name .. number or name,
  }
end

--- @tparam string id
-- @treturn ?table
function M.find(id)
  local code, number = (ids.rest("person", id) or ""):match("^(%d%d%d%d%d%d%d%d%d%d%d%d)(%d%d)$")
  if not code then return nil end
  local account = ig_user.find(ids.join("account", code)) or ig_user.find(ids.join("named_account", code))
  number = tonumber(number)
  return account and number >= 1 and number <= M.COUNT and M.at(account, number) or nil
end

--- When somebody wrote last: in the last day, but three days ago if the id ends in 9.
-- @tparam table person
-- @tparam number now
-- @treturn number
function M.wrote_at(person, now)
  return now - now % HOUR - (person.id:sub(-1) == "9" and 3 * DAY or person.number * HOUR)
end

M.fields = {
  id = function(person) return person.id end,
  name = function(person) return (person.username:gsub("[._]", " ")) end,
  username = function(person) return person.username end,
  profile_pic = function(person)
    return "https://scontent-iad3-2.cdninstagram.com/v/t51.2885-19/" .. person.id .. "_n.jpg?oe=6123C4B2"
  end,
  follower_count = function(person) return person.number * 131 end,
  is_user_follow_business = function(person) return person.number % 2 == 1 end,
  is_business_follow_user = function(person) return person.number % 3 == 0 end,
  is_verified_user = function(person) return person.number == 4 end,
}

return M
