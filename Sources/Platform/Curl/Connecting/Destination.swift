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
    /// Idle connections in the order in which they became idle.
    private(set) var idle: [Connection] = []
    /// All connections, idle or not.
    var connectionCount = 0

    /// Whether bytes may wait inside libcurl, decrypted, while its socket has none.
    var isEncrypted: Bool { key.scheme == "https" || key.proxy != nil }

    init(_ key: Key, url: String) {
        self.key = key
        self.url = url
    }
}

// MARK: - Idle connections

extension Destination {
    /// Adds a connection that has just become idle.
    func add(_ connection: Connection) { idle.append(connection) }

    /// Takes the connection that was used last, if possible one that became idle before this turn of the loop: the loop
    /// has looked at its socket since.
    func take(turn: UInt64) -> Connection? {
        guard let last = idle.last else { return nil }
        if last.idleTurn == turn, let index = idle.lastIndex(where: { $0.idleTurn != turn }) {
            return idle.remove(at: index)
        }
        return idle.removeLast()
    }

    /// Takes out a connection; false if it is not in.
    func remove(_ connection: Connection) -> Bool {
        guard let index = idle.lastIndex(where: { $0 === connection }) else { return false }
        idle.remove(at: index)
        return true
    }
}
