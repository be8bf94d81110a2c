--- A prompt with a client: results, cursors and errors are shown as people read them, and help is there.
--
--     lua5.4 -i examples/repl.lua        also lua5.1 -i and luajit -i: there "=" goes before an expression
--     luajit examples/repl.lua           without -i: a plain prompt of its own, in any Lua, and no "="
--     nvim -S examples/repl.lua          and then :lua =ig:me():get()
--     resty examples/repl.lua            in OpenResty; for Debian's nginx see examples/repl.conf
--
-- IG_ACCESS_TOKEN=… in front of it asks the Graph; without a token the built-in sandbox answers. There are `ig`, a
-- client; `iggraph`; `help`, `show`; and `_`, what was shown last.

if arg and arg[1] == "--help" then
  print "usage: lua5.4 -i examples/repl.lua\nA prompt with ig, a client of the Graph. IG_ACCESS_TOKEN: whose"
  os.exit(0)
end

dofile((debug.getinfo(1, "S").source:match "^@(.*/)" or "") .. "script.lua") -- says so where iggraph is missing
local iggraph = require "iggraph"
local nodes = require "iggraph.nodes"

local vim, ngx = rawget(_G, "vim"), rawget(_G, "ngx")
local load_text = loadstring or load -- luacheck: ignore 113

local function write(text)
  io.stdout:write(text)
  io.stdout:flush()
end

local print_text = vim and print or function(text) write(text .. "\n") end

local function complain(text)
  if vim then vim.notify(text, vim.log.levels.WARN) else io.stderr:write(text, "\n") end
end

local ig, server = require("iggraph.sandbox").client()
if not ig then
  complain(server)
  os.exit(1)
end

local RAN = { [true] = true, [0] = true } -- what os.execute returns of a command that ended well

-- --- what is shown ----------------------------------------------------------------------------------

local function is_error(value) return type(value) == "table" and rawget(value, "kind") and rawget(value, "message") end

-- Of a failure the error alone; of what a list's method returns, for Lua 5.4's `for`, the cursor.
local function essence(count, first, second, ...)
  if count == 3 and first == nil and is_error(second) then return 1, second end
  if count == 4 and type(first) == "userdata" and select(2, ...) == first then return 1, first end
  return count, first, second, ...
end

-- On a terminal, errors are red, and what is said of a cursor is not as bright as its items.
local has_colours = not vim and not os.getenv "NO_COLOR" and RAN[os.execute "test -t 1"]
local RED, FAINT, PLAIN = "\27[31m", "\27[2m", "\27[0m"

local function coloured(value, text)
  if not has_colours then return text end
  if is_error(value) then return RED .. text .. PLAIN end
  if tostring(value):find "^iggraph%.cursor" then
    return (text:gsub("^[^\n]+", FAINT .. "%0" .. PLAIN):gsub("[^\n]+$", FAINT .. "%0" .. PLAIN))
  end
  return text
end

local function text_of(count, ...)
  local texts, between = {}, "\t"
  for i = 1, count do
    local value = (select(i, ...))
    texts[i] = coloured(value, iggraph.show(value)) -- strings and numbers as they are
    if type(value) ~= "string" and texts[i]:find "\n" then between = "\n" end
  end
  if count > 0 then _G._ = (...) end
  return table.concat(texts, between)
end

local function show_all(...) print_text(text_of(essence(select("#", ...), ...))) end

-- --- what there is ----------------------------------------------------------------------------------

for name, value in pairs {
  ig = ig, iggraph = iggraph, help = iggraph.help, show = iggraph.show,
} do _G[name] = value end

-- The Graph ignores a parameter that it does not know.
function nodes.on_params(row, params)
  local words = require("iggraph.hint").param(row, params)
  if words then complain(("%s:%s: %s"):format(row.node, row.name, words)) end
end

-- Lua's own prompt prints by this, Neovim's `:lua =` by one of those.
if vim then
  vim.print, vim.pretty_print = show_all, show_all
else
  print = show_all -- luacheck: ignore 121
end

-- --- a prompt of its own ----------------------------------------------------------------------------

local function read(prompt)
  write(prompt)
  return io.read "*l"
end

-- What was typed, maybe over several lines; nil at the end of the input, else nil and what is wrong with it.
local function read_chunk()
  local text = read "> "
  while text do
    local chunk, words = load_text("return " .. text:gsub("^=", ""), "=prompt")
    if not chunk then chunk, words = load_text(text, "=prompt") end
    if chunk or not words:find "<eof>'?$" then return chunk or function() error(words, 0) end end
    local more = read ">> "
    text = more and text .. "\n" .. more
  end
end

local function tell(went_well, ...)
  if not went_well then return complain(tostring((...))) end
  if select("#", ...) > 0 then show_all(...) end
end

local function run()
  for chunk in read_chunk do tell(pcall(chunk)) end
  print_text ""
end

local function has_prompt() -- by -i, or because it is an editor's
  if not arg then return vim ~= nil end
  for i = -1, -9, -1 do
    if arg[i] == "-i" then return true end
  end
  return false
end

-- --- beginning --------------------------------------------------------------------------------------

local versions = iggraph.versions()
show_all(("iggraph %s, %s, %s"):format(versions.iggraph, versions.lua,
  server and "no IG_ACCESS_TOKEN: the sandbox at " .. server.https or tostring(ig)))
show_all 'ig is a client: begin with ig:instagram_accounts(), help() or help "user"'
if ngx or not has_prompt() then
  run()
  if server then server:stop() end
end
