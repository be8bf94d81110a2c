--- Where Meta tells what happens: answers its challenge, makes sure that what comes was signed by it, and prints it. A
-- medium on which somebody commented is asked for anew: an event is a hint, and what is shown is what the Graph says.
local ngx = ngx -- luacheck: read globals ngx
local iggraph = require "iggraph"
local json = require "iggraph.json"
local graph = require "gallery.graph"
local live = require "gallery.live"
local webhook = require "iggraph.webhook"

local SOON = 0.2 -- seconds: comments that come at the same time are one call

local M = {}

local function refuse(status, err)
  ngx.log(ngx.WARN, tostring(err))
  return ngx.exit(status)
end

local function renew(premature, id)
  if premature then return end
  ngx.shared.gallery_events:delete("due " .. id) -- before it is asked for: what comes from now on is told again
  local ok, err = pcall(graph.renew, id)
  if not ok then return ngx.log(ngx.ERR, tostring(err)) end
  live.tell(id)
end

-- A timer's work: whoever sent it does not wait for it.
local function mark(id)
  if ngx.shared.gallery_events:add("due " .. id, true, 10) then assert(ngx.timer.at(SOON, renew, id)) end
end

local function medium_of(event)
  local value = event.field == "comments" and event.value
  local id = type(value) == "table" and type(value.media) == "table" and value.media.id
  return type(id) == "string" and id:find "^%d+$" and id or nil
end

local function take(event)
  local value = event.value == nil and iggraph.null or event.value
  io.stderr:write(event.field or "something new", " of ", tostring(event.id), ": ", json.encode(value), "\n")
  local id = medium_of(event)
  local account = id and graph.account()
  if account and event.id == account.id then mark(id) end
end

local function take_all(premature, body)
  if premature then return end
  local is_webhook, events = pcall(webhook.events, body)
  if not is_webhook then return ngx.log(ngx.WARN, tostring(events)) end
  for event in events do take(event) end
end

local function challenge(settings)
  local answer, err = webhook.challenge(ngx.var.args or "", settings.verify_token)
  if not answer then return refuse(403, err) end
  ngx.header["Content-Type"] = "text/plain"
  ngx.print(answer)
end

--- Answers the request.
function M.receive()
  local settings = graph.settings()
  if not (settings.app_secret and settings.verify_token) then
    return refuse(404, "IG_APP_SECRET and IG_VERIFY_TOKEN are not set")
  end
  if ngx.req.get_method() == "GET" then return challenge(settings) end
  ngx.req.read_body()
  local body = ngx.req.get_body_data() or ""
  local signature = ngx.req.get_headers()["X-Hub-Signature-256"] -- a list if it came twice
  local ok, err = webhook.verify(settings.app_secret, body, signature)
  if not ok then return refuse(403, err) end
  -- Answered first: Meta wants it soon, and sends it again if not. The same event may come twice.
  assert(ngx.timer.at(0, take_all, body))
  ngx.exit(200)
end

return M
