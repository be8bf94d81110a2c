--- The Graph's field syntax: `id,children{media_url},comments.limit(3){text,replies{text}}`.
-- @module iggraph.sandbox.fields
local errors = require "iggraph.sandbox.errors"
local memo = require "iggraph.sandbox.memo"

local M = {}

local MAX_DEPTH = 10
local MODIFIERS = {
  limit = true, after = true, before = true, since = true, ["until"] = true,
  username = true, media_id = true, comment_id = true, -- of parametric fields
  metric = true, period = true, breakdown = true, metric_type = true, timeframe = true, -- of insights
}

local Parser = {}
Parser.__index = Parser

function Parser:fail(expected)
  errors.syntax(expected, self.position, self.text:sub(self.position, self.position + 40))
end

--- Takes what the pattern finds at the current position, else nil.
function Parser:take(pattern)
  local start, stop, capture = self.text:find("^%s*" .. pattern, self.position)
  if not start then return nil end
  self.position = stop + 1
  return capture or true
end

function Parser:expect(pattern, expected)
  return self:take(pattern) or self:fail(expected)
end

function Parser:modifiers()
  local found = {}
  while self:take("%.") do
    local name = self:expect("([%w_]+)", "Expected a modifier.")
    if not MODIFIERS[name] then self:fail("Unknown modifier " .. name .. ".") end
    found[name] = self:expect("%(([^()]*)%)", "Expected an argument in parentheses.")
  end
  return found
end

function Parser:field(depth)
  local field = { name = self:expect("([%w_]+)", "Expected a field name."), modifiers = self:modifiers() }
  if self:take("{") then
    local from = self.position
    field.fields = self:list(depth + 1)
    self:expect("}", "Expected \"}\".")
    field.source = self.text:sub(from, self.position - 2)
  end
  return field
end

function Parser:list(depth)
  if depth > MAX_DEPTH then errors.nesting(MAX_DEPTH) end
  local list = {}
  repeat list[#list + 1] = self:field(depth) until not self:take(",")
  return list
end

local parsed = memo(function(text)
  local parser = setmetatable({ text = text, position = 1 }, Parser)
  local list = parser:list(1)
  if parser.position <= #text and not parser:take("$") then parser:fail("Expected end of string.") end
  return list
end)

--- Parses a `fields` parameter; raises a Graph error (code 2500) where it cannot.
-- @tparam string text
-- @treturn table list of `{ name, modifiers, fields, source }`, not to be changed; `fields` is such a list
-- and `source` its text, both nil where nothing was asked inside
function M.parse(text)
  return parsed[text]
end

--- What a call asks for by its parameter `fields`.
-- @tparam table params
-- @treturn ?table as from `parse`; nil where nothing was asked
function M.selection(params)
  local text = params.fields
  return text and text:find("%S") and M.parse(text) or nil
end

return M
