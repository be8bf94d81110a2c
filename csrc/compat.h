/* One Lua C API for Lua 5.1 to 5.4 and LuaJIT: what the older ones lack, as static shims under the
 * names of Lua 5.3 and 5.4. Nothing here is exported. */
#ifndef IGGRAPH_COMPAT_H
#define IGGRAPH_COMPAT_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h> /* LUA_FILEHANDLE, before 5.2 */
#include <stdbool.h>
#include <string.h>

#if LUA_VERSION_NUM < 501 || LUA_VERSION_NUM > 504
#error "iggraph knows Lua 5.1 to 5.4 and LuaJIT"
#endif

/* LuaJIT says so in a header of its own, which must not be looked for elsewhere. */
#ifdef LUA_LJDIR
#include <luajit.h>
#endif

#if defined(__GNUC__)
#define IG_UNUSED __attribute__((unused))
#define IG_EXPORT __attribute__((visibility("default")))
#define IG_FORMAT(string, first) __attribute__((format(printf, string, first)))
#define IG_NORETURN __attribute__((noreturn))
#else
#define IG_UNUSED
#define IG_EXPORT
#define IG_FORMAT(string, first)
#define IG_NORETURN
#endif

#ifndef LUA_OK
#define LUA_OK 0
#endif

/* Lua 5.1 and LuaJIT know one kind of number; integers up to 2^53 are exact in it. */
#if LUA_VERSION_NUM < 503
static IG_UNUSED int lua_isinteger(lua_State *L, int index) {
  (void)L;
  (void)index;
  return 0;
}
#endif

#if LUA_VERSION_NUM == 501
static IG_UNUSED int lua_absindex(lua_State *L, int index) {
  return index > 0 || index <= LUA_REGISTRYINDEX ? index : lua_gettop(L) + index + 1;
}

#define lua_rawlen(L, index) lua_objlen(L, index)

static IG_UNUSED void lua_rawgetp(lua_State *L, int index, const void *key) {
  index = lua_absindex(L, index);
  lua_pushlightuserdata(L, (void *)(size_t)key);
  lua_rawget(L, index);
}

static IG_UNUSED void lua_rawsetp(lua_State *L, int index, const void *key) {
  index = lua_absindex(L, index);
  lua_pushlightuserdata(L, (void *)(size_t)key);
  lua_insert(L, -2);
  lua_rawset(L, index);
}
#endif

/* Plain Lua 5.1: what LuaJIT took over from 5.2. */
#if LUA_VERSION_NUM == 501 && !defined(LUAJIT_VERSION)
static IG_UNUSED void luaL_setfuncs(lua_State *L, const luaL_Reg *entry, int upvalues) {
  luaL_checkstack(L, upvalues + 1, "too many upvalues");
  for (; entry->name != NULL; entry++) {
    for (int i = 0; i < upvalues; i++) lua_pushvalue(L, -upvalues);
    lua_pushcclosure(L, entry->func, upvalues);
    lua_setfield(L, -(upvalues + 2), entry->name);
  }
  lua_pop(L, upvalues);
}

static IG_UNUSED void *luaL_testudata(lua_State *L, int index, const char *type) {
  void *object = lua_touserdata(L, index);
  if (object == NULL || !lua_getmetatable(L, index)) return NULL;
  luaL_getmetatable(L, type);
  if (!lua_rawequal(L, -1, -2)) object = NULL;
  lua_pop(L, 2);
  return object;
}
#endif

/* Plain Lua 5.1 does not tell whether a coroutine can yield. It cannot with a C function among its calls
 * (pcall, table.sort, require), nor in a for loop's iterator. That it cannot in a metamethod is not to be
 * seen from here. */
#if LUA_VERSION_NUM == 501 && !defined(LUAJIT_VERSION)
static IG_UNUSED int lua_isyieldable(lua_State *L) {
  lua_Debug call;
  bool is_main = lua_pushthread(L);
  lua_pop(L, 1);
  for (int level = 1; lua_getstack(L, level, &call); level++) {
    lua_getinfo(L, "Sn", &call);
    if (*call.what == 'C') return 0;
    if (call.name != NULL && strcmp(call.name, "(for generator)") == 0) return 0;
  }
  return !is_main;
}
#endif

/* The table that a userdata keeps its Lua values in: an environment, later a user value. */

/* Pops a table and gives it to the userdata at `index`. */
static IG_UNUSED void ig_setkept(lua_State *L, int index) {
#if LUA_VERSION_NUM == 501
  lua_setfenv(L, index);
#elif LUA_VERSION_NUM < 504
  lua_setuservalue(L, index);
#else
  lua_setiuservalue(L, index, 1);
#endif
}

/* Pushes the table of the userdata at `index`. */
static IG_UNUSED void ig_getkept(lua_State *L, int index) {
#if LUA_VERSION_NUM == 501
  lua_getfenv(L, index);
#elif LUA_VERSION_NUM < 504
  lua_getuservalue(L, index);
#else
  lua_getiuservalue(L, index, 1);
#endif
}

#endif
