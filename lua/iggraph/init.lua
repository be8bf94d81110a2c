--- The Instagram Graph API for Lua: from an access token to an account's media, and to every other
-- call.
--
--     local iggraph = require "iggraph"
--     local ig = iggraph.new { access_token = os.getenv "IG_ACCESS_TOKEN" }
--     for media in ig:user("17841405822304914"):media { fields = { "id", "caption" } } do
--       print(media.id, media.caption)
--     end
--
-- A programming mistake raises and names the argument. What the world does is `nil, err, kind`; a
-- `for` loop raises the same `err`. See the README for the members of `err` and for its kinds.
--
-- `iggraph.new` is told of with the `client` that it makes, `iggraph.spawn` and `iggraph.map` with the `task`.
--
-- What a first call does not need is loaded when it is first used. Where no file is to be read later (in nginx's
-- workers, after a chroot), name at the start what will be used: `require "iggraph.login"`, and in the same way
-- `insights`, `store`, `webhook`, `task` (`spawn` and `map`), `batch`, `prepare`, `publish`, `accounts`
-- (`instagram_accounts`), `discovery` (`get` of handles, `continue`), `budget` (`pace`, `usage`), `host.ngx`.
-- @module iggraph

local core = require "iggraph.core"
core.error.set_home(debug.getinfo(1, "S").source:gsub("[^/\\]*$", ""))
local client = require "iggraph.client"
local lazy = require "iggraph.lazy"

local later = lazy { task = "iggraph.task" }

local INVALID = 100 -- the Graph's code of parameters that are wrong; it names fields that are none

-- With what a mistyped field may have meant. Nothing is loaded for who never mistypes.
function core.error.meta.__tostring(err)
  local text = core.error.text(err)
  return rawget(err, "code") == INVALID and text .. require("iggraph.hint").field(err) or text
end

--- The flows around the calls: `iggraph.insights` (rows), `iggraph.login`, `iggraph.webhook`; each is a module. And
-- where clients keep what others are to know: see `iggraph.store`.
-- @table flows
local iggraph = lazy {
  insights = "iggraph.insights", login = "iggraph.login", store = "iggraph.store", webhook = "iggraph.webhook",
}

--- The version of this module.
iggraph._VERSION = core.version

--- JSON's `null`, the same value as `cjson.null`. It is true in a condition: compare with it.
iggraph.null = core.null

iggraph.new = client.new
function iggraph.spawn(...) return later.task.spawn(...) end
function iggraph.map(...) return later.task.map(...) end

--- What there is, as a text: nodes and flows, the edges of a node, the parameters of an edge and a call to begin with.
-- @tparam[opt] string topic nil: all; `"user"`: a node, as the client's method that makes its handle is called;
-- `"media.comments"`: an edge; or a handle
-- @treturn string
function iggraph.help(topic) return require "iggraph.help" (topic) end

--- A value as a text for people. Tables are indented, with long texts, long lists and what is deep inside cut; what
-- would change a terminal is escaped, and tokens in them are hidden. A cursor is a table of the items that are next:
-- they are fetched if they are not there, and none is taken. A handle, an error or a client is one line.
-- @param value
-- @tparam[opt] table opts `all`: true cuts nothing; `width`: columns of a line (79)
-- @treturn string
function iggraph.show(value, opts) return require "iggraph.show" (value, opts) end

--- What this runs on.
-- @treturn table `{ iggraph = "1.0.0", libcurl = "7.88.1", lua = "Lua 5.4" }`
function iggraph.versions()
  return {
    iggraph = core.version,
    libcurl = core.curl,
    lua = rawget(_G, "jit") and _G.jit.version or _VERSION,
  }
end

return iggraph
