internal import Glibc

/// A failed system call on a socket.
package struct SocketError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The call, for example `bind`.
    package let operation: String
    /// Its `errno`.
    package let code: Int32
    /// The system's description of the error.
    package let reason: String

    init(_ operation: String, code: Int32 = errno) {
        self.init(operation, code: code, reason: String(cString: strerror(code)))
    }

    init(_ operation: String, code: Int32, reason: String) {
        self.operation = operation
        self.code = code
        self.reason = reason
    }

    /// For example "bind: Address already in use".
    package var description: String { "\(operation): \(reason)" }

    /// Whether the process or the system has no descriptor or memory left. Waiting may help.
    package var isShortage: Bool { [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code) }
}
