/// The idle connections of a client, for all destinations. It is used only on the thread of the loop.
struct ConnectionPool {
    /// The destinations that have idle connections.
    private var destinations: [Destination] = []
    /// The number of idle connections.
    private(set) var count = 0

    /// Takes an idle connection to a destination.
    /// - Parameter turn: the current turn of the loop.
    mutating func take(for destination: Destination, turn: UInt64) -> Connection? {
        guard let connection = destination.take(turn: turn) else { return nil }
        taken(from: destination)
        return connection
    }

    /// Adds a connection that has just become idle.
    mutating func put(_ connection: Connection) {
        let destination = connection.destination
        if destination.idle.isEmpty { destinations.append(destination) }
        destination.add(connection)
        count += 1
    }

    /// Removes a connection; does nothing if it is not in the pool.
    mutating func remove(_ connection: Connection) {
        let destination = connection.destination
        guard destination.remove(connection) else { return }
        taken(from: destination)
    }

    /// The connection that has been idle the longest.
    var oldest: Connection? {
        destinations.compactMap(\.idle.first).min { $0.idleSince < $1.idleSince }
    }

    private mutating func taken(from destination: Destination) {
        count -= 1
        guard destination.idle.isEmpty, let index = destinations.firstIndex(where: { $0 === destination }) else {
            return
        }
        destinations.remove(at: index)
    }
}
