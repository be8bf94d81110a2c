--- Whether two decoded values are the same; where they are not, says where they part.

local function kind(value)
  return math.type and type(value) == "number" and math.type(value) or type(value)
end

local same

local function same_entries(one, other, path, exact)
  for key, value in pairs(one) do
    local where = path .. "." .. tostring(key)
    local ok, why = same(value, other[key], where, exact)
    if not ok then return false, why end
  end
  for key in pairs(other) do
    if one[key] == nil then return false, path .. ": a member too many, " .. tostring(key) end
  end
  return true
end

-- @param exact whether 12 and 12.0 differ, where Lua tells them apart
function same(one, other, path, exact)
  if type(one) == "table" and type(other) == "table" then
    return same_entries(one, other, path, exact)
  end
  if one == other and not (exact and kind(one) ~= kind(other)) then return true end
  local text = "%s: %s %q against %s %q"
  return false, text:format(path, kind(one), tostring(one), kind(other), tostring(other))
end

return function(one, other, exact) return same(one, other, "value", exact) end
