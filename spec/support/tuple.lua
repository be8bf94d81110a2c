--- The failure tuple `nil, err, kind`, compared as a whole: what a spec does not name must not be there.
local assert = require "luassert"

local tuple = {}

--- Every member that an error object may have.
tuple.members = {
  "kind", "message", "status", "code", "subcode", "type", "fbtrace_id", "user_title", "user_msg", "data",
  "retryable", "retry_after", "method", "path",
}

local is_member = {}
for _, name in ipairs(tuple.members) do is_member[name] = true end

--- For a member whose value cannot be known beforehand.
tuple.any = {
  text = function(value) return type(value) == "string" and value ~= "" end,
  number = function(value) return type(value) == "number" end,
}

--- A text that holds all of these, as they are.
function tuple.holding(...)
  local parts = { ... }
  return function(value)
    for _, part in ipairs(parts) do
      if type(value) ~= "string" or not value:find(part, 1, true) then return false end
    end
    return true
  end
end

--- A number between two others.
function tuple.between(least, most)
  return function(value) return type(value) == "number" and value >= least and value <= most end
end

local function check_member(name, expected, value)
  if type(expected) == "function" then
    assert.is_true(expected(value), ("err.%s is %s"):format(name, tostring(value)))
  else
    assert.same(expected, value, "err." .. name)
  end
end

--- Compares an error object with `expected`: a value, or a predicate, for each member that it has.
function tuple.check_error(expected, err)
  assert.is_table(err)
  for name in pairs(expected) do assert(is_member[name], "no member of an error: " .. tostring(name)) end
  for _, name in ipairs(tuple.members) do check_member(name, expected[name], err[name]) end
  for name in pairs(err) do assert(is_member[name], "unknown member of an error: " .. tostring(name)) end
  local text = tostring(err)
  for _, name in ipairs { "method", "path", "message", "kind", "status", "code" } do
    local part = err[name] ~= nil and tostring(err[name]) or ""
    assert(text:find(part, 1, true), ("tostring(err) does not tell the %s: %s"):format(name, text))
  end
end

--- Compares all that a call returned with `nil, err, kind`.
--
--    tuple.check({ kind = "auth", … }, ig:get("me"))
function tuple.check(expected, ...)
  assert.equal(3, select("#", ...), "number of results")
  local value, err, kind = ...
  assert.is_nil(value)
  assert.is_table(err)
  assert.equal(err.kind, kind)
  tuple.check_error(expected, err)
end

return tuple
