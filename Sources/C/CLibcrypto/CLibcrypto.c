#include "CLibcrypto.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdatomic.h>
#include <string.h>

void toprelay_crypto_error(char *text, size_t capacity) {
    size_t used = 0;
    unsigned long code;
    text[0] = 0;
    while ((code = ERR_get_error()) != 0) {
        const char *separator = used ? "; " : "";
        if (used + strlen(separator) + 1 >= capacity) continue;
        strcpy(text + used, separator);
        used += strlen(separator);
        ERR_error_string_n(code, text + used, capacity - used);
        used += strlen(text + used);
    }
}

int toprelay_digest(const EVP_MD *digest, const void *first, size_t first_count, const void *second,
                    size_t second_count, const void *third, size_t third_count, unsigned char *out) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (!context) return 0;
    int done = EVP_DigestInit_ex2(context, digest, NULL) && EVP_DigestUpdate(context, first, first_count) &&
               EVP_DigestUpdate(context, second, second_count) && EVP_DigestUpdate(context, third, third_count) &&
               EVP_DigestFinal_ex(context, out, NULL);
    EVP_MD_CTX_free(context);
    return done;
}

struct toprelay_hmac_key {
    EVP_MAC_CTX *keyed;    // only read
    EVP_MAC_CTX *scratch;  // used by the holder of `taken`; restarting it costs a third of copying `keyed`
    atomic_flag taken;
};

toprelay_hmac_key *toprelay_hmac_new(EVP_MAC *hmac, const char *digest, const void *key, size_t key_count) {
    toprelay_hmac_key *made = OPENSSL_zalloc(sizeof *made);
    if (!made) return NULL;
    atomic_flag_clear(&made->taken);
    made->keyed = EVP_MAC_CTX_new(hmac);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0),
        OSSL_PARAM_construct_end(),
    };
    // NULL would mean "the key set before", so an empty key needs an address too.
    if (!made->keyed || !EVP_MAC_init(made->keyed, key_count ? key : "", key_count, parameters) ||
        !(made->scratch = EVP_MAC_CTX_dup(made->keyed))) {
        toprelay_hmac_free(made);
        return NULL;
    }
    return made;
}

void toprelay_hmac_free(toprelay_hmac_key *key) {
    EVP_MAC_CTX_free(key->scratch);
    EVP_MAC_CTX_free(key->keyed);
    OPENSSL_free(key);
}

static int hmac_with(EVP_MAC_CTX *context, const void *message, size_t message_count, unsigned char *out) {
    size_t length = 0;
    return EVP_MAC_update(context, message, message_count) &&
           EVP_MAC_final(context, out, &length, toprelay_max_digest);
}

int toprelay_hmac(toprelay_hmac_key *key, const void *message, size_t message_count, unsigned char *out) {
    if (!atomic_flag_test_and_set_explicit(&key->taken, memory_order_acquire)) {
        int done = EVP_MAC_init(key->scratch, NULL, 0, NULL) && hmac_with(key->scratch, message, message_count, out);
        atomic_flag_clear_explicit(&key->taken, memory_order_release);
        return done;
    }
    EVP_MAC_CTX *context = EVP_MAC_CTX_dup(key->keyed);
    if (!context) return 0;
    int done = hmac_with(context, message, message_count, out);
    EVP_MAC_CTX_free(context);
    return done;
}

// EVP counts in int. Sealed values are far smaller.
static int too_long(size_t header_count, size_t associated_count, size_t count) {
    return header_count > INT_MAX || associated_count > INT_MAX || count > INT_MAX;
}

EVP_CIPHER_CTX *toprelay_gcm_new(const EVP_CIPHER *cipher, const unsigned char *key) {
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (!context || EVP_EncryptInit_ex2(context, cipher, key, NULL, NULL)) return context;
    EVP_CIPHER_CTX_free(context);
    return NULL;
}

int toprelay_gcm_seal_in_place(EVP_CIPHER_CTX *context, const unsigned char *nonce, const unsigned char *header,
                               size_t header_count, const unsigned char *associated, size_t associated_count,
                               unsigned char *data, size_t count, unsigned char *tag) {
    if (too_long(header_count, associated_count, count)) return 0;
    int length = 0;
    return EVP_EncryptInit_ex2(context, NULL, NULL, nonce, NULL) &&
           EVP_EncryptUpdate(context, NULL, &length, header, (int)header_count) &&
           (!associated_count ||
            EVP_EncryptUpdate(context, NULL, &length, associated, (int)associated_count)) &&
           (!count || EVP_EncryptUpdate(context, data, &length, data, (int)count)) &&
           EVP_EncryptFinal_ex(context, tag, &length) &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, tag);
}

int toprelay_gcm_seal(const EVP_CIPHER *cipher, const unsigned char *key, const unsigned char *nonce,
                      const unsigned char *header, size_t header_count, const unsigned char *associated,
                      size_t associated_count, const unsigned char *plain, size_t count, unsigned char *out,
                      unsigned char *tag) {
    EVP_CIPHER_CTX *context = toprelay_gcm_new(cipher, key);
    if (!context) return 0;
    if (count) memcpy(out, plain, count);
    int done = toprelay_gcm_seal_in_place(context, nonce, header, header_count, associated, associated_count, out,
                                          count, tag);
    EVP_CIPHER_CTX_free(context);
    return done;
}

int toprelay_gcm_open(const EVP_CIPHER *cipher, const unsigned char *key, const unsigned char *nonce,
                      const unsigned char *header, size_t header_count, const unsigned char *associated,
                      size_t associated_count, const unsigned char *sealed, size_t count, const unsigned char *tag,
                      unsigned char *out) {
    if (too_long(header_count, associated_count, count)) return 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (!context) return 0;
    int length = 0;
    unsigned char rest[16];
    int result = EVP_DecryptInit_ex2(context, cipher, key, nonce, NULL) &&
                 EVP_DecryptUpdate(context, NULL, &length, header, (int)header_count) &&
                 (!associated_count ||
                  EVP_DecryptUpdate(context, NULL, &length, associated, (int)associated_count)) &&
                 (!count || EVP_DecryptUpdate(context, out, &length, sealed, (int)count)) &&
                 EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, (void *)tag);
    if (result && !EVP_DecryptFinal_ex(context, rest, &length)) {
        if (count) OPENSSL_cleanse(out, count);
        ERR_clear_error();
        result = -1;
    }
    EVP_CIPHER_CTX_free(context);
    return result;
}
