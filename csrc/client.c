/* A client: what holds for all of its calls. */
#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "iggraph.h"

/* --- secrets and strings ----------------------------------------------------------------------- */

static void forget(char **field) {
  if (*field != NULL) OPENSSL_cleanse(*field, strlen(*field));
  free(*field);
  *field = NULL;
}

/* The client owns the copy at once; raises when there is no memory. */
static void set(lua_State *L, char **field, const char *value) {
  char *copy = strdup(value);
  if (copy == NULL) ig_nomemory(L);
  forget(field);
  *field = copy;
}

static void forget_headers(struct curl_slist **headers) {
  for (struct curl_slist *line = *headers; line != NULL; line = line->next)
    OPENSSL_cleanse(line->data, strlen(line->data));
  curl_slist_free_all(*headers);
  *headers = NULL;
}

/* What a client signed with before client.set_token. libcurl reads the headers while a call is under way, and a
 * server may repeat the token in its answer. */
struct ig_earlier {
  char *token, *escaped_token, *proof;
  struct curl_slist *headers;
  ig_earlier *next;
};

static void forget_earlier(ig_client *client) {
  while (client->earlier != NULL) {
    ig_earlier *earlier = client->earlier;
    client->earlier = earlier->next;
    forget(&earlier->token);
    forget(&earlier->escaped_token);
    forget(&earlier->proof);
    forget_headers(&earlier->headers);
    free(earlier);
  }
}

/* What failures tell of the calls that a closing cancels stays. */
static void overwrite_secrets(ig_client *client) {
  forget(&client->token);
  forget(&client->escaped_token);
  forget(&client->app_secret);
  forget(&client->proof);
  for (int i = 0; i < IG_OTHERS; i++) forget(&client->others[i]);
  forget_headers(&client->headers);
  forget_earlier(client);
}

void ig_hold(ig_client *client) { client->held = true; }

void ig_letgo(ig_client *client) {
  client->held = false;
  if (client->closed) overwrite_secrets(client);
}

enum { SECRETS = 3 + IG_OTHERS };

/* The same without those that are not there. */
static void redact(igb_buffer *text, const char *const all[SECRETS]) {
  const char *secrets[SECRETS + 1];
  size_t count = 0;
  for (size_t i = 0; i < SECRETS; i++)
    if (all[i] != NULL) secrets[count++] = all[i];
  secrets[count] = NULL;
  igb_redact(text, secrets);
}

void ig_redact(const ig_client *client, igb_buffer *text) {
  redact(text, (const char *const[SECRETS]){client->token, client->app_secret, client->proof, client->others[0],
                                            client->others[1], client->others[2]});
  for (const ig_earlier *earlier = client->earlier; earlier != NULL; earlier = earlier->next)
    redact(text, (const char *const[SECRETS]){earlier->token, earlier->proof});
}

/* --- options ----------------------------------------------------------------------------------- */

IG_NORETURN static int bad_option(lua_State *L, const char *name, const char *why) {
  ig_raise(L, "iggraph.new: %s %s", name, why);
}

/* The string on the stack's top, as an option that has no use for control characters. */
static const char *check_text(lua_State *L, const char *name) {
  if (lua_type(L, -1) != LUA_TSTRING) bad_option(L, name, "must be a string");
  size_t size;
  const char *text = lua_tolstring(L, -1, &size);
  if (size == 0) bad_option(L, name, "is empty");
  for (size_t i = 0; i < size; i++)
    if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f)
      bad_option(L, name, "has a space or control character in it");
  return text;
}

static void add_header(lua_State *L, ig_client *client, const char *line) {
  struct curl_slist *headers = curl_slist_append(client->headers, line);
  if (headers == NULL) ig_nomemory(L);
  client->headers = headers;
}

/* Headers of all clients. A user agent by its own option libcurl would write anew for each call. */
static void add_usual_headers(lua_State *L, ig_client *client) {
  add_header(L, client, "Expect:"); /* no round trip before a long form */
  add_header(L, client, "User-Agent: iggraph/" IG_VERSION);
}

static void set_token(lua_State *L, ig_client *client) {
  const char *token = check_text(L, "access_token");
  igb_buffer *escaped = ig_newobject(L, "iggraph.buffer", sizeof *escaped);
  set(L, &client->token, token);
  if (!igb_append_escaped(escaped, token, strlen(token)) || !igb_terminate(escaped))
    ig_nomemory(L);
  set(L, &client->escaped_token, escaped->data);
  igb_wipe(escaped);
  lua_pop(L, 1);
}

static void set_app_secret(lua_State *L, ig_client *client) {
  set(L, &client->app_secret, check_text(L, "app_secret"));
}

static void set_ca_file(lua_State *L, ig_client *client) {
  if (lua_type(L, -1) != LUA_TSTRING) bad_option(L, "ca_file", "must be a string");
  const char *path = lua_tostring(L, -1);
  if (strlen(path) != lua_rawlen(L, -1) || access(path, R_OK) != 0)
    bad_option(L, "ca_file", "cannot be read");
  set(L, &client->ca_file, path);
}

/* v26.0; false: paths without one */
static void set_version(lua_State *L, ig_client *client) {
  if (lua_isboolean(L, -1) && !lua_toboolean(L, -1)) return;
  const char *version = check_text(L, "version"), *at = version;
  size_t major = *at == 'v' ? strspn(++at, "0123456789") : 0;
  at += major;
  size_t minor = major > 0 && *at == '.' ? strspn(++at, "0123456789") : 0;
  if (minor == 0 || at[minor] != '\0') bad_option(L, "version", "must look like \"v26.0\", or be false");
  set(L, &client->version, version);
}

static void set_token_in(lua_State *L, ig_client *client) {
  const char *place = check_text(L, "token_in");
  client->token_in_query = strcmp(place, "query") == 0;
  if (!client->token_in_query && strcmp(place, "header") != 0)
    bad_option(L, "token_in", "must be \"header\" or \"query\"");
}

static lua_Number check_positive(lua_State *L, const char *name, lua_Number most) {
  lua_Number number = lua_type(L, -1) == LUA_TNUMBER ? lua_tonumber(L, -1) : 0;
  if (!(number > 0)) bad_option(L, name, "must be a number above 0");
  return number < most ? number : most;
}

static long check_seconds(lua_State *L, const char *name) {
  lua_Number milliseconds = check_positive(L, name, 1e6) * 1000;
  return milliseconds < 1 ? 1 : (long)milliseconds;
}

static void set_timeout(lua_State *L, ig_client *client) {
  client->timeout = check_seconds(L, "timeout");
}

static void set_connect_timeout(lua_State *L, ig_client *client) {
  client->connect_timeout = check_seconds(L, "connect_timeout");
}

static void set_max_response(lua_State *L, ig_client *client) {
  client->max_response = (size_t)check_positive(L, "max_response", 2147483647.0);
}

static bool is_loopback(const char *host) {
  struct in_addr four;
  struct in6_addr six;
  char plain[INET6_ADDRSTRLEN] = "";
  if (strcasecmp(host, "localhost") == 0) return true;
  if (inet_pton(AF_INET, host, &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  size_t length = strlen(host);
  if (*host != '[' || length - 2 >= sizeof plain) return false;
  memcpy(plain, host + 1, length - 2);
  return inet_pton(AF_INET6, plain, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

typedef struct {
  CURLU *url;
  char *part; /* the last one asked for */
} url_parts;

static int url_gc(lua_State *L) {
  url_parts *parts = lua_touserdata(L, 1);
  curl_url_cleanup(parts->url);
  curl_free(parts->part);
  parts->url = NULL;
  parts->part = NULL;
  return 0;
}

static const luaL_Reg url_meta[] = {{"__gc", url_gc}, {NULL, NULL}};

/* A part of the URL, or "" where it has none; valid until the next one is asked for. */
static const char *part_of(lua_State *L, url_parts *parts, CURLUPart part) {
  curl_free(parts->part);
  parts->part = NULL;
  if (curl_url_get(parts->url, part, &parts->part, 0) == CURLUE_OUT_OF_MEMORY) ig_nomemory(L);
  return parts->part == NULL ? "" : parts->part;
}

/* https://host[:port][/path]; plain http for this machine alone, since a token goes along. */
static void set_base_url(lua_State *L, ig_client *client) {
  static const CURLUPart not_wanted[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY,
                                         CURLUPART_FRAGMENT};
  const char *text = check_text(L, "base_url");
  url_parts *parts = ig_newobject(L, "iggraph.url", sizeof *parts);
  parts->url = curl_url();
  CURLUcode code = parts->url == NULL ? CURLUE_OUT_OF_MEMORY : curl_url_set(parts->url, CURLUPART_URL, text, 0);
  if (code == CURLUE_OUT_OF_MEMORY) ig_nomemory(L);
  if (code != CURLUE_OK)
    bad_option(L, "base_url", "must look like \"https://graph.facebook.com\"");
  for (size_t i = 0; i < sizeof not_wanted / sizeof *not_wanted; i++)
    if (*part_of(L, parts, not_wanted[i]) != '\0')
      bad_option(L, "base_url", "must have no user, query or fragment");
  bool secure = strcmp(part_of(L, parts, CURLUPART_SCHEME), "https") == 0;
  bool plain = strcmp(part_of(L, parts, CURLUPART_SCHEME), "http") == 0;
  bool loopback = is_loopback(part_of(L, parts, CURLUPART_HOST));
  if (!secure && !(plain && loopback))
    bad_option(L, "base_url", "must be https:// (http:// is taken for loopback addresses only)");

  set(L, &client->host, part_of(L, parts, CURLUPART_HOST));
  set(L, &client->base_url, part_of(L, parts, CURLUPART_URL));
  size_t length = strlen(client->base_url);
  while (length > 0 && client->base_url[length - 1] == '/') client->base_url[--length] = '\0';
  lua_pop(L, 1);
}

static const struct {
  const char *name;
  /* Checks and takes the value on the stack's top; NULL: the Lua side has done so. */
  void (*set)(lua_State *L, ig_client *client);
  const char *fallback;
} options[] = {
    {"access_token", set_token, NULL},
    {"app_secret", set_app_secret, NULL},
    {"base_url", set_base_url, "https://graph.facebook.com"},
    {"ca_file", set_ca_file, NULL},
    {"connect_timeout", set_connect_timeout, NULL},
    {"deadline", NULL, NULL},
    {"host", NULL, NULL},
    {"max_response", set_max_response, NULL},
    {"on_request", NULL, NULL},
    {"on_response", NULL, NULL},
    {"on_throttle", NULL, NULL},
    {"pace", NULL, NULL},
    {"retry", NULL, NULL},
    {"store", NULL, NULL},
    {"timeout", set_timeout, NULL},
    {"token_in", set_token_in, NULL},
    {"token_store", NULL, NULL},
    {"version", set_version, "v26.0"},
};
enum { OPTIONS = sizeof options / sizeof *options };

/* Sets client.options, the set of their names: the Lua side says what one that is none may have meant. */
static void open_options(lua_State *L) {
  lua_newtable(L);
  for (size_t i = 0; i < OPTIONS; i++) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, options[i].name);
  }
  lua_setfield(L, -2, "options");
}

static void add_authorization(lua_State *L, ig_client *client, const char *scheme) {
  igb_buffer *line = ig_newobject(L, "iggraph.buffer", sizeof *line);
  ig_append(L, line, "Authorization: ", 15);
  ig_append(L, line, scheme, strlen(scheme));
  ig_append(L, line, " ", 1);
  ig_append(L, line, client->token, strlen(client->token) + 1);
  add_header(L, client, line->data);
  igb_wipe(line);
  lua_pop(L, 1);
}

/* What follows from the options. */
static void derive(lua_State *L, ig_client *client) {
  const char *secret = client->app_secret, *token = client->token;
  if (secret != NULL && !client->signs_nothing) {
    char proof[IG_HMAC_SIZE + 1]; /* not by way of a Lua string, which stays where it is */
    if (!ig_hmac(secret, strlen(secret), token, strlen(token), proof)) ig_nomemory(L);
    set(L, &client->proof, proof);
    OPENSSL_cleanse(proof, sizeof proof);
  }
  forget_headers(&client->headers);
  add_usual_headers(L, client);
  if (client->token_in_query || client->signs_nothing) return;
  add_authorization(L, client, "Bearer");
}

/* The list of secrets on the stack's top. */
static void set_others(lua_State *L, ig_client *client) {
  int count = (int)lua_rawlen(L, -1);
  for (int i = 0; i < count && i < IG_OTHERS; i++) {
    lua_rawgeti(L, -1, i + 1);
    luaL_argcheck(L, lua_type(L, -1) == LUA_TSTRING, 2, "texts expected");
    set(L, &client->others[i], lua_tostring(L, -1));
    lua_pop(L, 1);
  }
}

/* client.new(options, secrets?) -> client; with a list of secrets one that signs nothing: they are among
 * the parameters of its calls */
static int client_new(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  ig_client *client = ig_newobject(L, IG_CLIENT, sizeof *client);
  client->signs_nothing = lua_istable(L, 2);
  client->timeout = 60 * 1000;
  client->connect_timeout = 10 * 1000;
  client->max_response = (size_t)32 << 20;
  for (size_t i = 0; i < OPTIONS; i++) {
    lua_getfield(L, 1, options[i].name);
    if (lua_isnil(L, -1) && options[i].fallback != NULL) lua_pushstring(L, options[i].fallback);
    if (!lua_isnil(L, -1) && options[i].set != NULL) options[i].set(L, client);
    lua_settop(L, 3);
  }
  if (client->token == NULL && !client->signs_nothing) bad_option(L, "access_token", "is missing");
  if (client->signs_nothing) {
    lua_pushvalue(L, 2);
    set_others(L, client);
    lua_pop(L, 1);
  }
  derive(L, client);
  return 1;
}

/* A new client at the stack's top that shares with the one at 1 what its calls may take, and what the Lua
 * side keeps. */
static ig_client *push_like(lua_State *L, const ig_client *old) {
  ig_client *client = ig_newobject(L, IG_CLIENT, sizeof *client);
  ig_getkept(L, 1);
  ig_setkept(L, -2);
  if (old->ca_file != NULL) set(L, &client->ca_file, old->ca_file);
  if (old->app_secret != NULL) set(L, &client->app_secret, old->app_secret);
  client->timeout = old->timeout;
  client->connect_timeout = old->connect_timeout;
  client->max_response = old->max_response;
  return client;
}

static void copy_place(lua_State *L, ig_client *client, const ig_client *old) {
  set(L, &client->base_url, old->base_url);
  set(L, &client->host, old->host);
}

/* The client at the stack's top ends with the one at 1. */
static void note_companion(lua_State *L) {
  int top = lua_gettop(L);
  ig_getkept(L, 1);
  lua_getfield(L, -1, "uploaders");
  if (lua_istable(L, -1)) {
    lua_pushvalue(L, top);
    lua_pushvalue(L, 1);
    lua_rawset(L, -3);
  }
  lua_settop(L, top);
}

/* client.with_token(client, token) -> a client that shares all else */
static int client_with_token(lua_State *L) {
  const ig_client *old = ig_checkclient(L, 1);
  lua_settop(L, 2);
  ig_client *client = push_like(L, old);
  if (old->version != NULL) set(L, &client->version, old->version);
  copy_place(L, client, old);
  client->token_in_query = old->token_in_query;
  lua_pushvalue(L, 2);
  set_token(L, client);
  lua_settop(L, 3);
  derive(L, client);
  return 1;
}

static void swap(char **one, char **other) {
  char *text = *one;
  *one = *other;
  *other = text;
}

/* client.set_token(client, token): what is begun from now on is signed with this; what is under way goes on as it
 * was begun. What it signed with before is overwritten at the client's next call after the last of those. */
static int client_set_token(lua_State *L) {
  ig_client *client = ig_checkclient(L, 1);
  if (client->signs_nothing) return ig_raise(L, "the client has no access token");
  client_with_token(L); /* checks the token; has what is signed with it, and takes the rest when it is collected */
  ig_client *other = ig_toclient(L, -1);
  ig_checkclient(L, 1); /* a finalizer may have closed it */
  ig_earlier *earlier = calloc(1, sizeof *earlier);
  if (earlier == NULL) return ig_nomemory(L);
  swap(&earlier->token, &client->token), swap(&client->token, &other->token);
  swap(&earlier->escaped_token, &client->escaped_token), swap(&client->escaped_token, &other->escaped_token);
  swap(&earlier->proof, &client->proof), swap(&client->proof, &other->proof);
  earlier->headers = client->headers, client->headers = other->headers, other->headers = NULL;
  earlier->next = client->earlier, client->earlier = earlier;
  ig_checkclient(L, 1);
  return 0;
}

/* client.unsigned(client, secrets, versioned) -> a client with the settings of this one that signs nothing: the
 * secrets are among the parameters of its calls; without a version in its paths unless told so. It ends with the
 * client, as an uploader does. */
static int client_unsigned(lua_State *L) {
  const ig_client *old = ig_checkclient(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 3);
  ig_client *client = push_like(L, old);
  client->signs_nothing = true;
  if (lua_toboolean(L, 3) && old->version != NULL) set(L, &client->version, old->version);
  copy_place(L, client, old);
  lua_pushvalue(L, 2);
  set_others(L, client);
  lua_settop(L, 4);
  derive(L, client);
  note_companion(L);
  return 1;
}

/* client.uploader(client, base_url) -> a client for the host of uploads: paths without version, and the
 * token as that host wants it; it ends with the client (lua/iggraph/client.lua) */
static int client_uploader(lua_State *L) {
  const ig_client *old = ig_checkclient(L, 1);
  lua_settop(L, 2);
  ig_client *client = push_like(L, old);
  ig_checkclient(L, 1); /* a finalizer may have closed it */
  if (old->token == NULL) return ig_raise(L, "the client has no access token");
  set(L, &client->token, old->token);
  set(L, &client->escaped_token, old->escaped_token);
  lua_pushvalue(L, 2);
  set_base_url(L, client);
  lua_settop(L, 3);
  add_usual_headers(L, client);
  add_authorization(L, client, "OAuth");
  note_companion(L);
  return 1;
}

ig_client *ig_toclient(lua_State *L, int index) {
  return luaL_checkudata(L, index, IG_CLIENT);
}

ig_client *ig_checkclient(lua_State *L, int index) {
  ig_client *client = ig_toclient(L, index);
  if (client->closed) ig_raise(L, "the client is closed");
  if (client->earlier != NULL && !client->held && !ig_hascalls(L, client)) forget_earlier(client);
  return client;
}

/* --- for Lua ----------------------------------------------------------------------------------- */

/* client.kept(client) -> the table that the Lua side keeps with a client */
static int client_kept(lua_State *L) {
  ig_toclient(L, 1);
  ig_getkept(L, 1);
  return 1;
}

/* client.credentials(client) -> token, proof or nil, app secret or nil: for the entries of a batch, which carry their
 * own, and for a token's renewal */
static int client_credentials(lua_State *L) {
  ig_client *client = ig_checkclient(L, 1);
  ig_hold(client);
  lua_pushstring(L, client->token);
  lua_pushstring(L, client->proof);
  lua_pushstring(L, client->app_secret);
  ig_letgo(client);
  return 3;
}

/* client.fingerprint(client) -> what tells its token from others, and is none */
static int client_fingerprint(lua_State *L) {
  static const char key[] = "iggraph";
  ig_client *client = ig_checkclient(L, 1);
  ig_hold(client);
  const char *token = client->token == NULL ? "" : client->token;
  ig_pushhmac(L, key, sizeof key - 1, token, strlen(token));
  ig_letgo(client);
  lua_pushlstring(L, lua_tostring(L, -1), 16);
  return 1;
}

/* client.address(client) -> base URL, version or nil */
static int client_address(lua_State *L) {
  const ig_client *client = ig_checkclient(L, 1);
  lua_pushstring(L, client->base_url);
  lua_pushstring(L, client->version);
  return 2;
}

/* client.is_open(client) */
static int client_is_open(lua_State *L) {
  lua_pushboolean(L, !ig_toclient(L, 1)->closed);
  return 1;
}

/* client.redact(client, text) -> the text without the client's secrets */
static int client_redact(lua_State *L) {
  const ig_client *client = ig_toclient(L, 1);
  size_t size;
  const char *text = luaL_checklstring(L, 2, &size);
  igb_buffer *clean = ig_newobject(L, "iggraph.buffer", sizeof *clean);
  ig_append(L, clean, text, size);
  ig_redact(client, clean);
  lua_pushlstring(L, clean->size == 0 ? "" : clean->data, clean->size);
  return 1;
}

static void end(lua_State *L, ig_client *client, bool asked) {
  ig_cancelall(L, client);
  ig_leave(L, client->joined, asked);
  client->joined = NULL;
  client->closed = true;
  if (!client->held) overwrite_secrets(client);
}

/* client.close(client): what is under way ends as cancelled; secrets are overwritten */
static int client_close(lua_State *L) {
  end(L, ig_toclient(L, 1), true);
  return 0;
}

static int client_gc(lua_State *L) {
  ig_client *client = ig_toclient(L, 1);
  end(L, client, false);
  overwrite_secrets(client); /* held for ever where an answer could not be read for want of memory */
  forget(&client->version);
  forget(&client->base_url);
  forget(&client->host);
  forget(&client->ca_file);
  return 0;
}

static int client_tostring(lua_State *L) {
  ig_client *client = ig_toclient(L, 1);
  if (client->closed)
    lua_pushliteral(L, "iggraph.client (closed)");
  else
    lua_pushfstring(L, "iggraph.client (%s%s%s)", client->base_url, client->version == NULL ? "" : "/",
                    client->version == NULL ? "" : client->version);
  return 1;
}

static const luaL_Reg client_meta[] = {
    {"__gc", client_gc}, {"__tostring", client_tostring}, {NULL, NULL}};

static const luaL_Reg client_funcs[] = {
    {"address", client_address},   {"check_id", ig_client_checkid},
    {"close", client_close},       {"credentials", client_credentials}, {"fingerprint", client_fingerprint},
    {"is_open", client_is_open},   {"kept", client_kept},
    {"new", client_new},           {"path", ig_client_path},
    {"redact", client_redact},     {"set_token", client_set_token},
    {"unsigned", client_unsigned}, {"uploader", client_uploader},
    {"with_token", client_with_token},
    {NULL, NULL}};

void ig_open_client(lua_State *L) {
  static const luaL_Reg none[] = {{NULL, NULL}};
  ig_newtype(L, "iggraph.url", url_meta, none);
  lua_pop(L, 1);
  ig_newtype(L, IG_CLIENT, client_meta, client_funcs);
  open_options(L);
}
