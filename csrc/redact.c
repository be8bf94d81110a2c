#include <string.h>
#include <strings.h>

#include "iggraph.h"

static const char *const secret_names[] = {
    "access_token",      "appsecret_proof", "appsecret_time",  "client_secret",
    "fb_exchange_token", "input_token",     "long_lived_token", "code", "app_secret"};

enum { SHORTEST_SECRET = 4 }; /* a shorter one would take words apart */

static const char hidden[] = "***";

bool igb_names_secret(const char *name, size_t size) {
  for (size_t i = 0; i < sizeof secret_names / sizeof *secret_names; i++)
    if (strlen(secret_names[i]) == size && memcmp(name, secret_names[i], size) == 0) return true;
  return false;
}

/* Both passes below copy the text onto itself and never fall behind their reading, for nothing
 * shorter than `hidden` is hidden: one pass each, however many secrets there are. */
static size_t hide(char *out) {
  memcpy(out, hidden, sizeof hidden - 1);
  return sizeof hidden - 1;
}

static void hide_secret(igb_buffer *text, const char *secret) {
  char *data = text->data;
  size_t out = 0, size = strlen(secret);
  if (size < SHORTEST_SECRET) return;
  for (size_t at = 0; at < text->size;) {
    if (data[at] == *secret && text->size - at >= size && memcmp(data + at, secret, size) == 0) {
      out += hide(data + out);
      at += size;
    } else {
      data[out++] = data[at++];
    }
  }
  text->size = out;
}

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_one_of(char c, const char *set) { return c != '\0' && strchr(set, c) != NULL; }

static size_t skip(const igb_buffer *text, size_t at, const char *set) {
  while (at < text->size && is_one_of(text->data[at], set)) at++;
  return at;
}

/* Behind a name at `at`: where its value begins, in a query or in JSON, even inside of a string;
 * 0 when it has none. A number may be told: "code":190 is not a secret. */
static size_t value_of(const igb_buffer *text, size_t at) {
  bool quoted = at < text->size && is_one_of(text->data[at], "\"\\'");
  at = skip(text, at, "\"\\' ");
  if (at == text->size || !is_one_of(text->data[at], quoted ? ":" : "=")) return 0;
  size_t value = skip(text, at + 1, "\"\\' ");
  bool opened = value > at + 1 && text->data[value - 1] != ' ';
  return quoted && !opened ? 0 : value;
}

static size_t end_of_value(const igb_buffer *text, size_t at) {
  while (at < text->size && !is_one_of(text->data[at], "&\"'\\<> ,;}])\r\n\t")) at++;
  return at;
}

static void hide_named(igb_buffer *text) {
  char *data = text->data;
  size_t out = 0;
  for (size_t at = 0; at < text->size;) {
    size_t end = at;
    while (end < text->size && is_word(data[end])) end++;
    size_t value = igb_names_secret(data + at, end - at) ? value_of(text, end) : 0;
    size_t value_end = value == 0 ? 0 : end_of_value(text, value);
    bool hides = value_end >= value + sizeof hidden - 1;
    size_t copied = hides ? value : end == at ? at + 1 : end;
    memmove(data + out, data + at, copied - at);
    out += copied - at;
    at = copied;
    if (hides) {
      out += hide(data + out);
      at = value_end;
    }
  }
  text->size = out;
}

void igb_redact(igb_buffer *text, const char *const *secrets) {
  if (text->data == NULL) return;
  for (; *secrets != NULL; secrets++) hide_secret(text, *secrets);
  hide_named(text);
}
