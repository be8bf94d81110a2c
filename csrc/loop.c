/* The engine as Lua sees it: what an event loop watches (the protocol that cqueues polls), and the
 * tickets that are waited for. */
#include "iggraph.h"

#include <poll.h>
#include <time.h>

static const char registry_key = 0, waiters_key = 0;

static lua_Number seconds_of(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (lua_Number)time.tv_sec + (lua_Number)time.tv_nsec / 1e9;
}

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

void ig_leave(lua_State *L, const igh_engine *joined, bool asked) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry_key);
  igh_engine **box = lua_touserdata(L, -1);
  if (box != NULL && *box != NULL && *box == joined && igh_engine_is_ours(*box)) igh_engine_leave(*box, asked);
  lua_pop(L, 1);
}

bool ig_hascalls(lua_State *L, const void *user) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry_key);
  igh_engine **box = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return box != NULL && *box != NULL && igh_engine_has(*box, user);
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

/* loop.living() -> the same if there is one; nothing where a state is closing, or none was ever needed */
static int loop_living(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &registry_key);
  igh_engine **box = lua_touserdata(L, -1);
  return box != NULL && *box != NULL && igh_engine_is_ours(*box) ? 1 : 0;
}

/* loop.now() -> seconds of a clock that nobody sets, for differences */
static int loop_now(lua_State *L) {
  lua_pushnumber(L, seconds_of(CLOCK_MONOTONIC));
  return 1;
}

/* loop.time() -> seconds since 1970, with their fractions */
static int loop_time(lua_State *L) {
  lua_pushnumber(L, seconds_of(CLOCK_REALTIME));
  return 1;
}

/* --- tickets ---------------------------------------------------------------------------------- */

static igh_ticket *check_ticket(lua_State *L, int index) {
  ig_transfer *transfer = luaL_testudata(L, index, IG_TRANSFER);
  return transfer != NULL ? &transfer->ticket : luaL_checkudata(L, index, IG_TICKET);
}

static void push_waiters(lua_State *L);

void ig_dropticket(lua_State *L, igh_ticket *ticket) {
  igh_ticket_drop(ticket);
  push_waiters(L);
  lua_pushnil(L);
  lua_rawsetp(L, -2, ticket);
  lua_pop(L, 1);
}

static int ticket_gc(lua_State *L) {
  ig_dropticket(L, luaL_checkudata(L, 1, IG_TICKET));
  return 0;
}

/* loop.ticket(seconds?) -> a ticket that is over then, or when it is rung */
static int loop_ticket(lua_State *L) {
  lua_Number seconds = luaL_optnumber(L, 1, -1);
  igh_ticket *ticket = ig_newobject(L, IG_TICKET, sizeof *ticket);
  igh_ticket_open(ticket, ig_engine(L), seconds > 1e6 ? 1000000000L : seconds < 0 ? -1 : (long)(seconds * 1000));
  return 1;
}

/* loop.ring(ticket): it is over now; a call is cancelled */
static int loop_ring(lua_State *L) {
  igh_ticket_ring(check_ticket(L, 1));
  return 0;
}

/* loop.is_over(ticket); true for one of another process, too: nobody will work on it here */
static int loop_is_over(lua_State *L) {
  const igh_ticket *ticket = check_ticket(L, 1);
  lua_pushboolean(L, ticket->over || !igh_engine_is_ours(ticket->engine));
  return 1;
}

/* Pushes the state's table of those who wait, by the address of their tickets. It keeps none of them: one
 * whom nobody else refers to is gone. */
static void push_waiters(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &waiters_key);
  if (!lua_isnil(L, -1)) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &waiters_key);
}

/* loop.await(ticket, waiter): news of this ticket will be this table */
static int loop_await(lua_State *L) {
  const igh_ticket *ticket = check_ticket(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  push_waiters(L);
  lua_insert(L, 2);
  lua_rawsetp(L, 2, ticket);
  return 0;
}

/* engine:news() -> the waiter of a ticket that is over and was not told yet, or nil */
static int engine_news(lua_State *L) {
  igh_engine *engine = check_engine(L);
  push_waiters(L);
  int waiters = lua_gettop(L);
  for (const igh_ticket *ticket; (ticket = igh_engine_news(engine)) != NULL; lua_settop(L, waiters)) {
    lua_rawgetp(L, waiters, ticket);
    if (lua_isnil(L, -1)) continue;
    lua_pushnil(L);
    lua_rawsetp(L, waiters, ticket);
    return 1;
  }
  return 0;
}

#if LUA_VERSION_NUM != 502
/* loop.is_yieldable(): whether the running coroutine can be suspended here. Lua 5.2 does not tell. */
static int loop_is_yieldable(lua_State *L) {
  lua_pushboolean(L, lua_isyieldable(L));
  return 1;
}
#endif

/* --- the engine ------------------------------------------------------------------------------- */

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

/* engine:is_busy(): whether there is anything to wait for, a transfer or a time */
static int engine_is_busy(lua_State *L) {
  lua_pushboolean(L, igh_engine_is_busy(check_engine(L)));
  return 1;
}

/* engine:owes(): whether a server is to be told soon that its call was cancelled, while nothing else is
 * under way */
static int engine_owes(lua_State *L) {
  lua_pushboolean(L, igh_engine_owes(check_engine(L)));
  return 1;
}

/* engine:age() -> seconds since a transfer was started last, or nil where none is under way */
static int engine_age(lua_State *L) {
  long age = igh_engine_age(check_engine(L));
  if (age < 0) return 0;
  lua_pushnumber(L, (lua_Number)age / 1000);
  return 1;
}

/* engine:lull() -> seconds in which no answer is to be expected; 0 where there may be one */
static int engine_lull(lua_State *L) {
  lua_pushnumber(L, (lua_Number)igh_engine_lull(check_engine(L)) / 1000);
  return 1;
}

/* engine:ring(on): keeps the descriptor readable, for another one of those who watch it */
static int engine_ring(lua_State *L) {
  if (!igh_engine_ring(check_engine(L), lua_toboolean(L, 2)))
    ig_raise(L, "iggraph: no descriptor left");
  return 0;
}

static const luaL_Reg engine_methods[] = {
    {"age", engine_age},         {"events", engine_events}, {"is_busy", engine_is_busy},
    {"lull", engine_lull},       {"news", engine_news},     {"owes", engine_owes},
    {"pollfd", engine_pollfd},   {"ring", engine_ring},     {"step", engine_step},
    {"timeout", engine_timeout}, {"wait", engine_wait},     {NULL, NULL}};

static const luaL_Reg engine_meta[] = {{"__gc", engine_gc}, {NULL, NULL}};

static const luaL_Reg ticket_meta[] = {{"__gc", ticket_gc}, {NULL, NULL}};

static const luaL_Reg loop_funcs[] = {
    {"await", loop_await}, {"engine", loop_engine},
#if LUA_VERSION_NUM != 502
    {"is_yieldable", loop_is_yieldable},
#endif
    {"is_over", loop_is_over}, {"living", loop_living}, {"now", loop_now}, {"ring", loop_ring},
    {"sleep", loop_sleep}, {"ticket", loop_ticket}, {"time", loop_time}, {NULL, NULL}};

void ig_open_loop(lua_State *L) {
  static const luaL_Reg none[] = {{NULL, NULL}};
  ig_newtype(L, IG_TICKET, ticket_meta, none);
  lua_pop(L, 1);
  ig_newtype(L, IG_ENGINE, engine_meta, loop_funcs);
  lua_getfield(L, -1, "methods");
  luaL_setfuncs(L, engine_methods, 0);
  lua_pop(L, 1);
}
