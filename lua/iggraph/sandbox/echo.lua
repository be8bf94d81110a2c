--- `/_echo`: answers what arrived. The Graph has no such path; specs of parameter encoding need it.
-- @module iggraph.sandbox.echo
local encoding = require "iggraph.sandbox.encoding"
local json = require "iggraph.sandbox.json"

local M = {}

local FIRST_BYTES = 64

local function describe(file)
  local first = file.content:sub(1, FIRST_BYTES)
  return json.object(
    "filename", file.filename,
    "content_type", file.content_type,
    "size", #file.content,
    "first_bytes", (first:gsub("[\128-\255]", "?")),
    "first_bytes_hex", encoding.to_hex(first))
end

--- @tparam table call from `request.parse`
-- @treturn table a JSON object
function M.answer(call)
  local files = {}
  for name, file in pairs(call.files) do files[name] = describe(file) end
  local headers = {}
  for name, value in pairs(call.headers) do headers[name] = value end
  return json.object(
    "method", call.method,
    "path", call.path,
    "query", json.from_map(call.query),
    "query_string", call.query_string,
    "content_type", call.headers["content-type"],
    "form", json.from_map(call.form),
    "files", json.from_map(files),
    "headers", json.from_map(headers))
end

return M
