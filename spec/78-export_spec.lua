-- examples/export.lua: stopped and gone on with in every way, the file is that of one run.

local client = require "spec.support.client"
local sandbox = require "iggraph.sandbox"
local shell = require "iggraph.sandbox.shell"
local support = require "spec.support.sandbox"

local unpack = table.unpack or unpack -- luacheck: read globals unpack

local SCRIPT = "examples/export.lua"
-- With 250 media, none, as many as a page has, 130 and 7: 10 pages.
local ACCOUNTS = {
  "17840000000000250", "17840000000000000", "17840000000000100", "17840000000000130", "17840000000000007",
}
local LIST = table.concat(ACCOUNTS, ",")

-- Beside os.rename: before or after the call number `at` the process gets a signal.
local STOPPED = [[
local at, signal, is_before = %d, "%s", %s
local count, rename = 0, os.rename
local function stop() io.popen("kill -" .. signal .. " $PPID"):close() end
function os.rename(...)
  count = count + 1
  if count == at and is_before then stop() end
  local ok, why = rename(...)
  if count == at and not is_before then stop() end
  return ok, why
end]]

describe("the export", function()
  local dir, count = nil, 0

  setup(function()
    local _, name = shell.run "mktemp -d"
    dir = name
  end)

  teardown(function() shell.run("rm -rf " .. shell.quote(dir)) end)

  before_each(function() support.reset() end)

  local function new_file(ending)
    count = count + 1
    return ("%s/%d.%s"):format(dir, count, ending or "csv")
  end

  -- `how`: token, url, before (Lua to be run before it).
  local function command(how, ...)
    local words = { "env", "IG_ACCESS_TOKEN=" .. (how.token or sandbox.tokens.user),
      "IG_BASE_URL=" .. (how.url or support.shared().http), client.interpreter() }
    if how.before then
      words[#words + 1] = "-e"
      words[#words + 1] = how.before
    end
    words[#words + 1] = SCRIPT
    for _, word in ipairs { ... } do words[#words + 1] = word end
    for i, word in ipairs(words) do words[i] = word:find "[^%w_=./:,-]" and shell.quote(word) or word end
    return table.concat(words, " ")
  end

  -- Its status, and what it told.
  local function run(how, ...)
    local _, text = shell.run(command(how, ...) .. "; echo \"=$?\"")
    local told, status = text:match "^(.-)\n?=(%d+)$"
    return tonumber(status), told
  end

  -- The file of one run.
  local wholes = {}
  local function whole(...)
    local key = table.concat({ ... }, " ")
    if not wholes[key] then
      local name = new_file()
      local status, told = run({}, "--output", name, ...)
      assert.same({ 0 }, { status }, told)
      wholes[key] = shell.read(name)
    end
    return wholes[key]
  end

  -- Rows of RFC 4180, by the names in the first.
  local function rows_of(text)
    local rows, row, at = {}, {}, 1
    while at <= #text do
      local value, ends, after = text:match('^"([^"]*)()(.?)', at)
      if value then
        while after == '"' and text:sub(ends + 1, ends + 1) == '"' do
          local more
          more, ends, after = text:match('^([^"]*)()(.?)', ends + 2)
          value = value .. '"' .. more
        end
        ends = ends + 1
      else
        value, ends = text:match('^([^",\r\n]*)()', at)
      end
      row[#row + 1] = value
      local separator = text:match("^,", ends) or text:match("^\r\n", ends)
      assert(separator, ("neither a comma nor an end of the line at %d"):format(ends))
      at = ends + #separator
      if separator ~= "," then
        rows[#rows + 1] = row
        row = {}
      end
    end
    local named = {}
    for i = 2, #rows do
      named[i - 1] = {}
      assert.equal(#rows[1], #rows[i])
      for j, name in ipairs(rows[1]) do named[i - 1][name] = rows[i][j] end
    end
    return named, rows[1]
  end

  local function lines_of(text)
    assert.equal("\n", text:sub(-1))
    local lines = {}
    for line in text:gmatch "[^\n]+" do lines[#lines + 1] = assert(require("cjson").decode(line)) end
    return lines
  end

  it("has every medium of every account in order, as CSV", function()
    local rows = rows_of(whole("--accounts", LIST))
    local at = 0
    for _, id in ipairs(ACCOUNTS) do
      for media in client.new():user(id):media { fields = { "id", "caption", "like_count" }, limit = 100 } do
        at = at + 1
        local row = rows[at]
        assert.same({ id, media.id, media.caption or "", tostring(media.like_count or "") },
          { row.account_id, row.id, row.caption, row.like_count })
      end
    end
    assert.equal(at, #rows)
  end)

  it("keeps quotes, line breaks, nested lists to their ends, and no token", function()
    local name = new_file "jsonl"
    local fields = "id,caption,comments.limit(2){id,text,replies{id}}"
    assert.equal(0, (run({}, "--output", name, "--accounts", "metricsaurus", "--fields", fields)))
    local text = shell.read(name)
    local csv = rows_of(whole("--accounts", "metricsaurus", "--fields", fields))
    assert.is_nil(text:find("access_token", 1, true) or text:find("paging", 1, true))
    local comments, quotes, breaks = 0, 0, 0
    for i, line in ipairs(lines_of(text)) do
      assert.same({ "17841405822304914", "metricsaurus" }, { line.account_id, line.account })
      local ids = client.ids(line.comments or {})
      assert.same(client.ids(client.collect(client.new():media(line.id):comments())), ids)
      assert.same({ line.id, line.caption }, { csv[i].id, csv[i].caption })
      assert.same(line.comments and ids or {},
        client.ids(csv[i].comments ~= "" and require("cjson").decode(csv[i].comments) or {}))
      comments = math.max(comments, #ids)
      quotes = quotes + (line.caption:find('"', 1, true) and 1 or 0)
      breaks = breaks + (line.caption:find("\n", 1, true) and 1 or 0)
    end
    assert.is_true(comments > 2 and quotes > 0 and breaks > 0)
  end)

  it("asks for a time", function()
    local rows = rows_of(whole("--accounts", ACCOUNTS[1], "--since", "2026-01-30", "--until", "2026-01-31"))
    assert.is_true(#rows > 20 and #rows < 26, #rows)
    for _, row in ipairs(rows) do assert.matches("^2026%-01%-30T", row.timestamp) end
  end)

  it("has insights by the kind of the medium, and notes media that have none", function()
    local rows = rows_of(whole("--accounts", "17840000000000030", "--insights"))
    local kinds = {}
    for _, row in ipairs(rows) do kinds[row.media_product_type] = row end
    assert.equal(30, #rows)
    assert.is_true(tonumber(kinds.FEED.reach) >= 0 and kinds.FEED.ig_reels_avg_watch_time == "")
    assert.is_true(tonumber(kinds.REELS.ig_reels_avg_watch_time) >= 0 and kinds.REELS.follows == "")
    local converted = rows_of(whole("--accounts", "17840000000002108", "--insights", "--since", "2026-01-31"))
    assert.is_true(#converted == 11, #converted)
    assert.same({ "", "Invalid parameter" }, { converted[10].insights_error, converted[11].insights_error })
  end)

  -- What a write leaves that was cut.
  local function damage(name)
    for _, id in ipairs(ACCOUNTS) do
      local lines = io.open(("%s.parts/%s.lines"):format(name, id), "ab")
      lines:write "half a li"
      lines:close()
    end
  end

  for _, signal in ipairs { "KILL", "INT" } do
    for _, concurrency in ipairs { "1", "8" } do
      local title = "stopped by %s again and again, %s at a time, makes the file of one run"
      it(title:format(signal, concurrency), function()
        local name, how, runs = new_file(), {}, 0
        local status, told
        repeat
          runs = runs + 1
          how.before = STOPPED:format(3, signal, tostring(runs % 2 == 0))
          status, told = run(how, "--output", name, "--accounts", LIST, "--concurrency", concurrency)
          if status ~= 0 then assert.equal(signal == "INT" and 130 or 137, status, told) end
          if status == 130 then
            assert.matches("interrupted: %d+ media are there; the same command goes on$", told)
          end
          if status ~= 0 and runs % 3 == 0 then damage(name) end
        until status == 0 or runs > 30
        assert.is_true(runs > 3, runs)
        assert.equal(0, status)
        assert.is_true(whole("--accounts", LIST) == shell.read(name))
        assert.is_nil(shell.read(name .. ".parts/position"))
        assert.is_false((shell.run(("ls -d %s.*"):format(name))))
      end)
    end
  end

  it("stopped while the file is put together leaves it whole or not there", function()
    for _, is_before in ipairs { "true", "false" } do
      local name = new_file()
      local how = { before = STOPPED:format(11, "KILL", is_before) }
      assert.equal(137, (run(how, "--output", name, "--accounts", LIST)))
      local text = shell.read(name)
      assert.is_true(text == (is_before == "false" and whole("--accounts", LIST) or nil))
      local requests = #support.requests()
      assert.equal(0, (run({}, "--output", name, "--accounts", LIST)))
      assert.equal(requests, #support.requests())
      assert.is_true(whole("--accounts", LIST) == shell.read(name))
    end
  end)

  it("goes on with insights, too", function()
    local name = new_file()
    local more = { "--accounts", "17840000000000005,17840000000000007,17840000000000104", "--insights" }
    for at = 2, 3 do
      local status = run({ before = STOPPED:format(at, "KILL", "true") }, "--output", name, unpack(more))
      assert.equal(137, status)
    end
    assert.equal(0, (run({}, "--output", name, unpack(more))))
    assert.is_true(whole(unpack(more)) == shell.read(name))
  end)

  it("makes the file of one run on a bad day, too", function()
    local expected = whole("--accounts", LIST)
    for _, concurrency in ipairs { "1", "8" } do
      support.reset()
      local kinds = "cut_body,cut_header,body_html_502,error_2_http_503,empty_page,reduce"
      support.control("-d rate=0.2 -d seed=7 -d kinds=" .. kinds, "chaos")
      local name = new_file()
      local status, told = run({}, "--output", name, "--accounts", LIST, "--concurrency", concurrency)
      assert.equal(0, status, told)
      assert.matches("again in %d", told)
      assert.is_true(expected == shell.read(name))
    end
  end)

  it("ends where the network is gone, says so in a line, and goes on", function()
    local name = new_file()
    run({ before = STOPPED:format(5, "KILL", "true") }, "--output", name, "--accounts", LIST)
    local status, told = run({ url = "http://127.0.0.1:9" }, "--output", name, "--accounts", LIST, "--deadline", "1")
    assert.equal(1, status)
    assert.matches("%(network.*: %d+ media are there; the same command goes on$", told)
    status, told = run({ token = sandbox.tokens.expired }, "--output", name, "--accounts", LIST)
    assert.equal(1, status)
    assert.matches("%(auth.*: %d+ media are there; the same command goes on$", told)
    assert.equal(0, (run({}, "--output", name, "--accounts", LIST)))
    assert.is_true(whole("--accounts", LIST) == shell.read(name))
  end)

  it("leaves accounts out that are refused, tells of them at the end, and exports the others", function()
    local name = new_file()
    local status, told = run({}, "--output", name, "--accounts",
      "17840000000000250_once_error_200,17840000000000007,17840000000000005_error_10")
    assert.equal(1, status)
    local lines = {}
    for line in told:gmatch "[^\n]+" do lines[#lines + 1] = line end
    assert.matches("^left out: 17840000000000250_once_error_200: GET .*%(permission", lines[#lines - 2])
    assert.matches("^left out: 17840000000000005_error_10: GET .*%(permission", lines[#lines - 1])
    assert.matches(": 7 media of 1 accounts", lines[#lines])
    assert.is_true(whole("--accounts", "17840000000000007") == shell.read(name))
  end)

  it("tries again what may pass, and keeps what was there before until then", function()
    local name, accounts = new_file(), "17840000000000250_once_error_1_http_500,17840000000000007"
    local before = io.open(name, "wb")
    before:write "of yesterday"
    before:close()
    support.control("-d rate=1 -d kinds=body_truncated", "chaos")
    local status, told = run({}, "--output", name, "--accounts", accounts, "--deadline", "1")
    assert.equal(1, status)
    assert.matches("not finished: 1784.*2 accounts are not finished: 0 media are there; ", told)
    assert.equal("of yesterday", shell.read(name))
    support.reset()
    assert.equal(0, (run({}, "--output", name, "--accounts", accounts)))
    assert.equal(257, #rows_of(shell.read(name)))
  end)

  it("begins an account anew whose place in the list is gone", function()
    local name, id = new_file(), "17840000000000250_bound_cursors"
    run({ before = STOPPED:format(2, "KILL", "false") }, "--output", name, "--accounts", id)
    local last = client.collect(client.new():user(id):media({ limit = 100 }, { max_items = 100 }))[100]
    assert(client.new():media(last.id):delete())
    local status, told = run({}, "--output", name, "--accounts", id)
    assert.equal(0, status, told)
    assert.matches("is begun anew", told)
    assert.equal(249, #rows_of(shell.read(name)))
  end)

  it("says what is wrong with a position, and begins anew when asked to", function()
    local name = new_file()
    local position = name .. ".parts/position"
    local function stop()
      local how = { before = STOPPED:format(4, "KILL", "true") }
      run(how, "--output", name, "--accounts", LIST, "--concurrency", "1")
    end
    local function goes_not_on(words, ...)
      local status, told = run({}, "--output", name, ...)
      assert.equal(1, status)
      assert.equal(words .. ": --restart begins anew", told)
    end
    stop()
    goes_not_on(position .. " is of an export with another --fields", "--accounts", LIST, "--fields", "id")
    local of_account = name .. ".parts/" .. ACCOUNTS[1] .. ".position"
    for _, text in ipairs { "", "{", '{"bytes":"many"}', "[]" } do
      shell.write(of_account, text)
      goes_not_on(of_account .. " is broken", "--accounts", LIST)
    end
    shell.write(position, "{")
    goes_not_on(position .. " is broken", "--accounts", LIST)
    assert.equal(0, (run({}, "--output", name, "--accounts", LIST, "--restart")))
    assert.is_true(whole("--accounts", LIST) == shell.read(name))
    stop()
    local lines = name .. ".parts/" .. ACCOUNTS[1] .. ".lines"
    shell.write(lines, "short")
    local status, told = run({}, "--output", name, "--accounts", LIST)
    assert.equal(1, status)
    assert.is_truthy(told:find(lines .. " is too short: --restart begins anew: ", 1, true), told)
  end)

  it("draws a bar on a terminal, where Ctrl-C ends it in a line", function()
    local name = new_file()
    support.control("-d rate=1 -d kinds=slow_100", "chaos")
    local typed = ("until [ -e %s.parts/%s.position ] || [ -e %s.end ]; do sleep 0.01; done; printf '\\003'; "
      .. "until [ -e %s.end ]; do sleep 0.01; done"):format(name, "17840000000000001", name, name)
    -- The shell stays: Ctrl-C is for all of the terminal's programs.
    local program = ("trap : INT; stty cols 80; %s; echo \"=$?\""):format(
      command({ token = sandbox.tokens.many }, "--output", name, "--concurrency", "1"))
    local _, screen = shell.run(("( %s ) | { timeout 60 script -qec %s /dev/null; touch %s.end; }"):format(typed,
      shell.quote(program), name))
    assert.matches("\r\27%[K%[#*%-+%] +%d+%%  %d+/80 accounts  %d+ media", screen)
    assert.matches("  %d+/s  limit %d+%%  %d+ req", screen)
    assert.matches("=130", screen)
    local ends = screen:gsub(".*\27%[K", "")
    assert.matches("^interrupted: %d+ media are there; the same command goes on\r\n", ends)
  end)

  it("is not written where all are refused", function()
    local name = new_file()
    local status, told = run({ token = sandbox.tokens.limited }, "--output", name, "--accounts", LIST)
    assert.equal(1, status)
    assert.equal(6, select(2, (told .. "\n"):gsub("\n", "\n")))
    assert.matches("\n" .. name:gsub("%p", "%%%0") .. " was not written: there is nothing to be in it$", told)
    assert.is_false((shell.run(("ls -d %s*"):format(name))))
  end)

  it("ends by Ctrl-C in a line before it has begun, too", function()
    local how = { before = [[local popen = io.popen
      function io.popen(...) popen("kill -INT $PPID"):close() return popen(...) end]] } -- its sandbox is being started
    how.token = ""
    assert.same({ 130, "interrupted" }, { run(how, "--output", new_file()) })
  end)

  it("has plain lines in a log", function()
    local status, told = run({}, "--output", new_file(), "--accounts", LIST, "--concurrency", "1")
    assert.equal(0, status)
    assert.is_nil(told:find "[\r\27]")
    assert.matches("^account_250: 250 media\naccount_0: 0 media\n.*\naccount_7: 7 media\n.*: 487 media", told)
  end)

  it("explains itself, and what it does not understand", function()
    local status, told = run({}, "--help")
    assert.same({ 0, "usage: lua5.4 examples/export.lua [options]" }, { status, told:match "^[^\n]+" })
    assert.same({ 2, "unknown: --outptu (--help tells the usage)" }, { run({}, "--outptu", "x") })
    assert.same({ 2, "--format: csv or jsonl, please" }, { run({}, "--format", "xml") })
    assert.same({ 2, "--output: a value is missing" }, { run({}, "--output") })
    assert.same({ 1, "the token leads to no account 'nobody'" },
      { run({}, "--output", new_file(), "--accounts", "nobody") })
  end)
end)
