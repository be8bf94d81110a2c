/* One request, made from a client: its path, and what libcurl is told. */
#include <math.h>
#include <string.h>

#include "iggraph.h"

enum { LONGEST_UPLOAD = 24 * 3600 * 1000 }; /* milliseconds: the life of a container */

/* --- the path ---------------------------------------------------------------------------------- */

static bool is_path_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         strchr("_-.~@=,", c) != NULL;
}

static bool is_dots(const char *segment, size_t size) {
  return size == 0 || (size <= 2 && memcmp(segment, "..", size) == 0);
}

const char *ig_checkpath(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TSTRING) ig_raise(L, "path: a string expected");
  const char *path = lua_tostring(L, index);
  if (strlen(path) != lua_rawlen(L, index)) ig_raise(L, "path: a NUL in it");
  if (*path == '\0') ig_raise(L, "path: empty; the root is \"/\"");
  return path;
}

/* Nothing that could lead to another host, another version or another parameter. The text itself is
 * not told: it may be a link with a token in it. */
static void check_path(lua_State *L, const char *what, const char *path) {
  const char *segment = path, *at = path;
  if (*path == '\0') return; /* the root, where batches go */
  for (;; at++) {
    if (*at == '/' || *at == '\0') {
      if (is_dots(segment, (size_t)(at - segment)))
        ig_raise(L, "%s: an empty, '.' or '..' part", what);
      if (*at == '\0') return;
      segment = at + 1;
    } else if (!is_path_byte(*at)) {
      ig_raise(L, "%s: the byte %d ('%c') cannot be in it; parameters go into params", what,
               (unsigned char)*at, *at >= ' ' && *at < 0x7f ? *at : '?');
    }
  }
}

/* A token that was taken for an id would show in all that tells of the call. */
static void check_no_token(lua_State *L, const ig_client *client, const char *what, const char *path) {
  bool telling = client->token != NULL && strlen(client->token) >= 16;
  if (telling && strstr(path, client->token) != NULL) ig_raise(L, "%s: the access token is in it", what);
}

/* What of the path comes behind the version. */
static const char *check_call(lua_State *L, const ig_client *client, const char *path) {
  if (*path == '/') path++;
  check_path(L, "path", path);
  check_no_token(L, client, "path", path);
  return path;
}

void ig_addpath(lua_State *L, const ig_client *client, const char *path, igb_buffer *out) {
  path = check_call(L, client, path);
  ig_append(L, out, "/", 1);
  if (client->version != NULL) {
    ig_append(L, out, client->version, strlen(client->version));
    ig_append(L, out, "/", 1);
  }
  ig_append(L, out, path, strlen(path));
}

const char *ig_pushpath(lua_State *L, const ig_client *client, const char *path) {
  const char *version = client->version;
  path = check_call(L, client, path);
  return version == NULL ? lua_pushfstring(L, "/%s", path) : lua_pushfstring(L, "/%s/%s", version, path);
}

/* client.check_id(client, id, what) -> the id as a string, or raises: it must be one part of a path */
int ig_client_checkid(lua_State *L) {
  const ig_client *client = ig_toclient(L, 1);
  const char *what = luaL_checkstring(L, 3);
  if (lua_type(L, 2) == LUA_TNUMBER) {
    lua_Number number = lua_tonumber(L, 2);
    bool exact = lua_isinteger(L, 2) || (number <= 9007199254740992.0 && number == floor(number));
    if (!(number >= 0) || !exact)
      ig_raise(L, "%s: not an id that a number can hold: pass it as a string", what);
    ig_pushtext(L, what, 2);
    lua_replace(L, 2);
  }
  if (lua_type(L, 2) != LUA_TSTRING) ig_raise(L, "%s: a string expected", what);
  const char *id = lua_tostring(L, 2);
  if (*id == '\0' || strlen(id) != lua_rawlen(L, 2) || strchr(id, '/') != NULL)
    ig_raise(L, "%s: not an id", what);
  check_path(L, what, id);
  check_no_token(L, client, what, id);
  lua_settop(L, 2);
  return 1;
}

/* client.path(client, path) -> "/v26.0/me", as failures tell it */
int ig_client_path(lua_State *L) {
  ig_pushpath(L, ig_toclient(L, 1), ig_checkpath(L, 2));
  return 1;
}

/* --- what libcurl is told ----------------------------------------------------------------------- */

/* What libcurl keeps a copy of. Where it cannot, it would do without: ask another server, or for something else. */
static void set_text(lua_State *L, CURL *easy, CURLoption option, const char *text) {
  if (curl_easy_setopt(easy, option, text) != CURLE_OK) ig_nomemory(L);
}

static void set_method(lua_State *L, igh_transfer *transfer, const char *method) {
  CURL *easy = transfer->easy;
  if (strcmp(method, "POST") != 0) {
    transfer->may_repeat = strcmp(method, "GET") == 0;
    if (!transfer->may_repeat) set_text(L, easy, CURLOPT_CUSTOMREQUEST, method);
  } else if (transfer->multipart != NULL) {
    curl_easy_setopt(easy, CURLOPT_MIMEPOST, transfer->multipart);
  } else {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->form.size);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->form.data);
  }
}

static void set_trust(lua_State *L, const ig_client *client, CURL *easy) {
  const char *ca_file = client->ca_file;
  if (ca_file == NULL && igh_libcurl->age >= CURLVERSION_SEVENTH) ca_file = igh_libcurl->cainfo;
  if (ca_file == NULL) return;
  /* While a CAPATH is set, libcurl keeps no certificate store: each new connection would read all
   * of it again, 35 ms during which the whole process stands still. */
  curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  set_text(L, easy, CURLOPT_CAINFO, ca_file);
}

/* Plain http is taken because it stays on this machine: it must not go through the environment's
 * proxy, token and all. */
static void set_proxy(lua_State *L, const ig_client *client, CURL *easy) {
  if (strncmp(client->base_url, "http://", 7) == 0) set_text(L, easy, CURLOPT_PROXY, "");
}

/* libcurl takes a URL apart, puts it together again byte by byte, and once more when it sends, where 7.88 does without
 * the query if there is no memory for that. So it gets the origin alone, and is told what to ask for there. */
static void set_address(lua_State *L, CURL *easy, char *url) {
  char *target = strchr(strstr(url, "://") + 3, '/');
  set_text(L, easy, CURLOPT_REQUEST_TARGET, target);
  *target = '\0';
  CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, url);
  *target = '/';
  if (code != CURLE_OK) ig_nomemory(L);
}

/* What is the same for every request; its URL is complete. */
static void set_up(lua_State *L, const ig_client *client, igh_transfer *transfer) {
  CURL *easy = transfer->easy;
  if (!igb_terminate(&transfer->url)) ig_nomemory(L);
  transfer->user = client;
  transfer->max_body = client->max_response;
  transfer->timeout = client->timeout;
  set_trust(L, client, easy);
  set_proxy(L, client, easy);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->lines != NULL ? transfer->lines : client->headers);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, client->connect_timeout);
  set_address(L, easy, transfer->url.data);
}

void ig_request(lua_State *L, const ig_client *client, igh_transfer *transfer, const char *method,
                const char *path, int params) {
  bool is_post = strcmp(method, "POST") == 0, signs = !client->signs_nothing;
  igb_buffer *query = &transfer->scratch, *url = &transfer->url;
  igb_buffer *form = is_post ? &transfer->form : query;
  ig_append(L, form, "", 0); /* an empty form is a form, too */
  ig_addparams(L, params, transfer, form, signs);
  if (client->closed) ig_raise(L, "the client is closed"); /* by a finalizer that ran meanwhile */
  if (client->proof != NULL) ig_addparam(L, transfer, form, "appsecret_proof", client->proof);
  ig_append(L, url, client->base_url, strlen(client->base_url));
  ig_addpath(L, client, path, url);
  if (client->token_in_query && signs) {
    if (query->size > 0) ig_append(L, query, "&", 1);
    ig_append(L, query, "access_token=", 13);
    ig_append(L, query, client->escaped_token, strlen(client->escaped_token));
  }
  if (query->size > 0) {
    ig_append(L, url, "?", 1);
    ig_append(L, url, query->data, query->size);
  }
  set_up(L, client, transfer);
  set_method(L, transfer, method);
}

/* --- a file, to the host of uploads -------------------------------------------------------------- */

static void add_line(lua_State *L, igh_transfer *transfer, const char *line) {
  struct curl_slist *lines = curl_slist_append(transfer->lines, line);
  if (lines == NULL) ig_nomemory(L);
  transfer->lines = lines;
}

static void add_number_line(lua_State *L, igh_transfer *transfer, const char *name, lua_Number number) {
  char line[64];
  snprintf(line, sizeof line, "%s: %.0f", name, number);
  add_line(L, transfer, line);
}

void ig_uploadrequest(lua_State *L, const ig_client *client, igh_transfer *transfer, const char *path,
                      igh_file *file, lua_Number offset) {
  CURL *easy = transfer->easy;
  transfer->file = file;
  add_number_line(L, transfer, "offset", offset);
  add_number_line(L, transfer, "file_size", (lua_Number)file->end);
  add_line(L, transfer, "Content-Type: application/octet-stream");
  for (const struct curl_slist *line = client->headers; line != NULL; line = line->next)
    add_line(L, transfer, line->data);
  ig_append(L, &transfer->url, client->base_url, strlen(client->base_url));
  ig_addpath(L, client, path, &transfer->url);
  set_up(L, client, transfer);
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(file->end - file->first));
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, igh_file_read);
  curl_easy_setopt(easy, CURLOPT_READDATA, file);
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, igh_file_seek);
  curl_easy_setopt(easy, CURLOPT_SEEKDATA, file);
  /* A long file takes its time: what ends it is that nothing moves for as long as a call may take. libcurl's own
   * limit counts from when its average of five seconds is low; with one it looks every second. */
  file->patience = client->timeout;
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, igh_file_progress);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, file);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (client->timeout + 999) / 1000);
  transfer->timeout = LONGEST_UPLOAD;
}
