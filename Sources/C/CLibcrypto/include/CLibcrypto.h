#pragma once

// Typed entry points into libcrypto (OpenSSL 3). Functions that return int give 1 when done and 0 when they failed;
// what went wrong is then in the thread's error queue, for toprelay_crypto_error to drain.

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stddef.h>

enum { toprelay_max_digest = EVP_MAX_MD_SIZE };

// Takes everything out of the thread's error queue, as text: "reason; reason". Always ends with NUL.
void toprelay_crypto_error(char *text, size_t capacity);

// Digests three parts one after the other into `out`, which has room for toprelay_max_digest bytes.
int toprelay_digest(const EVP_MD *digest, const void *first, size_t first_count, const void *second,
                    size_t second_count, const void *third, size_t third_count, unsigned char *out);

// The keyed state of an HMAC.
typedef struct toprelay_hmac_key toprelay_hmac_key;

// NULL when it failed. The caller frees it with toprelay_hmac_free.
toprelay_hmac_key *toprelay_hmac_new(EVP_MAC *hmac, const char *digest, const void *key, size_t key_count);
void toprelay_hmac_free(toprelay_hmac_key *key);

// The HMAC of a message; threads may share the key. `out` as for toprelay_digest.
int toprelay_hmac(toprelay_hmac_key *key, const void *message, size_t message_count, unsigned char *out);

// AES-256-GCM with a 12 byte nonce. `header` and `associated` are authenticated, one after the other. `out` has room
// for `count` bytes, `tag` for 16.
int toprelay_gcm_seal(const EVP_CIPHER *cipher, const unsigned char *key, const unsigned char *nonce,
                      const unsigned char *header, size_t header_count, const unsigned char *associated,
                      size_t associated_count, const unsigned char *plain, size_t count, unsigned char *out,
                      unsigned char *tag);

// A context for sealing under one key again and again; NULL when it failed. The caller frees it with EVP_CIPHER_CTX_free.
EVP_CIPHER_CTX *toprelay_gcm_new(const EVP_CIPHER *cipher, const unsigned char *key);

// AES-256-GCM under the context's key, in place: `data` becomes its ciphertext. Otherwise as toprelay_gcm_seal.
int toprelay_gcm_seal_in_place(EVP_CIPHER_CTX *context, const unsigned char *nonce, const unsigned char *header,
                               size_t header_count, const unsigned char *associated, size_t associated_count,
                               unsigned char *data, size_t count, unsigned char *tag);

// The reverse: 1 done, 0 failed, -1 not authentic (then `out` is wiped).
int toprelay_gcm_open(const EVP_CIPHER *cipher, const unsigned char *key, const unsigned char *nonce,
                      const unsigned char *header, size_t header_count, const unsigned char *associated,
                      size_t associated_count, const unsigned char *sealed, size_t count, const unsigned char *tag,
                      unsigned char *out);
