--- The pacing law in simulated time: limiters of three shapes, several processes that know nothing of each other,
-- answers that take a while. Everything comes from one generator, so that a run is the same each time.
local pace = require "iggraph.pace"

local function generator(seed)
  return function()
    seed = seed * 16807 % 2147483647
    return seed / 2147483647
  end
end

-- Each limiter counts a call and returns how much is used, 1 being all of it. Refused calls count, up to twice
-- the limit.
local limiters = {}

function limiters.rolling(limit, window)
  local times, first, last = {}, 1, 0
  return function(now)
    while first <= last and times[first] <= now - window do
      times[first], first = nil, first + 1
    end
    local used = last - first + 2
    if used <= 2 * limit then last = last + 1 times[last] = now end
    return used / limit
  end
end

-- `phase` is the part of the first window that was over before the first call.
function limiters.fixed(limit, window, phase)
  local current, used = 0, 0
  return function(now)
    local number = math.floor(now / window + phase)
    if number ~= current then current, used = number, 0 end
    used = used + 1
    return used / limit
  end
end

function limiters.bucket(limit, window)
  local level, at = 0, 0
  return function(now)
    level, at = math.max(0, level - (now - at) * limit / window) + 1, now
    local used = level
    level = math.min(level, 2 * limit)
    return used / limit
  end
end

-- What is to happen, the earliest first.
local function agenda()
  local heap, size, serial = {}, 0, 0
  local function is_before(a, b) return a.at < b.at or a.at == b.at and a.serial < b.serial end
  local function add(at, run)
    serial, size = serial + 1, size + 1
    local entry, i = { at = at, run = run, serial = serial }, size
    while i > 1 do
      local parent = (i - i % 2) / 2
      if not is_before(entry, heap[parent]) then break end
      heap[i], i = heap[parent], parent
    end
    heap[i] = entry
  end
  local function take()
    local first, entry = heap[1], heap[size]
    heap[size], size = nil, size - 1
    local i = 1
    while 2 * i <= size do
      local child = 2 * i
      if child < size and is_before(heap[child + 1], heap[child]) then child = child + 1 end
      if not is_before(heap[child], entry) then break end
      heap[i], i = heap[child], child
    end
    if size > 0 then heap[i] = entry end
    return first
  end
  return add, take
end

local DEFAULTS = {
  limit = 1000, window = 6, windows = 10, processes = 4, flight = 4, latency = 0.02, every = 1, others = 0,
  pause = { 0, 0 }, lost = 0, phase = 0,
}

-- `flight` workers in each process call as fast as they may, or, with `offered`, at random as often as that part of
-- the limit. Returns what was served, refused in the first tenth and later, and waited.
local function simulate(row, law)
  setmetatable(row, { __index = DEFAULTS })
  local random = generator(row.limit + 7 * row.processes + row.flight)
  local use = limiters[row.shape](row.limit, row.window, row.phase)
  local add, take = agenda()
  local length, now = row.windows * row.window, 0
  local result = { served = 0, early = 0, late = 0, waited = 0, calls = 0 }
  local mean = row.offered and row.window * row.processes * row.flight / (row.limit * row.offered)

  local states, told_at = {}, 0

  -- By a store each hears what the others were told, once in a while.
  local function tell(state, percent)
    if not row.tells or now - told_at < 0.1 then return end
    told_at = now
    local news = { percent = percent, at = now, ["until"] = now + law.regain(state, now) }
    for _, other in ipairs(states) do
      if other ~= state then law.learn(other, now, news) end
    end
  end

  local function count(used)
    if used <= 1 then
      result.served = result.served + 1
    elseif now <= length / 10 then
      result.early = result.early + 1
    else
      result.late = result.late + 1
    end
  end

  local function worker(state, calls, ends)
    local asked, attempt
    local function again()
      asked = nil
      if not mean then return attempt() end
      add(now - mean * math.log(1 - random()), attempt)
    end
    local function call()
      result.waited, result.calls = result.waited + now - asked, result.calls + 1
      local mark = law.start(state, now)
      local there, back = row.latency * random(), row.latency * random()
      add(now + there, function()
        local used = use(now)
        count(used)
        calls.n = calls.n + 1
        local percent = calls.n % row.every == 0 and math.floor(100 * used) or nil
        add(now + back, function()
          if row.lost > 0 and random() < row.lost then
            law.observe(state, now, nil, mark)
          elseif used > 1 then
            law.refuse(state, now, nil, percent, mark)
          else
            law.observe(state, now, percent, mark)
          end
          if percent then tell(state, percent) end
          again()
        end)
      end)
    end
    function attempt()
      if now >= ends then return end
      local pauses, goes_on = row.pause[1] * row.window, row.pause[2] * row.window
      if now >= pauses and now < goes_on then return add(goes_on, attempt) end
      asked = asked or now
      local delay = law.delay(state, now)
      if delay > 0 then return add(now + delay, attempt) end
      call()
    end
    again()
  end

  for i = 1, row.others * row.limit do use(i * 1e-9) end
  local one = row.is_shared and law.new()
  for process = 1, row.processes do
    local state, calls = one or law.new(), { n = 0 }
    states[process] = state
    local is_odd = process % 2 == 1
    local starts = not is_odd and row.joins or 0
    local ends = not is_odd and row.leaves or row.windows
    for _ = 1, row.flight do
      add(starts * row.window + random() * row.latency, function() worker(state, calls, ends * row.window) end)
    end
  end
  while true do
    local event = take()
    if not event or event.at >= length then break end
    now = event.at
    event.run()
  end
  local allowed = row.windows - row.others - (row.pause[2] - row.pause[1])
  result.used = result.served / (row.limit * allowed)
  return result
end

describe("a pace without the limit, the window or its shape being known", function()
  local rows = {
    { "four processes for a minute", {} },
    { "one process", { processes = 1, limit = 600 } },
    { "sixteen processes", { processes = 16, limit = 2000, flight = 1 } },
    { "many calls at a time", { flight = 12 } },
    { "slow answers", { latency = 0.2, limit = 2000, flight = 16, window = 20 } },
    { "fast answers", { latency = 0.002 } },
    { "a short window", { window = 2 } },
    { "an hour", { window = 3600, latency = 0.2 } },
    { "a day", { window = 86400, latency = 0.2 } },
    { "a large limit", { limit = 5000, window = 60 } },
    { "a small limit and one process", { limit = 400, processes = 1 } },
    { "processes that share what they know", { limit = 400, processes = 16, flight = 1, is_shared = true } },
    { "processes that tell each other what they hear", { tells = true } },
    { "eight processes that do", { tells = true, processes = 8, limit = 800, flight = 2 } },
    { "processes that do, and join late", { tells = true, joins = 3 } },
    { "answers that get lost", { lost = 0.1 } },
    { "a small limit and lost answers", { limit = 400, processes = 1, lost = 0.1 } },
    { "processes that join late", { joins = 3 } },
    -- Where things change there is something to learn anew, which costs a part of a window.
    { "processes that leave", { leaves = 4 }, 0.85 },
    { "a limit of which others used 60 %", { others = 0.6 }, 0.85 },
    { "a pause of one window", { pause = { 4, 5 } } },
    { "percentages with each fifth answer", { every = 5, limit = 4000, window = 60, processes = 1 } },
  }
  for _, phase in ipairs { 0.2, 0.4, 0.6, 0.8, 0.95 } do
    it(("does not take a part of a fixed window for one, %g of it"):format(1 - phase), function()
      local result = simulate({ shape = "fixed", phase = phase, processes = 1, limit = 400 }, pace)
      assert.equal(0, result.late)
      assert.is_true(result.used >= 0.9, ("used %.3f"):format(result.used))
      result = simulate({ shape = "fixed", phase = phase }, pace)
      assert.is_true(result.late < 0.001 * result.served, result.late .. " refused")
    end)
  end

  for _, shape in ipairs { "rolling", "fixed", "bucket" } do
    for _, row in ipairs(rows) do
      local least = row[3] or 0.9
      it(("uses %g of a %s limit and is not refused: %s"):format(least, shape, row[1]), function()
        local settings = { shape = shape }
        for name, value in pairs(row[2]) do settings[name] = value end
        local result = simulate(settings, pace)
        assert.equal(0, result.late)
        assert.is_true(result.used >= least, ("used %.3f"):format(result.used))
      end)
    end

    it("does not hold back what stays below half of a " .. shape .. " limit", function()
      local result = simulate({ shape = shape, offered = 0.4, windows = 20 }, pace)
      assert.equal(0, result.early + result.late)
      local between_calls = 6 / 1000 / 0.4 * 16
      local waited = result.waited / result.calls
      assert.is_true(waited < 0.01 * between_calls, ("%.5f s"):format(waited))
    end)

    it("passes four fifths of a " .. shape .. " limit on nearly as they come", function()
      local result = simulate({ shape = shape, offered = 0.8, windows = 20, latency = 0.002 }, pace)
      assert.equal(0, result.early + result.late)
      assert.is_true(result.used >= 0.72, ("used %.3f"):format(result.used))
    end)
  end

  it("is what these depend on: without it most calls are refused", function()
    local headlong = setmetatable({ delay = function() return 0 end }, { __index = pace })
    for _, shape in ipairs { "rolling", "fixed", "bucket" } do
      local result = simulate({ shape = shape, windows = 3 }, headlong)
      assert.is_true(result.late > result.served)
    end
  end)
end)

describe("a pace", function()
  local state

  before_each(function() state = pace.new() end)

  it("lets the first calls start at once", function()
    for _ = 1, 10 do
      assert.equal(0, pace.delay(state, 100))
      pace.start(state, 100)
    end
  end)

  it("does not mind answers that tell nothing", function()
    for second = 1, 1000 do
      assert.equal(0, pace.delay(state, second))
      pace.observe(state, second, nil, pace.start(state, second))
    end
  end)

  it("waits as long as a refusal tells", function()
    local mark = pace.start(state, 100)
    pace.refuse(state, 101, 60, 100, mark)
    assert.equal(60, pace.delay(state, 101))
    assert.equal(60, pace.regain(state, 101))
    assert.equal(20, pace.delay(state, 141))
    assert.equal(0, pace.regain(state, 161))
  end)

  it("waits where a refusal tells no time, and not once more for calls that were under way", function()
    local first, second = pace.start(state, 100), pace.start(state, 100)
    pace.refuse(state, 102, nil, nil, first)
    local wait = pace.regain(state, 102)
    assert.is_true(wait > 0)
    pace.refuse(state, 102, nil, nil, second)
    assert.equal(wait, pace.regain(state, 102))
  end)

  it("can do without marks", function()
    pace.start(state, 100)
    pace.observe(state, 101, 10)
    pace.start(state, 102)
    pace.refuse(state, 103)
    assert.is_true(pace.delay(state, 103) > 0)
  end)

  it("heeds what another process was told", function()
    pace.start(state, 100)
    pace.observe(state, 101, 3)
    assert.equal(0, pace.delay(state, 102))
    pace.learn(state, 102, { percent = 99, at = 101.5 })
    assert.is_true(pace.delay(state, 102) > 0)
  end)

  it("keeps what it was told itself when the news are older", function()
    pace.start(state, 100)
    pace.observe(state, 101, 3)
    pace.learn(state, 102, { percent = 99, at = 100.5 })
    assert.equal(0, pace.delay(state, 102))
  end)

  it("heeds that another process was refused", function()
    pace.start(state, 100)
    pace.learn(state, 102, { ["until"] = 150 })
    assert.equal(48, pace.delay(state, 102))
  end)

  -- How long the next call waits.
  local function wait_from(now)
    local seconds = 0
    while pace.delay(state, now + seconds) > 0 do
      seconds = seconds + math.max(0.01, math.min(5, pace.delay(state, now + seconds)))
      assert.is_true(seconds < 1e5, "for ever")
    end
    return seconds
  end

  local function call_at(now, percent)
    local mark = pace.start(state, now)
    if percent then pace.observe(state, now + 0.1, percent, mark) end
    return mark
  end

  it("goes on when calls near the limit came to nothing, or were never heard of again", function()
    for _, ends in ipairs { true, false } do
      state = pace.new()
      local now = 100
      for percent = 1, 92 do
        now = now + wait_from(now)
        call_at(now, percent)
      end
      for _ = 1, 3 do
        local so_far = now - 100
        local seconds = wait_from(now)
        assert.is_true(seconds < 2 * so_far, ("%g s after %g"):format(seconds, so_far))
        now = now + seconds
        local mark = call_at(now)
        if ends then pace.observe(state, now + 0.1, nil, mark) end
      end
    end
  end)

  it("does not take for the cost of a call what others used before", function()
    pace.learn(state, 1000, { percent = 14, at = 400 })
    call_at(1000, 45)
    for i = 1, 20 do
      assert.equal(0, pace.delay(state, 1000 + i))
      call_at(1000 + i, 45)
    end
  end)

  it("does not take for the cost of a call what others used in a pause", function()
    for _, is_told in ipairs { true, false } do
      state = pace.new()
      call_at(1000, 14)
      if is_told then pace.learn(state, 1600, { percent = 45, at = 1599 }) end
      for i = 1, 20 do
        assert.equal(0, pace.delay(state, 1600 + i))
        call_at(1600 + i, 45)
      end
    end
  end)

  it("does not stand still where percentages are told no more", function()
    for i = 1, 95 do call_at(100 + i / 10, i) end
    local now = 110
    for _ = 1, 20 do
      now = now + wait_from(now)
      pace.observe(state, now + 0.1, nil, pace.start(state, now))
    end
    assert.is_true(now < 300, ("%g s"):format(now - 110))
    assert.equal(0, pace.delay(state, now + 0.1))
  end)

  it("does not stand still where percentages are never told", function()
    for i = 1, 100 do
      local mark = pace.start(state, 100 + i)
      pace.observe(state, 100.1 + i, nil, mark)
    end
    pace.refuse(state, 202, 10, nil, pace.start(state, 201))
    assert.equal(10, pace.delay(state, 202))
    assert.equal(0, pace.delay(state, 213))
    call_at(213)
    assert.equal(0, pace.delay(state, 214))
  end)

  it("does not take a missing percentage of another process for one", function()
    pace.start(state, 100)
    pace.observe(state, 101, 99)
    local delay = pace.delay(state, 102)
    pace.learn(state, 102, { percent = -1, at = 101.5, ["until"] = 101 })
    assert.equal(delay, pace.delay(state, 102))
  end)

  it("is a small table of plain values, however long it is used", function()
    local random = generator(5)
    for i = 1, 5000 do
      pace.observe(state, i, math.floor(100 * random()), pace.start(state, i))
    end
    local size = 0
    for name, value in pairs(state) do
      size = size + 1
      assert.equal("string", type(name))
      assert.is_true(type(value) == "number" and value == value and math.abs(value) < math.huge, name)
    end
    assert.is_true(size < 32)
  end)

  it("bears a clock that goes back a little", function()
    for i = 1, 100 do
      local now = 100 + i - i % 3 * 2
      local delay = pace.delay(state, now)
      assert.is_true(delay >= 0 and delay < math.huge)
      pace.observe(state, now, math.min(i, 99), pace.start(state, now))
    end
  end)
end)
