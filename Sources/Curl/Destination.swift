internal import CLibcurl

/// Where connections lead, and the idle ones among them. On the loop's thread only.
///
/// Connections are shared only between requests for which libcurl would have made the same connection.
final class Destination {
    /// What has to be equal for two requests to use the same connection.
    struct Key: Hashable {
        var scheme: String
        var hostAndPort: String
        var caFile: String?
        var proxy: String?
    }

    let key: Key
    /// The URL that libcurl connects to; its path does not matter.
    let url: String
    /// Idle connections; the one that was used last is the last.
    var idle: [Connection] = []
    /// All connections, idle or not.
    var connectionCount = 0

    /// Whether bytes may wait inside libcurl, decrypted, while its socket has none.
    var isEncrypted: Bool { key.scheme == "https" || key.proxy != nil }

    init(_ key: Key, url: String) {
        self.key = key
        self.url = url
    }
}
