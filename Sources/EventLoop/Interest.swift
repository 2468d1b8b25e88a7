internal import CEventLoop

/// What a watch waits for. Hang-ups and errors are reported whatever the interest is.
public struct Interest: OptionSet, Sendable {
    /// The bits, as the C shim knows them.
    public let rawValue: UInt32

    /// An interest of these bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The descriptor can be read without waiting, or its peer has closed.
    public static let read = Interest(rawValue: UInt32(LOOP_READABLE))
    /// The peer of a stream socket has closed its sending half, whatever is still to be read.
    public static let peerClose = Interest(rawValue: UInt32(LOOP_PEER_CLOSED))
    /// The descriptor can be written without waiting, or its connect has ended.
    public static let write = Interest(rawValue: UInt32(LOOP_WRITABLE))
}
