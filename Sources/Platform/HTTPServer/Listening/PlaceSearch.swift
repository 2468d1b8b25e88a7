import EventLoop
import Sockets

/// A surplus connection whose first request has arrived.
struct Applicant: Sendable {
    let socket: StreamSocket
    /// All that was read from the socket.
    let input: [UInt8]
}

/// Asks one loop after the other for a place. The connection goes to the loop that has one; without any it goes back to
/// the acceptor's loop, which refuses it.
struct PlaceSearch: Sendable {
    let applicant: Applicant
    let groups: [LoopBound<ConnectionGroup>]
    let home: LoopBound<ConnectionGroup>
    let shared: ServerShared

    func run(from index: Int = 0) {
        guard index < groups.count else { return visit(home) { $0.refuse(applicant) } }
        visit(groups[index]) { if !$0.admit(applicant) { run(from: index + 1) } }
    }

    private func visit(_ group: LoopBound<ConnectionGroup>, _ body: @escaping @Sendable (ConnectionGroup) -> Void) {
        if group.loop.isOnLoop {
            body(group.value)
        } else if !shared.execute(on: group.loop, { body(group.value) }) {
            applicant.socket.close()
            shared.noteClosed(wasAdmitted: false)
        }
    }
}
