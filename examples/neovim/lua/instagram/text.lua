--- Lines of what the Graph says.
local vim = vim -- luacheck: read globals vim
local iggraph = require "iggraph"

local text = {}

--- @return the value, or nil where there is none: the Graph leaves out what nobody may see, or says null
function text.given(value)
  if value ~= iggraph.null then return value end
end

local given = text.given

--- @treturn string such as `2026-01-31 10:11`: what the Graph says, in UTC
function text.time(timestamp)
  return (tostring(given(timestamp) or ""):gsub("^(%d+%-%d+%-%d+)T(%d+:%d+).*$", "%1 %2"))
end

--- @treturn string such as `1 comment`
function text.count(number, noun)
  local digits = ("%d"):format(number):reverse():gsub("(%d%d%d)", "%1,"):reverse():gsub("^,", "")
  return ("%s %s%s"):format(digits, noun, number == 1 and "" or "s")
end

--- @treturn ?string nil where nobody may know
function text.likes(number) return given(number) and "♥ " .. text.count(number, ""):match "%S+" end

--- Joins what there is of some words: any of them may be nil.
function text.joined(separator, ...)
  local words = {}
  for i = 1, select("#", ...) do words[#words + 1] = select(i, ...) end
  return table.concat(words, separator)
end

--- Adds the lines of a text to a list, each with something before it.
function text.add(lines, words, indent)
  for _, line in ipairs(vim.split(vim.trim(words:gsub("\r\n?", "\n")), "\n", { plain = true })) do
    lines[#lines + 1] = (indent .. line):gsub("%s+$", "")
  end
  return lines
end

return text
