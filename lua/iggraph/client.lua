--- A client: an access token, the version and the host it is used with, and every call.
-- @classmod client

local call = require "iggraph.call"
local core = require "iggraph.core"
local cursor = require "iggraph.cursor"
local host = require "iggraph.host"
local nodes = require "iggraph.nodes"
local retry = require "iggraph.retry"
local wait = require "iggraph.wait"
local with_params = require "iggraph.params"

core.params.set_encoder(require("iggraph.json").encode)

local start, kept = core.transfer.start, core.client.kept
local client, raise = core.client.methods, core.error.raise

--- Makes a client; costs no request.
-- @function iggraph.new
-- @tparam table options
-- @tparam string options.access_token
-- @tparam[opt="v26.0"] string options.version
-- @tparam[opt="https://graph.facebook.com"] string options.base_url `http://` for loopback only
-- @tparam[opt] string options.app_secret every call then carries `appsecret_proof`
-- @tparam[opt="header"] string options.token_in or `"query"`, the guide's form
-- @tparam[opt=60] number options.timeout seconds for one try, from its start to the answer's end
-- @tparam[opt=10] number options.connect_timeout seconds
-- @tparam[opt=33554432] number options.max_response bytes of one answer, unpacked
-- @tparam[opt] string options.ca_file certificates to trust, in place of the system's
-- @tparam[opt=false] table|boolean options.retry `{ attempts, max_delay }`
-- @tparam[opt] string|table options.host how to wait: `"block"`, `"nvim"`, `"ngx"`, `"cqueues"`, `"luv"`, or
-- a table of `wait(engine)` and `sleep(seconds)`; nil: as befits the code that makes a call
-- @return the client; raises for an unknown or wrong option and names it
local function new(options)
  if type(options) ~= "table" then raise("iggraph.new: a table of options expected") end
  local own_host, policy = host.find(options.host), retry.policy(options.retry)
  local self = core.client.new(options)
  local own = kept(self)
  own.host, own.retry, own.usage = own_host, policy, {}
  return self
end

--- Reads any node or edge.
-- @tparam string path `me/accounts` or `/me/accounts`; the version is put before it
-- @tparam[opt] table params
-- @return what the API sent, or `nil, err, kind`
function client:get(path, params) return call(self, start, self, "GET", path, params) end

--- The same by POST: parameters as a form, as multipart where one of them is an open file.
-- @tparam string path
-- @tparam[opt] table params
-- @return what the API sent, or `nil, err, kind`
function client:post(path, params) return call(self, start, self, "POST", path, params) end

--- The same by DELETE.
-- @tparam string path
-- @tparam[opt] table params
-- @return what the API sent, or `nil, err, kind`
function client:delete(path, params) return call(self, start, self, "DELETE", path, params) end

--- A cursor over any list edge.
-- @tparam string path
-- @tparam[opt] table params
-- @tparam[opt] table opts as of a `cursor`
-- @return the cursor
function client:list(path, params, opts) return cursor.open(self, path, params, opts) end

--- The User whose token it is (with a Page token: the Page).
-- @return a handle
function client:me() return nodes.handle(self, "User", "me", "id") end

--- An IG User; the same way `client:page(id)`, `client:media(id)`, `client:comment(id)`,
-- `client:hashtag(id)` and `client:container(id)`.
-- @function client:user
-- @tparam string id raises for what is no id
-- @return a handle (see `node`), without a request
for name, node in pairs(core.graph.handles()) do
  client[name] = function(self, id) return nodes.handle(self, node, id, name .. " id") end
end

-- The IG User that a Page leads to, with the Page; nil for a Page without one.
local function account_of(page)
  local account = type(page) == "table" and page.instagram_business_account
  if type(account) ~= "table" then return nil end
  account.page = { id = page.id, name = page.name, tasks = page.tasks }
  return account
end

--- The IG Users of all Pages of the User, in one request per page of Pages (by field expansion):
-- steps 4 and 5 of <https://developers.facebook.com/docs/instagram-api/getting-started> at once.
-- @tparam[opt] table params `fields` are those of the IG User (`id`, `username`)
-- @tparam[opt] table opts as of a `cursor`
-- @return a cursor of `{ id, username, page = { id, name, tasks } }`
function client:instagram_accounts(params, opts)
  local asked = with_params(params, function(fields)
    return { "id", "name", "tasks", instagram_business_account = fields or { "id", "username" } }
  end)
  return cursor.open(self, "me/accounts", asked, opts, account_of)
end

--- A client that shares all but the token: a Page's, say.
-- @function client:with_token
-- @tparam string token
-- @return the client
client.with_token = core.client.with_token

--- What the headers of the answers said last: `app`, `page`, `business_use_case`, `ad_account` (the
-- rate-limit headers X-App-Usage and so on, as sent), `api_version` (the version that answered). See
-- <https://developers.facebook.com/docs/graph-api/overview/rate-limiting>.
-- @treturn table
function client:usage() return kept(self).usage end

local close = core.client.close

--- Ends it: what is under way is cancelled (who waits for it gets `nil, err, "cancelled"`), secrets are
-- overwritten; a later call raises.
function client:close()
  close(self)
  wait.tell(core.loop.engine())
end

core.client.meta.__close = client.close

return { new = new }
