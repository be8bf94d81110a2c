/* All transfers of one Lua state: libcurl's multi interface behind ONE descriptor that any event
 * loop can watch. Knows no Lua: libcurl's callbacks touch the memory of a transfer and nothing else,
 * so that no Lua error can ever jump across libcurl. */
#ifndef IGGRAPH_ENGINE_H
#define IGGRAPH_ENGINE_H

#include <curl/curl.h>
#include <stdbool.h>
#include <sys/types.h>

#include "buffer.h"
#include "file.h"

/* From 7.80 on libcurl can be kept from sending a POST a second time by itself. */
#if LIBCURL_VERSION_NUM < 0x075000
#error "libcurl 7.80 or newer is needed"
#endif

/* The response headers that are kept: name here, name on the wire. */
#define IGH_HEADERS(X)                                   \
  X(APP_USAGE, "x-app-usage")                            \
  X(PAGE_USAGE, "x-page-usage")                          \
  X(BUSINESS_USE_CASE_USAGE, "x-business-use-case-usage") \
  X(AD_ACCOUNT_USAGE, "x-ad-account-usage")              \
  X(API_VERSION, "facebook-api-version")                 \
  X(LOCATION, "location")                                \
  X(TRACE_ID, "x-fb-trace-id")

/* So many bytes of headers an answer may have, with what keeping each line costs; libcurl takes longer for each line
 * of a folded one. Some libcurls set no limit, others one of 300 KB. */
enum { IGH_MAX_HEADERS = 256 * 1024, IGH_LINE_COST = 32 };

#define IGH_ENUM(name, text) IGH_##name,
enum { IGH_HEADERS(IGH_ENUM) IGH_HEADER_COUNT };
#undef IGH_ENUM

typedef struct igh_engine igh_engine;

typedef enum { IGH_NEW, IGH_UNDER_WAY, IGH_DONE } igh_state;

/* What somebody waits for: the end of a transfer, a time, or a ring. It lives in its owner's memory, and
 * is dropped before that goes. */
typedef struct igh_ticket {
  igh_engine *engine;                /* NULL: not open, or the engine has ended */
  struct igh_transfer *transfer;     /* NULL: none, answered or cancelled */
  bool over;
  long long due;                     /* on the engine's clock in ms; -1: not by time */
  struct igh_ticket *next, **link;   /* in one of the engine's lists; `link` is what points here */
} igh_ticket;

typedef struct igh_transfer {
  igh_engine *engine;
  igh_ticket *owner; /* has this transfer, until one of the two ends */
  struct igh_transfer *next, **link; /* `link` is what points here: the list is left in one step */
  igh_state state;
  const void *user; /* whose it is, for igh_engine_cancel */

  /* The request. Filled in by client.c; kept as long as libcurl may read it. */
  CURL *easy;
  CURLSH *pool; /* whose connections it may use; NULL: none */
  igb_buffer url, form, scratch;
  curl_mime *multipart;
  igh_file *file;           /* sent as it is, in place of a form */
  struct curl_slist *lines; /* headers of this call alone, with those of all calls behind them */
  bool may_repeat;  /* a GET: follows a redirect inside its origin, is tried again on a new connection */
  long timeout;     /* milliseconds for all of it, from `started` on */
  long long started;
  int tries;        /* how often it was begun: see tries.c */
  struct {
    long long start, sent, first, end; /* of the call, the last sending, the first byte, all: microseconds; 0: not yet */
  } at;
  size_t max_body;  /* bytes */

  /* The answer, valid once state is IGH_DONE. */
  CURLcode result;
  long status;
  igb_buffer body, headers;
  size_t header_at[IGH_HEADER_COUNT]; /* place in `headers` + 1; 0: not there */
  size_t header_bytes; /* of all headers of this try, those of interim answers and trailers, too */
  bool being_read; /* a finalizer that closes or cancels must not take it away meanwhile */
  bool too_large;
  bool refused_redirect; /* to another origin; `url` says where */
  int redirects;
  bool retried;
  bool sent, denied, denied_first; /* of this try: see tries.c */
  char error[CURL_ERROR_SIZE];
} igh_transfer;

/* NULL when there is no memory or no descriptor left. */
igh_engine *igh_engine_new(void);
/* Cancels what is under way. In a forked child it leaves the parent's connections alone. */
void igh_engine_free(igh_engine *engine);
/* False in a process forked from the one that made it: there it must not be used. */
bool igh_engine_is_ours(const igh_engine *engine);

/* Readable whenever igh_engine_step has something to do, beside the timeout. */
int igh_engine_pollfd(const igh_engine *engine);
/* Milliseconds until igh_engine_step wants to be called in any case; -1: it does not. */
long igh_engine_timeout(const igh_engine *engine);
/* Blocks until one of the two. */
void igh_engine_wait(const igh_engine *engine);
/* Whether there is anything to wait for: a transfer under way, or a time. */
bool igh_engine_is_busy(const igh_engine *engine);
/* Whether a server is to be told soon that its call was cancelled, while nothing else is under way. */
bool igh_engine_owes(const igh_engine *engine);
/* Milliseconds since a transfer was started last; -1: none is under way. */
long igh_engine_age(const igh_engine *engine);
/* Milliseconds in which no answer is to be expected, by how soon they began lately; 0: there may be one now. */
long igh_engine_lull(const igh_engine *engine);
/* Keeps the descriptor readable: what happened is for another one of those who watch it. False when
 * there is no descriptor left. */
bool igh_engine_ring(igh_engine *engine, bool on);
/* The next ticket that is over and was not told yet, or NULL. */
igh_ticket *igh_engine_news(igh_engine *engine);
/* Lets libcurl work without blocking. */
void igh_engine_step(igh_engine *engine);
/* Somebody begins to make calls, or has ended. Where that was `asked` for, nothing stays of calls that are over in
 * the handles kept for the next ones; and nothing of their connections when nobody else makes calls. */
void igh_engine_join(igh_engine *engine);
void igh_engine_leave(igh_engine *engine, bool asked);
/* Ends all transfers of `user`. */
void igh_engine_cancel(igh_engine *engine, const void *user);
/* Whether there are any: under way, or not answered yet. */
bool igh_engine_has(const igh_engine *engine, const void *user);

/* The libcurl in use, from the first engine on: it writes its words anew each time that it is asked. */
extern const curl_version_info_data *igh_libcurl;

/* Opens a zeroed ticket that is over after so many milliseconds; -1: when it is rung. */
void igh_ticket_open(igh_ticket *ticket, igh_engine *engine, long milliseconds);
/* It is over now; a transfer of it that is under way is cancelled. */
void igh_ticket_ring(igh_ticket *ticket);
/* Forgets it, and ends its transfer. Once more does no harm. */
void igh_ticket_drop(igh_ticket *ticket);

/* A transfer in state IGH_NEW, with what holds for each one set, on a zeroed ticket; NULL when there is
 * no memory. */
igh_transfer *igh_transfer_new(igh_engine *engine, igh_ticket *owner);
CURLMcode igh_transfer_start(igh_transfer *transfer);
/* It has so many milliseconds from now on, if that is less than it has. */
void igh_transfer_limit(igh_transfer *transfer, long milliseconds);
/* Ends it wherever it stands; what can be used again goes back to the engine. NULL is fine. */
void igh_transfer_free(igh_transfer *transfer);
/* The value of a kept header, or NULL. */
const char *igh_transfer_header(const igh_transfer *transfer, int header);

#endif
