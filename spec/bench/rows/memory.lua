--- Row 7: memory, in processes of their own. What a walk takes is the most that the process ever had, above one that
-- has loaded libcurl and set it up; beside it the same of libcurl by itself, which for a single page over TLS reads
-- more of its libraries from the disk, and makes the tables of TLS.
--
-- @module spec.bench.rows.memory
local native = require "spec.bench.native"
local sandbox = require "spec.support.sandbox"

local PAGES, PAGE = 10000, 100 -- in a walk; media
local CLIENTS, CURSORS, OPEN = 10000, 1000, 400
local FIELDS = "id,caption,media_type,media_product_type,media_url,permalink,thumbnail_url,"
  .. "timestamp,like_count,comments_count"

local memory = { prepare = native.prepare, turns = 1 }

function memory.turn(bench, lua)
  local account = ("17840%012d"):format(PAGES * PAGE)
  local function kilobytes(what, protocol, count)
    return native.figures(bench, lua, "memory.lua", what, bench.server[protocol], bench.server.ca_file,
      sandbox.tokens.user, account, FIELDS, ("%d"):format(bench.size(count))).KB
  end
  local bare = kilobytes("bare", "https", 1)
  return {
    https = kilobytes("walk", "https", PAGES) - bare, http = kilobytes("walk", "http", PAGES) - bare,
    libcurl_https = kilobytes("libcurl", "https", PAGES / 100) - bare,
    libcurl_http = kilobytes("libcurl", "http", PAGES / 100) - bare,
    client = kilobytes("clients", "https", CLIENTS), cursor = kilobytes("cursors", "https", CURSORS),
    open = kilobytes("open", "https", OPEN),
  }
end

local function megabytes(name) return function(turn) return turn[name] / 1024 end end
local function above(name, other) return function(turn) return (turn[name] - turn[other]) / 1024 end end
local function member(name) return function(turn) return turn[name] end end

memory.rows = {
  { 7, "most memory of a walk over 1,000,000 media, HTTP", "libcurl loaded and set up", goal = 2, unit = "MB",
    of = megabytes "http" },
  { 7, "the same over HTTPS", "libcurl loaded and set up", goal = 2, unit = "MB", of = megabytes "https" },
  { 7, "the same", "requests by libcurl alone, HTTPS", unit = "MB", of = above("https", "libcurl_https") },
  { 7, "each idle client", "", goal = 4, unit = "KB", of = member "client" },
  { 7, "each cursor before its first page", "", goal = 2, unit = "KB", of = member "cursor" },
  { 7, "each cursor in its first page, without the page", "", goal = 2, unit = "KB", of = member "open" },
}

return memory
