#pragma once

// Typed wrappers of libcurl's variadic functions.

#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>

// New in libcurl 7.88. An older one leaves host names unchanged.
#ifndef CURLU_PUNYCODE
#define CURLU_PUNYCODE 0
#endif

CURLcode easy_set_long(CURL *easy, CURLoption option, long value);
CURLcode easy_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode easy_set_pointer(CURL *easy, CURLoption option, void *value);

/// Returns 0 or NULL if libcurl does not have the value.
long easy_get_long(CURL *easy, CURLINFO info);
curl_off_t easy_get_offset(CURL *easy, CURLINFO info);
const char *easy_get_string(CURL *easy, CURLINFO info);
void *easy_get_private(CURL *easy);
/// The socket of the connection that the handle has made; negative if there is none.
curl_socket_t easy_get_socket(CURL *easy);

/// Shares one kind of data between the handles of a share.
CURLSHcode share_data(CURLSH *share, curl_lock_data data);

CURLMcode multi_set_long(CURLM *multi, CURLMoption option, long value);
CURLMcode multi_set_socket(CURLM *multi, curl_socket_callback function, void *context);
CURLMcode multi_set_timer(CURLM *multi, curl_multi_timer_callback function, void *context);

/// The socket value that means a timeout in `curl_multi_socket_action`. libcurl's header has it as a cast.
curl_socket_t curl_socket_timeout(void);

/// The newest version of `curl_version_info` that the header has.
curl_version_info_data *curl_information(void);

/// Removes SSLKEYLOGFILE from the environment. Otherwise libcurl would write TLS keys to that file.
void forget_key_log(void);

/// Ignores SIGPIPE. Otherwise a write to a closed socket would end the process.
void ignore_sigpipe(void);
