#define _GNU_SOURCE
#include "CSockets.h"

#include <sys/socket.h>

int sockets_accept(int descriptor) { return accept4(descriptor, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC); }
