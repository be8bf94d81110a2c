-- The rock, built from a clean clone by LuaRocks into a tree of its own, for the Lua that runs this.

local abi = _VERSION:match "%d%.%d"
local is_luajit = rawget(_G, "jit") ~= nil
local interpreter = is_luajit and "luajit" or "lua" .. abi

local function run(command)
  local pipe = io.popen("(" .. command .. ") 2>&1; echo \" status $?\"")
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

local function version_of(file, pattern)
  local handle = assert(io.open(file))
  local text = handle:read "*a"
  handle:close()
  return text:match(pattern)
end

describe("a shell", function()
  it("finds the module from any folder by what `make env` prints", function()
    local ok, output = run(([[
      root=$PWD && cd / && unset LUA_PATH LUA_CPATH && lines=$(make -s -C "$root" env LUA=%s) &&
      echo "$lines" | grep -v "^export LUA_PATH='/.*' LUA_CPATH='/.*'$" ; eval "$lines" &&
      %s -e 'print(require("iggraph")._VERSION)']]):format(interpreter, interpreter))
    assert.is_true(ok, output)
    assert.equal(require("iggraph")._VERSION, output:match "^(%S+)\n")
  end)
end)

describe("the rock", function()
  local dir = read_line "mktemp -d"
  local tree, clone = dir .. "/tree", dir .. "/clone"
  teardown(function() os.execute("rm -rf " .. dir) end)

  it("passes luarocks lint", function()
    local ok, output = run "luarocks lint rockspec/iggraph-scm-1.rockspec"
    assert.is_true(ok, output)
  end)

  it("installs from a clean clone and is found in that tree alone", function()
    local luajit = is_luajit and " LUA_INCDIR=" .. read_line "pkg-config --variable=includedir luajit" or ""
    local ok, output = run(([[
      git clone -q "file://$PWD" %s && cd %s &&
      luarocks --lua-version=%s make --tree %s --deps-mode=none rockspec/iggraph-scm-1.rockspec%s]])
      :format(clone, clone, abi, tree, luajit))
    assert.is_true(ok, output)

    ok, output = run(([[
      cd / && LUA_PATH='%s/share/lua/%s/?.lua;%s/share/lua/%s/?/init.lua' LUA_CPATH='%s/lib/lua/%s/?.so' %s -e '
        local iggraph = require "iggraph"
        print(iggraph.new { access_token = "t" }, iggraph._VERSION)']])
      :format(tree, abi, tree, abi, tree, abi, interpreter))
    assert.is_true(ok, output)
    assert.matches("iggraph.client (https://graph.facebook.com/v26.0)", output, 1, true)
    local sandbox = assert(io.open(tree .. "/share/lua/" .. abi .. "/iggraph/sandbox/init.lua"))
    sandbox:close()
  end)

  it("has one version, which the changelog knows", function()
    local version = version_of("csrc/iggraph.h", '#define IG_VERSION "([^"]+)"')
    assert.equal(version, require("iggraph")._VERSION)
    assert.equal(version, version_of("CHANGELOG.md", "\n## ([%d.]+)"))
  end)
end)
