/* A growing byte buffer. Knows neither Lua nor libcurl. */
#ifndef IGGRAPH_BUFFER_H
#define IGGRAPH_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

typedef struct igb_buffer {
  char *data; /* NULL while nothing was ever written; not terminated unless igb_terminate said so */
  size_t size, capacity;
} igb_buffer;

/* Room for `more` bytes behind the content, or NULL when there is no memory (the content stays). */
char *igb_reserve(igb_buffer *buffer, size_t more);

/* Each returns false when there is no memory; the content then stays as it was. */
bool igb_append(igb_buffer *buffer, const void *bytes, size_t size);
bool igb_append_escaped(igb_buffer *buffer, const char *text, size_t size);   /* percent-encodes */
bool igb_append_unescaped(igb_buffer *buffer, const char *text, size_t size); /* decodes % and + */
bool igb_terminate(igb_buffer *buffer); /* a NUL behind the content, not counted */

void igb_clear(igb_buffer *buffer); /* empties it and overwrites what it holds; keeps the memory */
void igb_wipe(igb_buffer *buffer);  /* the same, with what it ever held */
void igb_free(igb_buffer *buffer);  /* the same, and gives the memory back */

/* What a hexadecimal digit stands for; -1: it is none. */
extern const signed char igb_hex[256];

#endif
