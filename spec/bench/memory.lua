-- What is measured of the memory, in a process of its own.
--
--   lua memory.lua NATIVE bare
--   lua memory.lua NATIVE libcurl|walk|clients|cursors|open BASE_URL CA_FILE TOKEN ACCOUNT FIELDS COUNT
--
-- Prints the most that the process ever had (bare: with libcurl loaded and set up; libcurl: after COUNT requests by it
-- alone; walk: after COUNT pages), or what one of COUNT things takes: idle clients; cursors; cursors in their first
-- page, without the page. All in KB; and of the first three `private`, the most that was the process's own, without the
-- pages of libraries that it has read, which all processes share.

local path, what, base_url, ca_file, token, account, fields, count = ...
local native = assert(package.loadlib(path, "luaopen_native"))()
local PAGE = 100

count = tonumber(count)

local function status(name)
  local file = assert(io.open "/proc/self/status")
  local text = file:read "*a"
  file:close()
  return tonumber(text:match(name .. ":%s*(%d+)"))
end

local private = 0

local function look() private = math.max(private, status "RssAnon") end

local function peak()
  look()
  return status "VmHWM"
end

-- LuaJIT has memory of its own; the others have theirs from malloc.
local function held()
  collectgarbage()
  collectgarbage()
  return native.heap() / 1024 + (rawget(_G, "jit") and collectgarbage "count" or 0)
end

local function new(iggraph)
  return (iggraph or require "iggraph").new { access_token = token, base_url = base_url, ca_file = ca_file }
end

-- KB of each of so many.
local function each(make)
  local list = {}
  for i = 1, count do list[i] = false end
  for _ = 1, 5 do make() end
  local before = held()
  for i = 1, count do list[i] = make() end
  return (held() - before) / count, list
end

local subjects = {}

function subjects.bare()
  assert(native.init())
  return peak()
end

function subjects.libcurl()
  local url = ("%s/v26.0/%s/media?fields=%s&limit=%d"):format(base_url, account, fields, PAGE)
  assert(native.init() and native.fetch(url, "Authorization: Bearer " .. token, ca_file, count))
  return peak()
end

function subjects.walk()
  local items = 0
  for _ in new():user(account):media({ fields = fields, limit = PAGE }, { max_items = count * PAGE }) do
    items = items + 1
    if items % PAGE == 0 then look() end
  end
  assert(items == count * PAGE, "not all was read")
  return peak()
end

function subjects.clients() return (each(new)) end

local function list_of(ig) return (ig:user(account):media { fields = fields, limit = PAGE }) end

function subjects.cursors()
  local ig = new()
  return (each(function() return list_of(ig) end))
end

-- The page is what `get` gives for the same.
function subjects.open()
  local ig = new()
  local cursor = each(function()
    local list = list_of(ig)
    assert(list:next())
    return list
  end)
  return cursor - each(function() return assert(ig:get(account .. "/media", { fields = fields, limit = PAGE })) end)
end

print("KB", subjects[what]())
print("private", private)
