--- JSON as the Graph writes it: members in a fixed order, "/" as "\/", everything beyond ASCII as \uXXXX.
-- lua-cjson writes the scalars. The order of members, integers of more than 14 digits and empty lists are
-- what it cannot do (2.1.0 writes `{}` for both kinds of empty table), so the brackets are set here.
-- @module iggraph.sandbox.json
local cjson = require("cjson").new()
local memo = require "iggraph.sandbox.memo"

local M = { null = cjson.null }

local Object = {}
local Integer = {}
local write

--- An integer of any size: ids have up to 20 digits, numbers carry 15.
-- @tparam string digits
-- @treturn table for `encode`
function M.integer(digits) return setmetatable({ digits }, Integer) end

--- An object with its members in the given order; a member whose value is nil is left out.
-- @tparam string ... key, value, key, value …
-- @treturn table for `encode`
function M.object(...)
  return setmetatable({ n = select("#", ...), ... }, Object)
end

--- The same from a table of alternating keys and values, without a copy.
-- @tparam table members alternating keys and values
-- @tparam number n how many entries it has, nils included
-- @treturn table the same table, now an object
function M.as_object(members, n)
  members.n = n
  return setmetatable(members, Object)
end

--- An object from a map, its keys in alphabetical order.
-- @tparam table map string keys
-- @treturn table for `encode`
function M.from_map(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  local members = {}
  for index, key in ipairs(keys) do
    members[2 * index - 1], members[2 * index] = key, map[key]
  end
  return M.as_object(members, 2 * #keys)
end

-- First byte at least, length of the sequence, what marks the first byte.
local LENGTHS = { { 240, 4, 240 }, { 224, 3, 224 }, { 194, 2, 192 } }

--- The code point of one UTF-8 sequence, nil if its length does not fit its first byte.
local function code_point(sequence)
  local first = sequence:byte()
  for _, row in ipairs(LENGTHS) do
    if first >= row[1] then
      if #sequence ~= row[2] then return nil end
      local code = first - row[3]
      for index = 2, #sequence do code = code * 64 + sequence:byte(index) - 128 end
      return code
    end
  end
end

local function escape_sequence(sequence)
  local code = code_point(sequence)
  if not code then return sequence end -- not UTF-8: nothing in JSON could say it
  if code < 0x10000 then return ("\\u%04x"):format(code) end
  local high = math.floor((code - 0x10000) / 0x400)
  return ("\\u%04x\\u%04x"):format(0xD800 + high, 0xDC00 + (code - 0x10000) % 0x400)
end

local escaped = memo(escape_sequence)

local beyond_ascii = memo(function(value)
  return (cjson.encode(value):gsub("[\194-\244][\128-\191]+", escaped))
end)

-- What a byte asks for: nothing, an escape of cjson's, or one of ours.
local PLAIN, QUOTED, BEYOND = 1, 2, 3
local NEED = {}
for byte = 0, 255 do NEED[byte] = byte > 127 and BEYOND or (byte < 32 or byte == 127) and QUOTED or PLAIN end
for _, character in ipairs { '"', "\\", "/" } do NEED[character:byte()] = QUOTED end

-- A loop, since LuaJIT compiles it; a search for a pattern it would not, and addresses are long.
local function need_of(text)
  local need = PLAIN
  for index = 1, #text do
    local own = NEED[text:byte(index)]
    if own > need then need = own end
  end
  return need
end

local function encode_string(value)
  local need = need_of(value)
  if need == PLAIN then return '"' .. value .. '"' end
  if need == QUOTED then return cjson.encode(value) end
  return beyond_ascii[value]
end

local function encode_number(value)
  if value % 1 == 0 and value > -2 ^ 53 and value < 2 ^ 53 then return ("%d"):format(value) end
  return cjson.encode(value)
end

local keys = memo(function(key) return encode_string(key) .. ":" end)

local function write_object(buffer, size, object)
  local before = "{"
  for index = 1, object.n, 2 do
    local value = object[index + 1]
    if value ~= nil then
      buffer[size + 1], buffer[size + 2] = before, keys[object[index]]
      size = write(buffer, size + 2, value)
      before = ","
    end
  end
  size = size + 1
  buffer[size] = before == "{" and "{}" or "}"
  return size
end

local function write_list(buffer, size, list)
  size = size + 1
  buffer[size] = "["
  for index = 1, #list do
    if index > 1 then
      size = size + 1
      buffer[size] = ","
    end
    size = write(buffer, size, list[index])
  end
  size = size + 1
  buffer[size] = "]"
  return size
end

function write(buffer, size, value)
  local kind = type(value)
  if kind == "table" then
    local meta = getmetatable(value)
    if meta ~= Integer then return (meta == Object and write_object or write_list)(buffer, size, value) end
    value, kind = value[1], nil
  end
  size = size + 1
  if kind == "string" then
    buffer[size] = encode_string(value)
  elseif kind == "number" then
    buffer[size] = encode_number(value)
  elseif not kind then
    buffer[size] = value
  else
    buffer[size] = cjson.encode(value)
  end
  return size
end

--- The text of a value. Tables that are no objects of this module are lists.
-- @param value string, number, boolean, `null`, list or object
-- @treturn string
function M.encode(value)
  local buffer = {}
  write(buffer, 0, value)
  return table.concat(buffer)
end

return M
