--- Asks by the curl command: a client that is none of ours.
-- @module spec.support.curl
local cjson = require("cjson").new()
local encoding = require "iggraph.sandbox.encoding"
local sandbox = require "iggraph.sandbox"
local shell = require "iggraph.sandbox.shell"

local curl = {}

local COMMAND = "curl -s -i --globoff --noproxy '*' --max-time %s %s; echo \"=$?\""
local MAX_TIME = 20 -- seconds

local function add(words, option, text)
  words[#words + 1] = option .. " " .. shell.quote(text)
end

--- An address with more parameters, in alphabetical order.
local function with_query(url, query)
  local parts = {}
  for name, value in pairs(query or {}) do
    parts[#parts + 1] = name .. "=" .. encoding.percent_encode(tostring(value))
  end
  table.sort(parts)
  return url .. (parts[1] and "?" .. table.concat(parts, "&") or "")
end

local function read_json(text)
  local ok, value = pcall(cjson.decode, text)
  return ok and value or nil
end

--- What curl wrote: a `100 Continue` is not the answer.
local function read_answer(text, exit)
  local final = text:gsub("^HTTP/%S+ 100.-\r\n\r\n", "")
  local head, body = final:match("^(.-\r\n)\r\n(.*)$")
  local headers = {}
  for name, value in (head or ""):gmatch("\n([^\r\n:]+): ?([^\r\n]*)") do headers[name:lower()] = value end
  return {
    exit = tonumber(exit), http = head and head:match("^HTTP/(%S+)"),
    status = head and tonumber(head:match("^HTTP/%S+ (%d+)")), headers = headers,
    body = body or "", json = read_json(body or ""),
  }
end

--- @tparam string url
-- @tparam[opt] table options `token` (the sandbox's user if nil, none if false), `method`, `query`, `headers`, `form`
-- (name -> text), `files` (name -> content, which makes it multipart), `scenario`, `max_time` (20 s), `arguments` (more
-- of curl's own)
-- @treturn table `exit` (curl's status), `status`, `http` (the version), `headers` (lower-case names), `body`, `json`
-- (what the body says, nil if it is no JSON)
function curl.ask(url, options)
  options = options or {}
  local words = { options.arguments }
  local token = options.token == nil and sandbox.tokens.user or options.token
  local field = options.files and "--form-string" or "--data-urlencode"
  if options.method then add(words, "-X", options.method) end
  if token then add(words, "-H", "Authorization: Bearer " .. token) end
  if options.scenario then add(words, "-H", "X-Sandbox-Scenario: " .. options.scenario) end
  for name, value in pairs(options.headers or {}) do
    if value then add(words, "-H", name .. ": " .. value) end
  end
  for name, text in pairs(options.form or {}) do add(words, field, name .. "=" .. text) end
  for name, content in pairs(options.files or {}) do
    words[#words + 1] = ("-F %s=%s"):format(name, shell.quote('"' .. content .. '";filename=' .. name .. ".txt"))
  end
  add(words, "--url", with_query(url, options.query))
  local _, text = shell.run(COMMAND:format(options.max_time or MAX_TIME, table.concat(words, " ")))
  return read_answer(text:match("^(.*)=(%d+)$"))
end

--- What of an error tells it from others, so that a whole tuple is compared.
-- @tparam table answer from `ask`
-- @tparam[opt="type"] string member another that matters
-- @treturn table status, code, subcode and that member; status and body of what is no error
function curl.failure(answer, member)
  local err = answer.json and answer.json.error
  if not err then return { answer.status, answer.body } end
  return { answer.status, err.code, err.error_subcode, err[member or "type"] }
end

--- @tparam table page
-- @treturn table the ids of its items
function curl.ids_of(page)
  local ids = {}
  for index, item in ipairs(page.data) do ids[index] = item.id end
  return ids
end

local MOST_PAGES = 600

--- Follows `next` (or another link) from page to page.
-- @tparam string url
-- @tparam[opt="next"] string link
-- @treturn table the ids met
-- @treturn number how many pages they came on
function curl.walk(url, link)
  local ids, pages = {}, 0
  while type(url) == "string" and pages < MOST_PAGES do
    local page = curl.ask(url).json
    pages = pages + 1
    for _, id in ipairs(curl.ids_of(page)) do ids[#ids + 1] = id end
    url = page.paging and page.paging[link or "next"]
  end
  return ids, pages
end

return curl
