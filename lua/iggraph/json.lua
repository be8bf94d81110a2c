--- Writes JSON, for parameters that the Graph wants as such. Texts are lua-cjson's work, through an
-- instance of our own, so that a program's settings and ours leave each other alone. The order of keys
-- is ours: the same table is the same request, every time. Reading is done in C.

local core = require "iggraph.core"

local MAX_DEPTH = 32

local cjson -- made when it is needed: most programs never send JSON

local function encode_scalar(value)
  cjson = cjson or require("cjson").new()
  return cjson.encode(value)
end

-- lua-cjson writes numbers with 14 digits, and with the locale's point; an Instagram id has 17.
local function encode_number(value)
  local text, why = core.params.number(value)
  if not text then error(why, 0) end
  return text
end

local encode

local function encode_list(list, depth)
  local parts = {}
  for i, item in ipairs(list) do parts[i] = encode(item, depth) end
  return "[" .. table.concat(parts, ",") .. "]"
end

local function encode_object(object, depth)
  local keys, parts = {}, {}
  for key in pairs(object) do
    if type(key) ~= "string" then error("names, or a list without holes, expected", 0) end
    keys[#keys + 1] = key
  end
  table.sort(keys)
  for i, key in ipairs(keys) do
    parts[i] = encode_scalar(key) .. ":" .. encode(object[key], depth)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function count(t)
  local n = 0
  for _ in pairs(t) do n = n + 1 end
  return n
end

function encode(value, depth)
  local kind = type(value)
  if kind == "number" then return encode_number(value) end
  if kind == "string" or kind == "boolean" or value == core.null then return encode_scalar(value) end
  if kind ~= "table" then error("cannot write a " .. kind .. " as JSON", 0) end
  if depth >= MAX_DEPTH then error("nested too deeply", 0) end
  local is_list = #value > 0 and #value == count(value)
  return (is_list and encode_list or encode_object)(value, depth + 1)
end

return {
  --- @param value what to write: tables, strings, numbers, booleans, `iggraph.null`
  -- @treturn string compact JSON; raises a text for what cannot be written
  encode = function(value) return encode(value, 0) end,
}
