#include "CCatalog.h"

#include <string.h>

// #embed belongs to C23; clang has it in every mode and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"

// An entry is two files: what the method's documentation page says, and what no page says.
#define PAGE(name) static const unsigned char name[]
#define OVERLAY(name) static const unsigned char name##_overlay[]

PAGE(alibaba_alsc_crm_card_batch_sell) = {
#embed "entries/alibaba.alsc.crm.card.batch.sell.yaml"
};
OVERLAY(alibaba_alsc_crm_card_batch_sell) = {
#embed "entries/alibaba.alsc.crm.card.batch.sell.overlay.yaml"
};
PAGE(alitrip_rentcar_commodity_storevehmodel_base_change_notify) = {
#embed "entries/alitrip.rentcar.commodity.storevehmodel.base.change.notify.yaml"
};
OVERLAY(alitrip_rentcar_commodity_storevehmodel_base_change_notify) = {
#embed "entries/alitrip.rentcar.commodity.storevehmodel.base.change.notify.overlay.yaml"
};
PAGE(taobao_logistics_address_ability_tms_async) = {
#embed "entries/taobao.logistics.address.ability.tms.async.yaml"
};
OVERLAY(taobao_logistics_address_ability_tms_async) = {
#embed "entries/taobao.logistics.address.ability.tms.async.overlay.yaml"
};
PAGE(tmall_aliauto_carprofile_sync) = {
#embed "entries/tmall.aliauto.carprofile.sync.yaml"
};
OVERLAY(tmall_aliauto_carprofile_sync) = {
#embed "entries/tmall.aliauto.carprofile.sync.overlay.yaml"
};
PAGE(tmall_car_lease_freedownpayment_put) = {
#embed "entries/tmall.car.lease.freedownpayment.put.yaml"
};
OVERLAY(tmall_car_lease_freedownpayment_put) = {
#embed "entries/tmall.car.lease.freedownpayment.put.overlay.yaml"
};

#define FILES(method, name) \
    {method ".yaml", sizeof(method ".yaml") - 1, name, sizeof(name)}, \
    {method ".overlay.yaml", sizeof(method ".overlay.yaml") - 1, name##_overlay, sizeof(name##_overlay)}

static const struct {
    const char *name;
    uint32_t name_length;
    const unsigned char *bytes;
    uint32_t length;
} files[] = {
    FILES("alibaba.alsc.crm.card.batch.sell", alibaba_alsc_crm_card_batch_sell),
    FILES("alitrip.rentcar.commodity.storevehmodel.base.change.notify",
          alitrip_rentcar_commodity_storevehmodel_base_change_notify),
    FILES("taobao.logistics.address.ability.tms.async", taobao_logistics_address_ability_tms_async),
    FILES("tmall.aliauto.carprofile.sync", tmall_aliauto_carprofile_sync),
    FILES("tmall.car.lease.freedownpayment.put", tmall_car_lease_freedownpayment_put),
};

uint32_t ccatalog_count(void) { return sizeof(files) / sizeof(files[0]); }

uint32_t ccatalog_name_length(uint32_t file) { return file < ccatalog_count() ? files[file].name_length : 0; }

uint32_t ccatalog_length(uint32_t file) { return file < ccatalog_count() ? files[file].length : 0; }

uint8_t ccatalog_name_byte(uint32_t file, uint32_t offset) {
    return offset < ccatalog_name_length(file) ? (uint8_t)files[file].name[offset] : 0;
}

uint64_t ccatalog_word(uint32_t file, uint32_t offset) {
    uint32_t length = ccatalog_length(file);
    if (offset >= length) return 0;
    unsigned char word[8] = {0};
    memcpy(word, files[file].bytes + offset, length - offset < 8 ? length - offset : 8);
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) value = value << 8 | word[i];
    return value;
}
