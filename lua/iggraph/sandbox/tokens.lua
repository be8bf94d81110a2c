--- Access tokens: what each stands for, how long, and new ones.
--
-- A token's row has `type` ("USER", "PAGE", "APP", "CLIENT"), `me` (the id that /me stands for), `user` (whose
-- permissions it has), `scopes` (a list of permissions), and perhaps `issued_at` and `expires_at` (Unix seconds; none:
-- it never expires), `number` (the how manyeth one was issued; none for the fixed ones), `instagram` (true: of
-- Instagram Login), `long` (true: a long-lived one), `needs_proof`. `find` adds `allowed`, a set of the permissions.
-- The fixed ones are in `iggraph.sandbox.credentials`; issued ones are in the store, up to a reset.
-- https://developers.facebook.com/docs/facebook-login/guides/access-tokens
-- @module iggraph.sandbox.tokens
local credentials = require "iggraph.sandbox.credentials"
local errors = require "iggraph.sandbox.errors"
local opaque = require "iggraph.sandbox.opaque"

local M = {
  --- Seconds that a token lives: of Facebook Login, of Instagram Login, and long-lived ones of both.
  SHORT = 5400, SHORT_INSTAGRAM = 3600, LONG = 5183944,
  --- Seconds that an app may read a person's data after a login.
  DATA_ACCESS = 90 * 86400,
}

local PREFIX, INSTAGRAM_PREFIX, LENGTH = "EAAJjmJ", "IGAAJjmJ", 84

--- Tokens of the app itself, by what stands behind the `|`.
local APP_KEYS = {
  [credentials.app_secret] = "APP", [credentials.app_token_key] = "APP", [credentials.client_token] = "CLIENT",
}

local function find_app(token)
  local app, key = token:match("^(%d+)|(.+)$")
  local kind = app == credentials.app_id and APP_KEYS[key]
  return kind and { type = kind, scopes = {} } or nil
end

local function find_issued(token, store) return store.take("token:" .. token) end

-- A Page's token is made up from the token that it is read with, and so need not be kept.
local PAGE_TOKEN = "^" .. PREFIX .. "PAGE(%d+)Z(.+)$"

local function find_page(token, store)
  local page, rest = token:match(PAGE_TOKEN)
  local parent = page and M.row(PREFIX .. rest, store)
  if not parent or parent.type ~= "USER" then return nil end
  local lasting = parent.long or not parent.expires_at
  return {
    type = "PAGE", me = page, user = parent.user, scopes = parent.scopes, number = parent.number,
    issued_at = parent.issued_at, expires_at = not lasting and parent.expires_at or nil,
    needs_proof = parent.needs_proof,
  }
end

--- The token of a Page for whoever holds a token of a User. One that comes of a long-lived token never expires.
-- https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived
-- @tparam string page_id
-- @tparam string user_token
-- @treturn string
function M.of_page(page_id, user_token)
  return PREFIX .. "PAGE" .. page_id .. "Z" .. user_token:sub(#PREFIX + 1)
end

--- What a token stands for, whether or not it is still good.
-- @tparam string token
-- @tparam table store
-- @treturn ?table its row; nil if there is no such token
function M.row(token, store)
  return credentials.grants[token] or find_app(token) or find_page(token, store) or find_issued(token, store)
end

--- What a person has said about the app since: `declined` (a set of permissions), `revoked` (the number of the last
-- token before the app was removed).
-- @tparam ?string user
-- @tparam table store
-- @treturn table
function M.person(user, store)
  return user and store.take("person:" .. user) or { declined = {} }
end

--- Keeps what `person` gave.
-- @tparam string user
-- @tparam table person
-- @tparam table store
function M.keep_person(user, person, store) store.put("person:" .. user, person) end

--- The name of a permission that both logins have in common.
local function common_name(scope) return (scope:gsub("^instagram_business_", "instagram_")) end

local sets = setmetatable({}, { __mode = "k" }) -- of the lists of fixed tokens, which are always the same

local function set_of(scopes)
  local set = sets[scopes]
  if not set then
    set = {}
    for _, scope in ipairs(scopes) do set[common_name(scope)] = true end
    sets[scopes] = set
  end
  return set
end

--- What a token stands for, with what its person has said since.
-- @tparam string token
-- @tparam table store
-- @treturn ?table a copy of its row; nil if there is no such token
function M.find(token, store)
  local row = M.row(token, store)
  if not row then return nil end
  local person = M.person(row.user, store)
  local found = { allowed = set_of(row.scopes), declined = person.declined }
  for key, value in pairs(row) do found[key] = value end
  found.revoked = person.revoked ~= nil and (row.number or 0) <= person.revoked
  return found
end

--- Whether a token has a permission, of either login.
-- @tparam table found from `find`; one without permissions stands for calls without a token
-- @tparam string scope
-- @treturn boolean
function M.allows(found, scope)
  return found.allowed ~= nil and found.allowed[common_name(scope)] == true and not found.declined[scope]
end

--- The permissions that a token has now.
-- @tparam table found from `find`
-- @treturn table list
function M.scopes(found)
  local scopes = {}
  for _, scope in ipairs(found.scopes) do
    if not found.declined[scope] then scopes[#scopes + 1] = scope end
  end
  return scopes
end

-- The Graph writes Californian time here.
local function session_time(seconds) return os.date("!%A, %d-%b-%y %H:%M:%S PDT", seconds - 7 * 3600) end

local EXPIRED = "Error validating access token: Session has expired on %s. The current time is %s."
local REVOKED = "Error validating access token: The user has not authorized application %s."

local function invalid(subcode, message)
  return errors.new { code = 190, subcode = subcode, class = "invalid_token", message = message }
end

--- What is wrong with a token.
-- https://developers.facebook.com/docs/graph-api/guides/error-handling
-- @tparam table found from `find`
-- @tparam number now
-- @treturn ?table a failure as from `errors.new`; nil for a good one
function M.failure(found, now)
  if found.expires_at and now >= found.expires_at then
    return invalid(463, EXPIRED:format(session_time(found.expires_at), session_time(now)))
  end
  if found.revoked then return invalid(458, REVOKED:format(credentials.app_id)) end
  return nil
end

--- Issues a token.
-- @tparam table row what it stands for
-- @tparam number now
-- @tparam ?number lifetime seconds; nil: it never expires
-- @tparam table store
-- @treturn string
function M.issue(row, now, lifetime, store)
  local number = store.add("tokens", 1)
  local token = (row.instagram and INSTAGRAM_PREFIX or PREFIX) .. opaque.text(number * 7919 + now, LENGTH)
  store.put("token:" .. token, {
    type = row.type, me = row.me, user = row.user, scopes = row.scopes, instagram = row.instagram,
    needs_proof = row.needs_proof, long = row.long, number = number, issued_at = now,
    expires_at = lifetime and now + lifetime,
  })
  return token
end

--- Ends all tokens of a person: the app is removed from the account.
-- @tparam string user
-- @tparam table store
function M.revoke(user, store)
  M.keep_person(user, { declined = {}, revoked = store.get("tokens") or 0 }, store)
end

return M
