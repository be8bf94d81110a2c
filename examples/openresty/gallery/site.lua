--- What is at which address, and what goes wrong there.
local ngx = ngx -- luacheck: read globals ngx
local drawing = require "gallery.drawing"
local graph = require "gallery.graph"
local live = require "gallery.live"
local views = require "gallery.views"

local site = {}

local FAILURES = {
  [404] = "There is nothing here",
  [502] = "Instagram does not answer as it should: try again in a minute",
  [503] = "Too much is asked of Instagram right now: try again in a minute",
}

-- By the kind of the error.
local STATUSES = { not_found = 404, paging = 404, invalid = 404, throttled = 503, timeout = 503 }

local function fail(status)
  ngx.status = status
  if status == 503 then ngx.header["Retry-After"] = 60 end
  ngx.header["Cache-Control"] = "no-store"
  ngx.print(views.failure(FAILURES[status]))
end

local function answer(text)
  ngx.header["Cache-Control"] = "no-cache" -- see the cache: what is in here comes to an end
  ngx.print(text)
end

local function options(is_first)
  return { newest = live.newest(), draws = graph.settings().draws, is_first = is_first }
end

--- `/`, and `/?after=<cursor>`.
function site.page()
  local after = ngx.var.arg_after and ngx.unescape_uri(ngx.var.arg_after)
  if after and not after:find "^[%w_=+/.-]+$" then return fail(404) end
  local now = options(not after) -- before anything is read: what happens meanwhile is told, too
  local media, next_after = graph.page(after)
  local account = media and graph.account()
  if not account then return fail(STATUSES[next_after] or 502) end
  answer(views.page(account, media, next_after and "/?after=" .. ngx.escape_uri(next_after), now))
end

--- `/media/<id>`.
function site.one()
  local now = options()
  local medium, kind = graph.medium(ngx.var.id)
  local account = medium and graph.account()
  if not account then return fail(STATUSES[kind] or 502) end
  answer(views.one(account, medium, now))
end

--- `/drawn/<id>.svg`.
function site.drawing()
  ngx.header["Content-Type"] = "image/svg+xml"
  ngx.header["Cache-Control"] = "public, max-age=86400"
  ngx.print(drawing.make(ngx.var.id))
end

--- All else.
function site.nothing() return fail(404) end

return site
