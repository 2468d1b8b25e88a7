/// Selects the business keys by which the siblings of a call are found.
///
/// Broad keys are those that many calls of the method share, such as a channel's id. They are left out if the call has
/// other keys, because they would match everything. The fingerprints have the version of the fingerprint key at the
/// time of the call. Siblings under another version are not found, because the values themselves are not stored.
enum SiblingKeys {
    /// The maximum number of keys by which siblings are searched.
    static let maximumCount = 100
    /// The maximum number of nearby calls of the same method that are checked for broad keys.
    static let sampledCalls = 500
    /// The maximum number of calls of any method that are read to find these.
    static let walkedCalls = 5000
    /// A key is broad if at least this many of the checked calls have it, and more than a tenth of them.
    static let broadCalls = 20

    /// A query for one array of fingerprints: those of the request and of the response. It is NULL if the call is
    /// unknown.
    /// - Parameters:
    ///   - at: the SQL of the call's instant.
    ///   - id: the SQL of the call's id.
    static func query(at: String, id: String) -> String {
        """
        WITH own AS (
            SELECT keys, method FROM audit.intents WHERE at = \(at) AND id = \(id)
            UNION ALL SELECT keys, method FROM audit.calls WHERE at = \(at) AND id = \(id)),
        mine AS (SELECT DISTINCT key FROM own, unnest(keys) AS key LIMIT \(maximumCount)),
        near AS (
            SELECT keys
            FROM (SELECT keys, method FROM audit.calls WHERE at >= \(at) - interval '1 day' AND at < \(at) + interval '1 day'
                  ORDER BY at DESC LIMIT \(walkedCalls)) AS around
            WHERE method = (SELECT method FROM own LIMIT 1) LIMIT \(sampledCalls)),
        broad AS (
            SELECT key FROM near, unnest(keys) AS key GROUP BY key
            HAVING count(*) >= \(broadCalls) AND count(*) * 10 > (SELECT count(*) FROM near))
        SELECT coalesce(array_agg(key) FILTER (WHERE key NOT IN (SELECT key FROM broad)), array_agg(key)) AS keys FROM mine
        """
    }
}
