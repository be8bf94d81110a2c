--- Ends the server when the process that started it is gone, however that ended.
-- @module iggraph.sandbox.watch
local ffi = require "ffi"

local ngx = ngx -- luacheck: read globals ngx

local M = {}

ffi.cdef [[
int kill(int pid, int sig);
int getppid(void);
]]

local SIGTERM = 15
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

--- Looks after the owner, twice a second.
-- @tparam number owner process id
-- @tparam string dir the server's folder, removed with it
function M.start(owner, dir)
  local master = ffi.C.getppid()
  assert(ngx.timer.every(INTERVAL, function(premature)
    if premature or not is_gone(owner) then return end
    os.execute("rm -rf " .. quote(dir))
    ffi.C.kill(master, SIGTERM)
  end))
end

return M
