--- What the dialog of a login has led back to.

local check = require "spec.fuzz.check"
local login = require "iggraph.login"

local STATE = "0123456789abcdef"

return function(text)
  local result, err = login.parse_redirect(text, STATE)
  if err then return check.error(err) end
  assert(result.state == STATE, "the answer to another login")
  assert(result.code or result.access_token, "grants nothing")
  assert(text:find("state", 1, true) or text:find("%", 1, true), "a state out of nowhere")
end
