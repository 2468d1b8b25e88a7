package import Postgres

/// The daily partitions of the trail.
package enum Partitions {
    /// How many days after today have partitions.
    package static let daysKeptAhead = 14

    /// Makes the partitions of the coming days, a day a transaction, and the windows of idempotency keys, without
    /// holding up writers for longer than `lockTimeoutMilliseconds`.
    /// - Returns: how many tables were made.
    package static func makeAhead(on connection: PostgresConnection, lockTimeoutMilliseconds: Int = 2000)
        async throws(PostgresError) -> Int
    {
        _ = try await connection.query(
            "SELECT set_config('lock_timeout', $1, false)", [.text("\(lockTimeoutMilliseconds)ms")],
            timeout: .seconds(5))
        var made = 0
        for day in -1...daysKeptAhead {
            let rows = try await connection.query(
                "SELECT audit.make_partitions(audit.day(now()) + $1::integer) AS made", [.integer(Int64(day))],
                timeout: .seconds(30))
            made += Int(rows.first?["made"].integer ?? 0)
        }
        let rows = try await connection.query("SELECT audit.make_key_windows() AS made", [], timeout: .seconds(30))
        return made + Int(rows.first?["made"].integer ?? 0)
    }

    /// The number of days after today that have partitions, up to the first gap. It is -1 if today's partitions are
    /// missing. Less than 1 raises an alert.
    package static func daysAhead(on connection: PostgresConnection) async throws(PostgresError) -> Int {
        let rows = try await connection.query("SELECT audit.days_ahead() AS days", [], timeout: .seconds(5))
        return Int(rows.first?["days"].integer ?? -1)
    }
}
