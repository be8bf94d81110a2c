--- What is public: the tables of functions that the library registers, by what they belong to.
-- @module spec.support.public

local core = require "iggraph.core"
local iggraph = require "iggraph"

local task = getmetatable(iggraph.spawn(function() end))

return {
  iggraph = iggraph,
  ["iggraph.login"] = iggraph.login,
  ["iggraph.insights"] = { rows = iggraph.insights.rows },
  ["iggraph.store"] = iggraph.store,
  ["iggraph.webhook"] = iggraph.webhook,
  client = core.client.methods,
  cursor = core.cursor.methods,
  task = { wait = task.wait, cancel = task.cancel },
}
