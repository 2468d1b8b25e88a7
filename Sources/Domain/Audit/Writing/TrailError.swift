import Crypto
import Postgres

/// Why an intent is not durable.
package struct TrailError: Error, Sendable, CustomStringConvertible {
    /// Whether the row may be in the database all the same, because the connection was lost during the commit.
    package let mayBeRecorded: Bool
    /// The reason. It holds no values of a call.
    package let description: String

    /// The row was committed too late for the call.
    package static let tooLate = TrailError(
        mayBeRecorded: true, description: "committed when there was no time left for the call")

    private init(mayBeRecorded: Bool, description: String) {
        self.mayBeRecorded = mayBeRecorded
        self.description = description
    }

    /// An error before anything was written.
    init(_ description: String) {
        self.init(mayBeRecorded: false, description: description)
    }

    init(_ error: PostgresError, mayBeRecorded: Bool) {
        self.init(mayBeRecorded: mayBeRecorded, description: error.description)
    }

    init(_ error: WriteError) {
        if case .inDoubt = error { mayBeRecorded = true } else { mayBeRecorded = false }
        description = error.description
    }

    /// The full request could not be sealed: nothing was written.
    init(_ error: CryptoError) {
        mayBeRecorded = false
        description = error.description
    }
}
