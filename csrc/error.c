/* The only place where failures are made. */
#include <stdarg.h>
#include <string.h>

#include "iggraph.h"

static const struct {
  const char *name;
  bool retryable;
} kinds[] = {
#define ROW(kind, name, retryable) {name, retryable},
    IG_KINDS(ROW)
#undef ROW
};

static const struct {
  int first, last, subcode;
  ig_kind kind;
} codes[] = {
#define ROW(first, last, subcode, kind) {first, last, subcode, IG_##kind},
    IG_CODES(ROW)
#undef ROW
};

static const struct {
  int first, last, subcode;
  const char *text;
} advice[] = {
#define ROW(first, last, subcode, text) {first, last, subcode, text},
    IG_ADVICE(ROW)
#undef ROW
};

static const char home_key = 0, refused_key = 0;

/* Pushes "file.lua:12: " of the first function on the stack that is Lua and not of this module. */
static void push_where(lua_State *L) {
  lua_Debug info;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &home_key);
  const char *home = lua_tostring(L, -1); /* the registry keeps it */
  lua_pop(L, 1);
  for (int level = 1; lua_getstack(L, level, &info); level++) {
    lua_getinfo(L, "Sl", &info);
    if (info.currentline <= 0 || (home != NULL && strncmp(info.source, home, strlen(home)) == 0))
      continue;
    lua_pushfstring(L, "%s:%d: ", info.short_src, info.currentline);
    return;
  }
  lua_pushliteral(L, "");
}

int ig_raise(lua_State *L, const char *format, ...) {
  va_list arguments;
  ig_needstack(L, 4);
  push_where(L);
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  lua_concat(L, 2);
  for (;;) lua_error(L); /* does not return, and its header does not say so */
}

void ig_needstack(lua_State *L, int values) {
  if (!lua_checkstack(L, values)) ig_nomemory(L);
}

int ig_nomemory(lua_State *L) {
  for (;;) luaL_error(L, "not enough memory");
}

/* error.set_home(source): how the sources of this module's own Lua files begin */
static int error_set_home(lua_State *L) {
  if (*luaL_checkstring(L, 1) != '@') return 0; /* not from a file */
  lua_settop(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &home_key);
  return 0;
}

/* error.raise(message): raises a programming mistake from Lua */
static int error_raise(lua_State *L) { return ig_raise(L, "%s", luaL_checkstring(L, 1)); }

ig_kind ig_kind_of_code(lua_Number code, lua_Number subcode) {
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    if (code >= codes[i].first && code <= codes[i].last &&
        (codes[i].subcode == 0 || codes[i].subcode == subcode))
      return codes[i].kind;
  return IG_KIND_COUNT;
}

/* Whether the same call may be sent again without harm. A lost answer to a POST says nothing about
 * whether it was carried out. */
static bool is_retryable(ig_kind kind, const ig_call *call) {
  bool unknown_outcome = kind == IG_NETWORK || kind == IG_TIMEOUT;
  bool posts = call->method != NULL && strcmp(call->method, "POST") == 0;
  return kinds[kind].retryable && !(unknown_outcome && posts);
}

void ig_pusherror(lua_State *L, ig_kind kind, const ig_call *call) {
  ig_needstack(L, 4);
  lua_createtable(L, 0, 12);
  lua_pushstring(L, kinds[kind].name);
  lua_setfield(L, -2, "kind");
  lua_pushboolean(L, is_retryable(kind, call));
  lua_setfield(L, -2, "retryable");
  lua_pushstring(L, call->method);
  lua_setfield(L, -2, "method");
  lua_pushstring(L, call->path);
  lua_setfield(L, -2, "path");
  if (call->status > 0) {
    lua_pushinteger(L, (lua_Integer)call->status);
    lua_setfield(L, -2, "status");
  }
  luaL_getmetatable(L, IG_ERROR);
  lua_setmetatable(L, -2);
}

int ig_fail(lua_State *L) {
  lua_pushnil(L);
  lua_insert(L, -2);
  lua_getfield(L, -1, "kind");
  return 3;
}

int ig_failm(lua_State *L, ig_kind kind, const ig_call *call) {
  ig_pusherror(L, kind, call);
  lua_insert(L, -2);
  lua_setfield(L, -2, "message");
  return ig_fail(L);
}

int ig_failf(lua_State *L, ig_kind kind, const ig_call *call, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  return ig_failm(L, kind, call);
}

/* Errors that say whom not to trust are kept apart, by a table that keeps none of them: of a POST no member
 * tells them from a connection that broke. */
static void push_refused(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &refused_key);
  if (!lua_isnil(L, -1)) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &refused_key);
}

void ig_markrefused(lua_State *L, int error) {
  lua_pushvalue(L, error);
  push_refused(L);
  lua_insert(L, -2);
  lua_pushboolean(L, 1);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

/* error.was_refused(err): whether it is about a certificate, or a redirect to another host */
static int error_was_refused(lua_State *L) {
  lua_settop(L, 1);
  push_refused(L);
  lua_pushvalue(L, 1);
  lua_rawget(L, 2);
  lua_pushboolean(L, lua_toboolean(L, -1));
  return 1;
}

/* Appends ", <label><member>" to the parts on the stack when the object at 1 has the member. */
static int add_part(lua_State *L, const char *label, const char *member) {
  lua_getfield(L, 1, member);
  if (lua_type(L, -1) != LUA_TNUMBER && lua_type(L, -1) != LUA_TSTRING) {
    lua_pop(L, 1);
    return 0;
  }
  lua_pushfstring(L, ", %s", label);
  lua_insert(L, -2);
  return 2;
}

/* Pushes what the Graph says to people, where that is not in its message. */
static void add_words(lua_State *L) {
  lua_getfield(L, 1, "user_msg");
  lua_getfield(L, 1, "message");
  bool is_new = lua_type(L, -2) == LUA_TSTRING && lua_type(L, -1) == LUA_TSTRING &&
                strstr(lua_tostring(L, -1), lua_tostring(L, -2)) == NULL;
  lua_pop(L, is_new ? 1 : 2);
  if (!is_new) return;
  lua_pushliteral(L, ": ");
  lua_insert(L, -2);
}

/* The number that the object at 1 has as a member; -1: it has none. */
static lua_Number number_of(lua_State *L, const char *member) {
  lua_getfield(L, 1, member);
  lua_Number number = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : -1;
  lua_pop(L, 1);
  return number;
}

/* What to do about the error object at 1, of a call that a login or a permission would help; or NULL. */
static const char *advice_for(lua_State *L) {
  lua_getfield(L, 1, "kind");
  lua_getfield(L, 1, "method");
  const char *kind = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
  bool is_of_token = (strcmp(kind, kinds[IG_AUTH].name) == 0 || strcmp(kind, kinds[IG_PERMISSION].name) == 0) &&
                     lua_type(L, -1) == LUA_TSTRING;
  lua_pop(L, 2);
  lua_Number code = number_of(L, "code"), subcode = number_of(L, "subcode");
  for (size_t i = 0; is_of_token && i < sizeof advice / sizeof *advice; i++)
    if (code >= advice[i].first && code <= advice[i].last &&
        (advice[i].subcode == 0 || advice[i].subcode == subcode))
      return advice[i].text;
  return NULL;
}

/* Pushes ": what to do", where that is known. Returns the number of values. */
static int add_advice(lua_State *L) {
  const char *text = advice_for(L);
  if (text == NULL) return 0;
  lua_pushfstring(L, ": %s", text);
  return 1;
}

/* GET /v26.0/me: the message: the words for people (auth, HTTP 400, code 190, subcode 463, trace AbC): what to do, or
 * without a call: the message (cancelled) */
static int error_tostring(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  ig_needstack(L, 20);
  static const char *const head[][2] = {{"method", " "}, {"path", ": "}, {"message", ""}};
  lua_getfield(L, 1, "method");
  size_t first = lua_isnil(L, -1) ? 2 : 0; /* no call, but a task */
  lua_pop(L, 1);
  for (size_t i = first; i < sizeof head / sizeof *head; i++) {
    lua_getfield(L, 1, head[i][0]);
    if (!lua_isstring(L, -1)) lua_pushliteral(L, "?"), lua_replace(L, -2);
    lua_pushstring(L, head[i][1]);
  }
  add_words(L);
  lua_pushliteral(L, " (");
  lua_getfield(L, 1, "kind");
  if (!lua_isstring(L, -1)) lua_pushliteral(L, "?"), lua_replace(L, -2);
  int parts = lua_gettop(L) - 1;
  parts += add_part(L, "HTTP ", "status");
  parts += add_part(L, "code ", "code");
  parts += add_part(L, "subcode ", "subcode");
  parts += add_part(L, "trace ", "fbtrace_id");
  lua_pushliteral(L, ")");
  parts += add_advice(L);
  lua_concat(L, parts + 1);
  return 1;
}

static const luaL_Reg error_meta[] = {{"__tostring", error_tostring}, {NULL, NULL}}; /* the Lua side adds to it */

/* error.fail(kind, method?, path?, message, status?) -> nil, err, kind: for the Lua side. */
static int error_fail(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  ig_call call = {luaL_optstring(L, 2, NULL), luaL_optstring(L, 3, NULL), (long)luaL_optinteger(L, 5, 0)};
  const char *message = luaL_checkstring(L, 4);
  for (int kind = 0; kind < IG_KIND_COUNT; kind++)
    if (strcmp(kinds[kind].name, name) == 0)
      return ig_failf(L, (ig_kind)kind, &call, "%s", message);
  return luaL_argerror(L, 1, "no such kind");
}

/* error.of_code(code, subcode?) -> the kind; nil where the table of codes says nothing */
static int error_of_code(lua_State *L) {
  ig_kind kind = ig_kind_of_code(luaL_checknumber(L, 1), luaL_optnumber(L, 2, 0));
  if (kind == IG_KIND_COUNT) return 0;
  lua_pushstring(L, kinds[kind].name);
  return 1;
}

/* error.advice(err) -> what to do about it, as its text says it; nil where nothing is known */
static int error_advice(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_pushstring(L, advice_for(L));
  return 1;
}

static const luaL_Reg error_funcs[] = {{"advice", error_advice},
                                       {"fail", error_fail},
                                       {"of_code", error_of_code},
                                       {"raise", error_raise},
                                       {"set_home", error_set_home},
                                       {"text", error_tostring},
                                       {"was_refused", error_was_refused},
                                       {NULL, NULL}};

void ig_open_error(lua_State *L) { ig_newtype(L, IG_ERROR, error_meta, error_funcs); }
