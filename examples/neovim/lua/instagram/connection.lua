--- The client: of the Graph where there is a token, else of a sandbox that another Neovim runs.
local vim = vim -- luacheck: read globals vim
local iggraph = require "iggraph"

local connection = {}

local TIMEOUT = 20 -- seconds

-- To start a sandbox takes a third of a second, in which this Neovim would stand still. The other one ends when
-- its input does, and the sandbox soon after.
local SERVE = [[lua
  local sandbox = require "iggraph.sandbox"
  local server, message = sandbox.start()
  local words = server and { access_token = sandbox.tokens.user, base_url = server.https, ca_file = server.ca_file }
  io.stdout:write(vim.json.encode(words or { message = message }), "\n")
  io.stdout:flush()
  io.stdin:read "*a"
  vim.cmd "qa!"
]]
local COMMAND = { vim.v.progpath, "--headless", "-n", "-u", "NONE", "-i", "NONE", "-c", SERVE }

-- Runs in a coroutine, which the first words of the other one resume.
local function start_sandbox()
  local thread, said = coroutine.running(), ""
  local function go_on(options)
    local waiting = thread
    thread = nil
    if waiting then assert(coroutine.resume(waiting, options)) end
  end
  vim.fn.jobstart(COMMAND, {
    env = { LUA_PATH = package.path, LUA_CPATH = package.cpath },
    on_stdout = function(_, pieces)
      said = said .. table.concat(pieces, "\n")
      if said:find "\n" then go_on(vim.json.decode(said)) end
    end,
    on_exit = function() go_on { message = "the sandbox has ended" } end,
  })
  local options = coroutine.yield()
  if options.message then error("there is no token, and no sandbox: " .. options.message, 0) end
  vim.notify "Instagram: there is no token; this is the sandbox"
  return options
end

local function environment(name) return (os.getenv(name) or ""):match ".+" end

local function of_environment()
  return {
    access_token = environment "IG_ACCESS_TOKEN", base_url = environment "IG_BASE_URL",
    ca_file = environment "IG_CA_FILE",
  }
end

local function connect(settings)
  local options = vim.tbl_extend("keep", settings or {}, of_environment(), { timeout = TIMEOUT })
  if not options.access_token then options = vim.tbl_extend("force", options, start_sandbox()) end
  return iggraph.new(options)
end

local connecting, known

--- The client, of `g:instagram` or else of the environment. Is called in a task, and may wait; raises.
function connection.client()
  local settings = vim.g.instagram
  if not connecting or not vim.deep_equal(settings, known) then
    connecting, known = iggraph.spawn(connect, settings), settings
  end
  local mine = connecting
  local ig, err, kind = mine:wait()
  if ig then return ig end
  if kind ~= "cancelled" and connecting == mine then connecting = nil end -- or nobody could try again
  error(err, 0)
end

return connection
