/* The engine as Lua sees it: what an event loop watches (the protocol that cqueues polls). */
#include "iggraph.h"

#include <poll.h>

static const char registry_key = 0;

static int engine_gc(lua_State *L) {
  igh_engine **box = lua_touserdata(L, 1);
  igh_engine_free(*box);
  *box = NULL;
  return 0;
}

/* Pushes the state's engine. One at a time: made at the first transfer and not at load, because
 * nginx loads in its master and then forks; made anew where the process is another one. */
static igh_engine *push_engine(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry_key);
  igh_engine **box = lua_touserdata(L, -1);
  if (box != NULL && *box == NULL) ig_raise(L, "the Lua state is closing");
  if (box != NULL && igh_engine_is_ours(*box)) return *box;
  lua_pop(L, 1);
  box = ig_newobject(L, IG_ENGINE, sizeof *box);
  *box = igh_engine_new();
  if (*box == NULL) ig_raise(L, "iggraph: no memory or no descriptor left for an engine");
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &registry_key);
  return *box;
}

igh_engine *ig_engine(lua_State *L) {
  igh_engine *engine = push_engine(L);
  lua_pop(L, 1); /* the registry keeps it */
  return engine;
}

void ig_cancelall(lua_State *L, const void *user) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry_key);
  igh_engine **box = lua_touserdata(L, -1);
  if (box != NULL && *box != NULL) igh_engine_cancel(*box, user);
  lua_pop(L, 1);
}

static igh_engine *check_engine(lua_State *L) {
  igh_engine *engine = *(igh_engine **)luaL_checkudata(L, 1, IG_ENGINE);
  luaL_argcheck(L, engine != NULL && igh_engine_is_ours(engine), 1, "engine of another process");
  return engine;
}

/* loop.engine() -> the engine of this Lua state */
static int loop_engine(lua_State *L) {
  push_engine(L);
  return 1;
}

/* loop.sleep(seconds): blocks */
static int loop_sleep(lua_State *L) {
  lua_Number seconds = luaL_checknumber(L, 1);
  if (seconds > 0) poll(NULL, 0, seconds > 86400 ? 86400000 : (int)(seconds * 1000));
  return 0;
}

/* engine:pollfd() -> a descriptor, readable when step() has something to do */
static int engine_pollfd(lua_State *L) {
  lua_pushinteger(L, igh_engine_pollfd(check_engine(L)));
  return 1;
}

/* engine:events() -> "r": what to watch the descriptor for */
static int engine_events(lua_State *L) {
  check_engine(L);
  lua_pushliteral(L, "r");
  return 1;
}

/* engine:timeout() -> seconds until step() is to be called in any case, or nil */
static int engine_timeout(lua_State *L) {
  long timeout = igh_engine_timeout(check_engine(L));
  if (timeout < 0) return 0;
  lua_pushnumber(L, (lua_Number)timeout / 1000);
  return 1;
}

/* engine:step(): lets transfers go on; never blocks */
static int engine_step(lua_State *L) {
  igh_engine_step(check_engine(L));
  return 0;
}

/* engine:wait(): blocks until step() has something to do */
static int engine_wait(lua_State *L) {
  igh_engine_wait(check_engine(L));
  return 0;
}

static const luaL_Reg engine_methods[] = {
    {"pollfd", engine_pollfd}, {"events", engine_events}, {"timeout", engine_timeout},
    {"step", engine_step},     {"wait", engine_wait},     {NULL, NULL}};

static const luaL_Reg engine_meta[] = {{"__gc", engine_gc}, {NULL, NULL}};

static const luaL_Reg loop_funcs[] = {
    {"engine", loop_engine}, {"sleep", loop_sleep}, {NULL, NULL}};

void ig_open_loop(lua_State *L) {
  ig_newtype(L, IG_ENGINE, engine_meta, loop_funcs);
  lua_getfield(L, -1, "methods");
  luaL_setfuncs(L, engine_methods, 0);
  lua_pop(L, 1);
}
