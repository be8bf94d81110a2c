--- What the scripts of this folder share: the command line, and the terminal.
--
--     local script = dofile((arg[0]:match "^.*/" or "") .. "script.lua")
--     local options = script.options(USAGE)

local script = {}

--- Ends the script with one line.
-- @tparam string message
-- @tparam[opt=1] number status
function script.fail(message, status)
  io.stderr:write((tostring(message):gsub("%s*\n%s*", " ")), "\n")
  os.exit(status or 1, true)
end

-- The options that a text tells of: "  --output FILE   where to" has a value, "  --insights   those, too" has none.
local function known_options(usage)
  local takes_value = {}
  for name, value in ("\n" .. usage):gmatch "\n  %-%-([%w-]+) ?([%u|]*)" do takes_value[name] = value ~= "" end
  return takes_value
end

--- Reads the command line by the text that explains it; `--help` prints that text.
-- @tparam string usage
-- @treturn table name -> value, or true for an option without one
function script.options(usage)
  local takes_value, options, i = known_options(usage), {}, 1
  while arg[i] do
    local name, value = arg[i]:match "^%-%-([%w-]+)=?(.*)$"
    if name == "help" then
      io.stdout:write(usage)
      os.exit(0, true)
    end
    if takes_value[name] == nil then script.fail(("unknown: %s (--help lists the options)"):format(arg[i]), 2) end
    if takes_value[name] and not arg[i]:find("=", 1, true) then
      i = i + 1
      value = arg[i]
    end
    if takes_value[name] and (value or "") == "" then script.fail(("--%s: a value is missing"):format(name), 2) end
    options[name] = takes_value[name] and value or true
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

--- Runs a command of the shell.
-- @tparam string command
-- @treturn boolean whether it ended well: Lua 5.1 tells it by a number
function script.run(command)
  local status = os.execute(command)
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

--- The characters of a text in UTF-8; what is none is left out.
-- @tparam string text
-- @treturn table
function script.characters(text)
  local list = {}
  for one in text:gmatch "[%z\1-\127\194-\244][\128-\191]*" do list[#list + 1] = one end
  return list
end

return script
