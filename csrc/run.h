/* Runs of plain text in JSON: what ends them is looked for in a block of bytes at once. */
#ifndef IGGRAPH_RUN_H
#define IGGRAPH_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A run ends at a quote, a backslash or a control. */
static inline bool ig_ends_run(char c) { return c == '"' || c == '\\' || (unsigned char)c < ' '; }

/* ig_find_ends(block) tells which bytes of a block end a run: bits from the lowest on, IG_BYTE_BITS for each byte. */
#if defined(__GNUC__) && defined(__SSE2__)
#include <emmintrin.h>
enum { IG_BLOCK = 16, IG_BYTE_BITS = 1 };

static inline uint64_t ig_find_ends(const char *block) {
  __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)block), last_control = _mm_set1_epi8(' ' - 1);
  __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  __m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
  return (unsigned)_mm_movemask_epi8(_mm_or_si128(controls, _mm_or_si128(quotes, backslashes)));
}

#elif defined(__GNUC__) && defined(__aarch64__) && defined(__ARM_NEON) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#include <arm_neon.h>
enum { IG_BLOCK = 16, IG_BYTE_BITS = 4 };

static inline uint64_t ig_find_ends(const char *block) {
  uint8x16_t bytes = vld1q_u8((const uint8_t *)block);
  uint8x16_t ends = vorrq_u8(vorrq_u8(vceqq_u8(bytes, vdupq_n_u8('"')), vceqq_u8(bytes, vdupq_n_u8('\\'))),
                             vcltq_u8(bytes, vdupq_n_u8(' ')));
  uint8x8_t halves = vshrn_n_u16(vreinterpretq_u16_u8(ends), 4); /* there is no movemask */
  return vget_lane_u64(vreinterpret_u64_u8(halves), 0);
}

#elif defined(__GNUC__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
enum { IG_BLOCK = 8, IG_BYTE_BITS = 8 };

/* A borrow may mark a byte too many, but only one above another that is rightly marked. */
static inline uint64_t ig_find_ends(const char *block) {
  const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
  uint64_t word;
  memcpy(&word, block, sizeof word);
  uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
  return (((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | ((word - ones * ' ') & ~word)) & highs;
}

#else
enum { IG_BLOCK = 1, IG_BYTE_BITS = 1 };

static inline uint64_t ig_find_ends(const char *block) { return ig_ends_run(*block); }
#endif

/* How many bytes of the block are before the first of those; there must be one. */
static inline size_t ig_first_end(uint64_t ends) {
#ifdef __GNUC__
  return (size_t)__builtin_ctzll(ends) / IG_BYTE_BITS;
#else
  (void)ends;
  return 0;
#endif
}

#endif
