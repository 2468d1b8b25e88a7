#pragma once

#include <stdint.h>

/// A text file that is part of the binary, as it was when the binary was built.
typedef struct {
    /// Its path: the folder and the name.
    const char *path;
    const unsigned char *text;
    /// Bytes of the text.
    uint32_t length;
} cresources_file;

/// The number of files.
uint32_t cresources_count(void);

/// The file at an index below the count.
cresources_file cresources_at(uint32_t index);
