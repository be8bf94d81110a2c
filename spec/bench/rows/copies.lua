--- Row 8: how many bytes are copied of a page between what libcurl hands over and the Lua values, for each byte of the
-- strings in it.
--
-- Counted by a library that stands before memcpy (copies.c), as the difference between walks of 40 and of 20 pages:
-- what iggraph copies, which is the body, and what Lua copies, which are the strings. A string with an escape in it is
-- unescaped into a scratch buffer without memcpy: that is counted in the page itself.
--
-- @module spec.bench.rows.copies
local json = require "cjson"
local report = require "spec.bench.report"
local walk = require "spec.bench.rows.walk"

local PAGES, MORE = 20, 20

local copies = { turns = 1 } -- it does not vary

function copies.prepare(bench)
  bench.counter = bench.out .. "/copies.so"
  report.run(("${CC:-cc} -std=c99 -O2 -fPIC -shared -o %s -ldl"):format(
    report.quote { bench.counter, bench.root .. "/spec/bench/copies.c" }))
end

-- Bytes that were copied by iggraph, and by Lua itself.
local function copied(bench, lua, pages)
  local command = report.lua(bench.root, lua, "walk.lua") .. " "
    .. report.quote(walk.arguments({ server = bench.server, pages = pages }, "https"))
  local bytes = { iggraph = 0, lua = 0 }
  for count, file in report.run("LD_PRELOAD=" .. bench.counter .. " " .. command):gmatch "copied (%d+) (%S+)" do
    local name = file:match "[^/]*$"
    local of = name == "core.so" and "iggraph" or name:find "^lua" and "lua" or name:find "^liblua" and "lua"
    if of then bytes[of] = bytes[of] + count end
  end
  return bytes
end

local function length_of(value)
  if type(value) == "string" then return #value end
  local sum = 0
  for _, member in pairs(type(value) == "table" and value or {}) do sum = sum + length_of(member) end
  return sum
end

-- How long the strings with an escape in them are when they are read.
local function length_of_escaped(text)
  local sum, masked = 0, text:gsub("\\.", "\1\1")
  for from, to in masked:gmatch '()"[^"]*"()' do
    local token = text:sub(from, to - 1)
    if token:find("\\", 1, true) then sum = sum + #json.decode("[" .. token .. "]")[1] end
  end
  return sum
end

--- @treturn table bytes of a page
function copies.turn(bench, lua)
  local less, more = copied(bench, lua, PAGES), copied(bench, lua, PAGES + MORE)
  local page = walk.page(bench.server)
  return {
    body = #page, strings = length_of(json.decode(page)), unescaped = length_of_escaped(page),
    iggraph = (more.iggraph - less.iggraph) / MORE, lua = (more.lua - less.lua) / MORE,
  }
end

copies.rows = {
  { 8, "bytes copied between libcurl and Lua", "bytes of the strings in a page", goal = 1,
    of = function(turn) return (turn.iggraph + turn.unescaped + turn.lua) / turn.strings end },
  { 8, "of that the body, as libcurl hands it over", "", of = function(turn) return turn.iggraph / turn.strings end },
  { 8, "unescaping", "", of = function(turn) return turn.unescaped / turn.strings end },
  { 8, "the strings themselves", "", of = function(turn) return turn.lua / turn.strings end },
}

return copies
