/* The table of contents of the C side: types, and each file's functions that others call.
 *
 * Everything is hidden but luaopen_iggraph_core. Of a userdata's C resources each is owned by it
 * before anything can raise. Names: ig_ knows Lua, igh_ (engine.h) and igb_ (buffer.h) do not. */
#ifndef IGGRAPH_H
#define IGGRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "buffer.h"
#include "codes.h"
#include "compat.h"
#include "engine.h"
#include "file.h"
#include "json.h"

#define IG_VERSION "1.0.0"

#define IG_CLIENT "iggraph.client"
#define IG_CURSOR "iggraph.cursor"
#define IG_ENGINE "iggraph.engine"
#define IG_ERROR "iggraph.error"
#define IG_TICKET "iggraph.ticket"
#define IG_TRANSFER "iggraph.transfer"

/* --- core.c ---------------------------------------------------------------- */

/* Makes or completes the state's metatable `name`, and leaves a table of the type's functions on the
 * stack: `functions`, and under `methods` and `meta` its two tables for Lua to add to. */
void ig_newtype(lua_State *L, const char *name, const luaL_Reg *meta, const luaL_Reg *functions);
/* A zeroed userdata of a type, with an empty table kept by it. May raise; nothing is acquired yet. */
void *ig_newobject(lua_State *L, const char *name, size_t size);

/* --- error.c --------------------------------------------------------------- */

typedef enum {
#define IG_ENUM(kind, name, retryable) IG_##kind,
  IG_KINDS(IG_ENUM) IG_KIND_COUNT
#undef IG_ENUM
} ig_kind;

/* What every failure tells of its call. */
typedef struct {
  const char *method, *path;
  long status; /* of HTTP; 0: no answer */
} ig_call;

/* Raises a programming mistake, with the place in the caller's code, not in this module's. */
IG_NORETURN int ig_raise(lua_State *L, const char *format, ...) IG_FORMAT(2, 3);
IG_NORETURN int ig_nomemory(lua_State *L);
/* Room for so many more values on the Lua stack, or no memory: we stay far from its limit. */
void ig_needstack(lua_State *L, int values);
ig_kind ig_kind_of_code(lua_Number code, lua_Number subcode); /* IG_KIND_COUNT: not in the table */
/* Pushes an error object with `kind`, `retryable` and the members of `call`. */
void ig_pusherror(lua_State *L, ig_kind kind, const ig_call *call);
/* With an error object on top: pushes what a function returns for it, nil, err, kind. Returns 3. */
int ig_fail(lua_State *L);
/* The same with the message on top. Returns 3. */
int ig_failm(lua_State *L, ig_kind kind, const ig_call *call);
/* Notes that the error object at `error` is about whom not to trust. */
void ig_markrefused(lua_State *L, int error);
/* The same with a message of our own. Returns 3. */
int ig_failf(lua_State *L, ig_kind kind, const ig_call *call, const char *format, ...)
    IG_FORMAT(4, 5);
void ig_open_error(lua_State *L); /* this and the others: push what core offers of the file */

/* --- redact.c -------------------------------------------------------------- */

/* Takes secrets out of a text, in place: each of `secrets` (NULL ends the list) wherever it stands,
 * encoded or not, and the value of whatever is named like one (`access_token=…`, "code":"…"). */
void igb_redact(igb_buffer *text, const char *const *secrets);
/* Whether a parameter of this name holds a secret. */
bool igb_names_secret(const char *name, size_t size);

/* --- loop.c ---------------------------------------------------------------- */

igh_engine *ig_engine(lua_State *L); /* the state's own, made at the first call; may raise */
void ig_cancelall(lua_State *L, const void *user); /* all transfers of this user */
bool ig_hascalls(lua_State *L, const void *user);  /* whether there are any */
/* A client that has joined the engine ends: see igh_engine_leave. */
void ig_leave(lua_State *L, const igh_engine *joined, bool asked);
void ig_dropticket(lua_State *L, igh_ticket *ticket); /* in a finalizer */
void ig_open_loop(lua_State *L);

/* --- params.c -------------------------------------------------------------- */

/* Pushes the text of a parameter, `value` being the index of its value; raises and names it. */
void ig_pushtext(lua_State *L, const char *name, int value);
/* Pushes a table of the texts of all parameters of the table (or nil) at `index`, an absolute one. */
void ig_pushtexts(lua_State *L, int index);
/* The parameters of the table (or nil) at `index`, by name in order: appended to `out` as
 * name=value&… and, where one is a file, all of them made into transfer->multipart. `signs`: the
 * client signs the call, and no parameter may. */
void ig_addparams(lua_State *L, int index, igh_transfer *transfer, igb_buffer *out, bool signs);
/* The open file at the index `value`, and its size now; NULL for something else. Raises for one that is
 * closed or not regular. */
FILE *ig_tofile(lua_State *L, const char *name, int value, off_t *size);
/* Pushes a table of the parameters of a query. */
void ig_pushquery(lua_State *L, const char *query, size_t size);
/* One more parameter behind those. */
void ig_addparam(lua_State *L, igh_transfer *transfer, igb_buffer *out, const char *name,
                 const char *value);
void ig_append(lua_State *L, igb_buffer *buffer, const char *bytes, size_t size); /* or raises */
void ig_open_params(lua_State *L);

/* --- client.c -------------------------------------------------------------- */

enum { IG_OTHERS = 3 };

typedef struct ig_earlier ig_earlier;

typedef struct {
  char *token, *escaped_token, *app_secret, *proof;
  char *others[IG_OTHERS]; /* secrets that its calls have among their parameters */
  char *version, *base_url, *host, *ca_file; /* no version: paths without one */
  struct curl_slist *headers;
  ig_earlier *earlier; /* what it signed with before: calls that are under way have it */
  const igh_engine *joined; /* as one who calls; NULL: none */
  bool token_in_query, closed;
  bool held; /* its secrets are being worked with: who closes it meanwhile leaves them to ig_letgo */
  bool signs_nothing; /* of a login: there is no token yet, or it goes as a parameter */
  long timeout, connect_timeout; /* milliseconds */
  size_t max_response;           /* bytes */
} ig_client;

ig_client *ig_checkclient(lua_State *L, int index); /* raises when closed, too */
ig_client *ig_toclient(lua_State *L, int index);    /* closed or not */
/* Between the two a finalizer that closes the client does not take its secrets away. */
void ig_hold(ig_client *client);
void ig_letgo(ig_client *client);
/* Takes the client's secrets out of a text, those that calls under way were signed with, too. */
void ig_redact(const ig_client *client, igb_buffer *text);
void ig_open_client(lua_State *L);

/* --- request.c ------------------------------------------------------------- */

const char *ig_checkpath(lua_State *L, int index); /* a string without NULs, or raises */
/* Appends the path that a call goes to, checked: /v26.0/me/accounts. Raises and names it. */
void ig_addpath(lua_State *L, const ig_client *client, const char *path, igb_buffer *out);
/* Pushes that path, as failures tell it. */
const char *ig_pushpath(lua_State *L, const ig_client *client, const char *path);
/* Sets up a request; `params` is an index. */
void ig_request(lua_State *L, const ig_client *client, igh_transfer *transfer, const char *method,
                const char *path, int params);
/* Sets up the sending of a file, which the transfer then owns, from its byte `offset` on. */
void ig_uploadrequest(lua_State *L, const ig_client *client, igh_transfer *transfer, const char *path,
                      igh_file *file, lua_Number offset);
/* client.check_id and client.path, for Lua. */
int ig_client_checkid(lua_State *L);
int ig_client_path(lua_State *L);

/* --- transfer.c ------------------------------------------------------------ */

typedef struct {
  igh_ticket ticket; /* first: a transfer is waited for like any ticket */
  const char *method;
} ig_transfer;

/* Starts a call; leaves a transfer on the stack. Indexes must be absolute. */
void ig_start(lua_State *L, int client, const char *method, const char *path, int params);
void ig_cancel(lua_State *L, int index);
bool ig_is_open(lua_State *L, int index); /* a transfer that has not been answered or cancelled */
bool ig_has_failed(lua_State *L, int index); /* one that ended without an answer */
void ig_open_transfer(lua_State *L);

/* --- response.c ------------------------------------------------------------ */

/* The answer of a transfer that is done: a value, or nil, err, kind. Returns their number. */
int ig_response(lua_State *L, igh_transfer *transfer, int client, const ig_call *call);
/* Pushes the trace id of its headers, if there is one, without secrets. Returns the number of values. */
int ig_pushtrace(lua_State *L, igh_transfer *transfer, int client);
void ig_open_response(lua_State *L);

/* --- cursor.c, graph.c, crypto.c ------------------------------------------- */

void ig_open_cursor(lua_State *L);
void ig_open_graph(lua_State *L);
enum { IG_HMAC_SIZE = 64 };
/* HMAC-SHA256 in lower-case hexadecimal; false when there is no memory. */
bool ig_hmac(const char *key, size_t key_size, const char *message, size_t size, char hex[IG_HMAC_SIZE + 1]);
/* Pushes it. */
void ig_pushhmac(lua_State *L, const char *key, size_t key_size, const char *message, size_t size);
void ig_open_crypto(lua_State *L);

#endif
