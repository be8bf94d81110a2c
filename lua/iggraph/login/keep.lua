--- Tokens that stay good: a long-lived one is renewed in time, once for all who share it by a store.
-- @module iggraph.login

local core = require "iggraph.core"
local flow = require "iggraph.login.flow"
local hosts = require "iggraph.host"
local instagram = require "iggraph.login.instagram"
local json = require "iggraph.json"
local observe = require "iggraph.observe"
local store_of = require("iggraph.store.kind").of
local stores = require "iggraph.store"
local tokens = require "iggraph.login.tokens"
local wait = require "iggraph.wait"

local credentials, is_open, kept = core.client.credentials, core.client.is_open, core.client.kept
local fail, raise = core.error.fail, core.error.raise

local keep = {}

local MINUTE, HOUR, DAY = 60, 3600, 86400 -- seconds
local LOCK, LOOK, PAUSE = 60, 2, 0.2 -- seconds: one renewal at most; until the others look for it, and those who wait

-- --- what is known of a token ---------------------------------------------------------------------

-- A record is what the store has, as JSON: `access_token`; Unix seconds: `expires_at` (0: never; none: not known yet),
-- `renewed_at`, `retry_at` (no renewal before that); `origin`: the fingerprint of the token that this began with.
local TIMES = { "expires_at", "renewed_at", "retry_at" }

local function is_token(text) return type(text) == "string" and text:find "^[!-~]+$" ~= nil end

local function read(self)
  local text = self.store:get(self.key)
  local record = text and core.json.decode(text)
  if type(record) ~= "table" or not is_token(record.access_token) then return nil end
  for _, name in ipairs(TIMES) do
    if type(record[name]) ~= "number" then record[name] = nil end
  end
  return record
end

local function write(self) self.store:set(self.key, json.encode(self.known)) end

local function expires_after(record)
  return record.expires_at == 0 and math.huge or record.expires_at or 0
end

local function has_expired(record)
  return record ~= nil and record.expires_at ~= nil and os.time() >= expires_after(record)
end

-- One that lives shortly is renewed when half of its life is over: not again as soon as it has come.
local function renewal_time(self)
  local record, before = self.known, self.renew_before
  if not record then return 0 end
  if record.renewed_at then before = math.min(before, (expires_after(record) - record.renewed_at) / 2) end
  return math.max(expires_after(record) - before, record.retry_at or 0)
end

local function is_due(self) return os.time() >= renewal_time(self) end

-- When to look again: renewals of others, and their tokens, are found by looking.
local function next_look(self)
  local due, now = renewal_time(self), os.time()
  if due == math.huge then return due end
  return math.max(now + LOOK, math.min(due, now + (has_expired(self.known) and MINUTE or HOUR)))
end

-- --- following the store --------------------------------------------------------------------------

-- One that was just issued is renewed for no longer: of two that come from the same the last one counts.
local function is_newer(record, known)
  local time, other = record.renewed_at or 0, known.renewed_at or 0
  if record.origin == known.origin and time ~= other then return time > other end
  return expires_after(record) > expires_after(known)
end

local function is_of_use(self, client, record)
  local known = self.known
  if not known then return record.origin == self.origin or record.access_token == credentials(client) end
  return record.access_token == known.access_token or is_newer(record, known)
end

-- A client that has just been given another token than the store's was given it for a reason: then the store's does
-- not count. Later on the one counts that is good for longer, and a store that has lost it is told again.
local function follow(self, client)
  if not is_open(client) then return end
  local record = read(self)
  if not record or not is_of_use(self, client, record) then
    if self.known then write(self) end
    return
  end
  self.known = record
  if record.access_token ~= credentials(client) then core.client.set_token(client, record.access_token) end
end

-- --- one for all ----------------------------------------------------------------------------------

local function try_lock(self)
  if self.store:add(self.lock, self.name, LOCK) then return true end
  return self.store:get(self.lock) == nil -- it was given back just now, or this store keeps nothing
end

-- Who does not get it goes on with the token that he has; with one that has expired he waits for the other's.
local function lock(self, client)
  local host, ends = kept(client).host or hosts.current(), os.time() + LOCK
  repeat
    if try_lock(self) then return true end
    if not has_expired(self.known) or wait.sleep(host, PAUSE) then return false end
    follow(self, client)
  until not has_expired(self.known) or os.time() > ends or not is_open(client)
  return false
end

local function unlock(self)
  if self.store:get(self.lock) == self.name then self.store:delete(self.lock) end
end

-- --- asking the Graph -----------------------------------------------------------------------------

local function of_app(self, client, options)
  options.client_id = self.client_id
  options.client_secret = self.client_secret or select(3, credentials(client))
  return options
end

-- Only debug_token tells when a token expires that came from elsewhere; Instagram has nothing like it.
local function learn(self, client)
  if self.is_instagram or self.known and self.known.expires_at then return true end
  local token = credentials(client)
  local found, err, kind = tokens.debug_token(of_app(self, client, { input_token = token }), client)
  if not found then return nil, err, kind, type(err.data) == "table" and err.data.is_valid == false end
  self.known = { access_token = token, expires_at = tonumber(found.expires_at), origin = self.origin }
  write(self)
  return true
end

local function ask(self, client)
  local token = credentials(client)
  if self.is_instagram then return instagram.instagram_refresh({ access_token = token }, client) end
  return tokens.refresh(of_app(self, client, { access_token = token }), client)
end

local function renew(self, client)
  local now = os.time()
  local answer, err, kind = ask(self, client)
  if answer and not is_token(answer.access_token) then
    answer, err, kind = fail("graph", nil, nil, "what came as a new token is none")
  end
  if not answer then return nil, err, kind, kind == "auth" end
  self.known = {
    access_token = answer.access_token, expires_at = answer.expires_in and now + answer.expires_in or 0,
    renewed_at = now, retry_at = now + HOUR, origin = self.known and self.known.origin or self.origin,
  }
  write(self)
  if is_open(client) then core.client.set_token(client, self.known.access_token) end
  return true
end

-- So that those who share it do not all try the same in vain. One that is of no use has come to its end, whatever was
-- known of that. Another token's record is left alone.
local function put_off(self, client, is_lost)
  if not is_open(client) then return end
  local now = os.time()
  self.known = self.known or { access_token = credentials(client), origin = self.origin }
  self.known.retry_at = now + HOUR
  if is_lost and not has_expired(self.known) then self.known.expires_at = now end
  local there = read(self)
  if not there or there.access_token == self.known.access_token then write(self) end
end

-- Whether it was renewed, or nil, err, kind, whether the token is of no use any more.
local function attempt(self, client)
  follow(self, client) -- somebody may have been here
  if self.known and not is_due(self) then return false end
  local ok, err, kind, is_lost = learn(self, client)
  if ok and self.known and not is_due(self) then return false end
  if ok then ok, err, kind, is_lost = renew(self, client) end
  if ok then return true end
  put_off(self, client, is_lost)
  return nil, err, kind, is_lost
end

-- --- a keeper -------------------------------------------------------------------------------------

local LOST = "the token is no longer good, and could not be renewed: have the person log in again"

local function report(self, is_renewed, err, kind, is_lost)
  local expires_at = self.known and self.known.expires_at
  local info = { expires_at = expires_at, renewed = is_renewed == true, error = err }
  if is_renewed or err then observe.tell(self, "on_renew", info) end
  if is_lost then return nil, err, kind end
  if has_expired(self.known) then return fail("auth", nil, nil, LOST) end
  return info
end

local function look(self, client)
  -- Others of this process go on meanwhile, unless they would have to wait.
  if not has_expired(self.known) then self.due = os.time() + LOCK end
  follow(self, client)
  local is_renewed, err, kind, is_lost
  if (not self.known or is_due(self)) and lock(self, client) then
    is_renewed, err, kind, is_lost = attempt(self, client)
    unlock(self)
  end
  self.due = next_look(self)
  return report(self, is_renewed, err, kind, is_lost)
end

-- --- for programs ---------------------------------------------------------------------------------

local KEEP = {
  name = "keep", settings = {}, needs = {},
  takes = { "client_id", "client_secret", "key", "on_renew", "renew_before", "store" },
}

local function is_of_instagram(client, token)
  return core.client.address(client):find "^https://graph%.instagram%.com" or token:find "^IG" or false
end

local function check_app(self, client)
  if self.is_instagram then return end
  if not self.client_id then raise "iggraph.login.keep: client_id is required" end
  if not self.client_secret and not select(3, credentials(client)) then
    raise "iggraph.login.keep: client_secret is required, here or as the client's app_secret"
  end
end

local function new(client, options, earlier)
  local token, own = credentials(client), kept(client)
  if not token then raise "iggraph.login.keep: the client has no access token" end
  local origin = earlier and earlier.origin or core.client.fingerprint(client)
  local key = options.key or earlier and earlier.key or "keep:" .. origin
  local self = {
    origin = origin, key = key, lock = key .. ":lock", name = core.crypto.random_hex(8), due = 0,
    renew_before = (options.renew_before or 7) * DAY, on_renew = options.on_renew, host = own.host, told_of = {},
    store = store_of("iggraph.login.keep: store", options.store) or own.token_store or earlier and earlier.store
      or stores.memory(),
    client_id = options.client_id, client_secret = options.client_secret,
    is_instagram = is_of_instagram(client, token),
  }
  check_app(self, client)
  self.renew = function(again) return look(self, again) end
  self.doubt = function() self.due = math.min(self.due, os.time() + LOOK) end -- others may have a better one by now
  return self
end

--- Keeps a client's long-lived token good: looks now whether it has to be renewed, and from then on before the client's
-- calls, when it is time. A token is renewed once for all that share a store: one gets its lock, the others take the
-- new token over within seconds; calls that are under way go on with the old one. Clients made by `with_token` have
-- tokens of their own: each wants its own `keep`; a Page's token of a long-lived one never expires, and needs none.
--
-- By Facebook Login a token is exchanged
-- (<https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived>): a short-lived one
-- becomes a long-lived one so. By Instagram Login (base_url graph.instagram.com, or a token that begins with "IG") a
-- long-lived one is refreshed, which it can be from its second day on
-- (<https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token>). Neither can be done
-- with one that has expired. When it is time is told by this machine's clock.
--
-- A renewal that fails is tried again after an hour; as long as the token is good it is no failure.
-- @function keep
-- @param client of `iggraph.new`
-- @tparam[opt] table options
-- @tparam[opt] string options.client_id the app's id; required with Facebook Login
-- @tparam[opt] string options.client_secret with Facebook Login, where the client has no `app_secret`
-- @tparam[opt=7] number options.renew_before days before its end
-- @tparam[opt] table options.store where the token is kept and shared: as `iggraph.store` makes them. It holds the
-- token in plain text, so that whoever reads it can act for the person: share it with nobody else. Else the client's
-- `token_store`, else the memory of this process
-- @tparam[opt] string options.key the token's name in the store; else one that is derived from the token that the
-- client has now, and tells nothing of it. Programs that begin with different tokens of one person share by a name
-- of their own. A client that begins with another token than the store's came from puts its own in its place
-- @tparam[opt] function options.on_renew is told of each try to renew: a table like the result
-- @treturn table `{ expires_at (Unix seconds; 0: never; nil: not known yet), renewed (whether by this call),
-- error (why it could not be renewed or looked up, though it may be good still) }`; or `nil, err, "auth"` where the
-- token is no longer good. Raises for an option that is unknown, missing or wrong
function keep.keep(client, options)
  options = options == nil and {} or options
  flow.check(KEEP, options)
  if options.renew_before and options.renew_before < 0 then
    raise "iggraph.login.keep: renew_before: days expected, 0 or more"
  end
  local own = kept(client)
  own.keepers = own.keepers or setmetatable({}, { __mode = "k" }) -- by client: those of `with_token` share the rest
  local keeper = new(client, options, own.keepers[client])
  own.keepers[client] = keeper
  return keeper.renew(client)
end

--- What to do about a failure: what the person, or the program, has to do, by code and subcode. The text of the error
-- says it, too, behind all else. See <https://developers.facebook.com/docs/graph-api/guides/error-handling>.
-- @function advice
-- @tparam table err of a call; of the kinds `"auth"` and `"permission"`
-- @treturn ?string nil where nothing is known
function keep.advice(err)
  if type(err) ~= "table" then raise("iggraph.login.advice: an error object expected, got " .. type(err)) end
  return core.error.advice(err)
end

return keep
