#define _GNU_SOURCE
#include "CEventLoop.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

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
