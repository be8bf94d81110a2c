/* Stands between the libraries and the system: a program's own malloc, recv and so on are those that its
 * libraries call, too. Whoever is not of ours gets the real ones; so do the others, until it is their turn.
 * Linux alone: elsewhere libraries are bound to each other, and nothing but memory is refused. */
#define _GNU_SOURCE

#include "refuse.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- whose turn it is -------------------------------------------------------------------------- */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* libcurl looks names up in a thread */

static struct {
  refuse_of of;
  long countdown; /* until the first that is refused; 0: none */
  long more;
  unsigned way, ways;
  char what[64];
} plan;

static const char *const names[] = {
#define NAME(name, text) text,
    REFUSED_OF(NAME)
#undef NAME
};

refuse_of refuse_find(const char *name) {
  refuse_of of = 0;
  while (of < REFUSE_COUNT && strcmp(names[of], name) != 0) of++;
  return of;
}

static bool is_on(refuse_of of) {
  return __atomic_load_n(&plan.countdown, __ATOMIC_RELAXED) > 0 && plan.of == of;
}

/* Sets `what` and `way` for the first. */
static bool count_down(const char *what, unsigned ways, unsigned *way) {
  bool refused = false;
  pthread_mutex_lock(&mutex);
  if (plan.countdown > 1) {
    plan.countdown--;
  } else if (plan.countdown == 1) {
    refused = true;
    *way = plan.way % ways;
    if (*plan.what == '\0') {
      plan.ways = ways;
      snprintf(plan.what, sizeof plan.what, "%s", what);
    }
    if (plan.more == 0)
      plan.countdown = 0;
    else if (plan.more > 0)
      plan.more--;
  }
  pthread_mutex_unlock(&mutex);
  return refused;
}

bool refuse_next(refuse_of of) {
  unsigned way;
  return is_on(of) && count_down(names[of], 1, &way);
}

const char *refuse_end(void) {
  pthread_mutex_lock(&mutex);
  plan.countdown = 0;
  pthread_mutex_unlock(&mutex);
  return *plan.what == '\0' ? NULL : plan.what;
}

unsigned refuse_ways(void) { return plan.ways; }

/* --- who asks ---------------------------------------------------------------------------------- */

static struct library {
  const char *part; /* of its name */
  refuse_of memory;
  uintptr_t begin, end;
} libraries[] = {
    {"iggraph/core.so", REFUSE_MODULE, 0, 0}, {"/libcurl", REFUSE_COUNT, 0, 0},
    {"/libnghttp2", REFUSE_NGHTTP2, 0, 0},    {"/libssl", REFUSE_OPENSSL, 0, 0},
    {"/libcrypto", REFUSE_OPENSSL, 0, 0},
};
enum { LIBRARIES = sizeof libraries / sizeof *libraries };

static int on_library(struct dl_phdr_info *info, size_t size, void *user) {
  (void)size, (void)user;
  for (int i = 0; i < LIBRARIES; i++) {
    if (strstr(info->dlpi_name, libraries[i].part) == NULL) continue;
    for (int j = 0; j < info->dlpi_phnum; j++) {
      uintptr_t begin = info->dlpi_addr + info->dlpi_phdr[j].p_vaddr;
      if (info->dlpi_phdr[j].p_type != PT_LOAD || !(info->dlpi_phdr[j].p_flags & PF_X)) continue;
      libraries[i].begin = begin;
      libraries[i].end = begin + info->dlpi_phdr[j].p_memsz;
    }
  }
  return 0;
}

static const struct library *library_at(const void *address) {
  uintptr_t at = (uintptr_t)address;
  for (int i = 0; i < LIBRARIES; i++)
    if (at >= libraries[i].begin && at < libraries[i].end) return &libraries[i];
  return NULL;
}

void refuse_begin(refuse_of of, long n, long more, unsigned way) {
  dl_iterate_phdr(on_library, NULL);
  pthread_mutex_lock(&mutex);
  plan.of = of;
  plan.more = more;
  plan.way = way;
  plan.ways = 1;
  plan.what[0] = '\0';
  plan.countdown = n;
  pthread_mutex_unlock(&mutex);
}

/* --- memory ------------------------------------------------------------------------------------ */

static long held; /* blocks, by libcurl */

static void count_held(long change) { __atomic_add_fetch(&held, change, __ATOMIC_RELAXED); }

long refuse_held(void) { return __atomic_load_n(&held, __ATOMIC_RELAXED); }

static void *given(void *block) {
  if (block != NULL) count_held(1);
  return block;
}

/* Two places of libcurl 7.88 do not survive it, and do not tell. When libssl calls back with a TLS session to be kept,
 * what could not be is freed twice. And curl_easy_reset leaves out what it would set after a text of its defaults; but
 * it has freed one of the same length just before. */
static bool is_hopeless(void) {
  void *callers[64];
  int count = backtrace(callers, sizeof callers / sizeof *callers);
  for (int i = 0; i < count; i++) {
    Dl_info function;
    const struct library *library = library_at(callers[i]);
    if (library == NULL) continue;
    if (strcmp(library->part, "/libssl") == 0) return true;
    if (dladdr(callers[i], &function) != 0 && function.dli_sname != NULL &&
        strcmp(function.dli_sname, "curl_easy_reset") == 0)
      return true;
  }
  return false;
}

static bool refuses_libcurl(void) {
  return is_on(REFUSE_LIBCURL) && !(plan.countdown == 1 && is_hopeless()) && refuse_next(REFUSE_LIBCURL);
}

static void *for_libcurl(size_t size) { return refuses_libcurl() ? NULL : given(malloc(size)); }

static void *zeroed_for_libcurl(size_t count, size_t size) {
  return refuses_libcurl() ? NULL : given(calloc(count, size));
}

static char *copied_for_libcurl(const char *text) {
  return refuses_libcurl() ? NULL : given(strdup(text));
}

static void *moved_for_libcurl(void *block, size_t size) {
  if (refuses_libcurl()) return NULL;
  void *moved = realloc(block, size);
  return block == NULL ? given(moved) : moved;
}

static void from_libcurl(void *block) {
  if (block != NULL) count_held(-1);
  free(block);
}

bool refuse_take_over_libcurl(void) {
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, for_libcurl, from_libcurl, moved_for_libcurl,
                              copied_for_libcurl, zeroed_for_libcurl) == CURLE_OK;
}

#ifdef __linux__

/* The real one, behind ours (under a sanitizer: that of the sanitizer). */
#define REAL(function)                                                   \
  static __typeof__(&function) real;                                     \
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, #function)
#define CALLER __builtin_return_address(0)

static bool refuses_memory(const void *caller) {
  const struct library *library = library_at(caller);
  return library != NULL && library->memory != REFUSE_COUNT && refuse_next(library->memory);
}

void *malloc(size_t size) {
  REAL(malloc);
  return refuses_memory(CALLER) ? NULL : real(size);
}

void *calloc(size_t count, size_t size) {
  REAL(calloc);
  return refuses_memory(CALLER) ? NULL : real(count, size);
}

void *realloc(void *block, size_t size) {
  REAL(realloc);
  return refuses_memory(CALLER) ? NULL : real(block, size);
}

char *strdup(const char *text) {
  REAL(strdup);
  return refuses_memory(CALLER) ? NULL : real(text);
}

/* What the dynamic loader keeps is malloc's here; to be known by its callers it must be unwound in full. */
const char *__asan_default_options(void);
const char *__lsan_default_suppressions(void);
const char *__asan_default_options(void) { return "fast_unwind_on_malloc=0"; }
const char *__lsan_default_suppressions(void) { return "leak:_dl_map_object\nleak:_dl_open"; }

/* --- system calls ------------------------------------------------------------------------------ */

/* Beside the numbers of errors: what moves is one byte; the other side has closed. */
enum { SHORT = 1000, CLOSED };

static const char *name_of(int way) {
  if (way == SHORT) return "one byte";
  if (way == CLOSED) return "closed";
  return way < 0 ? gai_strerror(way) : strerrorname_np(way);
}

/* 0, or the way to fail. */
static int failure_of(const char *call, const int *ways, unsigned count, const void *caller) {
  unsigned way;
  if (!is_on(REFUSE_CALLS) || library_at(caller) == NULL || !count_down(call, count, &way)) return 0;
  if (strcmp(plan.what, call) == 0) snprintf(plan.what, sizeof plan.what, "%s: %s", call, name_of(ways[way]));
  return ways[way];
}

#define FAILURE(call, ...)                 \
  static const int ways[] = {__VA_ARGS__}; \
  int failure = failure_of(#call, ways, sizeof ways / sizeof *ways, CALLER)

/* Most of them. */
#define FAILS(call, result, parameters, arguments, ...) \
  result call parameters {                              \
    REAL(call);                                         \
    FAILURE(call, __VA_ARGS__);                         \
    if (failure == 0) return real arguments;            \
    errno = failure;                                    \
    return (result)-1;                                  \
  }

FAILS(socket, int, (int domain, int type, int protocol), (domain, type, protocol), EMFILE, ENOBUFS, EACCES)
FAILS(connect, int, (int fd, __CONST_SOCKADDR_ARG to, socklen_t size), (fd, to, size), ECONNREFUSED, EINTR,
      ETIMEDOUT, ENETUNREACH, EADDRNOTAVAIL, EAGAIN)
FAILS(getsockname, int, (int fd, __SOCKADDR_ARG name, socklen_t *size), (fd, name, size), ENOBUFS, EINVAL)
FAILS(getpeername, int, (int fd, __SOCKADDR_ARG name, socklen_t *size), (fd, name, size), ENOTCONN, ENOBUFS)
FAILS(setsockopt, int, (int fd, int level, int name, const void *value, socklen_t size),
      (fd, level, name, value, size), ENOBUFS, ENOPROTOOPT)
FAILS(getsockopt, int, (int fd, int level, int name, void *value, socklen_t *size), (fd, level, name, value, size),
      ENOBUFS, ENOPROTOOPT)
FAILS(socketpair, int, (int domain, int type, int protocol, int fds[2]), (domain, type, protocol, fds), EMFILE,
      ENOMEM)
FAILS(pipe, int, (int fds[2]), (fds), EMFILE, ENFILE)
FAILS(poll, int, (struct pollfd *fds, nfds_t count, int timeout), (fds, count, timeout), EINTR, ENOMEM, EAGAIN)
FAILS(epoll_create1, int, (int flags), (flags), EMFILE, ENOMEM)
FAILS(epoll_ctl, int, (int poller, int how, int fd, struct epoll_event *event), (poller, how, fd, event), ENOMEM,
      ENOSPC)
FAILS(epoll_wait, int, (int poller, struct epoll_event *events, int room, int timeout),
      (poller, events, room, timeout), EINTR)
FAILS(write, ssize_t, (int fd, const void *bytes, size_t size), (fd, bytes, size), EINTR, EAGAIN, EPIPE)
FAILS(read, ssize_t, (int fd, void *bytes, size_t size), (fd, bytes, size), EINTR, EAGAIN, EIO)

int fcntl(int fd, int what, ...) {
  REAL(fcntl);
  FAILURE(fcntl, EMFILE, EINTR);
  va_list arguments;
  va_start(arguments, what);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  if (failure == 0) return real(fd, what, argument);
  errno = failure;
  return -1;
}

ssize_t recv(int fd, void *bytes, size_t size, int flags) {
  REAL(recv);
  FAILURE(recv, ECONNRESET, SHORT, EAGAIN, CLOSED, EINTR, ETIMEDOUT, ENOMEM);
  if (failure == CLOSED) return 0;
  if (failure == 0 || failure == SHORT) return real(fd, bytes, failure == 0 ? size : 1, flags);
  errno = failure;
  return -1;
}

ssize_t send(int fd, const void *bytes, size_t size, int flags) {
  REAL(send);
  FAILURE(send, EPIPE, SHORT, EAGAIN, ECONNRESET, EINTR, ENOBUFS, ENOMEM);
  if (failure == 0 || failure == SHORT) return real(fd, bytes, failure == 0 ? size : 1, flags);
  errno = failure;
  return -1;
}

ssize_t pread(int fd, void *bytes, size_t size, off_t offset) {
  REAL(pread);
  FAILURE(pread, EIO, SHORT, EINTR);
  if (failure == 0 || failure == SHORT) return real(fd, bytes, failure == 0 ? size : 1, offset);
  errno = failure;
  return -1;
}

/* It is closed all the same. */
int close(int fd) {
  REAL(close);
  FAILURE(close, EINTR, EIO);
  int result = real(fd);
  if (failure == 0) return result;
  errno = failure;
  return -1;
}

/* Both are the same to the libraries. */
#define OPENS(call)                                    \
  FILE *call(const char *name, const char *mode) {     \
    REAL(call);                                        \
    FAILURE(call, EMFILE, ENOENT, EACCES);             \
    if (failure == 0) return real(name, mode);         \
    errno = failure;                                   \
    return NULL;                                       \
  }
OPENS(fopen)
OPENS(fopen64)

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  REAL(getaddrinfo);
  FAILURE(getaddrinfo, EAI_AGAIN, EAI_MEMORY, EAI_NONAME, EAI_SYSTEM);
  return failure == 0 ? real(host, service, hints, found) : failure;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *), void *argument) {
  REAL(pthread_create);
  FAILURE(pthread_create, EAGAIN, EPERM);
  return failure == 0 ? real(thread, how, run, argument) : failure;
}

#endif
