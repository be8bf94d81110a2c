-- Everything that reads what others send, given what nobody would send: each target of spec/fuzz/targets says what must
-- hold of it. The inputs in spec/fuzz/seeds show what there is, or failed once; libFuzzer makes others of them.

local lfs = require "lfs"

local SECONDS = 10
local FEWEST = 100 -- runs in that time: or nothing was tried

local is_ours = _VERSION == "Lua 5.4"

local function run(command)
  local pipe = assert(io.popen(command .. " 2>&1; echo exit $?"))
  local output = pipe:read "*a"
  pipe:close()
  local text, status = output:match "^(.*)exit (%d+)%s*$"
  return tonumber(status), text
end

local function check_run(command)
  local status, text = run(command)
  assert(status == 0, text)
  return text
end

local function names_in(folder)
  local names = {}
  for name in lfs.dir(folder) do
    if not name:find "^%." then names[#names + 1] = name end
  end
  table.sort(names)
  return names
end

local targets = {}
for i, file in ipairs(names_in "spec/fuzz/targets") do targets[i] = file:match "^(.*)%.lua$" end

describe("what others may send", function()
  local replay = "build/lua5.4/replay"

  setup(function()
    if is_ours then check_run("make -s LUA=lua5.4 " .. replay) end
  end)

  local function each(name, test)
    it(name, function()
      if not is_ours then return pending "the fuzzer is linked with Lua 5.4" end
      test()
    end)
  end

  for _, target in ipairs(targets) do
    each("does no harm where it once did, or is told in the facts: " .. target, function()
      local folder = "spec/fuzz/seeds/" .. target
      local inputs = names_in(folder)
      assert(#inputs > 0, "no input")
      local text = check_run(("FUZZ=%s %s %s/*"):format(target, replay, folder))
      for _, input in ipairs(inputs) do assert(text:find(folder .. "/" .. input, 1, true), input) end
    end)
  end

  each("is told when something does not hold", function()
    local folder = os.tmpname()
    os.remove(folder)
    local function write(name, text)
      local file = assert(io.open(folder .. "/" .. name, "w"))
      file:write(text)
      file:close()
    end
    check_run(("mkdir -p %s/spec/fuzz/targets"):format(folder))
    write("spec/fuzz/targets/failing.lua", [[return function(text) assert(text ~= "bad", "it does not hold") end]])
    write("good", "good")
    write("bad", "bad")
    local command = ("LUA_PATH='%s/?.lua;;' FUZZ=failing %s %s/"):format(folder, replay, folder)
    check_run(command .. "good")
    local status, text = run(command .. "bad")
    check_run("rm -r " .. folder)
    assert.not_equal(0, status)
    assert.matches("failing: .*it does not hold\nstack traceback:", text)
  end)

  it("does no harm in whatever way libFuzzer changes it", function()
    if not is_ours then return pending "the fuzzer is linked with Lua 5.4" end
    local source = "'int LLVMFuzzerTestOneInput(const char *, long); int LLVMFuzzerTestOneInput(const char *d, long s)"
      .. " { return d == 0 && s == 1; }'"
    if run("echo " .. source .. " | clang -fsanitize=fuzzer,address -x c -o /dev/null -") ~= 0 then
      return pending "clang's libFuzzer is not there"
    end
    check_run "make -s fuzzer"
    local text = check_run(("BUILD=build/fuzz JOBS=%d sh spec/fuzz/run.sh %d"):format(#targets, SECONDS))
    for _, target in ipairs(targets) do
      local runs = text:match("%f[%w]" .. target .. " +(%d+) runs")
      assert(runs and tonumber(runs) >= FEWEST, text)
    end
  end)
end)
