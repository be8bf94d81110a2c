--- In libuv's loop: a call waits in its own coroutine, and all callbacks go on.
--
--     IG_ACCESS_TOKEN=… lua5.4 examples/luv.lua
--
-- Without a token it asks the built-in sandbox. Needs luv (Debian: lua-luv). In plain Lua 5.1 a `for` loop
-- cannot wait: there `cursor:next()` in a `while` loop does the same.

local script = dofile((arg[0]:match "^.*/" or "") .. "script.lua")

script.options(script.head())

local uv = script.need("luv", "lua-luv")
local iggraph = require "iggraph"

local ig, server = script.client { host = "luv" } -- found by itself once uv.run() has begun

local accounts, media, ticks = 0, 0, 0

local function count_media(account)
  for item in ig:user(account.id):media { fields = { "id", "timestamp" } } do
    print(account.username, item.id, item.timestamp)
    media = media + 1
  end
  return true
end

-- What else the program does: it is never kept waiting.
local timer = uv.new_timer()
timer:start(1, 1, function() ticks = ticks + 1 end)

local function count_all()
  local tasks = {}
  for account in ig:instagram_accounts() do
    accounts = accounts + 1
    tasks[accounts] = iggraph.spawn(count_media, account) -- all accounts at the same time
  end
  for _, task in ipairs(tasks) do assert(task:wait()) end
  print(("accounts: %d, media: %d, ticks meanwhile: %d"):format(accounts, media, ticks))
end

local ok, err
coroutine.wrap(function()
  ok, err = pcall(count_all)
  timer:close() -- whatever happened: or the loop would never end
end)()

uv.run()
if server then server:stop() end
if not ok then script.fail(err) end
