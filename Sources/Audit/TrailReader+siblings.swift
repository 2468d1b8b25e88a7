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
    /// The fingerprints of a call's business keys, those of its request first; nil when there is no such call.
    ///
    /// They were made by the version of the key that was in force then: siblings from before or after a change of that
    /// key are not found by them, for the values themselves are not kept.
    public func businessKeys(of id: CallID) async throws(PostgresError) -> [Int64]? {
        let rows = try await query(
            """
            SELECT array_to_json(keys)::text AS keys FROM audit.intents WHERE at = $1::timestamptz AND id = $2::uuid
            UNION ALL SELECT array_to_json(keys)::text FROM audit.calls WHERE at = $1::timestamptz AND id = $2::uuid
            """, Self.parameters(id))
        guard rows.first != nil else { return nil }
        var seen: Set<Int64> = []
        var keys: [Int64] = []
        for row in rows {
            guard let text = row["keys"].text, let document = try? JSONDocument(Array(text.utf8)) else { continue }
            for key in document.root.elements.compactMap({ $0.lexeme.flatMap { Int64($0) } })
            where seen.insert(key).inserted { keys.append(key) }
        }
        return keys
    }
}
