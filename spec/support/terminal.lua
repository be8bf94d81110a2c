--- A real terminal, as specs and pictures use it: tmux has one, keys are typed into it, and its screen is read.
--
--    local screen = terminal.open("lua5.4 -i examples/repl.lua", { width = 80, height = 24 })
--    screen:wait "> $"
--    screen:type "ig:me():get()"
--    screen:wait "Sandra"
--    screen:close()
--
-- @module spec.support.terminal
local shell = require "iggraph.sandbox.shell"

local terminal = {}
terminal.__index = terminal

local LIMIT = 30 -- seconds that something may be awaited

--- Why there is none to be had, or nil.
function terminal.why_not()
  local ok, words = shell.run "tmux -V"
  if not ok then return words end
end

-- Each has a server of its own: nobody's settings, and nobody else's windows.
local COMMAND = "env -u TMUX LC_ALL=C.UTF-8 tmux -u -f /dev/null -S %s "
local count = 0

-- What ran in it stays to be read when it has ended.
local SETTINGS = [=[start-server \; set-option -g remain-on-exit on \; set-option -g status off \;]=] ..
  [=[ set-option -g default-terminal tmux-256color \; ]=]

local function tmux(self, arguments)
  local ok, output = shell.run(COMMAND:format(self.socket) .. arguments)
  if not ok then error("tmux: " .. output, 0) end
  return output
end

--- Starts a command in a terminal.
-- @tparam string command for the shell
-- @tparam[opt] table options `width` (80) and `height` (24), in characters
-- @treturn table it
function terminal.open(command, options)
  options = options or {}
  count = count + 1
  local socket = ("${TMPDIR:-/tmp}/iggraph-tmux-%d-%d"):format(shell.process_id(), count)
  local self = setmetatable({ socket = socket }, terminal)
  tmux(self, SETTINGS .. ("new-session -d -x %d -y %d %s"):format(options.width or 80, options.height or 24,
    shell.quote("exec " .. command)))
  return self
end

--- Types text, and Enter unless the second argument is false.
function terminal:type(text, and_enter)
  tmux(self, "send-keys -l -- " .. shell.quote(text))
  if and_enter ~= false then self:press "Enter" end
end

--- Presses a key, as tmux calls it: `"Enter"`, `"C-d"`, `"Escape"`.
function terminal:press(key) tmux(self, "send-keys " .. key) end

--- What is on the screen, without the spaces at the ends of its lines; with colours, if asked for, as ANSI codes.
-- @tparam[opt] boolean with_colours
-- @treturn string
function terminal:screen(with_colours)
  return tmux(self, "capture-pane -p " .. (with_colours and "-e -N" or "")):gsub("%s+$", "")
end

--- Waits until the screen has something.
-- @tparam string pattern of Lua
-- @treturn string the screen; raises with the screen where it does not come
function terminal:wait(pattern)
  local ends = os.time() + LIMIT
  repeat
    local screen = self:screen()
    if screen:find(pattern) then return screen end
    shell.run "sleep 0.05"
  until os.time() > ends
  error(("no '%s' on the screen:\n%s"):format(pattern, self:screen()), 0)
end

--- Ends it, and what runs in it.
function terminal:close()
  if self.is_closed then return end
  self.is_closed = true
  shell.run(COMMAND:format(self.socket) .. "kill-server; rm -f " .. self.socket)
end

return terminal
