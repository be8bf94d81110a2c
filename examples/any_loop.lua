--- In a loop of one's own: all that it needs is a way to wait for one descriptor, and a way to sleep.
--
--     IG_ACCESS_TOKEN=… lua5.4 examples/any_loop.lua
--
-- Without a token it asks the built-in sandbox. In plain Lua 5.1 a `for` loop cannot wait: there
-- `cursor:next()` in a `while` loop does the same.

local script = dofile((arg[0]:match "^.*/" or "") .. "script.lua")
local iggraph = require "iggraph"

script.options(script.head())

-- The loop: coroutines that take turns. Another one has select, poll or epoll in the place of
-- engine:wait(), with engine:pollfd(), and engine:timeout() seconds at most.
local TURN = 0.01 -- seconds, while anybody sleeps
local block = require("iggraph.core").loop.sleep
local threads, sleepers, engine = {}, 0, nil

local function go(fn) threads[#threads + 1] = coroutine.create(fn) end

local function wait(its)
  engine = its
  coroutine.yield()
end

local function sleep(seconds)
  sleepers = sleepers + 1
  for _ = 1, math.ceil(seconds / TURN) do coroutine.yield() end
  sleepers = sleepers - 1
end

local function run()
  while threads[1] do
    for i = #threads, 1, -1 do
      assert(coroutine.resume(threads[i]))
      if coroutine.status(threads[i]) == "dead" then table.remove(threads, i) end
    end
    if sleepers > 0 then block(TURN) elseif threads[1] then engine:wait() end
  end
end

-- What it is for.
local ig, server = script.client { host = { wait = wait, sleep = sleep } }

local accounts, media, ticks = 0, 0, 0

local function count_media(account)
  for item in ig:user(account.id):media { fields = { "id", "timestamp" } } do
    print(account.username, item.id, item.timestamp)
    media = media + 1
  end
  return true
end

go(function()
  local tasks = {}
  for account in ig:instagram_accounts() do
    accounts = accounts + 1
    tasks[accounts] = iggraph.spawn(count_media, account) -- all accounts at the same time
  end
  for _, task in ipairs(tasks) do assert(task:wait()) end
  print(("accounts: %d, media: %d, ticks meanwhile: %d"):format(accounts, media, ticks))
  ticks = nil
end)

-- What else the program does: it is never kept waiting.
go(function()
  while ticks do
    ticks = ticks + 1
    sleep(TURN)
  end
end)

script.main(run)
if server then server:stop() end
