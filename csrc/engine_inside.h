/* What the engine's own files share: engine.c, ticket.c and tries.c. */
#ifndef IGGRAPH_ENGINE_INSIDE_H
#define IGGRAPH_ENGINE_INSIDE_H

#include "engine.h"

struct igh_engine {
  CURLM *multi;
  CURLSH *pool; /* the connections for what starts now: see tries.c */
  int pollfd;
  int bell[2];        /* a pipe with a byte in it: readable for ever; -1: not there yet */
  long long deadline; /* when libcurl wants to be called, on our clock in ms; -1: it does not */
  long long last_start;
  long long quickest; /* microseconds from a sending to its answer's first byte, of the last ones; 0: not known */
  long long untold; /* when a server must have been told of a cancelled call; -1: of none */
  const void *untold_of; /* the user whose call that was; NULL: of several */
  igh_transfer *live; /* all that are owned: new, under way and done */
  igh_transfer *idle;
  int idle_count, under_way;
  int users; /* who make calls */
  igh_ticket *alarms, *quiet; /* open ones: with a time, soonest first; without */
  igh_ticket *news, **last_news;
  bool speaks_http1; /* the server that answered last, over TLS */
  bool broken;       /* libcurl must not go on: see start_over */
  unsigned generation; /* of the process: another one in a forked child */
};

long long igh_now(void); /* in ms, for differences */
long long igh_now_exactly(void); /* the same in microseconds */

void igh_transfer_expire(igh_transfer *transfer); /* ends one that is under way: its time is over */

/* --- ticket.c --------------------------------------------------------------- */

/* It is over: told with the next news, after those before it. */
void igh_ticket_announce(igh_ticket *ticket);
/* It is over after so many milliseconds from now on. */
void igh_ticket_set(igh_ticket *ticket, long milliseconds);
void igh_tickets_tell(igh_engine *engine); /* announces those whose time has come */
void igh_tickets_drop(igh_engine *engine); /* all that are in a list */

/* --- tries.c ---------------------------------------------------------------- */

CURLSH *igh_pool_new(void); /* NULL when there is no memory */
void igh_tries_prepare(igh_transfer *transfer); /* sets what holds for every call */
CURLMcode igh_tries_start(igh_transfer *transfer);
/* With `result` of a try: true when another one is under way. */
bool igh_tries_go_on(igh_transfer *transfer, CURLcode result);
void igh_tries_cancel(igh_transfer *transfer);
/* What ends while its host's name is looked up does not wait for the resolver. */
void igh_tries_hurry(igh_transfer *transfer);
/* Closes all connections that are not in use, the others when they are not. False without memory. */
bool igh_tries_disconnect(igh_engine *engine);
/* Tells servers of cancelled calls, when it is time. */
void igh_tries_tell(igh_engine *engine);
void igh_tries_forget(igh_transfer *transfer); /* nothing stays of them for the next call */
/* Its handle is as a new one; false when there is no memory, and then no handle. */
bool igh_tries_clear(igh_transfer *transfer);

#endif
