--- A process that a spec talks to: a program on LuaJIT, for which Debian has lua-http and cqueues, whatever the
-- specs run on.
--
--    local companion = companion.start("spec/support/hostile_process.lua")
--    print(companion.port)
--
-- The program is given a certificate, its key and a folder. It writes its port into `DIR/port`; it reads its standard
-- input, and when that ends it removes the folder and ends.
-- @module spec.support.companion
local sandbox = require "spec.support.sandbox"
local shell = require "iggraph.sandbox.shell"

local companion = {}

local COMMAND = "exec env -u LUA_PATH -u LUA_CPATH luajit %s %s/localhost.pem %s/localhost.key %s >%s/errors 2>&1"
local AWAIT_PORT = "n=0; until [ -s %s/port ]; do n=$((n+1)); [ $n -lt 500 ] || exit 1; sleep 0.01; done"

--- @tparam string program its file
-- @treturn table `dir`; `port`: the text that the program wrote; `pipe`: it ends when this is closed, or this process
-- is gone
function companion.start(program)
  local certificates = shell.quote(sandbox.shared().dir)
  local _, dir = shell.run 'mktemp -d "${TMPDIR:-/tmp}/iggraph-companion.XXXXXX"'
  local word = shell.quote(dir)
  local pipe = assert(io.popen(COMMAND:format(program, certificates, certificates, word, word), "w"))
  if not shell.run(AWAIT_PORT:format(word)) then
    error(program .. " does not start: " .. tostring(shell.read(dir .. "/errors")), 0)
  end
  return { dir = dir, port = shell.read(dir .. "/port"), pipe = pipe }
end

return companion
