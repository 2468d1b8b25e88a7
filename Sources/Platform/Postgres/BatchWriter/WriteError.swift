/// The reason why a write request failed.
package enum WriteError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The writer's limit of queued requests or bytes is reached. Nothing was queued.
    case full
    /// Certainly not written: the rows were never sent, or their transaction was rolled back. With the last error, if
    /// any.
    case notWritten(PostgresError?)
    /// Sent, but the connection was lost or silent before the answer. The rows may exist.
    case inDoubt(PostgresError?)
    /// PostgreSQL refuses these rows even alone and without their droppable columns.
    case refused(PostgresError)
    /// A row is for an unknown table, or its number of fields differs from the table's layout.
    case malformed(String)
    /// The writer is closed.
    case closed

    /// One line without row values.
    package var description: String {
        switch self {
        case .full: "the writer's queue is full"
        case .notWritten(let error): "not written" + (error.map { ": \($0)" } ?? ": no connection in time")
        case .inDoubt(let error): "in doubt" + (error.map { ": \($0)" } ?? ": no answer in time")
        case .refused(let error): "refused: \(error)"
        case .malformed(let text): "malformed rows: \(text)"
        case .closed: "the writer is closed"
        }
    }
}

/// The state of rows after the wait that the caller allowed.
package enum WriteOutcome: Sendable, Equatable {
    /// The rows are durable.
    case committed
    /// The rows are still queued. The writer keeps trying.
    case queued
    /// The rows were not written, and the writer has given up.
    case failed(WriteError)
}
