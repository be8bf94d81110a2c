--- Many calls in one.
--
-- See <https://developers.facebook.com/docs/graph-api/batch-requests>.
-- @classmod client

local call = require "iggraph.call"
local core = require "iggraph.core"
local entries = require "iggraph.entries"
local task = require "iggraph.task"

local fail, start, null = core.error.fail, core.transfer.start, core.null
local kept = core.client.kept

-- Envelopes; with `pace`, which learns from the first answers what an envelope of many calls costs, fewer are begun
-- before it knows.
local AT_A_TIME, AT_A_TIME_PACED = 16, 4

-- --- the envelope ---------------------------------------------------------------------------------

-- Puts a file beside the batch, under a name that nothing else there has.
local function attach(params, name, file)
  local own, number = name, 1
  while params[own] ~= nil do
    number = number + 1
    own = name .. "_" .. number
  end
  params[own] = file
  return own
end

-- Who has a name is answered unless told otherwise: `null` is then one that timed out.
local function omission(entry, is_again)
  if entry.omits == nil and not entry.name then return nil end
  return entry.omits == true and not is_again
end

local function item(entry, params, is_again)
  local names = {}
  for i, one in ipairs(entry.files) do names[i] = attach(params, one.name, one.file) end
  return {
    method = entry.method, relative_url = entry.relative_url, body = entry.body, headers = entry.headers,
    name = entry.name, depends_on = entry.depends_on, attached_files = names[1] and table.concat(names, ",") or nil,
    omit_response_on_success = omission(entry, is_again),
  }
end

local function envelope(chunk, is_again)
  local list = {}
  local params = { batch = list, include_headers = false, access_token = false, appsecret_proof = false }
  for i, entry in ipairs(chunk) do list[i] = item(entry, params, is_again) end
  params.access_token, params.appsecret_proof = nil, nil -- the client's own; no file is named so
  return params
end

-- The results as they came, or nil, err, kind where the whole failed.
local function send(client, chunk, is_again)
  local results, err, kind = call(client, "POST", "/", start, nil, client, "POST", "/", envelope(chunk, is_again))
  if err then return nil, err, kind end
  local count = type(results) == "table" and #results or 0
  if count == #chunk then return results end
  local message = ("%d results for %d entries"):format(count, #chunk)
  return fail("json", "POST", core.client.path(client, "/"), message, 200)
end

-- --- one result -----------------------------------------------------------------------------------

local function pack(value, err, kind)
  if err then return { n = 3, nil, err, kind } end
  return { n = 1, value }
end

local function is_status(code) return type(code) == "number" and code % 1 == 0 and code >= 100 and code < 600 end

-- The clients that a chunk speaks for: the envelope's own, and those of entries with a token.
local function clients_of(chunk, client)
  local list, seen = { client }, { [client] = true }
  for _, entry in ipairs(chunk) do
    if not seen[entry.client] then list[#list + 1], seen[entry.client] = entry.client, true end
  end
  return list
end

-- A value without the secrets of any of them: what went in one envelope may be repeated anywhere in the answer.
local function masked(value, clients)
  if type(value) == "table" then
    local clean = {}
    for name, member in pairs(value) do clean[name] = masked(member, clients) end
    return clean
  end
  if type(value) ~= "string" then return value end
  for _, client in ipairs(clients) do value = core.client.redact(client, value) end
  return value
end

local function read_body(entry, code, body)
  return core.response.read(entry.client, entry.method, entry.path, code, body)
end

-- What an entry's result says, packed; nil for null.
local function read(entry, result, clients)
  if result == null then return nil end
  if type(result) ~= "table" or not is_status(result.code) or type(result.body) ~= "string" then
    return pack(fail("json", entry.method, entry.path, "a result of the batch without code or body"))
  end
  local value, err, kind = read_body(entry, result.code, result.body)
  if err then value, err, kind = read_body(entry, result.code, masked(result.body, clients)) end
  if not err and entry.read then value, err, kind = entry.read(value, entry.client) end
  return pack(value, err, kind)
end

local function has_failed(outcome) return outcome ~= nil and outcome[2] ~= nil end

-- Whether null says that an answer was left out, as was wished; one who waited for it shows that it was there.
local function was_left_out(entry, outcomes)
  if not entry.omits then return false end
  for _, user in ipairs(entry.users) do
    if outcomes[user] and not has_failed(outcomes[user]) then return true end
  end
  return entry.users[1] == nil
end

-- --- null: asked again, or a failure ----------------------------------------------------------------

-- Whether all that it refers to can be asked again with it.
local function needs_reads_only(entry, outcomes)
  for _, other in ipairs(entry.needs) do
    if other.method ~= "GET" or has_failed(outcomes[other]) then return false end
    if not needs_reads_only(other, outcomes) then return false end
  end
  return true
end

local function add_with_needs(wanted, entry)
  wanted[entry] = true
  for _, other in ipairs(entry.needs) do add_with_needs(wanted, other) end
end

local function to_ask_again(chunk, outcomes)
  local wanted, list = {}, {}
  for _, entry in ipairs(chunk) do
    local is_lost = not outcomes[entry] and not was_left_out(entry, outcomes)
    if is_lost and entry.method ~= "POST" and needs_reads_only(entry, outcomes) then add_with_needs(wanted, entry) end
  end
  for _, entry in ipairs(chunk) do list[#list + 1] = wanted[entry] and entry or nil end
  return list
end

local function failed_need(entry, outcomes)
  for _, other in ipairs(entry.needs) do
    if has_failed(outcomes[other]) then return other, outcomes[other][2] end
  end
end

local function timed_out(entry, is_again)
  local message = is_again and "no answer in time, though it was asked twice" or "no answer in time"
  if entry.method == "POST" then message = message .. "; whether it was carried out is unknown" end
  local _, err, kind = fail("timeout", entry.method, entry.path, message)
  err.retryable = err.retryable and needs_reads_only(entry, {})
  return pack(nil, err, kind)
end

local function not_run(entry, other, err)
  local message = "not carried out: entry '%s', which it refers to, failed: %s"
  return pack(fail(err.kind, entry.method, entry.path, message:format(other.name, err.message)))
end

-- What became of an entry; what it refers to comes before it, and is settled.
local function settle(entry, outcomes, was_asked_again)
  local outcome = outcomes[entry]
  if outcome and not has_failed(outcome) then return outcome end
  if not outcome and was_left_out(entry, outcomes) then return pack(null) end
  local other, err = failed_need(entry, outcomes)
  if other then return not_run(entry, other, err) end
  return outcome or timed_out(entry, was_asked_again)
end

-- --- failures of a whole ----------------------------------------------------------------------------

-- A GET can be sent again whatever became of the envelope, which is a POST.
local function is_harmless(entry, own, err)
  local passes = own.retryable or err.kind == "http" and err.status >= 500
  return passes and entry.method ~= "POST" and needs_reads_only(entry, {})
end

-- A failure of the whole, as one of a call of its own.
local function failure(err, method, path, clients)
  local _, own = fail(err.kind, method, path, masked(err.message, clients), err.status)
  for name, member in pairs(err) do
    if own[name] == nil then own[name] = masked(member, clients) end
  end
  return own
end

local function failure_of(entry, err, clients)
  local own = failure(err, entry.method, entry.path, clients)
  own.retryable = err.retryable or is_harmless(entry, own, err)
  return pack(nil, own, own.kind)
end

-- --- all of it --------------------------------------------------------------------------------------

local function read_all(outcomes, chunk, results, clients)
  for i, entry in ipairs(chunk) do outcomes[entry] = outcomes[entry] or read(entry, results[i], clients) end
end

local function fail_all(outcomes, chunk, err, clients)
  for _, entry in ipairs(chunk) do outcomes[entry] = outcomes[entry] or failure_of(entry, err, clients) end
end

-- What became of each entry of a chunk, or nil, err, kind where the whole failed.
local function carry_out(client, chunk)
  local results, err, kind = send(client, chunk)
  if err then return nil, err, kind end
  local outcomes, clients = {}, clients_of(chunk, client)
  read_all(outcomes, chunk, results, clients)
  local again = to_ask_again(chunk, outcomes)
  if again[1] then
    results, err = send(client, again, true)
    if err then fail_all(outcomes, again, err, clients) else read_all(outcomes, again, results, clients) end
  end
  local was_asked_again = {}
  for _, entry in ipairs(again) do was_asked_again[entry] = true end
  for _, entry in ipairs(chunk) do outcomes[entry] = settle(entry, outcomes, was_asked_again[entry]) end
  return outcomes
end

local function join(client, chunks, rounds)
  local list, failures = {}, 0
  for number, chunk in ipairs(chunks) do
    local outcomes, err = rounds[number][1], rounds[number][2]
    if not outcomes then
      if type(err) ~= "table" then error(err, 0) end -- raised in there
      failures, outcomes = failures + 1, {}
      fail_all(outcomes, chunk, err, clients_of(chunk, client))
    end
    for _, entry in ipairs(chunk) do list[#list + 1] = outcomes[entry] end
  end
  return list, failures > 0 and failures == #chunks
end

--- Sends many calls in one, or rather in envelopes of 50, sixteen of them at a time, with `pace` four. An entry is a
-- table: `method` (`"GET"`), and either `path` and `params` as of `get` and `post`, files among them, or the Graph's
-- `relative_url` and `body` (a string, or a table of parameters). Further: `name`; `depends_on`, a name;
-- `omit_response_on_success` (here false unless it is given; with true, `null` does not tell of a timeout any more);
-- `headers`, a list of `{ name, value }`; `access_token`, its own (with its proof where the client has an
-- `app_secret`); `attached_files`, open files by name. `{result=name:$.path}` in a parameter, a path or a body
-- stands for what an earlier entry answered. See
-- <https://developers.facebook.com/docs/graph-api/batch-requests>.
-- @function client:batch
-- @tparam table requests list of entries; lists of them, such as `prepare` gives, may be among them. Raises for what
-- is wrong with one and names it, before anything is sent: also for a reference out of the 50 that go together
-- @treturn table in the same order what a call of its own would have given for each, packed: `{ n = 1, value }`, or
-- `{ n = 3, nil, err, kind }`. An entry that timed out is asked for again, once, unless it is a POST, or refers
-- to one: then it is a `timeout` that says nothing about whether it was carried out. One that refers to an entry that
-- failed is not carried out; its error names the other and has its kind. Or `nil, err, kind` where nothing came of any
return function(client, requests)
  local chunks = entries.read(client, requests)
  local budget = kept(client).budget
  local at_a_time = budget and budget.spreads and AT_A_TIME_PACED or AT_A_TIME
  local rounds = task.map(chunks, function(chunk) return carry_out(client, chunk) end, { concurrency = at_a_time })
  local list, all_failed = join(client, chunks, rounds)
  if not all_failed then return list end
  local err = rounds[1][2]
  local own = failure(err, err.method, err.path, clients_of(chunks[1], client))
  own.retryable = err.retryable
  return nil, own, own.kind
end
