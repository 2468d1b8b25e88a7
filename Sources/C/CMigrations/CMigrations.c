#include "CMigrations.h"

// #embed belongs to C23. clang supports it in every mode and warns about it.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char vault[] = {
#embed "../../migrations/0001_vault.sql"
};
static const unsigned char trail[] = {
#embed "../../migrations/0002_trail.sql"
};
static const unsigned char records[] = {
#embed "../../migrations/0003_records.sql"
};
static const unsigned char statistics[] = {
#embed "../../migrations/0004_statistics.sql"
};
static const unsigned char audit_api[] = {
#embed "../../migrations/0005_audit_api.sql"
};

static const cmigrations_file files[] = {
    {"0001_vault.sql", vault, sizeof vault},
    {"0002_trail.sql", trail, sizeof trail},
    {"0003_records.sql", records, sizeof records},
    {"0004_statistics.sql", statistics, sizeof statistics},
    {"0005_audit_api.sql", audit_api, sizeof audit_api},
};

uint32_t cmigrations_count(void) { return sizeof files / sizeof files[0]; }

cmigrations_file cmigrations_at(uint32_t index) {
    return index < cmigrations_count() ? files[index] : (cmigrations_file){"", (const unsigned char *)"", 0};
}
