--- What must hold whatever comes: for the functions of spec/fuzz/targets.

local core = require "iggraph.core"
local iggraph = require "iggraph"
local members = require("spec.support.tuple").members
local same = require "spec.fuzz.same"

local check = {}

--- What the clients in here are made with, and must never be shown again.
check.secrets = { token = "EAABtoken|0123456789", app_secret = "0123456789abcdef0123456789abcdef" }

-- In what dresses a secret may be there.
local function percent_decoded(text)
  return (text:gsub("%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

local ESCAPES = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

local function unescaped(text)
  text = text:gsub("\\u00(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end)
  return (text:gsub("\\(.)", ESCAPES))
end

check.dresses = { function(text) return text end, percent_decoded, unescaped }

local function check_text(text)
  for _, undress in ipairs(check.dresses) do
    local bare = undress(text)
    for name, secret in pairs(check.secrets) do
      if bare:find(secret, 1, true) then error(("the %s is in it: %q"):format(name, text)) end
    end
  end
end

--- No secret in a value, however deep.
function check.clean(value)
  if type(value) == "string" then check_text(value) end
  if type(value) ~= "table" then return end
  for key, member in pairs(value) do
    check.clean(key)
    check.clean(member)
  end
end

--- Both are the same, floats and integers told apart.
function check.same(one, other)
  local ok, why = same(one, other, true)
  if not ok then error(why, 2) end
end

local TYPES = {
  kind = "string", message = "string", status = "number", code = "number", subcode = "number", type = "string",
  fbtrace_id = "string", user_title = "string", user_msg = "string", retryable = "boolean", retry_after = "number",
  method = "string", path = "string",
}
local KINDS = {}
for kind in ("auth permission throttled transient invalid not_found graph http network timeout json too_large "
  .. "paging cancelled"):gmatch "%S+" do KINDS[kind] = true end

local is_member = {}
for _, name in ipairs(members) do is_member[name] = true end

local function is_finite(number) return number == number and number ~= math.huge and number ~= -math.huge end

--- A number to reckon with, or none.
function check.finite(number) assert(number == nil or is_finite(number), tostring(number)) end

--- An error object as the contract has it.
function check.error(err)
  assert(type(err) == "table" and KINDS[err.kind], "no error object: " .. tostring(err))
  assert(type(err.message) == "string", "without a message")
  for name, value in pairs(err) do
    assert(is_member[name], "a member too many: " .. tostring(name))
    assert(not TYPES[name] or type(value) == TYPES[name], name .. " is a " .. type(value))
    assert(type(value) ~= "number" or is_finite(value), name .. " is no number to reckon with")
  end
  assert(not err.retry_after or err.retry_after > 0, "retry_after has passed")
  assert(tostring(err):find(err.kind, 1, true), "tostring does not tell the kind")
end

--- What a call gave: a value, or nil, err, kind. Of errors made from what others sent a secret must be gone.
-- @return the value, err
function check.result(value, err, kind)
  if err == nil then return value end
  assert(value == nil and err.kind == kind, "neither a value nor nil, err, kind")
  check.error(err)
  check.clean(err)
  check.clean(tostring(err))
  return nil, err
end

--- Calls a function that may raise: an error object, or a message that begins like one of `expected`, a pattern.
-- @return what it returned; nothing where it raised
function check.call(expected, fn, ...)
  local ok, value, err, kind = pcall(fn, ...)
  if ok then return value, err, kind end
  if type(value) == "table" then return check.error(value) end
  local message = tostring(value):gsub("^[^:]*:%d+: ", "")
  assert(message:find("^" .. expected), "raised: " .. tostring(value))
end

--- @treturn client of a server that is never asked, or with a base_url
function check.client(options)
  local all = { access_token = check.secrets.token, app_secret = check.secrets.app_secret, retry = false }
  for name, value in pairs(options or {}) do all[name] = value end
  return iggraph.new(all)
end

--- @return the value and true; or nothing where it is not JSON
function check.decode(text)
  local value, why = core.json.decode(text)
  if why == nil then return value, true end
end

return check
