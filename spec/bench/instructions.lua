--- How many instructions it takes to read a page, and to take an item of it: a regression shows without a clock.
--
--     lua spec/bench/instructions.lua [save]
--
-- `make instructions` checks them against spec/bench/instructions.json on Lua 5.4 and LuaJIT; with `SAVE=1` it writes
-- that anew. valgrind counts what is the module's own, and how often it calls others. What those do is left out: Lua
-- has other hashes in each process, and libc takes another memcpy() on another CPU. Of a step there are Lua's own
-- instructions, too, which a hook counts.
--
-- @module spec.bench.instructions

package.path = "./?.lua;" .. package.path

local core = require "iggraph.core"
local emulator = require "iggraph.sandbox.emulator"
local json = require "iggraph.json"
local report = require "spec.bench.report"
local sandbox = require "iggraph.sandbox"
local shell = require "iggraph.sandbox.shell"
local store = require "iggraph.sandbox.store"

local run = report.run

local instructions = {}

local FILE = "spec/bench/instructions.json"
local TOLERANCE = 0.05
local ACCOUNT, FIELDS = "17840000000020000", "id,caption,media_type,media_product_type,media_url,permalink,"
  .. "thumbnail_url,timestamp,like_count,comments_count"
local NAME = rawget(_G, "jit") and "luajit" or "lua" .. _VERSION:match "%d%.%d"
local READINGS, STEPS, HOOKED = 10, 2000, 100

-- What is measured: reads the page so many times, and takes so many items of a list, of which there is one page; then
-- more of them under a hook. LuaJIT would compile the loops at a moment of its own.
local program = [[
  local page, readings, steps, hooked = arg[1], tonumber(arg[2]), tonumber(arg[3]), tonumber(arg[4])
  if rawget(_G, "jit") then jit.off() end
  local core = require "iggraph.core"
  local iggraph = require "iggraph"
  local file = assert(io.open(page, "rb"))
  local text = file:read "*a"
  file:close()
  for _ = 1, readings do assert(core.json.decode(text)) end
  local list = { data = {} }
  for i = 1, 3000 do list.data[i] = { id = tostring(i) } end
  local cursor = iggraph.new({ access_token = "TOKEN" }):user("17841400000000000"):media()
  assert(core.cursor.accept(cursor, list))
  collectgarbage()
  collectgarbage "stop"
  for _ = 1, steps do assert(cursor:next()) end
  local executed = 0
  debug.sethook(function() executed = executed + 1 end, "", 1)
  for _ = 1, hooked do cursor:next() end
  debug.sethook()
  print(executed)
]]

-- Another one makes other instructions.
local function compiler() return (run "${CC:-cc} -dumpmachine; ${CC:-cc} -dumpfullversion":gsub("%s+", " ")) end

local function interpreter()
  local first = 0
  while arg[first - 1] do first = first - 1 end
  return arg[first]
end

-- A page of the sandbox, always the same.
local function render_page()
  local uri = ("/v26.0/%s/media?limit=100&fields=%s&access_token=%s"):format(ACCOUNT, FIELDS, sandbox.tokens.user)
  local request = { method = "GET", headers = {}, now = 1790000000, uri = uri }
  local answer = emulator.handle(request, store.memory())
  assert(answer.status == 200, answer.body)
  return answer.body
end

-- Adds up what callgrind wrote (https://valgrind.org/docs/manual/cl-format.html): names come once, then their numbers;
-- the line behind `calls=` is what the call cost in all.
local function read_profile(path)
  local own, calls = 0, 0
  local names, object, callee, is_call = {}, nil, nil, false
  local function named(text)
    local number, name = text:match "^(%(%d+%)) ?(.*)$"
    if name ~= "" then names[number] = name:match "[^/]*$" end
    return names[number]
  end
  for line in io.lines(path) do
    local key, value = line:match "^(%l+)=(.*)$"
    local cost = line:match "^[%d+*-]%S* (%d+)$"
    if key == "ob" then
      object = named(value)
    elseif key == "cob" then
      callee = named(value)
    elseif key == "calls" then
      if object == "core.so" and callee then calls = calls + tonumber(value:match "^%d+") end
      callee, is_call = nil, true
    elseif cost and is_call then
      is_call = false
    elseif cost and object == "core.so" then
      own = own + cost
    end
  end
  return { own = own, calls = calls }
end

local function profile(at, readings, steps)
  local printed = run(report.quote {
    "valgrind", "-q", "--tool=callgrind", "--callgrind-out-file=" .. at .. "/profile",
    interpreter(), at .. "/program.lua", at .. "/page.json", tostring(readings), tostring(steps), tostring(HOOKED),
  })
  return read_profile(at .. "/profile"), tonumber(printed)
end

local function each(more, less, count)
  local result = {}
  for name, value in pairs(more) do result[name] = math.floor((value - less[name]) / count + 0.5) end
  return result
end

--- Whether there is a valgrind.
function instructions.can_count() return (shell.run "command -v valgrind") end

--- Counts, on the Lua that runs this.
-- @treturn table `compiler`; `page` and `step`, of which each has `own`, the module's own instructions, and `calls`, of
-- others by it; `step` has `lua`, too: instructions of Lua's
function instructions.count()
  local at = run "mktemp -d"
  shell.write(at .. "/program.lua", program)
  shell.write(at .. "/page.json", render_page())
  local ok, result = pcall(function()
    local usual, executed = profile(at, 1, 1)
    local page = each((profile(at, 1 + READINGS, 1)), usual, READINGS)
    local step = each((profile(at, 1, 1 + STEPS)), usual, STEPS)
    step.lua = math.floor(executed / HOOKED)
    return { compiler = compiler(), page = page, step = step }
  end)
  shell.run("rm -rf " .. shell.quote(at))
  if not ok then error(result, 0) end
  return result
end

local function kept() return core.json.decode(shell.read(FILE) or "{}") end

--- What is kept for the Lua that runs this; nil where it says nothing of this compiler's builds.
function instructions.kept()
  local ours = kept()[NAME]
  return ours and ours.compiler == compiler() and ours or nil
end

local function save(counted)
  local all = kept()
  all[NAME] = counted
  shell.write(FILE, json.encode(all) .. "\n")
end

--- @treturn table a line of text for each count that has grown
function instructions.grown(counted, before)
  local lines = {}
  for _, what in ipairs { "page", "step" } do
    for name, value in pairs(before[what]) do
      if counted[what][name] > value * (1 + TOLERANCE) then
        lines[#lines + 1] = ("%s, %s, %s: %d instructions or calls, kept are %d"):format(NAME, what, name,
          counted[what][name], value)
      end
    end
  end
  table.sort(lines)
  return lines
end

local function main(is_saving)
  local counted = instructions.count()
  local page, step = counted.page, counted.step
  print(("%s, a page: %d instructions of its own, %d calls"):format(NAME, page.own, page.calls))
  print(("%s, a step: %d, %d; and %d of Lua's"):format(NAME, step.own, step.calls, step.lua))
  if is_saving then return save(counted) end
  local before = instructions.kept()
  if not before then return print "nothing to compare with is kept of this compiler: SAVE=1" end
  local grown = instructions.grown(counted, before)
  if #grown > 0 then error(table.concat(grown, "\n"), 0) end
end

if arg and (arg[0] or ""):find "instructions%.lua$" then main(arg[1] == "save") end

return instructions
