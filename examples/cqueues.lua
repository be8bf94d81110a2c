--- In a cqueues controller: a call waits in its own coroutine, and all others go on.
--
--     IG_ACCESS_TOKEN=… lua5.4 examples/cqueues.lua
--
-- Without a token it asks the built-in sandbox. Needs cqueues (Debian: lua-cqueues). In plain Lua 5.1 a
-- `for` loop cannot wait: there `cursor:next()` in a `while` loop does the same.

local cqueues = require "cqueues"
local iggraph = require "iggraph"

local ig, server = assert(require("iggraph.sandbox").client())

local controller = cqueues.new()
local accounts, media, ticks = 0, 0, 0

local function count_media(account)
  for item in ig:user(account.id):media { fields = { "id", "timestamp" } } do
    print(account.username, item.id, item.timestamp)
    media = media + 1
  end
end

controller:wrap(function()
  local tasks = {}
  for account in ig:instagram_accounts() do
    accounts = accounts + 1
    tasks[accounts] = iggraph.spawn(count_media, account) -- all accounts at the same time
  end
  for _, task in ipairs(tasks) do task:wait() end
  print(("%d media of %d accounts, and %d ticks meanwhile"):format(media, accounts, ticks))
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
