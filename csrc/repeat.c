/* Is it a new page? */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cursor.h"

static uint64_t mix(uint64_t sum, uint64_t word) {
  sum = (sum ^ word) * 0x9E3779B97F4A7C15u; /* 2^64 divided by the golden ratio */
  return sum ^ sum >> 32;
}

/* Of this process alone: it depends on the order of bytes. */
static uint64_t hash(const char *text, size_t size) {
  uint64_t sum = size, word;
  for (; size >= sizeof word; text += sizeof word, size -= sizeof word) {
    memcpy(&word, text, sizeof word);
    sum = mix(sum, word);
  }
  word = 0;
  if (size > 0) memcpy(&word, text, size);
  return mix(sum, word);
}

static void note(lua_State *L, igb_buffer *ids, uint64_t sum) {
  ig_append(L, ids, (const char *)&sum, sizeof sum);
}

/* Of several lists that are joined each may have what another one had: the name of the one that was asked
 * counts like an id. */
static void note_list(lua_State *L, igb_buffer *ids, int kept) {
  int top = lua_gettop(L);
  lua_getfield(L, kept, "ask");
  lua_getfield(L, top + 1, "list");
  if (lua_type(L, -1) == LUA_TSTRING) note(L, ids, hash(lua_tostring(L, -1), lua_rawlen(L, -1)));
  lua_settop(L, top);
}

/* Takes down the ids of the items; false when an item has none. */
static bool note_ids(lua_State *L, igb_buffer *ids, int data) {
  int name = lua_gettop(L) + 1, count = (int)lua_rawlen(L, data);
  if (igb_reserve(ids, (size_t)count * sizeof(uint64_t)) == NULL) ig_nomemory(L);
  lua_pushliteral(L, "id");
  for (int i = 1; i <= count; i++, lua_settop(L, name)) {
    size_t size;
    lua_rawgeti(L, data, i);
    if (!lua_istable(L, -1)) break;
    lua_pushvalue(L, name);
    lua_gettable(L, -2);
    const char *id = lua_tolstring(L, -1, &size);
    if (id == NULL) break;
    note(L, ids, hash(id, size));
  }
  bool all = lua_gettop(L) == name;
  lua_settop(L, name - 1);
  return all;
}

/* In place of ids: what the page was asked for with, in whatever order that comes. */
static uint64_t hash_of_request(lua_State *L, int ask) {
  uint64_t sum = 0;
  for (lua_pushnil(L); lua_next(L, ask) != 0; lua_pop(L, 1))
    sum += hash(lua_tostring(L, -2), lua_rawlen(L, -2)) * 31 +
           hash(lua_tostring(L, -1), lua_rawlen(L, -1));
  return sum;
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

/* Whether one of these was asked for otherwise than for the page before. */
static bool differs(lua_State *L, int kept, const char *name, const char *other) {
  lua_getfield(L, kept, "ask");
  lua_getfield(L, kept, "asked");
  int ask = lua_gettop(L) - 1, asked = ask + 1;
  bool same = !lua_istable(L, asked) || (same_field(L, ask, asked, name) && same_field(L, ask, asked, other));
  lua_settop(L, ask - 1);
  return !same;
}

bool ig_isotherlist(lua_State *L, int kept) { return differs(L, kept, "list", "list"); }

/* The page of another time window (insights) repeats ids with good reason. */
static bool is_other_window(lua_State *L, int kept) { return differs(L, kept, "since", "until"); }

/* The whole page as one number. */
static uint64_t signature(const igb_buffer *ids) { return hash(ids->data, ids->size); }

/* Against the last pages, and against one that moves up at page 1, 2, 4, 8 …, which meets a circle of
 * any length. */
static bool is_known(const ig_cursor *self, uint64_t page) {
  size_t kept = self->pages < IG_PAGES ? self->pages : IG_PAGES;
  for (size_t i = 0; i < kept; i++)
    if (self->last_pages[i] == page) return true;
  return self->pages > 0 && self->old_page == page;
}

/* Makes room for one more page: a cursor that is open takes little. */
static void make_room(lua_State *L, ig_cursor *self) {
  size_t pages = self->pages;
  if (pages >= IG_PAGES || (pages & (pages - 1)) != 0) return;
  uint64_t *more = realloc(self->last_pages, (pages == 0 ? 1 : 2 * pages) * sizeof *more);
  if (more == NULL) ig_nomemory(L);
  self->last_pages = more;
}

/* A page without new ids: none that the page before did not have, or the very same as an earlier one. */
bool ig_isrepeated(lua_State *L, ig_cursor *self, int kept, int data) {
  self->ids.size = 0;
  if (lua_rawlen(L, data) == 0) return false;
  make_room(L, self);
  note_list(L, &self->ids, kept);
  bool has_ids = note_ids(L, &self->ids, data);
  if (!has_ids) {
    self->ids.size = 0;
    lua_getfield(L, kept, "ask");
    note(L, &self->ids, hash_of_request(L, lua_gettop(L)));
    lua_pop(L, 1);
  }
  bool known = contains_all(&self->last_ids, &self->ids) || is_known(self, signature(&self->ids));
  return known && !(has_ids && is_other_window(L, kept));
}

void ig_rememberids(ig_cursor *self) {
  if (self->ids.size == 0) return;
  igb_free(&self->last_ids);
  self->last_ids = self->ids;
  self->ids = (igb_buffer){0};
  uint64_t page = signature(&self->last_ids);
  self->last_pages[self->pages++ % IG_PAGES] = page;
  if ((self->pages & (self->pages - 1)) == 0) self->old_page = page;
}

void ig_forgetpages(ig_cursor *self) {
  self->pages = 0;
  self->last_ids.size = 0;
}

/* --- items that are known, for a list that is started over ------------------------------------- */

void ig_noteid(lua_State *L, ig_cursor *self, const char *id, size_t size) { note(L, &self->known, hash(id, size)); }

void ig_notegiven(lua_State *L, ig_cursor *self, int kept) {
  if (!self->restarts || self->noted) return;
  lua_rawgeti(L, kept, IG_DATA);
  if (lua_istable(L, -1) && !note_ids(L, &self->known, lua_gettop(L))) self->nameless = true;
  lua_pop(L, 1);
  self->noted = true;
}

static int compare(const void *one, const void *other) {
  uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
  return (a > b) - (a < b);
}

void ig_sortknown(ig_cursor *self) {
  self->sorted = self->known.size / sizeof(uint64_t);
  if (self->sorted > 0) qsort(self->known.data, self->sorted, sizeof(uint64_t), compare);
}

/* Whether the item on the stack's top is known. */
static bool is_known_item(lua_State *L, const ig_cursor *self) {
  size_t size;
  if (!lua_istable(L, -1)) return false;
  lua_getfield(L, -1, "id");
  const char *id = lua_tolstring(L, -1, &size);
  uint64_t sum = id == NULL ? 0 : hash(id, size);
  lua_pop(L, 1);
  return id != NULL && bsearch(&sum, self->known.data, self->sorted, sizeof sum, compare) != NULL;
}

bool ig_leaveoutknown(lua_State *L, const ig_cursor *self, int page) {
  if (self->sorted == 0) return false;
  int top = lua_gettop(L), left = 0;
  lua_getfield(L, page, "data");
  int count = (int)lua_rawlen(L, -1);
  lua_newtable(L);
  for (int i = 1; i <= count; i++, lua_settop(L, top + 2)) {
    lua_rawgeti(L, top + 1, i);
    if (!is_known_item(L, self)) lua_rawseti(L, top + 2, ++left);
  }
  lua_setfield(L, page, "data");
  lua_settop(L, top);
  return left == 0 && count > 0;
}
