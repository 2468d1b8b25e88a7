/// What a connection does when the server has more clients than slots.
extension ConnectionStateMachine {
    /// Whether a connection has one of the server's slots.
    enum Admission: Equatable {
        /// It has a slot: its requests are served.
        case admitted
        /// All slots were taken when it arrived. Its first request starts a search for one.
        case surplus
        /// The search found no slot: the request gets 503.
        case refused
    }

    var isAdmitted: Bool { admission == .admitted }

    /// Since when a connection with a slot has been idle; nil during a request.
    var idleSince: UInt64? { isAdmitted && isIdle && !inputHasEnded ? deadline &- settings.idleTimeout : nil }

    /// The first request of a surplus connection has arrived. Another connection will take the socket over.
    mutating func leave() -> Action {
        _ = close(.clientGone)
        return .seekSlot
    }

    /// Another request needs the slot. The caller has checked that the socket holds no unread input.
    mutating func evictIdle() -> Action { idleSince == nil ? .nothing : close(.evicted) }

    /// Another surplus connection needs the descriptor. The client gets 503 if it has no response yet.
    mutating func refuseSurplus() -> Action {
        guard !isAdmitted, phase == .idle || phase == .partialHead else { return .nothing }
        return refuse(.tooManyConnections(limit: settings.maximumConnections))
    }

    /// Closes a surplus connection after its 503, even if the client has not read all of it.
    mutating func evictSurplus() -> Action { isAdmitted ? .nothing : close(.evicted) }
}
