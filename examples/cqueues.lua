--- In a cqueues controller: a call waits in its own coroutine, and all others go on.
--
--     IG_ACCESS_TOKEN=… lua5.4 examples/cqueues.lua
--
-- Without a token it asks the built-in sandbox. Needs cqueues (Debian: lua-cqueues). In plain Lua 5.1 a
-- `for` loop cannot wait: there `cursor:next()` in a `while` loop does the same.

local script = dofile((arg[0]:match "^.*/" or "") .. "script.lua")

script.options(script.head())

local cqueues = script.need("cqueues", "lua-cqueues")
local iggraph = require "iggraph"

local ig, server = script.client()

local controller = cqueues.new()
local accounts, media, ticks = 0, 0, 0

local function count_media(account)
  for item in ig:user(account.id):media { fields = { "id", "timestamp" } } do
    print(account.username, item.id, item.timestamp)
    media = media + 1
  end
  return true
end

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
controller:wrap(function()
  ok, err = pcall(count_all)
  ticks = nil
end)

-- What else the program does: it is never kept waiting.
controller:wrap(function()
  while ticks do
    ticks = ticks + 1
    cqueues.sleep(0.001)
  end
end)

assert(controller:loop())
if server then server:stop() end
if not ok then script.fail(err) end
