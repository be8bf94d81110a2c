--- The budget of calls: what the usage headers say of each limit, and whose turn it is. A limit is that of the app, of
-- a token (a User's or a Page's), or of a business object; each has a pace of its own (`iggraph.pace`), and is told to
-- others by the store. See <https://developers.facebook.com/docs/graph-api/overview/rate-limiting>.
-- @module iggraph.budget

local core = require "iggraph.core"
local observe = require "iggraph.observe"
local pace = require "iggraph.pace"
local remembering = require "iggraph.remembering"
local wait = require "iggraph.wait"

local fail, fingerprint, path_of = core.error.fail, core.client.fingerprint, core.client.path
local clock, time = core.loop.now, core.loop.time -- the one never goes back, the other is that of all machines

local budget = {}
budget.__index = budget

local OFTEN, RARELY, TIMES = 0.1, 5, 50 -- seconds between two looks into the store, for one limit; of what one takes
local KEPT_FOR = 86400 -- seconds, in the store
local LONG = 0.5 -- seconds: from here on `on_throttle` is asked
local LONGEST = 366 * 24 * 60 -- minutes: what is longer (1e999) tells nothing; as in response.c
local LOOK_AGAIN = 5 -- seconds of a long wait before it is looked at again

-- --- what the headers say --------------------------------------------------------------------------

-- All are percentages of one limit or another: the highest counts.
local MEASURES = {
  "call_count", "total_time", "total_cputime", "call_volume", "cpu_time", "acc_id_util_pct",
}

local function percent_of(row)
  local highest
  for _, name in ipairs(MEASURES) do
    local value = type(row) == "table" and tonumber(row[name])
    if value and value > (highest or -1) and value < math.huge then highest = value end
  end
  return highest
end

-- Of the use cases of one business object: percent, seconds until calls are let through again.
local function business_use(cases)
  local highest, regain = nil, 0
  for _, case in ipairs(type(cases) == "table" and cases or {}) do
    local percent = percent_of(case)
    if percent and percent > (highest or -1) then highest = percent end
    local minutes = type(case) == "table" and tonumber(case.estimated_time_to_regain_access)
    if minutes and minutes <= LONGEST then regain = math.max(regain, minutes * 60) end
  end
  return highest, regain
end

--- What the usage headers come to.
-- @tparam table usage as kept with a client
-- @treturn ?number percent used of the limit that is nearest; nil where nothing is known
-- @treturn ?number seconds until calls are let through again, 0 where they are
function budget.summary(usage)
  local highest, regain = nil, 0
  local function take(percent, seconds)
    if percent and percent > (highest or -1) then highest = percent end
    regain = math.max(regain, seconds or 0)
  end
  take(percent_of(usage.app))
  take(percent_of(usage.page))
  take(percent_of(usage.ad_account))
  for _, cases in pairs(type(usage.business_use_case) == "table" and usage.business_use_case or {}) do
    take(business_use(cases))
  end
  return highest, highest and regain
end

-- --- limits ----------------------------------------------------------------------------------------

local APP, TOKEN, BUSINESS = 1, 2, 3 -- in the list of what a call is subject to

-- Whose limit a code is about. 9 (posts a day) is about publishing alone, and is no matter of pace.
local OF_CODE = { [4] = APP, [341] = APP, [17] = TOKEN, [32] = TOKEN, [613] = TOKEN }

local function id_in(path) return path:match "^/?(%d+)" end

-- Ids of media, comments and containers. Those of accounts begin with 1784; those of Pages are shorter.
local function is_of_account(id) return #id == 17 and id:find "^1[78]" and not id:find "^1784" end

local function business_key(id) return "business:" .. id end

-- What is remembered of whom an answer named: for an id, for `me`, and for all that a token asks about.
local function me_of(token) return "me:" .. token end

-- A business object: the one whose limit the answers for the id in the path named, or that id. An id that was never
-- asked about is most likely one of the account whose limit was named last.
function budget:business_of(token, path)
  local id, owners = id_in(path), self.owners
  if id then return owners[id] or is_of_account(id) and owners[token] or id end
  return path:match "^/?(%a*)" == "me" and owners[me_of(token)] or nil
end

function budget:limit(key)
  local limit = self.limits[key]
  if not limit then
    limit = { key = key, pace = pace.new(), hears_at = 0, tells_at = 0 }
    self.limits[key] = limit
  end
  return limit
end

-- The limits that a call is subject to, as far as they are known.
function budget:limits_of(client, path)
  local token = "token:" .. fingerprint(client)
  local id = self:business_of(token, path)
  return { [APP] = self:limit "app", [TOKEN] = self:limit(token), [BUSINESS] = id and self:limit(business_key(id)) }
end

-- The one that was reached, by the code of the answer.
function budget:limit_of_code(limits, path, code)
  if code == 9 then return nil end
  if type(code) == "number" and code >= 80000 and code <= 80014 then
    local id = self:business_of(limits[TOKEN].key, path)
    return id and self:limit(business_key(id)) or limits[TOKEN]
  end
  return limits[OF_CODE[code] or APP]
end

-- --- others who share them -------------------------------------------------------------------------

-- Asks the store, or tells it something; who comes meanwhile does not. Then comes the time when it is done again: one
-- that answers slowly is to take a small part of the time.
local function reach(store, limit, times, method, ...)
  local begin = clock()
  limit[times] = begin + RARELY -- nginx may end who asks in the middle
  local value = store[method](store, "budget:" .. limit.key, ...)
  local is = clock()
  limit[times] = is + math.min(math.max(OFTEN, TIMES * (is - begin)), RARELY)
  return value
end

-- What the store has is believed as far as an answer would be.
local function read(text, now)
  local percent, at, ends = text:match "^(%S+) (%S+) (%S+)$"
  percent, at, ends = tonumber(percent), tonumber(at), tonumber(ends)
  if not (percent and at and ends and percent < math.huge and ends - now <= LONGEST * 60) then return nil end
  return { percent = percent, at = at, ["until"] = ends }
end

function budget:hear(limit, now)
  if not self.store or clock() < limit.hears_at then return end
  local text = reach(self.store, limit, "hears_at", "get")
  local news = text and text ~= limit.text and read(text, now)
  if news then pace.learn(limit.pace, now, news) end
end

function budget:tell(limit, now, percent, is_news)
  if not self.store or not is_news and clock() < limit.tells_at then return end
  local ends = now + pace.regain(limit.pace, now)
  limit.text = ("%s %.3f %.3f"):format(percent or -1, now, ends)
  reach(self.store, limit, "tells_at", "set", limit.text, KEPT_FOR)
end

-- --- before a call ---------------------------------------------------------------------------------

-- The longest wait that one of them asks for, and whose it is.
function budget:delay(limits, now)
  local longest, whose = 0, nil
  for _, limit in ipairs(limits) do
    self:hear(limit, now)
    local regain = pace.regain(limit.pace, now)
    local delay = self.spreads and math.max(regain, pace.delay(limit.pace, now)) or regain
    if delay > longest then longest, whose = delay, limit end
  end
  return longest, whose
end

local function refuse(client, method, path, seconds, limit)
  local words = "the limit of the %s is used up; calls are let through again in %d s (not sent)"
  seconds = math.ceil(seconds - 0.001) -- the clock's own rounding is not another second
  local _, err = fail("throttled", method, path_of(client, path), words:format(limit.key, seconds))
  err.retry_after = seconds
  return err
end

--- Asks `on_throttle`.
-- @tparam table own what is kept with a client
-- @tparam table err of kind `"throttled"`
-- @tparam[opt] table limit
-- @treturn ?string `"wait"` or `"raise"`; nil: the hook leaves it to us
function budget.ask(own, err, limit)
  local decision = observe.tell(own, "on_throttle", {
    err = err, seconds = err.retry_after, method = err.method, path = err.path,
    limit = limit and limit.key, percent = limit and limit.percent,
  })
  return (decision == "wait" or decision == "raise") and decision or nil
end

local function start(limits, now)
  local turn = { limits = limits }
  for i, limit in ipairs(limits) do turn[i] = pace.start(limit.pace, now) end
  return turn
end

--- Waits for a call's turn.
-- @param client
-- @tparam table own what is kept with it
-- @tparam table host
-- @tparam string method
-- @tparam string path
-- @tparam ?number ends when the call has no more time, by the clock of `core.loop.now`
-- @treturn table the turn, for `learn`; or `nil, err`: `"throttled"` where it is not to wait, or has no time for it
-- @treturn ?table the error
-- @treturn ?string `"raise"` where that is the end of it
function budget:admit(client, own, host, method, path, ends)
  local waits = self.spreads and not own.on_throttle
  while true do
    local now, limits = time(), self:limits_of(client, path) -- what was learned meanwhile counts
    local seconds, limit = self:delay(limits, now)
    if seconds <= 0 then return start(limits, now) end
    if ends and clock() + seconds > ends then return nil, refuse(client, method, path, seconds, limit) end
    if not waits and seconds >= LONG then
      local err = refuse(client, method, path, seconds, limit)
      local decision = budget.ask(own, err, limit)
      waits = decision == "wait" or not decision and self.spreads
      if not waits then return nil, err, decision end
    end
    local nap = math.min(seconds, LOOK_AGAIN)
    own.stats.waited = own.stats.waited + nap
    local words = wait.pause(host, nap, client)
    if words then return nil, select(2, fail("cancelled", method, path_of(client, path), words)), "raise" end
  end
end

-- --- after it --------------------------------------------------------------------------------------

-- Each answer that has such a header makes the table of it anew.
function budget:has_news(usage, name)
  if usage[name] == self.seen[name] then return false end
  self.seen[name] = usage[name]
  return true
end

-- An answer has named the one whose limit it counts for.
function budget:remember(token, path, named)
  local owners = self.owners
  owners[id_in(path) or me_of(token)] = named
  owners[token] = named
end

-- What an answer says: limit -> { percent, seconds until calls are let through again }.
function budget:news_of(limits, path, usage)
  local news = {}
  if self:has_news(usage, "app") then news[limits[APP]] = { percent_of(usage.app), 0 } end
  if self:has_news(usage, "page") then news[limits[TOKEN]] = { percent_of(usage.page), 0 } end
  local cases_of = self:has_news(usage, "business_use_case") and usage.business_use_case
  local named, count = nil, 0
  for id, cases in pairs(type(cases_of) == "table" and cases_of or {}) do
    if type(id) == "string" then
      news[self:limit(business_key(id))] = { business_use(cases) }
      named, count = id, count + 1
    end
  end
  if count == 1 then self:remember(limits[TOKEN].key, path, named) end
  return news
end

-- Each limit that the call was subject to hears of its end, once: what the answer said of it, or that it is over.
local function hear_all(turn, now, news, refused)
  local marks = {}
  for i, limit in ipairs(turn.limits) do
    marks[limit] = turn[i]
    news[limit] = news[limit] or {}
  end
  for limit, said in pairs(news) do
    local percent, regain = said[1], said[2] or 0
    limit.percent = percent or limit.percent
    if limit == refused or regain > 0 then
      pace.refuse(limit.pace, now, regain > 0 and regain or said.told, percent, marks[limit])
    else
      pace.observe(limit.pace, now, percent, marks[limit])
    end
  end
end

--- Learns from an answer.
-- @tparam table own
-- @tparam string path
-- @tparam table turn of `admit`
-- @tparam ?table err where it was a failure
-- @treturn ?table the limit that was reached
function budget:learn(own, path, turn, err)
  local now, limits = time(), turn.limits
  local news = self:news_of(limits, path, own.usage)
  local refused = err and err.kind == "throttled" and self:limit_of_code(limits, path, err.code)
  if refused then
    news[refused] = news[refused] or {}
    news[refused].told = err.retry_after
  end
  hear_all(turn, now, news, refused)
  for limit, said in pairs(news) do
    local regains = limit == refused or (said[2] or 0) > 0
    if said[1] or regains then self:tell(limit, now, limit.percent, regains) end
  end
  return refused
end

--- @tparam boolean spreads whether calls wait for their turn before a limit is reached
-- @tparam ?table store
-- @treturn table the budget of a client and those made from it by `with_token`
function budget.new(spreads, store)
  return setmetatable({
    spreads = spreads, store = store, seen = {}, limits = remembering(), owners = remembering(),
  }, budget)
end

return budget
