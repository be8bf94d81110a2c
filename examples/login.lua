--- Logs a person in by Facebook Login and tells who it is, for a program without a web server: the browser comes back
-- to this script itself, on http://localhost.
--
--     IG_APP_ID=… IG_APP_SECRET=… lua5.4 examples/login.lua [--show-token] [PORT]
--
-- The app's settings must have http://localhost:PORT/ (8391 if not given) among its OAuth redirect addresses; while an
-- app is in development mode that goes without saying. Without IG_APP_ID it logs in to the built-in sandbox, where
-- nobody is asked: the line that it prints then needs no browser. Needs cqueues, to listen (Debian: lua-cqueues).
--
--   --show-token   prints a line that puts the token into the environment, for the other examples

local script = dofile((arg[0]:match "^.*/" or "") .. "script.lua")
local options = script.options(script.head(), 1)

local socket = script.need("cqueues.socket", "lua-cqueues")
local iggraph = require "iggraph"
local login = require "iggraph.login"
local sandbox = require "iggraph.sandbox"

local SCOPE = { "instagram_basic", "pages_show_list", "pages_read_engagement" }
local PATIENCE = 300 -- seconds

local port = tonumber(options[1] or 8391) or script.fail("PORT: a number, please", 2)

local app = { id = os.getenv "IG_APP_ID", secret = os.getenv "IG_APP_SECRET" }
if app.id and (app.secret or "") == "" then script.fail("IG_APP_SECRET is missing: the app's dashboard has it", 2) end

local server
if not app.id then
  io.stderr:write "No IG_APP_ID: this is the sandbox. Open its dialog from another terminal:\n"
  local why
  server, why = sandbox.start()
  if not server then script.fail(why) end
  app = { id = sandbox.app_id, secret = sandbox.app_secret }
end

local redirect_uri = ("http://localhost:%d/"):format(port)

-- What each call to the Graph needs beside its own.
local function with(own)
  own.client_id, own.client_secret = app.id, app.secret
  own.base_url, own.ca_file = server and server.https, server and server.ca_file
  return own
end

-- --- the redirect -------------------------------------------------------------------------------------

local PAGE = "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"

local function answer(connection, status, text)
  connection:write(PAGE:format(status, #text, text))
  connection:flush()
  connection:close()
end

-- The target of one request: "/?code=…&state=…".
local function read_target(connection)
  connection:settimeout(5)
  connection:setmode("b", "bn")
  connection:onerror(function(_, _, why) return why end) -- a browser that goes away is no reason to end
  local line = connection:read "*L"
  local target = line and line:match "^GET (/%S*) HTTP/1%.%d\r?\n$"
  repeat line = connection:read "*L" until not line or line:match "^\r?\n$"
  return target
end

-- Browsers also ask for an icon, and anybody on this machine can ask for anything: only a redirect that has the state
-- ends it.
local function receive(listener, state)
  local ends = os.time() + PATIENCE
  while os.time() < ends do
    local connection = listener:accept(ends - os.time())
    local target = connection and read_target(connection)
    if target and target:find "^/%?" then
      local redirect, err, kind = login.parse_redirect(target, state)
      if kind ~= "invalid" or err.type then -- a redirect that tells of an error has its type
        answer(connection, "200 OK", redirect and "Logged in: you can close this.\n" or "Not logged in.\n")
        return redirect, err
      end
    end
    if connection then answer(connection, "404 Not Found", "This is no answer to a login.\n") end
  end
  return nil, "nobody has logged in"
end

-- --- all of it ----------------------------------------------------------------------------------------

local function run()
  local listener = socket.listen { host = "127.0.0.1", port = port, reuseaddr = true }
  local ok, why = listener:listen(5)
  if not ok then return nil, ("cannot listen on port %d (error %s)"):format(port, tostring(why)) end

  local url, state = login.url {
    client_id = app.id, redirect_uri = redirect_uri, scope = SCOPE, dialog_url = server and server.http,
  }
  print(server and ("curl -sSL '%s'"):format(url) or "Open this in a browser:\n\n" .. url)
  io.stdout:flush()

  local redirect, err = receive(listener, state)
  listener:close()
  if not redirect then return nil, err end

  local short, long
  short, err = login.exchange_code(with { redirect_uri = redirect_uri, code = redirect.code })
  if not short then return nil, err end
  long, err = login.long_lived(with { access_token = short.access_token })
  if not long then return nil, err end
  return long
end

local function tell(token)
  local ig = iggraph.new {
    access_token = token.access_token, base_url = server and server.https, ca_file = server and server.ca_file,
  }
  local me = assert(ig:me():get { fields = "name" })
  local days = token.expires_in and ("for %d days"):format(math.floor(token.expires_in / 86400)) or "without end"
  print(("%s has logged in, %s"):format(me.name, days))
  for account in ig:instagram_accounts() do print(account.id, account.username, account.page.name) end
  if options["show-token"] then print("export IG_ACCESS_TOKEN='" .. token.access_token .. "'") end
end

script.main(function() tell(assert(run())) end)
if server then server:stop() end
