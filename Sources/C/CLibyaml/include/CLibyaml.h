#pragma once

// libyaml's event parser for a text in memory. libyaml's own structures are unions, whose members depend on the event.

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    toprelay_yaml_stream_end,
    toprelay_yaml_document_start,
    toprelay_yaml_document_end,
    toprelay_yaml_scalar,
    toprelay_yaml_alias,
    toprelay_yaml_sequence_start,
    toprelay_yaml_sequence_end,
    toprelay_yaml_mapping_start,
    toprelay_yaml_mapping_end,
} toprelay_yaml_kind;

typedef struct {
    toprelay_yaml_kind kind;
    // Whether a scalar has no quotation marks and is not a block.
    bool is_plain;
    // The line of the event's first character, from 1.
    size_t line;
    // A scalar's value in UTF-8. It may contain NUL.
    const uint8_t *text;
    size_t count;
    // The anchor of a scalar, sequence or mapping, NUL-terminated. The anchor that an alias names. Otherwise NULL.
    const char *anchor;
} toprelay_yaml_event;

typedef struct {
    // What is wrong, as a static text; NULL if memory is out.
    const char *problem;
    // The line, from 1.
    size_t line;
} toprelay_yaml_failure;

// A parser of one text.
typedef struct toprelay_yaml_parser toprelay_yaml_parser;

// A parser of `count` bytes of UTF-8. NULL if memory is out. The caller keeps the text until it closes the parser.
toprelay_yaml_parser *toprelay_yaml_open(const uint8_t *text, size_t count);
void toprelay_yaml_close(toprelay_yaml_parser *parser);

// Reads the next event. Its pointers are valid until the next call. After toprelay_yaml_stream_end there are no more
// events. False if the text is not YAML; the parser must then be closed.
bool toprelay_yaml_next(toprelay_yaml_parser *parser, toprelay_yaml_event *event, toprelay_yaml_failure *failure);
