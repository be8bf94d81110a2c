--- A sandbox's nginx as a process: starting it and ending it.
-- @module iggraph.sandbox.server
local certificates = require "iggraph.sandbox.certificates"
local nginx_conf = require "iggraph.sandbox.nginx_conf"
local shell = require "iggraph.sandbox.shell"

local M = {}

local Server = {}
Server.__index = Server

local MODULE_FOLDERS = { "/usr/share/nginx/modules", "/usr/lib/nginx/modules", "/usr/lib64/nginx/modules" }
local FIRST_PORT, LAST_PORT, PORT_TRIES = 20000, 60000, 20

local function exists(path)
  local file = io.open(path, "rb")
  if file then file:close() end
  return file ~= nil
end

local function find_nginx()
  local ok, path = shell.run("PATH=$PATH:/usr/sbin:/usr/local/sbin command -v nginx")
  if not ok then return nil, "nginx is not installed" end
  return path
end

--- The Lua module and what it needs, in the order of loading. None where it is built in, as in OpenResty.
local function find_modules()
  for _, folder in ipairs(MODULE_FOLDERS) do
    local kit, lua = folder .. "/ndk_http_module.so", folder .. "/ngx_http_lua_module.so"
    if exists(kit) and exists(lua) then return { kit, lua } end
  end
  return {}
end

--- The folder that holds iggraph/, absolute: nginx has to find the same files.
local function find_root()
  local source = debug.getinfo(1, "S").source:match("^@(.*)$") or ""
  local folder = source:match("^(.*)iggraph/sandbox/server%.lua$")
  if not folder then return nil, "the files of the sandbox cannot be found from " .. source end
  local ok, path = shell.run("cd " .. shell.quote(folder == "" and "." or folder) .. " && pwd -P")
  return ok and path or nil, path
end

--- Nginx as root gives up root for its workers, who could then not read what is here.
local function find_user()
  local ok, output = shell.run("[ \"$(id -u)\" -eq 0 ] && id -un && id -gn")
  return ok and output:gsub("\n", " ") or nil
end

local function make_folder(wanted)
  if not wanted then
    local ok, output = shell.run('mktemp -d "${TMPDIR:-/tmp}/iggraph-sandbox.XXXXXX"')
    return ok and output or nil, output
  end
  local quoted = shell.quote(wanted)
  local command = 'umask 077; mkdir -p %s && cd %s && pwd -P && [ -z "$(ls -A)" ]'
  local ok, output = shell.run(command:format(quoted, quoted))
  if not ok then return nil, "cannot use the folder " .. wanted .. ": it must be new or empty. " .. output end
  return output
end

local SETTINGS = "return {\n  dir = %q,\n  other_url = %q,\n  owner = %d,\n}\n"

local function write_settings(dir, settings)
  shell.write(dir .. "/settings.lua", SETTINGS:format(settings.dir, settings.other_url, settings.owner))
end

-- Paths for another Lua than nginx's would be taken for its own.
local CLEAN_ENVIRONMENT = _VERSION == "Lua 5.1" and "" or "env -u LUA_PATH -u LUA_CPATH "

local LAUNCH = 'cd %s && %s%s -p "$PWD/" -c nginx.conf -e error.log </dev/null'

-- The launcher returns once the ports are open; the process id is written a moment later.
local READ_PID = [=[
cd %s
n=0
until [ -s nginx.pid ]; do n=$((n+1)); [ $n -lt 500 ] || exit 1; sleep 0.01; done
cat nginx.pid]=]

--- The process id of nginx, or nil and nginx's own words about why it does not start.
local function run_nginx(plan, ports)
  plan.values.ports = ports
  plan.settings.other_url = ("http://127.0.0.2:%d"):format(ports.http)
  write_settings(plan.dir, plan.settings)
  shell.write(plan.dir .. "/nginx.conf", nginx_conf.make(plan.values))
  local dir = shell.quote(plan.dir)
  local ok, output = shell.run(LAUNCH:format(dir, CLEAN_ENVIRONMENT, shell.quote(plan.nginx)))
  if not ok then return nil, output end
  ok, output = shell.run(READ_PID:format(dir))
  return ok and tonumber(output) or nil, output
end

local random_state

--- A port that differs between processes and calls, without touching the program's own random numbers.
local function random_port()
  random_state = random_state or (shell.process_id() * 7919 + os.time()) % 2147483647
  random_state = random_state * 16807 % 2147483647
  return FIRST_PORT + random_state % (LAST_PORT - FIRST_PORT)
end

local function start_on_some_port(plan, wanted)
  local message
  for _ = 1, wanted and 1 or PORT_TRIES do
    local port = wanted or random_port()
    local pid, words = run_nginx(plan, { http = port, https = port + 1 })
    if pid then return port, pid end
    message = words
    if not message:find("Address already in use", 1, true) then break end
  end
  return nil, "nginx does not start: " .. message
end

local function remove(dir)
  shell.run("rm -rf " .. shell.quote(dir))
end

local function prepare(options)
  local nginx, root, message
  nginx, message = find_nginx()
  if not nginx then return nil, message end
  root, message = find_root()
  if not root then return nil, message end
  local dir
  dir, message = make_folder(options.dir)
  if not dir then return nil, message end
  return {
    nginx = nginx, dir = dir,
    values = {
      dir = dir, root = root, modules = find_modules(), workers = options.workers or 2, user = find_user(),
    },
    settings = { dir = dir, owner = shell.process_id() },
  }
end

--- Starts a server. See `iggraph.sandbox.start`.
-- @tparam table options
-- @treturn ?table server
-- @treturn ?string why there is none
function M.start(options)
  local plan, message = prepare(options)
  if not plan then return nil, message end
  local ok
  ok, message = certificates.make(plan.dir)
  if not ok then
    remove(plan.dir)
    return nil, "the certificates cannot be made: " .. message
  end
  local port, pid = start_on_some_port(plan, options.port)
  if not port then
    remove(plan.dir)
    return nil, pid
  end
  return setmetatable({
    http = ("http://127.0.0.1:%d"):format(port),
    https = ("https://localhost:%d"):format(port + 1),
    ca_file = plan.dir .. "/ca.pem",
    dir = plan.dir,
    pid = pid,
  }, Server)
end

local END = [[
kill -TERM %d
n=0
while kill -0 %d && [ $n -lt 500 ] && ! grep -q "^State:.Z" /proc/%d/status; do n=$((n+1)); sleep 0.01; done
[ $n -lt 500 ] || kill -KILL %d
]]

--- Ends nginx, waits for its end, removes its folder. A second call does nothing.
function Server:stop()
  if self.stopped then return end
  self.stopped = true
  shell.run(END:format(self.pid, self.pid, self.pid, self.pid))
  remove(self.dir)
end

return M
