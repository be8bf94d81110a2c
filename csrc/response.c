/* What came back -> a value, or the error object. Every shape in which the Graph and what stands
 * before it report a failure ends here. */
#include <math.h>
#include <string.h>

#include "iggraph.h"

enum {
  EXCERPT = 200, /* bytes of a body that a failure shows */
  WINDOW = 64 * 1024,
  LONGEST_WAIT = 366 * 24 * 60 /* minutes: what is longer (1e999) tells nothing */
};

typedef struct {
  lua_State *L;
  igh_transfer *transfer;
  ig_client *client;
  const ig_call *call;
  int kept; /* index of the client's table */
} response;

/* --- usage headers ----------------------------------------------------------------------------- */

static const struct {
  int header;
  const char *name; /* the header's, without X- and -Usage */
} usage_headers[] = {{IGH_APP_USAGE, "app"},
                     {IGH_PAGE_USAGE, "page"},
                     {IGH_BUSINESS_USE_CASE_USAGE, "business_use_case"},
                     {IGH_AD_ACCOUNT_USAGE, "ad_account"}};

/* Keeps what can be read of them in the client's table, under `usage`. Never a failure. */
static void keep_usage(const response *r) {
  lua_State *L = r->L;
  lua_getfield(L, r->kept, "usage");
  if (!lua_istable(L, -1)) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, r->kept, "usage");
  }
  for (size_t i = 0; i < sizeof usage_headers / sizeof *usage_headers; i++) {
    const char *text = igh_transfer_header(r->transfer, usage_headers[i].header);
    ig_json_error error;
    if (text == NULL || !ig_json_read(L, text, strlen(text), &r->transfer->scratch, &error)) continue;
    if (lua_istable(L, -1))
      lua_setfield(L, -2, usage_headers[i].name);
    else
      lua_pop(L, 1);
  }
  const char *version = igh_transfer_header(r->transfer, IGH_API_VERSION);
  if (version != NULL) {
    lua_pushstring(L, version);
    lua_setfield(L, -2, "api_version");
  }
  lua_pop(L, 1);
}

/* --- failures without a Graph error in them ----------------------------------------------------- */

/* Pushes a text without the client's secrets, at most `most` bytes of it. */
static void push_redacted(const response *r, const char *text, size_t size, size_t most) {
  igb_buffer *scratch = &r->transfer->scratch;
  scratch->size = 0;
  ig_append(r->L, scratch, text, size);
  ig_redact(r->client, scratch);
  lua_pushlstring(r->L, scratch->data, scratch->size < most ? scratch->size : most);
}

/* Pushes the first bytes of the body. Redacted is more than is shown: what is hidden makes it shorter. */
static void push_excerpt(const response *r) {
  const igb_buffer *body = &r->transfer->body;
  if (body->size == 0)
    lua_pushliteral(r->L, "(empty)");
  else
    push_redacted(r, body->data, body->size < WINDOW ? body->size : WINDOW, EXCERPT);
}

static int fail_json(const response *r, const ig_json_error *error) {
  lua_pushfstring(r->L, "the answer is not JSON, %s at byte %d: ", error->message, (int)error->at);
  push_excerpt(r);
  lua_concat(r->L, 2);
  return ig_failm(r->L, IG_JSON, r->call);
}

/* Pushes a number, without ".0" where it is a whole one. */
static void push_plain(lua_State *L, lua_Number number) {
  if (number == floor(number) && fabs(number) < 1e15)
    lua_pushinteger(L, (lua_Integer)number);
  else
    lua_pushnumber(L, number);
}

static int fail_timeout(const response *r) {
  double connected = 0;
  curl_easy_getinfo(r->transfer->easy, CURLINFO_PRETRANSFER_TIME, &connected);
  bool connecting = connected <= 0 && r->client->connect_timeout < r->client->timeout;
  long limit = connecting                 ? r->client->connect_timeout
               : r->transfer->file != NULL ? r->client->timeout
                                           : r->transfer->timeout;
  push_plain(r->L, (lua_Number)limit / 1000);
  return ig_failf(r->L, IG_TIMEOUT, r->call, "%s: %s within %s s",
                  r->client->host,
                  connected <= 0 ? "no connection"
                  : r->transfer->file != NULL ? "no progress"
                                              : "no complete answer",
                  lua_tostring(r->L, -1));
}

/* The same call would meet the same certificate, or the same redirect. */
static int fail_for_good(const response *r) {
  int results = ig_failm(r->L, IG_NETWORK, r->call);
  lua_pushboolean(r->L, 0);
  lua_setfield(r->L, -3, "retryable");
  ig_markrefused(r->L, -2);
  return results;
}

/* Scheme, host and port alone are told: the rest may carry anything. */
static int fail_redirect(const response *r) {
  const char *url = r->transfer->url.data, *host = strstr(url, "://");
  size_t scheme = host == NULL ? 0 : (size_t)(host - url) + 3;
  host = url + scheme;
  const char *end = host + strcspn(host, "/?#");
  for (const char *at = host; at < end; at++)
    if (*at == '@') host = at + 1;
  lua_pushfstring(r->L, "%s redirects, not followed%s: ", r->client->host,
                  r->transfer->redirects > 0 ? " any more" : "");
  lua_pushlstring(r->L, url, scheme);
  push_redacted(r, host, (size_t)(end - host), (size_t)(end - host));
  lua_concat(r->L, 3);
  return fail_for_good(r);
}

static bool is_about_trust(CURLcode code) {
  return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
         code == CURLE_SSL_CERTPROBLEM;
}

/* libcurl gave up. */
static int fail_transfer(const response *r) {
  igh_transfer *transfer = r->transfer;
  if (transfer->header_bytes > IGH_MAX_HEADERS)
    return ig_failf(r->L, IG_TOO_LARGE, r->call, "the answer has more than %d bytes of headers, each line with %d more",
                    (int)IGH_MAX_HEADERS, (int)IGH_LINE_COST);
  if (transfer->too_large) {
    push_plain(r->L, (lua_Number)r->client->max_response);
    return ig_failf(r->L, IG_TOO_LARGE, r->call, "the answer is larger than max_response, %s bytes",
                    lua_tostring(r->L, -1));
  }
  if (transfer->file != NULL && transfer->file->shrunk)
    return ig_failf(r->L, IG_INVALID, r->call, "the file became shorter while it was sent");
  if (transfer->file != NULL && transfer->file->unreadable)
    return ig_failf(r->L, IG_INVALID, r->call, "the file cannot be read");
  bool stuck = transfer->file != NULL && transfer->result == CURLE_ABORTED_BY_CALLBACK;
  if (stuck || transfer->result == CURLE_OPERATION_TIMEDOUT) return fail_timeout(r);
  const char *cause = *transfer->error != '\0' ? transfer->error
                                               : curl_easy_strerror(transfer->result);
  lua_pushfstring(r->L, "%s: ", r->client->host);
  push_redacted(r, cause, strlen(cause), CURL_ERROR_SIZE);
  /* What libcurl says of a header line that is longer than it takes, too. */
  bool memory = transfer->result == CURLE_OUT_OF_MEMORY;
  lua_pushstring(r->L, memory ? " (or a header line of more than 100 KB)" : "");
  lua_concat(r->L, 3);
  return is_about_trust(transfer->result) ? fail_for_good(r)
                                          : ig_failm(r->L, IG_NETWORK, r->call);
}

/* --- Graph errors ------------------------------------------------------------------------------ */

/* The shapes an error comes in. A dot leads into a member; `where` is "" for the top of the body.
 * The first row whose `test` member is there (and is a number, where it must be) fits. */
static const struct shape {
  const char *where, *test;
  bool number; /* `test` must be a number: elsewhere the same name means something else */
  const char *message, *type, *code, *subcode;
} shapes[] = {
    {"error", "message", false, "message", "type", "code", "error_subcode"},
    {"error", "code", false, "message", "type", "code", "error_subcode"},
    {"", "error_description", false, "error_description", "error", "error", NULL},
    {"", "error_message", false, "error_message", "error_type", "code", "error_subcode"},
    {"", "error_msg", false, "error_msg", "error_reason", "error_code", "error_subcode"},
    {"debug_info", "message", false, "message", "type", NULL, NULL},
    {"data.error", "message", false, "message", "type", "code", "subcode"},
    {"data.error", "code", true, "message", "type", "code", "subcode"},
    {"", "code", true, "message", "type", "code", "error_subcode"},
};

/* {"error": something} of no known shape: an error all the same. */
static const struct shape bare = {"", "", false, "error", "error", NULL, NULL};

/* Pushes the table at `where` in the body at `index`, or nothing and returns false. */
static bool push_at(lua_State *L, int index, const char *where) {
  lua_pushvalue(L, index);
  while (*where != '\0') {
    size_t size = strcspn(where, ".");
    lua_pushlstring(L, where, size);
    lua_rawget(L, -2);
    lua_remove(L, -2);
    where += where[size] == '.' ? size + 1 : size;
    if (!lua_istable(L, -1)) {
      lua_pop(L, 1);
      return false;
    }
  }
  return true;
}

static int type_of_member(lua_State *L, const char *name) {
  lua_getfield(L, -1, name);
  int type = lua_type(L, -1);
  lua_pop(L, 1);
  return type;
}

/* Leaves the table that holds the error's members on the stack. */
static const struct shape *find_shape(lua_State *L, int body) {
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    const struct shape *shape = &shapes[i];
    if (!push_at(L, body, shape->where)) continue;
    int type = type_of_member(L, shape->test);
    bool fits = type == LUA_TNUMBER || (type == LUA_TSTRING && !shape->number);
    /* {"code":…,"message":…} has no name for what it is: both must be there, and no id. */
    if (fits && *shape->where == '\0' && shape->number)
      fits = type_of_member(L, "message") == LUA_TSTRING && type_of_member(L, "id") == LUA_TNIL;
    if (fits) return shape;
    lua_pop(L, 1);
  }
  return NULL;
}

/* Copies a member of the table at `from` into the error object on top, if it is of the type. */
static void copy(lua_State *L, int from, const char *name, int type, const char *as) {
  if (name == NULL) return;
  lua_getfield(L, from, name);
  if (lua_type(L, -1) == type)
    lua_setfield(L, -2, as);
  else
    lua_pop(L, 1);
}

static lua_Number number_at(lua_State *L, int index, const char *name) {
  if (name == NULL) return 0;
  lua_getfield(L, index, name);
  lua_Number number = lua_tonumber(L, -1); /* 0 for what is not one */
  lua_pop(L, 1);
  return number;
}

static bool flag_at(lua_State *L, int index, const char *name) {
  lua_getfield(L, index, name);
  bool flag = lua_isboolean(L, -1) && lua_toboolean(L, -1);
  lua_pop(L, 1);
  return flag;
}

static bool is_oauth(lua_State *L, int index, const char *name) {
  if (name == NULL) return false;
  lua_getfield(L, index, name);
  bool is = lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), "OAuthException") == 0;
  lua_pop(L, 1);
  return is;
}

/* The kind by the table of codes; where that says nothing, by what the answer says of itself. */
static ig_kind classify(lua_State *L, const struct shape *shape, int from) {
  lua_Number code = number_at(L, from, shape->code);
  ig_kind kind = ig_kind_of_code(code, number_at(L, from, shape->subcode));
  if (kind != IG_KIND_COUNT) return kind;
  if (flag_at(L, from, "is_transient") || flag_at(L, from, "retriable")) return IG_TRANSIENT;
  /* Without a code, or with the HTTP status in its place, such a type is about the token. */
  bool no_code = code == 0 || code == 400;
  return no_code && is_oauth(L, from, shape->type) ? IG_AUTH : IG_GRAPH;
}

/* Code and subcode, even where they come as strings of digits. */
static void copy_number(lua_State *L, int from, const char *name, const char *as) {
  lua_Number number = number_at(L, from, name);
  if (number == 0 || !(fabs(number) <= 9007199254740992.0)) return;
  lua_getfield(L, from, name);
  if (lua_type(L, -1) == LUA_TSTRING) {
    lua_pushinteger(L, (lua_Integer)lua_tonumber(L, -1));
    lua_replace(L, -2);
  }
  lua_setfield(L, -2, as);
}

/* `error_data` is an object, or a string of JSON that holds one. debug_token has its own. */
static void add_data(const response *r, const struct shape *shape, int body, int from) {
  lua_State *L = r->L;
  ig_json_error error;
  size_t size;
  if (strcmp(shape->where, "data.error") == 0) {
    copy(L, body, "data", LUA_TTABLE, "data");
    return;
  }
  lua_getfield(L, from, "error_data");
  const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &size) : NULL;
  if (text != NULL && ig_json_read(L, text, size, &r->transfer->scratch, &error))
    lua_remove(L, -2);
  if (lua_isnil(L, -1) || lua_islightuserdata(L, -1))
    lua_pop(L, 1);
  else
    lua_setfield(L, -2, "data");
}

/* The longest wait that the answer's business use cases name, in seconds; they count minutes. */
static lua_Number time_to_regain(const response *r) {
  lua_State *L = r->L;
  lua_Number longest = 0;
  int top = lua_gettop(L);
  if (igh_transfer_header(r->transfer, IGH_BUSINESS_USE_CASE_USAGE) == NULL) return 0;
  if (!push_at(L, r->kept, "usage.business_use_case")) return 0;
  for (lua_pushnil(L); lua_next(L, top + 1) != 0; lua_settop(L, top + 2)) {
    int cases = lua_istable(L, top + 3) ? (int)lua_rawlen(L, top + 3) : 0;
    for (int i = 1; i <= cases; i++, lua_settop(L, top + 3)) {
      lua_rawgeti(L, top + 3, i);
      if (!lua_istable(L, top + 4)) continue;
      lua_Number minutes = number_at(L, top + 4, "estimated_time_to_regain_access");
      if (minutes > longest && minutes <= LONGEST_WAIT) longest = minutes;
    }
  }
  lua_settop(L, top);
  return longest * 60;
}

/* The trace id of the headers, where there is one. */
static bool push_trace(const response *r) {
  const char *trace = igh_transfer_header(r->transfer, IGH_TRACE_ID);
  if (trace == NULL) return false;
  push_redacted(r, trace, strlen(trace), strlen(trace));
  return true;
}

/* What the error object on top has from the headers, whatever the body says. */
static void add_from_headers(const response *r, ig_kind kind) {
  lua_State *L = r->L;
  curl_off_t retry_after = 0;
  curl_easy_getinfo(r->transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
  lua_Number seconds = (lua_Number)retry_after;
  if (seconds <= 0 && (kind == IG_THROTTLED || r->call->status == 429)) seconds = time_to_regain(r);
  if (seconds > 0) {
    push_plain(L, seconds);
    lua_setfield(L, -2, "retry_after");
  }
  lua_getfield(L, -1, "fbtrace_id");
  bool known = !lua_isnil(L, -1);
  lua_pop(L, 1);
  if (!known && push_trace(r)) lua_setfield(L, -2, "fbtrace_id");
}

/* What was not carried out, or only read, may be asked again when the server has recovered. */
static void set_retryable_by_status(const response *r) {
  long status = r->call->status;
  lua_pushboolean(r->L, status == 429 || (status >= 500 && strcmp(r->call->method, "POST") != 0));
  lua_setfield(r->L, -2, "retryable");
}

/* A failed answer without a Graph error in it. */
static int fail_http(const response *r) {
  lua_State *L = r->L;
  lua_pushfstring(L, "HTTP %d from %s: ", (int)r->call->status, r->client->host);
  push_excerpt(r);
  lua_concat(L, 2);
  int results = ig_failm(L, IG_HTTP, r->call);
  lua_pushvalue(L, -2);
  set_retryable_by_status(r);
  add_from_headers(r, IG_HTTP);
  lua_pop(L, 1);
  return results;
}

/* The members of the table at `from`, read by its shape, as an error object. */
static int fail_graph(const response *r, const struct shape *shape, int body, int from) {
  lua_State *L = r->L;
  ig_kind kind = classify(L, shape, from);
  ig_pusherror(L, kind, r->call);
  lua_pushliteral(L, "an error without a message");
  lua_setfield(L, -2, "message");
  copy(L, from, shape->message, LUA_TSTRING, "message");
  copy(L, from, shape->type, LUA_TSTRING, "type");
  copy_number(L, from, shape->code, "code");
  copy_number(L, from, shape->subcode, "subcode");
  copy(L, from, "fbtrace_id", LUA_TSTRING, "fbtrace_id");
  copy(L, from, "error_user_title", LUA_TSTRING, "user_title");
  copy(L, from, "error_user_msg", LUA_TSTRING, "user_msg");
  add_data(r, shape, body, from);
  lua_Number code = number_at(L, from, shape->code);
  bool known = ig_kind_of_code(code, number_at(L, from, shape->subcode)) != IG_KIND_COUNT;
  if (kind == IG_GRAPH && !known) set_retryable_by_status(r);
  /* "Unknown error" and the like say nothing about whether a POST was carried out, and neither does a flag. The
   * host of uploads, which has no codes, does. */
  bool unsettled = code <= 2 || !known;
  if (kind == IG_TRANSIENT && unsettled && shape->code != NULL && strcmp(r->call->method, "POST") == 0) {
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "retryable");
  }
  add_from_headers(r, kind);
  return ig_fail(L);
}

static bool has_error(lua_State *L, int body) {
  lua_getfield(L, body, "error");
  int type = lua_type(L, -1);
  lua_pop(L, 1);
  return type == LUA_TTABLE || type == LUA_TSTRING || type == LUA_TNUMBER;
}

/* --- all of it --------------------------------------------------------------------------------- */

static bool read_body(const response *r, ig_json_error *error) {
  igb_buffer *body = &r->transfer->body;
  return ig_json_read(r->L, body->data, body->size, &r->transfer->scratch, error);
}

/* Errors are made from a body without secrets in it: the server may repeat what it was sent. Every
 * other answer comes as it is. */
static bool read_redacted(const response *r) {
  ig_json_error error;
  ig_redact(r->client, &r->transfer->body);
  return read_body(r, &error) && lua_istable(r->L, -1);
}

/* Old servers answer a request for a token with access_token=…&expires=…. */
static bool push_token_query(const response *r) {
  static const char name[] = "access_token=";
  const igb_buffer *body = &r->transfer->body;
  if (!r->client->signs_nothing || body->size < sizeof name) return false;
  if (memcmp(body->data, name, sizeof name - 1) != 0) return false;
  ig_pushquery(r->L, body->data, body->size);
  return true;
}

/* Returns the number of results. */
static int read_answer(const response *r) {
  lua_State *L = r->L;
  const igh_transfer *transfer = r->transfer;
  ig_json_error error;
  if (transfer->status > 0) keep_usage(r);
  if (transfer->result != CURLE_OK) return fail_transfer(r);
  if (transfer->refused_redirect) return fail_redirect(r);

  bool good = r->call->status >= 200 && r->call->status < 300;
  if (!read_body(r, &error)) {
    if (good && push_token_query(r)) return 1;
    return good ? fail_json(r, &error) : fail_http(r);
  }
  int body = lua_gettop(L);
  bool failed = lua_istable(L, body) && (find_shape(L, body) != NULL || has_error(L, body));
  lua_settop(L, body);
  if (!failed) return good ? 1 : fail_http(r);

  lua_settop(L, body - 1);
  if (!read_redacted(r)) return fail_http(r);
  const struct shape *shape = find_shape(L, body);
  return shape == NULL ? fail_graph(r, &bare, body, body)
                       : fail_graph(r, shape, body, lua_gettop(L));
}

int ig_response(lua_State *L, igh_transfer *transfer, int client, const ig_call *call) {
  response r = {L, transfer, ig_toclient(L, client), call, 0};
  ig_needstack(L, 20);
  ig_getkept(L, client);
  r.kept = lua_gettop(L);
  ig_hold(r.client);
  int results = read_answer(&r);
  ig_letgo(r.client);
  return results;
}

int ig_pushtrace(lua_State *L, igh_transfer *transfer, int client) {
  response r = {L, transfer, ig_toclient(L, client), NULL, 0};
  ig_hold(r.client);
  int results = push_trace(&r) ? 1 : 0;
  ig_letgo(r.client);
  return results;
}

/* --- an answer inside of another: an entry of a batch ------------------------------------------- */

static const char ANSWER[] = "iggraph.answer";

static int answer_gc(lua_State *L) {
  igh_transfer *answer = lua_touserdata(L, 1);
  igb_free(&answer->body);
  igb_free(&answer->scratch);
  return 0;
}

/* response.read(client, method, path, status, body) -> value, or nil, err, kind */
static int response_read(lua_State *L) {
  size_t size;
  ig_call call = {luaL_checkstring(L, 2), luaL_checkstring(L, 3), (long)luaL_checkinteger(L, 4)};
  const char *body = luaL_checklstring(L, 5, &size);
  ig_hold(ig_toclient(L, 1));
  igh_transfer *answer = ig_newobject(L, ANSWER, sizeof *answer);
  ig_append(L, &answer->body, body, size);
  return ig_response(L, answer, 1, &call);
}

static const luaL_Reg answer_meta[] = {{"__gc", answer_gc}, {NULL, NULL}};
static const luaL_Reg response_funcs[] = {{"read", response_read}, {NULL, NULL}};

void ig_open_response(lua_State *L) { ig_newtype(L, ANSWER, answer_meta, response_funcs); }
