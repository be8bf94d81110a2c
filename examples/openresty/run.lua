--- Serves the gallery of `examples/openresty` until Ctrl-C, and says where.
--
--     [IG_ACCESS_TOKEN=…] luajit examples/openresty/run.lua [port]        # 8080, or a free one above
--
-- Without a token it shows an account of the built-in sandbox, which tells the gallery of new comments as Meta does.
-- With one: see `nginx.conf`, which has what else the environment may say.
-- Nginx's Lua is LuaJIT: where this finds iggraph, nginx does, too.

local USAGE = "usage: [IG_ACCESS_TOKEN=…] luajit examples/openresty/run.lua [port]"
local ACCOUNT = "17840000000000250" -- in the sandbox: with 250 media
local VERIFY_TOKEN = "of this gallery"
local FIRST_PORT, PORTS = 8080, 20

local script = dofile((arg[0]:match "^.*/" or "") .. "../script.lua")
local iggraph = require "iggraph"
local sandbox = require "iggraph.sandbox"
local shell = require "iggraph.sandbox.shell"

-- --- what nginx is started with --------------------------------------------------------------------

local function run(command)
  local ok, output = shell.run(command)
  return ok and output or script.fail(output)
end

local folder = run(("cd %s && pwd -P"):format(shell.quote(arg[0]:match "^(.*)/[^/]*$" or ".")))

-- Debian's Lua module is to be loaded; in OpenResty it is built in. Workers of root's are not root, and could not read
-- this.
local DIRECTIVES = [[
for module in ndk_http_module ngx_http_lua_module; do
  file=/usr/share/nginx/modules/$module.so
  [ ! -e $file ] || printf "load_module $file; "
done
[ "$(id -u)" != 0 ] || printf "user root;"]]

local function environment_of(server)
  if not server then return "" end
  local words = { "env" }
  for name, value in pairs {
    IG_ACCESS_TOKEN = sandbox.tokens.user, IG_BASE_URL = server.https, IG_CA_FILE = server.ca_file,
    IG_ACCOUNT = ACCOUNT, IG_APP_SECRET = sandbox.app_secret, IG_VERIFY_TOKEN = VERIFY_TOKEN, GALLERY_DRAWS = "yes",
  } do words[#words + 1] = name .. "=" .. shell.quote(value) end
  return table.concat(words, " ")
end

-- --- starting and ending it ------------------------------------------------------------------------

-- Nginx would try for seconds to get a port that somebody has.
local function is_free(port)
  local client = iggraph.new { access_token = false, base_url = "http://127.0.0.1:" .. port, retry = false }
  return select(3, client:get "/") == "network"
end

local function find_port(wanted)
  for port = wanted or FIRST_PORT, wanted or FIRST_PORT + PORTS do
    if is_free(port) then return port end
  end
  script.fail(("port %d is in use: name another one"):format(wanted or FIRST_PORT))
end

local START = [[
cd %s && PATH=$PATH:/usr/sbin:/usr/local/openresty/nginx/sbin && %s nginx -p "$PWD" -c nginx.conf -g %s
n=0; until [ -s nginx.pid ]; do n=$((n+1)); [ $n -lt 200 ] || exit 1; sleep 0.01; done]]

-- Its words go to the terminal, like those about webhooks later.
local function start(dir, port, server)
  local text = shell.read(folder .. "/nginx.conf"):gsub("127%.0%.0%.1:8080;", ("127.0.0.1:%d;"):format(port))
  shell.write(dir .. "/nginx.conf", text)
  run(("ln -s %s %s/site"):format(shell.quote(folder), dir))
  os.execute(START:format(dir, environment_of(server), shell.quote(run(DIRECTIVES))))
  return (shell.read(dir .. "/nginx.pid") or ""):match "%d+"
end

-- As Meta's dashboard does it for a real app.
local function subscribe(server, url)
  local options = { access_token = sandbox.app_id .. "|" .. sandbox.app_secret, base_url = server.http }
  assert(iggraph.new(options):post(sandbox.app_id .. "/subscriptions",
    { object = "instagram", callback_url = url .. "webhook", fields = "comments", verify_token = VERIFY_TOKEN }))
  local ig = iggraph.new { access_token = sandbox.tokens.user, base_url = server.http }
  assert(ig:post(ACCOUNT .. "/subscribed_apps", { subscribed_fields = "comments" }))
  return assert(ig:user(ACCOUNT):media():next()).id
end

local OF_SANDBOX = [[
No IG_ACCESS_TOKEN: this is an account of the sandbox, with drawn pictures. To see a comment arrive:

  curl -H "Authorization: Bearer %s" \
    -d message=Hello %s/v26.0/%s/comments
]]

local OF_GRAPH = "For new comments as they are written, Meta wants an https:// address of %swebhook: see nginx.conf."

-- While it waits for a command, a Lua program ignores the interrupt key, and the command gets it.
local WAIT = [[
trap exit INT TERM
trap 'kill %d 2>/dev/null; while kill -0 %d 2>/dev/null; do sleep 0.05; done; rm -rf %s' EXIT
while kill -0 %d 2>/dev/null && kill -0 $PPID 2>/dev/null; do sleep 1; done]]

local function main(wanted)
  local server, message
  if (os.getenv "IG_ACCESS_TOKEN" or "") == "" then server, message = sandbox.start() end
  if message then script.fail(message) end
  local port = find_port(wanted)
  local dir = run 'mktemp -d "${TMPDIR:-/tmp}/iggraph-gallery.XXXXXX"'
  local pid, url = start(dir, port, server), ("http://127.0.0.1:%d/"):format(port)
  if not pid then
    run("rm -rf " .. dir)
    script.fail "nginx has not started"
  end
  local medium = server and subscribe(server, url)
  print(("The gallery, until Ctrl-C:  %s\n"):format(url))
  print(server and OF_SANDBOX:format(sandbox.tokens.user, server.http, medium) or OF_GRAPH:format(url))
  io.stdout:flush()
  os.execute(WAIT:format(pid, pid, dir, pid))
  if server then server:stop() end
end

if arg[1] == "--help" then return print(USAGE) end
if arg[1] and not tonumber(arg[1]) then script.fail(USAGE, 2) end
main(tonumber(arg[1]))
