--- spec/support/faults.c for the Lua that runs this: built when asked for, and run against the sandbox.
-- @module spec.support.faults
local sandbox = require "iggraph.sandbox"
local support = require "spec.support.sandbox"

-- As pkg-config may call the Lua that runs this.
local number = _VERSION:match("%d.%d")
local packages = rawget(_G, "jit") and { "luajit" }
  or { "lua" .. number, "lua-" .. number, "lua" .. number:gsub("%.", ""), "lua" }

local NO_ALLOCATOR = 77

local unpack = table.unpack or unpack -- luacheck: read globals unpack

local faults = {}
faults.__index = faults

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

--- Runs a command.
-- @tparam string command
-- @treturn number its exit status
-- @treturn string what it printed
function faults.run(command)
  local pipe = assert(io.popen("{ " .. command .. "\n} 2>&1; echo \"exit $?\""))
  local output = pipe:read("*a")
  pipe:close()
  local text, status = output:match("^(.-)exit (%d+)%s*$")
  return tonumber(status), text or output
end

--- The same, for a program that loads the module: it is found where it is found in here, and with the
-- sanitizer that it may be built for (PRELOAD: which nothing else is run with).
function faults.run_module(...)
  local words, preload = {}, os.getenv "PRELOAD" or os.getenv "LD_PRELOAD"
  for i, word in ipairs { ... } do words[i] = quoted(tostring(word)) end
  return faults.run(("LUA_PATH=%s LUA_CPATH=%s %s %s"):format(quoted(package.path), quoted(package.cpath),
    preload and "LD_PRELOAD=" .. quoted(preload) or "", table.concat(words, " ")))
end

local COMMAND = "${CC:-cc} -std=c99 -Wall -Wextra -Wpedantic -Wshadow -Werror -O1 -g -rdynamic -o %s"
  .. " spec/support/faults.c spec/support/refuse.c %s $(pkg-config --cflags --libs libcurl) -pthread %s"

--- @treturn table to be ended by `remove`; raises where it cannot be built
function faults.new()
  local self = setmetatable({ path = os.tmpname(), server = support.shared() }, faults)
  self.is_linux = select(2, faults.run "uname"):find "^Linux" ~= nil
  for _, name in ipairs(packages) do
    local known, flags = faults.run("pkg-config --cflags --libs " .. name)
    if known == 0 then
      local status, output = faults.run(COMMAND:format(quoted(self.path), flags:gsub("%s+", " "),
        self.is_linux and "-ldl" or ""))
      return status == 0 and self or error(output, 0)
    end
  end
  error("pkg-config knows none of " .. table.concat(packages, ", "), 0)
end

--- Whether that can be refused here: elsewhere than in Linux a library does not ask through the program.
function faults:can_refuse(of) return self.is_linux or of == "lua" or of == "libcurl" end

--- Runs it.
-- @param ... options of `faults`
-- @return what it printed; nothing where this Lua takes no allocator. Raises what was wrong
function faults:refuse(...)
  local words = { self.path, ... }
  for _, word in ipairs {
    "spec/support/stages.lua", self.server.http, sandbox.tokens.user, self.server.https, self.server.ca_file,
    sandbox.app_id, sandbox.app_secret,
  } do
    words[#words + 1] = word
  end
  local status, output = faults.run_module(unpack(words))
  if status == NO_ALLOCATOR then return nil end
  if status ~= 0 then error(output, 0) end
  return output
end

--- The names of all stages.
function faults.stages()
  local names = {}
  for i, stage in ipairs(assert(loadfile "spec/support/stages.lua")("", "")) do names[i] = stage[1] end
  return names
end

function faults:remove() os.remove(self.path) end

--- All of them but those of OpenSSL, which is not itself again after some of them, as `make faults` has it.
-- @treturn boolean whether nothing was wrong
function faults.main()
  local driver, all_well = faults.new(), true
  for _, of in ipairs { "lua", "libcurl", "module", "nghttp2", "calls" } do
    for _, stage in ipairs(faults.stages()) do
      local ok, output = pcall(driver.refuse, driver, "--of", of, "--stage", stage, "--every", os.getenv "EVERY" or "1")
      io.write(of, ", ", tostring(output):gsub("\nok\n$", ""), "\n")
      io.flush()
      all_well = all_well and ok
    end
  end
  driver:remove()
  return all_well
end

return faults
