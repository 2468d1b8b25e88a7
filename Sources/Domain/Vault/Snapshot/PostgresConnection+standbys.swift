import Postgres

extension PostgresConnection {
    /// The number of standbys that follow the server, if none of them confirms commits synchronously. It is 0 if there
    /// is no standby, if one is synchronous, or if the server does not show them.
    ///
    /// A role without `pg_read_all_stats` sees the standbys, but not their state. Then the setting
    /// `synchronous_standby_names`, which every role sees, decides. Base backups and logical subscribers do not count
    /// as standbys.
    func asynchronousStandbys(timeout: Duration) async -> Int {
        let sql = """
            SELECT count(*) AS standbys,
                   coalesce(bool_or(r.sync_state IN ('sync', 'quorum')), false) AS has_synchronous,
                   coalesce(bool_or(r.state IS NULL), false) AS is_hidden,
                   current_setting('synchronous_standby_names') <> '' AS are_named
            FROM pg_catalog.pg_stat_replication AS r
            WHERE r.state IS DISTINCT FROM 'backup' AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_replication_slots AS s
                WHERE s.active_pid = r.pid AND s.slot_type = 'logical')
            """
        // If the connection is lost here, the next statement notices it.
        guard let row = try? await query(sql, [], timeout: timeout).first, let count = row["standbys"].integer else {
            return 0
        }
        let isSafe = row["is_hidden"].bool == true ? row["are_named"].bool : row["has_synchronous"].bool
        return isSafe == true ? 0 : Int(count)
    }
}
