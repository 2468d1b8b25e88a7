#include "CConsole.h"

#include <string.h>

// #embed belongs to C23; clang has it in every mode and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char document[] = {
#embed "page/console.html"
};
static const unsigned char style[] = {
#embed "page/console.css"
};
// One script out of several files, in the order in which they need each other.
static const unsigned char script[] = {
#embed "page/words.js"
    ,
#embed "page/dom.js"
    ,
#embed "page/json.js"
    ,
#embed "page/api.js"
    ,
#embed "page/place.js"
    ,
#embed "page/chart.js"
    ,
#embed "page/list.js"
    ,
#embed "page/views.js"
    ,
#embed "page/detail.js"
    ,
#embed "page/console.js"
};

static const struct {
    const unsigned char *bytes;
    uint32_t length;
} parts[] = {
    [CCONSOLE_DOCUMENT] = {document, sizeof document},
    [CCONSOLE_STYLE] = {style, sizeof style},
    [CCONSOLE_SCRIPT] = {script, sizeof script},
};

uint32_t cconsole_length(uint32_t part) { return part < sizeof parts / sizeof parts[0] ? parts[part].length : 0; }

uint64_t cconsole_word(uint32_t part, uint32_t offset) {
    uint32_t length = cconsole_length(part);
    if (offset >= length) return 0;
    unsigned char word[8] = {0};
    memcpy(word, parts[part].bytes + offset, length - offset < 8 ? length - offset : 8);
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) value = value << 8 | word[i];
    return value;
}
