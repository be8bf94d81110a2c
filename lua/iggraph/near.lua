--- Names that are like a name that is none: for error messages.

local MOST = 4

local function distance(a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal
    diagonal, row[0] = row[0], i
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      diagonal, row[j] = row[j], math.min(row[j] + 1, row[j - 1] + 1, diagonal + cost)
    end
  end
  return row[#b]
end

-- How far it is from the name; nil: too far.
local function away(name, other)
  if #name > 2 * #other + 20 then return nil end
  local far = distance(name, other)
  if far <= (#name < 4 and 1 or 2) then return far end
  local has_part = #name >= 3 and #other >= 3 and (other:find(name, 1, true) or name:find(other, 1, true))
  return has_part and far + 3 or nil -- behind all that are only mistyped
end

local function by_distance(a, b)
  if a.far ~= b.far then return a.far < b.far end
  return a.name < b.name
end

--- @param name
-- @tparam table known a set of names; or several, as further arguments
-- @treturn string what an error message goes on with: `": did you mean 'media' or 'media_url'?"`, the nearest first;
-- empty where none is like it
return function(name, ...)
  local found = {}
  for i = 1, select("#", ...) do
    for other in pairs((select(i, ...))) do
      local far = type(other) == "string" and away(tostring(name), other)
      if far then found[#found + 1] = { name = other, far = far } end
    end
  end
  table.sort(found, by_distance)
  local names = {}
  for i = 1, math.min(#found, MOST) do names[i] = "'" .. found[i].name .. "'" end
  return names[1] and (": did you mean %s?"):format(table.concat(names, " or ")) or ""
end
