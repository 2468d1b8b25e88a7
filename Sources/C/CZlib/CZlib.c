#include "CZlib.h"

#include <stdlib.h>
#include <zlib.h>

// A window of 15 bits; 16 more select gzip only.
static const int gzip_window = 15 + 16;

void *gzip_open(void) {
    z_stream *stream = calloc(1, sizeof(z_stream));
    if (stream && inflateInit2(stream, gzip_window) != Z_OK) {
        free(stream);
        return NULL;
    }
    return stream;
}

void gzip_close(void *reader) {
    if (!reader) return;
    inflateEnd(reader);
    free(reader);
}

int gzip_inflate(void *reader, const uint8_t *input, size_t *input_count, uint8_t *output, size_t *output_count) {
    z_stream *stream = reader;
    size_t given = *input_count;
    size_t room = *output_count;
    stream->next_in = (Bytef *)input;
    stream->avail_in = (uInt)given;
    stream->next_out = output;
    stream->avail_out = (uInt)room;
    int code = inflate(stream, Z_NO_FLUSH);
    *input_count = given - stream->avail_in;
    *output_count = room - stream->avail_out;
    if (code == Z_STREAM_END) return GZIP_END;
    return code == Z_OK || code == Z_BUF_ERROR ? GZIP_MORE : GZIP_CORRUPT;
}
