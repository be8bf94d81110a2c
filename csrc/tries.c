/* One call on the wire: what libcurl hands over, and the tries that a call is made of. A try sends once.
 * Another one follows a redirect, or takes a new connection where the one before it broke. No Lua. */
#include "engine_inside.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  MAX_HEADER = 64 * 1024, /* bytes of a kept header; a longer one is as good as none */
  MAX_REDIRECTS = 3,
  SOON = 20, LATER = 1000, /* milliseconds */
  MAX_CONNECTIONS = 8 /* to a host that speaks HTTP/2: each has room for a hundred calls and more */
};

/* --- libcurl's callbacks: no failure but "no memory" ------------------------------------------- */

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
  igb_clear(&transfer->headers);
  memset(transfer->header_at, 0, sizeof transfer->header_at);
}

static bool keep_header(igh_transfer *transfer, int header, const char *value, size_t size) {
  while (size > 0 && strchr(" \t\r\n", *value) != NULL) value++, size--;
  while (size > 0 && strchr(" \t\r\n", value[size - 1]) != NULL) size--;
  if (size == 0 || size > MAX_HEADER) return true;
  size_t at = transfer->headers.size;
  bool is_kept = igb_append(&transfer->headers, value, size) && igb_append(&transfer->headers, "", 1);
  if (is_kept) transfer->header_at[header] = at + 1;
  return is_kept;
}

static size_t on_header(char *line, size_t one, size_t size, void *user) {
#define NAME(name, text) text,
  static const char *const names[] = {IGH_HEADERS(NAME)};
#undef NAME
  igh_transfer *transfer = user;
  (void)one;
  if (transfer->at.first == 0) transfer->at.first = igh_now_exactly();
  transfer->header_bytes += size + IGH_LINE_COST;
  if (transfer->header_bytes > IGH_MAX_HEADERS) {
    transfer->too_large = true;
    return 0; /* ends the transfer */
  }
  if (size > 5 && memcmp(line, "HTTP/", 5) == 0) forget_headers(transfer); /* 100, 103, then 200 */
  for (int i = 0; i < IGH_HEADER_COUNT; i++) {
    size_t length = strlen(names[i]);
    bool is_it = size > length && line[length] == ':' && strncasecmp(line, names[i], length) == 0;
    if (is_it && !keep_header(transfer, i, line + length + 1, size - length - 1)) return 0;
  }
  return size;
}

/* --- one try is one sending -------------------------------------------------------------------- */

static bool is_secure(const igh_transfer *transfer) {
  return strncasecmp(transfer->url.data, "https:", 6) == 0;
}

/* libcurl sends a request again by itself where a connection that it had kept breaks before the answer, or
 * the stream was refused: a POST too, and over HTTP/2 each one on a connection of its own. Only what
 * HTTP/1.1 without TLS knows of that is left to it, for a GET. */
static bool deny_second_sending(igh_transfer *transfer) {
  if (!transfer->sent || (transfer->may_repeat && !is_secure(transfer))) return false;
  if (!transfer->denied && transfer->error[0] == '\0')
    transfer->denied_first = true; /* what libcurl will write there tells of us, not of what broke */
  transfer->denied = true;
  return true;
}

static curl_socket_t on_open(void *user, curlsocktype purpose, struct curl_sockaddr *to) {
  (void)purpose;
  if (deny_second_sending(user)) return CURL_SOCKET_BAD;
#ifdef SOCK_CLOEXEC
  return socket(to->family, to->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, to->protocol);
#else
  int fd = socket(to->family, to->socktype, to->protocol);
  if (fd >= 0) fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
#endif
}

static int on_send(void *user, char *to, char *from, int to_port, int from_port) {
  igh_transfer *transfer = user;
  (void)to, (void)from, (void)to_port, (void)from_port;
  if (deny_second_sending(transfer)) return CURL_PREREQFUNC_ABORT;
  transfer->sent = true;
  transfer->at.sent = igh_now_exactly();
  return CURL_PREREQFUNC_OK;
}

/* --- connections ------------------------------------------------------------------------------- */

/* They are kept in a pool that the handles share. When one breaks, a new pool takes its place: many calls
 * that lose theirs at once then share one new connection, where libcurl would open one for each. */
CURLSH *igh_pool_new(void) {
  CURLSH *pool = curl_share_init();
  if (pool == NULL || curl_share_setopt(pool, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT) == CURLSHE_OK) return pool;
  curl_share_cleanup(pool);
  return NULL;
}

static void leave_pool(igh_transfer *transfer) {
  CURLSH *pool = transfer->pool;
  if (pool == NULL) return;
  curl_easy_setopt(transfer->easy, CURLOPT_SHARE, NULL);
  transfer->pool = NULL;
  /* The last one to leave an old pool ends it; before, libcurl says that it is in use. */
  if (pool != transfer->engine->pool) curl_share_cleanup(pool);
}

static bool replace_pool(igh_engine *engine) {
  CURLSH *pool = igh_pool_new();
  if (pool != NULL) engine->pool = pool;
  return pool != NULL;
}

/* Over HTTP/2 a few connections carry all calls, over HTTP/1.1 each one carries one. */
static void limit_connections(const igh_transfer *transfer) {
  igh_engine *engine = transfer->engine;
  long most = is_secure(transfer) && !engine->speaks_http1 ? MAX_CONNECTIONS : 0;
  curl_multi_setopt(engine->multi, CURLMOPT_MAX_HOST_CONNECTIONS, most);
}

static long http_version(const igh_transfer *transfer) {
  long version = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
  return version;
}

static void learn_version(const igh_transfer *transfer) {
  if (transfer->status == 0 || !is_secure(transfer)) return;
  transfer->engine->speaks_http1 = http_version(transfer) < CURL_HTTP_VERSION_2_0;
  limit_connections(transfer);
}

/* --- tries ------------------------------------------------------------------------------------- */

static CURLMcode try(igh_transfer *transfer) {
  long left = transfer->timeout - (long)(igh_now() - transfer->started);
  leave_pool(transfer); /* that of the try before may have been replaced, with this as its last user */
  transfer->pool = transfer->engine->pool;
  transfer->sent = transfer->denied = transfer->denied_first = false;
  igb_clear(&transfer->body);
  transfer->header_bytes = 0;
  transfer->error[0] = '\0';
  transfer->tries++;
  transfer->at.first = 0;
  forget_headers(transfer);
  limit_connections(transfer);
  if (transfer->user == transfer->engine->untold_of) transfer->engine->untold = -1;
  curl_easy_setopt(transfer->easy, CURLOPT_PIPEWAIT, is_secure(transfer) ? 1L : 0L); /* a burst shares one */
  curl_easy_setopt(transfer->easy, CURLOPT_SHARE, transfer->pool);
  curl_easy_setopt(transfer->easy, CURLOPT_TIMEOUT_MS, left > 0 ? left : 1L);
  return curl_multi_add_handle(transfer->engine->multi, transfer->easy);
}

CURLMcode igh_tries_start(igh_transfer *transfer) {
  transfer->at.start = igh_now_exactly();
  transfer->started = transfer->at.start / 1000;
  return try(transfer);
}

/* libcurl before 8.1.1 keeps in a handle where the last header of the answer before was (curl/curl#11101): the
 * first header line of the next one, if it is a folded one, is added to memory that was given back. There each
 * answer gets a handle of its own. */
static bool keeps_old_headers(void) {
  return igh_libcurl->version_num < 0x080101;
}

bool igh_tries_clear(igh_transfer *transfer) {
  if (!keeps_old_headers()) {
    curl_easy_reset(transfer->easy);
    return true;
  }
  curl_easy_cleanup(transfer->easy);
  transfer->easy = curl_easy_init();
  return transfer->easy != NULL;
}

/* What is asked next, with all that was set. */
static CURLMcode try_again(igh_transfer *transfer) {
  if (keeps_old_headers()) {
    leave_pool(transfer);
    CURL *easy = curl_easy_duphandle(transfer->easy);
    if (easy == NULL) return CURLM_OUT_OF_MEMORY;
    curl_easy_cleanup(transfer->easy);
    transfer->easy = easy;
  }
  return try(transfer);
}

/* Whether scheme, host and port of both are the same, and `one` names nobody to log in as: CURLUE_OK where it does. */
static CURLUcode compare_origins(const char *one, const char *other, bool *same) {
  static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
  CURLU *a = curl_url(), *b = curl_url();
  char *user = NULL;
  CURLUcode code = a == NULL || b == NULL ? CURLUE_OUT_OF_MEMORY : curl_url_set(a, CURLUPART_URL, one, 0);
  if (code == CURLUE_OK) code = curl_url_get(a, CURLUPART_USER, &user, 0);
  curl_free(user);
  *same = code == CURLUE_NO_USER;
  if (*same) code = curl_url_set(b, CURLUPART_URL, other, 0);
  *same = *same && code == CURLUE_OK;
  for (size_t i = 0; *same && i < sizeof parts / sizeof *parts; i++) {
    char *left = NULL, *right = NULL;
    code = curl_url_get(a, parts[i], &left, CURLU_DEFAULT_PORT);
    if (code == CURLUE_OK) code = curl_url_get(b, parts[i], &right, CURLU_DEFAULT_PORT);
    *same = code == CURLUE_OK && strcasecmp(left, right) == 0;
    curl_free(left);
    curl_free(right);
  }
  curl_url_cleanup(a);
  curl_url_cleanup(b);
  return code;
}

/* Where a location leads to from an address, to be freed by curl_free. */
static CURLUcode resolve(const char *address, const char *location, char **target) {
  CURLU *parts = curl_url();
  CURLUcode code = parts == NULL ? CURLUE_OUT_OF_MEMORY : curl_url_set(parts, CURLUPART_URL, address, 0);
  if (code == CURLUE_OK)
    code = curl_url_set(parts, CURLUPART_URL, location, CURLU_NON_SUPPORT_SCHEME | CURLU_ALLOW_SPACE);
  if (code == CURLUE_OK) code = curl_url_get(parts, CURLUPART_URL, target, 0);
  curl_url_cleanup(parts);
  return code;
}

static bool end_without_memory(igh_transfer *transfer) {
  transfer->result = CURLE_OUT_OF_MEMORY;
  return false;
}

static bool set_url(igh_transfer *transfer, const char *url) {
  igb_clear(&transfer->url);
  return igb_append(&transfer->url, url, strlen(url) + 1);
}

/* libcurl is told never to follow: it would carry the token along. A GET goes on inside its own
 * origin, a few times. Nor does libcurl know what a location is relative to: see set_address in request.c. */
static bool follow(igh_transfer *transfer) {
  const char *location = igh_transfer_header(transfer, IGH_LOCATION);
  if (location == NULL || transfer->status / 100 != 3) return false;
  char *target = NULL;
  bool same = false;
  CURLUcode code = resolve(transfer->url.data, location, &target);
  if (code == CURLUE_OK) code = compare_origins(target, transfer->url.data, &same);
  bool is_set = code != CURLUE_OUT_OF_MEMORY && set_url(transfer, target != NULL ? target : location);
  curl_free(target);
  if (!is_set) return end_without_memory(transfer);
  if (!same || !transfer->may_repeat || transfer->redirects == MAX_REDIRECTS) {
    transfer->refused_redirect = true;
    return false;
  }
  transfer->redirects++;
  if (curl_easy_setopt(transfer->easy, CURLOPT_URL, transfer->url.data) != CURLE_OK) return end_without_memory(transfer);
  curl_easy_setopt(transfer->easy, CURLOPT_REQUEST_TARGET, NULL);
  return try_again(transfer) == CURLM_OK || end_without_memory(transfer);
}

/* Whether the connection broke, or the stream was reset, in a way that a new connection may cure. */
static bool is_broken(const igh_transfer *transfer) {
  if (transfer->denied) return true;
  switch (transfer->result) {
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR: /* of HTTP/2, or before its version was seen */
      return is_secure(transfer) && http_version(transfer) != CURL_HTTP_VERSION_1_1;
    default:
      return false;
  }
}

/* Over HTTP/2 libcurl keeps a connection on which an answer did not come in time, or without end. It may be
 * dead, and no later call on it would be answered, either. */
static bool spoils_connection(const igh_transfer *transfer) {
  return transfer->result != CURLE_OK && transfer->sent && is_secure(transfer) &&
         http_version(transfer) != CURL_HTTP_VERSION_1_1;
}

/* A GET is tried once more, within the same time. */
static bool retry(igh_transfer *transfer) {
  igh_engine *engine = transfer->engine;
  bool broken = is_broken(transfer);
  if (!broken && !spoils_connection(transfer)) return false;
  if (transfer->pool == engine->pool) replace_pool(engine);
  leave_pool(transfer);
  bool in_time = igh_now() - transfer->started < transfer->timeout;
  if (!broken || !transfer->may_repeat || transfer->retried || !in_time) return false;
  transfer->retried = true;
  return try_again(transfer) == CURLM_OK;
}

bool igh_tries_go_on(igh_transfer *transfer, CURLcode result) {
  transfer->result = transfer->denied ? CURLE_RECV_ERROR : result;
  if (transfer->denied_first) strcpy(transfer->error, "the connection broke before the answer");
  curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &transfer->status);
  learn_version(transfer);
  return transfer->result == CURLE_OK ? follow(transfer) : retry(transfer);
}

/* Here libcurl may write to a connection that the server has closed, and of all places does not hold SIGPIPE
 * back: before 7.87 that is the end of the process. */
static void remove_quietly(const igh_transfer *transfer) {
  struct sigaction ignore = {0}, usual;
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &usual);
  curl_multi_remove_handle(transfer->engine->multi, transfer->easy);
  sigaction(SIGPIPE, &usual, NULL);
}

/* libcurl 7.88 leaves the reset of a cancelled HTTP/2 stream lying until there is something else to send on
 * its connection. Another call will do; where none comes soon, the connection is closed. */
void igh_tries_cancel(igh_transfer *transfer) {
  igh_engine *engine = transfer->engine;
  remove_quietly(transfer);
  if (!transfer->sent || !is_secure(transfer)) return;
  engine->untold_of = engine->untold < 0 || engine->untold_of == transfer->user ? transfer->user : NULL;
  engine->untold = igh_now() + SOON;
}

void igh_tries_hurry(igh_transfer *transfer) {
  (void)transfer;
#if LIBCURL_VERSION_NUM >= 0x075700
  curl_easy_setopt(transfer->easy, CURLOPT_QUICK_EXIT, 1L);
#endif
}

bool igh_tries_disconnect(igh_engine *engine) {
  CURLSH *old = engine->pool;
  if (!replace_pool(engine)) return false;
  curl_share_cleanup(old); /* or its last transfer does so */
  return true;
}

void igh_tries_tell(igh_engine *engine) {
  if (engine->untold < 0 || engine->untold > igh_now()) return;
  bool is_used = engine->under_way > 0;
  engine->untold = is_used ? igh_now() + LATER : -1;
  if (is_used) return;
  igh_tries_disconnect(engine);
}

void igh_tries_forget(igh_transfer *transfer) {
  leave_pool(transfer);
  forget_headers(transfer);
  igb_clear(&transfer->body);
  transfer->may_repeat = transfer->retried = false;
  transfer->being_read = transfer->too_large = transfer->refused_redirect = false;
  transfer->redirects = transfer->tries = 0;
  memset(&transfer->at, 0, sizeof transfer->at);
  transfer->result = CURLE_OK;
  transfer->status = 0;
  transfer->error[0] = '\0';
}

/* With NOSIGNAL libcurl no longer holds SIGPIPE back while it works, for which it asks the system some
 * twenty times a call. From 7.88 on it writes in a way that raises none, over TLS, too; before, only one
 * that resolves names with alarm() has to do without. */
static bool needs_no_signals(void) {
  return igh_libcurl->version_num >= 0x075800 || (igh_libcurl->features & CURL_VERSION_ASYNCHDNS) == 0;
}

/* What holds for every call to the API. */
void igh_tries_prepare(igh_transfer *transfer) {
  CURL *easy = transfer->easy;
  igh_tries_hurry(transfer);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_send);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, ""); /* all that this libcurl can unpack */
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  if (needs_no_signals()) curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
}
