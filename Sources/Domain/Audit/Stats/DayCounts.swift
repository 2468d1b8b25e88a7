import Postgres

/// PostgreSQL's counters of inserted rows for each daily partition of a table. A counter that grew means that rows
/// arrived, however late. A counter that shrank means that PostgreSQL lost its statistics.
enum DayCounts {
    /// The partitions of a table, latest first: `day` as `YYYYMMDD`, and `inserted`.
    static func statement(of table: String) -> String {
        """
        SELECT right(c.relname, 8) AS day, pg_stat_get_tuples_inserted(c.oid) AS inserted
        FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'audit.\(table)'::regclass AND c.relname ~ '_[0-9]{8}$'
        ORDER BY day DESC
        """
    }
}
