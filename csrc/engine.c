#include "engine_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "poller.h"

enum {
  IDLE_TRANSFERS = 64,           /* kept for the next calls, */
  IDLE_BUFFERS = 4,              /* these with the buffer of a page, */
  IDLE_BUFFER = 256 * 1024,      /* of so many bytes at most, */
  IDLE_SMALL_BUFFER = 16 * 1024, /* the others of so many */
  MAX_STREAMS = 1000,            /* of a connection; what the server allows is less */
  EVENTS = 64,
  SHARE = 3 /* milliseconds of a step: whoever steps has other things to do */
};

long long igh_now_exactly(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (long long)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

long long igh_now(void) { return igh_now_exactly() / 1000; }

/* --- libcurl's callbacks ------------------------------------------------------------------------ */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket) {
  igh_engine *engine = user;
  (void)easy;
  (void)socket;
  bool readable = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
  bool writable = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
  /* -1 would end the multi handle, and no call ever would. */
  if (!igh_poller_watch(engine->pollfd, (int)fd, readable, writable)) engine->broken = true;
  return 0;
}

static int on_timer(CURLM *multi, long timeout, void *user) {
  igh_engine *engine = user;
  (void)multi;
  engine->deadline = timeout < 0 ? -1 : igh_now() + timeout;
  return 0;
}

/* --- the engine -------------------------------------------------------------------------------- */

/* How often this process has been forked: asked at each call, and a counter costs less than getpid. */
static unsigned generation;

static void count_fork(void) { generation++; }

const curl_version_info_data *igh_libcurl;

static void init(void) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  igh_libcurl = curl_version_info(CURLVERSION_NOW);
  pthread_atfork(NULL, NULL, count_fork);
}

static CURLM *new_multi(igh_engine *engine) {
  /* Once a process, and never undone: other states, and other users of libcurl, may need it. Older
   * libcurls do not lock it themselves. */
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, init);
  CURLM *multi = curl_multi_init();
  if (multi == NULL) return NULL;
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, engine);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, engine);
  curl_multi_setopt(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, (long)MAX_STREAMS);
#if LIBCURL_VERSION_NUM >= 0x081400
  curl_multi_setopt(multi, CURLMOPT_QUICK_EXIT, 1L); /* see igh_tries_hurry */
#endif
  return multi;
}

igh_engine *igh_engine_new(void) {
  igh_engine *engine = calloc(1, sizeof *engine);
  if (engine == NULL) return NULL;
  engine->generation = generation;
  engine->deadline = engine->untold = -1;
  engine->last_news = &engine->news;
  engine->bell[0] = engine->bell[1] = -1;
  engine->pollfd = igh_poller_open();
  if (engine->pollfd >= 0) engine->multi = new_multi(engine);
  if (engine->multi != NULL) engine->pool = igh_pool_new();
  if (engine->pool == NULL) {
    curl_multi_cleanup(engine->multi);
    if (engine->pollfd >= 0) igh_poller_close(engine->pollfd, true);
    free(engine);
    return NULL;
  }
  return engine;
}

bool igh_engine_is_ours(const igh_engine *engine) { return engine->generation == generation; }

/* These had secrets in them, too. */
static void free_lines(struct curl_slist *lines) {
  for (struct curl_slist *line = lines; line != NULL; line = line->next)
    OPENSSL_cleanse(line->data, strlen(line->data));
  curl_slist_free_all(lines);
}

static void release_request(igh_transfer *transfer) {
  curl_mime_free(transfer->multipart);
  igh_file_free(transfer->file);
  free_lines(transfer->lines);
  transfer->multipart = NULL;
  transfer->file = NULL;
  transfer->lines = NULL;
}

static void destroy(igh_transfer *transfer) {
  igh_tries_forget(transfer);
  igh_tries_hurry(transfer);
  curl_easy_cleanup(transfer->easy);
  release_request(transfer);
  igb_free(&transfer->url);
  igb_free(&transfer->form);
  igb_free(&transfer->scratch);
  igb_free(&transfer->body);
  igb_free(&transfer->headers);
  free(transfer);
}

static void unlink_transfer(igh_transfer *transfer) {
  *transfer->link = transfer->next;
  if (transfer->next != NULL) transfer->next->link = transfer->link;
  if (transfer->owner != NULL) transfer->owner->transfer = NULL;
  transfer->owner = NULL;
  transfer->next = NULL;
}

static void destroy_idle(igh_engine *engine) {
  for (igh_transfer *next, *transfer = engine->idle; transfer != NULL; transfer = next) {
    next = transfer->next;
    destroy(transfer);
  }
  engine->idle = NULL;
  engine->idle_count = 0;
}

void igh_engine_join(igh_engine *engine) { engine->users++; }

/* libcurl remembers in a handle what it sent last, and HTTP/2 in a connection. */
void igh_engine_leave(igh_engine *engine, bool asked) {
  engine->users--;
  if (!asked) return;
  destroy_idle(engine);
  if (engine->users == 0 && engine->under_way == 0) igh_tries_disconnect(engine);
}

void igh_engine_free(igh_engine *engine) {
  if (engine == NULL) return;
  bool ours = igh_engine_is_ours(engine);
  for (igh_transfer *next, *transfer = engine->live; transfer != NULL; transfer = next) {
    next = transfer->next;
    igh_transfer_free(transfer);
  }
  igh_tickets_drop(engine);
  if (ours) destroy_idle(engine);
  /* In a forked child libcurl's clean-up would say goodbye on connections that the parent is still
   * using. Their memory stays until the child ends. */
  if (ours) {
    curl_share_cleanup(engine->pool);
    curl_multi_cleanup(engine->multi);
  }
  igh_poller_close(engine->pollfd, ours);
  for (int end = 0; end < 2; end++)
    if (engine->bell[end] >= 0) close(engine->bell[end]);
  free(engine);
}

int igh_engine_pollfd(const igh_engine *engine) { return engine->pollfd; }

/* -1 is never. */
static long long sooner(long long one, long long other) {
  return one < 0 || (other >= 0 && other < one) ? other : one;
}

long igh_engine_timeout(const igh_engine *engine) {
  long long deadline = sooner(engine->deadline, engine->untold);
  if (engine->alarms != NULL) deadline = sooner(deadline, engine->alarms->due);
  if (engine->news != NULL) return 0;
  if (deadline < 0) return -1;
  long long left = deadline - igh_now();
  return left < 0 ? 0 : (long)left;
}

bool igh_engine_is_busy(const igh_engine *engine) {
  return engine->under_way > 0 || engine->alarms != NULL || engine->untold >= 0;
}

bool igh_engine_owes(const igh_engine *engine) {
  return engine->under_way == 0 && engine->untold >= 0;
}

long igh_engine_age(const igh_engine *engine) {
  return engine->under_way > 0 ? (long)(igh_now() - engine->last_start) : -1;
}

/* What is not sent yet, has more to send, or comes in, moves at any time. */
static long long expected_at(const igh_transfer *transfer) {
  bool waits = transfer->sent && transfer->may_repeat && transfer->at.first == 0;
  return waits ? transfer->at.sent + transfer->engine->quickest * 7 / 8 : 0;
}

long igh_engine_lull(const igh_engine *engine) {
  long long time = igh_now_exactly(), first = time + 1000000;
  for (const igh_transfer *one = engine->live; one != NULL && first > time; one = one->next)
    if (one->state == IGH_UNDER_WAY && expected_at(one) < first) first = expected_at(one);
  return first > time ? (long)((first - time) / 1000) : 0;
}

bool igh_engine_ring(igh_engine *engine, bool on) {
  if (engine->bell[0] < 0) {
    if (!on) return true;
    int ends[2];
    if (pipe(ends) != 0) return false;
    bool is_filled = write(ends[1], "", 1) == 1;
    for (int end = 0; end < 2; end++) {
      fcntl(ends[end], F_SETFD, FD_CLOEXEC);
      if (is_filled)
        engine->bell[end] = ends[end];
      else
        close(ends[end]);
    }
    if (!is_filled) return false;
  }
  return igh_poller_watch(engine->pollfd, engine->bell[0], on, false);
}

void igh_engine_wait(const igh_engine *engine) {
  long timeout = igh_engine_timeout(engine);
  struct pollfd fd = {engine->pollfd, POLLIN, 0};
  /* An interruption ends the wait like an event does: the loop above looks again, and Lua gets a
   * chance to act on the signal. */
  poll(&fd, 1, timeout > 0x7fffffffL ? 0x7fffffff : (int)timeout);
}

/* --- one transfer ------------------------------------------------------------------------------ */

/* The least of them, which others outgrow in time. */
static void learn_quickest(igh_transfer *transfer) {
  long long took = transfer->at.first - transfer->at.sent, *quickest = &transfer->engine->quickest;
  if (transfer->at.first == 0 || took <= 0) return;
  *quickest += *quickest / 16 + 1;
  if (*quickest == 1 || took < *quickest) *quickest = took;
}

static void end(igh_transfer *transfer) {
  transfer->state = IGH_DONE;
  transfer->at.end = igh_now_exactly();
  learn_quickest(transfer);
  transfer->engine->under_way--;
  if (transfer->owner != NULL) igh_ticket_announce(transfer->owner);
}

static void finish(igh_engine *engine, CURL *easy, CURLcode result) {
  igh_transfer *transfer = NULL;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
  curl_multi_remove_handle(engine->multi, easy);
  if (!igh_tries_go_on(transfer, result)) end(transfer);
}

static void act_on(igh_engine *engine, curl_socket_t fd, int what) {
  int running;
  if (curl_multi_socket_action(engine->multi, fd, what, &running) != CURLM_OK) engine->broken = true;
}

/* False without memory. */
static bool renew(igh_engine *engine) {
  CURLM *multi = new_multi(engine);
  if (multi == NULL || !igh_tries_disconnect(engine)) {
    curl_multi_cleanup(multi);
    return false;
  }
  curl_multi_cleanup(engine->multi);
  engine->multi = multi;
  engine->deadline = -1;
  engine->broken = false;
  return true;
}

/* Where libcurl had no memory to say what it waits for, or a socket cannot be watched, calls would never end. Nor must
 * libcurl go on: 7.88 divides by zero when it meets such a socket again. */
static void start_over(igh_engine *engine) {
  for (igh_transfer *transfer = engine->live; transfer != NULL; transfer = transfer->next) {
    if (transfer->state != IGH_UNDER_WAY) continue;
    igh_tries_cancel(transfer);
    transfer->result = CURLE_FAILED_INIT;
    strcpy(transfer->error, "not enough memory to go on");
    end(transfer);
  }
  renew(engine);
}

/* Lets libcurl look at what is ready. True when there is more to do at once: over HTTP/2 what was read for
 * one stream makes the others due. */
static bool act(igh_engine *engine) {
  igh_event events[EVENTS];
  int count = igh_poller_take(engine->pollfd, events, EVENTS);
  for (int i = 0; i < count && !engine->broken; i++) {
    if (events[i].fd == engine->bell[0]) continue;
    int what = (events[i].readable ? CURL_CSELECT_IN : 0) |
               (events[i].writable ? CURL_CSELECT_OUT : 0) |
               (events[i].failed ? CURL_CSELECT_ERR : 0);
    act_on(engine, events[i].fd, what);
  }
  bool is_due = !engine->broken && engine->deadline >= 0 && engine->deadline <= igh_now();
  if (is_due) {
    engine->deadline = -1; /* libcurl sets a new one if it wants to */
    act_on(engine, CURL_SOCKET_TIMEOUT, 0);
  }
  return is_due || count == EVENTS;
}

void igh_engine_step(igh_engine *engine) {
  long long ends = igh_now() + SHARE;
  while (act(engine) && igh_now() < ends) continue;
  int left;
  for (CURLMsg *message; (message = curl_multi_info_read(engine->multi, &left)) != NULL;)
    if (message->msg == CURLMSG_DONE) finish(engine, message->easy_handle, message->data.result);
  if (engine->broken) start_over(engine);
  igh_tickets_tell(engine);
  igh_tries_tell(engine);
}

static igh_transfer *take_idle(igh_engine *engine) {
  igh_transfer *transfer = engine->idle;
  if (transfer == NULL) {
    transfer = calloc(1, sizeof *transfer);
    if (transfer == NULL) return NULL;
    transfer->engine = engine;
    transfer->easy = curl_easy_init();
    if (transfer->easy != NULL) return transfer;
    free(transfer);
    return NULL;
  }
  engine->idle = transfer->next;
  engine->idle_count--;
  return transfer;
}

igh_transfer *igh_transfer_new(igh_engine *engine, igh_ticket *owner) {
  igh_transfer *transfer = take_idle(engine);
  if (transfer == NULL) return NULL;
  transfer->link = &engine->live;
  transfer->next = engine->live;
  if (transfer->next != NULL) transfer->next->link = &transfer->next;
  engine->live = transfer;
  transfer->owner = owner;
  owner->engine = engine;
  owner->transfer = transfer;
  transfer->state = IGH_NEW;
  igh_tries_prepare(transfer);
  return transfer;
}

CURLMcode igh_transfer_start(igh_transfer *transfer) {
  if (transfer->engine->broken) start_over(transfer->engine);
  if (transfer->engine->broken) return CURLM_OUT_OF_MEMORY;
  transfer->state = IGH_UNDER_WAY;
  CURLMcode code = igh_tries_start(transfer);
  if (code != CURLM_OK) {
    transfer->state = IGH_NEW;
    return code;
  }
  transfer->engine->under_way++;
  transfer->engine->last_start = transfer->started;
  return CURLM_OK;
}

/* Not by libcurl, which looks at the time that a handle has only when it begins. */
void igh_transfer_limit(igh_transfer *transfer, long milliseconds) {
  long until = (long)(igh_now() - transfer->started) + milliseconds;
  if (transfer->state != IGH_UNDER_WAY || until >= transfer->timeout) return;
  transfer->timeout = until;
  igh_ticket_set(transfer->owner, milliseconds);
}

void igh_transfer_expire(igh_transfer *transfer) {
  igh_tries_cancel(transfer);
  if (!igh_tries_go_on(transfer, CURLE_OPERATION_TIMEDOUT)) end(transfer);
}

/* These had secrets in them. */
static void wipe(igb_buffer *buffer) {
  if (buffer->capacity > IDLE_SMALL_BUFFER)
    igb_free(buffer);
  else
    igb_wipe(buffer);
}

/* Empty, without a trace of the call before; false when there is no memory. */
static bool reset(igh_transfer *transfer) {
  igh_tries_forget(transfer);
  bool has_handle = igh_tries_clear(transfer);
  release_request(transfer);
  wipe(&transfer->url);
  wipe(&transfer->form);
  wipe(&transfer->scratch);
  size_t most = transfer->engine->idle_count < IDLE_BUFFERS ? IDLE_BUFFER : IDLE_SMALL_BUFFER;
  if (transfer->body.capacity > most) igb_free(&transfer->body);
  transfer->user = NULL;
  return has_handle;
}

void igh_transfer_free(igh_transfer *transfer) {
  if (transfer == NULL) return;
  igh_engine *engine = transfer->engine;
  igh_ticket *owner = transfer->owner;
  unlink_transfer(transfer);
  if (owner != NULL) owner->over = true;
  if (!igh_engine_is_ours(engine)) return; /* see igh_engine_free */
  if (transfer->state == IGH_UNDER_WAY) {
    igh_tries_cancel(transfer);
    engine->under_way--;
    if (owner != NULL) igh_ticket_announce(owner);
  }
  /* libcurl 7.88 remembers in a handle that its stream was refused, and sends another call twice. */
  bool is_fit = engine->idle_count < IDLE_TRANSFERS && transfer->result == CURLE_OK;
  if (!is_fit || !reset(transfer)) {
    destroy(transfer);
    return;
  }
  transfer->next = engine->idle;
  engine->idle = transfer;
  engine->idle_count++;
}

void igh_engine_cancel(igh_engine *engine, const void *user) {
  for (igh_transfer *next, *transfer = engine->live; transfer != NULL; transfer = next) {
    next = transfer->next;
    if (transfer->user == user && !transfer->being_read) igh_transfer_free(transfer);
  }
}

bool igh_engine_has(const igh_engine *engine, const void *user) {
  const igh_transfer *transfer = engine->live;
  while (transfer != NULL && transfer->user != user) transfer = transfer->next;
  return transfer != NULL;
}

const char *igh_transfer_header(const igh_transfer *transfer, int header) {
  size_t at = transfer->header_at[header];
  return at == 0 ? NULL : transfer->headers.data + at - 1;
}
