#pragma once

#include <stdint.h>

/// The console's page, embedded in the binary in three parts. Everything is handed over by value, so that Swift needs no
/// pointer to read them.
enum { CCONSOLE_DOCUMENT = 0, CCONSOLE_STYLE = 1, CCONSOLE_SCRIPT = 2 };

/// How many bytes a part has; 0 for a part that there is not.
uint32_t cconsole_length(uint32_t part);

/// Eight bytes of a part from `offset` on, the first in the lowest bits; bytes past the end are 0.
uint64_t cconsole_word(uint32_t part, uint32_t offset);
