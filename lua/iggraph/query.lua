--- Queries, "a=1&b=2": read and written.

local core = require "iggraph.core"

local query = {}

--- @tparam string text without a "?"
-- @treturn table the values by name; of equal names the last one counts
-- @treturn table set of the names that come more than once
function query.read(text)
  local values, doubled = {}, {}
  for part in text:gmatch "[^&]+" do
    local name, value = next(core.params.query(part))
    if values[name] ~= nil then doubled[name] = true end
    values[name] = value
  end
  return values, doubled
end

--- @tparam table params as of a call
-- @treturn string always the same for the same parameters; raises for what cannot be sent
function query.write(params)
  local texts, names, parts = core.params.texts(params), {}, {}
  for name in pairs(texts) do names[#names + 1] = name end
  table.sort(names)
  for i, name in ipairs(names) do parts[i] = core.params.escape(name) .. "=" .. core.params.escape(texts[name]) end
  return table.concat(parts, "&")
end

return query
