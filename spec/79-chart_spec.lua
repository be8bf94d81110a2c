-- examples/insights.lua and chart.lua: the numbers that they show, and how.

local chart = dofile "examples/chart.lua"
local client = require "spec.support.client"
local iggraph = require "iggraph"
local sandbox = require "iggraph.sandbox"
local shell = require "iggraph.sandbox.shell"
local support = require "spec.support.sandbox"
local time = require "iggraph.time"

local DAY = 86400
local ACCOUNT = "17840000000000030"

local function number_in(text) return tonumber((text:gsub(",", ""))) end

-- Every element is closed in its turn, and there is nothing in between that XML does not know.
local function check_xml(text)
  local open, count = {}, 0
  local rest = text:gsub("<(/?)([%w]+)([^<>]*)>", function(closes, name, attributes)
    count = count + 1
    assert.equal("", (attributes:gsub('%s+[%w:-]+="[^"<&]*"', ""):gsub("/$", "")))
    if closes == "/" then assert.equal(table.remove(open), name)
    elseif attributes:sub(-1) ~= "/" then open[#open + 1] = name end
    return ""
  end)
  assert.same({}, open)
  assert.is_nil(rest:gsub("&%l+;", ""):find "[<>&%z\1-\8\11\12\14-\31]")
  for name in rest:gmatch "&(%l+);" do assert.is_truthy(("amp lt gt quot apos"):find(name, 1, true)) end
  assert.is_true(count > 10)
end

describe("the days of a chart", function()
  local NOON = time.parse "2026-11-04T20:00:00+0000" -- in California

  local function row(end_time, value) return { name = "reach", period = "day", end_time = end_time, value = value } end

  local function dates(days)
    local list = {}
    for i, one in ipairs(days) do
      list[i] = ("%s %s"):format(time.format(one.day * DAY):sub(1, 10), one.value or "missing")
    end
    return list
  end

  it("are those that end at end_time, before and after the clock is changed", function()
    assert.same({ "2026-10-31 5", "2026-11-01 6", "2026-11-02 7", "2026-11-03 8" }, dates(chart.by_day({
      row("2026-11-01T07:00:00+0000", 5), row("2026-11-02T08:00:00+0000", 6), row("2026-11-03T08:00:00+0000", 7),
      row("2026-11-04T08:00:00+0000", 8),
    }, NOON, 4)))
  end)

  it("are those of the account's time zone, in whatever zone the time is written", function()
    for _, end_time in ipairs { "2026-11-03T15:00:00+0000", "2026-11-04T00:00:00+0900" } do -- Tokyo
      assert.same({ "2026-11-03 3" }, dates(chart.by_day({ row(end_time, 3) }, NOON - 12 * 3600, 1)))
    end
    assert.same({ "2026-11-03 3" }, dates(chart.by_day({ row("2026-11-04T00:00:00+0000", 3) }, NOON, 1)))
  end)

  it("are missing where there is no row, at the end, too; a zero is one", function()
    assert.same({ "2026-10-31 missing", "2026-11-01 0", "2026-11-02 missing", "2026-11-03 missing" },
      dates(chart.by_day({ row("2026-11-02T08:00:00+0000", 0) }, NOON, 4)))
    assert.same({ "2026-11-03 missing" }, dates(chart.by_day({}, NOON, 1)))
  end)

  it("are summed up without those that are missing", function()
    local days = { { day = 1, value = 4 }, { day = 2 }, { day = 3, value = 0 }, { day = 4, value = 8 } }
    assert.same({ sum = 12, count = 3, missing = 1, average = 4, most = days[4], least = days[3] }, chart.summary(days))
    assert.same({ sum = 0, count = 0, missing = 1 }, chart.summary { { day = 1 } })
  end)
end)

describe("a chart", function()
  local CAPTION = '<b title="x">\'AT&T\'</b> \1 \239\191\191 and half a \195 \240\159\166'

  local function drawn(caption)
    return {
      account = "a<b&c", best = "reach",
      days = { { day = 20000, value = 1234567 }, { day = 20001 }, { day = 20002, value = 0 } },
      media = {
        { posted = "2026-01-31T10:11:12+0000", kind = "FEED", reach = 2000, interactions = 500, caption = caption },
        { posted = "2026-01-30T10:11:12+0000", kind = "REELS", reach = 0, interactions = 0, caption = "" },
      },
    }
  end

  it("is XML, whatever a caption has in it", function()
    local svg = chart.svg(drawn(CAPTION))
    check_xml(svg)
    assert.is_truthy(svg:find("&lt;b title=&quot;x&quot;&gt;&apos;AT&amp;T&apos;&lt;/b&gt;", 1, true))
    assert.is_truthy(svg:find("Reach of @a&lt;b&amp;c by day", 1, true))
    assert.is_nil(svg:find("\239\191\191", 1, true) or svg:find("\195 ", 1, true))
    check_xml(chart.svg { account = "a", best = "reach", days = { { day = 1 } }, media = {} })
  end)

  it("tells those who do not see it what it says", function()
    local svg = chart.svg(drawn "Hello")
    assert.matches('role="img" aria%-labelledby="title description"', svg)
    assert.matches('<title id="title">Reach of @a&lt;b&amp;c by day</title>', svg)
    assert.matches('<desc id="description">4 Oct to 6 Oct 2024: 617,284 on average, no data for 1 of 3 days; '
      .. "most 1,234,567 on 4 Oct, least 0 on 6 Oct, 1,234,567 in all.*Best media by reach 1: reach 2,000", svg)
    assert.matches("<title>5 Oct: no data</title>", svg)
    assert.matches("<title>6 Oct: 0</title>", svg)
    assert.matches("prefers%-color%-scheme: dark", svg)
  end)

  it("fits into 80 columns, has no colours unless asked for, and shows what is missing", function()
    local text = chart.text(drawn(("恐龙"):rep(40)))
    for line in text:gmatch "[^\n]+" do
      local wide = select(2, line:gsub("[\227-\233][\128-\191][\128-\191]", ""))
      assert.is_true(#line:gsub("[\128-\191]", "") + wide <= 80, line)
    end
    assert.is_nil(text:find("\27", 1, true))
    assert.is_truthy(text:find("██ ··", 1, true))
    assert.matches("· no data", text)
    assert.matches("1 31 Jan 2026 post +2,000 +500 +25%.0 %% 恐龙", text)
    assert.matches("2 30 Jan 2026 reel +0 +0 +–\n", text)
    assert.matches("\27%[1mReach of", chart.text(drawn "x", true))
  end)
end)

describe("examples/insights.lua", function()
  local dir

  setup(function()
    local _, name = shell.run "mktemp -d"
    dir = name
  end)

  teardown(function() shell.run("rm -rf " .. shell.quote(dir)) end)

  local function command(token, ...)
    local words = { "env", "-u", "NO_COLOR", "IG_ACCESS_TOKEN=" .. token, "IG_BASE_URL=" .. support.shared().http,
      client.interpreter(), "examples/insights.lua", ... }
    for i, word in ipairs(words) do words[i] = word:find "[^%w_=./:,-]" and shell.quote(word) or word end
    return table.concat(words, " ")
  end

  local function run(...) return shell.run(command(sandbox.tokens.user, ...)) end

  local function svg_of(...)
    local name = dir .. "/picture.svg"
    local ok, text = run("--svg", name, ...)
    assert.is_true(ok, text)
    return shell.read(name), text
  end

  it("shows the days that the Graph has numbers for", function()
    local now = os.time()
    local svg, text = svg_of("--account", ACCOUNT)
    check_xml(svg)
    local shown = {}
    for value in svg:gmatch "<title>%d+ %a+: ([%d,]+)</title></rect>" do shown[#shown + 1] = number_in(value) end
    local rows = assert(iggraph.insights.rows(client.new():user(ACCOUNT):insights {
      metric = "reach", period = "day", since = now - 29 * DAY, ["until"] = now }))
    local values, sum = {}, 0
    for i = math.max(1, #rows - 27), #rows do
      values[#values + 1] = rows[i].value
      sum = sum + rows[i].value
    end
    assert.equal(28, #values)
    assert.same(values, shown)
    assert.equal(sum, number_in(text:match "([%d,]+) in all"))
  end)

  it("shows days that are too long ago as missing", function()
    local svg, text = svg_of("--account", ACCOUNT, "--days", "95")
    local missing = select(2, svg:gsub(": no data</title>", ""))
    assert.is_true(missing >= 4 and missing <= 6, missing)
    assert.matches(("no data for %d of 95 days"):format(missing), text)
  end)

  it("has the best media in order", function()
    local ig, media = client.new(), {}
    for one in ig:user(ACCOUNT):media { fields = { "id", "caption" } } do
      local measured = ig:media(one.id):insights { metric = { "reach", "total_interactions" } }
      local rows = assert(iggraph.insights.rows(measured))
      local reach = rows[1].value
      media[#media + 1] = { reach = reach, rate = reach > 0 and rows[2].value / reach or 0 }
    end
    local function shown(best)
      local _, text = svg_of("--account", ACCOUNT, "--best", best, "--top", "30")
      local reached, rates = {}, {}
      for reach, rate in text:gmatch "\n *%d+ %d+ %a+ %d+ %a+ +([%d,]+) +[%d,]+ +(%S+)" do
        reached[#reached + 1], rates[#rates + 1] = number_in(reach), rate:gsub("–", "0.0")
      end
      return reached, rates
    end
    local function sorted(of)
      local list = {}
      for i, one in ipairs(media) do list[i] = of(one) end
      table.sort(list, function(a, b) return a > b end)
      return list
    end
    assert.equal(30, #media)
    assert.same(sorted(function(one) return one.reach end), (shown "reach"))
    local expected, _, rates = sorted(function(one) return one.rate end), shown "engagement"
    for i, rate in ipairs(expected) do assert.equal(("%.1f"):format(100 * rate), rates[i]) end
  end)

  it("counts media that have no insights", function()
    local ok, text = run("--account", "17840000000002108", "--media", "25")
    assert.is_true(ok)
    assert.matches("15 of 25 media have no insights$", text)
  end)

  it("has colours on a terminal only", function()
    local _, text = run("--account", ACCOUNT)
    assert.is_nil(text:find("\27", 1, true))
    local program = command(sandbox.tokens.user, "--account", ACCOUNT)
    local _, screen = shell.run(("timeout 60 script -qec %s /dev/null </dev/null"):format(shell.quote(program)))
    assert.matches("\27%[34m█", screen)
  end)

  it("tells in a line what is wrong", function()
    assert.same({ false, "the token leads to no account 'nobody'" }, { run("--account", "nobody") })
    local ok, text = shell.run(command(sandbox.tokens.expired))
    assert.is_false(ok)
    assert.matches("^GET [^\n]*%(auth[^\n]*$", text)
    assert.same({ false, "--best: engagement or reach, please" }, { run("--best", "looks") })
    assert.same({ false, "--days: a whole number of 1 or more, please" }, { run("--days", "0") })
    local program = command(sandbox.tokens.user)
    assert.same({ false, "IG_CA_FILE cannot be read" }, { shell.run("IG_CA_FILE=/not/there " .. program) })
    ok, text = shell.run("LUA_PATH=';' LUA_CPATH=';' " .. program)
    assert.is_false(ok)
    assert.matches("^module 'iggraph[%w.]*' not found %(in a checkout, eval \"[^\n]+ comes first%)$", text)
    ok, text = run "--help"
    assert.same({ true, "usage: lua5.4 examples/insights.lua [options]" }, { ok, text:match "^[^\n]+" })
  end)
end)
