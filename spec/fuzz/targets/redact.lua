--- Texts of others, from which secrets are taken: none is left, in whatever dress, nor what is named like one.

local check = require "spec.fuzz.check"
local core = require "iggraph.core"

local client = check.client()

local function check_named(text)
  for _, undress in ipairs(check.dresses) do
    for value in undress(text):gmatch "%f[%w_]access_token=(%w%w%w+)" do
      assert(value:find "^%d+$", "what is named access_token: " .. text)
    end
  end
end

return function(text)
  local clean = core.client.redact(client, text)
  assert(#clean <= #text, "longer than before")
  check.clean(clean)
  check_named(clean)
end
