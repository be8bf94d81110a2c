/* A file that libcurl reads while it sends it: a descriptor of our own, read by position, since the caller
 * may close or move his meanwhile. Knows no Lua. */
#ifndef IGGRAPH_FILE_H
#define IGGRAPH_FILE_H

#include <curl/curl.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
  int fd;
  off_t first, end, at; /* what is sent of it, and what is read next */
  bool shrunk, unreadable; /* it ended before `end`; the system could not read it */
  long patience;        /* ms without any progress that end the call */
  curl_off_t moved;     /* bytes, both ways */
  long long moved_at;
} igh_file;

/* The part of `fd`'s file from `first` to before `end`; NULL when there is no memory or descriptor. */
igh_file *igh_file_new(int fd, off_t first, off_t end);
void igh_file_free(void *file); /* NULL is fine */
/* libcurl's callbacks. */
size_t igh_file_read(char *buffer, size_t one, size_t size, void *file);
int igh_file_seek(void *file, curl_off_t offset, int origin);
int igh_file_progress(void *file, curl_off_t to_come, curl_off_t came, curl_off_t to_go, curl_off_t gone);

#endif
