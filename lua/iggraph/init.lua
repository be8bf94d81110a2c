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
-- @module iggraph

local core = require "iggraph.core"
core.error.set_home(debug.getinfo(1, "S").source:gsub("[^/\\]*$", ""))
local client = require "iggraph.client"
local insights = require "iggraph.insights"
local login = require "iggraph.login"
local store = require "iggraph.store"
local task = require "iggraph.task"
local webhook = require "iggraph.webhook"

for _, flow in ipairs { "batch", "prepare", "publish" } do require("iggraph." .. flow) end -- methods of clients

local iggraph = {}

--- The version of this module.
iggraph._VERSION = core.version

--- JSON's `null`, the same value as `cjson.null`. It is true in a condition: compare with it.
iggraph.null = core.null

iggraph.new = client.new
iggraph.spawn = task.spawn
iggraph.map = task.map

--- The flows around the calls: `iggraph.insights` (rows), `iggraph.login`, `iggraph.webhook`; each is a module.
-- @table flows
iggraph.insights, iggraph.login, iggraph.webhook = insights, login, webhook

--- Where clients keep what others are to know: see `iggraph.store`.
iggraph.store = store

--- What this runs on.
-- @treturn table `{ iggraph = "0.1.0", libcurl = "7.88.1", lua = "Lua 5.4" }`
function iggraph.versions()
  return {
    iggraph = core.version,
    libcurl = core.curl,
    lua = rawget(_G, "jit") and _G.jit.version or _VERSION,
  }
end

return iggraph
