/* Texts of others are shown without secrets: a server may repeat what it was sent, whole or cut, and
 * percent-encoded or escaped as JSON, more than once. So texts are read in units: one character, in
 * whatever dress. */
#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>

#include "iggraph.h"

static const char *const secret_names[] = {
    "access_token",      "appsecret_proof", "appsecret_time",   "client_secret", "app_secret",
    "fb_exchange_token", "input_token",     "long_lived_token", "oauth_token",   "refresh_token",
    "id_token",          "signed_request",  "code"};

enum {
  LONGEST_NAME = 20,
  SHORTEST_SECRET = 4, /* a shorter one would take words apart */
  TELLING_PART = 16    /* so much of a secret's beginning is hidden even where the rest is missing */
};

static const char hidden[] = "***";

bool igb_names_secret(const char *name, size_t size) {
  for (size_t i = 0; i < sizeof secret_names / sizeof *secret_names; i++)
    if (strlen(secret_names[i]) == size && strncasecmp(name, secret_names[i], size) == 0)
      return true;
  return false;
}

/* --- units ------------------------------------------------------------------------------------- */

static int hex_at(const igb_buffer *text, size_t at, int digits) {
  int value = 0;
  if (at + (size_t)digits > text->size) return -1;
  for (; digits > 0; digits--, at++) {
    int digit = igb_hex[(unsigned char)text->data[at]];
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

static bool is_one_of(char c, const char *set) { return c != '\0' && strchr(set, c) != NULL; }

/* The size of the unit at `at`, and what it stands for: a, %61, %2561, \u0061, \/ … */
static size_t unit_at(const igb_buffer *text, size_t at, char *meaning) {
  size_t from = at;
  int value = -1;
  *meaning = text->data[at];
  if (*meaning == '%') {
    at++;
    while (hex_at(text, at, 2) == '%') at += 2; /* encoded more than once */
    value = hex_at(text, at, 2);
    at += 2;
  } else if (*meaning == '\\') {
    while (at < text->size && text->data[at] == '\\') at++; /* escaped more than once */
    if (at == text->size || text->data[at] == '%') return at - from; /* no escape */
    bool is_code = text->data[at] == 'u';
    value = is_code ? hex_at(text, at + 1, 4) : (unsigned char)text->data[at];
    if (!is_code && is_one_of((char)value, "bfnrt")) value = ' '; /* no letter before a name */
    if (value < 0 || value > 255) return at - from;
    at += is_code ? 5 : 1;
  }
  if (value < 0 || value > 255) return 1;
  *meaning = (char)value;
  return at - from;
}

/* Behind the units from `at` on that mean one of `set` (or, with `not`, none of it). */
static size_t skip(const igb_buffer *text, size_t at, const char *set, bool not) {
  char meaning;
  while (at < text->size) {
    size_t size = unit_at(text, at, &meaning);
    if (is_one_of(meaning, set) == not) break;
    at += size;
  }
  return at;
}

/* --- the two things that are hidden -------------------------------------------------------------- */

/* How many bytes at `at` show the secret, or enough of its beginning; 0: they do not. */
static size_t secret_at(const igb_buffer *text, size_t at, const char *secret) {
  size_t from = at, matched = 0;
  while (secret[matched] != '\0' && at < text->size) {
    char meaning;
    size_t size = unit_at(text, at, &meaning);
    if (text->data[at] == secret[matched]) size = 1; /* as it is, even where it looks encoded */
    else if (meaning != secret[matched]) break;
    at += size;
    matched++;
  }
  bool whole = secret[matched] == '\0';
  size_t enough = whole || at == text->size ? SHORTEST_SECRET : TELLING_PART;
  return matched >= enough ? at - from : 0;
}

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Where a value begins whose secret name begins at `at`, in a query, a header or JSON; 0: there is
 * no such name. Behind a quoted name only a quoted value counts: what is left must still be JSON. */
static size_t named_value(const igb_buffer *text, size_t at) {
  char name[LONGEST_NAME + 1], meaning = 0;
  size_t length = 0, size;
  for (; at < text->size && length <= LONGEST_NAME; at += size) {
    size = unit_at(text, at, &meaning);
    if (!is_word(meaning)) break;
    name[length++] = meaning;
  }
  if (length > LONGEST_NAME || !igb_names_secret(name, length)) return 0;
  size_t separator = skip(text, at, "\"'\\ ", false);
  if (separator == text->size) return 0;
  bool quoted = is_one_of(meaning, "\"'\\");
  size = unit_at(text, separator, &meaning);
  if (!is_one_of(meaning, quoted ? ":" : ":=")) return 0;
  size_t space = skip(text, separator + size, " ", false);
  size_t value = skip(text, space, "\"'\\ ", false);
  return quoted && value == space ? 0 : value;
}

static size_t hide(char *out) {
  memcpy(out, hidden, sizeof hidden - 1);
  return sizeof hidden - 1;
}

/* Where what is to be hidden at `at` begins and ends; nothing where both are equal. */
static size_t find(const igb_buffer *text, size_t at, bool word_before, const char *const *secrets,
                   size_t *end) {
  for (; *secrets != NULL; secrets++) {
    size_t size = secret_at(text, at, *secrets);
    if (size > 0) return *end = at + size, at;
  }
  size_t value = word_before ? 0 : named_value(text, at);
  *end = value == 0 ? at : skip(text, value, "&\"'\\<> ,;}])\r\n\t", true);
  bool number = value != 0 && skip(text, value, "0123456789", false) >= *end; /* code: 190 */
  return value == 0 || number ? *end = at : value;
}

/* Copies the text onto itself, in one pass; what is hidden has at least the size of its mark, so that
 * writing never overtakes reading. A secret may begin inside of what only looks like a unit: 100%EAAB… */
void igb_redact(igb_buffer *text, const char *const *secrets) {
  char *data = text->data, meaning = 0, before = 0;
  size_t out = 0, at = 0, unit_end = 0;
  while (at < text->size) {
    bool is_inside = at < unit_end;
    if (!is_inside) {
      before = meaning;
      unit_end += unit_at(text, at, &meaning);
    }
    size_t end = at, start = at;
    bool is_escape = is_inside && data[at] == '\\'; /* of many: what it begins, the first one began */
    if (!is_escape) start = find(text, at, is_word(before), secrets, &end);
    bool hides = end - start >= sizeof hidden - 1;
    if (!hides) start = at + 1;
    before = 0;
    memmove(data + out, data + at, start - at);
    out += start - at;
    at = start;
    if (hides) {
      out += hide(data + out);
      at = unit_end = end;
      meaning = 0;
    }
  }
  OPENSSL_cleanse(data + out, text->size - out);
  text->size = out;
}
