--- Commands, files and the process itself, in plain Lua.
-- @module iggraph.sandbox.shell
local M = {}

--- @tparam string text
-- @treturn string one word for the shell, whatever is in it
function M.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- Runs a command and reads what it says on both outputs.
-- @tparam string command
-- @treturn boolean whether it ended with 0
-- @treturn string output without the last line break
function M.run(command)
  -- What pipes return when closed differs between Lua versions, so the status is the last line.
  local pipe = assert(io.popen("{ " .. command .. "\n} 2>&1; echo \"=$?\""))
  local text = pipe:read("*a")
  pipe:close()
  local output, status = text:match("^(.-)\n?=(%d+)\n$")
  return status == "0", output or text
end

--- @tparam string path
-- @treturn ?string
function M.read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("*a")
  file:close()
  return text
end

--- @tparam string path
-- @tparam string text
function M.write(path, text)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  file:close()
end

--- The id of this process: the parent of any shell it starts.
-- @treturn number
function M.process_id()
  local pipe = assert(io.popen("echo $PPID"))
  local id = pipe:read("*n")
  pipe:close()
  return id
end

return M
