internal import CLibcurl

/// A URL that libcurl has taken apart once: it parses and writes anew a text that it is given with each request.
final class ParsedURL {
    let text: String
    /// libcurl's `CURLU`. It reads it while a transfer runs: who sets it on a handle keeps this object as long.
    let parts: OpaquePointer

    /// Nil: not a URL that is allowed, or memory is out. libcurl is to say itself what is wrong with the text.
    init?(_ text: String) {
        guard !text.utf8.contains(0), let parts = curl_url() else { return nil }
        // The flags with which libcurl reads the text of a URL itself, and no user name.
        let flags = UInt32(CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME | CURLU_DISALLOW_USER)
        guard curl_url_set(parts, CURLUPART_URL, text, flags) == CURLUE_OK else {
            curl_url_cleanup(parts)
            return nil
        }
        self.text = text
        self.parts = parts
    }

    deinit { curl_url_cleanup(parts) }
}
