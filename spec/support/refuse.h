/* What a program that is linked with refuse.c is refused, once or from then on. */
#ifndef REFUSE_H
#define REFUSE_H

#include <stdbool.h>

#define REFUSED_OF(X)      \
  X(LUA, "lua")            /* memory: by the program's own allocator */ \
  X(LIBCURL, "libcurl")    /* by that of curl_global_init_mem */ \
  X(MODULE, "module")      /* by malloc, asked from inside of core.so */ \
  X(NGHTTP2, "nghttp2")    \
  X(OPENSSL, "openssl")    \
  X(CALLS, "calls")        /* system calls of the module and of the libraries: those that refuse.c lists */

#define REFUSE_ENUM(name, text) REFUSE_##name,
typedef enum { REFUSED_OF(REFUSE_ENUM) REFUSE_COUNT } refuse_of;
#undef REFUSE_ENUM

/* Whose name this is; REFUSE_COUNT: nobody's. */
refuse_of refuse_find(const char *name);

/* The n-th of what is asked for from now on is refused, and `more` behind it; -1: all. Of the ways in which
 * it can fail the one with this number, if there are so many. */
void refuse_begin(refuse_of of, long n, long more, unsigned way);
/* What was refused first, in words; NULL: nothing. */
const char *refuse_end(void);
/* In how many ways that could have failed. */
unsigned refuse_ways(void);

/* Whether this one is refused. */
bool refuse_next(refuse_of of);

/* Has libcurl take its memory from here. Before anything else uses it. */
bool refuse_take_over_libcurl(void);
/* Blocks that libcurl has not given back. */
long refuse_held(void);

#endif
