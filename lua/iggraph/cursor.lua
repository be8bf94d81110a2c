--- A cursor over a list edge: every item of it, page after page, each fetched when it is needed. Where the Graph finds
-- a page too much (code 1: <https://developers.facebook.com/docs/graph-api/guides/error-handling>) it is asked for by
-- half, down to single items; after a few pages that came they grow again, up to `limit`.
-- State and paging rules are in `csrc/cursor.c`; here is the loop that waits.
-- @classmod cursor

local call = require "iggraph.call"
local core = require "iggraph.core"
local coroutines = require "iggraph.host.coroutines"
local hosts = require "iggraph.host"
local wait = require "iggraph.wait"

local take, take_page, peek = core.cursor.take, core.cursor.take_page, core.cursor.peek
local start, accept, goes_on = core.cursor.start, core.cursor.accept, core.cursor.goes_on
local recover, shrinks = core.cursor.recover, core.cursor.shrinks
local prefetches, client_of, close = core.cursor.prefetches, core.cursor.client, core.cursor.close
local kept, raise = core.client.kept, core.error.raise

local cursor = core.cursor.methods
local OPTIONS, NONE = core.cursor.options, {}

-- Which coroutine is fetching a page of a cursor. One that is gone does so no more.
local fetching = setmetatable({}, { __mode = "kv" })
local PLAIN_CODE = {}

-- In Lua 5.1 a coroutine that failed in there keeps the cursor until it is dead.
local protected = core.yields_in_pcall and pcall or function(fn, ...) return true, fn(...) end

-- Where errors are caught no mark is left over: one of the same coroutine is that of a finalizer's caller. But nginx
-- gives a new request the coroutine of one that has gone in the middle.
local leaves_no_mark = core.yields_in_pcall and not rawget(_G, "ngx")

local function is_elsewhere(fetcher)
  if not fetcher then return false end
  if fetcher == coroutines.running() then return leaves_no_mark end
  return fetcher == PLAIN_CODE or coroutine.status(fetcher) ~= "dead" and not coroutines.is_cancelled(fetcher)
end

-- Smaller pages are better than the same page once more.
local function mends(err, self) return shrinks(self, err) end

local function ask(self, client, path)
  while true do
    local page, err = call(client, "GET", path, start, mends, self)
    if not err then return page end
    local goes_again, failure, kind = recover(self, err)
    if not goes_again then return nil, failure, kind end
  end
end

local function fetch(self)
  local ok, err, kind = goes_on(self)
  if not ok then return nil, err, kind end
  local client, path = client_of(self)
  local page
  page, err, kind = ask(self, client, path)
  if err then return nil, err, kind end
  ok, err, kind = accept(self, page)
  if ok and prefetches(self) then
    wait.go_on(kept(client).host or hosts.current(), start(self))
  end
  return ok, err, kind
end

local function fetch_alone(self)
  if is_elsewhere(fetching[self]) then raise "the cursor is in use by another coroutine" end
  local me = coroutines.running()
  fetching[self] = me or PLAIN_CODE
  local in_peace, ok, err, kind = (me and protected or pcall)(fetch, self)
  if fetching[self] == (me or PLAIN_CODE) then fetching[self] = nil end
  if not in_peace then error(ok, 0) end
  return ok, err, kind
end

local function advance(self, what)
  while true do
    local value, more = what(self)
    if value ~= nil or not more then return value end
    local ok, err, kind = fetch_alone(self)
    if not ok then return nil, err, kind end
  end
end

local function raising(what)
  return function(self)
    local value, err = advance(self, what)
    if err then error(err, 0) end
    return value
  end
end

local next_item, next_page = raising(take), raising(take_page)

--- The next item.
-- @return the item; `nil` at the end; `nil, err, kind` on failure: the next call then asks for the
-- same page again
function cursor:next()
  local item = take(self) -- as a rule the page has one
  if item ~= nil then return item end
  return advance(self, take)
end

--- The items that are next, and none of them is taken: what is left of the page, which is fetched if there is none.
-- @treturn table a list; `nil` at the end; `nil, err, kind` on failure
function cursor:peek() return advance(self, peek) end

--- Whole pages, as the API sent them (`page.data`, `page.paging`). After single items the first page
-- is what is left of theirs; the last one is cut at `max_items`.
-- @return an iterator for `for page in cursor:pages() do`; raises the error object. Leaving the loop
-- leaves the cursor as it is
function cursor:pages()
  return function()
    local page = next_page(self) -- not by a tail call: in Lua 5.1 it would hide that a loop has called
    return page
  end
end

--- Where it stands, exact to the item: a small table, to be stored (as JSON, too) and given as
-- `opts.position` to the same list later, in another process as well. It names the list, what the page
-- was asked for with, and the ids that were given of it: items that came or went meanwhile make nothing
-- be given twice or left out. There is no secret in it.
-- @function cursor:position
-- @treturn table
cursor.position = core.cursor.position

--- Drops what is in flight; the cursor gives no more. `<close>` does the same, and so does collection.
-- A coroutine that waits for a page of it gets `nil, err, "cancelled"`.
function cursor:close()
  close(self)
  wait.tell(core.loop.living())
end

core.cursor.meta.__close = cursor.close

function core.cursor.meta:__call()
  local item = take(self)
  if item == nil then item = next_item(self) end -- not by a tail call, see above
  return item
end

-- Whether a cursor whose first page is there already stands in that page.
local function is_in_first(opts)
  local position = opts and opts.position
  return not position or not position.done and next(position.params or {}) == nil
end

--- Makes one. `for item in cursor do` is every item; the loop raises the error object on failure.
-- @param client
-- @tparam string path
-- @tparam[opt] table params the Graph's: `fields`, `limit` (items a page), `after`, `since` …
-- @tparam[opt] table opts
-- @tparam[opt] number opts.max_items no more than so many
-- @tparam[opt=100] number opts.max_empty_pages in a row, before `paging` is raised
-- @tparam[opt] table opts.position where to go on: what `position` gave
-- @tparam[opt=false] boolean opts.prefetch the next page is begun while this one is used
-- @tparam[opt] string opts.on_invalid_cursor `"restart"`: where the Graph takes the cursor of a page no more, since its
-- item was deleted, the list is begun anew, and what was given is left out, by ids; 8 bytes are kept of each. Without
-- it that is a `paging` error. A cursor that was made from a position knows the ids in it, and what it gave itself.
-- Where nothing new comes until the next invalid cursor, and where items have no ids, it is a `paging` error all the
-- same
-- @tparam[opt] table how functions of a list that differs from the others: see `cursor.new` in `csrc/cursor.c`;
-- and `first`, a page of it that is there already
-- @return the cursor; in Lua 5.4 four values, as `io.lines` gives them, so that leaving a `for` loop
-- closes it
local function open(client, path, params, opts, how)
  for name in pairs(type(opts) == "table" and opts or NONE) do
    if not OPTIONS[name] then
      raise(("opts: unknown option '%s'%s"):format(tostring(name), require "iggraph.near" (name, OPTIONS)))
    end
  end
  local self = core.cursor.new(client, path, params, opts, how)
  if how and how.first and is_in_first(opts) then accept(self, how.first) end
  -- Before 5.4 a generic `for` knows no fourth value, and would not close it.
  if core.closes_loops then return self, nil, nil, self end
  return self
end

return { open = open }
