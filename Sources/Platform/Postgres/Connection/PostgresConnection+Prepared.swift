/// How PostgreSQL plans a statement with parameters.
package enum QueryPlan: String, Sendable {
    /// Plans each execution for its parameter values.
    case custom = "auto"
    /// Plans once for all values. From the second use of the text on, the connection keeps the plan. Use it for
    /// statements that take longer to plan than to run and that have one best plan. Conditions that exclude partitions
    /// must be in the text.
    case generic = "force_generic_plan"
}

extension PostgresConnection {
    /// Runs one statement with parameters `$1`, `$2`, … and returns its rows.
    /// - Parameters:
    ///   - plan: how PostgreSQL plans the statement.
    ///   - timeout: the longest time of the statement. Its preparation may take as much time again.
    package func query(
        _ sql: String, _ parameters: [SQLValue] = [], plan: QueryPlan, timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> Rows {
        // A statement without parameters has only one plan.
        if plan != self.plan, !parameters.isEmpty {
            try await execute("SET plan_cache_mode = \(plan.rawValue)", timeout: timeout)
            self.plan = plan
        }
        guard plan == .generic, let name = try await preparedName(for: sql, timeout: timeout) else {
            return try await query(sql, parameters, timeout: timeout)
        }
        do throws(PostgresError) {
            return try await execute(prepared: name, parameters, timeout: timeout)
        } catch {
            guard let state = error.sqlState, let isThere = Self.statesOfStaleStatements[state] else { throw error }
            preparedStatements.forget(sql)
            if isThere { try await execute("DEALLOCATE \(name)", timeout: timeout) }
            return try await query(sql, parameters, timeout: timeout)
        }
    }

    /// The name of the prepared statement for a text. Nil when the text is new.
    private func preparedName(for sql: String, timeout: Duration) async throws(PostgresError) -> String? {
        let (way, dropped) = preparedStatements.next(for: sql)
        if let dropped { try await execute("DEALLOCATE \(dropped)", timeout: timeout) }
        switch way {
        case .once: return nil
        case .execute(let name): return name
        case .prepare(let name):
            do throws(PostgresError) {
                try await prepare(name, sql, timeout: timeout)
            } catch {
                preparedStatements.forget(sql)
                throw error
            }
            return name
        }
    }

    /// Errors that PostgreSQL reports before it runs anything, and whether the statement still exists. Either the name
    /// is unknown, or a changed table would give other columns.
    private static let statesOfStaleStatements = ["26000": false, "0A000": true]
}
