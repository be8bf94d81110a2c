/* Refuses memory to a script, at every allocation in turn.
 *
 *     oom [--all] [--every N] [--stage NAME] SCRIPT ARGS…
 *     oom --two SCRIPT ARGS…
 *
 * The script returns a list of stages, each of them { name, function, needed }. For each stage, and for
 * n = 1, 2, 3 … (--every: some of these): a new state; of the stages before it the needed ones, without a limit; this one with
 * its n-th allocation refused (--all: and all behind it), until it comes through untouched. A refused
 * allocation must end in "not enough memory" or have no effect; this stage and the next must then do
 * their work in the same state; and when the state is closed, every byte must have come back.
 *
 * --two runs the script in two states in turns, and then in two threads at the same time. */
#define _POSIX_C_SOURCE 200809L

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

#if LUA_VERSION_NUM == 501
#define lua_rawlen lua_objlen
enum { RETRIES = 0 };
#else
enum { RETRIES = 1 }; /* Lua collects garbage and asks once more */
#endif

enum { SECONDS = 60, NO_ALLOCATOR = 77 }; /* for one round; exit status, as test suites know it */

/* --- memory ------------------------------------------------------------------------------------ */

typedef struct {
  long blocks;    /* that Lua has */
  size_t bytes;   /* in them, by its own account */
  long countdown; /* allocations until the first that is refused; 0: no limit */
  long refusals;  /* how many in a row; 0: all */
  bool struck;
} memory;

/* Lua takes it for granted that making a block smaller succeeds. */
static bool is_refused(memory *m, size_t before, size_t after) {
  if (m->countdown == 0 || after <= before) return false;
  if (m->countdown > 1) {
    m->countdown--;
    return false;
  }
  m->struck = true;
  if (m->refusals > 0 && --m->refusals == 0) m->countdown = 0;
  return true;
}

static void *allocate(void *user, void *block, size_t before, size_t after) {
  memory *m = user;
  if (block == NULL) before = 0; /* Lua says there what it is for */
  if (after == 0) {
    m->blocks -= block != NULL;
    m->bytes -= before;
    free(block);
    return NULL;
  }
  if (is_refused(m, before, after)) return NULL;
  void *moved = realloc(block, after);
  if (moved == NULL) return NULL;
  m->blocks += block == NULL;
  m->bytes += after - before;
  return moved;
}

static void limit(memory *m, long countdown, bool all) {
  m->struck = false;
  m->refusals = all ? 0 : 1 + RETRIES;
  m->countdown = countdown;
}

/* --- rounds ------------------------------------------------------------------------------------ */

static struct {
  const char *stage;
  long n;
} now = {"", 0};

static int complain(const char *what, const char *detail) {
  fprintf(stderr, "stage %s, allocation %ld: %s%s%s\n", now.stage, now.n, what,
          detail == NULL ? "" : ": ", detail == NULL ? "" : detail);
  return 1;
}

static void on_signal(int number) {
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

/* The stage with its n-th allocation refused. */
static int run_refused(lua_State *L, memory *m, int stage, bool all) {
  now.stage = push_stage(L, stage);
  limit(m, now.n, all);
  int status = lua_pcall(L, 0, 0, 0);
  m->countdown = 0;
  if (status == 0) return 0;
  const char *message = message_of(L);
  if (strstr(message, "not enough memory") == NULL)
    return complain(m->struck ? "ends otherwise" : "fails", message);
  return m->struck ? 0 : complain("fails without a cause", message);
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

/* One round; `*struck` is false when the stage needed fewer than n allocations. */
static int run_round(char **arguments, int stage, bool all, bool *struck) {
  memory m = {0};
  int stages, failures = 0;
  lua_State *L = new_state(&m, arguments, &stages);
  alarm(SECONDS);
  failures += run_needed(L, stage);
  if (failures == 0) failures += run_refused(L, &m, stage, all);
  *struck = m.struck;
  int last = stage < stages ? stage + 1 : stage;
  if (failures == 0) failures += run_stages(L, stage, last, "fails afterwards");
  now.stage = push_stage(L, stage);
  failures += close_state(L, &m);
  alarm(0);
  return failures;
}

/* Each `every`-th allocation: not always the same ones, so that many runs together leave none out. */
static int run_all_rounds(char **arguments, int stages, char *const *names, const char *only, bool all, long every) {
  int failures = 0;
  long first = 1 + (long)time(NULL) % every;
  for (int stage = 1; stage <= stages; stage++) {
    if (only != NULL && strcmp(only, names[stage - 1]) != 0) continue;
    bool struck = true;
    int failed = 0;
    long refused = -1; /* the last round refuses none */
    for (now.n = first; struck && failed < 10; now.n += every, refused++)
      failed += run_round(arguments, stage, all, &struck);
    printf("%s: %ld allocations refused, %d wrong\n", names[stage - 1], refused, failed);
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
  fputs("usage: oom [--all | --two] [--every N] [--stage NAME] SCRIPT ARGS...\n", stderr);
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
  bool all = false, two = false;
  long every = 1;
  const char *only = NULL;
  for (arguments++, count--; count > 0 && strncmp(*arguments, "--", 2) == 0; arguments++, count--) {
    if (strcmp(*arguments, "--all") == 0)
      all = true;
    else if (strcmp(*arguments, "--two") == 0)
      two = true;
    else if (strcmp(*arguments, "--every") == 0 && count > 1 && (every = atol(arguments[1])) > 0)
      arguments++, count--;
    else if (strcmp(*arguments, "--stage") == 0 && count > 1)
      only = *++arguments, count--;
    else
      return usage();
  }
  if (count == 0) return usage();
  signal(SIGALRM, on_signal);
  if (getenv("LD_PRELOAD") == NULL) signal(SIGSEGV, on_signal); /* a sanitizer tells more */
  int stages;
  char **names = names_of(arguments, &stages);
  if (names == NULL) {
    fputs("this Lua takes no allocator\n", stderr);
    return NO_ALLOCATOR;
  }
  int failures = two ? run_in_turns(arguments) + run_in_threads(arguments)
                     : run_all_rounds(arguments, stages, names, only, all, every);
  free_names(names);
  printf("%s\n", failures == 0 ? "ok" : "failed");
  return failures == 0 ? 0 : 1;
}
