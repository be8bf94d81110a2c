/* What iggraph is measured against: the same walk over an account's media by libcurl alone.
 *
 *   walk discard|urls|cjson BASE_URL CA_FILE TOKEN ACCOUNT FIELDS [identity]
 *   walk build BASE_URL CA_FILE TOKEN ACCOUNT FIELDS PAGE.json
 *
 * `discard` looks for the next cursor in the body and at nothing else: the floor. It prints how many
 * bytes came. `urls` does the same, and prints a configuration for curl that fetches what it fetched.
 * `build` does the same, and builds the tables of PAGE.json each time: the floor of what gives tables.
 * `cjson` gives each body to lua-cjson and reads the items in Lua, as a program without iggraph would,
 * and prints how many items there were and the length of what was read of them. With `identity` no
 * compression is asked for, as libcurl by itself does not. */
#include "build.h"

#include <curl/curl.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAIL = 4096, CURSOR = 1024 };

static struct {
  char *bytes;
  size_t size, capacity;
} body;

static const char reader[] =
    "local decode, items, length = require('cjson').decode, 0, 0\n"
    "return function(body)\n"
    "  local page = decode(body)\n"
    "  for _, media in ipairs(page.data) do\n"
    "    items = items + 1\n"
    "    length = length + #media.id + #(media.caption or '')\n"
    "  end\n"
    "  local paging = page.paging\n"
    "  return paging.next and paging.cursors.after, items .. ' ' .. length\n"
    "end";

static void must(int ok, const char *what) {
  if (ok) return;
  fprintf(stderr, "walk: %s\n", what);
  exit(1);
}

static size_t keep(char *bytes, size_t one, size_t size, void *unused) {
  (void)one, (void)unused;
  if (body.size + size + 1 > body.capacity) {
    body.capacity = 2 * (body.size + size + 1);
    body.bytes = realloc(body.bytes, body.capacity);
    must(body.bytes != NULL, "no memory");
  }
  memcpy(body.bytes + body.size, bytes, size);
  body.bytes[body.size += size] = '\0';
  return size;
}

/* `paging` stands at the end of a page. */
static int find_cursor(char *cursor) {
  const char *tail = body.bytes + (body.size > TAIL ? body.size - TAIL : 0);
  const char *after = strstr(tail, "\"after\":\""), *next = strstr(tail, "\"next\":\"");
  return after != NULL && next != NULL && sscanf(after, "\"after\":\"%1023[^\"]", cursor) == 1;
}

static int read_page(lua_State *L, char *cursor) {
  lua_settop(L, 1);
  lua_pushvalue(L, 1);
  lua_pushlstring(L, body.bytes, body.size);
  must(lua_pcall(L, 1, 2, 0) == 0, "the answer is not a page");
  if (!lua_toboolean(L, 2)) return 0;
  return snprintf(cursor, CURSOR, "%s", lua_tostring(L, 2)) < CURSOR;
}

int main(int count, char **arg) {
  char url[2 * CURSOR], cursor[CURSOR] = "", header[CURSOR];
  size_t bytes = 0;
  must(count == 7 || count == 8, "six or seven arguments expected");
  int decodes = strcmp(arg[1], "cjson") == 0, prints = strcmp(arg[1], "urls") == 0;
  int builds = strcmp(arg[1], "build") == 0, compresses = count == 7 || builds, more;
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
#if LUA_VERSION_NUM >= 504
  lua_gc(L, LUA_GCGEN, 0, 0); /* as the interpreter does, in which iggraph runs */
#endif
  if (builds) build_prepare(L, arg[7]);
  if (decodes) must(luaL_loadstring(L, reader) == 0 && lua_pcall(L, 0, 1, 0) == 0, "lua-cjson is not installed");

  snprintf(header, sizeof header, "Authorization: Bearer %s", arg[4]);
  CURL *easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_CAINFO, arg[3]);
  curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, curl_slist_append(NULL, header));
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
  if (compresses) curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep);
  do {
    snprintf(url, sizeof url, "%s/v26.0/%s/media?limit=100&fields=%s%s%s", arg[2], arg[5], arg[6],
             *cursor == '\0' ? "" : "&after=", cursor);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    body.size = 0;
    CURLcode code = curl_easy_perform(easy);
    must(code == CURLE_OK, curl_easy_strerror(code));
    bytes += body.size;
    if (prints) printf("url = \"%s\"\noutput = \"/dev/null\"\n", url);
    if (builds) build_page(L);
    more = decodes ? read_page(L, cursor) : find_cursor(cursor);
  } while (more);
  if (decodes)
    puts(lua_tostring(L, 3));
  else if (!prints)
    printf("%lu\n", (unsigned long)bytes);
  curl_easy_cleanup(easy);
  lua_close(L);
  return 0;
}
