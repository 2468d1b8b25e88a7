extension PostgresConnection {
    /// Runs one statement with parameters `$1`, `$2`, … and returns its rows.
    /// - Parameters:
    ///   - plan: how it is planned.
    ///   - timeout: the longest that it may take; what prepares it has as much time again.
    public func query(
        _ sql: String, _ parameters: [SQLValue] = [], plan: QueryPlan, timeout: Duration = .seconds(30)
    ) async throws(PostgresError) -> Rows {
        // Without parameters there is nothing to choose.
        if plan != self.plan, !parameters.isEmpty {
            try await execute("SET plan_cache_mode = \(plan.rawValue)", timeout: timeout)
            self.plan = plan
        }
        guard plan == .kept, let name = try await keptName(for: sql, timeout: timeout) else {
            return try await query(sql, parameters, timeout: timeout)
        }
        do throws(PostgresError) {
            return try await execute(prepared: name, parameters, timeout: timeout)
        } catch {
            guard let state = error.sqlState, let isThere = Self.isUseless[state] else { throw error }
            kept.forget(sql)
            if isThere { try await execute("DEALLOCATE \(name)", timeout: timeout) }
            return try await query(sql, parameters, timeout: timeout)
        }
    }

    /// The name of the statement that a text has by now; nil for a text that came for the first time.
    private func keptName(for sql: String, timeout: Duration) async throws(PostgresError) -> String? {
        let (way, dropped) = kept.next(for: sql)
        if let dropped { try await execute("DEALLOCATE \(dropped)", timeout: timeout) }
        switch way {
        case .once: return nil
        case .execute(let name): return name
        case .prepare(let name):
            do throws(PostgresError) {
                try await prepare(name, sql, timeout: timeout)
            } catch {
                kept.forget(sql)
                throw error
            }
            return name
        }
    }

    /// Errors before anything was run, and whether the statement is there: the server knows none of this name, or a table has changed so that the rows would
    /// have other columns.
    private static let isUseless = ["26000": false, "0A000": true]
}
