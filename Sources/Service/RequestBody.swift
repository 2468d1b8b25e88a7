import Locks

/// The body of a request, to be taken once. Whoever takes it decides how long it lives: the request itself lives until
/// its reply is made, and would keep the body as long.
final class RequestBody: Sendable {
    private let bytes: Locked<[UInt8]>

    init(_ bytes: [UInt8]) { self.bytes = Locked(bytes) }

    /// The bytes; nothing when they were taken before.
    func take() -> [UInt8] {
        bytes.withLock { bytes in
            defer { bytes = [] }
            return bytes
        }
    }
}
