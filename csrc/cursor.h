/* A cursor's parts, shared by cursor.c, paging.c, recovery.c and repeat.c. */
#ifndef IGGRAPH_CURSOR_H
#define IGGRAPH_CURSOR_H

#include <stdint.h>

#include "iggraph.h"

enum {
  IG_PAGES = 64,   /* pages that are known again at once */
  IG_PATIENCE = 5, /* pages after which their size grows, at first */
};

typedef struct {
  int index, count; /* items of the page that were given; that it has */
  int skip;         /* items without ids to be left out: given before the position was taken */
  lua_Integer given, max_items;       /* max_items 0: all */
  lua_Integer empty_pages, max_empty; /* in a row */
  size_t pages;
  igb_buffer ids, last_ids; /* of this page and the one before: hashes */
  uint64_t *last_pages, old_page; /* marks of pages: see repeat.c */
  igb_buffer name, value;
  bool backward, prefetch, page_given, ended, closed;
  bool lost;       /* the page says that there is more, and not where */
  bool seen_found; /* the list has come to what was given before the position was taken */
  lua_Integer size;          /* of pages, where they are smaller than was asked for; or 0 */
  lua_Integer run, patience; /* pages that went well with that; after how many it grows */
  bool sized, grown;         /* a page's size does no harm to the list; it grew, and no page came yet */
  bool restarts, restarted;  /* opts.on_invalid_cursor; it has done so */
  bool noted, nameless;      /* the page is in `known`; an item had no id */
  lua_Integer restarted_at;  /* how many items were given then */
  igb_buffer known;          /* ids that were given: hashes, in their order up to `sorted` */
  size_t sorted;
} ig_cursor;

/* What the cursor keeps: client, path, list (its name, if not the path), params (texts, as given), asked and
 * ask (what says where this page is, and the next), page, transfer (until it is answered), ways (see cursor.new;
 * as a rule none), seen (ids given before the position was taken); and by number, for each item is taken from there,
 * the items of the page. */
enum { IG_DATA = 1 };

/* --- paging.c: `kept`, `page` … are indexes --------------------------------- */

/* Sets what is asked first. */
void ig_startpaging(lua_State *L, ig_cursor *self, int kept);
/* From the page at `page`: leaves the table of what to ask next, or nil at the end. False when the
 * page says that there is more, and not where. */
bool ig_pushask(lua_State *L, ig_cursor *self, int kept, int page);
/* Pushes the parameters of the next request: the cursor's own, and what the last page changed. */
void ig_pushrequest(lua_State *L, const ig_cursor *self, int kept);
/* Takes opts.position, or raises. */
void ig_takeposition(lua_State *L, ig_cursor *self, int opts, int kept);
/* Pushes the table that says where the cursor stands. */
void ig_pushposition(lua_State *L, const ig_cursor *self, int kept);
/* How many items of the list at `data` were given before the position was taken. */
int ig_countseen(lua_State *L, const ig_cursor *self, int kept, int data);

/* --- recovery.c ------------------------------------------------------------- */

/* Whether what failed with the error at `err` may come in smaller pages. */
bool ig_shrinks(lua_State *L, const ig_cursor *self, int kept, int err);
/* Changes what is asked next so that the list goes on after the error at `err`, and returns 0; or pushes
 * nil, err, kind, and returns 3. */
int ig_recover(lua_State *L, ig_cursor *self, int kept, int err);
/* A page with items has come: after some of them pages grow again. */
void ig_grow(lua_State *L, ig_cursor *self, int kept);

/* --- repeat.c --------------------------------------------------------------- */

/* Whether the list at `data` has nothing that was not there before; takes down what it has. */
bool ig_isrepeated(lua_State *L, ig_cursor *self, int kept, int data);
/* Whether the page that was asked for is of another one of the lists that are joined. */
bool ig_isotherlist(lua_State *L, int kept);
/* What was taken down counts from now on as having been there. */
void ig_rememberids(ig_cursor *self);
/* None of the pages that were there counts any more. */
void ig_forgetpages(ig_cursor *self);

/* For opts.on_invalid_cursor. Takes down an id that was given; the ids of the page, which was. */
void ig_noteid(lua_State *L, ig_cursor *self, const char *id, size_t size);
void ig_notegiven(lua_State *L, ig_cursor *self, int kept);
/* From now on what was taken down is known. */
void ig_sortknown(ig_cursor *self);
/* Leaves what is known out of the page; returns whether it had nothing else. */
bool ig_leaveoutknown(lua_State *L, const ig_cursor *self, int page);

#endif
