#pragma once

// System calls that Swift's Glibc module does not have. `errno` stays set.

/// Accepts a connection as a non-blocking descriptor that child processes do not inherit; -1 on failure.
int sockets_accept(int descriptor);
