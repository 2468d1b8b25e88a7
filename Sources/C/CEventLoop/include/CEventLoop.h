#pragma once

#include <stdint.h>

// System calls that Swift's Glibc module does not have (epoll, eventfd, thread names), a thread-local pointer,
// and the run of a program.
// Every function returns the result of the system call; `errno` stays set.

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

/// Watches a descriptor, level-triggered. `bits` are LOOP_READABLE and LOOP_WRITABLE.
int loop_epoll_add(int epoll, int descriptor, uint32_t bits, uint64_t token);
int loop_epoll_change(int epoll, int descriptor, uint32_t bits, uint64_t token);
int loop_epoll_remove(int epoll, int descriptor);

/// Watches an eventfd for reading, edge-triggered. It does not have to be read before the next event.
int loop_epoll_add_wakeup(int epoll, int descriptor, uint64_t token);

/// Waits at most `milliseconds` (-1 for no limit) for at most 256 events. An interrupted wait returns 0 events.
int loop_epoll_wait(int epoll, struct loop_event *events, int capacity, int milliseconds);

/// Makes the allocator map each block of at least this many bytes separately, and unmap it when it is freed. Otherwise
/// glibc raises the limit when the first large block is freed, and keeps later ones.
void loop_map_large_blocks(int bytes);

int loop_eventfd_create(void);
int loop_eventfd_signal(int descriptor);

/// Names the calling thread. The kernel keeps 15 bytes.
void loop_name_thread(const char *name);

/// A pointer of the calling thread: the loop that runs on it.
void *loop_current(void);
void loop_set_current(void *loop);

/// Joins `thread` within `milliseconds`. Returns 0 or the error number, such as ETIMEDOUT.
int loop_join(unsigned long thread, int milliseconds);

/// How the run of a program ended.
enum {
    /// It exited with 0, and its output is complete.
    LOOP_PROGRAM_DONE = 0,
    /// It could not be started. `detail` is the error number.
    LOOP_PROGRAM_NOT_STARTED = 1,
    /// It did not end in time, and was killed.
    LOOP_PROGRAM_TIMED_OUT = 2,
    /// It wrote more than the capacity, and was killed.
    LOOP_PROGRAM_WROTE_TOO_MUCH = 3,
    /// It exited with another status, which is `detail`.
    LOOP_PROGRAM_FAILED = 4,
    /// A signal ended it. `detail` is its number.
    LOOP_PROGRAM_KILLED = 5,
};

/// Runs a program without a shell, and waits for its end. `arguments` and `environment` end with NULL. Its standard
/// input and error are /dev/null, and its standard output goes to `output`. It gets a process group of its own, all of
/// which is killed at the end of the time.
int loop_run_program(
    char *const arguments[], char *const environment[], int milliseconds, uint8_t *output, long capacity, long *count,
    int *detail);
