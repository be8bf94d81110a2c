--- Cursors: a position, opaque to whoever gets it, that looks like the Graph's own.
-- @module iggraph.sandbox.cursor
local encoding = require "iggraph.sandbox.encoding"
local memo = require "iggraph.sandbox.memo"

local M = {}

local PREFIX = "AQH" -- makes the text begin with "QVFI"
local FILLER = "RkGEp6xsMMK8OYAsFqA0-wu8B0KwPv5tL3SdrxjDWpE3H5dYAh-kW1dAFVkE94HumMUCB663t0DFkbkRN21mwQ"

local encoded = memo(function(position)
  return encoding.base64_encode(PREFIX .. position .. ":" .. FILLER:sub(#position + 1))
end)

local decoded = memo(function(text)
  local plain = encoding.base64_decode(text)
  local position = plain and plain:match("^" .. PREFIX .. "([^:]*):")
  return position and encoded[position] == text and position or nil
end)

--- @tparam string position shorter than 80 characters, without ":"
-- @treturn string
function M.encode(position)
  return encoded[position]
end

--- @tparam string text
-- @treturn ?string the position; nil if `text` is no cursor of the sandbox
function M.decode(text)
  return decoded[text]
end

return M
