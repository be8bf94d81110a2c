--- Which host a call waits in; nothing else in the module knows one. A host is a table of functions:
--
-- * `waiter()` what can be parked in place of the one who calls: `park()` suspends him, `wake()` has him go
--   on; nil in plain code. Raises where the host can do neither.
-- * `drive(engine, waiter, ahead)` has the engine stepped whenever it has something to do: for one who is
--   about to be parked, or for a ticket that nobody waits for yet
-- * `wait(engine, ticket)` for plain code: returns when the engine may have something to do; true where the
--   user has interrupted it
-- * `sleep(seconds)` where the engine is not to be asked for that
-- * `is_shared` whether several may be in `wait` at once
-- * `spawn(fn)` runs a function beside the others, until it first waits; `reap(thread)` where the host
--   wants to be asked for those that have ended
-- * `report(text)` tells an error that nobody else is told (on stderr)

local coroutines = require "iggraph.host.coroutines"
local raise = require("iggraph.core").error.raise

local host = {}

local NAMES = { block = true, cqueues = true, luv = true, ngx = true, nvim = true }

local loaded = {} -- each call asks

local function load(name)
  loaded[name] = loaded[name] or require("iggraph.host." .. name)
  return loaded[name]
end

-- These two own the process: what runs inside of them runs in nothing else.
local ngx, vim = rawget(_G, "ngx"), rawget(_G, "vim")
local owner = type(ngx) == "table" and ngx.get_phase and "ngx"
  or type(vim) == "table" and vim.loop and vim.schedule and "nvim"

local function is_in_cqueues()
  local cqueues = package.loaded.cqueues
  local is_there = type(cqueues) == "table" and cqueues.running and cqueues.running()
  return is_there and not coroutines.is_ours() -- a task that was spawned before the controller ran
end

local function is_in_luv()
  local luv = package.loaded.luv
  return type(luv) == "table" and luv.loop_mode and luv.loop_mode()
end

--- The host that the running code is in.
-- @tparam[opt] table fallback where it is in none: the script's own
-- @treturn table
function host.current(fallback)
  if owner then return load(owner) end
  if is_in_cqueues() then return load "cqueues" end
  if is_in_luv() then return load "luv" end
  return fallback or load "block"
end

local function of_loop(loop)
  for _, name in ipairs { "wait", "sleep" } do
    if type(loop[name]) ~= "function" then
      raise(("iggraph.new: host.%s must be a function"):format(name))
    end
  end
  return load("block").of(loop)
end

--- @tparam string|table|nil choice the `host` option of `iggraph.new`
-- @treturn table|nil the host; nil: the one that each call is in. Raises for an unknown name
function host.find(choice)
  if choice == nil then return nil end
  if type(choice) == "table" then return of_loop(choice) end
  if type(choice) ~= "string" then raise("iggraph.new: host must be a name or a table") end
  if not NAMES[choice] then
    raise(("iggraph.new: host '%s' is not known: block, cqueues, luv, ngx, nvim"):format(choice))
  end
  local ok, found = pcall(load, choice)
  if not ok then raise(("iggraph.new: host '%s' cannot be had here"):format(choice)) end
  return found
end

return host
