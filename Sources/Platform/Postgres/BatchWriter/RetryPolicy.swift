/// Decides what a writer does with a batch that the server rolled back. It has no state and does no I/O.
struct RetryPolicy {
    /// What to do next.
    enum Action: Equatable {
        /// Send the same batch again after a short wait.
        case retry
        /// Send the same batch over a new connection, because this server is read-only.
        case reconnect
        /// Send the batch in parts to isolate the request at fault.
        case split
        /// Send each request in its own transaction. Several may have the same fault or exist already.
        case isolate
        /// Treat the request as written, because its key exists.
        case written
        /// Send the request again without its droppable columns.
        case dropColumns
        /// Wait until the database has what the request needs, then send it again.
        case `defer`
        /// Give up the request.
        case fail
    }

    let mode: WriterConfiguration.Mode

    func action(for error: PostgresError, requests: Int, isInDoubt: Bool, canDropColumns: Bool) -> Action {
        if error.sqlState == "25006" { return .reconnect }
        if error.isTransient { return .retry }
        if requests > 1 { return actionForSeveral(error, isInDoubt: isInDoubt) }
        if error.isUniqueViolation { return .written }
        if isOfSchema(error) { return mode == .persistent ? .defer : .fail }
        return isOfData(error) && canDropColumns ? .dropColumns : .fail
    }

    private func actionForSeveral(_ error: PostgresError, isInDoubt: Bool) -> Action {
        if error.isUniqueViolation, isInDoubt { return .isolate }
        return isOfData(error) && !isOfSchema(error) ? .split : .isolate
    }

    /// Data exceptions, integrity violations, and limits such as the size of an index entry. One row is at fault.
    private func isOfData(_ error: PostgresError) -> Bool {
        ["22", "23", "54"].contains(error.sqlState?.prefix(2) ?? "")
    }

    /// A missing partition, table, column or permission. The row is not at fault.
    private func isOfSchema(_ error: PostgresError) -> Bool {
        error.isMissingPartition || ["42", "3F"].contains(error.sqlState?.prefix(2) ?? "")
    }
}
