#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine_inside.h"

igh_file *igh_file_new(int fd, off_t first, off_t end) {
  igh_file *file = malloc(sizeof *file);
  int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (file == NULL || own < 0) {
    if (own >= 0) close(own);
    free(file);
    return NULL;
  }
  *file = (igh_file){own, first, end, first, false, false, LONG_MAX, -1, 0};
  return file;
}

void igh_file_free(void *user) {
  igh_file *file = user;
  if (file == NULL) return;
  close(file->fd);
  free(file);
}

/* A file that grows meanwhile is sent as long as it was said to be; one that shrinks ends the call. */
size_t igh_file_read(char *buffer, size_t one, size_t size, void *user) {
  igh_file *file = user;
  (void)one;
  off_t left = file->end - file->at;
  if (left == 0) return 0;
  ssize_t got;
  do got = pread(file->fd, buffer, left < (off_t)size ? (size_t)left : size, file->at);
  while (got < 0 && errno == EINTR);
  file->shrunk = got == 0;
  file->unreadable = got < 0;
  if (got <= 0) return CURL_READFUNC_ABORT;
  file->at += got;
  return (size_t)got;
}

int igh_file_seek(void *user, curl_off_t offset, int origin) {
  igh_file *file = user;
  if (origin != SEEK_SET || offset < 0 || offset > file->end - file->first) return CURL_SEEKFUNC_CANTSEEK;
  file->at = file->first + (off_t)offset;
  return CURL_SEEKFUNC_OK;
}

int igh_file_progress(void *user, curl_off_t to_come, curl_off_t came, curl_off_t to_go, curl_off_t gone) {
  igh_file *file = user;
  long long now = igh_now();
  (void)to_come, (void)to_go;
  if (file->moved != came + gone) file->moved = came + gone, file->moved_at = now;
  return now - file->moved_at >= file->patience;
}
