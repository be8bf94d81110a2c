-- What is measured of the start: iggraph with a first client, or what one would do by hand.
--
--   lua start.lua NATIVE iggraph|cjson [inside]
--
-- `inside`: prints the ms of CPU of that alone, in a process that has libcurl loaded already.

local path, what, is_inside = ...

local starts = {}

function starts.iggraph() return require("iggraph").new { access_token = "token" } end

function starts.cjson()
  require "cjson"
  assert(package.loadlib(path, "luaopen_native")().init())
end

if not is_inside then return starts[what]() end

local cpu = assert(package.loadlib(path, "luaopen_native"))().cpu
local before = cpu()
starts[what]()
print("ms", cpu() - before)
