import EventLoop
import Sockets

/// How the connections of a loop give up slots for others.
extension ConnectionGroup {
    /// Searches a slot for a surplus connection, first on the loop with the connection that has been idle longest.
    func findSlot(for surplusSocket: SurplusSocket) {
        let home = LoopBound(self, loop: loop)
        let groups = neighbours + [(home, load)]
        SlotSearch(
            surplusSocket: surplusSocket, groups: groups.sorted { $0.load.idleSince < $1.load.idleSince }.map(\.group),
            home: home, shared: shared
        ).run()
    }

    /// Serves a surplus connection if a slot is free, or if an idle connection of this loop can give up its slot.
    /// - Returns: whether the group has taken the connection.
    func admit(_ surplusSocket: SurplusSocket) -> Bool {
        while !isStopped, !shared.takeSlot() {
            guard evictLongestIdle() else { return false }
        }
        load.add(1)
        take(surplusSocket.socket, isStopped ? .refused : .admitted, input: surplusSocket.input)
        return true
    }

    /// Refuses a surplus connection for which no slot was found.
    func refuse(_ surplusSocket: SurplusSocket) {
        load.add(1)
        take(surplusSocket.socket, .refused, input: surplusSocket.input)
        // The acceptor could not close this connection during the search.
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

    /// Sends 503 to the oldest surplus connection, if there is one, and closes it.
    func evictOldestSurplus() { surplus.first?.evictSurplus() }
}
