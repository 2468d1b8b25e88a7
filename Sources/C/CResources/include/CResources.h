#pragma once

#include <stdint.h>

/// A text file that is embedded in the binary.
typedef struct {
    /// The path: folder and name.
    const char *path;
    const unsigned char *text;
    /// The length of the text in bytes.
    uint32_t length;
} cresources_file;

/// The number of files.
uint32_t cresources_count(void);

/// The file at an index below the count.
cresources_file cresources_at(uint32_t index);
