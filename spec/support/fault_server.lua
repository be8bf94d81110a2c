--- A server that says what a spec tells it to, byte for byte: answers that are no HTTP, that contradict
-- themselves, or that the sandbox has no scenario for. It is nginx, run like the sandbox's own.
--
--    local faults = fault_server.start()
--    faults:answer { status = 404, body = '{"error":{}}' }
--    client.new { base_url = faults.http }:get("me")
--
-- Beside the answer it has two places of its own: `/v26.0/deaf` closes the connection without having
-- read the request's body, and at `faults.silent` TLS is never agreed on.
local sandbox = require "spec.support.sandbox"
local shell = require "iggraph.sandbox.shell"

local fault_server = {}

local methods = {}
local meta = { __index = methods }

local CONFIGURATION = [[
{inherited}
worker_processes 1;
daemon on;
pid nginx.pid;
error_log error.log;
events {}
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  client_max_body_size 64m;
  client_body_buffer_size 32m;
  lua_package_path "{lua_path}";
  init_worker_by_lua_block { require("iggraph.sandbox.watch").start({owner}, "{dir}") }
  ssl_certificate {shared}/localhost.pem;
  ssl_certificate_key {shared}/localhost.key;
  server {
    listen 127.0.0.1:{http};
    listen 127.0.0.1:{https} ssl;
    location ~ /deaf$ { return 444; }
    location / {
      content_by_lua_block {
        ngx.req.read_body()
        local file = assert(io.open("{dir}/answer", "rb"))
        local bytes = file:read("*a")
        file:close()
        if #bytes > 0 then assert(assert(ngx.req.socket(true)):send(bytes)) end
        ngx.exit(444)
      }
    }
  }
  server {
    listen 127.0.0.1:{https} ssl;
    server_name silent.localhost;
    ssl_certificate_by_lua_block { ngx.sleep(60) }
  }
}
]]

local FIRST_PORT, LAST_PORT, TRIES = 20000, 60000, 20

local function fill(template, values)
  return (template:gsub("{([%l_]+)}", function(name) return values[name] and tostring(values[name]) end))
end

--- What depends on the machine is as in the sandbox's configuration.
local function values_from(shared)
  local text = assert(shell.read(shared.dir .. "/nginx.conf"))
  local inherited = {}
  for line in text:gmatch("[^\n]+") do
    if line:find("^load_module ") or line:find("^user ") then inherited[#inherited + 1] = line end
  end
  return {
    inherited = table.concat(inherited, "\n"),
    lua_path = assert(text:match('lua_package_path "([^"]*)"')),
    shared = shared.dir, owner = shell.process_id(),
  }
end

local COMMAND = "PATH=$PATH:/usr/sbin:/usr/local/sbin; env -u LUA_PATH -u LUA_CPATH "
  .. "nginx -p {dir}/ -c {dir}/nginx.conf -e {dir}/error.log </dev/null"

local function launch(values)
  local seed = values.owner * 7919 + os.time()
  local words
  for try = 1, TRIES do
    seed = (seed * 16807 + try) % 2147483647
    values.http = FIRST_PORT + seed % (LAST_PORT - FIRST_PORT)
    values.https = values.http + 1
    shell.write(values.dir .. "/nginx.conf", fill(CONFIGURATION, values))
    local ok
    ok, words = shell.run(fill(COMMAND, values))
    if ok then return end
    if not words:find("Address already in use", 1, true) then break end
  end
  error("nginx does not start: " .. words, 0)
end

local function read_pid(dir)
  local ok, pid = shell.run(("n=0; until [ -s %s/nginx.pid ]; do n=$((n+1)); [ $n -lt 500 ] || exit 1; "
    .. "sleep 0.01; done; cat %s/nginx.pid"):format(dir, dir))
  return assert(ok and tonumber(pid), "nginx wrote no process id")
end

--- Starts one; ends by `faults:stop()`, or soon after this process.
function fault_server.start()
  local values = values_from(sandbox.shared())
  local _, dir = shell.run('mktemp -d "${TMPDIR:-/tmp}/iggraph-faults.XXXXXX"')
  values.dir = dir
  local self = setmetatable({ dir = dir }, meta)
  self:say("")
  launch(values)
  self.pid = read_pid(dir)
  self.http = "http://127.0.0.1:" .. values.http
  self.https = "https://localhost:" .. values.https
  self.silent = "https://silent.localhost:" .. values.https
  return self
end

--- Every call from now on gets these bytes, then the end of the connection.
function methods:say(bytes)
  shell.write(self.dir .. "/answer", bytes)
end

--- The same, for bytes that are HTTP.
-- @tparam table answer `status` (200), `headers` (a list of lines), `body`
function methods:answer(answer)
  local lines = { ("HTTP/1.1 %d As told"):format(answer.status or 200) }
  for _, line in ipairs(answer.headers or {}) do lines[#lines + 1] = line end
  lines[#lines + 1] = "Content-Length: " .. #answer.body
  self:say(table.concat(lines, "\r\n") .. "\r\n\r\n" .. answer.body)
end

function methods:stop()
  if self.stopped then return end
  self.stopped = true
  shell.run(fill("kill -TERM {pid}; n=0; "
    .. "while kill -0 {pid} 2>/dev/null && [ $n -lt 300 ]; do n=$((n+1)); sleep 0.01; done", { pid = self.pid }))
  shell.run("rm -rf " .. shell.quote(self.dir))
end

return fault_server
