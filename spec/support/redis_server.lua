--- A real Redis on a loopback port, in a folder of its own.
--
--    local server = redis_server.start "--requirepass open"
--    server:cli "get key"
--    server:signal "KILL"
--    server:run()          -- again, on the same port
--    server:stop()
local now = require("system").monotime
local shell = require "iggraph.sandbox.shell"
local sleep = require("iggraph.core").loop.sleep

local redis_server = {}

local methods = {}
local meta = { __index = methods }

-- Below those that outgoing connections take.
local FIRST_PORT, LAST_PORT, TRIES = 10000, 32000, 20

-- Debian's redis-tools has the server's program under another name, and, unlike redis-server, none that the system
-- starts. The shell that is its parent ends it soon after the one that started it.
local FIND = "command -v redis-server || command -v redis-check-rdb"
local COMMAND = [[
cd {dir} || exit 1
ln -sf "$({find})" redis-server
(
  ./redis-server --port {port} --bind 127.0.0.1 --dir {dir} --save '' {arguments} >log 2>&1 &
  echo $! >pid
  while kill -0 {owner} && kill -0 $!; do sleep 0.5; done
  kill -KILL $!
  wait
  kill -0 {owner} || rm -rf {dir}
) </dev/null >/dev/null 2>&1 &
while [ ! -s pid ]; do sleep 0.01; done]]

local function fill(template, values)
  return (template:gsub("{(%l+)}", function(name) return tostring(values[name]) end))
end

--- Whether there is one that can be started.
-- @treturn boolean
function redis_server.is_there() return (shell.run(("(%s) && command -v redis-cli"):format(FIND))) end

--- Starts one.
-- @tparam[opt] string arguments of `redis-server`
function redis_server.start(arguments)
  local _, dir = shell.run 'mktemp -d "${TMPDIR:-/tmp}/iggraph-redis.XXXXXX"'
  local self = setmetatable({
    dir = dir, find = FIND, arguments = arguments or "", owner = shell.process_id(),
  }, meta)
  for try = 1, TRIES do
    self.port = FIRST_PORT + (self.owner * 7919 + os.time() * 31 + try * 104729) % (LAST_PORT - FIRST_PORT)
    if self:run() then return self end
  end
  error("Redis does not start: " .. (shell.read(dir .. "/log") or ""), 0)
end

--- Starts it again.
-- @treturn boolean whether it runs; not where somebody else has its port
function methods:run()
  os.remove(self.dir .. "/pid")
  shell.run(fill(COMMAND, self))
  self.pid = assert(tonumber((shell.read(self.dir .. "/pid"))))
  local limit = now() + 10
  repeat
    local log = shell.read(self.dir .. "/log") or "" -- not there at once
    if log:find("Ready to accept connections", 1, true) then return true end
    sleep(0.01)
  until log:find("Failed listening", 1, true) or now() > limit
  return false
end

--- What `redis-cli` says.
-- @tparam string arguments as for a shell
-- @treturn string
function methods:cli(arguments)
  local _, text = shell.run(("redis-cli -h 127.0.0.1 -p %d --no-auth-warning %s"):format(self.port, arguments))
  return text
end

--- Sends a signal: "KILL" ends it at once, "STOP" has it hang until "CONT".
function methods:signal(name)
  shell.run(("kill -%s %d"):format(name, self.pid))
  if name ~= "KILL" then return end
  self.pid = nil
  while not self:cli("ping"):find("Could not connect", 1, true) do sleep(0.01) end
end

--- Ends it, and removes its folder.
function methods:stop()
  if self.pid then self:signal "KILL" end
  shell.run("rm -rf " .. shell.quote(self.dir))
end

return redis_server
