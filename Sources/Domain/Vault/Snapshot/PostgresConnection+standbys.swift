import Postgres

extension PostgresConnection {
    /// How many standbys follow the server when none of them confirms a commit before the commit is answered; 0 when
    /// there is no standby, when one is synchronous, or when the server does not tell.
    ///
    /// A role without `pg_read_all_stats` sees that there are standbys and not how they follow. The setting
    /// `synchronous_standby_names`, which every role sees, decides then. Base backups and logical subscribers are not
    /// standbys.
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
        // A connection that is lost here is noticed by the statement that follows.
        guard let row = try? await query(sql, [], timeout: timeout).first, let count = row["standbys"].integer else {
            return 0
        }
        let isSafe = row["is_hidden"].bool == true ? row["are_named"].bool : row["has_synchronous"].bool
        return isSafe == true ? 0 : Int(count)
    }
}
