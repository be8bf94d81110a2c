#include "buffer.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

/* memset() that no compiler leaves out. OPENSSL_cleanse() takes four times as long, and each body is wiped. */
static void wipe(char *bytes, size_t size) {
#ifdef __GNUC__
  memset(bytes, 0, size);
  __asm__ __volatile__("" : : "r"(bytes) : "memory");
#else
  OPENSSL_cleanse(bytes, size);
#endif
}

char *igb_reserve(igb_buffer *buffer, size_t more) {
  if (more > (size_t)-1 / 2 - buffer->size) return NULL;
  size_t wanted = buffer->size + more;
  if (buffer->data == NULL || wanted > buffer->capacity) {
    size_t capacity = buffer->capacity > 0 ? buffer->capacity : wanted; /* at first what is asked for */
    if (capacity < FIRST_CAPACITY) capacity = FIRST_CAPACITY;
    while (capacity < wanted) capacity *= 2;
    char *data = malloc(capacity); /* realloc() would leave what it copies */
    if (data == NULL) return NULL;
    if (buffer->data != NULL) {
      memcpy(data, buffer->data, buffer->size);
      wipe(buffer->data, buffer->capacity);
    }
    free(buffer->data);
    buffer->data = data;
    buffer->capacity = capacity;
  }
  return buffer->data + buffer->size;
}

bool igb_append(igb_buffer *buffer, const void *bytes, size_t size) {
  char *end = igb_reserve(buffer, size);
  if (end == NULL) return false;
  if (size > 0) memcpy(end, bytes, size);
  buffer->size += size;
  return true;
}

/* RFC 3986: letters, digits and these four stand for themselves everywhere. Not by isalnum(), which
 * asks the locale. */
static bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

bool igb_append_escaped(igb_buffer *buffer, const char *text, size_t size) {
  static const char digits[] = "0123456789ABCDEF";
  if (size > (size_t)-1 / 6) return false;
  char *end = igb_reserve(buffer, size * 3);
  if (end == NULL) return false;
  for (size_t i = 0; i < size; i++) {
    unsigned char c = (unsigned char)text[i];
    if (is_unreserved(c)) {
      *end++ = (char)c;
    } else {
      *end++ = '%';
      *end++ = digits[c >> 4];
      *end++ = digits[c & 15];
    }
  }
  buffer->size = (size_t)(end - buffer->data);
  return true;
}

#define NO_DIGITS -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1
#define A_TO_F -1, 10, 11, 12, 13, 14, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1
const signed char igb_hex[256] = {
    NO_DIGITS, NO_DIGITS, NO_DIGITS, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -1, -1, -1, -1, -1,
    A_TO_F,    NO_DIGITS, A_TO_F,    NO_DIGITS,
    NO_DIGITS, NO_DIGITS, NO_DIGITS, NO_DIGITS, NO_DIGITS, NO_DIGITS, NO_DIGITS, NO_DIGITS};

static int hex_digit(char c) { return igb_hex[(unsigned char)c]; }

bool igb_append_unescaped(igb_buffer *buffer, const char *text, size_t size) {
  char *end = igb_reserve(buffer, size);
  if (end == NULL) return false;
  for (size_t i = 0; i < size; i++) {
    int high, low;
    if (text[i] == '%' && i + 2 < size && (high = hex_digit(text[i + 1])) >= 0 &&
        (low = hex_digit(text[i + 2])) >= 0) {
      *end++ = (char)(high * 16 + low);
      i += 2;
    } else {
      *end++ = text[i] == '+' ? ' ' : text[i];
    }
  }
  buffer->size = (size_t)(end - buffer->data);
  return true;
}

bool igb_terminate(igb_buffer *buffer) {
  char *end = igb_reserve(buffer, 1);
  if (end == NULL) return false;
  *end = '\0';
  return true;
}

void igb_clear(igb_buffer *buffer) {
  if (buffer->size > 0) wipe(buffer->data, buffer->size);
  buffer->size = 0;
}

void igb_wipe(igb_buffer *buffer) {
  if (buffer->data != NULL) wipe(buffer->data, buffer->capacity);
  buffer->size = 0;
}

void igb_free(igb_buffer *buffer) {
  igb_wipe(buffer);
  free(buffer->data);
  buffer->data = NULL;
  buffer->capacity = 0;
}
