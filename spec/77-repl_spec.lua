-- Prompts in a real terminal: somebody types, and reads the screen.
local client = require "spec.support.client"
local picture = require "spec.support.picture"
local nvim_host = require "spec.support.nvim_host"
local shell = require "iggraph.sandbox.shell"
local terminal = require "spec.support.terminal"

local BARE = "env -u IG_ACCESS_TOKEN NO_COLOR=1 "
local USER = 'ig:user("17841405822304914")'

local function plain(text) return (text:gsub("%p", "%%%0")) end

-- What is typed, and what is seen then; before Lua 5.3 Lua's own prompt wants "=" in front of an expression.
local function shows_values(command, equals)
  local screen
  setup(function()
    screen = terminal.open(BARE .. command, { width = 220, height = 150 })
    screen:wait "\n>$"
  end)
  teardown(function() if screen then screen:close() end end)

  -- What stands between the line and the next prompt.
  local function answer(text)
    screen:type(equals .. text)
    local after = "> " .. plain(equals .. text) .. "\n"
    return screen:wait(after .. "(.*)\n>$"):match(".*" .. after .. "(.*)\n>$")
  end

  it("is ready: there is a client of the sandbox, where there is no token", function()
    screen:wait "no IG_ACCESS_TOKEN: the sandbox at https://localhost:%d+\nig is a client: begin"
  end)

  it("shows a result as a table", function()
    assert.equal('{ id = "10210000000000001", name = "Sandra Sandbox" }', answer "ig:me():get()")
  end)

  it("shows what is next of a cursor, and takes none of it", function()
    local seen = answer(USER .. ':media { fields = "id,like_count" }')
    assert.matches("^iggraph.cursor %(17841405822304914/media, 0 given%)\nid                 like_count\n" ..
      "%-+  %-+\n17918195224117851  37\n", seen)
    assert.matches("\n6 fetched, none taken: cursor:next%(%), or for item in cursor do … end$", seen)
    assert.equal("37", answer "_:next().like_count")
  end)

  it("shows handles and failures in a line", function()
    assert.equal('iggraph: IG User 17841405822304914; its edges: iggraph.help "user"', answer(USER))
    assert.matches("^GET /v26.0/1: Unsupported get request.-%(not_found, HTTP 400, code 100,[^\n]*$",
      answer 'ig:user("1"):get()')
  end)

  it("leaves texts and numbers as they are", function()
    assert.equal("a\tb\t1\tnil\ttrue", answer('"a\\tb", 1, nil, true'):gsub("  +", "\t"))
  end)

  it("says what a mistyped name may have meant", function()
    assert.matches("IG User has no edge 'medai': did you mean 'media'?", answer(USER .. ":medai()"), 1, true)
    assert.matches("field (usrname)", answer(USER .. ':get { fields = "usrname" }'), 1, true)
    assert.matches(": did you mean 'username' or 'name'?", answer(USER .. ':get { fields = "usrname" }'), 1, true)
    assert.matches("unknown option 'max_item': did you mean 'max_items'?",
      answer(USER .. ":media({}, { max_item = 1 })"), 1, true)
    assert.matches("params.limt: did you mean 'limit'?", answer(USER .. ":media { limt = 1 }"), 1, true)
    assert.matches("params.max_items is an option: it belongs into the second table",
      answer(USER .. ":media { max_items = 1 }"), 1, true)
  end)

  it("helps", function()
    assert.matches("^ig:media%(id%):comments%(%)\nGET /<id>/comments gives a cursor", answer 'help "media.comments"')
    assert.matches('More: iggraph.help "user" tells of a node', answer "help()", 1, true)
  end)
end

describe("a picture of a terminal", function()
  it("has its text, its colours and its bold words at their columns, and nothing that would end the text", function()
    local options = { title = "<>", description = "d", width = 10 }
    local svg = picture.svg("a \27[31mb<c\27[0m d\27[1;38;5;196me\27[m\n恐 f\27[7mg", options)
    assert.matches('<text x="34.8" y="52" textLength="25.2" fill="#f07178">b&lt;c</text>', svg, 1, true)
    assert.matches('<text x="76.8" y="52" textLength="8.4" font-weight="bold" fill="#ff0000">e</text>', svg, 1, true)
    assert.matches('<text x="43.2" y="71" textLength="8.4">f</text>', svg, 1, true) -- behind a wide character
    assert.matches('<rect x="51.6" y="57" width="8.4" height="19" fill="#d7dce5"/>', svg, 1, true)
    assert.matches('<title id="title">&lt;&gt;</title>', svg, 1, true)
  end)
end)

local why_not = terminal.why_not()
if why_not then
  pending("prompts in a terminal: " .. why_not)
  return
end

describe("Lua's own prompt, with examples/repl.lua,", function()
  local equals = (_VERSION == "Lua 5.1" or _VERSION == "Lua 5.2") and "=" or ""
  shows_values(client.interpreter() .. " -i examples/repl.lua", equals)
end)

describe("the prompt of examples/repl.lua", function()
  local command = client.interpreter() .. " examples/repl.lua"
  shows_values(command, "")

  it("ends with the input", function()
    local screen = terminal.open("sh -c " .. shell.quote(BARE .. command .. "; echo status $?; exec sleep 99"))
    finally(function() screen:close() end)
    screen:wait "\n>$"
    screen:press "C-d"
    screen:wait "\nstatus 0$"
  end)

  it("has colours on a terminal, and none where they are not wanted", function()
    local screen = terminal.open("env -u NO_COLOR -u IG_ACCESS_TOKEN " .. command)
    finally(function() screen:close() end)
    screen:wait "\n>$"
    screen:type 'ig:user("1"):get()'
    screen:wait "trace"
    assert.matches("\27[31mGET /v26.0/1:", screen:screen(true), 1, true)
    local ok, words = shell.run("echo 'ig:user(\"1\"):get()' | " .. command)
    assert.is_true(ok)
    assert.matches("\n> GET /v26.0/1:", words, 1, true)
  end)
end)

describe("Neovim, with examples/repl.lua,", function()
  local missing = nvim_host.why_not()
  if missing then return pending(missing) end
  local screen

  setup(function()
    local root = nvim_host.root()
    local paths = ("env LUA_PATH=%s LUA_CPATH=%s "):format(
      shell.quote(root .. "/lua/?.lua;" .. root .. "/lua/?/init.lua;;"), shell.quote(root .. "/build/luajit/?.so;;"))
    screen = terminal.open(paths .. BARE .. "nvim -u NONE -i NONE -n -S examples/repl.lua", { width = 120 })
    screen:wait "ig is a client: "
    screen:press "Enter"
  end)
  teardown(function() if screen then screen:close() end end)

  local function answer(text, pattern)
    screen:type(":lua =" .. text)
    local seen = screen:wait(pattern)
    screen:press "Escape"
    return seen
  end

  it("shows results, cursors and failures by :lua =", function()
    answer("ig:me():get()", '{ id = "10210000000000001", name = "Sandra Sandbox" }')
    answer(USER .. ':media { fields = "id,like_count" }', "\n17918195224117851  37 *\n.*none taken")
    answer("_:next().like_count", "\n37%f[%D]")
    answer(USER .. ':get { fields = "usrname" }', "did you mean 'username'")
    answer(USER .. ":medai()", "did you mean 'media'%?")
    answer('help "media.comments"', "GET /<id>/comments gives a cursor")
  end)
end)

describe("nginx, with examples/repl.conf,", function()
  local has_module = shell.run "test -e /usr/share/nginx/modules/ngx_http_lua_module.so"
  if not has_module then return pending "no nginx with Lua" end

  it("reads what is typed and calls in its own way", function()
    local root = nvim_host.root()
    local ok, words = shell.run(("echo 'ig:me():get()' | env LUA_PATH=%s LUA_CPATH=%s nginx -p \"$(mktemp -d)\" " ..
      '-c "$PWD/examples/repl.conf"'):format(shell.quote(root .. "/lua/?.lua;" .. root .. "/lua/?/init.lua;;"),
      shell.quote(root .. "/build/luajit/?.so;;")))
    assert.is_true(ok, words)
    assert.matches('> { id = "10210000000000001", name = "Sandra Sandbox" }', words, 1, true)
  end)
end)
