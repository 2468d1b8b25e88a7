#include "CLibyaml.h"

#include <stdlib.h>
#include <yaml.h>

struct toprelay_yaml_parser {
    yaml_parser_t parser;
    // The last event. It owns the memory that the caller sees.
    yaml_event_t event;
    const uint8_t *text;
    size_t count;
};

toprelay_yaml_parser *toprelay_yaml_open(const uint8_t *text, size_t count) {
    toprelay_yaml_parser *parser = calloc(1, sizeof(toprelay_yaml_parser));
    if (!parser) return NULL;
    if (!yaml_parser_initialize(&parser->parser)) {
        free(parser);
        return NULL;
    }
    parser->text = text;
    parser->count = count;
    yaml_parser_set_encoding(&parser->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser->parser, text, count);
    return parser;
}

void toprelay_yaml_close(toprelay_yaml_parser *parser) {
    if (!parser) return;
    yaml_event_delete(&parser->event);
    yaml_parser_delete(&parser->parser);
    free(parser);
}

// A reader error has an offset in bytes and no line.
static size_t line_at(const toprelay_yaml_parser *parser, size_t offset) {
    size_t line = 1;
    for (size_t index = 0; index < offset && index < parser->count; index++) line += parser->text[index] == '\n';
    return line;
}

static void describe_failure(const toprelay_yaml_parser *parser, toprelay_yaml_failure *failure) {
    const yaml_parser_t *yaml = &parser->parser;
    failure->problem = yaml->error == YAML_MEMORY_ERROR ? NULL : yaml->problem;
    failure->line = yaml->error == YAML_READER_ERROR ? line_at(parser, yaml->problem_offset)
                                                     : yaml->problem_mark.line + 1;
}

static void fill(toprelay_yaml_event *event, const yaml_event_t *from) {
    *event = (toprelay_yaml_event){.line = from->start_mark.line + 1};
    switch (from->type) {
    case YAML_DOCUMENT_START_EVENT: event->kind = toprelay_yaml_document_start; break;
    case YAML_DOCUMENT_END_EVENT: event->kind = toprelay_yaml_document_end; break;
    case YAML_ALIAS_EVENT:
        event->kind = toprelay_yaml_alias;
        event->anchor = (const char *)from->data.alias.anchor;
        break;
    case YAML_SCALAR_EVENT:
        event->kind = toprelay_yaml_scalar;
        event->is_plain = from->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        event->text = from->data.scalar.value;
        event->count = from->data.scalar.length;
        event->anchor = (const char *)from->data.scalar.anchor;
        break;
    case YAML_SEQUENCE_START_EVENT:
        event->kind = toprelay_yaml_sequence_start;
        event->anchor = (const char *)from->data.sequence_start.anchor;
        break;
    case YAML_SEQUENCE_END_EVENT: event->kind = toprelay_yaml_sequence_end; break;
    case YAML_MAPPING_START_EVENT:
        event->kind = toprelay_yaml_mapping_start;
        event->anchor = (const char *)from->data.mapping_start.anchor;
        break;
    case YAML_MAPPING_END_EVENT: event->kind = toprelay_yaml_mapping_end; break;
    default: event->kind = toprelay_yaml_stream_end; break;
    }
}

bool toprelay_yaml_next(toprelay_yaml_parser *parser, toprelay_yaml_event *event, toprelay_yaml_failure *failure) {
    do {
        yaml_event_delete(&parser->event);
        if (!yaml_parser_parse(&parser->parser, &parser->event)) {
            describe_failure(parser, failure);
            return false;
        }
    } while (parser->event.type == YAML_STREAM_START_EVENT);
    fill(event, &parser->event);
    return true;
}
