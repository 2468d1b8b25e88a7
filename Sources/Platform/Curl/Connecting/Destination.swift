internal import CLibcurl

/// Where connections lead, with the idle ones among them. It is used only on the thread of the loop.
///
/// Requests share connections only if libcurl would have made the same connection for them.
final class Destination {
    /// The values that two requests must have in common to use the same connection.
    struct Key: Hashable {
        var scheme: String
        var hostAndPort: String
        var caFile: String?
        var proxy: CurlProxy?
    }

    let key: Key
    /// The URL that libcurl connects to. Its path does not matter.
    let url: String
    /// Idle connections in the order in which they became idle.
    private(set) var idle: [Connection] = []
    /// The number of connections, idle or not.
    var connectionCount = 0

    /// Whether decrypted bytes may wait inside libcurl while the socket has none.
    var isEncrypted: Bool { key.scheme == "https" }

    init(_ key: Key, url: String) {
        self.key = key
        self.url = url
    }
}

// MARK: - Idle connections

extension Destination {
    /// Adds a connection that has just become idle.
    func add(_ connection: Connection) { idle.append(connection) }

    /// Takes the connection that was used last. It prefers one that became idle before this turn of the loop, because
    /// the loop has checked its socket since then.
    func take(turn: UInt64) -> Connection? {
        guard let last = idle.last else { return nil }
        if last.idleTurn == turn, let index = idle.lastIndex(where: { $0.idleTurn != turn }) {
            return idle.remove(at: index)
        }
        return idle.removeLast()
    }

    /// Removes a connection.
    /// - Returns: false if it is not idle here.
    func remove(_ connection: Connection) -> Bool {
        guard let index = idle.lastIndex(where: { $0 === connection }) else { return false }
        idle.remove(at: index)
        return true
    }
}
