/// What a connection does when more clients come than the server has places for.
extension ConnectionMachine {
    /// Whether a connection has one of the server's places.
    enum Admission: Equatable {
        /// It has a place: its requests are served.
        case admitted
        /// All places were taken when it came. Its first request looks for one.
        case surplus
        /// Its request has found no place: it gets 503.
        case refused
    }

    var isAdmitted: Bool { admission == .admitted }

    /// Since when a connection with a place has been idle; nil while a request is under way.
    var idleSince: UInt64? { isAdmitted && isIdle && !inputHasEnded ? deadline &- settings.idleTimeout : nil }

    /// The first request of a surplus connection has arrived. Another connection takes the socket over.
    mutating func leave() -> Action {
        _ = close(.clientGone)
        return .seekPlace
    }

    /// Another request needs the place. The caller has checked that the socket holds no unread input.
    mutating func evictIdle() -> Action { idleSince == nil ? .nothing : close(.evicted) }

    /// Another surplus connection needs the descriptor: the client gets its 503 if it has no answer yet.
    mutating func refuseSurplus() -> Action {
        guard !isAdmitted, phase == .idle || phase == .partialHead else { return .nothing }
        return refuse(.tooManyConnections(limit: settings.maximumConnections))
    }

    /// The same, after the 503: the connection ends, however much of it the client has read.
    mutating func evictSurplus() -> Action { isAdmitted ? .nothing : close(.evicted) }
}
