-- Measures iggraph against libcurl alone and against libcurl with lua-cjson, on the sandbox.
--
--   [RUNS=5] [PAGES=1000] [MEMORY_PAGES=10000] lua5.4 spec/bench/run.lua
--
-- Wants the builds for lua5.4 and luajit, lua-cjson for both, cc and bash. Prints the tables of the
-- README and writes every single measurement into build/bench.json.

local here = arg[0]:match "^(.*)spec/bench/run%.lua$" or error "call it as spec/bench/run.lua"
local own = rawget(_G, "jit") and "luajit" or "lua" .. _VERSION:match "%d%.%d"
package.path = ("%s?.lua;%slua/?.lua;%slua/?/init.lua;"):format(here, here, here) .. package.path
package.cpath = here .. "build/" .. own .. "/?.so;" .. package.cpath

local iggraph = require "iggraph"
local json = require "iggraph.json"
local sandbox = require "iggraph.sandbox"
local report = require "spec.bench.report"
local shell = require "iggraph.sandbox.shell"

local run, quote, render, grouped = report.run, report.quote, report.render, report.grouped

local RUNS = tonumber(os.getenv "RUNS" or 5)
local PAGES = tonumber(os.getenv "PAGES" or 1000)
local MEMORY_PAGES = tonumber(os.getenv "MEMORY_PAGES" or 10000)
local PAGE = 100 -- media

local USUAL_FIELDS = "id,caption,media_type,media_product_type,media_url,permalink,thumbnail_url,"
  .. "timestamp,like_count,comments_count"
local PROTOCOLS = { { key = "https", name = "HTTPS, HTTP/2" }, { key = "http", name = "HTTP/1.1" } }
local LUAS = { { key = "lua5.4", name = "Lua 5.4" }, { key = "luajit", name = "LuaJIT" } }

local root = run("cd " .. shell.quote(here == "" and "." or here) .. " && pwd")
local out = root .. "/build/bench"

-- The walkers: name -> command ------------------------------------------------------------------------

local function compile(lua)
  local program = ("%s/walk-%s"):format(out, lua)
  run(("${CC:-cc} -std=c99 -O2 -o %s $(pkg-config --cflags --libs libcurl %s)"):format(
    quote { program, root .. "/spec/bench/walk.c" }, lua))
  return program
end

local function make_walkers()
  run("mkdir -p " .. shell.quote(out))
  local walkers = {}
  for _, lua in ipairs(LUAS) do
    local program = compile(lua.key)
    walkers.floor = quote { program, "discard" }
    walkers["cjson " .. lua.key] = quote { program, "cjson" }
    walkers["iggraph " .. lua.key] = report.lua(root, lua.key, "walk.lua")
  end
  return walkers
end

--- Lets a walker loose; returns what it printed and its seconds.
local function walk(server, command, protocol, pages, fields)
  local account = ("17840%012d"):format(pages * PAGE)
  local arguments = quote { server[protocol], server.ca_file, sandbox.tokens.user, account, fields }
  local timed = [[LC_ALL=C bash -c 'TIMEFORMAT="%R %U %S"; time "$@"' bash ]]
  local output = run(timed .. command .. " " .. arguments)
  local printed, wall, user, system = output:match "^(.-)\n([%d.]+) ([%d.]+) ([%d.]+)$"
  return printed, { wall = tonumber(wall), cpu = tonumber(user) + tonumber(system) }
end

-- Time ------------------------------------------------------------------------------------------------

local ORDER = { "iggraph lua5.4", "floor", "cjson lua5.4", "iggraph luajit", "cjson luajit" }

--- A list of turns, each name -> seconds; and the bytes of a page.
local function measure_time(server, walkers, protocol)
  local turns = {}
  local bytes = walk(server, walkers.floor, protocol, PAGES, USUAL_FIELDS) -- the server is warm now
  local expected = { floor = bytes }
  for turn = 1, RUNS do
    turns[turn] = {}
    for _, name in ipairs(ORDER) do
      local printed, seconds = walk(server, walkers[name], protocol, PAGES, USUAL_FIELDS)
      local key = name == "floor" and name or "items"
      local read = printed:match "^[^\n]*"
      expected[key] = expected[key] or read
      assert(read == expected[key], name .. " has read something else")
      turns[turn][name] = seconds
    end
  end
  assert(expected.items:match "^%d+" == tostring(PAGES * PAGE), "not all was read")
  return turns, bytes / PAGES
end

local RATIOS = { -- of iggraph a, libcurl alone b, libcurl and lua-cjson c
  { "CPU time, against libcurl + lua-cjson", function(a, _, c) return a.cpu / c.cpu end },
  { "the same above libcurl alone", function(a, b, c) return (a.cpu - b.cpu) / (c.cpu - b.cpu) end },
  { "wall time, against libcurl alone", function(a, b) return a.wall / b.wall end },
}

-- Memory, connections, requests -------------------------------------------------------------------------

--- Growth of the process behind the first page, in KB, and what the server counted.
local function measure_memory(server, walkers, lua)
  local ig = iggraph.new { access_token = sandbox.tokens.user, base_url = server.http }
  assert(ig:post "_sandbox/reset")
  local printed = walk(server, walkers["iggraph " .. lua], "https", MEMORY_PAGES, "id,caption")
  local first, most, last = printed:match "\n(%d+) (%d+) (%d+)$"
  local seen = assert(ig:get "_sandbox/requests")
  return { most = most - first, last = last - first, connections = seen.connections, requests = seen.count }
end

-- The report ----------------------------------------------------------------------------------------------

local function row_of(name, cells)
  return { name, cells(1), cells(2) }
end

local function time_table(results)
  local what = "%s pages of %d media, %.1f KB each"
  local rows = { row_of(what:format(grouped(PAGES), PAGE, results.page_bytes / 1000),
    function(i) return PROTOCOLS[i].name end) }
  local function add(name, of)
    rows[#rows + 1] = row_of(name, function(i) return report.spread(results.turns[PROTOCOLS[i].key], of) end)
  end
  for _, ratio in ipairs(RATIOS) do
    for _, lua in ipairs(LUAS) do
      add(ratio[1] .. ", " .. lua.name, function(turn)
        return ratio[2](turn["iggraph " .. lua.key], turn.floor, turn["cjson " .. lua.key])
      end)
    end
  end
  for _, name in ipairs(ORDER) do
    add("CPU ms a page, " .. name, function(turn) return turn[name].cpu / PAGES * 1000 end)
  end
  return render(rows)
end

local MEMORY_ROWS = {
  { "memory above that of the first page, at most", function(m) return grouped(m.most) .. " KB" end },
  { "the same at the end", function(m) return grouped(m.last) .. " KB" end },
  { "connections", function(m) return grouped(m.connections) end },
  { "requests", function(m) return grouped(m.requests) end },
}

local function memory_table(memory)
  local rows = { row_of(grouped(MEMORY_PAGES * PAGE) .. " media", function(i) return LUAS[i].name end) }
  for _, row in ipairs(MEMORY_ROWS) do
    rows[#rows + 1] = row_of(row[1], function(i) return row[2](memory[LUAS[i].key]) end)
  end
  return render(rows)
end

local function machine()
  return table.concat({
    run "getconf _NPROCESSORS_ONLN" .. " cores",
    run ". /etc/os-release && echo $PRETTY_NAME",
    run "lua5.4 -v":match "^Lua [%d.]+",
    run "luajit -v":match "^LuaJIT [%w.-]+",
    "libcurl " .. iggraph.versions().libcurl:match "%d[%d.]+",
    "nginx " .. run "PATH=$PATH:/usr/sbin nginx -v":match "nginx/([%d.]+)",
  }, ", ")
end

local server = assert(sandbox.start())
local ok, err = pcall(function()
  local walkers, results = make_walkers(), { turns = {}, memory = {}, machine = machine() }
  for _, protocol in ipairs(PROTOCOLS) do
    results.turns[protocol.key], results.page_bytes = measure_time(server, walkers, protocol.key)
  end
  for _, lua in ipairs(LUAS) do results.memory[lua.key] = measure_memory(server, walkers, lua.key) end
  shell.write(root .. "/build/bench.json", json.encode(results) .. "\n")
  print("Ratios, least – middle – most of " .. RUNS .. " turns; less is better.\n\n" .. time_table(results))
  print("\n" .. memory_table(results.memory) .. "\n\n" .. results.machine)
end)
server:stop()
if not ok then
  io.stderr:write(tostring(err), "\n")
  os.exit(1)
end
