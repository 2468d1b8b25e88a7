#pragma once

// Typed entry points into libcrypto (OpenSSL 3). Functions that return int return 1 on success and 0 on failure. After
// a failure the thread's error queue has the reason; toprelay_crypto_error drains it.

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stddef.h>

enum { toprelay_max_digest = EVP_MAX_MD_SIZE };

// Drains the thread's error queue into text: "reason; reason". The text always ends with NUL.
void toprelay_crypto_error(char *text, size_t capacity);

// Digests three parts in a row into `out`, which has space for toprelay_max_digest bytes.
int toprelay_digest(const EVP_MD *digest, const void *first, size_t first_count, const void *second,
                    size_t second_count, const void *third, size_t third_count, unsigned char *out);

// The keyed state of an HMAC.
typedef struct toprelay_hmac_key toprelay_hmac_key;

// Returns NULL on failure. The caller frees the key with toprelay_hmac_free.
toprelay_hmac_key *toprelay_hmac_new(EVP_MAC *hmac, const char *digest, const void *key, size_t key_count);
void toprelay_hmac_free(toprelay_hmac_key *key);

// Computes the HMAC of a message into `out`, as toprelay_digest does. Threads may share the key.
int toprelay_hmac(toprelay_hmac_key *key, const void *message, size_t message_count, unsigned char *out);

// AES-256-GCM with a nonce of 12 bytes. `header` and then `associated` are authenticated. `out` has space for `count`
// bytes, and `tag` for 16.
int toprelay_gcm_seal(const EVP_CIPHER *cipher, const unsigned char *key, const unsigned char *nonce,
                      const unsigned char *header, size_t header_count, const unsigned char *associated,
                      size_t associated_count, const unsigned char *plain, size_t count, unsigned char *out,
                      unsigned char *tag);

// Makes a context for sealing many values under one key; NULL on failure. The caller frees it with EVP_CIPHER_CTX_free.
EVP_CIPHER_CTX *toprelay_gcm_new(const EVP_CIPHER *cipher, const unsigned char *key);

// AES-256-GCM under the context's key, in place: `data` becomes the ciphertext. Otherwise like toprelay_gcm_seal.
int toprelay_gcm_seal_in_place(EVP_CIPHER_CTX *context, const unsigned char *nonce, const unsigned char *header,
                               size_t header_count, const unsigned char *associated, size_t associated_count,
                               unsigned char *data, size_t count, unsigned char *tag);

// Opens a sealed value. Returns 1 on success, 0 on failure, and -1 if it is not authentic; then `out` is wiped.
int toprelay_gcm_open(const EVP_CIPHER *cipher, const unsigned char *key, const unsigned char *nonce,
                      const unsigned char *header, size_t header_count, const unsigned char *associated,
                      size_t associated_count, const unsigned char *sealed, size_t count, const unsigned char *tag,
                      unsigned char *out);
