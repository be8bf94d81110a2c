--- Calls that are described and not sent, for a batch.
--
-- See <https://developers.facebook.com/docs/graph-api/batch-requests>.
-- @classmod client

local accounts = require "iggraph.accounts"
local ask = require "iggraph.ask"
local core = require "iggraph.core"
local entries = require "iggraph.entries"
local nodes = require "iggraph.nodes"

local raise = core.error.raise

-- --- descriptions ---------------------------------------------------------------------------------

-- A description is taken for an answer, or a cursor, in one way only: by what it does not have.
local description = { __metatable = false }

function description.__index(_, name)
  if entries.members[name] then return nil end
  raise(("prepare: a prepared call has no '%s': it has no answer before client:batch sends it"):format(tostring(name)))
end

function description.__call() raise "prepare: a prepared call gives no items: client:batch gives its first page" end

-- --- a client that describes ------------------------------------------------------------------------

local describer = {}

local meta = { __metatable = false }

function meta.__index(_, name)
  local method = describer[name]
  if method then return method end
  raise(("prepare: '%s' cannot be prepared; get, post, delete, list and what handles offer can"):format(tostring(name)))
end

local function new(client, list, token)
  return setmetatable({ client = client, descriptions = list, access_token = token or false }, meta)
end

-- What `iggraph.ask` calls in place of sending.
function describer:describe(method, path, params, read)
  local one = setmetatable({
    method = method, path = path, params = params, read = read, access_token = self.access_token or nil,
  }, description)
  table.insert(self.descriptions, one)
  return one
end

function describer:get(path, params) return ask(self, "GET", path, params) end
function describer:post(path, params) return ask(self, "POST", path, params) end
function describer:delete(path, params) return ask(self, "DELETE", path, params) end

function describer:list(path, params, opts)
  if opts ~= nil then raise "prepare: opts are a cursor's; a batch gives the first page of a list" end
  return ask(self, "GET", path, params)
end

function describer:with_token(token) return new(self.client, self.descriptions, token) end

describer.instagram_accounts = accounts

nodes.extend(describer, function(self) return self.client end)

--- Describes calls for a batch: what the function calls on its `ig` is not sent.
--
--     local calls = ig:prepare(function(ig)
--       ig:user("17841405822304914"):media({ limit = 1 }).name = "newest"
--       ig:media("17918195224117851"):comments { limit = 5 }
--       ig:get("{result=newest:$.data[0].id}", { fields = "caption" })
--     end)
--     local results = ig:batch(calls)
--
-- @function client:prepare
-- @tparam function describe is called with a client whose calls return their description: a table that may be given
-- `name`, `depends_on` and so on (see `client:batch`). It has `get`, `post`, `delete`, `list`, `with_token`,
-- `instagram_accounts` and all handles; lists are their first page. All else raises
-- @treturn table list of the descriptions, in the order of the calls
return function(client, describe)
  if type(describe) ~= "function" then raise("prepare: a function expected, got " .. type(describe)) end
  local list = {}
  describe(new(client, list))
  return list
end
