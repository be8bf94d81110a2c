--- How fast to call so that a rate limit is approached and not hit: a pure law, no clock, no input or output.
--
-- All that is known of a limit is the percentage of it that is used, which answers tell in whole numbers: not the
-- limit, nor its window, nor whether the window rolls, is fixed or leaks, nor who else calls under it. So
--
-- * the cost of one own call is learnt from how the percentage rises with own calls: the share of everybody else
--   who calls meanwhile is in it;
-- * the window is learnt from when the percentage falls again. Until it has, each stretch of time, and each as long
--   again, may use a third of what is left: any window is found before all is used;
-- * from then on a rate is kept that is right where the percentage stays at TARGET: more is called below,
--   less above, and the rate follows slowly. Near STOP there are only rare calls, to see whether it has fallen.
--
-- Times are seconds of any one clock. A state is a table of plain numbers; its size does not grow.
-- See https://developers.facebook.com/docs/graph-api/overview/rate-limiting
-- @module iggraph.pace
local pace = {}

-- Percentages: below FREE bursts are welcome; RISE is enough of a rise to learn the cost from; a FALL is no rounding;
-- who has seen BUSY has met the limit.
local FREE, TARGET, STOP, RISE, FALL, BUSY = 50, 94, 97, 15, 5, 75
local MOST, LEAST = 2, 0.02 -- of the rate that is kept
local SHARE = 0.3 -- of what is left, in each stretch while the window is unknown
local PROBE = 0.3 -- of a window, or of the time so far: the longest wait
local SEARCH = 0.5 -- of the time so far: the longest while answers are missing, or calls cost much; 1 would be for ever
local STEP, STEPS = 0.02, 6 -- of a window: looks at what should be given back by now
local SETTLE = 4 -- windows in which the rate follows
local PAUSE, PAUSES = 1, 10 -- seconds, times between two calls
local ALL = 5 -- who falls to a fifth of what was used is given back all of it
local OLD, ENOUGH = 1.5, 3 -- windows, answers: who is told no percentage for so long uses little
local UNSEEN, NEXT = 0.4, 0.7 -- calls: one that was answered without a percentage, the one to come
local INSTANT = 1e-5 -- seconds: no host waits for less

--- @treturn table the state of one limit, as one process knows it
function pace.new()
  return {
    started = 0, answered = 0, mark = 0, -- calls: in all, of which answered, of which the percentage tells
    percent = 0, seen = 0, -- the percentage last told, and when
    base = 0, base_mark = 0, top = 0, -- where the rise began, and what it came to
    blocked = 0, blocks = 0, free_at = 0, -- refusals one after the other, and when to try again
  }
end

-- Percent of the limit that goes with one own call, before there was a rise to learn it from, too.
local function cost_of(state)
  if state.cost then return state.cost end
  if not state.base_at then return 0 end
  return (state.percent - state.base + 1) / math.max(1, state.mark - state.base_mark)
end

-- The percentage when the next call is counted.
local function expected(state, cost)
  local under_way = state.started - state.answered
  return state.percent + cost * (under_way + UNSEEN * (state.answered - state.mark) + NEXT)
end

local function factor(percent)
  return math.max(LEAST, math.min(MOST, (STOP - percent) / (STOP - TARGET)))
end

-- Nothing is known of the window but that it is longer than the time so far.
local function searching(state, now, percent, cost)
  local so_far = math.max(1, now - state.begun)
  local interval = cost * so_far / (SHARE * math.max(1, TARGET - percent))
  if percent > STOP then interval = math.max(interval, state.last - state.begun) end
  local part = state.started > state.mark and SEARCH or math.min(math.max(PROBE, cost / 20), SEARCH)
  return math.min(interval, part * so_far)
end

-- What was used since the last fall is given back a window later: where that is so, nobody sleeps past it.
local function given_back(state, cost)
  local due, step = state.due, math.max(STEP, cost / 10) * state.window
  local look = math.max(due, state.last + step)
  return look < due + STEPS * step and math.max(0, look - state.slot) or math.huge
end

local function keeping(state, percent, cost)
  local longest = math.max(PROBE, cost / 10) * state.window
  return math.min(1 / (state.rate * factor(percent)), longest, given_back(state, cost))
end

-- Seconds from one call to the next; and the percentage that is expected.
local function interval_of(state, now)
  if not state.begun then return 0, 0 end
  local cost = cost_of(state)
  local percent = expected(state, cost)
  local window = state.window
  local is_busy = window and now < (state.busy_at or state.turned) + 1.5 * window
  if percent < FREE and not is_busy then return 0, percent end
  if window then return keeping(state, percent, cost), percent end
  return searching(state, now, percent, cost), percent
end

--- @tparam table state
-- @tparam number now
-- @treturn number seconds until calls are expected to be let through again; 0: they are
function pace.regain(state, now)
  return math.max(0, state.free_at - now)
end

--- Says only how long to wait: who has waited asks again, since others may have called meanwhile.
-- @tparam table state
-- @tparam number now
-- @treturn number seconds until one more call may start; 0: now
function pace.delay(state, now)
  local regain = pace.regain(state, now)
  if regain > 0 or not state.slot then return regain end
  local wait = state.slot + interval_of(state, now) - now
  return wait > INSTANT and wait or 0
end

-- The rate follows only where it was what held the call back.
local function follow(state, now, interval, percent)
  local waited = now - state.last
  if not state.window or waited > 1.5 * interval then return end
  waited = math.min(waited, interval)
  state.rate = state.rate * math.exp((factor(percent) - 1) * waited / (SETTLE * state.window))
end

-- What others use in a pause, which is far longer than the usual time between two calls, is no cost of one's own.
local function comes_after_pause(state, now, interval)
  if not state.begun then return false end
  local usual = (state.last - state.begun) / math.max(1, state.started - 1)
  return now - state.slot - interval > math.max(PAUSE, PAUSES * usual)
end

--- A call starts now.
-- @tparam table state
-- @tparam number now
-- @treturn number the mark of the call, for `observe` and `refuse`
function pace.start(state, now)
  local interval, percent = interval_of(state, now)
  if interval > 0 then follow(state, now, interval, percent) end
  if not state.cost and comes_after_pause(state, now, interval) then state.base_at = nil end
  -- Who comes late may catch up by half an interval, no more: that would be a burst.
  state.slot = math.max(math.min((state.slot or now) + interval, now), now - interval / 2)
  state.started = state.started + 1
  state.begun = state.begun or now
  state.last = now
  return state.started
end

local function find_window(state, now, percent, own, rise, under_way)
  local fell = percent < state.top - FALL - under_way -- answers overtake each other
  local lags = not state.was_reset and own > 1.5 * rise + math.max(FALL, 2 * state.cost)
  if not fell and not lags then return end
  -- A fixed window, which may have begun before the first call: only the next one is a whole one.
  if fell and not state.was_reset and percent < state.top / ALL then
    state.was_reset, state.begun = true, (now + state.seen) / 2
    return
  end
  state.window = (now + state.seen) / 2 - state.base_at
  state.rate = TARGET / (state.cost * state.window)
  state.turned, state.due = now, now + state.window
end

local function learn_window(state, now, percent, mark)
  local cost = state.cost
  if not cost then return end
  local own, rise = cost * (mark - state.base_mark), percent - state.base
  if not state.window then
    find_window(state, now, percent, own, rise, cost * (state.started - mark))
  elseif percent < state.top - FALL and state.top >= BUSY then
    state.window = math.max(state.window / 2, math.min(state.window, now - state.turned))
    state.turned, state.due = now, now + state.window
  elseif own <= rise + 3 and rise > 2 * RISE then -- all since the last fall is still counted
    state.window = math.max(state.window, now - state.base_at)
  end
end

-- A higher cost is believed soon; a lower one slowly, and only of a quick rise: in a slow one much is given back.
local function blend(state, now, calls_per_percent)
  local known = 1 / state.cost
  if calls_per_percent < known then return known + (calls_per_percent - known) * 0.2 end
  if now - state.base_at > state.window / 4 then return known end
  return known + (calls_per_percent - known) * 0.05
end

local function learn_cost(state, now, percent, mark)
  if mark == 0 then return end -- what others did before is no cost of ours
  if not state.base_at or percent < state.base or percent < state.top - FALL then
    state.base, state.base_mark, state.base_at, state.top = percent, mark, now, percent
  elseif percent > state.top then
    state.top = percent
    local rise, calls = percent - state.base, mark - state.base_mark
    if rise < RISE or calls < 1 then return end
    state.cost = 1 / (state.window and blend(state, now, calls / rise) or calls / rise)
  end
end

local function take(state, now, percent, mark)
  if percent >= BUSY then state.busy_at = now end
  learn_window(state, now, percent, mark)
  learn_cost(state, now, percent, mark)
  state.percent, state.mark, state.seen = percent, mark, now
end

-- The headers come only after some volume: where they are missing for long, little is used.
local function is_old(state, now)
  local span = state.window and OLD * state.window or state.seen - (state.begun or state.seen)
  return state.seen > 0 and state.answered - state.mark >= ENOUGH and now - state.seen > math.max(PAUSE, span)
end

local function answer(state, now, percent, mark)
  state.answered = math.max(state.answered, mark)
  if percent and mark >= state.mark then
    take(state, now, percent, mark)
  elseif is_old(state, now) then
    state.percent, state.mark, state.base_at, state.busy_at, state.top = 0, state.answered, nil, nil, 0
  end
end

--- An answer came, or the call ended without one.
-- @tparam table state
-- @tparam number now
-- @tparam[opt] number percent of the limit that is used; nil: the answer does not say
-- @tparam[opt] number mark what `start` returned for this call; nil: all that have started are answered
function pace.observe(state, now, percent, mark)
  if not percent or percent < 100 then state.blocks = 0 end
  answer(state, now, percent, mark or state.started)
end

--- A call was refused: nobody calls until the limit is expected to let calls through again.
-- @tparam table state
-- @tparam number now
-- @tparam[opt] number regain seconds until then, where the answer tells
-- @tparam[opt=100] number percent
-- @tparam[opt] number mark as above
function pace.refuse(state, now, regain, percent, mark)
  mark = mark or state.started
  -- A limit whose percentage nobody ever tells is met by refusals only.
  answer(state, now, percent or state.seen > 0 and math.max(100, state.percent) or nil, mark)
  if mark > state.blocked then -- it was not under way already when another was refused
    state.blocked, state.blocks = state.started, state.blocks + 1
    if state.window and state.blocks > 1 then state.window = 2 * state.window end
    regain = regain or math.max(1, (state.window or now - (state.begun or now)) / 4)
  end
  state.free_at = math.max(state.free_at, now + (regain or 0))
end

--- What another process has seen of the same limit.
-- @tparam table state
-- @tparam number now
-- @tparam table news `percent` and `at`, the time when it was so; `until`, when calls are let through again;
-- each may be missing, and a percentage below 0 is none
function pace.learn(state, now, news)
  state.free_at = math.max(state.free_at, news["until"] or 0)
  local at = math.min(news.at or now, now)
  if not news.percent or news.percent < 0 or at <= state.seen then return end
  take(state, at, news.percent, state.answered)
  -- While the window is unknown one looks for all whether it has fallen.
  if news.percent > STOP and state.slot and not state.window then state.slot = math.max(state.slot, at) end
end

return pace
