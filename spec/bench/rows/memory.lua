--- Row 7: memory, in processes of their own. What a walk takes is the most that the process ever had, above one that
-- has loaded libcurl and set it up; and of that what is private, without the pages of libraries that were read from the
-- disk meanwhile. Beside it what libcurl takes by itself: over TLS that is more than 2 MB.
--
-- @module spec.bench.rows.memory
local native = require "spec.bench.native"
local sandbox = require "spec.support.sandbox"

local PAGES, PAGE = 10000, 100 -- in a walk; media
local CLIENTS, CURSORS, OPEN = 10000, 1000, 400
local FIELDS = require("spec.bench.rows.walk").FIELDS

local memory = { prepare = native.prepare, turns = 1 }

function memory.turn(bench, lua)
  local account = ("17840%012d"):format(PAGES * PAGE)
  local function measure(what, protocol, count)
    return native.figures(bench, lua, "memory.lua", what, bench.server[protocol], bench.server.ca_file,
      sandbox.tokens.user, account, FIELDS, ("%d"):format(bench.size(count)))
  end
  return {
    bare = measure("bare", "https", 1), http = measure("walk", "http", PAGES), https = measure("walk", "https", PAGES),
    libcurl = measure("libcurl", "https", PAGES / 100), client = measure("clients", "https", CLIENTS),
    cursor = measure("cursors", "https", CURSORS), open = measure("open", "https", OPEN),
  }
end

-- MB of one above those of the other.
local function above(name, other, what)
  return function(turn) return (turn[name][what or "KB"] - turn[other][what or "KB"]) / 1024 end
end

local function kilobytes(name) return function(turn) return turn[name].KB end end

memory.rows = {
  { 7, "most memory of a walk over 1,000,000 media, HTTP", "libcurl loaded and set up", goal = 2, unit = "MB",
    of = above("http", "bare") },
  { 7, "the same over HTTPS", "libcurl loaded and set up", goal = 2, unit = "MB", of = above("https", "bare") },
  { 7, "of that private memory", "libcurl loaded and set up", unit = "MB", of = above("https", "bare", "private") },
  { 7, "requests by libcurl alone, HTTPS", "libcurl loaded and set up", unit = "MB", of = above("libcurl", "bare") },
  { 7, "each idle client", "", goal = 4, unit = "KB", of = kilobytes "client" },
  { 7, "each cursor before its first page", "", goal = 2, unit = "KB", of = kilobytes "cursor" },
  { 7, "each cursor in its first page, without the page", "", goal = 2, unit = "KB", of = kilobytes "open" },
}

return memory
