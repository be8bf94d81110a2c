#include "json.h"

#include "iggraph.h"

#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { HINTS = 16, MAX_HINT = 128, KEYS = 64 };

typedef struct {
  lua_State *L;
  const char *at, *end;
  igb_buffer *scratch;
  int depth;
  const char *message;
  /* How many members the last object, and items the last array, of a depth had: a listing repeats
   * its shape, so that its tables can be made in the right size at once. */
  int members[HINTS], items[HINTS];
  /* Keys that were read lately: where they stand in the text, and the strings on the Lua stack from
   * `keys` on. A listing has few, again and again. */
  struct {
    const char *text;
    size_t size;
  } known[KEYS];
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

/* --- strings ----------------------------------------------------------------------------------- */

/* Bytes that a run of plain text ends at: the quote, the backslash, and controls. */
static const unsigned char ends_run[256] = {
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ['"'] = 1, ['\\'] = 1};

/* Which of eight bytes end a run: the highest bits of bytes that are a quote, a backslash or below a
 * space. A borrow may mark a byte too many, but only one above another that is rightly marked. */
static inline uint64_t find_ends(uint64_t word) {
  const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
  uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
  return (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) |
          ((word - ones * ' ') & ~word)) & highs;
}

static inline void skip_run(reader *r) {
  const char *at = r->at, *end = r->end;
#if defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  for (uint64_t word, ends; end - at >= (ptrdiff_t)sizeof word; at += sizeof word) {
    memcpy(&word, at, sizeof word);
    ends = find_ends(word);
    if (ends != 0) {
      r->at = at + __builtin_ctzll(ends) / 8;
      return;
    }
  }
#endif
  while (at < end && !ends_run[(unsigned char)*at]) at++;
  r->at = at;
}

/* The four digits of a \u escape; -1 when they are not digits. */
static inline long read_unit(reader *r) {
  long unit = 0;
  if (r->end - r->at < 4) return -1;
  for (int i = 0; i < 4; i++) {
    int c = (unsigned char)*r->at++;
    if (c >= '0' && c <= '9')
      unit = unit * 16 + c - '0';
    else if ((c | 32) >= 'a' && (c | 32) <= 'f')
      unit = unit * 16 + (c | 32) - 'a' + 10;
    else
      return -1;
  }
  return unit;
}

/* Behind a high surrogate: its other half if that is there, otherwise nothing is taken. */
static long read_low_surrogate(reader *r) {
  const char *before = r->at;
  if (r->end - r->at >= 6 && r->at[0] == '\\' && r->at[1] == 'u') {
    r->at += 2;
    long low = read_unit(r);
    if (low >= 0xDC00 && low <= 0xDFFF) return low;
  }
  r->at = before;
  return -1;
}

static size_t to_utf8(long code, char *out) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  if (code < 0x800) {
    out[0] = (char)(0xC0 | code >> 6);
    out[1] = (char)(0x80 | (code & 63));
    return 2;
  }
  if (code < 0x10000) {
    out[0] = (char)(0xE0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 63));
    out[2] = (char)(0x80 | (code & 63));
    return 3;
  }
  out[0] = (char)(0xF0 | code >> 18);
  out[1] = (char)(0x80 | (code >> 12 & 63));
  out[2] = (char)(0x80 | (code >> 6 & 63));
  out[3] = (char)(0x80 | (code & 63));
  return 4;
}

/* Behind \u: writes up to four bytes, returns how many; 0 is a mistake. */
static size_t unescape_unit(reader *r, char *out) {
  long code = read_unit(r);
  if (code < 0) return 0;
  if (code >= 0xD800 && code <= 0xDBFF) {
    long low = read_low_surrogate(r);
    code = low < 0 ? 0xFFFD : 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  } else if (code >= 0xDC00 && code <= 0xDFFF) {
    code = 0xFFFD;
  }
  return to_utf8(code, out);
}

/* Behind a backslash: the same. */
static inline size_t unescape(reader *r, char *out) {
  static const char escapes[256] = {['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b',
                                    ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t'};
  if (r->at == r->end) return 0;
  unsigned char c = (unsigned char)*r->at++;
  if (c == 'u') return unescape_unit(r, out);
  *out = escapes[c];
  return *out != 0;
}

/* Room for so many more bytes in scratch. */
static inline char *room(reader *r, size_t size) {
  igb_buffer *scratch = r->scratch;
  if (size <= scratch->capacity - scratch->size) return scratch->data + scratch->size;
  char *out = igb_reserve(scratch, size);
  if (out == NULL) ig_nomemory(r->L);
  return out;
}

static void keep(reader *r, const char *bytes, size_t size) {
  memcpy(room(r, size), bytes, size);
  r->scratch->size += size;
}

/* A run of plain text, copied eight bytes at a time, of which those behind its end are overwritten
 * by what follows. */
static inline void copy_run(reader *r, const char *from) {
  size_t size = (size_t)(r->at - from);
  char *out = room(r, size + 8);
  if (r->end - r->at >= 8) {
    for (size_t i = 0; i < size; i += 8) memcpy(out + i, from + i, 8);
  } else {
    memcpy(out, from, size);
  }
  r->scratch->size += size;
}

/* A string with escapes in it, from the first of them on; `from` is where its text began. */
static bool read_escaped(reader *r, const char *from) {
  r->scratch->size = 0;
  for (;;) {
    copy_run(r, from);
    if (r->at == r->end) return fail(r, "unfinished string");
    if (*r->at != '"' && *r->at != '\\') return fail(r, "control character in a string");
    if (*r->at++ == '"') break;
    size_t size = unescape(r, r->scratch->data + r->scratch->size); /* copy_run left room */
    if (size == 0) return fail(r, "bad escape");
    r->scratch->size += size;
    from = r->at;
    skip_run(r);
  }
  lua_pushlstring(r->L, r->scratch->data, r->scratch->size);
  return true;
}

/* Behind the opening quote: pushes the string. */
static bool read_string(reader *r) {
  const char *from = r->at;
  skip_run(r);
  if (r->at < r->end && *r->at == '"') {
    lua_pushlstring(r->L, from, (size_t)(r->at++ - from));
    return true;
  }
  return read_escaped(r, from);
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
  r->scratch->size = 0;
  keep(r, text, size);
  keep(r, "", 1);
  char *point = memchr(r->scratch->data, '.', size);
  if (point != NULL) *point = *localeconv()->decimal_point;
  lua_pushnumber(r->L, (lua_Number)strtod(r->scratch->data, NULL));
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

/* Behind an item: true when another one follows, and the reader stands before it. */
static bool goes_on(reader *r, char closing, bool *closed) {
  skip_space(r);
  if (r->at == r->end) return fail(r, "unfinished array or object");
  char c = *r->at;
  *closed = c == closing;
  if (!*closed && c != ',') return fail(r, "',' or the closing bracket expected");
  r->at++;
  if (*closed) return false;
  skip_space(r);
  return true;
}

/* Bounded: one large array must not make a thousand small ones behind it as large. */
static void remember(int *hint, int count) {
  if (count > MAX_HINT) count = MAX_HINT;
  *hint = count > *hint ? count : *hint - (*hint - count) / 2;
}

static bool is_empty(reader *r, char closing) {
  skip_space(r);
  if (r->at == r->end || *r->at != closing) return false;
  r->at++;
  return true;
}

static bool read_array(reader *r) {
  if (!enter(r)) return false;
  int *hint = &r->items[r->depth % HINTS], count = 0;
  bool closed = is_empty(r, ']');
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

/* Behind the opening quote: pushes the key. */
static inline bool read_key(reader *r) {
  const char *from = r->at;
  skip_run(r);
  if (r->at == r->end || *r->at != '"') return read_escaped(r, from);
  size_t size = (size_t)(r->at++ - from);
  if (size == 0) return lua_pushliteral(r->L, ""), true;
  unsigned slot = ((unsigned char)from[0] * 3u + (unsigned char)from[size - 1] * 5u +
                   (unsigned)size * 7u) % KEYS;
  if (r->known[slot].size == size && memcmp(r->known[slot].text, from, size) == 0) {
    lua_pushvalue(r->L, r->keys + (int)slot);
    return true;
  }
  lua_pushlstring(r->L, from, size);
  lua_pushvalue(r->L, -1);
  lua_replace(r->L, r->keys + (int)slot);
  r->known[slot].text = from;
  r->known[slot].size = size;
  return true;
}

static bool read_member(reader *r) {
  if (r->at == r->end || *r->at != '"') return fail(r, "a key in quotes expected");
  r->at++;
  if (!read_key(r)) return false;
  skip_space(r);
  if (r->at == r->end || *r->at != ':') return fail(r, "':' expected");
  r->at++;
  if (!read_value(r)) return false;
  lua_rawset(r->L, -3);
  return true;
}

static bool read_object(reader *r) {
  if (!enter(r)) return false;
  int *hint = &r->members[r->depth % HINTS], count = 0;
  bool closed = is_empty(r, '}');
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
  skip_space(r);
  if (r->at == r->end) return fail(r, "a value expected");
  switch (*r->at) {
    case '"': r->at++; return read_string(r);
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
