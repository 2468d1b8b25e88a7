#pragma once

// What Swift's Glibc module does not show. `errno` stays set.

/// Accepts a connection as a non-blocking descriptor that programs started later do not inherit; -1 on failure.
int sockets_accept(int descriptor);
