--- Names that are like a name that is none: for error messages.

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

local function is_near(name, other)
  if #name >= 3 and (other:find(name, 1, true) or name:find(other, 1, true)) then return true end
  return distance(name, other) <= (#name < 4 and 1 or 2)
end

--- @tparam string name
-- @tparam table known a set of names
-- @treturn ?string `"'media', 'media_publish'"`, in order; nil where none is like it
return function(name, known)
  local found = {}
  for other in pairs(known) do
    if type(other) == "string" and is_near(name, other) then found[#found + 1] = "'" .. other .. "'" end
  end
  table.sort(found)
  return found[1] and table.concat(found, ", ")
end
