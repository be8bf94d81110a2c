--- What the scripts of this folder share: the command line, and the terminal.
--
--     local script = dofile((arg[0]:match "^.*/" or "") .. "script.lua")
--     local options = script.options(USAGE)
--     local ig, server = script.client()

local script = {}

local INTERRUPTED = "interrupted!" -- as the interpreter says it

--- @param err what was raised
-- @treturn boolean whether that is Ctrl-C
function script.is_interruption(err) return tostring(err):sub(-#INTERRUPTED) == INTERRUPTED end

--- Ends the script with one line.
-- @param err an error, or what else there is to say
-- @tparam[opt] number status 130 for Ctrl-C, 1 for all else
function script.fail(err, status)
  local is_interrupted = script.is_interruption(err)
  local message = is_interrupted and "interrupted" or tostring(err):gsub("%s*\n%s*", " ")
  io.stderr:write(message, "\n")
  os.exit(status or is_interrupted and 130 or 1, true)
end

-- Whoever comes from the usage line in a checkout has built nothing yet, or has built it for another Lua.
local has_iggraph, why = pcall(require, "iggraph")
if not has_iggraph then
  local lua = rawget(_G, "jit") and "luajit" or _VERSION:lower():gsub(" ", "")
  script.fail(("%s (in a checkout, eval \"$(make -s env LUA=%s)\" comes first)"):format(
    why:match "^(module '[^']+' not found)" or why, lua), 2)
end

--- What a script needs beside iggraph; where it is missing, the script ends by a line that says how to get it.
-- @tparam string name of the module
-- @tparam string package Debian's; LuaRocks has it without "lua-"
-- @return the module
function script.need(name, package)
  local ok, module = pcall(require, name)
  if ok then return module end
  script.fail(("%s is missing: apt-get install %s, or luarocks install %s"):format(name, package,
    (package:gsub("^lua%-", ""))), 2)
end

--- A client of the Graph; without a token, of the sandbox, which is said. The script ends where there is none.
-- @tparam[opt] table options as of `iggraph.sandbox.client`
-- @return the client
-- @treturn ?table the sandbox's server, to be stopped at the end
function script.client(options)
  local ig, server = require("iggraph.sandbox").client(options)
  if not ig then script.fail(server) end
  if server then io.stderr:write "No IG_ACCESS_TOKEN: this is the sandbox.\n" end
  return ig, server
end

--- Does what a script is for. What is raised there ends it by one line.
-- @tparam function run
-- @param ... its arguments
function script.main(run, ...)
  local ok, err = pcall(run, ...)
  if not ok then script.fail(err) end
end

--- The comment at the head of the script: what it does, its usage line, its options.
-- @treturn string
function script.head()
  local lines = {}
  for line in io.lines(arg[0]) do
    local words = line:match "^%-%-%-? ?(.*)$"
    if not words then break end
    lines[#lines + 1] = words .. "\n"
  end
  return table.concat(lines)
end

-- The options that a text tells of: "  --output FILE   where to" has a value, "  --insights   those, too" has none.
local function known_options(usage)
  local takes_value = {}
  for name, value in ("\n" .. usage):gmatch "\n  %-%-([%w-]+) ?([%u|]*)" do takes_value[name] = value ~= "" end
  return takes_value
end

--- Reads the command line by the text that explains it; `--help` prints that text.
-- @tparam string usage
-- @tparam[opt] number most of words that are no options (none)
-- @treturn table name -> value, or true for an option without one; and the words, as a list
function script.options(usage, most)
  local takes_value, options, i = known_options(usage), {}, 1
  while arg[i] do
    local name, value = arg[i]:match "^%-%-([%w-]+)=?(.*)$"
    if name == "help" then
      io.stdout:write(usage)
      os.exit(0, true)
    end
    local is_word = not arg[i]:find "^%-" and #options < (most or 0)
    if is_word then
      options[#options + 1] = arg[i]
    elseif takes_value[name] == nil then
      script.fail(("unknown: %s (--help tells the usage)"):format(arg[i]), 2)
    end
    if takes_value[name] and not arg[i]:find("=", 1, true) then
      i = i + 1
      value = arg[i]
    end
    if takes_value[name] and (value or "") == "" then script.fail(("--%s: a value is missing"):format(name), 2) end
    if not is_word then options[name] = takes_value[name] and value or true end
    i = i + 1
  end
  return options
end

--- An option that is a number of 1 or more.
-- @tparam table options
-- @tparam string name
-- @tparam number default
-- @treturn number
function script.number(options, name, default)
  if not options[name] then return default end
  local number = options[name]:find "^%d+$" and tonumber(options[name]) or 0
  if number < 1 then script.fail(("--%s: a whole number of 1 or more, please"):format(name), 2) end
  return number
end

--- An option that is one of some words.
-- @tparam table options
-- @tparam string name
-- @tparam table words by name
-- @tparam string default
-- @treturn string
function script.word(options, name, words, default)
  local word = options[name] or default
  if words[word] then return word end
  local list = {}
  for known in pairs(words) do list[#list + 1] = known end
  table.sort(list)
  script.fail(("--%s: %s, please"):format(name, table.concat(list, " or ")), 2)
end

--- @tparam string text
-- @treturn string one word for the shell
function script.quote(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

local SIGINT = 2

--- Runs a command of the shell. Meanwhile Ctrl-C is for that alone: it is passed on.
-- @tparam string command
-- @treturn boolean whether it ended well: Lua 5.1 tells it by a number
function script.run(command)
  local status, how, signal = os.execute(command)
  if status == SIGINT or how == "signal" and signal == SIGINT then error(INTERRUPTED, 0) end
  return status == true or status == 0
end

--- @tparam number descriptor 1 for stdout, 2 for stderr
-- @treturn boolean whether a person looks at it
function script.is_terminal(descriptor) return script.run(("test -t %d"):format(descriptor)) end

--- @treturn number of columns that the terminal has
function script.columns()
  local pipe = io.popen "stty size 2>/dev/null </dev/tty"
  local columns = pipe and tonumber(pipe:read "*a":match "^%d+ (%d+)")
  if pipe then pipe:close() end
  return columns and columns > 0 and columns or 80
end

-- What may follow the first byte of a character, by https://www.unicode.org/versions/latest/, table 3-7.
local REST = "[\128-\191]"
local CHARACTERS = {
  "^[%z\1-\127]", "^[\194-\223]" .. REST, "^\224[\160-\191]" .. REST, "^[\225-\236\238\239]" .. REST .. REST,
  "^\237[\128-\159]" .. REST, "^\240[\144-\191]" .. REST .. REST, "^[\241-\243]" .. REST .. REST .. REST,
  "^\244[\128-\143]" .. REST .. REST,
}
local REPLACEMENT = "\239\191\189"

local function character_at(text, at)
  for _, pattern in ipairs(CHARACTERS) do
    local one = text:match(pattern, at)
    if one then return one end
  end
end

--- The characters of a text in UTF-8; for a byte that is of none: U+FFFD.
-- @tparam string text
-- @treturn table
function script.characters(text)
  local list, at = {}, 1
  while at <= #text do
    local one = character_at(text, at)
    list[#list + 1] = one or REPLACEMENT
    at = at + #(one or " ")
  end
  return list
end

local function code_of(one)
  local code = one:byte()
  for _, mark in ipairs { 240, 224, 192 } do
    if code >= mark then
      code = code - mark
      break
    end
  end
  for i = 2, #one do code = code * 64 + one:byte(i) - 128 end
  return code
end

-- First and last code, columns: what is drawn over the one before, and what is as wide as two.
local WIDTHS = {
  { 0x300, 0x36F, 0 }, { 0x200B, 0x200F, 0 }, { 0xFE00, 0xFE0F, 0 }, { 0x1100, 0x115F, 2 }, { 0x2E80, 0xA4CF, 2 },
  { 0xAC00, 0xD7A3, 2 }, { 0xF900, 0xFAFF, 2 }, { 0xFE30, 0xFE6F, 2 }, { 0xFF00, 0xFF60, 2 }, { 0xFFE0, 0xFFE6, 2 },
  { 0x1F300, 0x1FAFF, 2 }, { 0x20000, 0x3FFFD, 2 },
}

local function width_of(one)
  local code = code_of(one)
  for _, range in ipairs(WIDTHS) do
    if code >= range[1] and code <= range[2] then return range[3] end
  end
  return 1
end

--- A text on one line that takes at most so many columns of a terminal.
-- @tparam string text
-- @tparam number columns
-- @treturn string
function script.cut(text, columns)
  local list = script.characters((text:gsub("[%s%c]+", " ")))
  local total, kept, last = 0, 0, 0
  for i, one in ipairs(list) do
    total = total + width_of(one)
    if total < columns then kept, last = total, i end
    if total > columns then return table.concat(list, "", 1, last) .. "…", kept + 1 end
  end
  return table.concat(list), total
end

return script
