#include "CResources.h"

#include <string.h>

// #embed belongs to C23. Clang accepts it in every mode, with a warning.
#pragma clang diagnostic ignored "-Wc23-extensions"

// Each file is text without NUL bytes, followed by a NUL.
static const struct {
    const char *path;
    const unsigned char *text;
} files[] = {
    {"catalog/alibaba.alsc.crm.card.batch.sell.overlay.yaml", (const unsigned char[]){
#embed "catalog/alibaba.alsc.crm.card.batch.sell.overlay.yaml"
        , 0}},
    {"catalog/alibaba.alsc.crm.card.batch.sell.yaml", (const unsigned char[]){
#embed "catalog/alibaba.alsc.crm.card.batch.sell.yaml"
        , 0}},
    {"catalog/alitrip.rentcar.commodity.storevehmodel.base.change.notify.overlay.yaml", (const unsigned char[]){
#embed "catalog/alitrip.rentcar.commodity.storevehmodel.base.change.notify.overlay.yaml"
        , 0}},
    {"catalog/alitrip.rentcar.commodity.storevehmodel.base.change.notify.yaml", (const unsigned char[]){
#embed "catalog/alitrip.rentcar.commodity.storevehmodel.base.change.notify.yaml"
        , 0}},
    {"catalog/taobao.logistics.address.ability.tms.async.overlay.yaml", (const unsigned char[]){
#embed "catalog/taobao.logistics.address.ability.tms.async.overlay.yaml"
        , 0}},
    {"catalog/taobao.logistics.address.ability.tms.async.yaml", (const unsigned char[]){
#embed "catalog/taobao.logistics.address.ability.tms.async.yaml"
        , 0}},
    {"catalog/tmall.aliauto.carprofile.sync.overlay.yaml", (const unsigned char[]){
#embed "catalog/tmall.aliauto.carprofile.sync.overlay.yaml"
        , 0}},
    {"catalog/tmall.aliauto.carprofile.sync.yaml", (const unsigned char[]){
#embed "catalog/tmall.aliauto.carprofile.sync.yaml"
        , 0}},
    {"catalog/tmall.car.lease.freedownpayment.put.overlay.yaml", (const unsigned char[]){
#embed "catalog/tmall.car.lease.freedownpayment.put.overlay.yaml"
        , 0}},
    {"catalog/tmall.car.lease.freedownpayment.put.yaml", (const unsigned char[]){
#embed "catalog/tmall.car.lease.freedownpayment.put.yaml"
        , 0}},
    {"console/console.html", (const unsigned char[]){
#embed "console/console.html"
        , 0}},
    {"console/console.css", (const unsigned char[]){
#embed "console/console.css"
        , 0}},
    {"console/words.js", (const unsigned char[]){
#embed "console/words.js"
        , 0}},
    {"console/dom.js", (const unsigned char[]){
#embed "console/dom.js"
        , 0}},
    {"console/json.js", (const unsigned char[]){
#embed "console/json.js"
        , 0}},
    {"console/api.js", (const unsigned char[]){
#embed "console/api.js"
        , 0}},
    {"console/place.js", (const unsigned char[]){
#embed "console/place.js"
        , 0}},
    {"console/chart.js", (const unsigned char[]){
#embed "console/chart.js"
        , 0}},
    {"console/list.js", (const unsigned char[]){
#embed "console/list.js"
        , 0}},
    {"console/views.js", (const unsigned char[]){
#embed "console/views.js"
        , 0}},
    {"console/detail.js", (const unsigned char[]){
#embed "console/detail.js"
        , 0}},
    {"console/console.js", (const unsigned char[]){
#embed "console/console.js"
        , 0}},
    {"docs/docs.css", (const unsigned char[]){
#embed "docs/docs.css"
        , 0}},
    {"docs/docs.js", (const unsigned char[]){
#embed "docs/docs.js"
        , 0}},
    {"migrations/0001_vault.sql", (const unsigned char[]){
#embed "../../../migrations/0001_vault.sql"
        , 0}},
    {"migrations/0002_trail.sql", (const unsigned char[]){
#embed "../../../migrations/0002_trail.sql"
        , 0}},
    {"migrations/0003_records.sql", (const unsigned char[]){
#embed "../../../migrations/0003_records.sql"
        , 0}},
    {"migrations/0004_statistics.sql", (const unsigned char[]){
#embed "../../../migrations/0004_statistics.sql"
        , 0}},
    {"migrations/0005_audit_api.sql", (const unsigned char[]){
#embed "../../../migrations/0005_audit_api.sql"
        , 0}},
    {"migrations/0006_app_kinds.sql", (const unsigned char[]){
#embed "../../../migrations/0006_app_kinds.sql"
        , 0}},
    {"migrations/0007_idempotency_keys.sql", (const unsigned char[]){
#embed "../../../migrations/0007_idempotency_keys.sql"
        , 0}},
    {"migrations/0008_audit_search.sql", (const unsigned char[]){
#embed "../../../migrations/0008_audit_search.sql"
        , 0}},
    {"migrations/0009_credentials.sql", (const unsigned char[]){
#embed "../../../migrations/0009_credentials.sql"
        , 0}},
    {"migrations/0010_repeats.sql", (const unsigned char[]){
#embed "../../../migrations/0010_repeats.sql"
        , 0}},
    {"migrations/0011_resealing.sql", (const unsigned char[]){
#embed "../../../migrations/0011_resealing.sql"
        , 0}},
};

uint32_t cresources_count(void) { return sizeof files / sizeof files[0]; }

cresources_file cresources_at(uint32_t index) {
    cresources_file file = {files[index].path, files[index].text, (uint32_t)strlen((const char *)files[index].text)};
    return file;
}
