--- An nginx with Lua in its workers, as a host for iggraph: what a location does is what a spec says.
--
--    local host = nginx_host.start {
--      locations = { me = "ngx.say(ig:get('me').id)", gate = { access = "…", content = "…" } },
--    }
--    local body, status = host:get "me"
--    host:stop()
--
-- Before the code of a location stands `local iggraph, ig = …`, a client of the sandbox.
local core = require "iggraph.core"
local iggraph = require "iggraph"
local json = require "iggraph.json"
local now = require("system").monotime
local sandbox = require "spec.support.sandbox"
local shell = require "iggraph.sandbox.shell"
local with = require("spec.support.client").with

local nginx_host = {}

local methods = {}
local meta = { __index = methods }

local CONFIGURATION = [[
{inherited}
worker_processes {workers};
daemon on;
pid nginx.pid;
error_log error.log notice;
{main}
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  keepalive_requests 1000000;
  default_type application/json;
  ssl_certificate {shared}/localhost.pem;
  ssl_certificate_key {shared}/localhost.key;
  lua_package_path "{dir}/?.lua;{root}/lua/?.lua;{root}/lua/?/init.lua;;";
  lua_package_cpath "{root}/build/luajit/?.so;;";
  lua_shared_dict seen 1m;
{http}
  init_by_lua_block {
    {init}
  }
  init_worker_by_lua_block {
    if ngx.worker.id() == 0 then require("iggraph.sandbox.watch").start({owner}, "{dir}") end
    {init_worker}
  }
  server {
    listen 127.0.0.1:{port};
    listen 127.0.0.1:{tls_port} ssl http2;
{server}
{locations}
  }
}
]]

-- Below those that outgoing connections take.
local FIRST_PORT, LAST_PORT, TRIES = 10000, 32000, 20

local function fill(template, values)
  return (template:gsub("{([%l_]+)}", function(name) return values[name] and tostring(values[name]) end))
end

local function run(command)
  local ok, words = shell.run(command)
  if not ok then error(words .. "\n" .. command, 0) end
  return words
end

-- --- what it is made of --------------------------------------------------------------------------

--- What depends on the machine is as in the sandbox's configuration.
local function inherited(shared)
  local lines = {}
  for line in assert(shell.read(shared.dir .. "/nginx.conf")):gmatch "[^\n]+" do
    if line:find "^load_module " or line:find "^user " then lines[#lines + 1] = line end
  end
  return table.concat(lines, "\n")
end

local root

--- The project, with the module built for nginx's Lua, whatever Lua and flags this runs with.
-- @treturn string its folder
function nginx_host.build()
  if root then return root end
  local folder = debug.getinfo(1, "S").source:match "^@(.*)spec/support/nginx_host%.lua$"
  root = run("cd " .. shell.quote(folder == "" and "." or folder) .. " && pwd -P")
  run("env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u LD_PRELOAD make -s BUILD=build LUA=luajit -C " .. shell.quote(root))
  return root
end

--- Stands before the code of a location, unless it has no client; for code elsewhere in a configuration.
nginx_host.PREAMBLE = 'local iggraph, ig = require "iggraph", require "sandbox_client"; '
local CLIENT = 'return require("iggraph").new(require("cjson").decode [==[%s]==])\n'

--- The blocks of one location: phase -> code, or the code of its content.
local function render_location(name, phases, preamble)
  local lines = { ("    location = /%s {"):format(name) }
  if type(phases) == "string" then phases = { content = phases } end
  if not phases.content then phases = with(phases, { content = "ngx.say '{}'" }) end
  for phase, code in pairs(phases) do
    local directive = phase == "set" and "set_by_lua_block $made" or phase .. "_by_lua_block"
    lines[#lines + 1] = ("      %s { %s%s\n      }"):format(directive, preamble, code)
  end
  lines[#lines + 1] = "    }"
  return table.concat(lines, "\n")
end

local function render_locations(locations, preamble)
  local list = {}
  for name, phases in pairs(locations or {}) do list[#list + 1] = render_location(name, phases, preamble) end
  return table.concat(list, "\n")
end

local function render_client(shared, changes)
  local base = { access_token = sandbox.tokens.user, base_url = shared.https, ca_file = shared.ca_file, retry = false }
  return CLIENT:format(json.encode(with(base, changes)))
end

-- --- starting it -----------------------------------------------------------------------------------

local COMMAND = "PATH=$PATH:/usr/sbin:/usr/local/sbin; env -u LUA_PATH -u LUA_CPATH -u LD_PRELOAD "
  .. "nginx -p {dir}/ -c {dir}/nginx.conf -e {dir}/error.log </dev/null"

local starts = 0

--- Differs between processes and calls, and leaves the program's own random numbers alone.
-- @treturn number a port
function nginx_host.port()
  starts = starts + 1
  local state = (shell.process_id() * 7919 + os.time() + starts * 104729) % 2147483647
  return FIRST_PORT + state * 16807 % 2147483647 % (LAST_PORT - FIRST_PORT)
end

local function launch(values)
  local words
  for _ = 1, TRIES do
    values.port = nginx_host.port()
    values.tls_port = values.port + 1
    shell.write(values.dir .. "/nginx.conf", fill(CONFIGURATION, values))
    local ok
    ok, words = shell.run(fill(COMMAND, values))
    if ok then return end
    if not words:find("Address already in use", 1, true) then break end
    os.remove(values.dir .. "/error.log")
  end
  run("rm -rf " .. shell.quote(values.dir))
  error("nginx does not start: " .. words, 0)
end

-- The launcher returns once the ports are open; workers begin, and the process id is written, a moment later.
local READ_PID = [[
n=0
until [ -s {dir}/nginx.pid ] && [ "$(grep -c "start worker process " {dir}/error.log)" -ge {workers} ]; do
  n=$((n+1)); [ $n -lt 500 ] || exit 1; sleep 0.01
done
cat {dir}/nginx.pid]]

local function read_pid(values)
  local ok, pid = shell.run(fill(READ_PID, values))
  return assert(ok and tonumber(pid), "nginx has not started")
end

--- Starts one; ends by `host:stop()`, or soon after this process.
-- @tparam table options `locations`: name -> code of its content, or phase -> code; `init` and `init_worker`:
-- code; `workers` (1); `main`, `http`, `server`: further lines of the configuration; `client`: options of
-- `iggraph.new` for `ig`, over those that lead to the sandbox, or false for no client at all; `files`: name ->
-- text, what `require` finds
function nginx_host.start(options)
  local shared = sandbox.shared()
  local dir = run 'mktemp -d "${TMPDIR:-/tmp}/iggraph-nginx.XXXXXX"'
  local files = { ["sandbox_client.lua"] = render_client(shared, options.client or nil) }
  for name, text in pairs(with(files, options.files)) do shell.write(dir .. "/" .. name, text) end
  local values = {
    dir = dir, root = nginx_host.build(), shared = shared.dir, owner = shell.process_id(),
    inherited = inherited(shared),
    workers = options.workers or 1, main = options.main or "", http = options.http or "",
    server = options.server or "", init = options.init or "", init_worker = options.init_worker or "",
    locations = render_locations(options.locations, options.client == false and "" or nginx_host.PREAMBLE),
  }
  launch(values)
  return setmetatable({
    dir = dir, root = values.root, pid = read_pid(values), ca_file = shared.ca_file,
    http = "http://127.0.0.1:" .. values.port, https = "https://localhost:" .. values.tls_port,
  }, meta)
end

-- --- what can be done with it ------------------------------------------------------------------------

--- The curl command, for requests that are no plain `get`.
nginx_host.CURL = "curl -sS --no-progress-meter --noproxy '*' --max-time 60"

local function curl(self, path, arguments)
  return ("%s %s %s"):format(nginx_host.CURL, arguments or "", shell.quote(self.http .. "/" .. path))
end

--- Asks one location by curl.
-- @tparam string path
-- @tparam[opt] string arguments of curl
-- @treturn string the body
-- @treturn number the status; 0 for none
function methods:get(path, arguments)
  local _, text = shell.run(curl(self, path, (arguments or "") .. " -w '\\n%{http_code}' 2>/dev/null"))
  local body, status = text:match "^(.-)\n?(%d+)$"
  return body, tonumber(status)
end

--- The same beside what follows.
-- @treturn function gives what curl has printed, once it is over; nil before
-- @treturn function ends curl
function methods:begin(path, arguments)
  self.begun = (self.begun or 0) + 1
  local file = ("%s/begun%d"):format(self.dir, self.begun)
  local script = ("exec %s >%s.part 2>&1"):format(curl(self, path, arguments), file)
  local command = "{ sh -c %s & echo $! >%s.pid; wait; mv %s.part %s; } >/dev/null 2>&1 &"
  os.execute(command:format(shell.quote(script), file, file, file))
  local function finish() shell.run(("kill $(cat %s.pid)"):format(file)) end
  return function() return shell.read(file) end, finish
end

--- How long `ping` takes again and again while `path` is answered, in milliseconds, in order. With a pause
-- between two: a stall meets few of many then, as with clients who come when they like.
-- @treturn table
-- @treturn string what was answered at `path`
function methods:latencies(path)
  local ig = iggraph.new { access_token = "none", base_url = self.http }
  local answer, times, body = self:begin(path), {}, nil
  while not body do
    local before = now()
    assert(ig:get "ping")
    times[#times + 1] = (now() - before) * 1000
    core.loop.sleep(0.002)
    body = answer()
  end
  table.sort(times)
  return times, body
end

--- Sends a signal to the master: "HUP" reads the configuration anew, "QUIT" ends when all is answered.
function methods:signal(name)
  run(("kill -%s %d"):format(name, self.pid))
end

--- All of the log, from level notice on.
function methods:log()
  return shell.read(self.dir .. "/error.log") or ""
end

--- The worker processes that have begun and not ended, by the log.
function methods:workers()
  local open, list = {}, {}
  for line in self:log():gmatch "[^\n]+" do
    local began, ended = line:match "start worker process (%d+)", line:match "worker process (%d+) exited"
    if began then open[began] = true end
    if ended then open[ended] = nil end
  end
  for pid in pairs(open) do list[#list + 1] = tonumber(pid) end
  return list
end

local LEVELS = { error = true, crit = true, alert = true, emerg = true }

--- What the log has that should not be there, since this was asked last.
function methods:complaints()
  local lines, log = {}, self:log()
  local new = log:sub((self.read or 0) + 1)
  self.read = #log
  for line in new:gmatch "[^\n]+" do
    if LEVELS[line:match "%[(%l+)%]"] then lines[#lines + 1] = line end
  end
  return lines
end

local WAIT = [[
n=0
while kill -0 %d 2>/dev/null && ! grep -q "^State:.Z" /proc/%d/status; do
  n=$((n+1)); [ $n -lt %d ] || exit 1; sleep 0.01
done]]

--- Waits for the end of nginx. Whether it came within these seconds.
function methods:wait(seconds)
  self.has_ended = self.has_ended or shell.run(WAIT:format(self.pid, self.pid, seconds * 100))
  return self.has_ended
end

--- Ends it, and removes its folder.
function methods:stop()
  if self.stopped then return end
  self.stopped = true
  if not self.has_ended then shell.run("kill -TERM " .. self.pid) end
  if not self:wait(5) then shell.run("kill -KILL " .. self.pid) end
  shell.run("rm -rf " .. shell.quote(self.dir))
end

return nginx_host
