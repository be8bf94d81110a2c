--- Asks by the curl command: a client that is none of ours.
-- @module spec.support.curl
local cjson = require("cjson").new()
local sandbox = require "iggraph.sandbox"
local shell = require "iggraph.sandbox.shell"

local curl = {}

local COMMAND = "curl -sS -i --noproxy '*' --max-time 20 "

local function add(words, option, text)
  words[#words + 1] = option .. " " .. shell.quote(text)
end

--- @tparam string url
-- @tparam[opt] table options `token` (the sandbox's user if nil, none if false), `form` (name -> text), `files`
-- (name -> content, which makes it multipart), `scenario`, `arguments` (more of curl's own)
-- @treturn table `status`, `headers` (lower-case names), `body`, `json` (what the body says, nil if it is no JSON)
function curl.ask(url, options)
  options = options or {}
  local words = { options.arguments }
  local token = options.token == nil and sandbox.tokens.user or options.token
  local field = options.files and "--form-string" or "--data-urlencode"
  if token then add(words, "-H", "Authorization: Bearer " .. token) end
  if options.scenario then add(words, "-H", "X-Sandbox-Scenario: " .. options.scenario) end
  for name, text in pairs(options.form or {}) do add(words, field, name .. "=" .. text) end
  for name, content in pairs(options.files or {}) do
    words[#words + 1] = ("-F %s=%s"):format(name, shell.quote('"' .. content .. '";filename=' .. name .. ".txt"))
  end
  add(words, "--url", url)
  local _, text = shell.run(COMMAND .. table.concat(words, " ") .. "; echo") -- the line break that `run` takes off
  local head, body = text:match("^(.-\r\n)\r\n(.*)$")
  local headers = {}
  for name, value in (head or ""):gmatch("\n([^\r\n:]+): ?([^\r\n]*)") do headers[name:lower()] = value end
  local ok, json = pcall(cjson.decode, body)
  return {
    status = tonumber(text:match("^HTTP/%S+ (%d+)")), headers = headers, body = body or text, json = ok and json or nil,
  }
end

return curl
