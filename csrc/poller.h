/* The one descriptor: epoll on Linux, kqueue on the BSDs and macOS. */
#ifndef IGGRAPH_POLLER_H
#define IGGRAPH_POLLER_H

#include <stdbool.h>

typedef struct {
  int fd;
  bool readable, writable, failed;
} igh_event;

int igh_poller_open(void); /* -1 when there is no descriptor left */
/* `ours`: it was opened by this very process. */
void igh_poller_close(int poller, bool ours);
/* Watches `fd` for just these two from now on; for none of them: no longer. */
bool igh_poller_watch(int poller, int fd, bool readable, bool writable);
/* What has happened by now, at most `room` events of it; does not block. */
int igh_poller_take(int poller, igh_event *events, int room);

#endif
