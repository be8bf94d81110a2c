--- What `spec.bench.report` has, for values that are a plain list.
local report = require "spec.bench.report"

local function itself(value) return value end

return {
  render = report.render,
  spread = function(values, format) return report.spread(values, itself, format) end,
}
