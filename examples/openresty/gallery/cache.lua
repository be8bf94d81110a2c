--- What all workers know of the Graph: each thing asked for once, however many want it.
--
-- What is younger than FRESH is given as it is. What is older is given, too, and asked for anew in the background
-- (stale-while-revalidate). For what is not there at all everyone waits for one who asks. That one is a timer and no
-- visitor's request: a visitor may go away in the middle.
--
-- Nothing is kept longer than KEPT. The addresses of pictures are signed, and end after hours or days; how long they
-- hold is written nowhere, so a cache of them must not be patient. Nor may anything in front of this one be.
local ngx = ngx -- luacheck: read globals ngx
local core = require "iggraph.core"
local json = require "iggraph.json"
local metrics = require "gallery.metrics"

local FRESH, KEPT = 60, 600 -- seconds
local FAILED = 2 -- what failed is not tried again before
local LOCKED = 30 -- longer than a call takes with all of its attempts: see the client's deadline
local PATIENCE, PAUSE = 20, 0.01 -- how long a visitor waits, and how long he sleeps meanwhile

local dictionary = ngx.shared.gallery

local cache = {}

-- When what is there was asked for: what is left of its time tells.
local function age_of(key)
  local left = dictionary:ttl(key)
  return left and KEPT - left
end

--- @tparam string key
-- @return what is kept, however old; nil if nothing is
function cache.peek(key)
  local text = dictionary:get(key)
  return text and core.json.decode(text)
end

--- Keeps a value, unless there is one that was asked for later.
-- @tparam string key
-- @param value what JSON can hold
-- @tparam number asked when it was asked for, by `ngx.now`
function cache.put(key, value, asked)
  local age = ngx.now() - asked
  local present = age_of(key)
  if age >= KEPT or present and present < age then return end
  dictionary:set(key, json.encode(value), KEPT - age)
end

local function is_fresh(key)
  local age = age_of(key)
  return age ~= nil and age < FRESH
end

local function fill(premature, key, ask)
  if not premature and not is_fresh(key) then -- another worker may have been quicker
    local asked = ngx.now()
    local ok, value = pcall(ask, asked)
    if ok then
      cache.put(key, value, asked)
    else
      local kind = type(value) == "table" and value.kind or "broken"
      if kind ~= "not_found" then ngx.log(ngx.ERR, tostring(value)) end
      dictionary:set("failed " .. key, kind, FAILED)
    end
    metrics.count(ok and "filled" or "failed")
  end
  dictionary:delete("filling " .. key)
end

-- One at a time, in all workers.
local function begin(key, ask)
  if not dictionary:add("filling " .. key, true, LOCKED) then return end
  local ok, why = ngx.timer.at(0, fill, key, ask)
  if ok then return end
  ngx.log(ngx.ERR, why)
  dictionary:delete("filling " .. key)
end

--- Gives what is kept, or asks for it.
-- @tparam string key
-- @tparam function ask is given the time, and returns a value; what it raises is why there is none
-- @return the value; or nil and the kind of the error
function cache.get(key, ask)
  local ends, result = ngx.now() + PATIENCE, "hit"
  repeat
    local value, failed = cache.peek(key), dictionary:get("failed " .. key)
    if not is_fresh(key) and not failed then
      begin(key, ask)
      result = value ~= nil and "stale" or "waited"
    end
    if value ~= nil then
      metrics.count(result)
      return value
    end
    if failed then return nil, failed end
    ngx.sleep(PAUSE)
  until ngx.now() > ends
  return nil, "timeout"
end

return cache
