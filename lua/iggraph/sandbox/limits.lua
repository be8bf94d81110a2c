--- Rate limits that refuse: so many calls in a window, of the app, of a token, or to an account.
--
-- `POST /_sandbox/limit` sets one, up to the next reset; limits of several scopes hold at once. Parameters:
--
--    scope   app; user and page (each token of that kind for itself); business (each IG User for itself, together with
--            its media, comments and containers)
--    calls   how many; 0 removes the limit of that scope
--    window  seconds (3600); fractions are allowed
--    shape   rolling (the default), fixed (a window begins with the first call after the one before) or bucket (calls
--            are forgotten one by one, as many in a window as are allowed)
--    regain  minutes that X-Business-Use-Case-Usage tells as long as calls are refused; without it the true time, 0
--            below half a minute
--
-- `GET /_sandbox/limit` tells what each let through and refused, and when it first and last did (Unix seconds).
--
-- A refused call counts, too, so who keeps calling stays out (not where windows are fixed). No more is ever counted
-- than half as much again as is allowed: who stops is let in again within a window. Calls without a token are not
-- limited, and entries of a batch are, instead of the batch.
--
-- X-App-Usage tells the higher one of the app's and the user's percentage: the user's limit has no header of its own.
-- https://developers.facebook.com/docs/graph-api/overview/rate-limiting
-- @module iggraph.sandbox.limits
local errors = require "iggraph.sandbox.errors"
local failures = require "iggraph.sandbox.scenarios.failures"
local json = require "iggraph.sandbox.json"
local nodes = require "iggraph.sandbox.nodes"
local usage = require "iggraph.sandbox.usage"

local M = {}

local KEY = "limits"
local WINDOW = 3600 -- seconds
local CEILING = 1.5 -- of what is allowed
local SLICES = 200  -- of a rolling window

-- --- counting ------------------------------------------------------------------------------------

--- What one limit counts for one token or account. Numbers by name; 0 is what was never set.
local function meter_of(store, rule, key)
  local prefix = ("limit:%d:%s:"):format(rule.number, key)
  return {
    calls = rule.calls, window = rule.window,
    get = function(name) return store.get(prefix .. name) or 0 end,
    set = function(name, value) store.set(prefix .. name, value) end,
  }
end

-- A rolling window is counted in slices, so that its memory does not grow with the limit. A call is forgotten with its
-- slice: it counts for the whole window, and for no more than a slice beyond.
local PLACES = SLICES + 1

local function slice_ends(meter, slice) return (slice + PLACES) * meter.window / SLICES end

--- Forgets the slices that the window has left behind.
-- @treturn number how many calls are left
-- @treturn number the slice that it is now; never an earlier one, though the clocks of two workers may differ
local function turn(meter, instant)
  local total, last = meter.get "total", meter.get "slice"
  local now = math.max(last, math.floor(instant * SLICES / meter.window))
  for slice = math.max(last + 1, now - SLICES), now do
    total = total - meter.get(slice % PLACES)
    meter.set(slice % PLACES, 0)
  end
  meter.set("total", total)
  meter.set("slice", now)
  return total, now
end

local function leak(meter, instant)
  local level, at = meter.get "level", math.max(meter.get "at", instant)
  level = math.max(0, level - (at - meter.get "at") * meter.calls / meter.window)
  meter.set("level", level)
  meter.set("at", at)
  return level
end

-- By name: how many calls count now (`used`), one more that does (`count`), when there is room again (`free_at`), and
-- whether what is refused counts.
local SHAPES = {
  rolling = {
    counts_refused = true,
    used = function(meter, instant) return (turn(meter, instant)) end,
    count = function(meter)
      local place = meter.get "slice" % PLACES
      meter.set(place, meter.get(place) + 1)
      meter.set("total", meter.get "total" + 1)
    end,
    free_at = function(meter)
      local now, excess = meter.get "slice", meter.get "total" + 1 - meter.calls
      for slice = now - SLICES, now do
        excess = excess - meter.get(slice % PLACES)
        if excess <= 0 then return slice_ends(meter, slice) end
      end
    end,
  },
  fixed = {
    used = function(meter, instant)
      if instant >= meter.get "ends" then
        meter.set("total", 0)
        meter.set("ends", instant + meter.window)
      end
      return meter.get "total"
    end,
    count = function(meter) meter.set("total", meter.get "total" + 1) end,
    free_at = function(meter) return meter.get "ends" end,
  },
  bucket = {
    counts_refused = true,
    used = leak,
    count = function(meter) meter.set("level", meter.get "level" + 1) end,
    free_at = function(meter)
      return meter.get "at" + (meter.get "level" + 1 - meter.calls) * meter.window / meter.calls
    end,
  },
}

local function has_room(meter, used) return used + 1 <= meter.calls end

--- Counts a call.
-- @treturn boolean whether it is let through
local function enter(shape, meter, instant)
  local used = shape.used(meter, instant)
  local is_allowed = has_room(meter, used)
  if is_allowed or shape.counts_refused and used + 1 <= CEILING * meter.calls then shape.count(meter) end
  return is_allowed
end

--- How much is used now, in per cent, and how long there is no room (seconds, 0 if there is).
local function look(shape, meter, instant)
  local used = shape.used(meter, instant)
  local wait = has_room(meter, used) and 0 or math.max(0, shape.free_at(meter) - instant)
  return math.floor(100 * used / meter.calls), wait
end

local OUTCOMES = { [true] = "allowed", [false] = "refused" }

local function tally_key(rule, outcome, what) return ("limit:%d:%s:%s"):format(rule.number, outcome, what) end

local function tally(store, rule, is_allowed, instant)
  local outcome = OUTCOMES[is_allowed]
  if store.add(tally_key(rule, outcome, "count"), 1) == 1 then store.set(tally_key(rule, outcome, "first"), instant) end
  store.set(tally_key(rule, outcome, "last"), instant)
end

-- --- who is counted ------------------------------------------------------------------------------

local function token_of(kind)
  return function(situation)
    local context = situation.context
    return context.grant.type == kind and context.token or nil
  end
end

--- The id of the account that a call is about; nil if it is about none.
local function account_of(situation)
  local context, id = situation.context, situation.call.id
  id = id == "me" and context.me or id
  local node_type, node = nodes.find(id, context)
  if not node then return nil end
  if node_type == nodes.types.ig_user then return node.id end
  local owner = node.account or node.media and node.media.account or node.record and node.record.account
  return type(owner) == "table" and owner.id or owner
end

-- In the order in which they refuse.
local SCOPES = {
  { name = "app", code = 4, status = 403, header = "X-App-Usage", key = function() return "" end },
  { name = "user", code = 17, subcode = 2446079, header = "X-App-Usage", key = token_of "USER" },
  { name = "page", code = 32, header = "X-Page-Usage", key = token_of "PAGE" },
  { name = "business", code = 80002, header = "X-Business-Use-Case-Usage", key = account_of },
}

-- --- what is said about it -----------------------------------------------------------------------

local HALF_A_MINUTE = 30

local function minutes(rule, seconds)
  if seconds == 0 then return 0 end
  return rule.regain or (seconds < HALF_A_MINUTE and 0 or math.ceil(seconds / 60))
end

--- The limits that a call is under: a list of `scope`, `rule`, `key`, `shape`, `meter`; nil if no limits are set.
local function limits_of(situation)
  local store = situation.store
  local rules = store.take(KEY)
  if not rules then return nil end
  local list = {}
  for _, scope in ipairs(SCOPES) do
    local rule = rules[scope.name]
    local key = rule and scope.key(situation)
    if key then
      list[#list + 1] = {
        scope = scope, rule = rule, key = key, shape = SHAPES[rule.shape], meter = meter_of(store, rule, key),
      }
    end
  end
  return list
end

--- Leaves the headers in the call, for the emulator.
local function tell(list, call)
  local headers, highest = {}, {}
  for _, limit in ipairs(list) do
    local header = limit.scope.header
    local percent, wait = look(limit.shape, limit.meter, call.instant)
    highest[header] = math.max(percent, highest[header] or 0)
    headers[header] = limit.scope.name == "business" and usage.business(limit.key, percent, minutes(limit.rule, wait))
      or usage.app(highest[header])
  end
  call.usage = headers
end

--- Tells a call how much is used, without counting it.
-- @tparam table situation its call gets `usage`, the headers by name; nil if there are no limits
function M.look(situation)
  local list = limits_of(situation)
  if not list then return end
  situation.store.exclusively(function() tell(list, situation.call) end)
end

local function count(list, situation)
  local instant, refusing = situation.call.instant, nil
  for _, limit in ipairs(list) do
    local is_allowed = enter(limit.shape, limit.meter, instant)
    tally(situation.store, limit.rule, is_allowed, instant)
    refusing = refusing or not is_allowed and limit.scope or nil
  end
  tell(list, situation.call)
  return refusing
end

--- Counts a call, and raises the Graph's error if it is one too many.
-- @tparam table situation its call gets `usage`, as by `look`
function M.meet(situation)
  local list = limits_of(situation)
  local scope = list and situation.store.exclusively(function() return count(list, situation) end)
  if not scope then return end
  errors.raise {
    status = scope.status, code = scope.code, subcode = scope.subcode,
    message = failures.message(scope.code), is_transient = failures.is_transient(scope.code),
  }
end

-- --- the control ---------------------------------------------------------------------------------

--- A limit from its parameters, nil if they are wrong.
local function read_rule(params)
  local rule = {
    calls = tonumber(params.calls), window = tonumber(params.window or WINDOW), shape = params.shape or "rolling",
    regain = tonumber(params.regain),
  }
  local is_right = rule.calls and rule.calls >= 0 and rule.calls % 1 == 0 and rule.window and rule.window > 0
    and SHAPES[rule.shape] and (rule.regain or not params.regain)
  return is_right and rule or nil
end

local function is_scope(name)
  for _, scope in ipairs(SCOPES) do
    if scope.name == name then return true end
  end
  return false
end

local function set(store, name, rule)
  rule.number = store.add("limit#", 1) -- so that nothing counts that was counted before
  local rules = store.take(KEY) or {}
  rules[name] = rule.calls > 0 and rule or nil
  if next(rules) then store.put(KEY, rules) else store.set(KEY, nil) end
end

--- Sets a limit: the control.
-- @tparam table stores see `recorder.control`
-- @tparam table call
-- @treturn ?table a JSON object; nil if a parameter is wrong
function M.set(stores, call)
  local params, state = call.params, stores.state
  local rule = is_scope(params.scope) and read_rule(params)
  if not rule then return nil end
  state.exclusively(function() set(state, params.scope, rule) end)
  return json.object("success", true)
end

local function report_of(store, rule)
  local function outcome(name)
    local function value(what) return store.get(tally_key(rule, name, what)) end
    return json.object("count", value "count" or 0, "first", value "first", "last", value "last")
  end
  return json.object("calls", rule.calls, "window", rule.window, "shape", rule.shape,
    "allowed", outcome "allowed", "refused", outcome "refused")
end

--- Tells what came of the limits: the control.
-- @tparam table stores
-- @treturn table a JSON object: by scope `calls`, `window`, `shape`, and `allowed` and `refused`, each with `count`,
-- `first` and `last`
function M.report(stores)
  local reports = {}
  for name, rule in pairs(stores.state.take(KEY) or {}) do reports[name] = report_of(stores.state, rule) end
  return json.from_map(reports)
end

return M
