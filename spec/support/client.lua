--- A client of the sandbox, for specs.
local new = require("iggraph").new -- a spec may put another in its place
local sandbox = require "iggraph.sandbox"
local support = require "spec.support.sandbox"

local client = {}

--- A copy of a table, with changes.
function client.with(base, changes)
  local all = {}
  for name, value in pairs(base) do all[name] = value end
  for name, value in pairs(changes or {}) do all[name] = value end
  return all
end

--- @tparam[opt] table options as of `iggraph.new`, over those that lead to the sandbox; `plain` asks for
-- HTTP without TLS. A failure is a failure: no second tries
-- @return the client
function client.new(options)
  local server = support.shared()
  local base = { access_token = sandbox.tokens.user, base_url = server.https, ca_file = server.ca_file,
    retry = false }
  local all = client.with(base, options)
  if all.plain then all.base_url, all.ca_file, all.plain = server.http, nil, nil end
  return new(all)
end

--- The interpreter that runs this.
-- @treturn string
function client.interpreter() -- in Lua 5.1 a function with `...` has an `arg` of its own
  local first = 0
  while arg[first - 1] do first = first - 1 end
  return arg[first]
end

--- Runs a script on the interpreter that runs this, in a process of its own.
-- @tparam string text of the script
-- @tparam string environment what stands before the command: `NAME=value …`, or nothing
-- @param ... its arguments
-- @treturn table the lines that it printed
function client.run(text, environment, ...) return client.begin(text, environment, ...)() end

--- The same beside what follows.
-- @treturn function waits for its end, and returns the lines
function client.begin(text, environment, ...)
  local script, words, lines = os.tmpname(), {}, {}
  local file = assert(io.open(script, "w"))
  file:write(text)
  file:close()
  for i, word in ipairs { client.interpreter(), script, ... } do words[i] = "'" .. word:gsub("'", "'\\''") .. "'" end
  local pipe = io.popen(environment .. " " .. table.concat(words, " "))
  return function()
    for line in pipe:lines() do lines[#lines + 1] = line end
    pipe:close()
    os.remove(script)
    return lines
  end
end

--- An example, for `run` and `begin`, as if it were run where it is.
-- @tparam string name of the file
-- @treturn string
function client.example(name)
  local path = "examples/" .. name
  local file = assert(io.open(path))
  local text = file:read "*a"
  file:close()
  return ("arg[0] = %q "):format(path) .. text
end

--- The items of a cursor (or anything that a generic for takes), as a list.
function client.collect(...)
  local items = {}
  for item in ... do items[#items + 1] = item end
  return items
end

--- The ids of a list of items.
function client.ids(items)
  local ids = {}
  for i, item in ipairs(items) do ids[i] = item.id end
  return ids
end

--- What the server was asked since the last reset: "GET /v26.0/…" each.
function client.asked()
  local lines = {}
  for i, request in ipairs(support.requests()) do lines[i] = request.method .. " " .. request.uri end
  return lines
end

return client
