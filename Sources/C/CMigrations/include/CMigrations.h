#pragma once

#include <stdint.h>

/// A file of the folder migrations, as it stood when the binary was built.
typedef struct {
    const char *name;
    const unsigned char *bytes;
    uint32_t length;
} cmigrations_file;

/// How many files there are.
uint32_t cmigrations_count(void);

/// The file of an index below the count.
cmigrations_file cmigrations_at(uint32_t index);
