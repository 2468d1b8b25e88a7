/// The idle connections of a client, of all destinations. On the loop's thread only.
struct ConnectionPool {
    /// The destinations that have idle connections.
    private var destinations: [Destination] = []
    /// How many connections are idle.
    private(set) var count = 0

    /// Takes a connection to a destination.
    ///
    /// - Parameter turn: the loop's turn.
    mutating func take(for destination: Destination, turn: UInt64) -> Connection? {
        guard let connection = destination.take(turn: turn) else { return nil }
        taken(from: destination)
        return connection
    }

    /// Puts in a connection that has just become idle.
    mutating func put(_ connection: Connection) {
        let destination = connection.destination
        if destination.idle.isEmpty { destinations.append(destination) }
        destination.add(connection)
        count += 1
    }

    /// Takes a connection out; nothing happens if it is not in.
    mutating func remove(_ connection: Connection) {
        let destination = connection.destination
        guard destination.remove(connection) else { return }
        taken(from: destination)
    }

    /// The connection that has been idle for the longest time.
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
