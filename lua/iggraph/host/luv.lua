--- The host of programs on libuv, by the package luv. Plain code runs the loop until its answer is there.
local core = require "iggraph.core"
local libuv = require "iggraph.host.libuv"
local uv = require "luv"

local raise = core.error.raise

return libuv.make(uv, {
  in_main = function(fn) return fn end,
  check = function()
    if uv.loop_mode() then
      raise "cannot wait here: a callback of libuv has to return; call from a coroutine (iggraph.spawn)"
    end
  end,
  wait = function()
    if not uv.loop_alive() then raise "what is waited for will never come: nothing is under way" end
    uv.run "once"
  end,
})
