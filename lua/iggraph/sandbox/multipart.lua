--- Reads multipart/form-data bodies.
-- @module iggraph.sandbox.multipart
local M = {}

local function parse_head(text)
  local head = {}
  for name, value in text:gmatch("([^:\r\n]+):[ \t]*([^\r\n]*)") do head[name:lower()] = value end
  return head
end

--- A parameter of Content-Disposition; inside the quotes, `\"` is a quote.
local function disposition_parameter(head, name)
  local line = (head["content-disposition"] or ""):gsub('\\"', "\1")
  local value = line:match("[; ]" .. name .. '="(.-)"')
  return value and (value:gsub("\1", '"'))
end

--- @tparam string body
-- @tparam string boundary
-- @treturn table fields, by name
-- @treturn table files, by name: `{ filename, content_type, content }`
function M.parse(body, boundary)
  local fields, files = {}, {}
  local delimiter = "\r\n--" .. boundary
  body = "\r\n" .. body
  local _, stop = body:find(delimiter, 1, true)
  while stop do
    local next_start, next_stop = body:find(delimiter, stop + 1, true)
    local content_start = select(2, body:find("\r\n\r\n", stop, true))
    if not next_start or not content_start then break end
    local head = parse_head(body:sub(stop + 1, content_start))
    local content = body:sub(content_start + 1, next_start - 1)
    local name, filename = disposition_parameter(head, "name"), disposition_parameter(head, "filename")
    if name and filename then
      files[name] = { filename = filename, content_type = head["content-type"], content = content }
    elseif name then
      fields[name] = content
    end
    stop = next_stop
  end
  return fields, files
end

return M
