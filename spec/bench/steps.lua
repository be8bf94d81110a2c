-- How long a host is kept: each engine:step() of a walk, and each taking of an answer, which reads its JSON.
--
--   lua steps.lua NATIVE BASE_URL CA_FILE TOKEN ACCOUNT FIELDS PAGES
--
-- Prints for both (`step`, `answer`) the longest and what 99 of 100 keep to, in ms: by the thread's CPU time, and by
-- the clock, in which others that run on the machine have their part.

local path, base_url, ca_file, token, account, fields, pages = ...
local native = assert(package.loadlib(path, "luaopen_native"))()
local core = require "iggraph.core"

local PAGE = 100

local times = { step = { cpu = {}, wall = {} }, answer = { cpu = {}, wall = {} } }

-- The same function, each call of which is taken down.
local function timed(name, fn)
  local cpu, wall = times[name].cpu, times[name].wall
  local function note(cpu_before, wall_before, ...)
    wall[#wall + 1] = native.wall() - wall_before
    cpu[#cpu + 1] = native.cpu() - cpu_before
    return ...
  end
  return function(...) return note(native.cpu(), native.wall(), fn(...)) end
end

core.transfer.answer = timed("answer", core.transfer.answer) -- before others take it
local iggraph = require "iggraph"
core.loop.methods.step = timed("step", core.loop.methods.step)

local ig = iggraph.new { access_token = token, base_url = base_url, ca_file = ca_file }
local left = pages * PAGE
local list = ig:user(account):media({ fields = fields, limit = PAGE }, { max_items = left + PAGE })
for _ = 1, PAGE do assert(list:next()) end -- the first connection
for _, clocks in pairs(times) do
  for _, taken in pairs(clocks) do
    for i = #taken, 1, -1 do taken[i] = nil end
  end
end
for _ in list do left = left - 1 end
assert(left == 0, "not all was read")

for name, clocks in pairs(times) do
  for clock, taken in pairs(clocks) do
    table.sort(taken)
    print(("%s_%s %f"):format(name, clock, taken[#taken]))
    print(("%s_%s_99 %f"):format(name, clock, taken[math.ceil(#taken * 0.99)]))
  end
end
