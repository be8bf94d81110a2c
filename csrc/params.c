/* A Lua table of parameters -> a query, a form, or a multipart form. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "iggraph.h"

static const char encoder_key = 0;

/* Lists that the Graph takes comma-joined; every other list, and every other table, goes as JSON. */
static const char *const joined_lists[] = {"fields", "metric",            "breakdown",
                                           "period", "subscribed_fields", "scope"};

enum { FIELDS_DEPTH = 16 };

void ig_append(lua_State *L, igb_buffer *buffer, const char *bytes, size_t size) {
  if (!igb_append(buffer, bytes, size)) ig_nomemory(L);
}

IG_NORETURN static int bad_value(lua_State *L, const char *name, const char *why) {
  ig_raise(L, "params%s%s: %s", name == NULL ? "" : ".", name == NULL ? "" : name, why);
}

/* --- scalars ----------------------------------------------------------------------------------- */

/* Pushes the shortest text that reads back as the same number, integers without a point. Or pushes
 * nothing and returns why there is none. */
static const char *push_number(lua_State *L, int index) {
  char text[40];
  if (lua_isinteger(L, index)) {
    lua_pushvalue(L, index);
    lua_tostring(L, -1); /* in place */
    return NULL;
  }
  double number = (double)lua_tonumber(L, index);
  if (isnan(number) || isinf(number)) return "not a finite number";
  if (number == floor(number)) {
    if (fabs(number) > 9007199254740992.0)
      return "an integer beyond 2^53 may have lost digits already: pass it as a string";
    snprintf(text, sizeof text, "%.0f", number == 0 ? 0 : number); /* no -0 */
  } else {
    for (int digits = 15; digits <= 17; digits++) {
      snprintf(text, sizeof text, "%.*g", digits, number);
      if (strtod(text, NULL) == number) break;
    }
    char *comma = strchr(text, ','); /* where the program's locale writes one */
    if (comma != NULL) *comma = '.';
  }
  lua_pushstring(L, text);
  return NULL;
}

static void push_scalar(lua_State *L, const char *name, int value) {
  switch (lua_type(L, value)) {
    case LUA_TSTRING:
      if (strlen(lua_tostring(L, value)) != lua_rawlen(L, value))
        bad_value(L, name, "a NUL in it");
      lua_pushvalue(L, value);
      return;
    case LUA_TBOOLEAN: lua_pushstring(L, lua_toboolean(L, value) ? "true" : "false"); return;
    case LUA_TNUMBER: {
      const char *why = push_number(L, value);
      if (why != NULL) bad_value(L, name, why);
      return;
    }
    case LUA_TLIGHTUSERDATA:
      if (lua_touserdata(L, value) == NULL) { /* iggraph.null */
        lua_pushliteral(L, "null");
        return;
      }
  }
  bad_value(L, name, "a string, number, boolean, table or open file expected");
}

/* --- lists and fields -------------------------------------------------------------------------- */

/* Pushes the string keys of the table at `index`, sorted, as a list: the same call is then the same
 * URL each time. Raises for a key that is neither a string nor part of the list that the table may
 * begin with (`items` long). */
static int push_keys(lua_State *L, const char *name, int index, size_t items) {
  int count = 0;
  lua_newtable(L);
  int list = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
    if (lua_type(L, -2) == LUA_TNUMBER) {
      lua_Number key = lua_tonumber(L, -2);
      if (key >= 1 && key <= (lua_Number)items && key == floor(key)) continue;
    }
    if (lua_type(L, -2) != LUA_TSTRING)
      bad_value(L, name, "names, or a list without holes, expected");
    int place = ++count;
    for (; place > 1; place--) { /* by insertion: a handful of names */
      lua_rawgeti(L, list, place - 1);
      bool fits = strcmp(lua_tostring(L, -1), lua_tostring(L, -3)) < 0;
      if (!fits) lua_rawseti(L, list, place);
      if (fits) lua_pop(L, 1);
      if (fits) break;
    }
    lua_pushvalue(L, -2);
    lua_rawseti(L, list, place);
  }
  return count;
}

static void push_joined(lua_State *L, const char *name, int table, int depth);

/* Pushes one entry of `fields`: a name, or name{…} for expansion; the value is on the stack's top. */
static void push_expanded(lua_State *L, const char *name, const char *key, int depth) {
  int value = lua_gettop(L);
  if (lua_istable(L, value))
    push_joined(L, name, value, depth + 1);
  else if (lua_type(L, value) == LUA_TSTRING)
    push_scalar(L, name, value);
  else
    bad_value(L, name, "the fields of an expansion are a list or a string");
  if (lua_rawlen(L, -1) == 0)
    lua_pushstring(L, key);
  else
    lua_pushfstring(L, "%s{%s}", key, lua_tostring(L, -1));
  lua_replace(L, value);
  lua_settop(L, value);
}

/* Pushes the items of a list, and of a table of fields also its expansions, with commas between. */
static void push_joined(lua_State *L, const char *name, int table, int depth) {
  int items = (int)lua_rawlen(L, table), base = lua_gettop(L);
  if (depth > FIELDS_DEPTH) bad_value(L, name, "nested too deeply");
  ig_needstack(L, 12);
  int expansions = push_keys(L, name, table, (size_t)items), keys = lua_gettop(L);
  if (expansions > 0 && strcmp(name, "fields") != 0) bad_value(L, name, "a list expected");
  lua_pushliteral(L, "");
  for (int i = 1; i <= items + expansions; i++) {
    if (i > 1) {
      lua_pushliteral(L, ",");
      lua_concat(L, 2);
    }
    lua_rawgeti(L, i <= items ? table : keys, i <= items ? i : i - items);
    if (i <= items) {
      push_scalar(L, name, lua_gettop(L));
      lua_remove(L, -2);
    } else {
      const char *key = lua_tostring(L, -1);
      lua_getfield(L, table, key);
      push_expanded(L, name, key, depth);
      lua_remove(L, -2);
    }
    lua_concat(L, 2);
  }
  lua_replace(L, base + 1);
  lua_settop(L, base + 1);
}

static bool is_joined(const char *name) {
  for (size_t i = 0; i < sizeof joined_lists / sizeof *joined_lists; i++)
    if (strcmp(name, joined_lists[i]) == 0) return true;
  return false;
}

/* Pushes compact JSON; writing it is lua-cjson's work, behind lua/iggraph/json.lua. */
static void push_json(lua_State *L, const char *name, int value) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &encoder_key);
  lua_pushvalue(L, value);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK)
    bad_value(L, name, lua_isstring(L, -1) ? lua_tostring(L, -1) : "cannot be written as JSON");
}

void ig_pushtext(lua_State *L, const char *name, int value) {
  value = lua_absindex(L, value);
  ig_needstack(L, 8);
  if (!lua_istable(L, value))
    push_scalar(L, name, value);
  else if (is_joined(name))
    push_joined(L, name, value, 1);
  else
    push_json(L, name, value);
}

/* --- files ------------------------------------------------------------------------------------- */

static bool is_closed(FILE **handle) {
#if LUA_VERSION_NUM >= 502
  return ((luaL_Stream *)handle)->closef == NULL;
#else
  return *handle == NULL;
#endif
}

FILE *ig_tofile(lua_State *L, const char *name, int value, off_t *size) {
  FILE **handle = luaL_testudata(L, value, LUA_FILEHANDLE);
  struct stat status;
  if (handle == NULL) return NULL;
  if (is_closed(handle)) bad_value(L, name, "the file is closed");
  fflush(*handle);
  if (fstat(fileno(*handle), &status) != 0 || !S_ISREG(status.st_mode))
    bad_value(L, name, "not a regular file");
  *size = status.st_size;
  return *handle;
}

/* The open file at `value` from where it stands to its end. */
static igh_file *open_file(lua_State *L, const char *name, int value) {
  off_t size = 0, at;
  FILE *handle = ig_tofile(L, name, value, &size);
  at = ftello(handle);
  igh_file *file = at < 0 ? NULL : igh_file_new(fileno(handle), at, size > at ? size : at);
  if (file == NULL) bad_value(L, name, "no memory or no descriptor left for the file");
  return file;
}

static bool is_file(lua_State *L, int value) {
  return luaL_testudata(L, value, LUA_FILEHANDLE) != NULL;
}

static bool has_file(lua_State *L, int table) {
  bool found = false;
  for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1)) found |= is_file(L, -1);
  return found;
}

static curl_mimepart *new_part(lua_State *L, igh_transfer *transfer, const char *name) {
  curl_mimepart *part = curl_mime_addpart(transfer->multipart);
  if (part == NULL || curl_mime_name(part, name) != CURLE_OK) ig_nomemory(L);
  return part;
}

static void add_file(lua_State *L, igh_transfer *transfer, const char *name, int value) {
  curl_mimepart *part = new_part(L, transfer, name);
  igh_file *file = open_file(L, name, value);
  if (curl_mime_data_cb(part, file->end - file->first, igh_file_read, igh_file_seek, igh_file_free, file) !=
      CURLE_OK) {
    igh_file_free(file);
    ig_nomemory(L);
  }
  /* A part without a file name is a plain field to the server. */
  if (curl_mime_filename(part, name) != CURLE_OK || curl_mime_type(part, "application/octet-stream") != CURLE_OK)
    ig_nomemory(L);
}

/* --- all of them ------------------------------------------------------------------------------- */

static bool add_pair(igb_buffer *out, const char *name, const char *value) {
  return (out->size == 0 || igb_append(out, "&", 1)) &&
         igb_append_escaped(out, name, strlen(name)) && igb_append(out, "=", 1) &&
         igb_append_escaped(out, value, strlen(value));
}

void ig_addparam(lua_State *L, igh_transfer *transfer, igb_buffer *out, const char *name,
                 const char *value) {
  if (transfer->multipart != NULL) {
    if (curl_mime_data(new_part(L, transfer, name), value, CURL_ZERO_TERMINATED) == CURLE_OK) return;
  } else if (add_pair(out, name, value)) {
    return;
  }
  ig_nomemory(L);
}

static void check_name(lua_State *L, const char *name, bool signs) {
  if (!signs) return;
  if (strcmp(name, "access_token") == 0 || strcmp(name, "appsecret_proof") == 0)
    bad_value(L, name, "comes from the client; for another token use client:with_token(token)");
}

void ig_addparams(lua_State *L, int index, igh_transfer *transfer, igb_buffer *out, bool signs) {
  if (lua_isnoneornil(L, index)) return;
  index = lua_absindex(L, index);
  ig_needstack(L, 8);
  bool multipart = has_file(L, index);
  if (multipart && out != &transfer->form)
    ig_raise(L, "params: a file can only be sent by a POST");
  if (multipart && (transfer->multipart = curl_mime_init(transfer->easy)) == NULL)
    ig_nomemory(L);
  int count = push_keys(L, NULL, index, 0), keys = lua_gettop(L);
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, keys, i);
    const char *name = lua_tostring(L, -1);
    check_name(L, name, signs);
    lua_getfield(L, index, name);
    if (is_file(L, -1)) {
      add_file(L, transfer, name, lua_gettop(L));
    } else {
      ig_pushtext(L, name, -1);
      ig_addparam(L, transfer, out, name, lua_tostring(L, -1));
    }
    lua_settop(L, keys);
  }
  lua_pop(L, 1);
}

void ig_pushtexts(lua_State *L, int index) {
  lua_newtable(L);
  if (lua_isnoneornil(L, index)) return;
  int texts = lua_gettop(L), count = push_keys(L, NULL, index, 0);
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, texts + 1, i);
    const char *name = lua_tostring(L, -1);
    check_name(L, name, true);
    lua_getfield(L, index, name);
    if (is_file(L, -1)) bad_value(L, name, "a file can only be sent by a POST");
    ig_pushtext(L, name, -1);
    lua_setfield(L, texts, name);
    lua_settop(L, texts + 1);
  }
  lua_settop(L, texts);
}

/* params.set_encoder(encode): the function that writes JSON; raises what is wrong with a value. */
static int params_set_encoder(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_settop(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &encoder_key);
  return 0;
}

/* params.number(number) -> its text, or nil and why there is none */
static int params_number(lua_State *L) {
  luaL_checktype(L, 1, LUA_TNUMBER);
  const char *why = push_number(L, 1);
  if (why == NULL) return 1;
  lua_pushnil(L);
  lua_pushstring(L, why);
  return 2;
}

/* params.texts(params) -> a table of the parameters as they are sent, before they are escaped */
static int params_texts(lua_State *L) {
  lua_settop(L, 1);
  if (!lua_isnil(L, 1)) luaL_checktype(L, 1, LUA_TTABLE);
  ig_pushtexts(L, 1);
  return 1;
}

/* params.escape(text) -> the text as part of a query */
static int params_escape(lua_State *L) {
  size_t size;
  const char *text = luaL_checklstring(L, 1, &size);
  igb_buffer *out = ig_newobject(L, "iggraph.buffer", sizeof *out);
  if (!igb_append_escaped(out, text, size)) ig_nomemory(L);
  lua_pushlstring(L, out->size == 0 ? "" : out->data, out->size);
  igb_wipe(out);
  return 1;
}

/* Pushes the text without its escapes. */
static void push_unescaped(lua_State *L, igb_buffer *scratch, const char *text, size_t size) {
  scratch->size = 0;
  if (!igb_append_unescaped(scratch, text, size)) ig_nomemory(L);
  lua_pushlstring(L, scratch->size == 0 ? "" : scratch->data, scratch->size);
}

void ig_pushquery(lua_State *L, const char *query, size_t size) {
  igb_buffer *scratch = ig_newobject(L, "iggraph.buffer", sizeof *scratch);
  lua_newtable(L);
  const char *end = query + size;
  while (query < end) {
    const char *stop = memchr(query, '&', (size_t)(end - query));
    if (stop == NULL) stop = end;
    const char *equals = memchr(query, '=', (size_t)(stop - query));
    const char *name_end = equals == NULL ? stop : equals, *value = equals == NULL ? stop : equals + 1;
    push_unescaped(L, scratch, query, (size_t)(name_end - query));
    push_unescaped(L, scratch, value, (size_t)(stop - value));
    lua_rawset(L, -3);
    query = stop + 1;
  }
  igb_wipe(scratch);
  lua_remove(L, -2);
}

/* params.query(text) -> a table of the parameters in "a=1&b=2"; the last of equal names counts */
static int params_query(lua_State *L) {
  size_t size;
  const char *query = luaL_checklstring(L, 1, &size);
  ig_pushquery(L, query, size);
  return 1;
}

static const luaL_Reg params_funcs[] = {{"escape", params_escape},
                                        {"number", params_number},
                                        {"query", params_query},
                                        {"set_encoder", params_set_encoder},
                                        {"texts", params_texts},
                                        {NULL, NULL}};

void ig_open_params(lua_State *L) {
  lua_newtable(L);
  luaL_setfuncs(L, params_funcs, 0);
}
