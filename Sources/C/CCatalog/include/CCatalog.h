#pragma once

#include <stdint.h>

/// The catalog's files, embedded in the binary. Everything is handed over by value, so that Swift needs no pointer to
/// read them.

/// How many files there are.
uint32_t ccatalog_count(void);

/// How many bytes the name of a file has; 0 for an index out of range.
uint32_t ccatalog_name_length(uint32_t file);

/// How many bytes a file has; 0 for an index out of range.
uint32_t ccatalog_length(uint32_t file);

/// One byte of a file's name; 0 out of range.
uint8_t ccatalog_name_byte(uint32_t file, uint32_t offset);

/// Eight bytes of a file from `offset` on, the first in the lowest bits; bytes past the end are 0.
uint64_t ccatalog_word(uint32_t file, uint32_t offset);
