--- What is left of secrets in the memory of a process that has closed its clients.
--
--    local remains = require "spec.support.remains"
--    local found = remains.of { script = "…", secrets = { … }, forms = { name = text, … } }
--
-- The script runs on the interpreter that runs this, in a process of its own. It is given the secrets by a pipe, so
-- that they are in no file, environment or argument, as `...`; when it returns, what it held is collected, and its
-- memory is read through /proc.
-- @module spec.support.remains
local shell = require "iggraph.sandbox.shell"

local remains = {}

-- Unbuffered: what is read this way leaves no buffer behind it. The secrets are this function's alone.
local CHILD = [[
io.stdin:setvbuf "no"
local file = ...
local function work()
  local secrets = {}
  for i = 1, tonumber((io.read "*l")) do secrets[i] = io.read "*l" end
  ;(function(...)
    %s
  end)((table.unpack or unpack)(secrets))
end
-- What a coroutine leaves on its stack goes with it.
local ok, message = coroutine.resume(coroutine.create(work))
for _ = 1, 3 do collectgarbage() end
local ready = assert(io.open(file, "w"))
ready:write(assert(io.open "/proc/self/stat"):read "*n", ok and " " or " " .. tostring(message))
ready:close()
io.read "*a"
]]

local function interpreter()
  local first = 0
  while arg[first - 1] do first = first - 1 end
  return arg[first]
end

local AWAIT = "n=0; until [ -s %s ]; do n=$((n+1)); [ $n -lt 2000 ] || exit 1; sleep 0.01; done"
local PIECE, OVERLAP = 1048576, 4096 -- bytes

local function search(memory, from, to, forms, found, name)
  local before, at = "", from
  memory:seek("set", from)
  while at < to do
    local bytes = memory:read(math.min(PIECE, to - at))
    if not bytes then return end
    local text = before .. bytes
    for what, form in pairs(forms) do
      local place = 0
      repeat
        place = text:find(form, place + 1, true)
        if place then found[#found + 1] = ("%s in %s at %x"):format(what, name, at - #before + place - 1) end
      until not place
    end
    before, at = bytes:sub(-OVERLAP), at + #bytes
  end
end

-- All that the process may write to; `only` is a pattern of the names of mappings.
local function scan(pid, forms, only)
  local found = {}
  local memory = assert(io.open("/proc/" .. pid .. "/mem", "rb"))
  for line in io.lines("/proc/" .. pid .. "/maps") do
    local from, to, name = line:match "^(%x+)%-(%x+) rw%S+ %S+ %S+ %S+%s*(.*)$"
    if from and name:find(only or "") then
      search(memory, tonumber(from, 16), tonumber(to, 16), forms, found, name == "" and "(no name)" or name)
    end
  end
  memory:close()
  return found
end

--- @tparam table options `script`: Lua, whose `...` are the `secrets`; `forms`: name -> text to search for;
-- `environment`: `NAME=value …`; `only`: a pattern of the mappings' names
-- @treturn table a list of what was found, and where
function remains.of(options)
  local script, ready = os.tmpname(), os.tmpname()
  shell.write(script, CHILD:format(options.script))
  local pipe = assert(io.popen(("exec env LUA_PATH=%s LUA_CPATH=%s %s %s %s %s"):format(shell.quote(package.path),
    shell.quote(package.cpath), options.environment or "", shell.quote(interpreter()), script, ready), "w"))
  pipe:setvbuf "no"
  pipe:write(#options.secrets, "\n", table.concat(options.secrets, "\n"), "\n")
  local is_ready = shell.run(AWAIT:format(ready))
  local pid, message = (shell.read(ready) or ""):match "^(%d+) (.*)$"
  os.remove(script)
  os.remove(ready)
  local found = is_ready and message == "" and scan(pid, options.forms, options.only)
  pipe:close()
  return assert(found, message)
end

return remains
