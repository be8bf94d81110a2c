--- The bodies of answers, with a status before them ("400 {…}"): a value as it came, or an error object. As those of
-- calls, of a batch's entries and of logins.

local check = require "spec.fuzz.check"
local core = require "iggraph.core"

local client = check.client()

local function split(text)
  local status, body = text:match "^([2345]%d%d) (.*)$"
  return tonumber(status or 400), body or text
end

return function(text)
  local status, body = split(text)
  local kinds = {}
  for i, method in ipairs { "GET", "POST" } do
    local value, err = check.result(core.response.read(client, method, "/v26.0/me", status, body))
    if err then
      assert(err.method == method and err.path == "/v26.0/me" and err.status == status, "of another call")
    else
      assert(status < 300, "a failed answer gives a value")
      check.same(value, (check.decode(body)))
    end
    kinds[i] = err and err.kind or "none"
  end
  assert(kinds[1] == kinds[2], "the kind depends on the method")
end
