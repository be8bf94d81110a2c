--- Parameters that are more than a text: booleans, times, choices, lists and JSON. Each reader gets the call and the
-- parameter's name, returns nil where it is missing, and raises the Graph's error where it will not do.
-- @module iggraph.sandbox.parameters
local cjson = require("cjson").new()
local errors = require "iggraph.sandbox.errors"
local time = require "iggraph.time"

local M = {}

local function text_of(call, name)
  local text = call.params[name]
  return text ~= "" and text or nil
end

--- Raises the Graph's error for the first parameter that is missing or empty; a file will do.
-- @tparam table call
-- @tparam table names
function M.require(call, names)
  for _, name in ipairs(names) do
    if not text_of(call, name) and not (call.files or {})[name] then errors.missing_parameter(name) end
  end
end

local BOOLEANS = { ["true"] = true, ["1"] = true, ["false"] = false, ["0"] = false }

--- @tparam table call
-- @tparam string name
-- @treturn ?boolean
function M.boolean(call, name)
  local text = text_of(call, name)
  if text and BOOLEANS[text] == nil then errors.bad_parameter(name, "must be a boolean") end
  return BOOLEANS[text]
end

--- @tparam table call
-- @tparam string name
-- @treturn ?number seconds since 1970
function M.time(call, name)
  local text = text_of(call, name)
  return text and (time.parse(text) or errors.bad_parameter(name, "must be a valid time"))
end

--- @tparam table call
-- @tparam string name
-- @tparam number longest how many characters are allowed
-- @treturn ?string
function M.text(call, name, longest)
  local text = text_of(call, name)
  local _, characters = (text or ""):gsub("[^\128-\191]", "")
  if characters > longest then
    errors.bad_parameter(name, ("must be no longer than %d characters"):format(longest))
  end
  return text
end

--- One of several words, in any case.
-- @tparam string name for the error
-- @tparam ?string text
-- @tparam table allowed list of the words
-- @treturn ?string the word as it stands in `allowed`
function M.one_of(name, text, allowed)
  if not text then return nil end
  for _, word in ipairs(allowed) do
    if word:lower() == tostring(text):lower() then return word end
  end
  return errors.bad_parameter(name, ('must be one of {%s} - got "%s"'):format(
    table.concat(allowed, ", "):upper(), tostring(text)))
end

--- The same for a parameter.
-- @tparam table call
-- @tparam string name
-- @tparam table allowed
-- @treturn ?string
function M.choice(call, name, allowed)
  return M.one_of(name, text_of(call, name), allowed)
end

--- @tparam table call
-- @tparam string name
-- @treturn ?table what the JSON object or list says
function M.json(call, name)
  local text = text_of(call, name)
  if not text then return nil end
  local ok, value = pcall(cjson.decode, text)
  if not ok or type(value) ~= "table" then errors.bad_parameter(name, "must be valid JSON") end
  return value
end

--- A JSON list, or words with commas between them.
-- @tparam table call
-- @tparam string name
-- @tparam[opt] table allowed the words that may be in it
-- @treturn ?table
function M.list(call, name, allowed)
  local text = text_of(call, name)
  if not text then return nil end
  local list = {}
  if text:find("^%s*%[") then
    list = M.json(call, name)
  else
    for word in text:gmatch("[^,%s]+") do list[#list + 1] = word end
  end
  for index, word in ipairs(allowed and list or {}) do
    list[index] = M.one_of(("%s[%d]"):format(name, index - 1), word, allowed)
  end
  return list
end

return M
