--- Positions of a cursor, as somebody may have stored them, or changed them. One that is taken is given back the same,
-- through JSON, too, and leads on.

local check = require "spec.fuzz.check"
local encode = require("iggraph.json").encode
local listing = require "spec.fuzz.listing"

local function position_of(position)
  local taken
  listing.with({}, function(list) taken = list:position() end, position)
  return taken
end

return function(text)
  local value, is_json = check.decode(text)
  local position = is_json and value ~= nil and position_of(value)
  if not position then return end
  check.same(position_of(position), position)
  check.same(position_of(check.decode(encode(position))), position)
  listing.with({ '{"data":[{"id":"1"},{"id":"2"}]}' }, function(list)
    repeat local item = check.result(list:next()) until not item
  end, value)
end
