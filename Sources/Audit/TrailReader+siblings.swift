import JSON
public import Postgres

extension TrailFilter {
    /// The most business keys by which siblings of a call are looked for.
    public static let maximumSiblingKeys = 100

    /// Sets the keys that siblings share with the call of `siblingOf`. Without any there are no siblings.
    public mutating func resolveSiblings(_ keys: [Int64]) {
        siblingFingerprints = Array(keys.prefix(Self.maximumSiblingKeys))
    }
}

extension TrailReader {
    /// Calls of the same method around a call, at most, that tell which of its keys are broad.
    static let sampledCalls = 500
    /// A key is broad when so many of them share it, and more than a tenth.
    static let broadCalls = 20

    /// The fingerprints of a call's business keys, those of its request first; nil when there is no such call.
    ///
    /// Keys that many calls of the method share, such as a channel's id, are left out where there are others: they lead
    /// to everything. The fingerprints were made by the version of the key that was in force then: siblings from before or
    /// after a change of that key are not found by them, for the values themselves are not kept.
    public func siblingKeys(of id: CallID) async throws(PostgresError) -> [Int64]? {
        let rows = try await query(Self.siblingStatement, Self.parameters(id))
        guard let first = rows.first else { return nil }
        var seen: Set<Int64> = []
        let keys = rows.flatMap { Self.numbers($0["keys"].text) }.filter { seen.insert($0).inserted }
        let broad = Set(Self.numbers(first["broad"].text))
        let narrow = keys.filter { !broad.contains($0) }
        return narrow.isEmpty ? keys : narrow
    }

    private static let siblingStatement = """
        WITH own AS (
            SELECT keys, method FROM audit.intents WHERE at = $1::timestamptz AND id = $2::uuid
            UNION ALL SELECT keys, method FROM audit.calls WHERE at = $1::timestamptz AND id = $2::uuid),
        near AS (
            SELECT keys FROM audit.calls WHERE method = (SELECT method FROM own LIMIT 1)
                AND at >= $1::timestamptz - interval '1 day' AND at < $1::timestamptz + interval '1 day'
            ORDER BY at DESC LIMIT \(sampledCalls)),
        broad AS (
            SELECT key FROM near, unnest(keys) AS key GROUP BY key
            HAVING count(*) >= \(broadCalls) AND count(*) * 10 > (SELECT count(*) FROM near))
        SELECT array_to_json(keys)::text AS keys, (SELECT array_to_json(array_agg(key)) FROM broad)::text AS broad FROM own
        """

    private static func numbers(_ json: String?) -> [Int64] {
        guard let json, let document = try? JSONDocument(Array(json.utf8)) else { return [] }
        return document.root.elements.compactMap { $0.lexeme.flatMap { Int64($0) } }
    }
}
