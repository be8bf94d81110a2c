-- Measures iggraph in event loops, and in a script: how long it keeps others waiting, and how many calls
-- it makes beside what one would take in that loop without it. On the sandbox.
--
--   [RUNS=5] [CALLS=4000] lua5.4 spec/bench/hosts/loops.lua
--
-- Wants the builds for lua5.4 and luajit; cqueues, luv, lua-http and lua-cjson for both, and curl. What is
-- not there is a dash (Debian has no lua-http for Lua 5.4). Prints the tables of the README and writes
-- every single measurement into build/loops.json.

local here = arg[0]:match "^(.*)spec/bench/hosts/loops%.lua$" or error "call it as spec/bench/hosts/loops.lua"
package.path = here .. "lua/?.lua;" .. here .. "?.lua;" .. package.path

local json = require "cjson"
local report = require "spec.bench.report"
local sandbox = require "iggraph.sandbox"
local shell = require "iggraph.sandbox.shell"

local RUNS = tonumber(os.getenv "RUNS" or 5)
local CALLS = tonumber(os.getenv "CALLS" or 4000)
local STALL_PAGES = 100
local LATENCY_CALLS = 160

local LUAS = { { key = "lua5.4", name = "Lua 5.4" }, { key = "luajit", name = "LuaJIT" } }

-- Who is compared: a host and a protocol, and by what one would call there without this module.
local RIVALS = {
  { host = "cqueues", protocol = "https", ways = { "lua-http", "lua-http-kept" } },
  { host = "cqueues", protocol = "http", ways = { "lua-http", "lua-http-kept" } },
  { host = "luv", protocol = "https", ways = { "curl" } },
  { host = "luv", protocol = "http", ways = { "curl", "tcp" } },
}
local LOOPS = { "cqueues", "luv" }

local PROTOCOLS = { https = "HTTPS", http = "HTTP" }
-- `share`: of the calls, where they take long.
local WAYS = {
  iggraph = {},
  ["lua-http"] = { name = "lua-http, a request object for each call", share = 0.1 },
  ["lua-http-kept"] = { name = "lua-http, connections kept" },
  curl = { name = "a process of curl for each call", share = 0.05 },
  tcp = { name = "HTTP/1.1 by hand on uv_tcp" },
}

local root = report.run("cd " .. shell.quote(here == "" and "." or here) .. " && pwd")

--- The numbers that a piece of work prints, or nil where it cannot be done.
local function work(server, lua, what, host, way, protocol, count)
  local command = report.lua(root, lua, "hosts/loop_work.lua") .. " " .. report.quote {
    what, host, way, server[protocol], server.ca_file, sandbox.tokens.user, tostring(count) }
  local output, numbers = report.run(command), {}
  if output:find "^not here" then return nil end
  for number in output:gmatch "[%d.]+" do numbers[#numbers + 1] = tonumber(number) end
  return numbers
end

-- Turns: lists of name -> numbers -------------------------------------------------------------------------

-- Name -> calls a second.
local function throughput_turn(server, lua)
  local turn, length = {}, nil
  for _, row in ipairs(RIVALS) do
    for _, way in ipairs { "iggraph", (table.unpack or unpack)(row.ways) } do -- luacheck: ignore 113
      local calls = math.ceil(CALLS * (WAYS[way].share or 1))
      local numbers = work(server, lua, "throughput", row.host, way, row.protocol, calls)
      if numbers then
        length = length or numbers[2] / calls
        assert(numbers[2] == length * calls, way .. " has read something else")
        turn[row.host .. " " .. row.protocol .. " " .. way] = calls / numbers[3]
      end
    end
  end
  return turn
end

local function stall_turn(server, lua)
  local turn = {}
  for _, host in ipairs(LOOPS) do
    local numbers = work(server, lua, "stall", host, "iggraph", "https", STALL_PAGES)
    if numbers then turn[host] = { first = numbers[1], others = numbers[2], awaiting = numbers[3] } end
  end
  local numbers = work(server, lua, "latency", "script", "iggraph", "https", LATENCY_CALLS)
  turn.script = { one = numbers[1], several = numbers[2] }
  return turn
end

local function measure(server)
  local turns = {}
  for _, lua in ipairs(LUAS) do
    turns[lua.key] = {}
    throughput_turn(server, lua.key) -- the server is warm now
  end
  for run = 1, RUNS do
    for _, lua in ipairs(LUAS) do
      turns[lua.key][run] = { stall = stall_turn(server, lua.key), throughput = throughput_turn(server, lua.key) }
    end
  end
  return turns
end

-- The report ----------------------------------------------------------------------------------------------

local function add(rows, turns, name, of, format)
  local row = { name }
  for _, lua in ipairs(LUAS) do row[#row + 1] = report.spread(turns[lua.key], of, format) end
  rows[#rows + 1] = row
end

local function head(text)
  local row = { text }
  for _, lua in ipairs(LUAS) do row[#row + 1] = lua.name end
  return { row }
end

local PHASES = {
  { "first", "the first call, its connection included" },
  { "others", ("%d pages of 100 media after it"):format(STALL_PAGES) },
  { "awaiting", "an answer is awaited" },
}

local function stall_table(turns)
  local rows = head "longest time between two ticks of 5 ms, ms"
  for _, host in ipairs(LOOPS) do
    for _, phase in ipairs(PHASES) do
      add(rows, turns, host .. ", while: " .. phase[2], function(turn)
        return turn.stall[host] and turn.stall[host][phase[1]]
      end, "%.1f")
    end
  end
  return report.render(rows)
end

local function throughput_table(turns)
  local rows = head "calls a second, 16 at a time"
  for _, rival in ipairs(RIVALS) do
    local place = rival.host .. ", " .. PROTOCOLS[rival.protocol] .. ": "
    local function rate(turn, way)
      return turn.throughput[rival.host .. " " .. rival.protocol .. " " .. way]
    end
    add(rows, turns, place .. "iggraph", function(turn) return rate(turn, "iggraph") end, "%.0f")
    for _, way in ipairs(rival.ways) do
      add(rows, turns, place .. "times " .. WAYS[way].name, function(turn)
        local theirs, mine = rate(turn, way), rate(turn, "iggraph")
        return theirs and mine and mine / theirs
      end)
    end
  end
  add(rows, turns, "script, HTTPS, answers after 20 ms: iggraph.map", function(turn)
    return LATENCY_CALLS / turn.stall.script.several
  end, "%.0f")
  add(rows, turns, "script, HTTPS, answers after 20 ms: times one call after the other", function(turn)
    return turn.stall.script.one / turn.stall.script.several
  end)
  return report.render(rows)
end

local server = assert(sandbox.start())
local ok, err = pcall(function()
  local turns = measure(server)
  shell.write(root .. "/build/loops.json", json.encode(turns) .. "\n")
  print "Least – middle – most of the turns.\n"
  print(stall_table(turns))
  print()
  print(throughput_table(turns))
end)
server:stop()
if not ok then error(err, 0) end
