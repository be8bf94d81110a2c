/* What the benchmarks of start, memory and steps need from the system: clocks, the heap, and libcurl by itself. */
#define _GNU_SOURCE
#include <curl/curl.h>
#include <lauxlib.h>
#include <lua.h>
#include <malloc.h>
#include <time.h>

static int push_ms(lua_State *L, clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  lua_pushnumber(L, (lua_Number)time.tv_sec * 1e3 + (lua_Number)time.tv_nsec / 1e6);
  return 1;
}

/* cpu() and wall(), in ms: of this thread, and of a clock that is not set */
static int cpu(lua_State *L) { return push_ms(L, CLOCK_THREAD_CPUTIME_ID); }
static int wall(lua_State *L) { return push_ms(L, CLOCK_MONOTONIC); }

/* heap() -> bytes that malloc has given out */
static int heap(lua_State *L) {
  struct mallinfo2 info = mallinfo2();
  lua_pushnumber(L, (lua_Number)info.uordblks + (lua_Number)info.hblkhd);
  return 1;
}

static int init(lua_State *L) {
  lua_pushboolean(L, curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
  return 1;
}

static size_t discard(char *bytes, size_t one, size_t size, void *user) {
  (void)bytes, (void)one, (void)user;
  return size;
}

/* fetch(url, header, ca_file, times): over one connection, with the bodies thrown away */
static int fetch(lua_State *L) {
  CURL *easy = curl_easy_init();
  struct curl_slist *headers = curl_slist_append(NULL, luaL_checkstring(L, 2));
  curl_easy_setopt(easy, CURLOPT_URL, luaL_checkstring(L, 1));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_CAINFO, luaL_checkstring(L, 3));
  curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
  long status = 0;
  for (int left = (int)luaL_checkinteger(L, 4); left > 0; left--) {
    if (curl_easy_perform(easy) == CURLE_OK) curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) break;
  }
  curl_easy_cleanup(easy);
  curl_slist_free_all(headers);
  lua_pushboolean(L, status == 200);
  return 1;
}

int luaopen_native(lua_State *L);

int luaopen_native(lua_State *L) {
  static const luaL_Reg functions[] = {{"cpu", cpu}, {"wall", wall}, {"heap", heap}, {"init", init}, {"fetch", fetch},
                                       {NULL, NULL}};
  lua_newtable(L);
  for (const luaL_Reg *one = functions; one->name != NULL; one++) {
    lua_pushcfunction(L, one->func);
    lua_setfield(L, -2, one->name);
  }
  return 1;
}
