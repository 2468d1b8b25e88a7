#include "CRelease.h"

#define TEXT_OF(word) #word
#define TEXT(word) TEXT_OF(word)

const char *crelease_commit(void) { return TEXT(BUILD_COMMIT); }
