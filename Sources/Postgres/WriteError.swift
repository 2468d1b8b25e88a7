/// Why the rows of one call were not written.
public enum WriteError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The writer's bound of waiting units or bytes is reached: nothing was taken.
    case full
    /// Surely not written: the rows never left, or their transaction was rolled back. With the last trouble, if any.
    case notWritten(PostgresError?)
    /// Sent, but the connection was lost or silent before the answer: the rows may be there or not.
    case inDoubt(PostgresError?)
    /// PostgreSQL refuses these rows, also alone and without their bodies.
    case refused(PostgresError)
    /// A row is for no table of the writer, or has another number of fields than the table's layout.
    case misshapen(String)
    /// The writer is closed.
    case closed

    /// One line without any value of a row.
    public var description: String {
        switch self {
        case .full: "the writer's queue is full"
        case .notWritten(let error): "not written" + (error.map { ": \($0)" } ?? ": no connection in time")
        case .inDoubt(let error): "in doubt" + (error.map { ": \($0)" } ?? ": no answer in time")
        case .refused(let error): "refused: \(error)"
        case .misshapen(let text): "misshapen: \(text)"
        case .closed: "the writer is closed"
        }
    }
}

/// What became of rows within the time that the caller gave.
public enum WriteOutcome: Sendable, Equatable {
    /// Durable.
    case committed
    /// Still waiting, and kept: the writer goes on.
    case queued
    /// Not written, and given up.
    case failed(WriteError)
}
