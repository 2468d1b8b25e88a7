#define _GNU_SOURCE
#include "CEventLoop.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>
#include <spawn.h>
#include <signal.h>
#include <poll.h>
#include <fcntl.h>

static _Thread_local void *current;

void *loop_current(void) { return current; }
void loop_set_current(void *loop) { current = loop; }

int loop_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static uint32_t to_epoll(uint32_t bits) {
    return ((bits & LOOP_READABLE) ? (uint32_t)EPOLLIN : 0) | ((bits & LOOP_WRITABLE) ? (uint32_t)EPOLLOUT : 0);
}

static uint32_t from_epoll(uint32_t events) {
    return ((events & EPOLLIN) ? LOOP_READABLE : 0) | ((events & EPOLLOUT) ? LOOP_WRITABLE : 0) |
           ((events & EPOLLHUP) ? LOOP_HANG_UP : 0) | ((events & EPOLLERR) ? LOOP_ERROR : 0);
}

static int control(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return epoll_ctl(epoll, operation, descriptor, &event);
}

int loop_epoll_add(int epoll, int descriptor, uint32_t bits, uint64_t token) {
    return control(epoll, EPOLL_CTL_ADD, descriptor, to_epoll(bits), token);
}

int loop_epoll_change(int epoll, int descriptor, uint32_t bits, uint64_t token) {
    return control(epoll, EPOLL_CTL_MOD, descriptor, to_epoll(bits), token);
}

int loop_epoll_remove(int epoll, int descriptor) {
    return control(epoll, EPOLL_CTL_DEL, descriptor, 0, 0);
}

int loop_epoll_add_wakeup(int epoll, int descriptor, uint64_t token) {
    return control(epoll, EPOLL_CTL_ADD, descriptor, EPOLLIN | EPOLLET, token);
}

int loop_epoll_wait(int epoll, struct loop_event *events, int capacity, int milliseconds) {
    struct epoll_event found[256];
    int count = epoll_wait(epoll, found, capacity < 256 ? capacity : 256, milliseconds);
    if (count < 0) {
        return errno == EINTR ? 0 : -1;
    }
    for (int i = 0; i < count; i++) {
        events[i].token = found[i].data.u64;
        events[i].bits = from_epoll(found[i].events);
    }
    return count;
}

int loop_eventfd_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int loop_eventfd_signal(int descriptor) {
    uint64_t one = 1;
    return write(descriptor, &one, sizeof one) == sizeof one ? 0 : -1;
}

void loop_name_thread(const char *name) {
    char kept[16] = {0};
    for (int i = 0; i < 15 && name[i] != 0; i++) {
        kept[i] = name[i];
    }
    pthread_setname_np(pthread_self(), kept);
}

int loop_join(unsigned long thread, int milliseconds) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += (long)(milliseconds % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec += 1;
        until.tv_nsec -= 1000000000L;
    }
    return pthread_timedjoin_np((pthread_t)thread, NULL, &until);
}

void loop_map_large_blocks(int bytes) { mallopt(M_MMAP_THRESHOLD, bytes); }

static long milliseconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000L;
}

/// Starts a program in a process group of its own, with `output` as its standard output. Returns 0 or the error number.
static int start_program(char *const arguments[], char *const environment[], int output, pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    int code = posix_spawnp(pid, arguments[0], &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

/// Reads to the end of the pipe, and at most `capacity` bytes.
static int read_output(int pipe, long until, uint8_t *output, long capacity, long *count) {
    for (;;) {
        struct pollfd ready = {pipe, POLLIN, 0};
        long left = until - milliseconds_now();
        if (left <= 0) {
            return LOOP_PROGRAM_TIMED_OUT;
        }
        if (poll(&ready, 1, (int)left) <= 0) {
            continue;
        }
        uint8_t spare;
        int is_full = *count == capacity;
        ssize_t got = is_full ? read(pipe, &spare, 1) : read(pipe, output + *count, (size_t)(capacity - *count));
        if (got == 0) {
            return LOOP_PROGRAM_DONE;
        }
        if (got > 0 && is_full) {
            return LOOP_PROGRAM_WROTE_TOO_MUCH;
        }
        if (got > 0) {
            *count += got;
        }
    }
}

/// Waits for the end of the program.
static int wait_for_program(pid_t pid, long until, int *detail) {
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) != pid) {
        if (milliseconds_now() >= until) {
            return LOOP_PROGRAM_TIMED_OUT;
        }
        usleep(2000);
    }
    if (WIFSIGNALED(status)) {
        *detail = WTERMSIG(status);
        return LOOP_PROGRAM_KILLED;
    }
    *detail = WEXITSTATUS(status);
    return *detail == 0 ? LOOP_PROGRAM_DONE : LOOP_PROGRAM_FAILED;
}

int loop_run_program(
    char *const arguments[], char *const environment[], int milliseconds, uint8_t *output, long capacity, long *count,
    int *detail) {
    int ends[2];
    pid_t pid = 0;
    long until = milliseconds_now() + milliseconds;
    *count = 0;
    *detail = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        *detail = errno;
        return LOOP_PROGRAM_NOT_STARTED;
    }
    int code = start_program(arguments, environment, ends[1], &pid);
    close(ends[1]);
    if (code != 0) {
        close(ends[0]);
        *detail = code;
        return LOOP_PROGRAM_NOT_STARTED;
    }
    int result = read_output(ends[0], until, output, capacity, count);
    close(ends[0]);
    if (result == LOOP_PROGRAM_DONE) {
        result = wait_for_program(pid, until, detail);
    }
    if (result == LOOP_PROGRAM_TIMED_OUT || result == LOOP_PROGRAM_WROTE_TOO_MUCH) {
        kill(-pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    return result;
}
