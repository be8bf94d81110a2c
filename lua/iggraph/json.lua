--- Writes JSON, for parameters that the Graph wants as such. Texts and numbers are lua-cjson's work,
-- through an instance of our own, so that a program's settings and ours leave each other alone. The
-- order of keys is ours: the same table is the same request, every time. Reading is done in C.

local null = require("iggraph.core").null

local MAX_DEPTH = 32

local cjson -- made when it is needed: most programs never send JSON

local function encode_scalar(value)
  cjson = cjson or require("cjson").new()
  return cjson.encode(value)
end

-- lua-cjson writes numbers with 14 digits; an Instagram id has 17. Integers go as their digits.
local function encode_number(value)
  if value ~= value or value == math.huge or value == -math.huge then
    error("not a finite number", 0)
  elseif value ~= math.floor(value) then
    return (encode_scalar(value):gsub(",", ".")) -- lua-cjson writes the locale's comma
  elseif math.type and math.type(value) == "integer" then
    return ("%d"):format(value)
  elseif math.abs(value) > 2 ^ 53 then
    error("an integer beyond 2^53 may have lost digits already: pass it as a string", 0)
  end
  return ("%.0f"):format(value)
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
  if kind == "string" or kind == "boolean" or value == null then return encode_scalar(value) end
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
