--- `make bench-peers`: other clients, as their users write the walk of rows 1 and 3. Those that cannot be had here are
-- named, and left out.
--
--     [RUNS=5] [PAGES=300] [PEERS=fbgraph,php_curl] lua5.4 spec/bench/peers.lua
--
-- Each is one small script in peers/, which reads id and caption of all items over HTTPS. (lua-resty-http is in none of
-- Debian's packages, Lua-cURL 3 neither.) Packages of npm go to build/peers. Prints a table, and writes every figure
-- into build/peers.json. Starting is part of it: some 0.2 s for Node.
--
-- @module spec.bench.peers
local json = require "iggraph.json"
local report = require "spec.bench.report"
local sandbox = require "spec.support.sandbox"
local shell = require "iggraph.sandbox.shell"
local walk = require "spec.bench.rows.walk"

local RUNS = tonumber(os.getenv "RUNS") or 5
local PAGES = tonumber(os.getenv "PAGES") or 300

-- In these seconds, or it is taken for not to be had.
local NPM = "mkdir -p build/peers && { [ -d build/peers/node_modules/%s ] || timeout -k 5 90 npm install "
  .. "--prefix build/peers --no-audit --no-fund --ignore-scripts --loglevel=error --fetch-retries=0 %s; }"
local NODE = "env NODE_PATH=build/peers/node_modules NODE_NO_WARNINGS=1 NODE_EXTRA_CA_CERTS=%s node "

local function npm(name, version) return NPM:format(name, name .. "@" .. version) end

-- Script, what it is, the command that runs it, and what has to succeed before.
local PEERS = {
  { "lua_curl.lua", "Lua 5.1, Debian's lua-curl, lua-cjson", "lua5.1 ",
    "lua5.1 -e 'require \"curl\" require \"cjson\"'" },
  { "php_curl.php", "PHP, curl, json_decode", "php ", "php -r 'curl_version();'" },
  { "python_requests.py", "Python, requests", "python3 ", "python3 -c 'import requests'" },
  { "business_sdk.js", "Node, facebook-nodejs-business-sdk 24.0.1", NODE,
    npm("facebook-nodejs-business-sdk", "24.0.1") },
  { "fbgraph.js", "Node, fbgraph 1.4.4", NODE, npm("fbgraph", "1.4.4") },
  { "curl_jq.sh", "a process of curl and one of jq for each page", "sh ", "command -v curl && command -v jq" },
}

local function is_wanted(script)
  local wanted = os.getenv "PEERS"
  return not wanted or ("," .. wanted .. ","):find("," .. script:match "^[%w_]+" .. ",", 1, true) ~= nil
end

-- Name -> command, in order; who cannot be had is told.
local function commands(bench)
  local arguments = " " .. report.quote(walk.arguments(bench, "https"))
  local list = { { "iggraph, Lua 5.4", report.lua(bench.root, "lua5.4", "walk.lua") .. arguments } }
  for _, peer in ipairs(PEERS) do
    if is_wanted(peer[1]) then
      local there, why = shell.run("(unset LUA_PATH LUA_CPATH; " .. peer[4] .. ")")
      local program = peer[3]:gsub("%%s", function() return shell.quote(bench.server.ca_file) end)
      local command = "env -u LUA_PATH -u LUA_CPATH " .. program .. "spec/bench/peers/" .. peer[1] .. arguments
      if there then list[#list + 1] = { peer[2], command }
      else print(("not here: %s (%s)"):format(peer[2], why:match "[^\n]*")) end
    end
  end
  return list
end

local function figures_of(command)
  local printed, seconds = report.timed(command)
  assert(printed:match "^%d+" == tostring(PAGES * walk.PAGE), "not all was read: " .. printed .. "\n" .. command)
  return { cpu = seconds.cpu / PAGES * 1000, wall = seconds.wall / PAGES * 1000 }
end

local function measure(list)
  local turns = {}
  for number = 0, RUNS do -- the first one warms up
    turns[number] = {}
    for _, row in ipairs(list) do turns[number][row[1]] = figures_of(row[2]) end
  end
  turns[0] = nil
  return turns
end

local function render(list, turns)
  local rows = { { ("%s pages of %d media, HTTPS"):format(report.grouped(PAGES), walk.PAGE),
    "CPU ms a page", "times iggraph", "ms a page", "times iggraph" } }
  for i, row in ipairs(list) do
    local cells = { row[1] }
    for _, what in ipairs { "cpu", "wall" } do
      cells[#cells + 1] = report.spread(turns, function(turn) return turn[row[1]][what] end)
      cells[#cells + 1] = i == 1 and "" or report.spread(turns, function(turn)
        return turn[row[1]][what] / turn[list[1][1]][what]
      end, "%.1f")
    end
    rows[#rows + 1] = cells
  end
  return report.render(rows)
end

local list = commands { root = report.run "pwd", server = sandbox.shared(), pages = PAGES }
local turns = measure(list)
shell.write("build/peers.json", json.encode { machine = report.machine(), pages = PAGES, turns = turns } .. "\n")

local text = ("%s\n\nLeast – middle – most of %d turns. %s.\n"):format(render(list, turns), RUNS, report.machine())
print(text)
report.paste("bench-peers", text)
