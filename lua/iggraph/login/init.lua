--- Logins: from a person who allows an app to an access token.
--
--     local login = require("iggraph").login
--     local here = "http://localhost:8080/"
--     local url, state = login.url { client_id = "…", redirect_uri = here, scope = { "instagram_basic" } }
--     -- the person opens it, and comes back: `target` is the path and query of that request
--     local redirect = assert(login.parse_redirect(target, state))
--     local token = assert(login.exchange_code {
--       client_id = "…", client_secret = "…", redirect_uri = here, code = redirect.code,
--     })
--
-- Each function takes one table of options, under the Graph's names. A programming mistake raises and names the option;
-- what the world does is `nil, err, kind`. No error shows a token, a code or a secret, even if the server repeats it.
-- @module iggraph.login

local login = {}

for _, part in ipairs { "dialogs", "tokens", "devices", "instagram", "keep" } do
  for name, call in pairs(require("iggraph.login." .. part)) do login[name] = call end
end

return login
