-- A soak: many listings at a time, against a sandbox that fails in every way it knows, at random. Each item of each
-- listing has to come exactly once; memory, descriptors and connections must not grow.
--
--     make soak [MINUTES=30] [RATE=0.1] [SEED=1]
--
-- Prints a line a minute, and what the README shows; ends with 1 where something was lost, doubled or grew.
local iggraph = require "iggraph"
local sandbox = require "iggraph.sandbox"
local support = require "spec.support.sandbox"

local now = require("iggraph.core").loop.now

local MINUTES = tonumber(os.getenv "MINUTES") or 30
local RATE = tonumber(os.getenv "RATE") or 0.1
local SEED = tonumber(os.getenv "SEED") or 1
local AT_ONCE = 8
local SETTLED = 0.2 -- of the time: what is held then is what it takes
local GROWTH = { memory = 2048, rss = 8192, descriptors = 16 } -- KB, KB, how many: as many as come and go

math.randomseed(SEED)

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return text
end

local function count_descriptors()
  local pipe = io.popen "ls /proc/$PPID/fd | wc -l"
  local count = tonumber(pipe:read "*l")
  pipe:close()
  return count
end

local function measure()
  collectgarbage()
  collectgarbage()
  local rss = read("/proc/self/statm"):match "^%d+ (%d+)"
  return {
    memory = math.floor(collectgarbage "count"), rss = tonumber(rss) * 4, descriptors = count_descriptors(),
  }
end

-- --- one listing -------------------------------------------------------------------------------------

local found = { listings = 0, items = 0, lost = 0, doubled = 0, resumed = 0, failures = {} }

local function note(kind) found.failures[kind] = (found.failures[kind] or 0) + 1 end

local function open(ig, account, limit, position)
  return ig:user(account):media({ fields = { "id" }, limit = limit }, { position = position })
end

-- Takes all items of an account; where a call has failed for good the cursor goes on, or another one from where it
-- stood.
local function walk(ig, size, is_time)
  local account = ("17840%012d"):format(size)
  local limit = math.random(5, 100)
  local cursor, seen, count = open(ig, account, limit), {}, 0
  while true do
    local item, err, kind = cursor:next()
    if item then
      if seen[item.id] then found.doubled = found.doubled + 1 end
      seen[item.id] = true
      count = count + 1
    elseif not err then
      break
    else
      note(kind)
      if is_time() then return cursor:close() end
    end
    if (err or math.random() < 0.002) and math.random() < 0.5 then
      local position = cursor:position()
      cursor:close()
      cursor = open(ig, account, limit, position)
      found.resumed = found.resumed + 1
    end
  end
  found.listings, found.items = found.listings + 1, found.items + count
  if count ~= size then found.lost = found.lost + math.abs(size - count) end
end

-- --- the run -----------------------------------------------------------------------------------------

local server = support.shared()
local ig = iggraph.new {
  access_token = sandbox.tokens.user, base_url = server.https, ca_file = server.ca_file, timeout = 5,
  retry = { attempts = 4, max_delay = 1 },
}
support.control("-d rate=" .. RATE .. " -d seed=" .. SEED .. " -d kinds=all", "chaos")

local ends = now() + MINUTES * 60
local function is_time() return now() >= ends end

local settled
local next_line, begin = now() + 60, now()

local function watch()
  local here = measure()
  if not settled and now() - begin >= SETTLED * MINUTES * 60 then settled = here end
  if now() < next_line then return end
  next_line = next_line + 60
  print(("%3.0f min: %d listings, %d items, %d KB in Lua, %d KB in all, %d descriptors"):format(
    (now() - begin) / 60, found.listings, found.items, here.memory, here.rss, here.descriptors))
end

repeat
  local sizes = {}
  for i = 1, AT_ONCE * 4 do sizes[i] = math.random(1, 1500) end
  local results = iggraph.map(sizes, function(size) walk(ig, size, is_time) end, { concurrency = AT_ONCE })
  for _, result in ipairs(results) do
    if result[2] then error(tostring(result[2]), 0) end
  end
  watch()
until is_time()

local last, stats = measure(), ig:stats()
settled = settled or last
support.control("-d rate=0", "chaos")

local function words(counts)
  local list = {}
  for kind, count in pairs(counts) do list[#list + 1] = ("%s %d"):format(kind, count) end
  table.sort(list)
  return table.concat(list, ", ")
end

print(("%g minutes, %g %% of the calls fail, seed %d"):format(MINUTES, RATE * 100, SEED))
print(("listings %d, items %d, lost %d, doubled %d, cursors resumed elsewhere %d"):format(
  found.listings, found.items, found.lost, found.doubled, found.resumed))
print(("requests %d, failed: %s"):format(stats.requests, words(stats.failed)))
print(("retries %d; failed for good: %s"):format(stats.retries, words(found.failures)))
print(("connections %d; after a fifth of the time, and at the end:"):format(stats.connections))
print(("%d and %d KB in Lua, %d and %d KB in all, %d and %d descriptors"):format(settled.memory, last.memory,
  settled.rss, last.rss, settled.descriptors, last.descriptors))

local is_good = found.lost == 0 and found.doubled == 0 and found.listings > 0
for name, most in pairs(GROWTH) do
  if last[name] - settled[name] > most then
    print(name .. " grew")
    is_good = false
  end
end
os.exit(is_good and 0 or 1, true)
