--- The host of Neovim: libuv, and a main loop, from which coroutines are resumed, so that they may call
-- its API. Plain code waits by `vim.wait`, and events go on.
local core = require "iggraph.core"
local libuv = require "iggraph.host.libuv"

local vim = vim -- luacheck: read globals vim
local loop, raise = core.loop, core.error.raise

local CHUNK = 200 -- milliseconds: Neovim 0.7 looks for Ctrl-C only at the end of each

return libuv.make(vim.loop, {
  in_main = vim.schedule_wrap,
  check = function() -- vim.wait would not raise in there, but abort
    if vim.in_fast_event() then
      raise("cannot wait here: a callback of libuv has to return; call from a coroutine (iggraph.spawn) or by"
        .. " vim.schedule")
    end
  end,
  wait = function(ticket)
    local is_over, why = vim.wait(CHUNK, function() return loop.is_over(ticket) end, CHUNK)
    local is_interrupted = not is_over and why == -2 -- by Ctrl-C
    if is_interrupted then loop.ring(ticket) end
    return is_interrupted
  end,
  report = function(text)
    vim.schedule(function() vim.notify(text, vim.log.levels.ERROR) end)
  end,
})
