/* One input for one target: FUZZ=json names a function of spec/fuzz/targets, which gets the bytes and raises where
 * something does not hold; any error that leaves it ends the process, for libFuzzer to keep the input. Linked with the
 * module's own objects. With -DREPLAY it has a main() that runs the files it is given once, and needs no libFuzzer.
 *
 * Run from the project's folder. What it has been through in Lua counts as coverage, line by line. */
#include <arpa/inet.h>
#include <lauxlib.h>
#include <lualib.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  LINES = 1 << 14,
  LOOK = 4096,       /* after so many inputs memory is looked at */
  GROWTH = 8 * 1024, /* KB that the Lua state may have grown by since the first look */
  REQUEST = 64 * 1024
};

int luaopen_iggraph_core(lua_State *L);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static lua_State *state; /* for all inputs: so what one leaves behind is there for the next */
static int target;       /* its reference */

/* --- Lua's lines as coverage -------------------------------------------------------------------- */

#ifdef __linux__
__attribute__((section("__libfuzzer_extra_counters"), used))
#endif
static uint8_t lines[LINES];

static void on_line(lua_State *L, lua_Debug *at) {
  lua_getinfo(L, "Sl", at);
  uint32_t sum = (uint32_t)at->currentline * 2654435761u;
  for (const char *c = at->short_src; *c != '\0'; c++) sum = (sum ^ (unsigned char)*c) * 16777619u;
  lines[(sum ^ sum >> 16) % LINES]++;
}

/* --- a server for a call at a time ---------------------------------------------------------------- */

static struct {
  int listener, peer;
  char request[REQUEST];
  size_t size;
} wire = {-1, -1, "", 0};

static void hang_up(void) {
  if (wire.peer >= 0) close(wire.peer);
  wire.peer = -1;
  wire.size = 0;
}

/* wire.open() -> port, of this machine alone */
static int wire_open(lua_State *L) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  wire.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (bind(wire.listener, (struct sockaddr *)&address, size) != 0 || listen(wire.listener, 16) != 0 ||
      getsockname(wire.listener, (struct sockaddr *)&address, &size) != 0)
    return luaL_error(L, "no port");
  lua_pushinteger(L, ntohs(address.sin_port));
  return 1;
}

/* Takes what has come; true when the request is complete. */
static int receive(void) {
  ssize_t got = recv(wire.peer, wire.request + wire.size, REQUEST - 1 - wire.size, MSG_DONTWAIT);
  if (got == 0) hang_up();
  if (got <= 0) return 0;
  wire.size += (size_t)got;
  wire.request[wire.size] = '\0';
  return strstr(wire.request, "\r\n\r\n") != NULL;
}

/* Answers with the bytes that `respond` (at the index 2) gives for the request, and closes. */
static void respond(lua_State *L) {
  size_t size;
  lua_pushvalue(L, 2);
  lua_pushlstring(L, wire.request, wire.size);
  lua_call(L, 1, 1);
  const char *answer = luaL_checklstring(L, -1, &size);
  for (ssize_t sent = 0; size > 0; answer += sent, size -= (size_t)sent)
    if ((sent = send(wire.peer, answer, size, MSG_NOSIGNAL)) <= 0) break;
  hang_up();
}

/* wire.wait(descriptor, respond, milliseconds): until the engine's descriptor is ready, serving meanwhile */
static int wire_wait(lua_State *L) {
  struct pollfd watched[] = {{.fd = (int)luaL_checkinteger(L, 1), .events = POLLIN},
                             {.fd = wire.peer < 0 ? wire.listener : wire.peer, .events = POLLIN}};
  poll(watched, 2, (int)luaL_checkinteger(L, 3));
  if (watched[1].revents == 0) return 0;
  if (wire.peer < 0) wire.peer = accept(wire.listener, NULL, NULL);
  if (wire.peer >= 0 && receive()) respond(L);
  return 0;
}

static int wire_close(lua_State *L) {
  (void)L;
  hang_up();
  return 0;
}

static const luaL_Reg wire_funcs[] = {
    {"close", wire_close}, {"open", wire_open}, {"wait", wire_wait}, {NULL, NULL}};

static int open_wire(lua_State *L) {
  luaL_newlib(L, wire_funcs);
  return 1;
}

/* --- running -------------------------------------------------------------------------------------- */

static int add_trace(lua_State *L) {
  luaL_traceback(L, L, luaL_tolstring(L, 1, NULL), 1);
  return 1;
}

static void give_up(const char *why) {
  fprintf(stderr, "%s: %s\n", getenv("FUZZ"), why);
  abort();
}

#if defined(__clang__)
void __lsan_do_leak_check(void) __attribute__((weak));
#endif

static void end(void) {
  lua_close(state); /* what is held after this is a leak */
  hang_up();
#if defined(__clang__)
  if (__lsan_do_leak_check != NULL) __lsan_do_leak_check();
#endif
}

static void begin(void) {
  const char *name = getenv("FUZZ");
  if (name == NULL) name = "(none)", setenv("FUZZ", name, 1);
  state = luaL_newstate();
  luaL_openlibs(state);
  lua_getglobal(state, "package");
  lua_pushliteral(state, "lua/?.lua;lua/?/init.lua;./?.lua;");
  lua_getfield(state, -2, "path");
  lua_concat(state, 2);
  lua_setfield(state, -2, "path");
  luaL_requiref(state, "iggraph.core", luaopen_iggraph_core, 0);
  luaL_requiref(state, "wire", open_wire, 0);
  lua_settop(state, 0);
  lua_pushcfunction(state, add_trace);
  lua_getglobal(state, "require");
  lua_pushfstring(state, "spec.fuzz.targets.%s", name);
  if (lua_pcall(state, 1, 1, 1) != LUA_OK) give_up(lua_tostring(state, -1));
  target = luaL_ref(state, LUA_REGISTRYINDEX);
  lua_sethook(state, on_line, LUA_MASKLINE, 0);
  atexit(end);
}

static void look_at_memory(void) {
  static int inputs, first;
  if (++inputs % LOOK != 0) return;
  lua_gc(state, LUA_GCCOLLECT, 0);
  lua_gc(state, LUA_GCCOLLECT, 0); /* what finalizers have let go */
  int now = lua_gc(state, LUA_GCCOUNT, 0);
  if (first == 0) first = now;
  if (now > first + GROWTH) give_up("the Lua state grows");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (state == NULL) begin();
  lua_settop(state, 1);
  lua_rawgeti(state, LUA_REGISTRYINDEX, target);
  lua_pushlstring(state, (const char *)data, size);
  if (lua_pcall(state, 1, 0, 1) != LUA_OK) give_up(lua_tostring(state, -1));
  look_at_memory();
  return 0;
}

#ifdef REPLAY
int main(int count, char **paths) {
  static uint8_t data[1 << 20];
  for (int i = 1; i < count; i++) {
    FILE *file = fopen(paths[i], "rb");
    if (file == NULL) give_up(paths[i]);
    size_t size = fread(data, 1, sizeof data, file);
    fclose(file);
    fprintf(stderr, "%s\n", paths[i]);
    LLVMFuzzerTestOneInput(data, size);
  }
  return 0;
}
#endif
