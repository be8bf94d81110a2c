/* luaopen_iggraph_core: hands out what the other files offer; no logic. */
#include "iggraph.h"

#include <string.h>

void ig_newtype(lua_State *L, const char *name, const luaL_Reg *meta, const luaL_Reg *functions) {
  lua_newtable(L);
  luaL_setfuncs(L, functions, 0);
  luaL_newmetatable(L, name);
  luaL_setfuncs(L, meta, 0);
  lua_pushstring(L, name); /* before Lua 5.3 luaL_newmetatable does not set it */
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_getfield(L, -1, "__index");
  if (lua_isnil(L, -1)) {
    lua_newtable(L);
    lua_setfield(L, -3, "__index");
  }
  lua_pop(L, 1);
  lua_getfield(L, -1, "__index");
  lua_setfield(L, -3, "methods");
  lua_setfield(L, -2, "meta");
}

void *ig_newobject(lua_State *L, const char *name, size_t size) {
  void *object = lua_newuserdata(L, size);
  memset(object, 0, size);
  lua_newtable(L);
  ig_setkept(L, -2);
  luaL_getmetatable(L, name);
  lua_setmetatable(L, -2);
  return object;
}

/* json.decode(text) -> value | nil, message: what response bodies are read with. */
static int json_decode(lua_State *L) {
  ig_json_error error;
  size_t size;
  const char *text = luaL_checklstring(L, 1, &size);
  igb_buffer *scratch = ig_newobject(L, "iggraph.buffer", sizeof *scratch);
  if (ig_json_read(L, text, size, scratch, &error)) return 1;
  lua_pushnil(L);
  lua_pushfstring(L, "%s at byte %d", error.message, (int)error.at);
  return 2;
}

static int buffer_gc(lua_State *L) {
  igb_free(lua_touserdata(L, 1));
  return 0;
}

static const luaL_Reg buffer_meta[] = {{"__gc", buffer_gc}, {NULL, NULL}};
static const luaL_Reg json_funcs[] = {{"decode", json_decode}, {NULL, NULL}};

static const struct {
  const char *name;
  void (*open)(lua_State *L);
} parts[] = {
    {"error", ig_open_error},       {"loop", ig_open_loop},     {"params", ig_open_params},
    {"client", ig_open_client},     {"graph", ig_open_graph},   {"cursor", ig_open_cursor},
    {"transfer", ig_open_transfer}, {"crypto", ig_open_crypto}, {"response", ig_open_response},
};

IG_EXPORT int luaopen_iggraph_core(lua_State *L);

int luaopen_iggraph_core(lua_State *L) {
  lua_newtable(L);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    parts[i].open(L);
    lua_setfield(L, -2, parts[i].name);
  }
  ig_newtype(L, "iggraph.buffer", buffer_meta, json_funcs);
  lua_setfield(L, -2, "json");
  lua_pushlightuserdata(L, NULL); /* the same value as cjson.null */
  lua_setfield(L, -2, "null");
  lua_pushboolean(L, LUA_VERSION_NUM >= 504); /* a fourth value of a generic for is closed */
  lua_setfield(L, -2, "closes_loops");
#if LUA_VERSION_NUM == 501 && !defined(LUAJIT_VERSION)
  lua_pushboolean(L, 0);
#else
  lua_pushboolean(L, 1);
#endif
  lua_setfield(L, -2, "yields_in_pcall");
  lua_pushliteral(L, IG_VERSION);
  lua_setfield(L, -2, "version");
  lua_pushstring(L, curl_version_info(CURLVERSION_NOW)->version);
  lua_setfield(L, -2, "curl");
  return 1;
}
