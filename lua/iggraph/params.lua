--- Parameters of a call that asks for what the caller wants inside of something else.

local raise = require("iggraph.core").error.raise

--- @tparam[opt] table params the caller's
-- @tparam function nest the caller's `fields`, or nil -> the `fields` to ask for
-- @treturn table a copy, with these `fields`
return function(params, nest)
  if params ~= nil and type(params) ~= "table" then raise("params: a table expected, got " .. type(params)) end
  local asked = {}
  for name, value in pairs(params or {}) do asked[name] = value end
  asked.fields = nest(asked.fields)
  return asked
end
