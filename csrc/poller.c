#include "poller.h"

#include <errno.h>
#include <unistd.h>

enum { ROOM = 64 };

#ifdef __linux__

#include <sys/epoll.h>

int igh_poller_open(void) { return epoll_create1(EPOLL_CLOEXEC); }

void igh_poller_close(int poller, bool ours) {
  (void)ours; /* a forked child has a copy of its own */
  close(poller);
}

bool igh_poller_watch(int poller, int fd, bool readable, bool writable) {
  struct epoll_event event = {0};
  event.data.fd = fd;
  event.events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
  if (event.events == 0) {
    epoll_ctl(poller, EPOLL_CTL_DEL, fd, &event); /* fails for one already closed: as good */
    return true;
  }
  if (epoll_ctl(poller, EPOLL_CTL_MOD, fd, &event) == 0) return true;
  return errno == ENOENT && epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) == 0;
}

int igh_poller_take(int poller, igh_event *events, int room) {
  struct epoll_event ready[ROOM];
  int count = epoll_wait(poller, ready, room < ROOM ? room : ROOM, 0);
  for (int i = 0; i < count; i++) {
    events[i].fd = ready[i].data.fd;
    events[i].readable = (ready[i].events & (EPOLLIN | EPOLLHUP)) != 0;
    events[i].writable = (ready[i].events & EPOLLOUT) != 0;
    events[i].failed = (ready[i].events & EPOLLERR) != 0;
  }
  return count < 0 ? 0 : count;
}

#else

#include <fcntl.h>
#include <sys/types.h>

#include <sys/event.h>
#include <sys/time.h>

int igh_poller_open(void) {
  int poller = kqueue();
  if (poller >= 0) fcntl(poller, F_SETFD, FD_CLOEXEC);
  return poller;
}

/* A kqueue is not inherited: in a forked child its number may by now be another file's. */
void igh_poller_close(int poller, bool ours) {
  if (ours) close(poller);
}

static bool watch_filter(int poller, int fd, short filter, bool wanted) {
  struct kevent change;
  EV_SET(&change, (uintptr_t)fd, filter, wanted ? EV_ADD : EV_DELETE, 0, 0, 0);
  return kevent(poller, &change, 1, NULL, 0, NULL) == 0 || !wanted;
}

bool igh_poller_watch(int poller, int fd, bool readable, bool writable) {
  bool reads = watch_filter(poller, fd, EVFILT_READ, readable);
  return watch_filter(poller, fd, EVFILT_WRITE, writable) && reads;
}

int igh_poller_take(int poller, igh_event *events, int room) {
  static const struct timespec at_once = {0, 0};
  struct kevent ready[ROOM];
  int count = kevent(poller, NULL, 0, ready, room < ROOM ? room : ROOM, &at_once);
  for (int i = 0; i < count; i++) {
    events[i].fd = (int)ready[i].ident;
    events[i].readable = ready[i].filter == EVFILT_READ;
    events[i].writable = ready[i].filter == EVFILT_WRITE;
    events[i].failed = (ready[i].flags & EV_ERROR) != 0;
  }
  return count < 0 ? 0 : count;
}

#endif
