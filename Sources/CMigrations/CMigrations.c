#include "CMigrations.h"

// #embed belongs to C23; clang has it in every mode and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char vault[] = {
#embed "../../migrations/0001_vault.sql"
};
static const unsigned char audit[] = {
#embed "../../migrations/0002_audit.sql"
};
static const unsigned char audit_search[] = {
#embed "../../migrations/0003_audit_search.sql"
};
static const unsigned char audit_notes[] = {
#embed "../../migrations/0004_audit_notes.sql"
};
static const unsigned char audit_stats[] = {
#embed "../../migrations/0005_audit_stats.sql"
};
static const unsigned char audit_cube[] = {
#embed "../../migrations/0006_audit_cube.sql"
};
static const unsigned char audit_api[] = {
#embed "../../migrations/0007_audit_api.sql"
};
static const unsigned char sealed_requests[] = {
#embed "../../migrations/0008_sealed_requests.sql"
};
static const unsigned char audit_tags[] = {
#embed "../../migrations/0009_audit_tags.sql"
};
static const unsigned char audit_api_days[] = {
#embed "../../migrations/0010_audit_api_days.sql"
};
static const unsigned char audit_api_comments[] = {
#embed "../../migrations/0011_audit_api_comments.sql"
};
static const unsigned char intents_made_at[] = {
#embed "../../migrations/0012_intents_made_at.sql"
};
static const unsigned char audit_note_scope[] = {
#embed "../../migrations/0013_audit_note_scope.sql"
};

static const cmigrations_file files[] = {
    {"0001_vault.sql", vault, sizeof vault},
    {"0002_audit.sql", audit, sizeof audit},
    {"0003_audit_search.sql", audit_search, sizeof audit_search},
    {"0004_audit_notes.sql", audit_notes, sizeof audit_notes},
    {"0005_audit_stats.sql", audit_stats, sizeof audit_stats},
    {"0006_audit_cube.sql", audit_cube, sizeof audit_cube},
    {"0007_audit_api.sql", audit_api, sizeof audit_api},
    {"0008_sealed_requests.sql", sealed_requests, sizeof sealed_requests},
    {"0009_audit_tags.sql", audit_tags, sizeof audit_tags},
    {"0010_audit_api_days.sql", audit_api_days, sizeof audit_api_days},
    {"0011_audit_api_comments.sql", audit_api_comments, sizeof audit_api_comments},
    {"0012_intents_made_at.sql", intents_made_at, sizeof intents_made_at},
    {"0013_audit_note_scope.sql", audit_note_scope, sizeof audit_note_scope},
};

uint32_t cmigrations_count(void) { return sizeof files / sizeof files[0]; }

cmigrations_file cmigrations_at(uint32_t index) {
    return index < cmigrations_count() ? files[index] : (cmigrations_file){"", (const unsigned char *)"", 0};
}
