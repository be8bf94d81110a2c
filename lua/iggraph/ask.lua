--- One call by its method: sent, or only described where the client is one that prepares a batch.

local call = require "iggraph.call"
local core = require "iggraph.core"

local start = core.transfer.start

--- @param client of `iggraph.new`, or one that describes (see `iggraph.batch`)
-- @tparam string method `"GET"`, `"POST"` or `"DELETE"`
-- @tparam string path
-- @tparam[opt] table params
-- @tparam[opt] function read (what the answer holds, the client that asked) -> the result, or `nil, err, kind`
-- @return the result, or `nil, err, kind`
return function(client, method, path, params, read)
  if type(client) == "table" then return client:describe(method, path, params, read) end
  local value, err, kind = call(client, method, path, start, nil, client, method, path, params)
  if err then return nil, err, kind end
  if read then return read(value, client) end
  return value
end
