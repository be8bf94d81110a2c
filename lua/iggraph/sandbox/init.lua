--- A sandbox of the Instagram Graph: an emulator in plain Lua, served by nginx on loopback.
--
--    local sandbox = require "iggraph.sandbox"
--    local server = assert(sandbox.start())
--    -- server.http, server.https, server.ca_file, sandbox.tokens.user
--    server:stop()
--
-- Whatever is not said here is as in the Graph's documentation: all edges are there, and what is written stays.
--
-- *Accounts.* 17841405822304914 is the guide's, with six media; its Page is 134895793791914. 17840 and a number in
-- twelve digits is an account with so many media (17840000000000250), up to ten million; 17840000000000024 is live,
-- and 17840000000000050 has used up its quota of posts. Twelve people wrote to each: the conversations tell their ids.
--
-- *Tokens* are in `tokens` below, by what is special about them. Logins give more: Facebook's and Instagram's dialogs
-- (`/dialog/oauth`, `/oauth/authorize`) lead back at once, and parameters say what the person does, such as
-- `sandbox_answer=deny` (`iggraph.sandbox.oauth`).
--
-- *Scenarios* make things go wrong: the header `X-Sandbox-Scenario: error_190_463`, or the id with it,
-- `17840000000000250_slow_200`. There are errors, bodies, pages, cuts and delays: `iggraph.sandbox.scenarios` and the
-- files in its folder.
--
-- *Words* in the address, the caption or the alt_text of what is published say how it fares: `polls_1`,
-- `status_2207082`, `publish_cut` (`iggraph.sandbox.features.publishing.words`).
--
-- *Controls* are at `/_sandbox/`, without a token:
--
--    GET  requests            what arrived: counts, and the newest 2,000 requests
--    POST reset               forgets all that was written, issued and counted
--    POST clock               advance=<seconds>; one call alone has the header X-Sandbox-Clock: +86400. Clients keep
--                             their own time: for a token with 5 days left go 55 days back, log in, and go forward
--    POST limit               scope=app, user, page or business, calls=<n>, window=<seconds>, shape=rolling, fixed or
--                             bucket: so many calls, and no more (iggraph.sandbox.limits)
--    GET  limit               what was let through and refused, first and last
--    POST chaos               rate=<0 to 1>, seed=<n>: calls fail at random, in every way that passes
--                             (iggraph.sandbox.chaos)
--    GET  chaos               how often each failure was played
--    POST device              user_code=…, answer=approve or deny: the person of a device login
--    POST webhook             kind=<kind>, url=<callback>: sends a signed event; what happens to accounts that are
--                             subscribed is sent by itself (iggraph.sandbox.features.webhooks)
--    GET  upload/<container>  size, checksum and offsets of what was uploaded
--
-- @module iggraph.sandbox
local credentials = require "iggraph.sandbox.credentials"
local server = require "iggraph.sandbox.server"

local M = {
  --- Tokens of each kind: `user`, `page`, `expired`, `limited` (without instagram_basic), `secured` (wants an
  -- appsecret_proof), `wrong`, `page_without_instagram`, `many` (of a person with 120 Pages), `instagram` (a long-lived
  -- one of Instagram Login).
  tokens = credentials.tokens,
  --- The sandbox's app: its id, its secret, its client token, and where its logins may lead back to, beside loopback.
  app_id = credentials.app_id,
  app_secret = credentials.app_secret,
  client_token = credentials.client_token,
  redirect_uris = credentials.redirect_uris,
}

local DEFAULT_PORT = 8390

--- Starts a server; it ends with `server:stop()`, or by itself soon after this process has ended.
-- @tparam[opt] table options `port` (HTTP there, HTTPS on the next; else free ones are found), `dir` (a new
-- or empty folder; else a temporary one), `workers` (2)
-- @treturn ?table `http`, `https` (base URLs), `ca_file`, `dir`, `stop(self)`
-- @treturn ?string why it did not start
function M.start(options)
  return server.start(options or {})
end

local VARIABLES = { access_token = "IG_ACCESS_TOKEN", base_url = "IG_BASE_URL", ca_file = "IG_CA_FILE" }

-- What is wrong with an option that came from the environment is no mistake of the program: it is told by that name.
local function in_words_of_environment(err)
  local option, words = tostring(err):match "iggraph%.new: ([%w_]+) (.*)$"
  return VARIABLES[option] and ("%s %s"):format(VARIABLES[option], words) or error(err, 0)
end

--- A client for a script that can be tried without a token: of the Graph, with what the environment has in
-- `IG_ACCESS_TOKEN`, `IG_BASE_URL` and `IG_CA_FILE`; where there is no token, of a sandbox that is started for it.
-- @tparam[opt] table options as of `iggraph.new`; an `access_token` among them is that for the sandbox (`tokens.user`)
-- @return the client; or `nil, why`
-- @treturn ?table the server, to be stopped at the end, where it is the sandbox
function M.client(options)
  local all, running = {}, nil
  for name, value in pairs(options or {}) do all[name] = value end
  local token = (os.getenv "IG_ACCESS_TOKEN" or ""):match ".+"
  if token then
    all.access_token, all.base_url, all.ca_file = token, os.getenv "IG_BASE_URL", os.getenv "IG_CA_FILE"
  else
    local message
    running, message = M.start()
    if not running then return nil, message end
    all.access_token = all.access_token or M.tokens.user
    all.base_url, all.ca_file = running.https, running.ca_file
  end
  local ok, client = pcall(require("iggraph").new, all)
  if ok then return client, running end
  return nil, in_words_of_environment(client)
end

local WELCOME = [[
A sandbox of the Instagram Graph, until Ctrl-C:

  HTTP        %s
  HTTPS       %s   (HTTP/2)
  CA file     %s
  token       %s
  app secret  %s

With curl:

  curl --cacert %s -H "Authorization: Bearer %s" %s/v26.0/me/accounts

With Lua, after `eval "$(make -s env)"` in the checkout:

  lua5.4 -e 'local ig = require("iggraph").new { access_token = "%s", base_url = "%s", ca_file = "%s" }
    for media in ig:user("17841405822304914"):media { fields = { "id", "caption" } } do
      print(media.id, media.caption)
    end'

Beside the Graph (all of it: lua/iggraph/sandbox/init.lua):

  an account with n media     17840 and n in twelve digits: 17840000000000250
  what goes wrong             curl -H "X-Sandbox-Scenario: error_190_463" …, or the id 17840000000000250_slow_200
  what arrived                curl %s/_sandbox/requests
  a day later                 curl -d advance=86400 %s/_sandbox/clock
]]

local function welcome(running)
  local user, http = M.tokens.user, running.http
  return WELCOME:format(http, running.https, running.ca_file, user, M.app_secret,
    running.ca_file, user, running.https, user, running.https, running.ca_file, http, http)
end

--- Serves until Ctrl-C, for `make sandbox`.
-- @tparam ?table arg the program's arguments; the first is the port
-- @treturn number the program's exit status
function M.main(arg)
  local running, message = M.start { port = tonumber(arg and arg[1] or DEFAULT_PORT) }
  if not running then
    io.stderr:write(message, "\n")
    return 1
  end
  io.stdout:write(welcome(running))
  io.stdout:flush()
  -- While it waits for a command, a Lua program ignores the interrupt key, and the command gets it.
  os.execute(("trap exit INT TERM; while kill -0 %d 2>/dev/null; do sleep 1; done"):format(running.pid))
  running:stop()
  return 0
end

return M
