#pragma once

#include <stdint.h>

// What Swift's Glibc module does not show (epoll, eventfd, thread names), plus one thread-local pointer.
// Every function returns what the system call returned; `errno` stays set.

/// One reported event: the token given to `loop_epoll_add`, and the EPOLL… bits.
struct loop_event {
    uint64_t token;
    uint32_t bits;
};

enum {
    LOOP_READABLE = 1,
    LOOP_WRITABLE = 2,
    LOOP_HANG_UP = 4,
    LOOP_ERROR = 8,
};

int loop_epoll_create(void);

/// Level triggered. `bits` are LOOP_READABLE and LOOP_WRITABLE.
int loop_epoll_add(int epoll, int descriptor, uint32_t bits, uint64_t token);
int loop_epoll_change(int epoll, int descriptor, uint32_t bits, uint64_t token);
int loop_epoll_remove(int epoll, int descriptor);

/// Edge triggered for reading: an eventfd watched so needs no read to be armed again.
int loop_epoll_add_wakeup(int epoll, int descriptor, uint64_t token);

/// Waits at most `milliseconds` (-1: for ever), at most 256 events. Interrupted waits count as 0 events.
int loop_epoll_wait(int epoll, struct loop_event *events, int capacity, int milliseconds);

/// Makes the allocator map blocks of this many bytes and more by themselves, and unmap them when they are freed. Without
/// it, glibc raises the limit with the first large block that is freed, and keeps later ones.
void loop_map_large_blocks(int bytes);

int loop_eventfd_create(void);
int loop_eventfd_signal(int descriptor);

/// Names the calling thread (the kernel keeps 15 bytes).
void loop_name_thread(const char *name);

/// A pointer of the calling thread's own: the loop that runs on it.
void *loop_current(void);
void loop_set_current(void *loop);

/// Joins `thread` within `milliseconds`; 0, or the error number (ETIMEDOUT).
int loop_join(unsigned long thread, int milliseconds);
