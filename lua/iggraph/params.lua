--- Parameters of a call that has some of its own.

local raise = require("iggraph.core").error.raise

--- @tparam table own
-- @tparam[opt] table params the caller's, which count more
-- @treturn table both
return function(own, params)
  if params ~= nil and type(params) ~= "table" then raise("params: a table expected, got " .. type(params)) end
  for name, value in pairs(params or {}) do own[name] = value end
  return own
end
