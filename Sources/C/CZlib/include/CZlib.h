#pragma once

#include <stddef.h>
#include <stdint.h>

// zlib's inflate for gzip members. zlib's own entry points are macros, which Swift cannot import.

enum {
    GZIP_MORE = 0,
    GZIP_END = 1,
    GZIP_CORRUPT = -1,
};

/// Makes a reader at the beginning of a gzip member; NULL if there is no memory.
void *gzip_open(void);
void gzip_close(void *reader);

/// Inflates from `input` into `output`, and sets both counts to the bytes that were used. GZIP_END: the member is
/// complete, and its checksum and length are right. GZIP_MORE: the input or the space is used up.
int gzip_inflate(void *reader, const uint8_t *input, size_t *input_count, uint8_t *output, size_t *output_count);
