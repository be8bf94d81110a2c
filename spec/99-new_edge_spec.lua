-- What the README tells contributors: a new edge is one line in `csrc/graph.c`. A copy of the tree gets one that the
-- Graph does not have, and is built; then it can be called, its parameters are checked, and help, reference and types
-- know it.

local client = require "spec.support.client"
local fault_server = require "spec.support.fault_server"
local ldoc = require "spec.support.ldoc"

local LINE = [[    {"IG Hashtag", "inventions", "GET", "inventions", "list", "user_id"},]]
local BEFORE = [[    {"IG Hashtag", "recent_media",]]

local SCRIPT = [[
  local iggraph = require "iggraph"
  local ig = iggraph.new { access_token = "t", base_url = %q, retry = false }
  local hashtag = ig:hashtag "17873440459141021"
  for item in hashtag:inventions { user_id = "1" } do print(item.id) end
  print(pcall(function() return hashtag:inventions() end))
  print(pcall(function() return hashtag:invention() end))
  local text = require("spec.support.edges_doc").text()
  print(text:match "GET /inventions", text:match "IG_Hashtag:inventions", text:match "params%%.user_id")
  print((iggraph.help("hashtag"):gsub("\n", " ")))
]]

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

local function check(command, ...)
  local pipe = io.popen(("(" .. command .. ") 2>&1; echo \" status $?\""):format(...))
  local output = pipe:read "*a"
  pipe:close()
  assert.matches("status 0%s*$", output)
end

describe("an edge that is new", function()
  local jit = rawget(_G, "jit")
  local lua = jit and "luajit" or "lua" .. _VERSION:match "%d%.%d"
  local faults, dir

  setup(function()
    faults = fault_server.start()
    dir = io.popen("mktemp -d"):read "*l"
    check("cp -r Makefile README.md csrc lua spec %s", dir)
    local rows = ldoc.read(dir .. "/csrc/graph.c")
    local at = assert(rows:find(BEFORE, 1, true))
    write(dir .. "/csrc/graph.c", rows:sub(1, at - 1) .. LINE .. "\n" .. rows:sub(at))
    check("make -s -C %s types LUA=%s CFLAGS=-O0", dir, lua)
  end)

  teardown(function()
    faults:stop()
    os.execute("rm -rf " .. dir)
  end)

  it("takes one line, and works at once", function()
    faults:answer { body = '{"data":[{"id":"1"},{"id":"2"}]}' }
    local environment = ("cd %s && LUA_PATH='%s/lua/?.lua;%s/lua/?/init.lua;%s/?.lua;;' LUA_CPATH='%s/build/%s/?.so;;'")
      :format(dir, dir, dir, dir, dir, lua)
    local lines = client.run(SCRIPT:format(faults.http), environment)
    assert.same({ "1", "2" }, { lines[1], lines[2] })
    assert.matches("IG Hashtag:inventions: params.user_id is required", lines[3], 1, true)
    assert.matches("no edge 'invention': did you mean 'inventions'?", lines[4], 1, true)
    assert.equal("GET /inventions\tIG_Hashtag:inventions\tparams.user_id", lines[5])
    assert.matches(":inventions { user_id* }", lines[6], 1, true)
  end)

  it("is known to editors", function()
    local types = ldoc.read(dir .. "/lua/iggraph/types.lua")
    assert.matches("\nfunction IG_Hashtag:inventions(params, opts) end\n", types, 1, true)
    assert.matches("---@class iggraph.IG_Hashtag.inventions.params: iggraph.params\n---@field user_id string\n", types,
      1, true)
  end)
end)
