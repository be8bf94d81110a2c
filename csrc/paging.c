/* What a cursor asks next, and where it stands. */
#include <string.h>

#include "cursor.h"

/* The parameters that say where a page is. `after` and `before` are never left over from another page;
 * the others stay as the caller gave them until a page changes them. */
static const char *const moving[] = {"after", "before", "since", "until", "offset", "page",
                                     "__paging_token", "__previous"};

static bool is_moving(const char *name) {
  for (size_t i = 0; i < sizeof moving / sizeof *moving; i++)
    if (strcmp(name, moving[i]) == 0) return true;
  return false;
}

/* What a link may carry, and what must not get into our requests. */
static const char *const unwanted[] = {"pretty",   "debug",          "method",
                                       "callback", "include_headers", "suppress_http_code"};

static bool is_unwanted(const char *name) {
  for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++)
    if (strcmp(name, unwanted[i]) == 0) return true;
  return *name == '\0' || igb_names_secret(name, strlen(name));
}

static bool is_cursor_name(const char *name) {
  return strcmp(name, "after") == 0 || strcmp(name, "before") == 0;
}

/* Copies the entries of the table at `from` into the one at `to`, those whose name passes. */
static void copy(lua_State *L, int from, int to, bool (*passes)(const char *name)) {
  for (lua_pushnil(L); lua_next(L, from) != 0; lua_pop(L, 1)) {
    if (!passes(lua_tostring(L, -2))) continue;
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, to);
  }
}

static bool is_any(const char *name) {
  (void)name;
  return true;
}

static bool is_no_cursor_name(const char *name) { return !is_cursor_name(name); }

/* A page size goes into no position: whoever goes on may want another. */
static bool is_no_limit(const char *name) { return strcmp(name, "limit") != 0; }

/* Sets which way the cursor goes, by what is asked (the table on the stack's top); false: both ways. */
static bool set_direction(lua_State *L, ig_cursor *self) {
  lua_getfield(L, -1, "before");
  self->backward = !lua_isnil(L, -1);
  lua_getfield(L, -2, "after");
  bool forward = !lua_isnil(L, -1);
  lua_pop(L, 2);
  return !(self->backward && forward);
}

void ig_startpaging(lua_State *L, ig_cursor *self, int kept) {
  int top = lua_gettop(L);
  lua_getfield(L, kept, "params");
  lua_newtable(L);
  copy(L, top + 1, top + 2, is_moving);
  if (!set_direction(L, self)) ig_raise(L, "params: either before or after, not both");
  lua_setfield(L, kept, "ask");
  lua_settop(L, top);
}

/* Whether a text holds one of the client's secrets, or cannot be sent again. Takes the secrets out. */
static bool is_unfit(const ig_client *client, igb_buffer *text) {
  size_t size = text->size;
  if (memchr(text->data, '\0', size) != NULL) return true;
  ig_redact(client, text);
  return text->size != size; /* what is hidden is always longer than its mark */
}

/* Pushes what was sent under that name. */
static void push_sent(lua_State *L, const ig_cursor *self, int kept, const char *name) {
  if (self->size > 0 && strcmp(name, "limit") == 0) {
    lua_pushfstring(L, "%d", (int)self->size);
    return;
  }
  lua_getfield(L, kept, "params");
  lua_getfield(L, -1, name);
  lua_remove(L, -2);
}

/* One name=value of the link goes into the table at `ask` if it changes what was asked. Secrets stay
 * behind: the next request is signed anew. Returns whether it says where a page is. */
static bool take_pair(lua_State *L, ig_cursor *self, const char *pair, size_t size, int kept, int ask) {
  int top = lua_gettop(L);
  const char *equals = memchr(pair, '=', size);
  size_t name_size = equals == NULL ? size : (size_t)(equals - pair);
  size_t value_at = name_size + (equals != NULL);
  self->name.size = self->value.size = 0;
  if (!igb_append_unescaped(&self->name, pair, name_size) ||
      !igb_append_unescaped(&self->value, pair + value_at, size - value_at) ||
      !igb_terminate(&self->name))
    ig_nomemory(L);
  const char *name = self->name.data;
  lua_pushlstring(L, self->value.data, self->value.size); /* may run a finalizer that closes the client */
  push_sent(L, self, kept, name);
  lua_getfield(L, kept, "client");
  const ig_client *client = ig_toclient(L, -1);
  bool wanted = !is_unwanted(name) && (is_cursor_name(name) || !lua_rawequal(L, top + 1, top + 2)) &&
                !client->closed && /* or which texts are secret is no longer known */
                !is_unfit(client, &self->name) && !is_unfit(client, &self->value);
  lua_pushvalue(L, top + 1);
  if (wanted) lua_setfield(L, ask, name);
  lua_settop(L, top);
  return wanted && is_moving(name);
}

/* Fills the table at `ask` from the link; returns whether the link leads to another page. */
static bool read_link(lua_State *L, ig_cursor *self, const char *link, int kept, int ask) {
  bool moves = false;
  const char *at = strchr(link, '?');
  if (at == NULL) return false;
  for (const char *end = at; *end != '\0' && *end != '#'; at = end) {
    at++;
    end = at + strcspn(at, "&#");
    if (end > at) moves |= take_pair(L, self, at, (size_t)(end - at), kept, ask);
  }
  return moves;
}

/* Takes the page's cursor into the table at `ask`, for a link that leads nowhere. */
static bool take_cursor(lua_State *L, const char *name, int paging, int ask) {
  int top = lua_gettop(L);
  lua_getfield(L, paging, "cursors");
  bool found = lua_istable(L, -1);
  if (found) {
    lua_getfield(L, -1, name);
    found = lua_type(L, -1) == LUA_TSTRING;
    if (found) lua_setfield(L, ask, name);
  }
  lua_settop(L, top);
  return found;
}

/* `paging.next` is never followed as it stands: it carries the token and names a host. */
bool ig_pushask(lua_State *L, ig_cursor *self, int kept, int page) {
  int top = lua_gettop(L), paging = top + 1, ask = top + 3;
  lua_getfield(L, page, "paging");
  if (lua_istable(L, paging))
    lua_getfield(L, paging, self->backward ? "previous" : "next");
  else
    lua_pushnil(L);
  lua_newtable(L);
  bool has_link = lua_type(L, top + 2) == LUA_TSTRING;
  bool at_end = lua_isnil(L, top + 2) || lua_islightuserdata(L, top + 2);
  bool goes_on = has_link && (read_link(L, self, lua_tostring(L, top + 2), kept, ask) ||
                              take_cursor(L, self->backward ? "before" : "after", paging, ask));
  if (at_end) {
    lua_pushnil(L);
    lua_replace(L, ask);
  }
  lua_replace(L, paging);
  lua_settop(L, paging);
  igb_free(&self->name); /* a link has the token in it */
  igb_free(&self->value);
  return at_end || goes_on;
}

void ig_pushrequest(lua_State *L, const ig_cursor *self, int kept) {
  lua_newtable(L);
  int request = lua_gettop(L);
  lua_getfield(L, kept, "params");
  lua_getfield(L, kept, "ask");
  copy(L, request + 1, request, is_no_cursor_name);
  copy(L, request + 2, request, is_any);
  lua_settop(L, request);
  if (self->size == 0) return;
  push_sent(L, self, kept, "limit");
  lua_setfield(L, request, "limit");
}

/* --- positions --------------------------------------------------------------------------------- */

IG_NORETURN static int bad_position(lua_State *L) {
  ig_raise(L, "opts.position: not made by cursor:position()");
}

static void push_name(lua_State *L, int kept) {
  lua_getfield(L, kept, "list");
  if (!lua_isnil(L, -1)) return;
  lua_pop(L, 1);
  lua_getfield(L, kept, "path");
}

static bool is_same_list(lua_State *L, int position, int kept) {
  lua_getfield(L, position, "path");
  push_name(L, kept);
  bool same = lua_rawequal(L, -1, -2);
  lua_pop(L, 2);
  return same;
}

/* Whether it is a text that can be sent, without a secret of the client's. */
static bool is_fit(lua_State *L, ig_cursor *self, int kept, int index) {
  if (lua_type(L, index) != LUA_TSTRING) return false;
  self->value.size = 0;
  ig_append(L, &self->value, lua_tostring(L, index), lua_rawlen(L, index));
  lua_getfield(L, kept, "client");
  const ig_client *client = ig_toclient(L, -1);
  lua_pop(L, 1);
  return !is_unfit(client, &self->value);
}

/* Texts, and none that a link could not have brought. */
static void take_position_params(lua_State *L, ig_cursor *self, int position, int kept) {
  lua_getfield(L, position, "params");
  int params = lua_gettop(L);
  if (lua_isnil(L, params)) return;
  if (!lua_istable(L, params)) bad_position(L);
  for (lua_pushnil(L); lua_next(L, params) != 0; lua_pop(L, 1)) {
    bool fit = is_fit(L, self, kept, -2) && is_fit(L, self, kept, -1);
    if (!fit || is_unwanted(lua_tostring(L, -2))) bad_position(L);
  }
  lua_newtable(L);
  copy(L, params, params + 1, is_any);
  if (!set_direction(L, self)) bad_position(L);
  lua_setfield(L, kept, "ask");
}

/* Takes the list of ids on the stack's top as a set, or raises. */
static void take_seen(lua_State *L, ig_cursor *self, int kept) {
  int ids = lua_gettop(L);
  if (lua_isnil(L, ids)) return;
  if (!lua_istable(L, ids)) bad_position(L);
  lua_newtable(L);
  for (int i = 1; i <= (int)lua_rawlen(L, ids); i++) {
    lua_rawgeti(L, ids, i);
    if (lua_type(L, -1) != LUA_TSTRING) bad_position(L);
    if (self->restarts) ig_noteid(L, self, lua_tostring(L, -1), lua_rawlen(L, -1));
    lua_pushinteger(L, i); /* their order */
    lua_rawset(L, ids + 1);
  }
  lua_setfield(L, kept, "seen");
}

void ig_takeposition(lua_State *L, ig_cursor *self, int opts, int kept) {
  int top = lua_gettop(L), position = top + 1;
  lua_getfield(L, opts, "position");
  if (!lua_isnil(L, position)) {
    if (!lua_istable(L, position)) ig_raise(L, "opts.position: a table expected");
    if (!is_same_list(L, position, kept))
      ig_raise(L, "opts.position: it is the position of another list");
    take_position_params(L, self, position, kept);
    lua_getfield(L, position, "done");
    self->ended = lua_toboolean(L, -1);
    lua_getfield(L, position, "index");
    lua_Number index = lua_tonumber(L, -1);
    if (!(index >= 0 && index <= 1e6)) bad_position(L);
    self->skip = (int)index;
    self->nameless = index > 0;
    lua_getfield(L, position, "ids");
    take_seen(L, self, kept);
  }
  lua_settop(L, top);
}

/* Pushes the id of the item on the stack's top in its place, or nil. */
static void to_id(lua_State *L) {
  if (lua_istable(L, -1))
    lua_getfield(L, -1, "id");
  else
    lua_pushnil(L);
  if (lua_type(L, -1) != LUA_TSTRING) {
    lua_pop(L, 1);
    lua_pushnil(L);
  }
  lua_replace(L, -2);
}

/* Everything up to the last item that was given is left out, wherever that now is: items may have come
 * before it, or gone, and pages may have another size. Where none is there, none is left out, and the
 * next page is looked at in the same way. */
int ig_countseen(lua_State *L, const ig_cursor *self, int kept, int data) {
  int top = lua_gettop(L), count = (int)lua_rawlen(L, data);
  int given = self->skip < count ? self->skip : count;
  lua_getfield(L, kept, "seen");
  for (int i = 1; lua_istable(L, top + 1) && i <= count; i++, lua_settop(L, top + 1)) {
    lua_rawgeti(L, data, i);
    to_id(L);
    if (lua_isnil(L, -1)) continue;
    lua_rawget(L, top + 1);
    if (lua_toboolean(L, -1)) given = i;
  }
  lua_settop(L, top);
  return given;
}

/* Appends the ids of the first items of the page to the list at `ids`; false when one has none. */
static bool add_given(lua_State *L, int kept, int items, int ids) {
  int top = lua_gettop(L);
  bool all = true;
  lua_rawgeti(L, kept, IG_DATA);
  for (int i = 1; i <= items && all; i++) {
    lua_rawgeti(L, top + 1, i);
    to_id(L);
    all = !lua_isnil(L, -1);
    lua_rawseti(L, ids, i);
  }
  lua_settop(L, top);
  return all;
}

/* Appends those that were given before the cursor's own position was taken. */
static void add_seen(lua_State *L, int kept, int ids) {
  int top = lua_gettop(L), count = (int)lua_rawlen(L, ids);
  lua_getfield(L, kept, "seen");
  if (lua_istable(L, -1)) {
    for (lua_pushnil(L); lua_next(L, top + 1) != 0; lua_pop(L, 1)) {
      lua_pushvalue(L, -2);
      lua_rawseti(L, ids, count + (int)lua_tointeger(L, -2));
    }
  }
  lua_settop(L, top);
}

static void set_index(lua_State *L, int position, int index) {
  lua_pushinteger(L, index);
  lua_setfield(L, position, "index");
}

/* In a page: what it was asked for with, and the ids of its items that were given, or their number where
 * they have no ids. At its end: what the next one is asked for with. */
void ig_pushposition(lua_State *L, const ig_cursor *self, int kept) {
  bool in_page = self->index < self->count || self->lost;
  lua_newtable(L);
  int position = lua_gettop(L), scratch = position + 1;
  push_name(L, kept);
  lua_setfield(L, position, "path");
  lua_getfield(L, kept, in_page ? "asked" : "ask");
  if (lua_istable(L, scratch)) {
    lua_newtable(L);
    copy(L, scratch, scratch + 1, is_no_limit);
    lua_setfield(L, position, "params");
  }
  lua_settop(L, position);
  if (self->ended && !in_page) {
    lua_pushboolean(L, 1);
    lua_setfield(L, position, "done");
    return;
  }
  lua_newtable(L);
  if (in_page && !add_given(L, kept, self->index, scratch))
    set_index(L, position, self->index);
  else
    add_seen(L, kept, scratch);
  if (!in_page && self->skip > 0) set_index(L, position, self->skip);
  lua_getfield(L, position, "index");
  bool by_number = !lua_isnil(L, -1);
  lua_settop(L, scratch);
  if (!by_number && lua_rawlen(L, scratch) > 0) lua_setfield(L, position, "ids");
  lua_settop(L, position);
}
