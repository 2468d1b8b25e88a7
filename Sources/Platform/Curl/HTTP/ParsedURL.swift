internal import CLibcurl

/// The parts of a URL as libcurl parses it.
struct ParsedURL {
    /// The scheme in lower case, for example `https`.
    let scheme: String
    /// Host and port as in a `Host` field: without the scheme's default port.
    let authority: String
    /// Host and port, including a default port.
    let hostAndPort: String
    /// Path and query as in a request line.
    let target: String
    /// - Throws: libcurl's code if the text is not a valid URL.
    init(_ text: String) throws(TransferError) {
        guard !text.utf8.contains(0) else { throw TransferError(CURLE_URL_MALFORMAT) }
        guard let parts = curl_url() else { throw TransferError(CURLE_OUT_OF_MEMORY) }
        defer { curl_url_cleanup(parts) }
        // libcurl uses these flags when it parses a URL itself.
        let flags = CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME | CURLU_DISALLOW_USER
        switch curl_url_set(parts, CURLUPART_URL, text, UInt32(flags)) {
        case CURLUE_OK: break
        case CURLUE_USER_NOT_ALLOWED: throw TransferError(CURLE_LOGIN_DENIED)
        default: throw TransferError(CURLE_URL_MALFORMAT)
        }
        guard let scheme = Self.part(CURLUPART_SCHEME, of: parts),
            let host = Self.part(CURLUPART_HOST, of: parts, CURLU_PUNYCODE)
        else { throw TransferError(CURLE_URL_MALFORMAT) }
        self.scheme = scheme
        let port = Self.part(CURLUPART_PORT, of: parts, CURLU_NO_DEFAULT_PORT)
        authority = port.map { "\(host):\($0)" } ?? host
        hostAndPort = "\(host):\(Self.part(CURLUPART_PORT, of: parts, CURLU_DEFAULT_PORT) ?? "")"
        let query = Self.part(CURLUPART_QUERY, of: parts).map { "?\($0)" } ?? ""
        target = (Self.part(CURLUPART_PATH, of: parts) ?? "/") + query
    }

    private static func part(_ part: CURLUPart, of parts: OpaquePointer, _ flag: Int32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(parts, part, &text, UInt32(flag)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
