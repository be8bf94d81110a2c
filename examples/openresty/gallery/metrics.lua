--- The counters, for Prometheus: what the cache did, and what `ig:stats()` and `ig:usage()` tell. Each worker has a
-- client with counters of its own; they are kept where whoever is asked finds those of all.
local ngx = ngx -- luacheck: read globals ngx
local core = require "iggraph.core"
local json = require "iggraph.json"

local dictionary = ngx.shared.gallery_counters

local RESULTS = { "hit", "stale", "waited", "filled", "failed" }
local STATS = { "requests", "retries", "connections", "bytes", "seconds", "waited" }

local metrics = {}

--- @tparam string result one of RESULTS
function metrics.count(result) dictionary:incr(result, 1, 0) end

--- Keeps this worker's counters of calls.
-- @param ig its client
function metrics.keep(ig)
  dictionary:set("worker " .. ngx.worker.id(), json.encode { stats = ig:stats(), percent = ig:usage().percent })
end

local function say(name, labels, value) ngx.say(("%s{%s} %s"):format(name, labels, value)) end

local function say_worker(id, kept)
  local worker = ('worker="%d"'):format(id)
  for _, name in ipairs(STATS) do say(("iggraph_%s_total"):format(name), worker, kept.stats[name]) end
  say("iggraph_answers_total", worker .. ',kind="ok"', kept.stats.ok)
  for kind, count in pairs(kept.stats.failed) do
    say("iggraph_answers_total", ('%s,kind="%s"'):format(worker, kind), count)
  end
  if kept.percent then say("iggraph_usage_percent", worker, kept.percent) end
end

--- Answers the request.
function metrics.print()
  for _, result in ipairs(RESULTS) do
    say("gallery_cache_total", ('result="%s"'):format(result), dictionary:get(result) or 0)
  end
  for id = 0, ngx.worker.count() - 1 do
    local kept = dictionary:get("worker " .. id)
    if kept then say_worker(id, core.json.decode(kept)) end
  end
end

return metrics
