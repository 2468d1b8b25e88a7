import Postgres

/// How many rows PostgreSQL counts as added to each day of a table of the trail since that day's partition was made. A count that has grown says that rows came,
/// however long after their day; one that is smaller, that PostgreSQL lost count.
enum DayCounts {
    /// The partitions of a table, `day` as `YYYYMMDD` and `inserted`, the latest first.
    static func statement(of table: String) -> String {
        """
        SELECT right(c.relname, 8) AS day, pg_stat_get_tuples_inserted(c.oid) AS inserted
        FROM pg_catalog.pg_inherits AS i JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'audit.\(table)'::regclass AND c.relname ~ '_[0-9]{8}$'
        ORDER BY day DESC
        """
    }
}
