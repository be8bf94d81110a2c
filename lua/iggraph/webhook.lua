--- Webhooks: what Meta asks a callback, what it sends there, and whether it was Meta. Nothing here waits: it can be
-- used in any phase of any server.
--
-- See <https://developers.facebook.com/docs/graph-api/webhooks/getting-started> and
-- <https://developers.facebook.com/docs/instagram-platform/webhooks>.
-- @module iggraph.webhook

local core = require "iggraph.core"
local read = require("iggraph.query").read

local raise = core.error.raise

local webhook = {}

local function fail(kind, ...) return core.error.fail(kind, nil, nil, string.format(...)) end

local function check_text(name, what, value)
  if type(value) == "string" and value ~= "" then return end
  raise(("iggraph.webhook.%s: %s: a string expected, got %s"):format(name, what, value == "" and "''" or type(value)))
end

-- --- the challenge --------------------------------------------------------------------------------

local function read_query(given)
  if type(given) == "table" then return given, {} end
  if type(given) == "string" then return read((given:gsub("^%?", ""))) end
  raise("iggraph.webhook.challenge: query: a string or table expected, got " .. type(given))
end

-- Some frameworks make underscores of dots, and lists of what is there twice.
local function take(values, doubled, name)
  for _, joint in ipairs { ".", "_" } do
    local value, full = values["hub" .. joint .. name], "hub" .. joint .. name
    if doubled[full] or value ~= nil and type(value) ~= "string" then
      return fail("invalid", "%s is there more than once, or has no value", full)
    end
    if value then return value end
  end
  return fail("invalid", "hub.%s is missing", name)
end

--- Answers the question with which Meta makes sure that a callback wants its events: a GET with `hub.mode`,
-- `hub.verify_token` and `hub.challenge`.
-- @tparam string|table query of the request's address: as it is, or its values by name, with dots or underscores
-- @tparam string verify_token the one that was told to Meta; compared in constant time
-- @treturn string the text to answer, as it is and as text/plain, with status 200; or `nil, err, kind`: `"auth"` for a
-- wrong token, `"invalid"` for what is no such question (answer 403 or 400 then)
function webhook.challenge(query, verify_token)
  check_text("challenge", "verify_token", verify_token)
  local values, doubled = read_query(query)
  local found = {}
  for _, name in ipairs { "mode", "verify_token", "challenge" } do
    local value, err, kind = take(values, doubled, name)
    if not value then return nil, err, kind end
    found[name] = value
  end
  if found.mode ~= "subscribe" then return fail("invalid", "hub.mode is not 'subscribe'") end
  if not core.crypto.equal(found.verify_token, verify_token) then
    return fail("auth", "hub.verify_token is not the one that is expected")
  end
  return found.challenge
end

-- --- the signature --------------------------------------------------------------------------------

local HEADER, DIGITS = "X-Hub-Signature-256", 64

-- What may be wrong with a header's text, in the order in which it is looked at: what it must match, and what it is
-- that does not.
local FORM = {
  { "^[^,]*$", "is there more than once" },
  { "^[%w%-]+=", "has no algorithm before a '='" },
  { "^%l[^=]*=", "is written in upper case" },
  { "^sha256=", "is of another algorithm: SHA-256 is expected, not what X-Hub-Signature has" },
  { "^[^=]*=%x*$", "has other characters than hexadecimal digits" },
  { "^[^=]*=" .. ("%x"):rep(DIGITS) .. "$", ("does not have %d digits"):format(DIGITS) },
  { "^[^=]*=[%d%l]*$", "has digits in upper case" },
}

-- Servers give a list where a header is there more than once, some of them always.
local function read_header(header)
  if type(header) == "table" then
    if #header > 1 then return fail("invalid", "%s is there more than once", HEADER) end
    header = header[1]
  end
  if header == nil or header == "" then return fail("invalid", "%s is missing", HEADER) end
  if type(header) ~= "string" then raise("iggraph.webhook.verify: header: a string expected, got " .. type(header)) end
  for _, row in ipairs(FORM) do
    if not header:find(row[1]) then return fail("invalid", "%s %s", HEADER, row[2]) end
  end
  return header:sub(-DIGITS)
end

local function read_secrets(secret)
  local secrets = type(secret) == "table" and secret or { secret }
  if #secrets == 0 then raise "iggraph.webhook.verify: secret: a string, or a list of some, expected" end
  for _, one in ipairs(secrets) do check_text("verify", "secret", one) end
  return secrets
end

--- Whether a body was signed with the app's secret, and so comes from Meta. The digest is compared in constant time.
-- @tparam string|table secret the app secret (with Instagram Login that of the Instagram app), or a list of those that
-- may hold: while it is being changed, say
-- @tparam string raw_body the bytes as they came: a body that was decoded and written anew differs (`\u00e9`, `\/`)
-- @tparam string|table header the value of `X-Hub-Signature-256`, or all of its values; nil where it is missing
-- @treturn boolean true; or `nil, err, kind`: `"auth"` for a signature of other bytes or of another secret, `"invalid"`
-- for a header that is missing, doubled or malformed. Answer 403, and use nothing of the body
function webhook.verify(secret, raw_body, header)
  local secrets = read_secrets(secret)
  if type(raw_body) ~= "string" then
    raise("iggraph.webhook.verify: raw_body: the bytes as they came expected, got " .. type(raw_body))
  end
  local digest, err, kind = read_header(header)
  if not digest then return nil, err, kind end
  local is_right = false
  for _, one in ipairs(secrets) do
    is_right = core.crypto.equal(core.crypto.hmac(one, raw_body), digest) or is_right
  end
  if is_right then return true end
  return fail("auth", "%s does not fit: the body was changed, or signed with another secret", HEADER)
end

-- --- events ---------------------------------------------------------------------------------------

local function messages_field(event)
  local message = event.message
  return type(message) == "table" and message.is_echo == true and "message_echoes" or "messages"
end

-- Which subscription brings a messaging event, by the member that it has.
-- https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram
local SUBSCRIPTIONS = {
  { "message", messages_field }, { "message_edit", "message_edit" }, { "reaction", "message_reactions" },
  { "postback", "messaging_postbacks" }, { "referral", "messaging_referral" }, { "read", "messaging_seen" },
  { "optin", "messaging_optins" }, { "response_feedback", "response_feedback" },
  { "policy_enforcement", "messaging_policy_enforcement" }, { "policy-enforcement", "messaging_policy_enforcement" },
  { "pass_thread_control", "messaging_handover" }, { "take_thread_control", "messaging_handover" },
  { "request_thread_control", "messaging_handover" }, { "app_roles", "messaging_handover" },
}

local function subscription_of(event)
  for _, row in ipairs(SUBSCRIPTIONS) do
    if event[row[1]] ~= nil then return type(row[2]) == "function" and row[2](event) or row[2] end
  end
  return nil
end

-- How the parts of an entry are read: its member, and one of its list -> field, value.
local LISTS = {
  { "changes", function(change)
    if type(change.field) == "string" then return change.field, change.value end
    return nil, change
  end },
  { "messaging", function(event) return subscription_of(event), event end },
  { "standby", function(event) return "standby", event end },
}

local function add(events, head, field, value)
  events[#events + 1] = { object = head.object, id = head.id, time = head.time, field = field, value = value }
end

local function is_list(value) return type(value) == "table" and (value[1] ~= nil or next(value) == nil) end

local function add_list(events, head, list, take_apart)
  for _, item in ipairs(list) do
    if type(item) == "table" then add(events, head, take_apart(item)) else add(events, head, nil, item) end
  end
end

-- What is left of it when all that is known was read is something that nobody knows yet.
local function add_entry(events, object, entry)
  if type(entry) ~= "table" then return add(events, { object = object }, nil, entry) end
  local id, rest, is_known = entry.id, {}, false
  if type(id) == "number" then id = core.params.number(id) or id end
  local head = { object = object, id = id, time = entry.time }
  for name, value in pairs(entry) do rest[name] = value end
  rest.id, rest.time = nil, nil
  for _, row in ipairs(LISTS) do
    if is_list(rest[row[1]]) then
      add_list(events, head, rest[row[1]], row[2])
      rest[row[1]], is_known = nil, true
    end
  end
  if type(rest.field) == "string" then
    add(events, head, rest.field, rest.value)
    rest.field, rest.value, is_known = nil, nil, true
  end
  if next(rest) ~= nil or not is_known then add(events, head, nil, rest) end
end

local function no_webhook(kind, ...)
  local _, err = fail(kind, ...)
  error(err, 0)
end

local function decode(body)
  if type(body) == "table" then return body end
  if type(body) ~= "string" then
    raise("iggraph.webhook.events: body: a string or table expected, got " .. type(body))
  end
  local value, why = core.json.decode(body)
  if why then no_webhook("json", "the body is not JSON, %s", why) end
  return value
end

--- What a body tells, one event after the other, in its order.
-- @tparam string|table body as it came, after `verify`; or decoded, by what keeps the digits of ids
-- @return an iterator of `{ object, id, time, field, value }`: `object` is `"instagram"`; `id` the account's, a string;
-- `time` as sent, in seconds for changes and in milliseconds for messaging; `field` what was subscribed to; `value` the
-- change's value, or the whole messaging event. What is of no known shape has no `field`, and what is unknown of the
-- entry as `value`. A body that is no webhook raises the error object, of kind `"json"` or `"invalid"`
function webhook.events(body)
  local value = decode(body)
  if type(value) ~= "table" or type(value.object) ~= "string" or not is_list(value.entry) then
    no_webhook("invalid", "the body is no webhook: 'object' and a list 'entry' are expected in it")
  end
  local events, at = {}, 0
  for _, entry in ipairs(value.entry) do add_entry(events, value.object, entry) end
  return function()
    at = at + 1
    return events[at]
  end
end

return webhook
