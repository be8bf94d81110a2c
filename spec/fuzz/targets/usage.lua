--- The rate-limit headers: what `usage()` shows of them, and how long to wait.

local check = require "spec.fuzz.check"
local client_of = require "spec.fuzz.wire"

local ANSWER = "HTTP/1.1 400 Bad Request\r\nX-App-Usage: %s\r\nX-Business-Use-Case-Usage: %s\r\n"
  .. "Content-Type: application/json\r\nConnection: close\r\n\r\n"
  .. '{"error":{"message":"(#80002) There have been too many calls","type":"OAuthException","code":80002}}'

local MOST = 366 * 24 * 60 -- minutes: what is longer means nothing

local function decoded(text)
  local value = check.decode(text)
  return type(value) == "table" and value or nil
end

local function check_part(shown, text)
  local expected = decoded(text)
  if expected then check.same(shown, expected) else assert(shown == nil, "usage() shows what cannot be read") end
end

-- Minutes, of all cases of all accounts.
local function longest_wait(usage)
  local longest = 0
  for _, cases in pairs(usage) do
    for _, case in ipairs(type(cases) == "table" and cases or {}) do
      local minutes = type(case) == "table" and tonumber(case.estimated_time_to_regain_access) or 0
      if minutes > longest and minutes <= MOST then longest = minutes end
    end
  end
  return longest
end

return function(text)
  local value = text:gsub("[%z\r\n]", " "):match "^%s*(.-)%s*$"
  local client = client_of(function() return ANSWER:format(value, value) end, { pace = true })
  local result, err = check.result(client:get "me")
  assert(result == nil and err.kind == "throttled", "the error is another")
  local usage = client:usage()
  check_part(usage.business_use_case, value)
  check.finite(usage.percent)
  check.finite(usage.regain)
  local minutes = longest_wait(decoded(value) or {})
  assert((err.retry_after or 0) == minutes * 60, "retry_after is " .. tostring(err.retry_after))
  client:close()
end
