--- The gallery of `examples/openresty` as its usage line starts it, with a sandbox of its own.
-- @module spec.support.gallery
local core = require "iggraph.core"
local nginx_host = require "spec.support.nginx_host"
local now = require("system").monotime
local shell = require "iggraph.sandbox.shell"

local gallery = {}

local methods = {}
local meta = { __index = methods }

local LONGEST = 300 -- seconds: it ends by itself where nobody ends it
local PATIENCE = 20

local START = [[
dir=$(mktemp -d "${TMPDIR:-/tmp}/iggraph-gallery-spec.XXXXXX") && cd %s && echo "$dir"
export LUA_PATH="$PWD/lua/?.lua;$PWD/lua/?/init.lua;;" LUA_CPATH="$PWD/build/luajit/?.so;;"
env -u LD_PRELOAD -u IG_ACCESS_TOKEN timeout %d luajit examples/openresty/run.lua %d </dev/null >"$dir/log" 2>&1 &
echo $!]]

--- @treturn table `http` (without a slash at the end), `sandbox` (its address), `medium` (the id of the newest)
function gallery.start()
  local root, port = nginx_host.build(), nginx_host.port()
  local _, text = shell.run(START:format(shell.quote(root), LONGEST, port))
  local dir, pid = text:match "^(%S+)\n(%d+)$"
  local self = setmetatable({ dir = dir, pid = pid, http = "http://127.0.0.1:" .. port }, meta)
  self:wait_for "/comments\n"
  self.sandbox, self.medium = self:log():match "(http://%S+)/v26%.0/(%d+)/comments"
  return self
end

--- What it has printed, and nginx.
function methods:log() return shell.read(self.dir .. "/log") or "" end

--- Waits until it has printed something.
-- @tparam string words
function methods:wait_for(words)
  local ends = now() + PATIENCE
  while not self:log():find(words, 1, true) do
    if now() > ends then error(words .. " is not in\n" .. self:log(), 2) end
    core.loop.sleep(0.02)
  end
end

--- Ends it, as the end of its terminal would.
function methods:stop()
  shell.run(("kill %s; while kill -0 %s; do sleep 0.05; done; rm -rf %s"):format(self.pid, self.pid, self.dir))
end

return gallery
