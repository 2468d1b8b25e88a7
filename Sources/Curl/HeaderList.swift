internal import CLibcurl

/// A header list of libcurl's: built once for a set of lines, and shared by the transfers that send these.
final class HeaderList {
    let lines: [String]
    /// libcurl reads it while a transfer runs: who sets it on a handle keeps this object as long.
    let list: UnsafeMutablePointer<curl_slist>

    /// Nil: a line is not a header line, or memory is out.
    init?(_ lines: [String]) {
        // A body of more than 1 MiB would wait a second for "100 Continue" otherwise.
        var list = curl_slist_append(nil, "Expect:")
        // What `Gunzip` decodes.
        for line in ["Accept-Encoding: gzip"] + lines {
            guard HeaderList.isLine(line), let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                return nil
            }
            list = longer
        }
        guard let list else { return nil }
        self.lines = lines
        self.list = list
    }

    deinit { curl_slist_free_all(list) }

    /// A name, a colon, and no control character: a line end would begin another header.
    private static func isLine(_ line: String) -> Bool {
        var hasColon = false
        for byte in line.utf8 {
            if byte < 0x20 || byte == 0x7F { return false }
            if byte == UInt8(ascii: ":") { hasColon = true }
        }
        return hasColon && line.utf8.first != UInt8(ascii: ":")
    }
}
