--- Rows 1 to 3: a walk over an account's media, page after page, over HTTPS and HTTP/2, in a process of its own.
--
-- All ask for the same pages and fields over one kept connection, with the same headers but for iggraph's User-Agent,
-- and read id and caption of each item; curl and `walk discard` read none. Like iggraph they ask for compression. By
-- itself libcurl does not, which saves it the inflating, at six times the bytes on the wire: that is measured, too.
-- `build` is `walk discard` that makes the tables of a page by the Lua C API each time, from memory: whatever reads
-- pages into Lua costs more. Lua's collector is set as the interpreter sets it, in all of them.
--
-- @module spec.bench.rows.walk
local report = require "spec.bench.report"
local sandbox = require "spec.support.sandbox"
local shell = require "iggraph.sandbox.shell"

local PAGE = 100 -- media
local FIELDS = "id,caption,media_type,media_product_type,media_url,permalink,thumbnail_url,"
  .. "timestamp,like_count,comments_count"

local walk = { PAGE = PAGE, FIELDS = FIELDS }

local function compile(bench, lua)
  local program, sources = ("%s/walk-%s"):format(bench.out, lua), bench.root .. "/spec/bench/"
  report.run(("${CC:-cc} -std=c99 -O2 -o %s $(pkg-config --cflags --libs libcurl %s)"):format(
    report.quote { program, sources .. "walk.c", sources .. "build.c" }, lua))
  return program
end

--- The arguments of every walker.
-- @treturn table for `report.quote`
function walk.arguments(bench, protocol)
  local account = ("17840%012d"):format(bench.pages * PAGE)
  return { bench.server[protocol], bench.server.ca_file, sandbox.tokens.user, account, FIELDS }
end

--- The body of one page.
function walk.page(server)
  local arguments = walk.arguments({ server = server, pages = 1 }, "http")
  local url = ("%s/v26.0/%s/media?limit=%d&fields=%s"):format(arguments[1], arguments[4], PAGE, arguments[5])
  return report.run(report.quote { "curl", "-sS", "--fail", "--noproxy", "*",
    "-H", "Authorization: Bearer " .. arguments[3], url })
end

-- The configuration of curl that fetches the same URLs, made once.
local function write_urls(bench, lua, arguments)
  local file = ("%s/urls-%d"):format(bench.out, bench.pages)
  if not bench.urls[file] then
    shell.write(file, report.run(report.quote { bench.programs[lua], "urls" } .. " " .. arguments) .. "\n")
    bench.urls[file] = true
  end
  return file
end

-- A list of name and command.
local function walkers(bench, lua, arguments)
  local function by_hand(mode) return report.quote { bench.programs[lua], mode } .. " " .. arguments end
  local fetch = report.quote { "curl", "-q", "-sS", "--fail", "--noproxy", "*", "--cacert", bench.server.ca_file,
    "-H", "Authorization: Bearer " .. sandbox.tokens.user, "-K", write_urls(bench, lua, arguments) }
  return {
    { "iggraph", report.lua(bench.root, lua, "walk.lua") .. " " .. arguments },
    { "cjson", by_hand "cjson" },
    { "discard", by_hand "discard" },
    { "curl", fetch .. " --compressed" },
    { "cjson, identity", by_hand "cjson" .. " identity" },
    { "curl, identity", fetch },
    { "build", report.quote { "env", ("LUA_CPATH=%s/build/%s/?.so"):format(bench.root, lua) } .. " " .. by_hand "build"
      .. " " .. report.quote { bench.out .. "/page.json" } },
  }
end

function walk.prepare(bench)
  bench.programs, bench.urls = {}, {}
  for _, lua in ipairs(bench.LUAS) do
    bench.programs[lua.key] = compile(bench, lua.key)
  end
  shell.write(bench.out .. "/page.json", walk.page(bench.server))
end

--- One walk of each, every second turn in the other order.
-- @treturn table name -> `wall` and `cpu`: seconds of a page
function walk.turn(bench, lua, number)
  local list = walkers(bench, lua, report.quote(walk.arguments(bench, "https")))
  local figures, read = {}, {}
  for i = 1, #list do
    local one = list[number % 2 == 0 and #list + 1 - i or i]
    local printed, seconds = report.timed(one[2])
    local name = one[1]
    read[name] = printed:match "^[^\n]*"
    figures[name] = { wall = seconds.wall / bench.pages, cpu = seconds.cpu / bench.pages }
  end
  assert(read.iggraph:match "^%d+" == tostring(bench.pages * PAGE), "not all was read")
  assert(read.iggraph == read.cjson and read.cjson == read["cjson, identity"], "something else was read")
  return figures
end

local function cpu(of, against)
  return function(turn) return turn[of].cpu / turn[against].cpu end
end

local function wall(of, against)
  return function(turn) return turn[of].wall / turn[against].wall end
end

-- What it takes to make Lua values of what came. Of a few pages the difference may be no figure.
local function reading(name)
  return function(turn)
    local built = turn.build.cpu - turn.discard.cpu
    return built > 0 and (turn[name].cpu - turn.discard.cpu) / built or nil
  end
end

walk.rows = {
  { 1, "CPU of the process for a page", "libcurl and lua-cjson by hand", goal = 0.6, of = cpu("iggraph", "cjson") },
  { 1, "the same, of a program that reads nothing and builds the tables in C", "the same", of = cpu("build", "cjson") },
  { 1, "CPU of the process for a page", "by hand, without compression", of = cpu("iggraph", "cjson, identity") },
  { 2, "the same, above a program that throws pages away", "building the same tables in C", goal = 1.3,
    of = reading "iggraph" },
  { 2, "libcurl and lua-cjson by hand, above it", "building the same tables in C", of = reading "cjson" },
  { 3, "time of the walk", "`curl` of the same URLs", goal = 1.6, of = wall("iggraph", "curl") },
  { 3, "the same", "`curl`, without compression", of = wall("iggraph", "curl, identity") },
}

return walk
