-- What packagers do: the rock, built from a clean clone by LuaRocks into a tree of its own, or installed from a server;
-- `make install`; other C libraries. For the Lua that runs this.

local ldoc = require "spec.support.ldoc"

local abi = _VERSION:match "%d%.%d"
local is_luajit = rawget(_G, "jit") ~= nil
local interpreter = is_luajit and "luajit" or "lua" .. abi

local function run(command, ...)
  local pipe = io.popen("(" .. command:format(...) .. ") 2>&1; echo \" status $?\"")
  local output = pipe:read "*a"
  pipe:close()
  return output:match "status 0%s*$" ~= nil, output
end

local function read_line(command)
  local pipe = io.popen(command)
  local line = pipe:read "*l"
  pipe:close()
  return line
end

local function check(command, ...)
  local ok, output = run(command, ...)
  assert.is_true(ok, output)
  return output
end

local function lines_of(command)
  local lines = {}
  for line in io.popen(command):lines() do lines[#lines + 1] = line end
  table.sort(lines)
  return lines
end

local dir = read_line "mktemp -d"
teardown(function() os.execute("rm -rf " .. dir) end)

-- Runs a script that finds nothing but what is below a prefix.
local function run_from(prefix, more)
  return check([[
    cd / && export LUA_PATH='%s/share/lua/%s/?.lua;%s/share/lua/%s/?/init.lua' LUA_CPATH='%s/lib/lua/%s/?.so' && %s -e '
      local iggraph = require "iggraph"
      print(iggraph.new { access_token = "t" }, iggraph._VERSION) %s']],
    prefix, abi, prefix, abi, prefix, abi, interpreter, more or "")
end

local CLIENT = "iggraph%.client %(https://graph%.facebook%.com/v26%.0%)"
local INCLUDE = is_luajit and " LUA_INCDIR=" .. read_line "pkg-config --variable=includedir luajit" or ""

local function rockspecs() return lines_of "ls rockspec/*.rockspec" end

describe("a shell", function()
  it("says in a line what is missing, before it compiles anything", function()
    local ok, words = run "make -s LUA=lua9 BUILD=$(mktemp -du)"
    assert.is_false(ok)
    assert.matches("^missing, to build for lua9 [^\n]+apt%-get install gcc [^\n]+\nmake[^\n]+\n status 2\n$", words)
  end)

  it("finds the module from any folder by what `make env` prints", function()
    local output = check([[
      root=$PWD && cd / && unset LUA_PATH LUA_CPATH && lines=$(make -s -C "$root" env LUA=%s) &&
      echo "$lines" | grep -v "^export LUA_PATH='/.*' LUA_CPATH='/.*'$" ; eval "$lines" &&
      %s -e 'print(require("iggraph")._VERSION)']], interpreter, interpreter)
    assert.equal(require("iggraph")._VERSION, output:match "^(%S+)\n")
  end)
end)

describe("make install", function()
  -- A relative DESTDIR, as packagers' scripts have it.
  it("puts the module and all of its files below DESTDIR and PREFIX", function()
    local dest = "build/dest-" .. interpreter
    check("rm -rf %s && make -s install LUA=%s DESTDIR=%s PREFIX=/usr", dest, interpreter, dest)
    local prefix = read_line "pwd" .. "/" .. dest .. "/usr"
    local files = "cd %s && find . -type f"
    assert.same(lines_of(files:format "lua"), lines_of(files:format(prefix .. "/share/lua/" .. abi)))
    assert.same({ "./iggraph/core.so" }, lines_of(files:format(prefix .. "/lib/lua/" .. abi)))
    assert.matches(CLIENT, run_from(prefix))
    os.execute("rm -rf " .. dest)
  end)
end)

describe("the rock", function()
  it("passes luarocks lint, each of its rockspecs", function()
    for _, rockspec in ipairs(rockspecs()) do check("luarocks lint %s", rockspec) end
  end)

  it("has rockspecs that differ in the release alone, and are named after it", function()
    local scm = ldoc.read "rockspec/iggraph-scm-1.rockspec"
    for _, rockspec in ipairs(rockspecs()) do
      local release = rockspec:match "iggraph%-(.+)%-1%.rockspec$"
      assert.equal((scm:gsub('local release = "scm"', ('local release = "%s"'):format(release))), ldoc.read(rockspec))
    end
  end)

  it("has one version, which the changelog knows, and a rockspec once it is released", function()
    local version = ldoc.read("csrc/iggraph.h"):match '#define IG_VERSION "([^"]+)"'
    assert.equal(version, require("iggraph")._VERSION)
    local known, state = ldoc.read("CHANGELOG.md"):match "\n## %[?([%d.]+)%]?([^\n]*)"
    assert.equal(version, known)
    local is_released = not state:find "unreleased"
    if is_released then ldoc.read(("rockspec/iggraph-%s-1.rockspec"):format(version)) end
  end)

  it("installs from a clean clone and is found in that tree alone", function()
    local tree, clone = dir .. "/tree", dir .. "/clone"
    check([[
      git clone -q "file://$PWD" %s && cd %s &&
      luarocks --lua-version=%s make --tree %s --deps-mode=none rockspec/iggraph-scm-1.rockspec%s]],
      clone, clone, abi, tree, INCLUDE)
    assert.matches(CLIENT, run_from(tree))
    ldoc.read(tree .. "/share/lua/" .. abi .. "/iggraph/sandbox/init.lua")
  end)

  local has_debian = os.execute "dpkg -s lua-cjson >/dev/null 2>&1"
  local test = has_debian and it or function(name) pending(name .. ": lua-cjson is not Debian's") end

  test("installs from a server, with lua-cjson as it names it", function()
    local server, tree = dir .. "/server", dir .. "/served"
    check("sh spec/support/rock_server.sh %s %s", abi, server)
    check("luarocks --lua-version=%s install --only-server=%s --tree=%s iggraph CFLAGS='-O0 -fPIC'%s",
      abi, server, tree, INCLUDE)
    assert.matches(CLIENT .. ".*cjson", run_from(tree, 'print(require("cjson")._NAME)'))
    local installed = check("luarocks --lua-version=%s --tree=%s list --porcelain", abi, tree)
    assert.matches("iggraph\t", installed, 1, true)
    assert.matches("lua-cjson\t", installed, 1, true)
  end)
end)

describe("the C side", function()
  local has_musl = os.execute "command -v musl-gcc >/dev/null 2>&1"
  local test = has_musl and it or function(name) pending(name .. ": musl-tools are not installed") end

  -- libcurl's and OpenSSL's headers are the system's: all else is musl's.
  test("needs nothing that musl does not have", function()
    check([[
      musl-gcc -std=c99 $(sed -n 's/^FEATURES := //p' Makefile) -Wall -Wextra -Werror -fsyntax-only -pthread \
        $(pkg-config --cflags %s) -idirafter /usr/include -idirafter /usr/include/$(gcc -print-multiarch) csrc/*.c]],
      interpreter)
  end)
end)
