/// A loop could not be started: the system refused it a descriptor or a thread.
public struct EventLoopError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The system call that failed.
    public let operation: String
    /// Its `errno`.
    public let code: Int32

    init(_ operation: String, code: Int32) {
        self.operation = operation
        self.code = code
    }

    /// "epoll_create1 failed: errno 24".
    public var description: String { "\(operation) failed: errno \(code)" }
}
