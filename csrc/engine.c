#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "poller.h"

enum {
  IDLE_TRANSFERS = 64,          /* kept for the next calls, */
  IDLE_BUFFERS = 4,             /* these with the buffer of a page, */
  IDLE_BUFFER = 256 * 1024,     /* of so many bytes at most, */
  IDLE_SMALL_BUFFER = 16 * 1024, /* the others of so many */
  MAX_HEADER = 64 * 1024,      /* bytes of a kept header; a longer one is as good as none */
  MAX_REDIRECTS = 3,
  EVENTS = 64,
  ROUNDS = 16 /* of a step, at most: whoever steps has other things to do */
};

struct igh_engine {
  CURLM *multi;
  int pollfd;
  long long deadline; /* when libcurl wants to be called, on our clock in ms; -1: it does not */
  igh_transfer *live; /* all that are owned: new, under way and done */
  igh_transfer *idle;
  int idle_count, under_way;
  long long last_start;
  igh_ticket *alarms, *quiet; /* open ones: with a time, soonest first; without */
  igh_ticket *news, **last_news;
  int bell[2]; /* a pipe with a byte in it: readable for ever; -1: not there yet */
  pid_t process;
};

/* --- time ------------------------------------------------------------------------------------ */

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (long long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* --- tickets ------------------------------------------------------------------------------------ */

static void leave_list(igh_ticket *ticket) {
  if (ticket->link == NULL) return;
  *ticket->link = ticket->next;
  if (ticket->next != NULL)
    ticket->next->link = ticket->link;
  else if (ticket->engine->last_news == &ticket->next)
    ticket->engine->last_news = ticket->link;
  ticket->next = NULL;
  ticket->link = NULL;
}

static void enter_list(igh_ticket *ticket, igh_ticket **place) {
  ticket->link = place;
  ticket->next = *place;
  if (ticket->next != NULL) ticket->next->link = &ticket->next;
  *place = ticket;
}

/* It is over: told with the next news, after those before it. */
static void announce(igh_ticket *ticket) {
  igh_engine *engine = ticket->engine;
  ticket->over = true;
  leave_list(ticket);
  enter_list(ticket, engine->last_news);
  engine->last_news = &ticket->next;
}

void igh_ticket_open(igh_ticket *ticket, igh_engine *engine, long milliseconds) {
  igh_ticket **place = milliseconds < 0 ? &engine->quiet : &engine->alarms;
  ticket->engine = engine;
  ticket->due = milliseconds < 0 ? -1 : now() + milliseconds;
  if (milliseconds >= 0)
    while (*place != NULL && (*place)->due <= ticket->due) place = &(*place)->next;
  enter_list(ticket, place);
}

void igh_ticket_ring(igh_ticket *ticket) {
  if (ticket->transfer != NULL)
    igh_transfer_free(ticket->transfer);
  else if (!ticket->over && igh_engine_is_ours(ticket->engine))
    announce(ticket);
}

void igh_ticket_drop(igh_ticket *ticket) {
  igh_transfer_free(ticket->transfer);
  leave_list(ticket);
  ticket->engine = NULL;
  ticket->over = true;
}

igh_ticket *igh_engine_news(igh_engine *engine) {
  igh_ticket *ticket = engine->news;
  if (ticket != NULL) leave_list(ticket);
  return ticket;
}

static void tell_alarms(igh_engine *engine) {
  if (engine->alarms == NULL) return;
  long long time = now();
  while (engine->alarms != NULL && engine->alarms->due <= time) announce(engine->alarms);
}

/* --- libcurl's callbacks: no Lua, no failure but "no memory" ----------------------------------- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket) {
  igh_engine *engine = user;
  (void)easy;
  (void)socket;
  bool readable = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
  bool writable = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
  return igh_poller_watch(engine->pollfd, (int)fd, readable, writable) ? 0 : -1;
}

static int on_timer(CURLM *multi, long timeout, void *user) {
  igh_engine *engine = user;
  (void)multi;
  engine->deadline = timeout < 0 ? -1 : now() + timeout;
  return 0;
}

static size_t on_body(char *bytes, size_t one, size_t size, void *user) {
  igh_transfer *transfer = user;
  (void)one;
  if (size > transfer->max_body - transfer->body.size) {
    transfer->too_large = true;
    return 0; /* ends the transfer */
  }
  return igb_append(&transfer->body, bytes, size) ? size : 0;
}

static void forget_headers(igh_transfer *transfer) {
  transfer->headers.size = 0;
  memset(transfer->header_at, 0, sizeof transfer->header_at);
}

static void keep_header(igh_transfer *transfer, int header, const char *value, size_t size) {
  while (size > 0 && strchr(" \t\r\n", *value) != NULL) value++, size--;
  while (size > 0 && strchr(" \t\r\n", value[size - 1]) != NULL) size--;
  if (size == 0 || size > MAX_HEADER) return;
  size_t at = transfer->headers.size;
  if (igb_append(&transfer->headers, value, size) && igb_append(&transfer->headers, "", 1))
    transfer->header_at[header] = at + 1;
}

static size_t on_header(char *line, size_t one, size_t size, void *user) {
#define NAME(name, text) text,
  static const char *const names[] = {IGH_HEADERS(NAME)};
#undef NAME
  igh_transfer *transfer = user;
  (void)one;
  if (size > 5 && memcmp(line, "HTTP/", 5) == 0) forget_headers(transfer); /* 100, 103, then 200 */
  for (int i = 0; i < IGH_HEADER_COUNT; i++) {
    size_t length = strlen(names[i]);
    if (size > length && line[length] == ':' && strncasecmp(line, names[i], length) == 0)
      keep_header(transfer, i, line + length + 1, size - length - 1);
  }
  return size;
}

/* --- the engine -------------------------------------------------------------------------------- */

static void init_curl(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

static CURLM *new_multi(igh_engine *engine) {
  /* Once a process, and never undone: other states, and other users of libcurl, may need it. Older
   * libcurls do not lock it themselves. */
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, init_curl);
  CURLM *multi = curl_multi_init();
  if (multi == NULL) return NULL;
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, engine);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, engine);
  return multi;
}

igh_engine *igh_engine_new(void) {
  igh_engine *engine = calloc(1, sizeof *engine);
  if (engine == NULL) return NULL;
  engine->process = getpid();
  engine->deadline = -1;
  engine->last_news = &engine->news;
  engine->bell[0] = engine->bell[1] = -1;
  engine->pollfd = igh_poller_open();
  if (engine->pollfd >= 0) engine->multi = new_multi(engine);
  if (engine->multi == NULL) {
    if (engine->pollfd >= 0) igh_poller_close(engine->pollfd, true);
    free(engine);
    return NULL;
  }
  return engine;
}

bool igh_engine_is_ours(const igh_engine *engine) { return engine->process == getpid(); }

static void destroy(igh_transfer *transfer) {
  curl_easy_cleanup(transfer->easy);
  curl_mime_free(transfer->multipart);
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

static void drop_tickets(igh_ticket **list) {
  while (*list != NULL) igh_ticket_drop(*list);
}

void igh_engine_free(igh_engine *engine) {
  if (engine == NULL) return;
  bool ours = igh_engine_is_ours(engine);
  for (igh_transfer *next, *transfer = engine->live; transfer != NULL; transfer = next) {
    next = transfer->next;
    igh_transfer_free(transfer);
  }
  drop_tickets(&engine->alarms);
  drop_tickets(&engine->quiet);
  drop_tickets(&engine->news);
  while (engine->idle != NULL) {
    igh_transfer *transfer = engine->idle;
    engine->idle = transfer->next;
    if (ours) destroy(transfer);
  }
  /* In a forked child libcurl's clean-up would say goodbye on connections that the parent is still
   * using. Their memory stays until the child ends. */
  if (ours) curl_multi_cleanup(engine->multi);
  igh_poller_close(engine->pollfd, ours);
  for (int end = 0; end < 2; end++)
    if (engine->bell[end] >= 0) close(engine->bell[end]);
  free(engine);
}

int igh_engine_pollfd(const igh_engine *engine) { return engine->pollfd; }

long igh_engine_timeout(const igh_engine *engine) {
  long long deadline = engine->deadline;
  if (engine->alarms != NULL && (deadline < 0 || engine->alarms->due < deadline))
    deadline = engine->alarms->due;
  if (engine->news != NULL) return 0;
  if (deadline < 0) return -1;
  long long left = deadline - now();
  return left < 0 ? 0 : (long)left;
}

bool igh_engine_is_busy(const igh_engine *engine) {
  return engine->under_way > 0 || engine->alarms != NULL;
}

long igh_engine_age(const igh_engine *engine) {
  return engine->under_way > 0 ? (long)(now() - engine->last_start) : -1;
}

bool igh_engine_ring(igh_engine *engine, bool on) {
  if (engine->bell[0] < 0) {
    if (!on) return true;
    if (pipe(engine->bell) != 0) return false;
    for (int end = 0; end < 2; end++) fcntl(engine->bell[end], F_SETFD, FD_CLOEXEC);
    if (write(engine->bell[1], "", 1) != 1) return false;
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

/* Scheme, host and port of both are the same. */
static bool same_origin(const char *one, const char *other) {
  static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
  CURLU *a = curl_url(), *b = curl_url();
  bool same = a != NULL && b != NULL && curl_url_set(a, CURLUPART_URL, one, 0) == CURLUE_OK &&
              curl_url_set(b, CURLUPART_URL, other, 0) == CURLUE_OK;
  for (size_t i = 0; same && i < sizeof parts / sizeof *parts; i++) {
    char *left = NULL, *right = NULL;
    same = curl_url_get(a, parts[i], &left, CURLU_DEFAULT_PORT) == CURLUE_OK &&
           curl_url_get(b, parts[i], &right, CURLU_DEFAULT_PORT) == CURLUE_OK &&
           strcasecmp(left, right) == 0;
    curl_free(left);
    curl_free(right);
  }
  curl_url_cleanup(a);
  curl_url_cleanup(b);
  return same;
}

/* libcurl is told never to follow: it would carry the token along. A GET goes on inside its own
 * origin, a few times. True when the transfer is under way again. */
static bool follow(igh_transfer *transfer) {
  char *location = NULL;
  curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &location);
  if (location == NULL) return false;
  bool same = same_origin(location, transfer->url.data);
  long left = transfer->timeout - (long)(now() - transfer->started);
  if (!same || !transfer->may_follow || transfer->redirects == MAX_REDIRECTS) {
    transfer->refused_redirect = true;
    transfer->url.size = 0;
    igb_append(&transfer->url, location, strlen(location) + 1);
    return false;
  }
  transfer->redirects++;
  forget_headers(transfer);
  transfer->body.size = 0;
  curl_easy_setopt(transfer->easy, CURLOPT_URL, location);
  curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, left > 0 ? left : 1L);
  return curl_multi_add_handle(transfer->engine->multi, transfer->easy) == CURLM_OK;
}

static void finish(igh_engine *engine, CURL *easy, CURLcode result) {
  igh_transfer *transfer = NULL;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
  curl_multi_remove_handle(engine->multi, easy);
  transfer->result = result;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &transfer->status);
  if (result == CURLE_OK && follow(transfer)) return;
  transfer->state = IGH_DONE;
  engine->under_way--;
  if (transfer->owner != NULL) announce(transfer->owner);
}

/* Lets libcurl look at what is ready. True when there is more to do at once: over HTTP/2 what was read for
 * one stream makes the others due. */
static bool act(igh_engine *engine) {
  igh_event events[EVENTS];
  int running, count = igh_poller_take(engine->pollfd, events, EVENTS);
  for (int i = 0; i < count; i++) {
    if (events[i].fd == engine->bell[0]) continue;
    int what = (events[i].readable ? CURL_CSELECT_IN : 0) |
               (events[i].writable ? CURL_CSELECT_OUT : 0) |
               (events[i].failed ? CURL_CSELECT_ERR : 0);
    curl_multi_socket_action(engine->multi, events[i].fd, what, &running);
  }
  bool is_due = engine->deadline >= 0 && engine->deadline <= now();
  if (is_due) {
    engine->deadline = -1; /* libcurl sets a new one if it wants to */
    curl_multi_socket_action(engine->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  }
  return is_due || count == EVENTS;
}

void igh_engine_step(igh_engine *engine) {
  for (int round = 0; round < ROUNDS && act(engine); round++) continue;
  int left;
  for (CURLMsg *message; (message = curl_multi_info_read(engine->multi, &left)) != NULL;)
    if (message->msg == CURLMSG_DONE) finish(engine, message->easy_handle, message->data.result);
  tell_alarms(engine);
}

/* What holds for every call to the API. */
static void set_up(igh_transfer *transfer) {
  CURL *easy = transfer->easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, ""); /* all that this libcurl can unpack */
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L); /* a burst shares one HTTP/2 connection */
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  /* NOSIGNAL would also stop libcurl from holding SIGPIPE back while it writes to a connection that
   * the server has closed. Only a libcurl that resolves names with alarm() must do without. */
  if ((curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_ASYNCHDNS) == 0)
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
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
  set_up(transfer);
  return transfer;
}

CURLMcode igh_transfer_start(igh_transfer *transfer) {
  transfer->state = IGH_UNDER_WAY;
  transfer->started = now();
  curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, transfer->timeout);
  CURLMcode code = curl_multi_add_handle(transfer->engine->multi, transfer->easy);
  if (code != CURLM_OK) {
    transfer->state = IGH_NEW;
    return code;
  }
  transfer->engine->under_way++;
  transfer->engine->last_start = transfer->started;
  return CURLM_OK;
}

/* These had secrets in them. */
static void wipe(igb_buffer *buffer) {
  if (buffer->capacity > IDLE_SMALL_BUFFER)
    igb_free(buffer);
  else
    igb_wipe(buffer);
}

/* Empty, without a trace of the call before. */
static void reset(igh_transfer *transfer) {
  curl_easy_reset(transfer->easy);
  curl_mime_free(transfer->multipart);
  transfer->multipart = NULL;
  wipe(&transfer->url);
  wipe(&transfer->form);
  wipe(&transfer->scratch);
  size_t most = transfer->engine->idle_count < IDLE_BUFFERS ? IDLE_BUFFER : IDLE_SMALL_BUFFER;
  if (transfer->body.capacity > most) igb_free(&transfer->body);
  forget_headers(transfer);
  transfer->body.size = 0;
  transfer->may_follow = transfer->too_large = transfer->refused_redirect = false;
  transfer->user = NULL;
  transfer->redirects = 0;
  transfer->result = CURLE_OK;
  transfer->status = 0;
  transfer->error[0] = '\0';
}

void igh_transfer_free(igh_transfer *transfer) {
  if (transfer == NULL) return;
  igh_engine *engine = transfer->engine;
  igh_ticket *owner = transfer->owner;
  unlink_transfer(transfer);
  if (owner != NULL) owner->over = true;
  if (!igh_engine_is_ours(engine)) return; /* see igh_engine_free */
  if (transfer->state == IGH_UNDER_WAY) {
    curl_multi_remove_handle(engine->multi, transfer->easy);
    engine->under_way--;
    if (owner != NULL) announce(owner);
  }
  /* libcurl 7.88 remembers in a handle that its stream was refused, and sends another call twice. */
  if (engine->idle_count == IDLE_TRANSFERS || transfer->result != CURLE_OK) {
    destroy(transfer);
    return;
  }
  reset(transfer);
  transfer->next = engine->idle;
  engine->idle = transfer;
  engine->idle_count++;
}

void igh_engine_cancel(igh_engine *engine, const void *user) {
  for (igh_transfer *next, *transfer = engine->live; transfer != NULL; transfer = next) {
    next = transfer->next;
    if (transfer->user == user) igh_transfer_free(transfer);
  }
}

const char *igh_transfer_header(const igh_transfer *transfer, int header) {
  size_t at = transfer->header_at[header];
  return at == 0 ? NULL : transfer->headers.data + at - 1;
}
