#include "json.h"

#include "iggraph.h"
#include "run.h"

#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { HINTS = 16, MAX_HINT = 128, KEYS = 64, UTF8_MAX = 4 };

typedef struct {
  lua_State *L;
  const char *at, *end;
  igb_buffer *scratch;
  const char *full; /* behind this scratch has no room for another block and character */
  int depth;
  const char *message;
  /* How many members the last object, and items the last array, of a depth had: a listing repeats
   * its shape, so that its tables can be made in the right size at once. */
  int members[HINTS], items[HINTS];
  /* Keys that were read lately: where they stand in the text, and the strings on the Lua stack from
   * `keys` on. A listing has few, again and again. */
  struct {
    const char *text; /* a quote is behind it */
    size_t size;
    unsigned char next; /* which one came after it: as a rule it does so again */
  } known[KEYS];
  unsigned last; /* which one was read last */
  int keys;
} reader;

static bool read_value(reader *r);

static bool fail(reader *r, const char *message) {
  r->message = message;
  return false;
}

static inline void skip_space(reader *r) {
  if (r->at < r->end && (unsigned char)*r->at > ' ') return; /* as a rule there is none */
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
    r->at++;
}

/* Whether that is what comes next; takes it. */
static inline bool take(reader *r, char c) {
  if (r->at == r->end || *r->at != c) {
    skip_space(r);
    if (r->at == r->end || *r->at != c) return false;
  }
  r->at++;
  return true;
}

/* --- strings ----------------------------------------------------------------------------------- */

/* Stops before what ends the run, or at the end of the text. */
static inline void skip_run(reader *r) {
  const char *at = r->at, *end = r->end;
  for (; end - at >= IG_BLOCK; at += IG_BLOCK) {
    uint64_t ends = ig_find_ends(at);
    if (ends == 0) continue;
    r->at = at + ig_first_end(ends);
    return;
  }
  while (at < end && !ig_ends_run(*at)) at++;
  r->at = at;
}

/* Room in scratch for so many bytes, a block and a character behind `out`, where what is there ends. */
static char *room(reader *r, char *out, size_t size) {
  igb_buffer *scratch = r->scratch;
  scratch->size = out == NULL ? 0 : (size_t)(out - scratch->data);
  out = igb_reserve(scratch, size + IG_BLOCK + UTF8_MAX);
  if (out == NULL) ig_nomemory(r->L);
  r->full = scratch->data + scratch->capacity - IG_BLOCK - UTF8_MAX;
  return out;
}

/* Four hexadecimal digits; negative when they are not. */
static inline int read_unit(const char *at, const char *end) {
  const unsigned char *digit = (const unsigned char *)at;
  if (end - at < 4) return -1;
  int high = igb_hex[digit[0]] * 16 | igb_hex[digit[1]], low = igb_hex[digit[2]] * 16 | igb_hex[digit[3]];
  return (high | low) < 0 ? -1 : high << 8 | low;
}

static char *to_utf8(int code, char *out) {
  if (code < 0x80) {
    *out++ = (char)code;
    return out;
  }
  if (code < 0x800) {
    *out++ = (char)(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      *out++ = (char)(0xE0 | code >> 12);
    } else {
      *out++ = (char)(0xF0 | code >> 18);
      *out++ = (char)(0x80 | (code >> 12 & 63));
    }
    *out++ = (char)(0x80 | (code >> 6 & 63));
  }
  *out++ = (char)(0x80 | (code & 63));
  return out;
}

/* Behind \u: writes the character; returns where the text goes on, or NULL for a mistake. Half a pair does not take
 * what is behind it along. */
static inline const char *unescape_unit(const char *at, const char *end, char **out) {
  int code = read_unit(at, end);
  if (code < 0) return NULL;
  at += 4;
  if (code >= 0xD800 && code <= 0xDFFF) {
    bool may_be_pair = code <= 0xDBFF && end - at >= 6 && at[0] == '\\' && at[1] == 'u';
    int low = may_be_pair ? read_unit(at + 2, end) : -1;
    bool is_pair = low >= 0xDC00 && low <= 0xDFFF;
    code = is_pair ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
    if (is_pair) at += 6;
  }
  *out = to_utf8(code, *out);
  return at;
}

/* At a backslash: the same. */
static inline const char *unescape(const char *at, const char *end, char **out) {
  static const char escapes[256] = {['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b',
                                    ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};
  if (end - at < 2) return NULL;
  char c = at[1], meaning = escapes[(unsigned char)c];
  if (meaning == '\0') return c == 'u' ? unescape_unit(at + 2, end, out) : NULL;
  *(*out)++ = meaning;
  return at + 2;
}

/* Copies a run; returns where it ends. Blocks are copied whole: what is behind the end will be overwritten. */
static inline const char *copy_run(reader *r, const char *at, char **to) {
  const char *end = r->end;
  char *out = *to;
  for (; end - at >= IG_BLOCK; at += IG_BLOCK, out += IG_BLOCK) {
    if (out > r->full) out = room(r, out, 0);
    uint64_t ends = ig_find_ends(at);
    memcpy(out, at, IG_BLOCK);
    if (ends == 0) continue;
    size_t size = ig_first_end(ends);
    *to = out + size;
    return at + size;
  }
  if (out > r->full) out = room(r, out, 0);
  while (at < end && !ig_ends_run(*at)) *out++ = *at++;
  *to = out;
  return at;
}

/* A string with escapes in it, from the first of them on; `from` is where its text began. */
static bool read_escaped(reader *r, const char *from) {
  const char *at = r->at, *end = r->end;
  char *out = room(r, NULL, (size_t)(at - from));
  memcpy(out, from, (size_t)(at - from));
  out += at - from;
  while (at < end && *at == '\\') {
    if (out > r->full) out = room(r, out, 0);
    r->at = at;
    at = unescape(at, end, &out);
    if (at == NULL) return fail(r, "bad escape");
    if (at == end || *at != '\\') at = copy_run(r, at, &out);
  }
  r->at = at;
  if (at == end) return fail(r, "unfinished string");
  if (*at != '"') return fail(r, "control character in a string");
  r->at++;
  lua_pushlstring(r->L, r->scratch->data, (size_t)(out - r->scratch->data));
  return true;
}

/* Behind the opening quote: pushes the string. */
static inline bool read_string(reader *r) {
  const char *from = r->at;
  skip_run(r);
  if (r->at == r->end || *r->at != '"') return read_escaped(r, from);
  lua_pushlstring(r->L, from, (size_t)(r->at++ - from));
  return true;
}

/* --- numbers ----------------------------------------------------------------------------------- */

static size_t skip_digits(reader *r) {
  const char *from = r->at;
  while (r->at < r->end && *r->at >= '0' && *r->at <= '9') r->at++;
  return (size_t)(r->at - from);
}

/* Within 2^53 of zero: a number; beyond: its digits. `text` has a sign where `negative`. */
static void push_integer(lua_State *L, const char *text, size_t size, bool negative) {
  const int64_t bound = (int64_t)1 << 53;
  int64_t value = 0;
  if (size - negative <= 16)
    for (size_t i = negative; i < size; i++) value = value * 10 + (text[i] - '0');
  else
    value = bound + 1;
  if (value > bound) {
    lua_pushlstring(L, text, size);
    return;
  }
  if (negative) value = -value;
#if LUA_VERSION_NUM >= 503
  if (sizeof(lua_Integer) >= sizeof value) {
    lua_pushinteger(L, (lua_Integer)value);
    return;
  }
#endif
  lua_pushnumber(L, (lua_Number)value);
}

/* strtod() wants the decimal point of the program's locale, and a NUL. */
static bool push_float(reader *r, const char *text, size_t size) {
  char *number = room(r, NULL, size + 1);
  memcpy(number, text, size);
  number[size] = '\0';
  char *point = memchr(number, '.', size);
  if (point != NULL) *point = *localeconv()->decimal_point;
  lua_pushnumber(r->L, (lua_Number)strtod(number, NULL));
  return true;
}

static bool read_number(reader *r) {
  const char *from = r->at;
  bool negative = *r->at == '-', is_float = false;
  if (negative) r->at++;
  const char *digits = r->at;
  size_t count = skip_digits(r);
  if (count == 0) return fail(r, "bad number");
  if (*digits == '0' && count > 1) return fail(r, "number with a leading zero");
  if (r->at < r->end && *r->at == '.') {
    is_float = true;
    r->at++;
    if (skip_digits(r) == 0) return fail(r, "no digit behind the point");
  }
  if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) {
    is_float = true;
    r->at++;
    if (r->at < r->end && (*r->at == '+' || *r->at == '-')) r->at++;
    if (skip_digits(r) == 0) return fail(r, "no digit in the exponent");
  }
  size_t size = (size_t)(r->at - from);
  if (is_float) return push_float(r, from, size);
  push_integer(r->L, from, size, negative);
  return true;
}

/* --- containers -------------------------------------------------------------------------------- */

/* Opens a container: one more level, and room for it on the Lua stack. */
static bool enter(reader *r) {
  r->at++;
  if (++r->depth > IG_JSON_DEPTH) return fail(r, "nested too deeply");
  ig_needstack(r->L, 4);
  return true;
}

/* Behind an item: true when another one follows. */
static inline bool goes_on(reader *r, char closing, bool *closed) {
  if (take(r, ',')) return true;
  *closed = take(r, closing);
  if (!*closed) fail(r, r->at == r->end ? "unfinished array or object" : "',' or the closing bracket expected");
  return false;
}

/* Bounded: one large array must not make a thousand small ones behind it as large. */
static void remember(int *hint, int count) {
  if (count > MAX_HINT) count = MAX_HINT;
  *hint = count > *hint ? count : *hint - (*hint - count) / 2;
}

static bool read_array(reader *r) {
  if (!enter(r)) return false;
  int *hint = &r->items[r->depth % HINTS], count = 0;
  bool closed = take(r, ']');
  lua_createtable(r->L, closed ? 0 : *hint, 0);
  if (!closed) {
    do {
      if (!read_value(r)) return false;
      lua_rawseti(r->L, -2, ++count);
    } while (goes_on(r, ']', &closed));
    if (!closed) return false;
    remember(hint, count);
  }
  r->depth--;
  return true;
}

static void push_key(reader *r, unsigned slot) {
  r->known[r->last].next = (unsigned char)slot;
  r->last = slot;
  lua_pushvalue(r->L, r->keys + (int)slot);
}

/* Behind the opening quote: whether the key is the one that came after the last one before; takes it. */
static inline bool is_next_key(reader *r) {
  unsigned slot = r->known[r->last].next;
  size_t size = r->known[slot].size;
  bool is_next = size > 0 && (size_t)(r->end - r->at) > size &&
                 memcmp(r->at, r->known[slot].text, size + 1) == 0; /* with the closing quote */
  if (!is_next) return false;
  r->at += size + 1;
  r->last = slot;
  lua_pushvalue(r->L, r->keys + (int)slot);
  return true;
}

/* Behind the opening quote: pushes the key. */
static inline bool read_key(reader *r) {
  if (is_next_key(r)) return true;
  const char *from = r->at;
  skip_run(r);
  if (r->at == r->end || *r->at != '"') return read_escaped(r, from);
  size_t size = (size_t)(r->at++ - from);
  if (size == 0) return lua_pushliteral(r->L, ""), true;
  unsigned slot = ((unsigned char)from[0] * 3u + (unsigned char)from[size - 1] * 5u +
                   (unsigned)size * 7u) % KEYS;
  if (r->known[slot].size != size || memcmp(r->known[slot].text, from, size) != 0) {
    lua_pushlstring(r->L, from, size);
    lua_replace(r->L, r->keys + (int)slot);
    r->known[slot].text = from;
    r->known[slot].size = size;
  }
  push_key(r, slot);
  return true;
}

static bool read_member(reader *r) {
  if (!take(r, '"')) return fail(r, "a key in quotes expected");
  if (!read_key(r)) return false;
  if (!take(r, ':')) return fail(r, "':' expected");
  if (!read_value(r)) return false;
  lua_rawset(r->L, -3);
  return true;
}

static bool read_object(reader *r) {
  if (!enter(r)) return false;
  int *hint = &r->members[r->depth % HINTS], count = 0;
  bool closed = take(r, '}');
  lua_createtable(r->L, 0, closed ? 0 : *hint);
  if (!closed) {
    do {
      if (!read_member(r)) return false;
      count++;
    } while (goes_on(r, '}', &closed));
    if (!closed) return false;
    remember(hint, count);
  }
  r->depth--;
  return true;
}

/* --- values ------------------------------------------------------------------------------------ */

static bool read_word(reader *r, const char *word) {
  size_t length = strlen(word);
  if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0)
    return fail(r, "a value expected");
  r->at += length;
  return true;
}

static bool read_value(reader *r) {
  if (take(r, '"')) return read_string(r); /* most of them are */
  if (r->at == r->end) return fail(r, "a value expected");
  switch (*r->at) {
    case '{': return read_object(r);
    case '[': return read_array(r);
    case 't': return read_word(r, "true") && (lua_pushboolean(r->L, 1), true);
    case 'f': return read_word(r, "false") && (lua_pushboolean(r->L, 0), true);
    case 'n': return read_word(r, "null") && (lua_pushlightuserdata(r->L, NULL), true);
    case '-': case '0': case '1': case '2': case '3': case '4':
    case '5': case '6': case '7': case '8': case '9': return read_number(r);
    default: return fail(r, "a value expected");
  }
}

bool ig_json_read(lua_State *L, const char *text, size_t size, igb_buffer *scratch,
                  ig_json_error *error) {
  int top = lua_gettop(L);
  if (text == NULL) text = ""; /* a body that never came */
  reader r = {.L = L, .at = text, .end = text + size, .scratch = scratch, .keys = top + 1};
  ig_needstack(L, KEYS + 4);
  lua_settop(L, top + KEYS);
  bool ok = size > 0 ? read_value(&r) : fail(&r, "empty");
  if (ok) {
    skip_space(&r);
    if (r.at == r.end) {
      lua_replace(L, r.keys);
      lua_settop(L, r.keys);
      return true;
    }
    fail(&r, "more behind the end");
  }
  error->message = r.message;
  error->at = (size_t)(r.at - text) + 1;
  lua_settop(L, top);
  return false;
}
