/* Is it a new page? */
#include <stdint.h>
#include <string.h>

#include "cursor.h"

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
bool ig_isrepeated(lua_State *L, ig_cursor *self, int kept, int data, int count) {
  if (count == 0) return false;
  lua_getfield(L, kept, "ask");
  lua_getfield(L, kept, "asked");
  int ask = lua_gettop(L) - 1, asked = ask + 1;
  bool moved = lua_istable(L, ask) && lua_istable(L, asked) &&
               !(same_field(L, ask, asked, "since") && same_field(L, ask, asked, "until"));
  bool same_request = lua_istable(L, ask) && lua_istable(L, asked) && includes(L, asked, ask) &&
                      includes(L, ask, asked);
  lua_settop(L, ask - 1);
  if (!note_ids(L, &self->ids, data, count)) return same_request;
  return !moved && (contains_all(&self->last_ids, &self->ids) ||
                    contains_all(&self->old_ids, &self->ids));
}

void ig_rememberids(lua_State *L, ig_cursor *self, int data) {
  if (self->count == 0 || !note_ids(L, &self->ids, data, self->count)) return;
  igb_buffer spare = self->last_ids;
  self->last_ids = self->ids;
  self->ids = spare;
  self->pages++;
  if ((self->pages & (self->pages - 1)) != 0) return;
  self->old_ids.size = 0;
  ig_append(L, &self->old_ids, self->last_ids.data, self->last_ids.size);
}
