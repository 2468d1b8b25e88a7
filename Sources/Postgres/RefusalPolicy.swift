/// What a writer does with a batch that the server refused and rolled back. Pure: no I/O, no state.
struct RefusalPolicy {
    /// What to do.
    enum Action: Equatable {
        /// The same again a little later.
        case retry
        /// The same again on a new connection: this server takes no writes.
        case reconnect
        /// In parts: the unit that is to blame is among them.
        case split
        /// A transaction for each unit: many of them may have the same fault, or be there already.
        case separate
        /// The unit is there already.
        case written
        /// Again without the unit's bodies.
        case sacrifice
        /// Put aside, and again later: the database lacks something that may come.
        case park
        /// Give the unit up.
        case fail
    }

    let mode: WriterConfiguration.Mode

    func action(for error: PostgresError, units: Int, isInDoubt: Bool, canSacrifice: Bool) -> Action {
        if error.sqlState == "25006" { return .reconnect }
        if error.isTransient { return .retry }
        if units > 1 { return actionForSeveral(error, isInDoubt: isInDoubt) }
        if error.isUniqueViolation { return .written }
        if isOfSurroundings(error) { return mode == .persistent ? .park : .fail }
        return isOfData(error) && canSacrifice ? .sacrifice : .fail
    }

    private func actionForSeveral(_ error: PostgresError, isInDoubt: Bool) -> Action {
        if error.isUniqueViolation, isInDoubt { return .separate }
        return isOfData(error) && !isOfSurroundings(error) ? .split : .separate
    }

    /// Data exceptions, integrity violations, and limits such as that of an index entry: a fault of one row.
    private func isOfData(_ error: PostgresError) -> Bool {
        ["22", "23", "54"].contains(error.sqlState?.prefix(2) ?? "")
    }

    /// A missing partition, table, column or permission: no fault of the row.
    private func isOfSurroundings(_ error: PostgresError) -> Bool {
        error.isMissingPartition || ["42", "3F"].contains(error.sqlState?.prefix(2) ?? "")
    }
}
