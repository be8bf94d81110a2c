/* A list edge, page after page: which items are left, what to ask next, where it stands. The loop
 * that waits for pages is Lua (lua/iggraph/cursor.lua). */
#include <stdint.h>
#include <string.h>

#include "iggraph.h"

typedef struct {
  int index, count; /* items of the page that were given; that it has */
  int skip;         /* items still to be left out: given before the position was taken */
  lua_Integer given, max_items;       /* max_items 0: all */
  lua_Integer empty_pages, max_empty; /* in a row */
  unsigned long pages;
  igb_buffer ids, last_ids, old_ids; /* of this page, the one before, and one long ago: hashes */
  igb_buffer name, value;
  bool backward, prefetch, ended, closed;
} ig_cursor;

/* What the cursor keeps: client, path, params (texts, as given), asked and ask (what pages added to
 * them: for this page, for the next), page, data, transfer, map, id (of the last item given). */

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

/* --- is it a new page? ------------------------------------------------------------------------- */

static uint64_t hash(const char *text, size_t size) {
  uint64_t sum = 14695981039346656037u; /* FNV-1a */
  for (size_t i = 0; i < size; i++) sum = (sum ^ (unsigned char)text[i]) * 1099511628211u;
  return sum;
}

/* Takes down the ids of the items; false when an item has none. */
static bool note_ids(lua_State *L, igb_buffer *ids, int data, int count) {
  ids->size = 0;
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, data, i);
    bool has_id = lua_istable(L, -1);
    if (has_id) {
      size_t size;
      lua_getfield(L, -1, "id");
      const char *id = lua_tolstring(L, -1, &size);
      has_id = id != NULL;
      uint64_t sum = has_id ? hash(id, size) : 0;
      if (has_id) ig_append(L, ids, (const char *)&sum, sizeof sum);
      lua_pop(L, 1);
    }
    lua_pop(L, 1);
    if (!has_id) return false;
  }
  return true;
}

static bool contains_all(const igb_buffer *known, const igb_buffer *ids) {
  const uint64_t *all = (const uint64_t *)(const void *)known->data;
  const uint64_t *wanted = (const uint64_t *)(const void *)ids->data;
  size_t known_count = known->size / sizeof *all, count = ids->size / sizeof *all;
  for (size_t i = 0; i < count; i++) {
    size_t at = 0;
    while (at < known_count && all[at] != wanted[i]) at++;
    if (at == known_count) return false;
  }
  return true;
}

static bool same_field(lua_State *L, int one, int other, const char *name) {
  lua_getfield(L, one, name);
  lua_getfield(L, other, name);
  bool same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same;
}

/* Every entry of the table `one` is in `other`, too. */
static bool includes(lua_State *L, int other, int one) {
  bool all = true;
  for (lua_pushnil(L); all && lua_next(L, one) != 0; lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_rawget(L, other);
    all = lua_rawequal(L, -1, -2);
    lua_pop(L, 1);
    if (!all) lua_pop(L, 2);
    if (!all) break;
  }
  return all;
}

/* A page without new ids, against the one before and against one that moves up at page 1, 2, 4, 8 …,
 * which meets a circle of any length. Pages of another time window repeat their ids with good reason
 * (insights); items without ids repeat when the very same request does. */
static bool is_repeated(lua_State *L, ig_cursor *self, int kept, int data) {
  if (self->count == 0) return false;
  lua_getfield(L, kept, "ask");
  lua_getfield(L, kept, "asked");
  int ask = lua_gettop(L) - 1, asked = ask + 1;
  bool moved = lua_istable(L, ask) && lua_istable(L, asked) &&
               !(same_field(L, ask, asked, "since") && same_field(L, ask, asked, "until"));
  bool same_request = lua_istable(L, ask) && lua_istable(L, asked) && includes(L, asked, ask) &&
                      includes(L, ask, asked);
  lua_settop(L, ask - 1);
  if (!note_ids(L, &self->ids, data, self->count)) return same_request;
  return !moved && (contains_all(&self->last_ids, &self->ids) ||
                    contains_all(&self->old_ids, &self->ids));
}

static void remember_ids(lua_State *L, ig_cursor *self, int data) {
  if (self->count == 0 || !note_ids(L, &self->ids, data, self->count)) return;
  igb_buffer spare = self->last_ids;
  self->last_ids = self->ids;
  self->ids = spare;
  self->pages++;
  if ((self->pages & (self->pages - 1)) != 0) return;
  self->old_ids.size = 0;
  ig_append(L, &self->old_ids, self->last_ids.data, self->last_ids.size);
}

/* --- what to ask next -------------------------------------------------------------------------- */

static bool is_cursor_name(const char *name) {
  return strcmp(name, "after") == 0 || strcmp(name, "before") == 0;
}

/* One name=value of the link goes into the table at `ask` if it changes what was asked. Secrets stay
 * behind: the next request is signed anew. */
static bool take_pair(lua_State *L, ig_cursor *self, const char *pair, size_t size, int params,
                      int ask) {
  const char *equals = memchr(pair, '=', size);
  size_t name_size = equals == NULL ? size : (size_t)(equals - pair);
  self->name.size = self->value.size = 0;
  if (!igb_append_unescaped(&self->name, pair, name_size) ||
      !igb_append_unescaped(&self->value, pair + name_size + (equals != NULL),
                            size - name_size - (equals != NULL)) ||
      !igb_terminate(&self->name))
    ig_nomemory(L);
  const char *name = self->name.data;
  if (*name == '\0' || igb_names_secret(name, strlen(name)) || strcmp(name, "pretty") == 0)
    return false;
  lua_pushlstring(L, self->value.data, self->value.size);
  lua_getfield(L, params, name);
  bool same = lua_rawequal(L, -1, -2) && !is_cursor_name(name);
  lua_pop(L, 1);
  if (same || memchr(self->value.data, '\0', self->value.size) != NULL) {
    lua_pop(L, 1);
    return false;
  }
  lua_setfield(L, ask, name);
  return strcmp(name, "limit") != 0;
}

/* Fills the table at `ask` from the link; returns whether the link moves anything. */
static bool read_link(lua_State *L, ig_cursor *self, const char *link, int params, int ask) {
  bool moves = false;
  const char *at = strchr(link, '?');
  if (at == NULL) return false;
  for (const char *end = at; *end != '\0' && *end != '#'; at = end) {
    at++;
    end = at + strcspn(at, "&#");
    if (end > at) moves |= take_pair(L, self, at, (size_t)(end - at), params, ask);
  }
  return moves;
}

/* From the page at `page`: leaves the table of what to ask next, or nil at the end. False when the
 * link is none. `paging.next` is never followed as it stands: it carries the token and names a host. */
static bool push_ask(lua_State *L, ig_cursor *self, int kept, int page) {
  const char *link_name = self->backward ? "previous" : "next";
  const char *cursor_name = self->backward ? "before" : "after";
  lua_getfield(L, page, "paging");
  int paging = lua_gettop(L);
  if (!lua_istable(L, paging)) return lua_pushnil(L), true;
  lua_getfield(L, paging, link_name);
  int link = lua_gettop(L);
  if (lua_isnil(L, link) || lua_islightuserdata(L, link)) return lua_pushnil(L), true;
  if (lua_type(L, link) != LUA_TSTRING) return false;
  lua_getfield(L, kept, "params");
  lua_newtable(L);
  int ask = lua_gettop(L);
  if (read_link(L, self, lua_tostring(L, link), ask - 1, ask)) return true;
  lua_getfield(L, paging, "cursors");
  if (!lua_istable(L, -1)) return false;
  lua_getfield(L, -1, cursor_name);
  if (lua_type(L, -1) != LUA_TSTRING) return false;
  lua_setfield(L, ask, cursor_name);
  lua_pop(L, 1);
  return true;
}

/* Pushes the parameters of the next request: the cursor's own, and what the last page changed. */
static void push_request(lua_State *L, int kept) {
  lua_newtable(L);
  int request = lua_gettop(L);
  lua_getfield(L, kept, "params");
  lua_getfield(L, kept, "ask");
  for (int from = request + 1; from <= request + 2; from++) {
    if (!lua_istable(L, from)) continue;
    for (lua_pushnil(L); lua_next(L, from) != 0; lua_pop(L, 1)) {
      bool replaced = from == request + 1 && lua_istable(L, request + 2) &&
                      is_cursor_name(lua_tostring(L, -2));
      if (replaced) continue;
      lua_pushvalue(L, -2);
      lua_pushvalue(L, -2);
      lua_rawset(L, request);
    }
  }
  lua_settop(L, request);
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

static bool is_same_list(lua_State *L, int position, int kept) {
  lua_getfield(L, position, "path");
  lua_getfield(L, kept, "path");
  bool same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same;
}

/* What a position adds to the parameters: texts, and none that is a secret. */
static void take_position_params(lua_State *L, int position, int kept) {
  lua_getfield(L, position, "params");
  int params = lua_gettop(L);
  if (lua_isnil(L, params)) return;
  if (!lua_istable(L, params)) ig_raise(L, "opts.position: not made by cursor:position()");
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, params) != 0; lua_pop(L, 1)) {
    bool texts = lua_type(L, -2) == LUA_TSTRING && lua_type(L, -1) == LUA_TSTRING;
    if (!texts || igb_names_secret(lua_tostring(L, -2), lua_rawlen(L, -2)))
      ig_raise(L, "opts.position: not made by cursor:position()");
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, params + 1);
  }
  lua_setfield(L, kept, "ask");
}

static void take_position(lua_State *L, ig_cursor *self, int opts, int kept) {
  int top = lua_gettop(L), position = top + 1;
  lua_getfield(L, opts, "position");
  if (!lua_isnil(L, position)) {
    if (!lua_istable(L, position)) ig_raise(L, "opts.position: a table expected");
    if (!is_same_list(L, position, kept))
      ig_raise(L, "opts.position: it is the position of another list");
    take_position_params(L, position, kept);
    lua_getfield(L, position, "done");
    self->ended = lua_toboolean(L, -1);
    lua_getfield(L, position, "index");
    lua_Number index = lua_tonumber(L, -1);
    if (!(index >= 0 && index <= 1e6)) ig_raise(L, "opts.position: not made by cursor:position()");
    self->skip = (int)index;
    lua_getfield(L, position, "id");
    if (lua_type(L, -1) == LUA_TSTRING) lua_setfield(L, kept, "id");
  }
  lua_settop(L, top);
}

static void take_options(lua_State *L, ig_cursor *self, int opts, int kept) {
  static const char *const names[] = {"max_empty_pages", "max_items", "position", "prefetch"};
  for (lua_pushnil(L); lua_next(L, opts) != 0; lua_pop(L, 1)) {
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : luaL_typename(L, -2);
    size_t i = 0;
    while (i < sizeof names / sizeof *names && strcmp(names[i], name) != 0) i++;
    if (i == sizeof names / sizeof *names) ig_raise(L, "opts: unknown option '%s'", name);
  }
  self->max_items = positive(L, opts, "max_items", 0);
  self->max_empty = positive(L, opts, "max_empty_pages", self->max_empty);
  lua_getfield(L, opts, "prefetch");
  if (!lua_isnil(L, -1) && !lua_isboolean(L, -1)) ig_raise(L, "opts.prefetch: a boolean expected");
  self->prefetch = lua_toboolean(L, -1);
  lua_pop(L, 1);
  take_position(L, self, opts, kept);
}

static bool has(lua_State *L, int table, const char *name) {
  lua_getfield(L, table, name);
  bool there = !lua_isnil(L, -1);
  lua_pop(L, 1);
  return there;
}

/* cursor.new(client, path, params?, opts?, map?) -> cursor; `map` turns an item into what is given
 * for it, or nil to leave it out */
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
  ig_getkept(L, cursor);
  lua_pushvalue(L, 1);
  lua_setfield(L, kept, "client");
  lua_pushvalue(L, 5);
  lua_setfield(L, kept, "map");
  lua_pushstring(L, *path == '/' ? path + 1 : path);
  lua_setfield(L, kept, "path");
  ig_pushtexts(L, 3);
  self->backward = has(L, -1, "before");
  if (self->backward && has(L, -1, "after"))
    return ig_raise(L, "params: either before or after, not both");
  lua_setfield(L, kept, "params");
  if (lua_istable(L, 4)) take_options(L, self, 4, kept);
  lua_settop(L, cursor);
  return 1;
}

/* --- what the loop calls ----------------------------------------------------------------------- */

static bool is_full(const ig_cursor *self) {
  return self->max_items > 0 && self->given >= self->max_items;
}

/* Takes note that `count` more items were given, the last of them being on the stack's top. */
static void give(lua_State *L, ig_cursor *self, int kept, int count) {
  self->index += count;
  self->given += count;
  if (lua_istable(L, -1))
    lua_getfield(L, -1, "id");
  else
    lua_pushnil(L);
  if (lua_type(L, -1) != LUA_TSTRING) {
    lua_pop(L, 1);
    lua_pushnil(L);
  }
  lua_setfield(L, kept, "id");
}

/* cursor.take(cursor) -> the next item of the page; or nil, and whether another page may have one */
static int cursor_take(lua_State *L) {
  ig_cursor *self = check_cursor(L);
  bool has_item = self->index < self->count && !is_full(self);
  if (!has_item) {
    lua_pushnil(L);
    lua_pushboolean(L, !self->ended && !is_full(self));
    return 2;
  }
  int kept = push_kept(L);
  lua_getfield(L, kept, "data");
  lua_rawgeti(L, -1, self->index + 1);
  give(L, self, kept, 1);
  return 1;
}

/* cursor.take_page(cursor) -> the page, with those of its items that were not given; or the same */
static int cursor_take_page(lua_State *L) {
  ig_cursor *self = check_cursor(L);
  int kept = push_kept(L);
  lua_getfield(L, kept, "page");
  bool used_up = self->count > 0 && self->index == self->count;
  if (!lua_istable(L, -1) || used_up || is_full(self)) {
    lua_pushnil(L);
    lua_pushboolean(L, !self->ended && !is_full(self));
    return 2;
  }
  int page = lua_gettop(L), left = self->count - self->index;
  lua_createtable(L, left, 0);
  lua_getfield(L, kept, "data");
  for (int i = 1; i <= left; i++) {
    lua_rawgeti(L, -1, self->index + i);
    lua_rawseti(L, page + 1, i);
  }
  if (left > 0) {
    lua_rawgeti(L, page + 1, left);
    give(L, self, kept, left);
  }
  lua_pushvalue(L, page + 1);
  lua_setfield(L, page, "data");
  set_nil(L, kept, "page"); /* given */
  lua_settop(L, page);
  return 1;
}

/* cursor.start(cursor) -> the transfer of the next page, under way or begun now */
static int cursor_start(lua_State *L) {
  check_cursor(L);
  int kept = push_kept(L);
  lua_getfield(L, kept, "transfer");
  if (ig_is_open(L, -1)) return 1;
  lua_getfield(L, kept, "client");
  lua_getfield(L, kept, "path");
  int client = lua_gettop(L) - 1;
  push_request(L, kept);
  ig_start(L, client, "GET", lua_tostring(L, client + 1), client + 2);
  lua_pushvalue(L, -1);
  lua_setfield(L, kept, "transfer");
  return 1;
}

/* Puts what `map` makes of the items in their place. */
static void map_items(lua_State *L, int kept, int page) {
  lua_getfield(L, kept, "map");
  int map = lua_gettop(L);
  if (!lua_isfunction(L, map)) return;
  lua_getfield(L, page, "data");
  lua_newtable(L);
  int count = (int)lua_rawlen(L, map + 1), mapped = 0;
  for (int i = 1; i <= count; i++) {
    lua_pushvalue(L, map);
    lua_rawgeti(L, map + 1, i);
    lua_call(L, 1, 1);
    if (lua_isnil(L, -1))
      lua_pop(L, 1);
    else
      lua_rawseti(L, map + 2, ++mapped);
  }
  lua_setfield(L, page, "data");
}

/* Leaves out what was given before the position was taken: up to its last id, where that is found,
 * on whichever page; otherwise by number, one less, for that item is gone. */
static void skip_given(lua_State *L, ig_cursor *self, int kept, int data) {
  if (self->skip == 0) return;
  int top = lua_gettop(L), found = 0;
  lua_getfield(L, kept, "id");
  for (int i = 1; i <= self->count && found == 0 && !lua_isnil(L, top + 1); i++) {
    lua_rawgeti(L, data, i);
    if (lua_istable(L, -1)) {
      lua_getfield(L, -1, "id");
      if (lua_rawequal(L, -1, top + 1)) found = i;
    }
    lua_settop(L, top + 1);
  }
  bool by_number = lua_isnil(L, top + 1);
  lua_settop(L, top);
  if (found > 0) {
    self->index = found;
    self->skip = 0;
  } else if (self->count < self->skip) {
    self->index = self->count;
    self->skip -= self->count;
  } else {
    self->index = self->skip - (by_number ? 0 : 1);
    self->skip = 0;
  }
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

/* The page becomes the current one. */
static void install(lua_State *L, ig_cursor *self, int kept, int page, int data, int ask) {
  remember_ids(L, self, data);
  lua_getfield(L, kept, "ask");
  lua_setfield(L, kept, "asked");
  lua_pushvalue(L, ask);
  lua_setfield(L, kept, "ask");
  lua_pushvalue(L, page);
  lua_setfield(L, kept, "page");
  lua_pushvalue(L, data);
  lua_setfield(L, kept, "data");
  self->ended = lua_isnil(L, ask);
  self->index = 0;
  skip_given(L, self, kept, data);
}

/* cursor.accept(cursor, page) -> true, or nil, err, kind and the same page is asked again */
static int cursor_accept(lua_State *L) {
  ig_cursor *self = check_cursor(L);
  lua_settop(L, 2);
  int kept = push_kept(L);
  luaL_checkstack(L, 20, "no room for a page");
  int count = self->count;
  if (!has_list(L, 2)) return fail(L, kept, "the answer has no list in 'data'", 0);
  map_items(L, kept, 2);
  lua_settop(L, kept);
  lua_getfield(L, 2, "data");
  int data = lua_gettop(L);
  if (!push_ask(L, self, kept, 2))
    return fail(L, kept, "paging says that there is more, and not where", 0);
  int ask = lua_gettop(L);

  self->count = (int)lua_rawlen(L, data);
  bool repeated = is_repeated(L, self, kept, data);
  self->empty_pages = self->count == 0 && !lua_isnil(L, ask) ? self->empty_pages + 1 : 0;
  bool too_empty = self->empty_pages > self->max_empty;
  if (repeated || too_empty) {
    lua_Integer pages = self->max_empty;
    self->count = count;
    self->empty_pages = 0;
    return repeated ? fail(L, kept, "the page repeats items that an earlier page had", 0)
                    : fail(L, kept, "more than %d empty pages in a row (max_empty_pages)", pages);
  }
  install(L, self, kept, 2, data, ask);
  lua_pushboolean(L, 1);
  return 1;
}

/* cursor.prefetches(cursor): whether the next page is to be begun while this one is used */
static int cursor_prefetches(lua_State *L) {
  const ig_cursor *self = check_cursor(L);
  bool enough = self->max_items > 0 &&
                self->given + (self->count - self->index) >= self->max_items;
  lua_pushboolean(L, self->prefetch && !self->ended && !enough);
  return 1;
}

/* cursor.position(cursor) -> a table for opts.position; of a closed cursor, too */
static int cursor_position(lua_State *L) {
  const ig_cursor *self = luaL_checkudata(L, 1, IG_CURSOR);
  int kept = push_kept(L);
  bool in_page = self->index < self->count;
  int index = in_page ? self->index : self->skip;
  lua_newtable(L);
  int position = lua_gettop(L);
  lua_getfield(L, kept, "path");
  lua_setfield(L, position, "path");
  lua_getfield(L, kept, in_page ? "asked" : "ask");
  if (lua_istable(L, -1)) {
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, position + 1) != 0; lua_pop(L, 1)) {
      lua_pushvalue(L, -2);
      lua_pushvalue(L, -2);
      lua_rawset(L, position + 2);
    }
    lua_setfield(L, position, "params");
  }
  lua_settop(L, position);
  if (index > 0) {
    lua_pushinteger(L, index);
    lua_setfield(L, position, "index");
    lua_getfield(L, kept, "id");
    lua_setfield(L, position, "id");
  }
  if (!in_page && self->ended) {
    lua_pushboolean(L, 1);
    lua_setfield(L, position, "done");
  }
  return 1;
}

/* cursor.client(cursor) -> its client */
static int cursor_client(lua_State *L) {
  check_cursor(L);
  lua_getfield(L, push_kept(L), "client");
  return 1;
}

static void release(ig_cursor *self) {
  igb_buffer *const buffers[] = {&self->ids, &self->last_ids, &self->old_ids, &self->name,
                                 &self->value};
  for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) igb_free(buffers[i]);
  self->closed = true;
}

/* cursor.close(cursor): drops what is in flight; again does no harm */
static int cursor_close(lua_State *L) {
  ig_cursor *self = luaL_checkudata(L, 1, IG_CURSOR);
  if (!self->closed) {
    int kept = push_kept(L);
    lua_getfield(L, kept, "transfer");
    if (ig_is_open(L, -1)) ig_cancel(L, -1);
    set_nil(L, kept, "transfer");
    set_nil(L, kept, "page");
    set_nil(L, kept, "data");
  }
  release(self);
  return 0;
}

static int cursor_gc(lua_State *L) {
  release(luaL_checkudata(L, 1, IG_CURSOR)); /* its transfer is collected by itself */
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
    {"accept", cursor_accept},         {"client", cursor_client},     {"close", cursor_close},
    {"new", cursor_new},               {"position", cursor_position}, {"prefetches", cursor_prefetches},
    {"start", cursor_start},           {"take", cursor_take},         {"take_page", cursor_take_page},
    {NULL, NULL}};

void ig_open_cursor(lua_State *L) { ig_newtype(L, IG_CURSOR, cursor_meta, cursor_funcs); }
