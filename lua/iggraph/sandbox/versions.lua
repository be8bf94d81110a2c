--- The versions of the Graph API and which of them answers.
-- @module iggraph.sandbox.versions
local time = require "iggraph.time"

local M = {}

--- Name and last day, oldest first; the newest has no last day yet.
M.known = {
  { "v21.0", "2027-01-21" },
  { "v22.0", "2027-05-20" },
  { "v23.0", "2027-10-08" },
  { "v24.0", "2028-02-18" },
  { "v25.0", "2028-07-29" },
  { "v26.0" },
}

--- What a path without a version is served by.
M.default = "v26.0"

local function number_of(name)
  return tonumber(name:match("^v(%d+%.%d+)$"))
end

local numbers, ends = {}, {} -- in the order of `known`
for index, row in ipairs(M.known) do
  numbers[index] = number_of(row[1])
  ends[index] = row[2] and time.parse(row[2]) + 86400 or math.huge
end

--- The version that serves a call. One that has expired is served, in silence, by the next that has not.
-- @tparam ?string asked such as "v25.0"; nil for a path without version
-- @tparam number now Unix seconds
-- @treturn ?string nil if there is no such version yet
function M.serving(asked, now)
  local wanted = number_of(asked or M.default)
  for index, row in ipairs(M.known) do
    if numbers[index] >= wanted and now < ends[index] then return row[1] end
  end
  return nil
end

return M
