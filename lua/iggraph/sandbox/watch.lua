--- Ends the server when the process that started it is gone, however that ended.
-- @module iggraph.sandbox.watch
local ffi = require "ffi"

local ngx = ngx -- luacheck: read globals ngx

local M = {}

ffi.cdef [[
int kill(int pid, int sig);
int getppid(void);
]]

local NO_SUCH_PROCESS = 3 -- ESRCH
local INTERVAL = 0.5 -- seconds

--- A process that has ended, but for which nobody has asked yet, still answers to kill.
local function is_zombie(pid)
  local file = io.open("/proc/" .. pid .. "/stat")
  if not file then return false end
  local text = file:read("*a") or ""
  file:close()
  return text:match("^.*%) (%a)") == "Z"
end

local function is_gone(pid)
  if ffi.C.kill(pid, 0) ~= 0 then return ffi.errno() == NO_SUCH_PROCESS end
  return is_zombie(pid)
end

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- The folder goes last: nginx writes into it to its end. A shell of its own does both, because this
-- worker ends on the way.
local END = [[(
  kill -TERM %d
  n=0
  while kill -0 %d 2>/dev/null && [ $n -lt 100 ]; do n=$((n + 1)); sleep 0.05; done
  rm -rf %s
) </dev/null >/dev/null 2>&1 &]]

--- Looks after the owner, twice a second.
-- @tparam number owner process id
-- @tparam string dir the server's folder, removed with it
function M.start(owner, dir)
  local master = ffi.C.getppid()
  assert(ngx.timer.every(INTERVAL, function(premature)
    if premature or not is_gone(owner) then return end
    os.execute(END:format(master, master, quote(dir)))
  end))
end

return M
