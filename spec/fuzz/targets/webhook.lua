--- What comes to a callback: bodies, signatures, the question of the beginning.

local check = require "spec.fuzz.check"
local core = require "iggraph.core"
local webhook = require "iggraph.webhook"

local SECRET, TOKEN = check.secrets.app_secret, "verify token"
local BODY = '{"object":"instagram","entry":[]}'
local MEMBERS = { object = "string", id = true, time = true, field = "string", value = true }

local function check_signature(text)
  assert(webhook.verify(SECRET, text, "sha256=" .. core.crypto.hmac(SECRET, text)), "refuses what is signed")
  local signature = "sha256=" .. core.crypto.hmac(SECRET, BODY)
  local ok = check.result(webhook.verify(SECRET, BODY, text))
  assert(not ok or text == signature, "takes another signature")
end

local function check_challenge(text)
  local answer, err = webhook.challenge(text, TOKEN)
  if err then check.error(err) else assert(type(answer) == "string", "no text") end
end

local function collect(body)
  local events = {}
  local iterator = check.call("$", webhook.events, body)
  if not iterator then return nil end
  for event in iterator do events[#events + 1] = event end
  return events
end

local function check_event(event)
  assert(event.object ~= nil, "of no object")
  for name, value in pairs(event) do
    local expected = assert(MEMBERS[name], "a member too many")
    assert(expected == true or type(value) == expected, name .. " is a " .. type(value))
  end
  assert(type(event.id) ~= "number" or event.id ~= math.floor(event.id) or math.abs(event.id) > 2 ^ 53,
    "an id as a number")
end

-- Those that cannot be without an event: an entry with an empty list can.
local function count_entries(body)
  local count = 0
  for _, entry in ipairs(body.entry) do
    local is_full = true
    for _, name in ipairs { "changes", "messaging", "standby" } do
      local list = type(entry) == "table" and entry[name]
      is_full = is_full and not (type(list) == "table" and next(list) == nil)
    end
    count = count + (is_full and 1 or 0)
  end
  return count
end

local function check_events(text)
  local events = collect(text)
  if not events then return end
  local body = check.decode(text)
  assert(#events >= count_entries(body), "an entry is lost")
  for _, event in ipairs(events) do check_event(event) end
  check.same(collect(body), events)
  check.same(body, (check.decode(text))) -- what is given is left alone
end

return function(text)
  check_signature(text)
  check_challenge(text)
  check_events(text)
end
