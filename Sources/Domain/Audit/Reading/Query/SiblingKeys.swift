/// By which of its business keys the siblings of a call are found.
///
/// Keys that many calls of the method share, such as a channel's id, are left out where there are others: they would lead
/// to everything. The fingerprints were made by the version of the key that was in force then: siblings from before or after
/// a change of that key are not found, for the values themselves are not kept.
enum SiblingKeys {
    /// The most keys by which siblings are looked for.
    static let maximumCount = 100
    /// Calls of the same method around a call, at most, that tell which of its keys are broad.
    static let sampledCalls = 500
    /// Calls of any method that are looked at to find these.
    static let walkedCalls = 5000
    /// A key is broad when so many of them share it, and more than a tenth.
    static let broadCalls = 20

    /// A query for one array of fingerprints, those of the call's answer included; NULL when there is no such call.
    /// - Parameters:
    ///   - at: the SQL of the call's instant.
    ///   - id: the SQL of its id.
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
