/* Refuses something to a script, at every place in turn where it is asked for.
 *
 *     faults [--of WHAT] [--all] [--every N | --at N] [--stage NAME] SCRIPT ARGS…
 *     faults --two SCRIPT ARGS…
 *
 * WHAT is one of refuse.h: memory, in the eyes of Lua (`lua`, the default), libcurl, the module, nghttp2 or
 * OpenSSL, or system calls (`calls`). The script returns a list of stages, each of them { name, function, needed }.
 * For each stage, and for n = 1, 2, 3 … (--every: some of these; --at: this one): a new state; of the stages before it the needed
 * ones, with everything; this one with the n-th thing refused (--all: and all behind it), until it comes through
 * untouched. A system call fails in each of its ways (--every: in one of them). What is refused must have no effect, or
 * end in a clear error: "not enough memory", and for what is not Lua's also the error of a failed call, or "no
 * descriptor left". This stage and the next must then do their work in the same state. When the state is closed, every
 * byte of Lua's, every block of libcurl's and every descriptor must have come back.
 *
 * --two runs the script in two states in turns, and then in two threads at the same time. */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "refuse.h"

#if LUA_VERSION_NUM == 501
#define lua_rawlen lua_objlen
enum { RETRIES = 0 };
#else
enum { RETRIES = 1 }; /* Lua collects garbage and asks once more */
#endif

enum { SECONDS = 20, NO_ALLOCATOR = 77 }; /* for one round; exit status, as test suites know it */

/* --- memory ------------------------------------------------------------------------------------ */

typedef struct {
  long blocks;  /* that Lua has */
  size_t bytes; /* in them, by its own account */
} memory;

static void *allocate(void *user, void *block, size_t before, size_t after) {
  memory *m = user;
  if (block == NULL) before = 0; /* Lua says there what it is for */
  if (after == 0) {
    m->blocks -= block != NULL;
    m->bytes -= before;
    free(block);
    return NULL;
  }
  /* Lua takes it for granted that making a block smaller succeeds. */
  if (after > before && refuse_next(REFUSE_LUA)) return NULL;
  void *moved = realloc(block, after);
  if (moved == NULL) return NULL;
  m->blocks += block == NULL;
  m->bytes += after - before;
  return moved;
}

/* --- rounds ------------------------------------------------------------------------------------ */

static struct {
  const char *stage;
  refuse_of of;
  bool all;
  long n;
  unsigned way;
  const char *refused; /* NULL: nothing yet */
} now = {.stage = ""};

static int complain(const char *what, const char *detail) {
  const char *refused = now.refused == NULL ? "nothing" : now.refused;
  fprintf(stderr, "stage %s, refusal %ld.%u (%s): %s%s%s\n", now.stage, now.n, now.way, refused, what,
          detail == NULL ? "" : ": ", detail == NULL ? "" : detail);
  return 1;
}

static void on_signal(int number) {
  now.refused = refuse_end();
  complain(number == SIGALRM ? "hangs" : "crashes", NULL);
  _exit(1);
}

static const char *message_of(lua_State *L) {
  if (lua_istable(L, -1)) lua_getfield(L, -1, "message");
  return lua_isstring(L, -1) ? lua_tostring(L, -1) : luaL_typename(L, -1);
}

/* A state with the stages at 1, and their number; NULL: it cannot have an allocator of its own. */
static lua_State *new_state(memory *m, char **arguments, int *stages) {
  lua_State *L = lua_newstate(allocate, m);
  if (L == NULL) return NULL;
  luaL_openlibs(L);
  int count = 0;
  bool failed = luaL_loadfile(L, arguments[0]) != 0;
  while (!failed && arguments[count + 1] != NULL) lua_pushstring(L, arguments[++count]);
  if (failed || lua_pcall(L, count, 1, 0) != 0 || !lua_istable(L, 1)) {
    fprintf(stderr, "%s: %s\n", arguments[0], message_of(L));
    exit(2);
  }
  *stages = (int)lua_rawlen(L, 1);
  return L;
}

/* Leaves the function of a stage on the stack. */
static const char *push_stage(lua_State *L, int stage) {
  lua_settop(L, 1);
  lua_rawgeti(L, 1, stage);
  lua_rawgeti(L, 2, 1);
  lua_rawgeti(L, 2, 2);
  return lua_tostring(L, 3);
}

static int run_stage(lua_State *L, int stage, const char *when) {
  now.stage = push_stage(L, stage);
  if (lua_pcall(L, 0, 0, 0) == 0) return 0;
  return complain(when, message_of(L));
}

static int run_stages(lua_State *L, int first, int last, const char *when) {
  int failures = 0;
  for (int stage = first; stage <= last && failures == 0; stage++)
    failures += run_stage(L, stage, when);
  return failures;
}

static int run_needed(lua_State *L, int before) {
  int failures = 0;
  for (int stage = 1; stage < before && failures == 0; stage++) {
    push_stage(L, stage);
    lua_rawgeti(L, 2, 3);
    if (lua_toboolean(L, -1)) failures += run_stage(L, stage, "fails beforehand");
  }
  return failures;
}

/* Of the error on top. */
static bool is_clear(lua_State *L) {
  if (lua_istable(L, -1)) {
    lua_getfield(L, -1, "kind");
    const char *kind = lua_isstring(L, -1) ? lua_tostring(L, -1) : "";
    bool failed = strcmp(kind, "network") == 0 || strcmp(kind, "timeout") == 0 ||
                  (now.refused != NULL && strncmp(now.refused, "pread", 5) == 0);
    lua_pop(L, 1);
    if (failed) return now.of != REFUSE_LUA;
  }
  const char *message = message_of(L);
  return strstr(message, "not enough memory") != NULL ||
         (now.of != REFUSE_LUA && strstr(message, "no descriptor left") != NULL);
}

/* The stage with its n-th thing refused. */
static int run_refused(lua_State *L, int stage) {
  now.stage = push_stage(L, stage);
  refuse_begin(now.of, now.n, now.all ? -1 : now.of == REFUSE_LUA ? RETRIES : 0, now.way);
  int status = lua_pcall(L, 0, 0, 0);
  now.refused = refuse_end();
  if (status == 0) return 0;
  if (!is_clear(L)) return complain(now.refused != NULL ? "ends otherwise" : "fails", message_of(L));
  return now.refused != NULL ? 0 : complain("fails without a cause", message_of(L));
}

/* LuaJIT gives the sizes of some blocks wrong when memory was refused to its parser. */
static bool is_all_back(const memory *m) {
#ifdef LUA_JITLIBNAME
  return m->blocks == 0;
#else
  return m->blocks == 0 && m->bytes == 0;
#endif
}

static int close_state(lua_State *L, const memory *m) {
  lua_close(L);
  return is_all_back(m) ? 0 : complain("memory was not given back", NULL);
}

/* LuaJIT leaves a file open that it has no memory to load. */
static bool is_forgotten(int folder, const char *name) {
#ifdef LUA_JITLIBNAME
  char target[1024];
  ssize_t size = readlinkat(folder, name, target, sizeof target);
  return size > 4 && memcmp(target + size - 4, ".lua", 4) == 0;
#else
  return (void)folder, (void)name, false;
#endif
}

/* 0 where the system does not tell. */
static int count_descriptors(void) {
  int count = 0;
  DIR *folder = opendir("/proc/self/fd");
  if (folder == NULL) return 0;
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
    count += !is_forgotten(dirfd(folder), entry->d_name);
  closedir(folder);
  return count;
}

/* A thread that looks a name up ends when it has found it. */
static int check_rest(long blocks, int descriptors) {
  struct timespec little = {0, 10 * 1000000};
  for (int i = 0; i < 200 && (refuse_held() > blocks || count_descriptors() > descriptors); i++)
    nanosleep(&little, NULL);
  char text[64];
  snprintf(text, sizeof text, "%ld more blocks, %d more descriptors", refuse_held() - blocks,
           count_descriptors() - descriptors);
  return refuse_held() <= blocks && count_descriptors() <= descriptors ? 0 : complain("not given back", text);
}

/* One round; `now.refused` is NULL when the stage asked for it fewer than n times. */
static int run_round(char **arguments, int stage) {
  memory m = {0};
  int stages, failures = 0, descriptors = count_descriptors();
  long blocks = refuse_held();
  now.refused = NULL;
  lua_State *L = new_state(&m, arguments, &stages);
  alarm(SECONDS);
  failures += run_needed(L, stage);
  if (failures == 0) failures += run_refused(L, stage);
  int last = stage < stages ? stage + 1 : stage;
  if (failures == 0) failures += run_stages(L, stage, last, "fails afterwards");
  now.stage = push_stage(L, stage);
  failures += close_state(L, &m);
  if (failures == 0) failures += check_rest(blocks, descriptors);
  alarm(0);
  return failures;
}

/* Each `every`-th: not always the same ones, so that many runs together leave none out. */
static int run_all_rounds(char **arguments, int stages, char *const *names, const char *only, long every, long at) {
  int failures = 0;
  long start = (long)time(NULL), first = at > 0 ? at : 1 + start % every;
  for (int stage = 1; stage <= stages; stage++) {
    if (only != NULL && strcmp(only, names[stage - 1]) != 0) continue;
    long refused = 0;
    now.n = 0;
    int failed = run_round(arguments, stage); /* with everything */
    now.refused = "";
    for (now.n = first; now.refused != NULL && failed < 10 && (at == 0 || now.n == at); now.n += every) {
      unsigned ways = 1;
      for (unsigned i = 0; i < ways && now.refused != NULL && failed < 10; i++) {
        now.way = every == 1 ? i : (unsigned)(start + now.n / every) % 100;
        failed += run_round(arguments, stage);
        refused += now.refused != NULL;
        if (every == 1) ways = refuse_ways();
      }
    }
    printf("%s: %ld refused, %d wrong\n", names[stage - 1], refused, failed);
    failures += failed;
  }
  return failures;
}

/* --- two states -------------------------------------------------------------------------------- */

static int run_in_turns(char **arguments) {
  memory one = {0}, other = {0};
  int stages, failures = 0;
  lua_State *first = new_state(&one, arguments, &stages);
  lua_State *second = new_state(&other, arguments, &stages);
  for (int stage = 1; stage <= stages; stage++) {
    failures += run_stage(first, stage, "fails in the first state");
    failures += run_stage(second, stage, "fails in the second state");
  }
  failures += close_state(first, &one);
  failures += run_stages(second, 1, stages, "fails when the first state is closed");
  return failures + close_state(second, &other);
}

static void *run_alone(void *arguments) {
  memory m = {0};
  int stages;
  static const char ok, failed;
  lua_State *L = new_state(&m, arguments, &stages);
  bool bad = false;
  for (int i = 0; i < 20 && !bad; i++) {
    for (int stage = 1; stage <= stages && !bad; stage++) {
      push_stage(L, stage);
      bad = lua_pcall(L, 0, 0, 0) != 0;
      if (bad) fprintf(stderr, "in a thread: %s\n", message_of(L));
    }
  }
  lua_close(L);
  return (void *)(size_t)(bad || !is_all_back(&m) ? &failed : &ok);
}

static int run_in_threads(char **arguments) {
  enum { THREADS = 2 };
  pthread_t threads[THREADS];
  void *results[THREADS];
  for (int i = 0; i < THREADS; i++)
    if (pthread_create(&threads[i], NULL, run_alone, arguments) != 0) return 1;
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], &results[i]);
  return results[0] == results[1] ? 0 : 1;
}

/* --- the program ------------------------------------------------------------------------------- */

static int usage(void) {
  fputs("usage: faults [--of WHAT] [--all] [--two] [--every N | --at N] [--stage NAME] SCRIPT ARGS...\n", stderr);
  return 2;
}

/* The names of the stages, or NULL. Never released: it is the program's. */
static char **names_of(char **arguments, int *stages) {
  static memory m = {0};
  lua_State *L = new_state(&m, arguments, stages);
  if (L == NULL) return NULL;
  char **names = calloc((size_t)*stages + 1, sizeof *names);
  for (int stage = 1; names != NULL && stage <= *stages; stage++)
    names[stage - 1] = strdup(push_stage(L, stage));
  lua_close(L);
  return names;
}

static void free_names(char **names) {
  for (char **name = names; *name != NULL; name++) free(*name);
  free(names);
}

int main(int count, char **arguments) {
  bool two = false;
  long every = 1, at = 0;
  const char *only = NULL;
  for (arguments++, count--; count > 0 && strncmp(*arguments, "--", 2) == 0; arguments++, count--) {
    if (strcmp(*arguments, "--all") == 0)
      now.all = true;
    else if (strcmp(*arguments, "--two") == 0)
      two = true;
    else if (strcmp(*arguments, "--every") == 0 && count > 1 && (every = atol(arguments[1])) > 0)
      arguments++, count--;
    else if (strcmp(*arguments, "--at") == 0 && count > 1 && (at = atol(arguments[1])) > 0)
      arguments++, count--;
    else if (strcmp(*arguments, "--stage") == 0 && count > 1)
      only = *++arguments, count--;
    else if (strcmp(*arguments, "--of") == 0 && count > 1 && (now.of = refuse_find(arguments[1])) < REFUSE_COUNT)
      arguments++, count--;
    else
      return usage();
  }
  if (count == 0 || !refuse_take_over_libcurl()) return usage();
  signal(SIGALRM, on_signal);
  if (getenv("LD_PRELOAD") == NULL) signal(SIGSEGV, on_signal); /* a sanitizer tells more */
  int stages;
  char **names = names_of(arguments, &stages);
  if (names == NULL) {
    fputs("this Lua takes no allocator\n", stderr);
    return NO_ALLOCATOR;
  }
  int failures = two ? run_in_turns(arguments) + run_in_threads(arguments)
                     : run_all_rounds(arguments, stages, names, only, every, at);
  free_names(names);
  printf("%s\n", failures == 0 ? "ok" : "failed");
  return failures == 0 ? 0 : 1;
}
