--- A list whose pages say and hold whatever. Each request for it goes to the same list of the same host, signed anew,
-- with the caller's parameters and what a page may change, and nothing else.

local check = require "spec.fuzz.check"
local client_of = require "spec.fuzz.wire"
local core = require "iggraph.core"

local listing = { path = "17841405822304914/media" }

local REQUEST = "^GET /v26%.0/" .. listing.path .. "%?([^ \r\n]*) HTTP/1%.1\r\n"
local UNWANTED = { method = true, debug = true, callback = true, pretty = true, access_token = true,
  appsecret_time = true, include_headers = true, suppress_http_code = true, [""] = true }

local function host_of(request)
  local _, count = request:gsub("\r\n[Hh][Oo][Ss][Tt]:", "")
  assert(count == 1, count .. " hosts")
  return request:match "\r\nHost: ([^\r\n]+)"
end

local function check_request(request)
  local query = assert(request:match(REQUEST), "another list is asked: " .. request)
  assert(request:find("\r\nAuthorization: Bearer " .. check.secrets.token, 1, true), "not signed")
  check.clean(query)
  local values = core.params.query(query)
  assert(values.limit and #values.appsecret_proof == 64, "a parameter of the caller's is gone")
  for name in pairs(values) do assert(not UNWANTED[name], name .. " got into the request") end
end

local function answer(body)
  return ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"):format(#body, body)
end

--- Opens it for a function, and closes it.
-- @tparam table pages bodies of the answers; then empty ones
-- @tparam function use gets the cursor
-- @tparam[opt] position
-- @treturn number of requests
function listing.with(pages, use, position)
  local asked, host = 0, nil
  local client = client_of(function(request)
    asked = asked + 1
    host = host or host_of(request)
    assert(host_of(request) == host, "another host is asked")
    check_request(request)
    return answer(pages[asked] or '{"data":[]}')
  end)
  local list = check.call("opts%.position: ", client.list, client, listing.path, { limit = 2 },
    { max_empty_pages = 1, position = position })
  if list then
    use(list)
    list:close()
  end
  client:close()
  return asked
end

return listing
