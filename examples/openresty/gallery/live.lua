--- What happens, as it happens, by server-sent events: each is the id of a medium that has changed. What it has become
-- the page asks for then, as everybody does, so that no second way to show it is needed.
--
-- Events have numbers that grow, over a restart as well. A page has in it the number that was the last when it was
-- made, and the browser tells the last one that came when it connects again: nothing is lost between.
local ngx = ngx -- luacheck: read globals ngx

local KEPT, MOST = 300, 200 -- seconds, events
local PAUSE = 0.25 -- seconds
local HEARTBEAT = 60 -- pauses: a proxy would close what is silent, and nginx finds out who has gone
local ROUNDS = 2400 -- pauses until the browser is to connect anew

local dictionary = ngx.shared.gallery_events

local live = {}

--- The number of the newest event.
-- @treturn number
function live.newest()
  local now = math.floor(ngx.now() * 1000)
  dictionary:safe_add("newest", now)
  return dictionary:get "newest" or now
end

--- @tparam string id of the medium that has changed
function live.tell(id)
  local number = live.newest()
  -- A number belongs to whoever puts the event there first, and is counted when it is there.
  repeat number = number + 1 until dictionary:add("event " .. number, id, KEPT) ~= false
  dictionary:incr("newest", 1)
end

local function send(first, last)
  for number = math.max(first, last - MOST), last do
    local id = dictionary:get("event " .. number)
    if id then ngx.print(("id: %d\ndata: %s\n\n"):format(number, id)) end
  end
end

--- Answers the request, for as long as somebody listens.
function live.stream()
  ngx.header["Content-Type"] = "text/event-stream"
  ngx.header["Cache-Control"] = "no-store"
  ngx.header["X-Accel-Buffering"] = "no"
  local sent = tonumber(ngx.var.http_last_event_id or ngx.var.arg_since) or live.newest()
  ngx.print "retry: 1000\n\n"
  for round = 1, ROUNDS do
    local newest = live.newest()
    if newest ~= sent then send(sent + 1, newest) end
    sent = newest
    if round % HEARTBEAT == 0 then ngx.print ":\n\n" end
    if not ngx.flush(true) or ngx.worker.exiting() then return end
    ngx.sleep(PAUSE)
  end
end

return live
