import EventLoop
import Sockets

/// A surplus connection whose first request has arrived.
struct SurplusSocket: Sendable {
    let socket: StreamSocket
    /// All bytes that were read from the socket.
    let input: [UInt8]
}

/// Asks one loop after the other for a slot. The connection goes to the first loop that has one. If no loop has one, it
/// returns to the acceptor's loop, which refuses it.
struct SlotSearch: Sendable {
    let surplusSocket: SurplusSocket
    let groups: [LoopBound<ConnectionGroup>]
    let home: LoopBound<ConnectionGroup>
    let shared: ServerShared

    func run(from index: Int = 0) {
        guard index < groups.count else { return visit(home) { $0.refuse(surplusSocket) } }
        visit(groups[index]) { if !$0.admit(surplusSocket) { run(from: index + 1) } }
    }

    private func visit(_ group: LoopBound<ConnectionGroup>, _ body: @escaping @Sendable (ConnectionGroup) -> Void) {
        if group.loop.isOnLoop {
            body(group.value)
        } else if !shared.execute(on: group.loop, { body(group.value) }) {
            surplusSocket.socket.close()
            shared.noteClosed(wasAdmitted: false)
        }
    }
}
