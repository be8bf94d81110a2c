--- The work of rows 4, 5 and 11, one piece in a process of its own:
--
--     lua calls.lua map|tree|single|at_once|batch BASE_URL CA_FILE TOKEN COUNT
--
-- Prints how many items or answers there were, and the seconds that it took (wall).
--
-- @module spec.bench.calls
local iggraph = require "iggraph"

local now = require("iggraph.core").loop.now

local what, base_url, ca_file, token, count = ...
count = tonumber(count)

local PAGES, PAGE = 10, 20 -- small ones: client and server share the machine
local SLOW = "_slow_50" -- the answer comes after 50 ms

local ig = iggraph.new { access_token = token, base_url = base_url, ca_file = ca_file }

local function account(media) return ("17840%012d"):format(media) .. SLOW end

-- What a piece is made of, and how often it is done.
local function each(fn, concurrency)
  local list = {}
  for i = 1, count do list[i] = i end
  local sum = 0
  for _, result in ipairs(iggraph.map(list, fn, { concurrency = concurrency })) do
    sum = sum + assert(result[1], result[2])
  end
  return sum
end

local function read(i)
  local user = assert(ig:get(account(i), { fields = "id" }))
  return user.id and 1
end

local work = {}

--- All accounts at a time, ten pages of each. The connections are made within the time.
function work.map()
  return each(function(i)
    local items = 0
    for _ in ig:user(account(PAGES * PAGE - i % PAGE)):media { fields = "id", limit = PAGE } do items = items + 1 end
    return items
  end, count)
end

--- From the token to the accounts of its Pages and the newest media of each.
function work.tree()
  local media = 0
  for user in ig:instagram_accounts { fields = { "id", "username", ["media.limit(25)"] = { "id", "caption" } } } do
    media = media + #user.media.data
  end
  return media
end

--- One read after the other.
function work.single()
  local sum = 0
  for i = 1, count do sum = sum + read(i) end
  return sum
end

function work.at_once() return each(read, count) end

function work.batch()
  local results = assert(ig:batch(ig:prepare(function(prepared)
    for i = 1, count do prepared:get(account(i), { fields = "id" }) end
  end)))
  local sum = 0
  for _, result in ipairs(results) do sum = sum + (assert(result[1], result[2]).id and 1) end
  return sum
end

local IS_COLD = { map = true, tree = true }
if not IS_COLD[what] then read(1) end -- the connection is there

local began = now()
local sum = work[what]()
print(("%d %.6f"):format(sum, now() - began))
