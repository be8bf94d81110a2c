--- What insights of media and of accounts have in common: the lists in a call, and the entry of one metric.
-- @module iggraph.sandbox.features.insights.result
local errors = require "iggraph.sandbox.errors"
local json = require "iggraph.sandbox.json"
local numbers = require "iggraph.sandbox.numbers"
local parameters = require "iggraph.sandbox.parameters"
local part = require "iggraph.sandbox.nodes.part"

local M = {}

--- @tparam string message without the code
function M.refuse(message, ...)
  errors.raise { message = "(#100) " .. message:format(...) }
end

--- Whether a list, which is words with spaces between them, has a word.
-- @tparam string list
-- @tparam string word
-- @treturn boolean
function M.names(list, word)
  return (" " .. list .. " "):find(" " .. word .. " ", 1, true) ~= nil
end

local function check_word(label, word, allowed)
  if M.names(table.concat(allowed, " "), tostring(word)) then return end
  M.refuse("%s must be one of the following values: %s", label, table.concat(allowed, ", "))
end

--- Words in a parameter, each one of an enumeration.
-- @tparam table call anything with `params`
-- @tparam string name
-- @tparam table allowed list of words, as the error lists them
-- @tparam[opt] boolean required
-- @treturn table list of words, perhaps empty
function M.words(call, name, allowed, required)
  local words = parameters.list(call, name) or {}
  if required and #words == 0 then errors.missing_parameter(name) end
  for index, word in ipairs(words) do check_word(("%s[%d]"):format(name, index - 1), word, allowed) end
  return words
end

--- The same for a parameter that is one word.
-- @tparam table call
-- @tparam string name
-- @tparam table allowed
-- @tparam string default
-- @treturn string
function M.word(call, name, allowed, default)
  local word = call.params[name]
  if not word or word == "" then return default end
  check_word(name, word, allowed)
  return word
end

--- Every combination of the values of some dimensions: `{ "age", "gender" }` gives { "13-17", "F" } and so on.
local function combinations(dimensions, values_of)
  local list = { {} }
  for _, dimension in ipairs(dimensions) do
    local longer = {}
    for _, head in ipairs(list) do
      for _, value in ipairs(values_of[dimension]) do
        local combination = {}
        for index, before in ipairs(head) do combination[index] = before end
        combination[#combination + 1] = value
        longer[#longer + 1] = combination
      end
    end
    list = longer
  end
  return list
end

local function larger(a, b)
  if a.value ~= b.value then return a.value > b.value end
  return a.number < b.number
end

--- The member `breakdowns` of a total value: the total, cut into parts by dimensions.
-- @tparam table dimensions their names
-- @tparam table values_of dimension -> list of values
-- @tparam number total
-- @tparam string seed what the parts depend on
-- @tparam[opt] number most only as many of the parts, the largest first
-- @treturn table
function M.breakdowns(dimensions, values_of, total, seed, most)
  local results = combinations(dimensions, values_of)
  local parts = numbers.split(total, #results, seed)
  for number, combination in ipairs(results) do
    results[number] = { number = number, values = combination, value = parts[number] }
  end
  if most then table.sort(results, larger) end
  for number = #results, 1, -1 do
    local row = results[number]
    results[number] = number <= (most or number)
      and json.object("dimension_values", row.values, "value", row.value) or nil
  end
  return { json.object("dimension_keys", dimensions, "results", results) }
end

--- The node type of an entry.
M.type = part("InstagramInsightsResult", "name period values title description total_value id")

--- The entry of a metric.
-- @tparam table node the medium or account
-- @tparam table metric a row with `name`, `title`, `description`
-- @tparam string period
-- @tparam table measured `values`, `total_value`, or neither
-- @treturn table
function M.entry(node, metric, period, measured)
  return {
    name = metric.name, period = period, title = metric.title, description = metric.description,
    values = measured.values, total_value = measured.total_value,
    id = ("%s/insights/%s/%s"):format(node.id, metric.name, period),
  }
end

return M
