--- busted, but the Lua state is closed at the end, on every Lua and whatever came out: what then is
-- still held is a leak, for a sanitizer or valgrind to tell.
--
--     lua spec/support/run.lua ARGS…      as busted ARGS…
--
-- With a sanitizer in LD_PRELOAD: what is started in here does without it (compilers and servers
-- release nothing when they end), unless it is the same interpreter, for that will load the module.

local function interpreter()
  local index = 0
  while arg[index - 1] do index = index - 1 end
  return arg[index]
end

-- Its name as a word, and an argument behind it.
local runs_ours = "%f[^%z%s'\"]" .. interpreter():gsub("%p", "%%%0") .. "['\"]? +[^%s}]"

local function without_preload(start)
  return function(command, ...)
    local keeps = command == nil or ("\0" .. command):find(runs_ours)
    return start(keeps and command or "unset LD_PRELOAD\n" .. command, ...)
  end
end

if os.getenv "LD_PRELOAD" then
  -- luacheck: push ignore 122
  os.execute, io.popen = without_preload(os.execute), without_preload(io.popen)
  -- luacheck: pop
end

local exit = os.exit
local ended = {} -- what os.exit raises in here, to come back to the end of this file

local status = 0
os.exit = function(code) -- luacheck: ignore 122
  status = (code == nil or code == true) and 0 or code or 1
  error(ended, 0)
end

local ok, message = xpcall(function()
  require "busted.runner"({ standalone = false })
end, function(message)
  -- Before Lua 5.3 busted ends failed runs by an error without a value.
  if message == ended or message == nil then return message end
  return debug.traceback(tostring(message), 2)
end)

os.exit = exit -- luacheck: ignore 122
if not ok and message ~= ended then
  status = 1
  if message then io.stderr:write(message, "\n") end
end

if status ~= 0 then
  io.stdout:flush()
  if _VERSION == "Lua 5.1" and not rawget(_G, "jit") then
    error() -- os.exit would not close the state; the interpreter does, and says nothing for nil
  end
  os.exit(status == true and 0 or status, true)
end
