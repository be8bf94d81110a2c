--- Looks for the sandbox's secrets in what a run of the specs has printed.
--
--     lua spec/support/leaks.lua LOG
--
-- Tells of each line that has one, without it, and ends with 1. Those that the sandbox has issued look like its own.
local credentials = require "iggraph.sandbox.credentials"

local PIECE = 16 -- bytes of a secret that are enough to be of use, as in 60-secrets_spec.lua
local COMMON = #"EAAJjmJsandbox" -- bytes that are no secret

-- piece -> the name of what it is a piece of
local pieces = {}

local function guard(name, secret)
  for at = 1, #secret - PIECE + 1 do pieces[secret:sub(at, at + PIECE - 1)] = name end
end

for name, token in pairs(credentials.tokens) do guard("the token " .. name, token:sub(COMMON + 1)) end
guard("the app secret", credentials.app_secret)
guard("the app token's key", credentials.app_token_key)
guard("the client token", credentials.client_token)

-- What is made at run time: tokens, login codes, and what names itself.
local PATTERNS = {
  ["an issued token"] = "AAJjmJ" .. ("%w"):rep(40),
  ["a login code"] = "AQ" .. ("%w"):rep(40),
  ["a proof"] = "appsecret_proof=" .. ("%x"):rep(64),
  ["a token by its header"] = "[Aa]uthorization: %a+ " .. ("[%w|]"):rep(PIECE),
}

local function find(line)
  for at = 1, #line - PIECE + 1 do
    local name = pieces[line:sub(at, at + PIECE - 1)]
    if name then return name end
  end
  for name, pattern in pairs(PATTERNS) do
    if line:find(pattern) then return name end
  end
  return nil
end

local count, number = 0, 0
for line in io.lines(arg[1]) do
  number = number + 1
  local name = find(line)
  if name then
    count = count + 1
    io.stderr:write(("line %d of what was printed has %s in it\n"):format(number, name))
  end
end
os.exit(count == 0 and 0 or 1)
