--- Sends an answer through nginx, also in all the ways in which sending goes wrong.
--
-- `answer.transport` may say: `delay` (seconds before anything is sent), `part` (which part of the body is
-- sent, the Content-Length being that of the whole; 0: not even headers), `hold` (seconds of silence then),
-- `drop` (the connection is cut then), `byte_delay` (seconds between the bytes of the body, or between as many `pieces`
-- as it is to be in), `excess` (what is added to the Content-Length), `endless` (a JSON string of that many bytes, in
-- chunks). And `close`, which the server sees to: it is another location
-- of nginx; and `without` (names of members that a batch leaves out of its entry).
-- @module iggraph.sandbox.transport
local ngx = ngx -- luacheck: read globals ngx

local M = {}

local CHUNK = ("All work and no play makes Jack a dull boy. "):rep(1489) -- 64 KiB
local ABANDON = 444 -- nginx closes the connection and says nothing
local WITHOUT_BODY = { [204] = true, [304] = true }

local function send_headers(answer, length)
  ngx.status = answer.status
  for name, value in pairs(answer.headers) do ngx.header[name] = value end
  ngx.header["Content-Length"] = not WITHOUT_BODY[answer.status] and length or nil
end

-- The clock of nginx stands still while it works through a burst of requests. By it they would all be due
-- at once, and the last of them late, since one is sent after another.
local function wait(seconds)
  ngx.update_time()
  ngx.sleep(seconds)
end

local function send_piecewise(body, pause, pieces, on)
  local size = pieces and math.max(1, math.ceil(#body / pieces)) or 1
  for first = 1, #body, size do
    if first + size > #body then on.done() end
    ngx.print(body:sub(first, first + size - 1))
    ngx.flush(true)
    ngx.sleep(pause)
  end
end

local function send_endless(total, on)
  local sent = 0
  ngx.print('"')
  while sent < total do
    ngx.print(CHUNK)
    if not ngx.flush(true) then return end
    sent = sent + #CHUNK
    on.bytes(#CHUNK)
  end
  on.done()
  ngx.print('"')
end

local function send_part(body, how)
  local part = how.part and body:sub(1, math.floor(#body * how.part)) or body
  if #part == 0 then return end
  ngx.print(part)
  if how.drop then ngx.flush(true) end
end

--- Sends an answer.
-- @tparam table answer of the emulator
-- @tparam table on `done()` is called just before the last of it goes out, if it ever does; `bytes(n)` after
-- each chunk of an endless body
function M.send(answer, on)
  local how, body = answer.transport or {}, WITHOUT_BODY[answer.status] and "" or answer.body
  if how.delay then wait(how.delay) end
  if how.part ~= 0 then send_headers(answer, not how.endless and #body + (how.excess or 0) or nil) end
  if how.endless then
    send_endless(how.endless, on)
  elseif how.byte_delay then
    send_piecewise(body, how.byte_delay, how.pieces, on)
  else
    if not how.hold then on.done() end
    send_part(body, how)
  end
  if how.hold then ngx.sleep(how.hold) end
  if how.drop then ngx.exit(ABANDON) end
end

return M
