internal import CLibcurl

/// Initializes libcurl once in a process, and checks its features.
enum CurlLibrary {
    /// Where libcurl looks for certificate authorities by default.
    struct Trust: Sendable {
        var file: String?
        var folder: String?
    }

    /// Initializes libcurl; later calls do nothing. It is never undone, because other threads may use libcurl until the
    /// process ends.
    static func setUp() throws(CurlError) -> Trust { try prepared.get() }

    /// The versions of libcurl and its TLS library, such as "7.88.1, OpenSSL/3.0.17".
    static var version: String {
        guard let information = curl_information() else { return "?" }
        let tls = information.pointee.ssl_version.map { String(cString: $0) } ?? "no TLS"
        return "\(String(cString: information.pointee.version)), \(tls)"
    }

    private static let prepared = Result<Trust, CurlError> { () throws(CurlError) -> Trust in
        ignore_sigpipe()
        forget_key_log()
        let code = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        guard code == CURLE_OK else { throw .setUpFailed(String(cString: curl_easy_strerror(code))) }
        guard let information = curl_information()?.pointee else { throw .setUpFailed("no version") }
        // 7.87 has CURLOPT_QUICK_EXIT and the cache of authorities.
        guard information.version_num >= 0x07_5700 else {
            throw .tooOld(version: String(cString: information.version))
        }
        for (bit, name) in [(CURL_VERSION_ASYNCHDNS, "asynchronous DNS"), (CURL_VERSION_SSL, "TLS")]
        where information.features & bit == 0 {
            throw .missingFeature(name)
        }
        guard let easy = curl_easy_init() else { throw .setUpFailed("out of memory") }
        defer { curl_easy_cleanup(easy) }
        return Trust(
            file: easy_get_string(easy, CURLINFO_CAINFO).map { String(cString: $0) },
            folder: easy_get_string(easy, CURLINFO_CAPATH).map { String(cString: $0) })
    }
}
