--- Many calls in one: a POST with the parameter `batch`, at any path.
-- https://developers.facebook.com/docs/graph-api/batch-requests
--
-- Each entry goes the whole way of a call of its own, and is counted as one; the envelope is not. Scenarios work in
-- entries as they do elsewhere, by id or by the entry's `headers`. What in a call of its own would be no answer
-- (`null_once_<word>`, `null_always`, `cut_header`, `hang` …) is `null` in a batch: the entry that timed out.
-- `entry_without_<words>` leaves members out of an entry's result (`entry_without_headers`,
-- `entry_without_headers_code` …). An entry `whole_<scenario>` plays that scenario on the whole answer
-- (`whole_body_html_502`, `whole_shape_number`, `whole_slow_500` …), as the header does; of these, `batch_short`
-- answers one result less than was asked.
--
-- Whose dependency failed is not run: its result is `null` if it refers to the other's answer, and an error if it
-- only `depends_on` it. Clients have to take both.
-- @module iggraph.sandbox.features.batch
local cjson = require("cjson").new()
local encoding = require "iggraph.sandbox.encoding"
local errors = require "iggraph.sandbox.errors"
local json = require "iggraph.sandbox.json"
local jsonpath = require "iggraph.sandbox.jsonpath"
local limits = require "iggraph.sandbox.limits"
local scenarios = require "iggraph.sandbox.scenarios"
local usage = require "iggraph.sandbox.usage"

local MAX_ENTRIES = 50

local function refuse(message, ...)
  errors.raise { type = "GraphBatchException", message = message:format(...) }
end

-- The only failure of a whole batch that comes with HTTP 200, and it has no code.
local TOO_MANY = json.object("error", json.object(
  "message", "Too many requests in batch message. Maximum batch size is " .. MAX_ENTRIES,
  "type", "GraphBatchException"))

-- --- what was asked ------------------------------------------------------------------------------

-- The members of an entry that are read; true: required.
local MEMBERS = {
  { "method", "string", true }, { "relative_url", "string", true }, { "body", "string" }, { "name", "string" },
  { "depends_on", "string" }, { "omit_response_on_success", "boolean" }, { "attached_files", "string" },
  { "headers", "table" },
}

local function read_members(item, number)
  local entry = {}
  if type(item) ~= "table" then refuse("Entry %d of the batch must be an object", number) end
  for _, row in ipairs(MEMBERS) do
    local name, kind, required = row[1], row[2], row[3]
    local value = item[name]
    if value == cjson.null then value = nil end
    if required and value == nil then refuse("Entry %d of the batch must have a %s", number, name) end
    if value ~= nil and type(value) ~= kind then refuse("%s of batch entry %d must be a %s", name, number, kind) end
    entry[name] = value
  end
  return entry
end

local function attached(names, files)
  local own = {}
  for name in (names or ""):gmatch("[^,%s]+") do
    own[name] = files[name] or refuse("The batch has no file '%s'", name)
  end
  return own
end

--- An entry with `files`, and `has_token` where it brings one of its own.
local function read_entry(item, number, files)
  local entry = read_members(item, number)
  entry.body = entry.body or ""
  local _, query = encoding.parse_query(entry.relative_url:match("%?(.*)$") or "")
  local _, form = encoding.parse_query(entry.body)
  if query.batch or form.batch then refuse("A batch cannot be an entry of a batch") end
  entry.has_token = (query.access_token or form.access_token) ~= nil
  entry.files = attached(entry.attached_files, files)
  return entry
end

local function read_items(text)
  local ok, items = pcall(cjson.decode, text)
  if not ok or not text:find("^%s*%[") then refuse("batch parameter must be a JSON array") end
  return items
end

-- How a reference is set into a text: with its braces as they are, or percent-encoded.
local BRACES = { "{(result[=%%].-)}", "%%7[Bb](result[=%%].-)%%7[Dd]" }

--- Replaces `{result=name:path}` by what a function makes of name and path; nil leaves it as it is.
local function replace_references(text, replacement)
  for _, pattern in ipairs(BRACES) do
    text = text:gsub(pattern, function(inside)
      local name, path = encoding.percent_decode(inside):match("^result=([^:]+):(.+)$")
      return name and replacement(name, path)
    end)
  end
  return text
end

--- Notes what an entry needs (`needs`: name -> whether it wants the answer), and that others use those.
local function link(entry, by_name)
  entry.needs = {}
  local function note(name, path)
    if not by_name[name] then refuse("Batch entry refers to '%s', which is no entry's name", name) end
    if path and not jsonpath.parse(path) then refuse("Incorrect JSONPath expression '%s'", path) end
    by_name[name].used = true
    entry.needs[name] = path ~= nil or entry.needs[name] or false
  end
  if entry.depends_on then note(entry.depends_on) end
  replace_references(entry.relative_url, note)
  replace_references(entry.body, note)
end

local function link_all(entries)
  local by_name = {}
  for _, entry in ipairs(entries) do
    if entry.name then
      if by_name[entry.name] then refuse("Two batch entries are named '%s'", entry.name) end
      by_name[entry.name] = entry
    end
  end
  for _, entry in ipairs(entries) do link(entry, by_name) end
  return by_name
end

--- The entries in an order in which each comes after those that it needs.
local function in_order(entries, by_name)
  local order, state = {}, {}
  local function visit(entry)
    if state[entry] == "open" then refuse("Batch entries depend on each other in a circle") end
    if state[entry] then return end
    state[entry] = "open"
    for name in pairs(entry.needs) do visit(by_name[name]) end
    state[entry] = "done"
    order[#order + 1] = entry
  end
  for _, entry in ipairs(entries) do visit(entry) end
  return order
end

-- --- running it ----------------------------------------------------------------------------------

local function header_map(list)
  local headers = { ["content-type"] = "application/x-www-form-urlencoded" }
  for _, header in ipairs(list or {}) do
    if type(header) == "table" and header.name then headers[tostring(header.name):lower()] = tostring(header.value) end
  end
  return headers
end

-- What an entry without a token of its own takes over from the envelope.
local function inherited(call)
  local list, params = "access_token=" .. encoding.percent_encode(call.token), call.params
  for _, name in ipairs { "appsecret_proof", "appsecret_time" } do
    if params[name] then list = list .. "&" .. name .. "=" .. encoding.percent_encode(params[name]) end
  end
  return list
end

--- As on a request line: with the envelope's version and token, unless it has its own.
local function full_url(url, has_token, call)
  url = url:gsub("^/+", "")
  if call.version and not url:find("^v%d+%.%d+") then url = call.version .. "/" .. url end
  if not has_token then url = url .. (url:find("?", 1, true) and "&" or "?") .. inherited(call) end
  return "/" .. url
end

--- An entry as a request of its own.
local function raw_of(entry, call, by_name)
  local function value(name, path)
    local found = jsonpath.select(by_name[name].answer.body, jsonpath.parse(path))
    return encoding.percent_encode(table.concat(found, ","))
  end
  local scheme, host = call.base_url:match("^(%a+)://(.*)$")
  return {
    method = entry.method:upper(), uri = full_url(replace_references(entry.relative_url, value), entry.has_token, call),
    headers = header_map(entry.headers), body = replace_references(entry.body, value), files = entry.files,
    scheme = scheme, host = host, now = call.now, instant = call.instant,
  }
end

local function dependency_error(name, trace)
  local failure = errors.new { type = "GraphBatchException",
    message = ("(#100) Dependency '%s' of this request failed"):format(name) }
  return { status = failure.status, headers = {}, body = json.encode(errors.body(failure, trace)) }
end

--- Runs an entry, or finds that it must not be run: `answer`, `failed` and `lost` (it gets `null`) are set.
local function run(entry, situation, by_name)
  for name, wants_answer in pairs(entry.needs) do
    if by_name[name].failed then
      entry.failed, entry.lost = true, wants_answer
      entry.answer = dependency_error(name, situation.trace)
      return
    end
  end
  entry.answer = situation.handle(raw_of(entry, situation.call, by_name), situation.store, situation.settings)
  entry.lost = entry.answer.transport and entry.answer.transport.drop
  entry.failed = entry.lost or entry.answer.status ~= 200
end

-- --- what is answered ----------------------------------------------------------------------------

local function header_list(headers)
  local names, list = {}, {}
  for name in pairs(headers) do names[#names + 1] = name end
  table.sort(names)
  for index, name in ipairs(names) do
    local value = tostring(headers[name]):gsub("^application/json", "text/javascript") -- in a batch it is that
    list[index] = json.object("name", name, "value", value)
  end
  return list
end

local function is_omitted(entry)
  if entry.failed then return false end
  if entry.omit_response_on_success ~= nil then return entry.omit_response_on_success end
  return entry.used
end

local function result_of(entry, with_headers)
  if entry.lost or is_omitted(entry) then return json.null end
  local answer = entry.answer
  local without = answer.transport and answer.transport.without or {}
  return json.object(
    "code", not without.code and answer.status or nil,
    "headers", not without.headers and with_headers and header_list(answer.headers) or nil,
    "body", not without.body and answer.body or nil)
end

--- The whole takes as long as its slowest entry.
local function transport_of(entries)
  local delay = 0
  for _, entry in ipairs(entries) do
    delay = math.max(delay, entry.answer.transport and entry.answer.transport.delay or 0)
  end
  return delay > 0 and { delay = delay } or nil
end

local function answer(entries, situation)
  local results, with_headers = {}, situation.call.params.include_headers ~= "false"
  for index, entry in ipairs(entries) do results[index] = result_of(entry, with_headers) end
  if situation.name == "batch_short" then results[#results] = nil end
  limits.look(situation)
  local headers = situation.call.usage or {}
  headers["X-App-Usage"] = headers["X-App-Usage"] or usage.app(usage.risen(situation.store.get("calls")))
  return { status = 200, body = json.encode(results), transport = transport_of(entries), headers = headers }
end

--- The scenario that an entry asks for on behalf of all.
local function whole_scenario(entries)
  for _, entry in ipairs(entries) do
    local name = entry.relative_url:match("^/?whole_([%l%d_]+)")
    if name then return name end
  end
  return nil
end

local function post(situation)
  local call = situation.call
  if not call.params.batch then errors.missing_parameter("batch") end
  local entries = read_items(call.params.batch)
  if #entries > MAX_ENTRIES then return TOO_MANY end
  for index, item in ipairs(entries) do entries[index] = read_entry(item, index, call.files) end
  if not call.scenario then
    call.scenario = whole_scenario(entries)
    if call.scenario then return scenarios.answer(situation) end -- comes back here for the results
  end
  local by_name = link_all(entries)
  situation.store.add("calls", -1) -- the envelope, which is no call
  for _, entry in ipairs(in_order(entries, by_name)) do run(entry, situation, by_name) end
  return answer(entries, situation)
end

return { roots = { [""] = { POST = post, uncounted = true } } }
