--- Rows 4, 5 and 11: many calls at a time, and many in one request. The server answers after 50 ms.
--
-- Client and server share the cores of the machine, so pages are small. Reads one after the other take as long as the
-- server wants: a tenth of them is measured, and told tenfold.
--
-- @module spec.bench.rows.calls
local report = require "spec.bench.report"
local sandbox = require "spec.support.sandbox"

local ACCOUNTS, READS, DELAY = 200, 500, 0.05
local IDEAL = 10 * DELAY -- ten pages of each account, all accounts at once
local ITEMS = 181 -- at least, of each account: nine pages of 20, and one more
local SAMPLE = 10

local calls = {}

local function work(bench, lua, what, protocol, count)
  local printed = report.run(report.lua(bench.root, lua, "calls.lua") .. " " .. report.quote {
    what, bench.server[protocol], bench.server.ca_file, sandbox.tokens.user, ("%d"):format(count) })
  local sum, seconds = printed:match "^(%d+) ([%d.]+)$"
  return tonumber(seconds), tonumber(sum)
end

-- Seconds for reads, all of which have to be answered.
local function reads(bench, lua, what, count)
  local seconds, sum = work(bench, lua, what, "https", count)
  assert(sum == count, what .. " has read something else")
  return seconds
end

local function map(bench, lua, protocol)
  local accounts = bench.size(ACCOUNTS)
  local seconds, items = work(bench, lua, "map", protocol, accounts)
  assert(items >= accounts * ITEMS, "not all was read")
  return seconds
end

local function requests_of_tree(bench, lua)
  sandbox.reset()
  local _, media = work(bench, lua, "tree", "https", 1)
  assert(media > 0, "no media were read")
  return sandbox.record().count
end

function calls.turn(bench, lua)
  local count = bench.size(READS)
  local sample = math.ceil(count / SAMPLE)
  return {
    map_http2 = map(bench, lua, "https"), map_http = map(bench, lua, "http"),
    tree = requests_of_tree(bench, lua),
    batch = reads(bench, lua, "batch", count), at_once = reads(bench, lua, "at_once", count),
    single = reads(bench, lua, "single", sample) / sample * count,
  }
end

calls.rows = {
  { 4, "200 accounts × 10 pages at a time, HTTP/2", "the ideal, 10 × 50 ms", goal = 1.25,
    of = function(turn) return turn.map_http2 / IDEAL end },
  { 4, "the same over HTTP/1.1", "the ideal", goal = 1.25, of = function(turn) return turn.map_http / IDEAL end },
  { 5, "token → Pages → accounts → first media of all", "", goal = 1, unit = "request", format = "%.0f",
    of = function(turn) return turn.tree end },
  { 11, "500 reads in a batch", "500 reads one after the other, HTTP/2", goal = 0.2, format = "%.3f",
    of = function(turn) return turn.batch / turn.single end },
  { 11, "the same", "500 reads at once, HTTP/2", of = function(turn) return turn.batch / turn.at_once end },
}

return calls
