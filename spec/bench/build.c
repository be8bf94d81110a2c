/* The tables of a page, built by the Lua C API alone, in their right sizes, with keys that are strings of Lua already:
 * the floor of whatever reads pages into Lua. A page is read once by iggraph (LUA_CPATH leads to it), and what is in
 * it put down on a tape. Ids, links and captions are others in each page that is built, as they are in a listing. */
#include "build.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if LUA_VERSION_NUM == 501
#define lua_rawlen lua_objlen
#endif

enum { NODES = 100000, KEYS = 1000, OF_PAGE = 16 /* bytes: a shorter text is in every page */ };

/* A value; those in a table follow it. `key` is that of the table it is in: an index on the Lua stack; 0: none. */
static struct node {
  int type, key, members, items;
  char *text;
  size_t size;
  lua_Number number;
  int is_integer;
} tape[NODES];
static int tape_end;

static void must(int ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "build: %s\n", what);
  exit(1);
}

/* --- the tape ---------------------------------------------------------------------------------- */

/* Where the key on top is kept on the stack: the stack's first values are all keys, each once. */
static int find_key(lua_State *L, int *keys) {
  int at = 1;
  while (at <= *keys && !lua_rawequal(L, at, -1)) at++;
  must(at < KEYS, "too many different keys");
  if (at <= *keys) return at;
  ++*keys;
  lua_pushvalue(L, -1);
  lua_replace(L, at);
  return at;
}

static char *copy(const char *text, size_t size) {
  char *bytes = malloc(size + 1);
  must(bytes != NULL, "no memory");
  return memcpy(bytes, text, size + 1);
}

/* Puts down the value on top. */
static void record(lua_State *L, int key, int *keys) {
  must(tape_end < NODES && lua_checkstack(L, 4), "the page is too large");
  struct node *node = &tape[tape_end++];
  node->type = lua_type(L, -1);
  node->key = key;
  if (node->type == LUA_TSTRING) {
    const char *text = lua_tolstring(L, -1, &node->size);
    node->text = copy(text, node->size);
  }
  if (node->type == LUA_TBOOLEAN) node->number = lua_toboolean(L, -1);
  if (node->type == LUA_TNUMBER) node->number = lua_tonumber(L, -1);
#if LUA_VERSION_NUM >= 503
  node->is_integer = lua_isinteger(L, -1);
#endif
  if (node->type != LUA_TTABLE) return;
  node->items = (int)lua_rawlen(L, -1);
  for (int i = 1; i <= node->items; i++, lua_pop(L, 1)) {
    lua_rawgeti(L, -1, i);
    record(L, 0, keys);
  }
  if (node->items > 0) return;
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
    node->members++;
    lua_pushvalue(L, -2);
    int at = find_key(L, keys);
    lua_pop(L, 1);
    record(L, at, keys);
  }
}

/* Puts the number of the page into the texts that are its own. */
static void renew(unsigned page) {
  for (int i = 0; i < tape_end; i++)
    if (tape[i].size >= OF_PAGE) memcpy(tape[i].text + 4, &page, sizeof page);
}

/* --- building ---------------------------------------------------------------------------------- */

static const struct node *build(lua_State *L, const struct node *node) {
  const struct node *next = node + 1;
  switch (node->type) {
    case LUA_TSTRING: lua_pushlstring(L, node->text, node->size); break;
    case LUA_TBOOLEAN: lua_pushboolean(L, node->number != 0); break;
    case LUA_TLIGHTUSERDATA: lua_pushlightuserdata(L, NULL); break;
    case LUA_TNUMBER:
      if (node->is_integer)
        lua_pushinteger(L, (lua_Integer)node->number);
      else
        lua_pushnumber(L, node->number);
      break;
    default:
      lua_createtable(L, node->items, node->members);
      for (int i = 1; i <= node->items; i++) {
        next = build(L, next);
        lua_rawseti(L, -2, i);
      }
      for (int i = 0; i < node->members; i++) {
        lua_pushvalue(L, next->key);
        next = build(L, next);
        lua_rawset(L, -3);
      }
  }
  return next;
}

void build_prepare(lua_State *L, const char *path) {
  int keys = 0;
  must(lua_checkstack(L, 2 * KEYS), "no memory");
  lua_settop(L, KEYS);
  lua_pushstring(L, path);
  lua_setglobal(L, "path");
  must(luaL_dostring(L, "return require('iggraph.core').json.decode(assert(io.open(path, 'rb')):read('*a'))") == 0 &&
           lua_istable(L, -1), "that is no page, or iggraph is not there");
  record(L, 0, &keys);
}

void build_page(lua_State *L) {
  static unsigned page;
  lua_settop(L, KEYS);
  renew(page++);
  build(L, tape);
}
