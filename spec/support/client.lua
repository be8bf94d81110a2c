--- A client of the sandbox, for specs.
local new = require("iggraph").new -- a spec may put another in its place
local sandbox = require "iggraph.sandbox"
local support = require "spec.support.sandbox"

local client = {}

--- @tparam[opt] table options as of `iggraph.new`, over those that lead to the sandbox; `plain` asks for
-- HTTP without TLS
-- @return the client
function client.new(options)
  local server = support.shared()
  local all = { access_token = sandbox.tokens.user, base_url = server.https, ca_file = server.ca_file }
  for name, value in pairs(options or {}) do all[name] = value end
  if all.plain then all.base_url, all.ca_file, all.plain = server.http, nil, nil end
  return new(all)
end

--- The items of a cursor (or anything that a generic for takes), as a list.
function client.collect(...)
  local items = {}
  for item in ... do items[#items + 1] = item end
  return items
end

--- The ids of a list of items.
function client.ids(items)
  local ids = {}
  for i, item in ipairs(items) do ids[i] = item.id end
  return ids
end

--- What the server was asked since the last reset: "GET /v26.0/…" each.
function client.asked()
  local lines = {}
  for i, request in ipairs(support.requests()) do lines[i] = request.method .. " " .. request.uri end
  return lines
end

return client
