--- The little of JSONPath that a batch's references use: `$.data.*.id`, `$.data[0].id`, `$.data[*].id`.
-- @module iggraph.sandbox.jsonpath
local cjson = require("cjson").new()

local M = {}

local function by_name(name)
  return function(value, visit)
    if value[name] ~= nil then visit(value[name]) end
  end
end

local function by_index(digits)
  return by_name(tonumber(digits) + 1)
end

--- Every value of a list, in its order; of an object, in the order of its keys.
local function all()
  return function(value, visit)
    if #value > 0 then
      for _, item in ipairs(value) do visit(item) end
      return
    end
    local keys = {}
    for key in pairs(value) do keys[#keys + 1] = key end
    table.sort(keys)
    for _, key in ipairs(keys) do visit(value[key]) end
  end
end

-- How a step is written, and what makes a function of (value, visit) of it.
local STEPS = {
  { "^%.%*()", all }, { "^%[%*%]()", all },
  { "^%[(%d+)%]()", by_index },
  { "^%.([%w_%-]+)()", by_name },
}

local function read_step(path, at)
  for _, row in ipairs(STEPS) do
    local first, second = path:sub(at):match(row[1])
    if first then return row[2](first), at + (second or first) - 1 end
  end
  return nil
end

--- Takes a path apart.
-- @tparam string path
-- @treturn ?table its steps, for `select`; nil if it is no such path
function M.parse(path)
  local steps, at = {}, 2
  if path:sub(1, 1) ~= "$" then return nil end
  while at <= #path do
    steps[#steps + 1], at = read_step(path, at)
    if not at then return nil end
  end
  return steps
end

local function text_of(value)
  if type(value) == "table" then return cjson.encode(value) end
  if type(value) == "number" and value % 1 == 0 then return ("%.0f"):format(value) end
  return tostring(value)
end

local function select_from(value, steps, number, found)
  if value == cjson.null then return end
  if not steps[number] then
    found[#found + 1] = text_of(value)
  elseif type(value) == "table" then
    steps[number](value, function(part) select_from(part, steps, number + 1, found) end)
  end
end

--- What a path leads to.
-- @tparam string text JSON; in what is none nothing is found
-- @tparam table steps from `parse`
-- @treturn {string,...} each value as a text, in their order
function M.select(text, steps)
  local found = {}
  local ok, value = pcall(cjson.decode, text)
  if ok then select_from(value, steps, 1, found) end
  return found
end

return M
