--- A real Neovim, as specs use it: runs a script inside of it and tells how that went.
--
--    local result = nvim_host.run [[
--      say(ig:get("slow_20").id)
--      quit()
--    ]]
--    assert.same({ "slow_20" }, result.lines)
--
-- A script has `iggraph`, `ig` (a client of the sandbox), `say(…)` (prints a line), `sleep(ms)` for coroutines,
-- `longest_gap(fn)` (the longest time in ms for which a timer of 5 ms did not tick while `fn` ran, and what
-- that returned), `quit(command)`, without which it does not end, and `arg`, what it was given.
--
-- @module spec.support.nvim_host
local client = require "spec.support.client"
local json = require "iggraph.json"
local sandbox = require "spec.support.sandbox"
local shell = require "iggraph.sandbox.shell"

local nvim_host = {}

local LIMIT = 30 -- seconds

-- Before the script. What Neovim knows at its end is written down at its end, whatever that was.
local PRELUDE = [[
local dir, root, options = {dir}, {root}, {options}
package.path = ("%s/?.lua;%s/lua/?.lua;%s/lua/?/init.lua;"):format(root, root, root) .. package.path
package.cpath = root .. "/build/luajit/?.so;" .. package.cpath

vim.api.nvim_create_autocmd("VimLeavePre", { callback = function()
  local messages = vim.api.nvim_exec("messages", true)
  local file = io.open(dir .. "/left", "w")
  local seconds, microseconds = vim.loop.gettimeofday()
  file:write(("%d.%06d\n%s\n%s"):format(seconds, microseconds, vim.v.errmsg:gsub("\n", " "), messages))
  file:close()
end })

function say(...)
  local words = {}
  for i = 1, select("#", ...) do words[i] = tostring((select(i, ...))) end
  io.stdout:write(table.concat(words, " "), "\n")
  io.stdout:flush()
end

function quit(command) vim.cmd(command or "qa!") end

function longest_gap(fn)
  local timer, last, longest = vim.loop.new_timer(), vim.loop.hrtime(), 0
  local function tick()
    local now = vim.loop.hrtime()
    last, longest = now, math.max(longest, now - last)
  end
  timer:start(5, 5, tick)
  local result = fn()
  tick()
  timer:close()
  return longest / 1e6, result
end

function sleep(ms)
  local thread = coroutine.running()
  vim.defer_fn(function() assert(coroutine.resume(thread)) end, ms)
  coroutine.yield()
end

if options then
  iggraph = require "iggraph"
  ig = iggraph.new(options)
end

arg = {arg}

local ok, err = xpcall(dofile, debug.traceback, dir .. "/script.lua")
if not ok then
  io.stderr:write("the script failed: ", tostring(err), "\n")
  quit "3cquit"
end
]]

local COMMAND = [[
date +%s.%N
env -u LUA_PATH -u LUA_CPATH -u LD_PRELOAD -u IG_ACCESS_TOKEN timeout -k 1 {limit} \
  nvim --headless -n -u NONE -i NONE {arguments} </dev/null >{dir}/out 2>{dir}/err
echo $?
date +%s.%N
]]

local function fill(template, values)
  return (template:gsub("{(%l+)}", function(name) return values[name] and tostring(values[name]) end))
end

local function run(command)
  local ok, words = shell.run(command)
  if not ok then error(words .. "\n" .. command, 0) end
  return words
end

-- --- the project, as Neovim sees it ----------------------------------------------------------------

--- Why there is no Neovim to be had, or nil.
function nvim_host.why_not()
  local ok, words = shell.run "nvim --version"
  if not ok then return words end
end

local root

--- Its folder, absolute, with the module built for Neovim's Lua, whatever Lua and flags this runs with.
function nvim_host.root()
  if root then return root end
  local folder = debug.getinfo(1, "S").source:match "^@(.*)spec/support/nvim_host%.lua$"
  local path = run("cd " .. shell.quote(folder == "" and "." or folder) .. " && pwd -P")
  run("env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u LD_PRELOAD make -s BUILD=build LUA=luajit -C " .. shell.quote(path))
  root = path
  return root
end

-- A value as Neovim's Lua reads it: by its own reader of JSON.
local function lua_text(value)
  return ("vim.json.decode %q"):format(json.encode(value))
end

local function client_options(changes)
  local shared = sandbox.shared()
  local base = {
    access_token = sandbox.tokens.user, base_url = shared.https, ca_file = shared.ca_file, retry = false,
  }
  return client.with(base, changes)
end

-- --- running it ------------------------------------------------------------------------------------

local function lines_of(text)
  local lines = {}
  for line in text:gmatch "[^\n]+" do lines[#lines + 1] = line end
  return lines
end

-- Neovim ends its messages as a terminal wants it.
local function read(path) return ((shell.read(path) or ""):gsub("\r\n", "\n")) end

local function result_of(dir, report)
  local began, status, ended = report:match "([%d.]+)\n(%d+)\n([%d.]+)"
  local left, errmsg, messages = read(dir .. "/left"):match "^([%d.]+)\n([^\n]*)\n(.*)$"
  local output = read(dir .. "/out")
  return {
    lines = lines_of(output), stderr = read(dir .. "/err"), status = tonumber(status), output = output,
    errmsg = errmsg, messages = messages, seconds = ended - began, leaving = left and ended - left,
  }
end

--- Starts Neovim and waits for its end.
-- @tparam string text of the script
-- @tparam[opt] table options `client`: options of `iggraph.new` for `ig`, over those that lead to the
-- sandbox, or false for a Neovim without this module; `arg`: values for the script; `limit`: seconds, after
-- which it is killed (30)
-- @treturn table `lines` and `output` (on stdout), `stderr`, `status` (124 or 137: killed), `seconds`; and
-- if it was not killed `errmsg` (v:errmsg), `messages` (:messages), `leaving`: the seconds that it needed to
-- end once it was told to
function nvim_host.run(text, options)
  options = options or {}
  local dir = run 'mktemp -d "${TMPDIR:-/tmp}/iggraph-nvim.XXXXXX"'
  shell.write(dir .. "/script.lua", text)
  shell.write(dir .. "/prelude.lua", fill(PRELUDE, {
    dir = ("%q"):format(dir), root = ("%q"):format(nvim_host.root()), arg = lua_text(options.arg or {}),
    options = options.client == false and "nil" or lua_text(client_options(options.client)),
  }))
  local report = run(fill(COMMAND, {
    dir = dir, limit = options.limit or LIMIT, arguments = shell.quote("+luafile " .. dir .. "/prelude.lua"),
  }))
  local result = result_of(dir, report)
  shell.run("rm -rf " .. dir)
  return result
end

local BUSTED = [[
require "busted.runner" { standalone = false }
quit()
]]

--- Runs the specs of a file inside of Neovim.
-- @tparam string file
-- @tparam[opt] number limit seconds
-- @treturn table as from `run`; the status is 0 if all went well
function nvim_host.busted(file, limit)
  return nvim_host.run(BUSTED, { client = false, arg = { "-o", "plainTerminal", file }, limit = limit })
end

return nvim_host
