/* What a cursor asks next, and where it stands. */
#include <string.h>

#include "cursor.h"

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

/* `paging.next` is never followed as it stands: it carries the token and names a host. */
bool ig_pushask(lua_State *L, ig_cursor *self, int kept, int page) {
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

void ig_pushrequest(lua_State *L, int kept) {
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

/* --- positions --------------------------------------------------------------------------------- */

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

void ig_takeposition(lua_State *L, ig_cursor *self, int opts, int kept) {
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

/* Leaves a copy of the flat table on the stack's top in its place. */
static void copy_top(lua_State *L) {
  int from = lua_gettop(L);
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, from) != 0; lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, from + 1);
  }
  lua_replace(L, from);
}

void ig_pushposition(lua_State *L, const ig_cursor *self, int kept) {
  bool in_page = self->index < self->count;
  int index = in_page ? self->index : self->skip;
  lua_newtable(L);
  int position = lua_gettop(L);
  lua_getfield(L, kept, "path");
  lua_setfield(L, position, "path");
  lua_getfield(L, kept, in_page ? "asked" : "ask");
  if (lua_istable(L, -1)) {
    copy_top(L);
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
}
