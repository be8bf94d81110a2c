--- What was asked: a call's path, parameters and token, taken apart.
-- @module iggraph.sandbox.request
local cjson = require("cjson").new()
local encoding = require "iggraph.sandbox.encoding"
local multipart = require "iggraph.sandbox.multipart"

local M = {}

-- What a client sends about the call itself; `paging.next` does not repeat it.
local NOT_REPEATED = {
  access_token = true, appsecret_proof = true, appsecret_time = true, pretty = true,
  method = true, debug = true, limit = true, after = true, before = true,
}

local function split_path(path)
  local segments = {}
  for segment in path:gmatch("[^/]+") do segments[#segments + 1] = encoding.percent_decode(segment, true) end
  local version = segments[1] and segments[1]:match("^v%d+%.%d+$")
  if version then table.remove(segments, 1) end
  return segments, version
end

--- A node's id may carry a scenario, `17840000000000250_slow_50`: not every client can send a header.
local function split_id(segment)
  local id, suffix = segment:match("^(%d+)(_%l[%w_]*)$")
  return id or segment, suffix or ""
end

--- The members of a JSON body as a form would have them: what is no string as its JSON.
local function read_json(body)
  local ok, object = pcall(cjson.decode, body)
  local form = {}
  if not ok or type(object) ~= "table" then return form end
  for name, value in pairs(object) do
    form[tostring(name)] = type(value) == "string" and value or cjson.encode(value)
  end
  return form
end

local function read_form(raw)
  local content_type, body = raw.headers["content-type"] or "", raw.body or ""
  local boundary = content_type:match('^multipart/form%-data.*boundary="?([^";]+)')
  if boundary then return multipart.parse(body, boundary) end
  if content_type:find("^application/x%-www%-form%-urlencoded") then
    return select(2, encoding.parse_query(body)), {}
  end
  if content_type:find("^application/json") then return read_json(body), {} end
  return {}, {}
end

local function bearer_token(headers)
  local scheme, token = (headers.authorization or ""):match("^(%a+)%s+(%S+)$")
  scheme = scheme and scheme:lower()
  return (scheme == "bearer" or scheme == "oauth") and token or nil
end

local function repeatable(list)
  local kept = {}
  for _, pair in ipairs(list) do
    if not NOT_REPEATED[pair[1]] then kept[#kept + 1] = pair end
  end
  return kept
end

--- A body that is there, as one that is still to be read.
-- @tparam string body
-- @treturn function an iterator over its pieces
function M.pieces(body)
  return function()
    local piece = body
    body = nil
    return piece ~= "" and piece or nil
  end
end

--- Takes a call apart.
-- @tparam table raw `method`, `uri` (as on the request line), `headers` (lower-case names), and optionally
-- `body`, `scheme`, `host` (with the port, as the client called it), `now` (Unix seconds), `instant` (the same with
-- its fraction), `files` (instead of the body's), `chunks` (an iterator over the body's pieces, where it is not read
-- yet)
-- @treturn table the call: all of these, and `path`, `query_string`, `version` (as asked), `segments`,
-- `id` (the first segment) and `suffix` (what came off it, or ""), `scenario` (by suffix or by header),
-- `params` (query and form), `query`, `form`, `files`, `sent` (the query in its order, without token, limit
-- and cursors), `token`, `base_url`
function M.parse(raw)
  local path, query_string = raw.uri:match("^([^?]*)%??(.*)$")
  local segments, version = split_path(path)
  local id, suffix = split_id(segments[1] or "")
  local list, query = encoding.parse_query(query_string)
  local form, files = read_form(raw)
  local params = {}
  for name, value in pairs(query) do params[name] = value end
  for name, value in pairs(form) do params[name] = value end
  local now = raw.now or os.time()
  return {
    method = raw.method == "POST" and params.method and params.method:upper() or raw.method,
    uri = raw.uri, path = path, query_string = query_string,
    headers = raw.headers, body = raw.body or "", chunks = raw.chunks or M.pieces(raw.body or ""),
    version = version, segments = segments, id = id, suffix = suffix,
    scenario = suffix ~= "" and suffix:sub(2) or raw.headers["x-sandbox-scenario"],
    query = query, form = form, files = raw.files or files, params = params, sent = repeatable(list),
    token = bearer_token(raw.headers) or params.access_token,
    base_url = (raw.scheme or "http") .. "://" .. (raw.host or "127.0.0.1"),
    now = now, instant = raw.instant or now,
  }
end

return M
