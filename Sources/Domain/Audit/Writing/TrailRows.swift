import Postgres

/// Encodes intents and completions as rows.
enum TrailRows {
    /// How many bytes of a request or a response are kept. A longer one is truncated, and marked as such.
    static let maximumBodyBytes = 1 << 20
    /// How many bytes of a message, a code or an id of TOP are kept.
    static let maximumTextBytes = 2000
    /// How long a trace id or request id may be, in bytes, to be searchable. An index limits the length of its values.
    static let maximumLookupBytes = 256

    /// The row of `audit.intents`.
    static func row(_ intent: Intent, table: Int, _ pool: RowPool? = nil) -> EncodedRow {
        let (request, isTruncated) = truncated(intent.request, to: maximumBodyBytes)
        var row = RowEncoder(table: table, capacity: 512 + request.utf8.count, pool: pool)
        row.uuid(high: intent.id.high, low: intent.id.low)
        row.timestamp(epochMilliseconds: intent.id.epochMilliseconds)
        row.timestamp(epochMilliseconds: intent.deadlineMilliseconds)
        row.text(intent.replica)
        row.text(intent.caller)
        row.text(intent.app)
        row.text(intent.seller)
        row.text(intent.method)
        row.optional(refs: intent.refs)
        row.text(intent.clientRequestID)
        row.text(intent.traceID)
        row.text(intent.requestID)
        row.text(request)
        row.bool(isTruncated)
        append(intent.keys, to: &row)
        if let version = intent.keys.version { row.int2(version) } else { row.null() }
        row.optional(intent.repeatOf)
        return row.finish()
    }

    /// The row of `audit.calls`.
    static func row(_ completion: Completion, of intent: Intent, table: Int, _ pool: RowPool? = nil) -> EncodedRow {
        var row = RowEncoder(table: table, capacity: 672, pool: pool)
        row.uuid(high: intent.id.high, low: intent.id.low)
        row.timestamp(epochMilliseconds: intent.id.epochMilliseconds)
        row.int2(1)
        row.timestamp(epochMilliseconds: completion.finishedMilliseconds)
        row.text(intent.caller)
        row.text(intent.app)
        row.text(intent.seller)
        row.text(intent.method)
        row.text(completion.outcome.rawValue)
        row.int2(Int16(clamping: completion.status))
        row.text(completion.code.map(short))
        row.text(completion.subCode.map(short))
        row.text(completion.message.map(short))
        row.int8(Int64(clamping: completion.durationNanoseconds / 1000))
        row.optional(completion.topNanoseconds.map { Int64(clamping: $0 / 1000) })
        row.int8(Int64(clamping: completion.auditNanoseconds / 1000))
        row.int2(Int16(clamping: completion.attempts))
        row.text(completion.topRequestID.map(short))
        row.text(intent.requestID)
        row.optional(refs: intent.refs)
        row.text(intent.clientRequestID)
        row.int8(Int64(completion.requestBytes))
        row.int8(Int64(completion.responseBytes))
        if let retryable = completion.retryable { row.bool(retryable) } else { row.null() }
        append(completion.keys, to: &row)
        row.bool(completion.keys.isTruncated)
        if let version = completion.keys.version { row.int2(version) } else { row.null() }
        row.text(intent.traceID)
        if completion.isUnjudged { row.bool(false) } else { row.null() }
        row.optional(intent.repeatOf)
        return row.finish()
    }

    /// The rows of `audit.lookups`. Most calls have none.
    static func lookupRows(of intent: Intent, table: Int, _ pool: RowPool? = nil) -> [EncodedRow] {
        if intent.traceID == nil, intent.requestID == nil { return [] }
        var rows: [EncodedRow] = []
        for value in [intent.traceID, intent.requestID] {
            guard let value, (1...maximumLookupBytes).contains(value.utf8.count) else { continue }
            var row = RowEncoder(table: table, capacity: 64 + value.utf8.count, pool: pool)
            row.text(value)
            row.timestamp(epochMilliseconds: intent.id.epochMilliseconds)
            row.uuid(high: intent.id.high, low: intent.id.low)
            rows.append(row.finish())
        }
        return rows
    }

    /// The row of `audit.responses`; nil if there was no response.
    static func responseRow(
        _ completion: Completion, of intent: Intent, table: Int, _ pool: RowPool? = nil
    ) -> EncodedRow? {
        guard let response = completion.response else { return nil }
        let (text, isTruncated) = truncated(response, to: maximumBodyBytes)
        var row = RowEncoder(table: table, capacity: 64 + text.utf8.count, pool: pool)
        row.uuid(high: intent.id.high, low: intent.id.low)
        row.timestamp(epochMilliseconds: intent.id.epochMilliseconds)
        row.text(text)
        row.bool(isTruncated)
        return row.finish()
    }

    private static func append(_ keys: Fingerprints, to row: inout RowEncoder) {
        if keys.values.isEmpty { row.null() } else { row.int8s(keys.values) }
    }

    private static func short(_ text: String) -> String { truncated(text, to: maximumTextBytes).text }

    /// The first bytes of a text, without a partial character at the end.
    static func truncated(_ text: String, to limit: Int) -> (text: String, isTruncated: Bool) {
        guard text.utf8.count > limit else { return (text, false) }
        var bytes = Array(text.utf8.prefix(limit + 1))
        while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
        return (String(decoding: bytes, as: UTF8.self), true)
    }
}

extension RowEncoder {
    mutating func optional(_ value: Int64?) {
        if let value { int8(value) } else { null() }
    }

    mutating func optional(_ id: CallID?) {
        if let id { uuid(high: id.high, low: id.low) } else { null() }
    }

    /// Document numbers; none is NULL, which the index leaves out.
    mutating func optional(refs: [String]) {
        if refs.isEmpty { null() } else { texts(refs) }
    }
}
