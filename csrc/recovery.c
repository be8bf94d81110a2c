/* How a list goes on where a page of it cannot be had: in smaller pages, or from its start. */
#include <string.h>

#include "cursor.h"

/* --- pages that are too much for the Graph ------------------------------------------------------- */

enum { USUAL_SIZE = 25, MOST_PATIENCE = 1 << 20 };

static lua_Number member(lua_State *L, int table, const char *name, lua_Number fallback) {
  lua_getfield(L, table, name);
  lua_Number number = lua_isnil(L, -1) ? fallback : lua_tonumber(L, -1);
  lua_pop(L, 1);
  return number;
}

/* The size of pages that was asked for, or that a link told; 0 where it is no number, or where a page's number
 * says where it begins: pages of another size would begin elsewhere. */
static lua_Integer full_size(lua_State *L, int kept) {
  lua_getfield(L, kept, "params");
  lua_getfield(L, kept, "ask");
  int params = lua_gettop(L) - 1, ask = params + 1;
  lua_Number size = member(L, params, "limit", USUAL_SIZE);
  if (lua_istable(L, ask)) {
    size = member(L, ask, "limit", size);
    if (member(L, params, "page", -1) != -1 || member(L, ask, "page", -1) != -1) size = 0;
  }
  lua_settop(L, params - 1);
  return size >= 1 && size <= 1e6 ? (lua_Integer)size : 0;
}

static bool is_of_kind(lua_State *L, int err, const char *kind) {
  lua_getfield(L, err, "kind");
  bool is = lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), kind) == 0;
  lua_pop(L, 1);
  return is;
}

/* Code 1 is "reduce the amount of data" and "unknown", and only the text tells them apart, in the language of
 * whoever asks: a smaller page does no harm to either. */
static bool may_be_too_much(lua_State *L, int err) {
  return is_of_kind(L, err, "transient") && member(L, err, "code", 0) == 1;
}

bool ig_shrinks(lua_State *L, const ig_cursor *self, int kept, int err) {
  lua_Integer full = full_size(L, kept);
  return self->sized && full > 1 && self->size != 1 && may_be_too_much(L, err);
}

/* A size that breaks each time that it is tried again is tried more and more seldom. */
static void shrink(lua_State *L, ig_cursor *self, int kept) {
  lua_Integer size = self->size > 0 ? self->size : full_size(L, kept);
  self->size = size / 2;
  self->run = 0;
  if (self->grown && self->patience < MOST_PATIENCE) self->patience *= 2;
  self->grown = false;
}

void ig_grow(lua_State *L, ig_cursor *self, int kept) {
  if (self->grown) self->patience = IG_PATIENCE;
  self->grown = false;
  lua_Integer full = full_size(L, kept);
  if (self->size == 0 || full == 0 || ++self->run < self->patience) return;
  self->run = 0;
  self->grown = true;
  self->size = self->size * 2 + 1 < full ? self->size * 2 : 0;
}

/* --- cursors that are not valid any more --------------------------------------------------------- */

/* Whether the page was asked for with a cursor that came from a page, and not from the caller. */
static bool has_cursor(lua_State *L, int kept, const char *name) {
  lua_getfield(L, kept, "params");
  lua_getfield(L, kept, "ask");
  lua_getfield(L, -1, name);
  lua_getfield(L, -3, name);
  bool has = !lua_isnil(L, -2) && !lua_rawequal(L, -1, -2);
  lua_pop(L, 4);
  return has;
}

/* An invalid parameter, where without the page's cursor all were valid. */
static bool is_of_cursor(lua_State *L, int kept, int err) {
  return is_of_kind(L, err, "invalid") && member(L, err, "code", 0) == 100 &&
         (has_cursor(L, kept, "after") || has_cursor(L, kept, "before"));
}

static void start_over(lua_State *L, ig_cursor *self, int kept) {
  ig_sortknown(self);
  ig_startpaging(L, self, kept);
  lua_pushnil(L);
  lua_setfield(L, kept, "asked");
  lua_pushnil(L);
  lua_setfield(L, kept, "seen");
  ig_forgetpages(self);
  self->empty_pages = 0;
  self->seen_found = false;
  self->restarted = true;
  self->restarted_at = self->given;
}

/* Why it does not start over. */
static const char *reason(const ig_cursor *self) {
  if (!self->restarts) return "opts.on_invalid_cursor = \"restart\" starts over";
  if (self->nameless) return "items without ids would come twice if it started over";
  return "it has started over, and nothing new came";
}

/* The error at `err` as one of paging: another object, since hooks may have got that one. */
static int fail(lua_State *L, const ig_cursor *self, int err) {
  lua_newtable(L);
  int copy = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, err) != 0; lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, copy);
  }
  lua_pushliteral(L, "paging");
  lua_setfield(L, copy, "kind");
  lua_getfield(L, err, "message");
  lua_pushfstring(L, "the cursor of this page is no longer valid (%s): %s", reason(self),
                  lua_isstring(L, -1) ? lua_tostring(L, -1) : "?");
  lua_setfield(L, copy, "message");
  luaL_getmetatable(L, IG_ERROR);
  lua_setmetatable(L, copy);
  lua_settop(L, copy);
  return ig_fail(L);
}

int ig_recover(lua_State *L, ig_cursor *self, int kept, int err) {
  ig_needstack(L, 20);
  if (ig_shrinks(L, self, kept, err)) return shrink(L, self, kept), 0;
  if (may_be_too_much(L, err)) self->size = 0; /* it was not the amount */
  if (!is_of_cursor(L, kept, err)) {
    lua_pushvalue(L, err);
    return ig_fail(L);
  }
  ig_notegiven(L, self, kept);
  bool moved_on = !self->restarted || self->given > self->restarted_at;
  if (!self->restarts || self->nameless || !moved_on) return fail(L, self, err);
  start_over(L, self, kept);
  return 0;
}
