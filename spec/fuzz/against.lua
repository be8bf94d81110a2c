--- Holds the JSON reader against two others. It must take what spec/fuzz/reference.lua takes, refuse what that
-- refuses, and give the same value; where lua-cjson takes a document, too, it must agree, but for what the two are
-- meant to differ in.

local cjson = require("cjson").new()
local core = require "iggraph.core"
local reference = require "spec.fuzz.reference"
local same = require "spec.fuzz.same"

local decode, null = core.json.decode, core.null

local has_lone_surrogate = "\\u[dD][89a-fA-F]" -- or a pair: then cjson takes it
local big_integer = ("%d"):rep(16)

local function against_reference(text, value, message)
  local accepted, expected = reference.read(text, null)
  if accepted ~= (message == nil) then
    return accepted and "refused: " .. message or "taken, and it is not JSON"
  end
  if not accepted then return nil end
  local ok, why = same(value, expected, true)
  return not ok and why or nil
end

local function against_cjson(text, value, message)
  local accepted, expected = pcall(cjson.decode, text)
  if message == nil and not accepted and not text:find(has_lone_surrogate) then
    return "cjson refuses it: " .. expected
  end
  -- cjson takes more than JSON (hexadecimal, NaN, 01), and gives large integers as floats.
  if message or not accepted or text:find(big_integer) then return nil end
  local ok, why = same(value, expected)
  return not ok and "cjson has " .. why or nil
end

--- @treturn string|nil what is wrong
-- @treturn boolean whether the text was read
return function(text)
  local ok, value, message = pcall(decode, text)
  if not ok then return "raised: " .. tostring(value) end
  if value == nil and type(message) ~= "string" then return "neither a value nor a message" end
  if value ~= nil and message ~= nil then return "a value and a message" end
  return against_reference(text, value, message) or against_cjson(text, value, message), value ~= nil
end
