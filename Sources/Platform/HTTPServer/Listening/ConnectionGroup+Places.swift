import EventLoop
import Sockets

/// How the connections of a loop make room for others.
extension ConnectionGroup {
    /// Looks for a place for a surplus connection: first on the loop with the connection that has been idle longest.
    func findPlace(for applicant: Applicant) {
        let home = LoopBound(self, loop: loop)
        let groups = neighbours + [(home, load)]
        PlaceSearch(
            applicant: applicant, groups: groups.sorted { $0.load.idleSince < $1.load.idleSince }.map(\.group),
            home: home, shared: shared
        ).run()
    }

    /// Serves a surplus connection if there is a place, or if a connection of this loop is idle and can give up its own.
    /// - Returns: whether the group has taken the connection.
    func admit(_ applicant: Applicant) -> Bool {
        while !isStopped, !shared.takePlace() {
            guard evictLongestIdle() else { return false }
        }
        load.add(1)
        take(applicant.socket, isStopped ? .refused : .admitted, input: applicant.input)
        return true
    }

    /// Answers a surplus connection that has found no place.
    func refuse(_ applicant: Applicant) {
        load.add(1)
        take(applicant.socket, .refused, input: applicant.input)
        // The acceptor could not end this connection while it looked for a place.
        shared.acceptGate.noteRoom()
    }

    /// Closes the connection that has been idle longest. A connection is not idle while its socket holds unread input.
    private func evictLongestIdle() -> Bool {
        var longest: Connection?
        var since = EventLoop.now() &- settings.evictableTime
        for connection in connections.values {
            guard let idle = connection.machine.idleSince, idle < since, !connection.socket.hasInput else { continue }
            longest = connection
            since = idle
        }
        guard let longest else { return false }
        longest.evictIdle()
        return true
    }

    /// Closes the oldest surplus connection, if there is one, after its 503.
    func evictOldestSurplus() { surplus.first?.evictSurplus() }
}
