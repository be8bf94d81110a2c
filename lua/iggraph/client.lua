--- A client: an access token, the version and the host it is used with, and every call.
-- @classmod client

local ask = require "iggraph.ask"
local core = require "iggraph.core"
local cursor = require "iggraph.cursor"
local host = require "iggraph.host"
local lazy = require "iggraph.lazy"
local nodes = require "iggraph.nodes"
local observe = require "iggraph.observe"
local retry = require "iggraph.retry"
local wait = require "iggraph.wait"

local later = lazy {
  accounts = "iggraph.accounts", batch = "iggraph.batch", budget = "iggraph.budget", discovery = "iggraph.discovery",
  insights = "iggraph.insights", json = "iggraph.json", kind = "iggraph.store.kind", near = "iggraph.near",
  prepare = "iggraph.prepare", publish = "iggraph.publish",
}

core.params.set_encoder(function(value) return later.json.encode(value) end)

local kept = core.client.kept
local client, raise = core.client.methods, core.error.raise

local OPTIONS = core.client.options
local HOOKS = { "on_request", "on_response", "on_throttle" }

local function copy(table)
  local all = {}
  for name, value in pairs(table) do all[name] = type(value) == "table" and copy(value) or value end
  return all
end

local function check(options)
  for name in pairs(options) do
    if not OPTIONS[name] then
      raise(("iggraph.new: unknown option '%s'%s"):format(tostring(name), later.near(name, OPTIONS)))
    end
  end
  local function expect(is_right, name, what)
    if options[name] ~= nil and not is_right then raise(("iggraph.new: %s must be %s"):format(name, what)) end
  end
  for _, name in ipairs(HOOKS) do expect(type(options[name]) == "function", name, "a function") end
  expect(type(options.pace) == "boolean", "pace", "true or false")
end

local function store_of(options, name)
  local given = options[name]
  return given ~= nil and later.kind.of("iggraph.new: " .. name, given) or nil
end

-- With a list of secrets: a client that signs nothing, since they are among the parameters of its calls.
local function make(options, secrets)
  check(options)
  local own_host, policy = host.find(options.host), retry.policy(options)
  local store, token_store = store_of(options, "store"), store_of(options, "token_store")
  local self = core.client.new(options, secrets)
  local own = kept(self)
  own.host, own.retry, own.usage = own_host, policy, {}
  own.stats, own.told_of = observe.counters(), {}
  for _, name in ipairs(HOOKS) do own[name] = options[name] end
  own.on_retry, own.token_store = policy.on_retry, token_store
  if store or options.pace or options.on_throttle then own.budget = later.budget.new(options.pace == true, store) end
  own.patient = retry.patient(policy)
  if options.pace then own.retry = own.patient end
  own.uploaders = setmetatable({}, { __mode = "k" }) -- clients for the hosts of uploads -> whose they are
  return self
end

--- Makes a client; costs no request.
-- @function iggraph.new
-- @tparam table options
-- @tparam string|boolean options.access_token false: none, for what needs none, such as `instagram_oembed`
-- @tparam[opt="v26.0"] string options.version
-- @tparam[opt="https://graph.facebook.com"] string options.base_url `http://` for loopback only
-- @tparam[opt] string options.app_secret every call then carries `appsecret_proof`
-- @tparam[opt="header"] string options.token_in or `"query"`, the guide's form
-- @tparam[opt=60] number options.timeout seconds for one try, from its start to the answer's end
-- @tparam[opt=10] number options.connect_timeout seconds
-- @tparam[opt=33554432] number options.max_response bytes of one answer, unpacked
-- @tparam[opt] string options.ca_file certificates to trust, in place of the system's
-- @tparam[opt] table|boolean options.retry `{ attempts = 3, max_delay, deadline, on_retry }`: times in all; the longest
-- wait in seconds (60, and any that an answer tells); seconds for a call with all of its attempts; is told
-- `{ err, attempt, delay, reason }` before each wait, and ends it by returning false. `false`: no second attempt.
-- nil: three attempts, none of them begun after `deadline`, or else `timeout`, seconds. GET and DELETE are tried again
-- after what may pass, a POST only where it was surely not carried out
-- @tparam[opt] number options.deadline seconds for a call, its waits and its attempts; none, if nil
-- @tparam[opt=false] boolean options.pace calls are spread so that a rate limit is approached and not hit: from half of
-- it on they wait for their turn
-- @tparam[opt] table options.store where the usage is shared with others: see `iggraph.store`. One app, one store
-- @tparam[opt] table options.token_store where `iggraph.login.keep` has its tokens: one to be trusted with them
-- @tparam[opt] function options.on_throttle is told `{ err, seconds, method, path, limit, percent }` when a limit was
-- reached, or a call is to wait half a second or more for its turn; returns `"wait"` (within attempts
-- and `deadline`) or `"raise"` (the call then gives `nil, err, "throttled"`), or nothing
-- @tparam[opt] function options.on_request is told `{ method, path, attempt }` of each request
-- @tparam[opt] function options.on_response is told `{ method, path, attempt, status, kind, err, tries, connections,
-- bytes, fbtrace_id, usage, times }` of each answer; `times` are `queue`, `connect`, `first_byte` and `total`, in
-- seconds: until it could be sent without `connect`; name, connection and TLS, 0 over one that was there; from the
-- start to the first byte, and to the end. A hook that fails is reported once
-- @tparam[opt] string|table options.host how to wait: `"block"`, `"nvim"`, `"ngx"`, `"cqueues"`, `"luv"`, or
-- a table of `wait(engine)` and `sleep(seconds)`; nil: as befits the code that makes a call
-- @return the client; raises for an unknown or wrong option and names it
local function new(options)
  if type(options) ~= "table" then raise("iggraph.new: a table of options expected") end
  if options.access_token ~= false then return make(options) end
  local rest = {}
  for name, value in pairs(options) do rest[name] = value end
  rest.access_token = nil
  return make(rest, { rest.app_secret })
end

-- A path with a version in front would get a second one.
local function own_path(self, path)
  if self == nil or type(self) == "string" then raise "call it with a colon, as in client:get(path)" end
  if type(path) == "string" and path:find "^/?v%d+%.%d+/" and select(2, core.client.address(self)) then
    raise "path: the version is the client's: iggraph.new { version = … }"
  end
  return path
end

--- Reads any node or edge.
-- @tparam string path `me/accounts` or `/me/accounts`; the version is put before it
-- @tparam[opt] table params
-- @return what the API sent, or `nil, err, kind`
function client:get(path, params) return ask(self, "GET", own_path(self, path), params) end

--- The same by POST: parameters as a form, as multipart where one of them is an open file.
-- @tparam string path
-- @tparam[opt] table params
-- @return what the API sent, or `nil, err, kind`
function client:post(path, params) return ask(self, "POST", own_path(self, path), params) end

--- The same by DELETE.
-- @tparam string path
-- @tparam[opt] table params
-- @return what the API sent, or `nil, err, kind`
function client:delete(path, params) return ask(self, "DELETE", own_path(self, path), params) end

--- A cursor over any list edge.
-- @tparam string path
-- @tparam[opt] table params
-- @tparam[opt] table opts as of a `cursor`
-- @return the cursor
function client:list(path, params, opts)
  if type(path) == "string" and path:find "/insights$" then return later.insights.list(self, path, params, opts) end
  return cursor.open(self, own_path(self, path), params, opts)
end

--- Handles, without a request: `client:me()` is whose token it is, a User, with a Page token the Page, on
-- graph.instagram.com the IG User, and has the edges of all three; `client:user(id)`, `:page(id)`, `:media(id)`,
-- `:comment(id)`, `:hashtag(id)`, `:container(id)`, `:upcoming_event(id)`, `:conversation(id)`, `:message(id)`,
-- `:audio(id)`, `:business(id)`.
-- @function client:user
-- @tparam string id raises for what is no id
-- @return a handle (see `node`)

--- The hashtags that a word stands for, and what else belongs to no node: `client:ig_hashtag_search`,
-- `client:instagram_oembed`, `client:ig_audio`, each with `params`. See
-- <https://developers.facebook.com/docs/instagram-platform/instagram-api-with-facebook-login/hashtag-search>.
-- @function client:hashtags
-- @tparam string user_id the IG User who searches: 30 different ones in 7 days
-- @tparam string q the word, without "#"
-- @return a cursor of `{ id }`
nodes.extend(client, function(self) return self end)

function client.instagram_accounts(self, ...)
  if type(self) ~= "userdata" then raise "call it with a colon: client:instagram_accounts()" end
  return later.accounts(self, ...)
end
function client.continue(...) return later.discovery.continue(...) end
function client.batch(...) return later.batch(...) end
function client.prepare(...) return later.prepare(...) end
function client.publish(...) return later.publish(...) end

--- A client that shares all but the token: a Page's, say.
-- @function client:with_token
-- @tparam string token
-- @return the client
client.with_token = core.client.with_token

--- What the headers of the answers said last: `app`, `page`, `business_use_case`, `ad_account` (the
-- rate-limit headers X-App-Usage and so on, as sent), `api_version` (the version that answered); `percent` of the limit
-- that is nearest (nil: not known), `regain`, the seconds until calls are let through again. See
-- <https://developers.facebook.com/docs/graph-api/overview/rate-limiting>.
-- @treturn table
function client:usage()
  local usage = copy(kept(self).usage)
  usage.percent, usage.regain = later.budget.summary(usage)
  return usage
end

--- What its calls came to so far, and those of the clients made from it by `with_token`: `requests` that were begun,
-- `retries` among them, `tries` on the wire, `ok`, `failed` (kind -> how many), `connections` opened, `bytes` of bodies
-- as they came, `seconds` that answers took, `waited` seconds before attempts.
-- @treturn table
function client:stats() return copy(kept(self).stats) end

local close = core.client.close

--- Ends it: what is under way is cancelled (who waits for it gets `nil, err, "cancelled"`), secrets are
-- overwritten; a later call raises.
function client:close()
  for uploader, owner in pairs(kept(self).uploaders) do
    if owner == self then close(uploader) end
  end
  close(self)
  wait.tell(core.loop.living())
end

core.client.meta.__close = client.close

setmetatable(client, { __index = function(_, name)
  raise(("a client has no '%s'%s"):format(tostring(name), later.near(name, client)))
end })

return { new = new, make = make }
