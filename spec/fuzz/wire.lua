--- Clients of a server that answers a call with whatever bytes: libcurl reads them.

local check = require "spec.fuzz.check"
local wire = require "wire" -- spec/fuzz/fuzzer.c

local MOST = 20 -- milliseconds to wait at a time

local base_url
local respond

local host = { sleep = function() end }

function host.wait(engine)
  local timeout = engine:timeout() or MOST / 1000
  wire.wait(engine:pollfd(), respond, math.floor(math.min(timeout * 1000, MOST)))
end

--- @tparam function answer gets the text of a request, returns what to send
-- @treturn client
return function(answer, options)
  base_url = base_url or "http://127.0.0.1:" .. wire.open()
  respond = answer
  wire.close() -- what the input before has left
  local all = { base_url = base_url, host = host, timeout = 5, max_response = 65536 }
  for name, value in pairs(options or {}) do all[name] = value end
  return check.client(all)
end
