--- Whole answers, as the bytes that a server sends: status line, headers, body, redirects. libcurl reads them, then
-- csrc/tries.c and csrc/response.c.

local check = require "spec.fuzz.check"
local client_of = require "spec.fuzz.wire"

local USAGE = { app = "table", page = "table", business_use_case = "table", ad_account = "table",
  api_version = "string", percent = "number", regain = "number" }
local MOST = 4 -- requests: three redirects

local function check_usage(usage)
  for name, value in pairs(usage) do assert(type(value) == USAGE[name], "usage() has " .. tostring(name)) end
end

return function(text)
  local asked, host = 0, nil
  local client = client_of(function(request)
    asked = asked + 1
    host = host or request:match "\r\nHost: ([^\r\n]+)"
    assert(request:find("\r\nHost: " .. host .. "\r\n", 1, true), "another host is asked")
    return text
  end)
  check.result(client:get "me")
  assert(asked >= 1 and asked <= 2 * MOST, asked .. " requests for a call")
  check_usage(client:usage())
  client:close()
end
