/* A list edge, page after page: which items are left, what to ask next, where it stands. The loop
 * that waits for pages is Lua (lua/iggraph/cursor.lua). */
#include <stdlib.h>
#include <string.h>

#include "cursor.h"

static ig_cursor *check_cursor(lua_State *L) {
  ig_cursor *self = luaL_checkudata(L, 1, IG_CURSOR);
  if (self->closed) ig_raise(L, "the cursor is closed");
  return self;
}

/* Pushes the kept table and returns its index. */
static int push_kept(lua_State *L) {
  ig_getkept(L, 1);
  return lua_gettop(L);
}

static void set_nil(lua_State *L, int table, const char *name) {
  lua_pushnil(L);
  lua_setfield(L, table, name);
}

static int fail(lua_State *L, int kept, const char *format, lua_Integer number) {
  lua_getfield(L, kept, "client");
  lua_getfield(L, kept, "path");
  ig_call call = {"GET", ig_pushpath(L, ig_toclient(L, -2), lua_tostring(L, -1)), 0};
  return ig_failf(L, IG_PAGING, &call, format, (int)number);
}

/* --- making one -------------------------------------------------------------------------------- */

static lua_Integer positive(lua_State *L, int table, const char *name, lua_Integer fallback) {
  lua_getfield(L, table, name);
  lua_Number number = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
  if (lua_isnil(L, -1)) number = (lua_Number)fallback;
  else if (!(number >= 1 && number <= 2147483647.0) || number != (lua_Number)(lua_Integer)number)
    ig_raise(L, "opts.%s: a whole number above 0 expected", name);
  lua_pop(L, 1);
  return (lua_Integer)number;
}

static const char *const options[] = {"max_empty_pages", "max_items", "on_invalid_cursor", "position",
                                      "prefetch"};
enum { OPTIONS = sizeof options / sizeof *options };

/* Sets cursor.options, the set of their names: the Lua side says what one that is none may have meant. */
static void open_options(lua_State *L) {
  lua_newtable(L);
  for (size_t i = 0; i < OPTIONS; i++) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, options[i]);
  }
  lua_setfield(L, -2, "options");
}

static void take_options(lua_State *L, ig_cursor *self, int opts, int kept) {
  self->max_items = positive(L, opts, "max_items", 0);
  self->max_empty = positive(L, opts, "max_empty_pages", self->max_empty);
  lua_getfield(L, opts, "prefetch");
  if (!lua_isnil(L, -1) && !lua_isboolean(L, -1)) ig_raise(L, "opts.prefetch: a boolean expected");
  self->prefetch = lua_toboolean(L, -1);
  lua_pop(L, 1);
  lua_getfield(L, opts, "on_invalid_cursor");
  self->restarts = lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), "restart") == 0;
  if (!lua_isnil(L, -1) && !self->restarts) ig_raise(L, "opts.on_invalid_cursor: \"restart\" expected");
  lua_pop(L, 1);
  ig_takeposition(L, self, opts, kept);
}

/* A list that differs from the others brings functions of its own. */
static const char *const ways[] = {"map", "request", "page", "follow"};

static void take_ways(lua_State *L, ig_cursor *self, int how, int kept) {
  self->sized = true;
  if (!lua_istable(L, how)) return;
  lua_newtable(L);
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    lua_getfield(L, how, ways[i]);
    lua_setfield(L, -2, ways[i]);
  }
  lua_setfield(L, kept, "ways");
  lua_getfield(L, how, "list");
  lua_setfield(L, kept, "list");
  lua_getfield(L, how, "follow");
  lua_getfield(L, how, "sized");
  self->sized = lua_isnil(L, -2) || lua_toboolean(L, -1);
}

/* Pushes the list's own function of that name; false and nothing where it has none. */
static bool push_way(lua_State *L, int kept, const char *name) {
  int top = lua_gettop(L);
  lua_getfield(L, kept, "ways");
  if (lua_istable(L, -1)) lua_getfield(L, -1, name);
  bool has = lua_isfunction(L, -1);
  if (has) lua_replace(L, top + 1);
  lua_settop(L, top + has);
  return has;
}

/* cursor.new(client, path, params?, opts?, how?) -> cursor. `how` may have: `map(item)` -> what is given for
 * it, or nil to leave it out; `request(params)` -> the parameters to send, and the path if it is another;
 * `page(answer)` -> the page in it, or nil, err, kind; `follow(page, asked, usual)` -> what to ask next, in texts,
 * nil at the end, or false where the page says that there is more, and not where, as `usual` does; `sized`: whether a
 * list with a `follow` may be asked for in smaller pages than the caller's; `list`: what the list is called in
 * positions, in place of the path. */
static int cursor_new(lua_State *L) {
  const ig_client *client = ig_checkclient(L, 1);
  const char *path = ig_checkpath(L, 2);
  if (!lua_isnoneornil(L, 3) && !lua_istable(L, 3)) return ig_raise(L, "params: a table expected");
  if (!lua_isnoneornil(L, 4) && !lua_istable(L, 4)) return ig_raise(L, "opts: a table expected");
  lua_settop(L, 5);
  ig_pushpath(L, client, path); /* raises for one that is no path */

  ig_cursor *self = ig_newobject(L, IG_CURSOR, sizeof *self);
  int cursor = lua_gettop(L), kept = cursor + 1;
  self->max_empty = 100;
  self->patience = IG_PATIENCE;
  ig_getkept(L, cursor);
  lua_pushvalue(L, 1);
  lua_setfield(L, kept, "client");
  take_ways(L, self, 5, kept);
  lua_pushstring(L, *path == '/' ? path + 1 : path);
  lua_setfield(L, kept, "path");
  ig_pushtexts(L, 3);
  lua_setfield(L, kept, "params");
  ig_startpaging(L, self, kept);
  if (lua_istable(L, 4)) take_options(L, self, 4, kept);
  lua_settop(L, cursor);
  return 1;
}

/* --- what the loop calls ----------------------------------------------------------------------- */

static bool is_full(const ig_cursor *self) {
  return self->max_items > 0 && self->given >= self->max_items;
}

/* How many items of the page may still be given. */
static int left_of(const ig_cursor *self) {
  int left = self->count - self->index;
  bool cut = self->max_items > 0 && left > self->max_items - self->given;
  return cut ? (int)(self->max_items - self->given) : left;
}

/* The same as check_cursor, by the metatable in the first upvalue: it is not looked for by its name. */
static ig_cursor *check_quickly(lua_State *L) {
  ig_cursor *self = lua_touserdata(L, 1);
  bool is_open = lua_getmetatable(L, 1) && lua_rawequal(L, -1, lua_upvalueindex(1)) && !self->closed;
  return is_open ? self : check_cursor(L);
}

/* A page that is used up is garbage before the next one comes, so that never two of them are in memory. */
static void drop_page(lua_State *L, ig_cursor *self) {
  if (self->count == 0 || self->index < self->count) return;
  if (self->lost) return; /* position() wants the ids of a page that does not say what comes next */
  int kept = push_kept(L);
  ig_notegiven(L, self, kept);
  lua_pushnil(L);
  lua_rawseti(L, kept, IG_DATA);
  set_nil(L, kept, "page");
}

/* cursor.take(cursor) -> the next item of the page; or nil, and whether another page may have one */
static int cursor_take(lua_State *L) {
  ig_cursor *self = check_quickly(L);
  bool has_item = self->index < self->count && !is_full(self);
  if (!has_item) {
    drop_page(L, self);
    lua_pushnil(L);
    lua_pushboolean(L, !self->ended && !is_full(self));
    return 2;
  }
  ig_getkept(L, 1);
  lua_rawgeti(L, -1, IG_DATA);
  lua_rawgeti(L, -1, ++self->index);
  self->given++;
  return 1;
}

/* cursor.peek(cursor) -> the items that the page has left, none of which is taken; or the same */
static int cursor_peek(lua_State *L) {
  ig_cursor *self = check_cursor(L);
  int left = left_of(self);
  if (left == 0) {
    drop_page(L, self);
    lua_pushnil(L);
    lua_pushboolean(L, !self->ended && !is_full(self));
    return 2;
  }
  lua_rawgeti(L, push_kept(L), IG_DATA);
  lua_createtable(L, left, 0);
  for (int i = 1; i <= left; i++) {
    lua_rawgeti(L, -2, self->index + i);
    lua_rawseti(L, -2, i);
  }
  return 1;
}

/* cursor.take_page(cursor) -> the page, with those of its items that were not given and are within
 * max_items; or the same */
static int cursor_take_page(lua_State *L) {
  ig_cursor *self = check_cursor(L);
  int kept = push_kept(L);
  lua_getfield(L, kept, "page");
  bool used_up = self->page_given || (self->count > 0 && self->index == self->count);
  if (!lua_istable(L, -1) || used_up || is_full(self)) {
    lua_pushnil(L);
    lua_pushboolean(L, !self->ended && !is_full(self));
    return 2;
  }
  int page = lua_gettop(L), left = left_of(self);
  lua_createtable(L, left, 0);
  lua_rawgeti(L, kept, IG_DATA);
  for (int i = 1; i <= left; i++) {
    lua_rawgeti(L, -1, self->index + i);
    lua_rawseti(L, page + 1, i);
  }
  lua_pushvalue(L, page + 1);
  lua_setfield(L, page, "data");
  lua_settop(L, page);
  self->index += left;
  self->given += left;
  self->page_given = true;
  return 1;
}

/* cursor.start(cursor) -> the transfer of the next page, under way or begun now. One begun ahead may
 * have run out of time while its caller was busy: it does not count. */
static int cursor_start(lua_State *L) {
  const ig_cursor *self = check_cursor(L);
  int kept = push_kept(L);
  lua_getfield(L, kept, "transfer");
  if (ig_is_open(L, -1)) {
    igh_engine_step(ig_engine(L));
    if (!ig_has_failed(L, -1)) return 1;
    ig_cancel(L, -1);
  }
  lua_getfield(L, kept, "client");
  int client = lua_gettop(L);
  bool own_way = push_way(L, kept, "request");
  ig_pushrequest(L, self, kept);
  if (own_way)
    lua_call(L, 1, 2);
  else
    lua_pushnil(L);
  if (lua_isnil(L, -1)) lua_getfield(L, kept, "path");
  ig_start(L, client, "GET", lua_tostring(L, -1), client + 1);
  lua_pushvalue(L, -1);
  lua_setfield(L, kept, "transfer");
  return 1;
}

/* Puts what `map` makes of the items in their place. */
static void map_items(lua_State *L, int kept, int page) {
  int map = lua_gettop(L) + 1, mapped = 0;
  if (push_way(L, kept, "map")) {
    lua_getfield(L, page, "data");
    lua_newtable(L);
    int count = (int)lua_rawlen(L, map + 1);
    for (int i = 1; i <= count; i++) {
      lua_pushvalue(L, map);
      lua_rawgeti(L, map + 1, i);
      lua_call(L, 1, 1);
      if (!lua_isnil(L, -1)) lua_rawseti(L, map + 2, ++mapped);
      lua_settop(L, map + 2);
    }
    lua_setfield(L, page, "data");
  }
  lua_settop(L, map - 1);
}

/* Whether the answer at `page` is an object with a list, maybe an empty one, in `data`. */
static bool has_list(lua_State *L, int page) {
  int top = lua_gettop(L);
  if (!lua_istable(L, page)) return false;
  lua_getfield(L, page, "data");
  bool list = lua_istable(L, -1);
  if (list && lua_rawlen(L, -1) == 0) {
    lua_pushnil(L);
    list = lua_next(L, -2) == 0;
  }
  lua_settop(L, top);
  return list;
}

/* The page becomes the current one. Where memory is refused on the way, none of it did, and the same
 * page is asked again. */
static void install(lua_State *L, ig_cursor *self, int kept, int page, int ask, bool all_known) {
  lua_getfield(L, page, "data");
  int data = lua_gettop(L), count = (int)lua_rawlen(L, data);
  int index = ig_countseen(L, self, kept, data);
  bool past_seen = index < count && (index > 0 || self->seen_found);
  self->index = self->count = 0; /* the page before was used up */
  lua_pushvalue(L, data);
  lua_rawseti(L, kept, IG_DATA);
  lua_pushvalue(L, page);
  lua_setfield(L, kept, "page");
  lua_getfield(L, kept, "ask");
  lua_setfield(L, kept, "asked");
  lua_pushvalue(L, ask);
  lua_setfield(L, kept, "ask");
  if (past_seen) set_nil(L, kept, "seen");
  self->count = count;
  self->index = index;
  bool goes_on = self->size > 0 && self->skip > count; /* in the next part of the page */
  self->skip = goes_on ? self->skip - count : 0;
  self->seen_found |= index > 0;
  self->page_given = all_known;
  self->noted = false;
  self->ended = lua_isnil(L, ask);
  ig_rememberids(self);
}

/* cursor.goes_on(cursor) -> true, or nil, err, kind where the page does not say what to ask next */
static int cursor_goes_on(lua_State *L) {
  const ig_cursor *self = check_cursor(L);
  if (self->lost) return fail(L, push_kept(L), "paging says that there is more, and not where", 0);
  lua_pushboolean(L, 1);
  return 1;
}

/* Leaves what to ask after the page, or nil, on the stack; false where the page does not say. */
static bool push_next(lua_State *L, ig_cursor *self, int kept, int page) {
  bool own_way = push_way(L, kept, "follow");
  if (own_way) {
    lua_pushvalue(L, page);
    lua_getfield(L, kept, "ask");
  }
  bool known = ig_pushask(L, self, kept, page);
  if (!own_way) return known;
  if (!known) lua_pushboolean(L, 0), lua_replace(L, -2);
  lua_call(L, 3, 1);
  if (lua_istable(L, -1) || lua_isnil(L, -1)) return true;
  lua_newtable(L);
  lua_replace(L, -2);
  return false;
}

/* cursor.accept(cursor, answer) -> true, or nil, err, kind and the same page is asked again */
static int cursor_accept(lua_State *L) {
  ig_cursor *self = check_cursor(L);
  lua_settop(L, 2);
  int kept = push_kept(L);
  ig_needstack(L, 20);
  set_nil(L, kept, "transfer"); /* what is over takes no room in a cursor that stays in its page */
  ig_notegiven(L, self, kept);
  if (push_way(L, kept, "page")) {
    lua_pushvalue(L, 2);
    lua_call(L, 1, 3);
    if (lua_isnil(L, -3)) return 3;
    lua_settop(L, kept + 1);
    lua_replace(L, 2);
  }
  if (!has_list(L, 2)) return fail(L, kept, "the answer has no list in 'data'", 0);
  lua_getfield(L, 2, "data");
  int data = lua_gettop(L), count = (int)lua_rawlen(L, data);
  bool lost = !push_next(L, self, kept, 2);
  int ask = lua_gettop(L);
  if (ig_isrepeated(L, self, kept, data))
    return fail(L, kept, "the page repeats items that an earlier page had", 0);
  if (ig_isotherlist(L, kept)) self->empty_pages = 0;
  bool empty = count == 0 && !lua_isnil(L, ask);
  if (empty && self->empty_pages == self->max_empty) {
    self->empty_pages = 0;
    return fail(L, kept, "more than %d empty pages in a row (max_empty_pages)", self->max_empty);
  }
  map_items(L, kept, 2);
  bool all_known = ig_leaveoutknown(L, self, 2);
  if (count > 0) ig_grow(L, self, kept);
  install(L, self, kept, 2, ask, all_known);
  self->empty_pages = empty ? self->empty_pages + 1 : 0;
  self->lost = lost;
  lua_pushboolean(L, 1);
  return 1;
}

/* cursor.prefetches(cursor): whether the next page is to be begun while this one is used */
static int cursor_prefetches(lua_State *L) {
  const ig_cursor *self = check_cursor(L);
  bool enough = self->max_items > 0 &&
                self->given + (self->count - self->index) >= self->max_items;
  lua_pushboolean(L, self->prefetch && !self->ended && !self->lost && !enough);
  return 1;
}

/* cursor.position(cursor) -> a table for opts.position; of a closed cursor, too */
static int cursor_position(lua_State *L) {
  const ig_cursor *self = luaL_checkudata(L, 1, IG_CURSOR);
  ig_pushposition(L, self, push_kept(L));
  return 1;
}

/* cursor.client(cursor) -> its client, the path of its list */
static int cursor_client(lua_State *L) {
  check_cursor(L);
  int kept = push_kept(L);
  lua_getfield(L, kept, "client");
  lua_getfield(L, kept, "path");
  return 2;
}

/* cursor.shrinks(cursor, err): whether the page that failed may come in smaller ones. Changes nothing */
static int cursor_shrinks(lua_State *L) {
  const ig_cursor *self = luaL_checkudata(L, 1, IG_CURSOR);
  lua_settop(L, 2);
  lua_pushboolean(L, !self->closed && ig_shrinks(L, self, push_kept(L), 2));
  return 1;
}

/* cursor.recover(cursor, err) -> true where the page, or another one, is to be asked for at once; or
 * nil, err, kind */
static int cursor_recover(lua_State *L) {
  ig_cursor *self = luaL_checkudata(L, 1, IG_CURSOR); /* closed meanwhile: it stays as it is */
  lua_settop(L, 2);
  if (self->closed) return ig_fail(L);
  int values = ig_recover(L, self, push_kept(L), 2);
  if (values > 0) return values;
  lua_pushboolean(L, 1);
  return 1;
}

static void release(ig_cursor *self) {
  igb_buffer *const buffers[] = {&self->ids, &self->last_ids, &self->known, &self->name, &self->value};
  for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) igb_free(buffers[i]);
  free(self->last_pages);
  self->last_pages = NULL;
}

/* cursor.close(cursor): drops what is in flight; again does no harm */
static int cursor_close(lua_State *L) {
  ig_cursor *self = luaL_checkudata(L, 1, IG_CURSOR);
  if (self->closed) return 0;
  self->closed = true; /* the page stays: a finalizer may close what is being worked on */
  int kept = push_kept(L);
  lua_getfield(L, kept, "transfer");
  if (ig_is_open(L, -1)) ig_cancel(L, -1);
  set_nil(L, kept, "transfer");
  return 0;
}

static int cursor_gc(lua_State *L) {
  ig_cursor *self = luaL_checkudata(L, 1, IG_CURSOR);
  self->closed = true; /* its transfer is collected by itself */
  release(self);
  return 0;
}

static int cursor_tostring(lua_State *L) {
  const ig_cursor *self = luaL_checkudata(L, 1, IG_CURSOR);
  lua_getfield(L, push_kept(L), "path");
  lua_pushfstring(L, "iggraph.cursor (%s, %d given%s)", lua_tostring(L, -1), (int)self->given,
                  self->closed ? ", closed" : self->ended && self->index == self->count ? ", at the end" : "");
  return 1;
}

static const luaL_Reg cursor_meta[] = {
    {"__close", cursor_close}, {"__gc", cursor_gc}, {"__tostring", cursor_tostring}, {NULL, NULL}};

static const luaL_Reg cursor_funcs[] = {
    {"accept", cursor_accept},     {"client", cursor_client},
    {"close", cursor_close},       {"goes_on", cursor_goes_on},
    {"new", cursor_new},           {"position", cursor_position},
    {"prefetches", cursor_prefetches}, {"recover", cursor_recover},
    {"shrinks", cursor_shrinks},   {"start", cursor_start},
    {"take_page", cursor_take_page},   {"peek", cursor_peek},
    {NULL, NULL}};

void ig_open_cursor(lua_State *L) {
  ig_newtype(L, IG_CURSOR, cursor_meta, cursor_funcs);
  open_options(L);
  luaL_getmetatable(L, IG_CURSOR);
  lua_pushcclosure(L, cursor_take, 1);
  lua_setfield(L, -2, "take");
}
