internal import CEventLoop

/// What a watched descriptor is ready for. Level triggered: it is reported again until it is dealt with.
public struct Readiness: OptionSet, Sendable {
    /// The bits, as the C shim knows them.
    public let rawValue: UInt32

    /// A readiness of these bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Reading will not wait.
    public static let readable = Readiness(rawValue: UInt32(LOOP_READABLE))
    /// Writing will not wait.
    public static let writable = Readiness(rawValue: UInt32(LOOP_WRITABLE))
    /// The peer has closed its sending half. Reported only to a watch with the interest `peerClose`.
    public static let peerClosed = Readiness(rawValue: UInt32(LOOP_PEER_CLOSED))
    /// Both directions are closed.
    public static let hangUp = Readiness(rawValue: UInt32(LOOP_HANG_UP))
    /// The descriptor has an error pending, or epoll refused to watch it.
    public static let error = Readiness(rawValue: UInt32(LOOP_ERROR))
}
