/* One call under way, as Lua sees it: start, wait until it is done, take the answer. */
#include <math.h>
#include <string.h>

#include "iggraph.h"

static const char *const methods[] = {"GET", "POST", "DELETE", NULL};

static ig_transfer *check_transfer(lua_State *L, int index) {
  return luaL_checkudata(L, index, IG_TRANSFER);
}

/* Leaves a transfer of the client on the stack, and returns what is to be filled in. */
static igh_transfer *push_new(lua_State *L, int client_index, const char *method, const char *path) {
  ig_transfer *self = ig_newobject(L, IG_TRANSFER, sizeof *self);
  self->method = method;
  ig_getkept(L, -1);
  lua_pushvalue(L, client_index);
  lua_setfield(L, -2, "client"); /* its headers are read while the transfer is under way */
  lua_pushstring(L, path);
  lua_setfield(L, -2, "path");
  lua_pop(L, 1);
  igh_engine *engine = ig_engine(L);
  ig_client *client = ig_toclient(L, client_index);
  if (client->joined != engine) igh_engine_join(engine);
  client->joined = engine;
  igh_transfer *transfer = igh_transfer_new(engine, &self->ticket);
  if (transfer == NULL) ig_nomemory(L);
  return transfer;
}

static void begin(lua_State *L, igh_transfer *transfer) {
  CURLMcode code = igh_transfer_start(transfer);
  if (code == CURLM_OUT_OF_MEMORY) ig_nomemory(L);
  if (code != CURLM_OK) ig_raise(L, "iggraph: %s", curl_multi_strerror(code));
}

void ig_start(lua_State *L, int client_index, const char *method, const char *path, int params) {
  const ig_client *client = ig_checkclient(L, client_index);
  igh_transfer *transfer = push_new(L, client_index, method, path);
  ig_request(L, client, transfer, method, path, params);
  begin(L, transfer);
}

void ig_cancel(lua_State *L, int index) { igh_ticket_ring(&check_transfer(L, index)->ticket); }

/* Its transfer, unless that is over, or belongs to the process that this one was forked from. */
static igh_transfer *live(const ig_transfer *self) {
  igh_transfer *transfer = self->ticket.transfer;
  return transfer != NULL && igh_engine_is_ours(transfer->engine) ? transfer : NULL;
}

bool ig_is_open(lua_State *L, int index) {
  ig_transfer *self = luaL_testudata(L, index, IG_TRANSFER);
  return self != NULL && live(self) != NULL;
}

bool ig_has_failed(lua_State *L, int index) {
  const igh_transfer *transfer = live(check_transfer(L, index));
  return transfer != NULL && transfer->state == IGH_DONE && transfer->result != CURLE_OK;
}

/* transfer.start(client, method, path, params?) -> transfer */
static int transfer_start(lua_State *L) {
  const char *method = methods[luaL_checkoption(L, 2, NULL, methods)];
  const char *path = ig_checkpath(L, 3);
  ig_checkclient(L, 1);
  if (!lua_isnoneornil(L, 4) && !lua_istable(L, 4))
    return ig_raise(L, "params: a table expected, got %s", luaL_typename(L, 4));
  lua_settop(L, 4);
  ig_start(L, 1, method, path, 4);
  return 1;
}

/* transfer.upload(client, path, file, offset, size) -> transfer: sends the open file's bytes from `offset` to
 * before `size`. Its client is one of client.uploader. */
static int transfer_upload(lua_State *L) {
  off_t is;
  const char *path = ig_checkpath(L, 2);
  lua_Number offset = luaL_checknumber(L, 4), size = luaL_checknumber(L, 5);
  luaL_argcheck(L, offset >= 0 && offset <= size && offset == floor(offset), 4, "not within the file");
  luaL_argcheck(L, size <= 9007199254740992.0, 5, "not the size of a file");
  igh_transfer *transfer = push_new(L, 1, "POST", path); /* may run a finalizer that closes one of both */
  const ig_client *client = ig_checkclient(L, 1);
  FILE *handle = ig_tofile(L, "file", 3, &is);
  luaL_argcheck(L, handle != NULL, 3, "an open file expected");
  igh_file *file = igh_file_new(fileno(handle), (off_t)offset, (off_t)size);
  if (file == NULL) return ig_raise(L, "file: no memory or no descriptor left for it");
  ig_uploadrequest(L, client, transfer, path, file, offset);
  begin(L, transfer);
  return 1;
}

/* transfer.sent(transfer) -> bytes of its file that were handed on so far, counted from the file's start; nil
 * when it is over */
static int transfer_sent(lua_State *L) {
  const igh_transfer *transfer = live(check_transfer(L, 1));
  if (transfer == NULL || transfer->file == NULL) return 0;
  lua_pushinteger(L, (lua_Integer)transfer->file->at);
  return 1;
}

/* transfer.about(transfer) -> method, path as failures tell it */
static int transfer_about(lua_State *L) {
  const ig_transfer *self = check_transfer(L, 1);
  ig_getkept(L, 1);
  lua_pushstring(L, self->method);
  lua_getfield(L, -2, "client");
  lua_getfield(L, -3, "path");
  ig_pushpath(L, ig_toclient(L, -2), lua_tostring(L, -1));
  lua_pushvalue(L, -4);
  lua_insert(L, -2);
  return 2;
}

/* transfer.limit(transfer, seconds): it has no more time than that from now on */
static int transfer_limit(lua_State *L) {
  igh_transfer *transfer = live(check_transfer(L, 1));
  lua_Number seconds = luaL_checknumber(L, 2);
  if (transfer != NULL && seconds < 1e6) igh_transfer_limit(transfer, seconds <= 0 ? 1 : (long)(seconds * 1000) + 1);
  return 0;
}

static lua_Number seconds_from(long long start, long long end) {
  return end > start ? (lua_Number)(end - start) / 1e6 : 0;
}

/* transfer.facts(transfer) -> how it went, before it is answered: HTTP status (0: none), how often it was begun,
 * connections opened, bytes of the body on the wire; seconds: connecting, from the call to its sending without that, to
 * the first byte, in all. Nothing for one that is over. */
static int transfer_facts(lua_State *L) {
  const ig_transfer *self = check_transfer(L, 1);
  const igh_transfer *transfer = live(self);
  if (transfer == NULL || transfer->state != IGH_DONE) return 0;
  long connects = 0;
  curl_off_t bytes = 0;
  double connect = 0, tls = 0;
  curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &connects);
  curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
  if (connects > 0) curl_easy_getinfo(transfer->easy, CURLINFO_CONNECT_TIME, &connect);
  if (connects > 0) curl_easy_getinfo(transfer->easy, CURLINFO_APPCONNECT_TIME, &tls);
  if (tls > connect) connect = tls;
  lua_Number until_sent = seconds_from(transfer->at.start, transfer->at.sent);
  lua_pushinteger(L, (lua_Integer)transfer->status);
  lua_pushinteger(L, transfer->tries);
  lua_pushinteger(L, (lua_Integer)connects);
  lua_pushinteger(L, (lua_Integer)bytes);
  lua_pushnumber(L, connect);
  lua_pushnumber(L, until_sent > connect ? until_sent - connect : 0);
  lua_pushnumber(L, seconds_from(transfer->at.start, transfer->at.first));
  lua_pushnumber(L, seconds_from(transfer->at.start, transfer->at.end));
  return 8;
}

/* transfer.trace(transfer) -> the trace id of its headers, or nil; before it is answered */
static int transfer_trace(lua_State *L) {
  igh_transfer *transfer = live(check_transfer(L, 1));
  lua_settop(L, 1);
  if (transfer == NULL || transfer->state != IGH_DONE) return 0;
  ig_getkept(L, 1);
  lua_getfield(L, 2, "client");
  return ig_pushtrace(L, transfer, 3);
}

/* transfer.answer(transfer) -> value, or nil, err, kind; once */
static int transfer_answer(lua_State *L) {
  const ig_transfer *self = check_transfer(L, 1);
  igh_transfer *transfer = live(self);
  lua_settop(L, 1);
  if (transfer != NULL && transfer->state != IGH_DONE) ig_raise(L, "the transfer is under way");
  if (transfer != NULL) transfer->being_read = true; /* from the first allocation on: each may run finalizers */
  ig_getkept(L, 1);
  lua_getfield(L, 2, "client");
  lua_getfield(L, 2, "path");
  if (transfer != NULL) ig_hold(ig_toclient(L, 3));
  ig_call call = {self->method, ig_pushpath(L, ig_toclient(L, 3), lua_tostring(L, 4)), 0};
  if (transfer == NULL)
    return ig_failf(L, IG_CANCELLED, &call, "the call was cancelled before its answer came");
  call.status = transfer->status;
  int results = ig_response(L, transfer, 3, &call);
  igh_transfer_free(transfer);
  return results;
}

static int transfer_gc(lua_State *L) {
  ig_dropticket(L, &check_transfer(L, 1)->ticket);
  return 0;
}

static int transfer_tostring(lua_State *L) {
  const ig_transfer *self = check_transfer(L, 1);
  lua_pushfstring(L, "iggraph.transfer (%s)", self->ticket.transfer == NULL ? "over" : self->method);
  return 1;
}

static const luaL_Reg transfer_meta[] = {
    {"__gc", transfer_gc}, {"__tostring", transfer_tostring}, {NULL, NULL}};

static const luaL_Reg transfer_funcs[] = {{"about", transfer_about},
                                          {"answer", transfer_answer},
                                          {"facts", transfer_facts},
                                          {"limit", transfer_limit},
                                          {"sent", transfer_sent},
                                          {"start", transfer_start},
                                          {"trace", transfer_trace},
                                          {"upload", transfer_upload},
                                          {NULL, NULL}};

void ig_open_transfer(lua_State *L) {
  ig_newtype(L, IG_TRANSFER, transfer_meta, transfer_funcs);
}
