import Postgres

/// Turns intents and endings into rows.
enum TrailRows {
    /// The most bytes of a request or an answer that are kept; more is cut, and marked as truncated.
    static let maximumBodyBytes = 1 << 20
    /// The most bytes of a message, a code or an id of TOP that are kept.
    static let maximumTextBytes = 2000
    /// A longer request id is not searched for. An index takes no value of any length.
    static let maximumLookupBytes = 256

    /// The row of `audit.intents`.
    static func row(_ intent: Intent, table: Int, _ pool: RowPool? = nil) -> EncodedRow {
        let (request, isCut) = cut(intent.request, to: maximumBodyBytes)
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
        row.bool(isCut)
        append(intent.keys, to: &row)
        if let version = intent.keys.version { row.int2(version) } else { row.null() }
        row.optional(intent.repeatOf)
        return row.finish()
    }

    /// The row of `audit.calls`.
    static func row(_ ending: Ending, of intent: Intent, table: Int, _ pool: RowPool? = nil) -> EncodedRow {
        var row = RowEncoder(table: table, capacity: 672, pool: pool)
        row.uuid(high: intent.id.high, low: intent.id.low)
        row.timestamp(epochMilliseconds: intent.id.epochMilliseconds)
        row.int2(1)
        row.timestamp(epochMilliseconds: ending.finishedMilliseconds)
        row.text(intent.caller)
        row.text(intent.app)
        row.text(intent.seller)
        row.text(intent.method)
        row.text(ending.outcome.rawValue)
        row.int2(Int16(clamping: ending.status))
        row.text(ending.code.map(short))
        row.text(ending.subCode.map(short))
        row.text(ending.message.map(short))
        row.int8(Int64(clamping: ending.durationNanoseconds / 1000))
        row.optional(ending.topNanoseconds.map { Int64(clamping: $0 / 1000) })
        row.int8(Int64(clamping: ending.auditNanoseconds / 1000))
        row.int2(Int16(clamping: ending.attempts))
        row.text(ending.topRequestID.map(short))
        row.text(intent.requestID)
        row.optional(refs: intent.refs)
        row.text(intent.clientRequestID)
        row.int8(Int64(ending.requestBytes))
        row.int8(Int64(ending.responseBytes))
        if let retryable = ending.retryable { row.bool(retryable) } else { row.null() }
        append(ending.keys, to: &row)
        row.bool(ending.keys.isTruncated)
        if let version = ending.keys.version { row.int2(version) } else { row.null() }
        row.text(intent.traceID)
        if ending.isUnjudged { row.bool(false) } else { row.null() }
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

    /// The row of `audit.responses`; nil when there was no answer.
    static func responseRow(
        _ ending: Ending, of intent: Intent, table: Int, _ pool: RowPool? = nil
    ) -> EncodedRow? {
        guard let response = ending.response else { return nil }
        let (text, isCut) = cut(response, to: maximumBodyBytes)
        var row = RowEncoder(table: table, capacity: 64 + text.utf8.count, pool: pool)
        row.uuid(high: intent.id.high, low: intent.id.low)
        row.timestamp(epochMilliseconds: intent.id.epochMilliseconds)
        row.text(text)
        row.bool(isCut)
        return row.finish()
    }

    private static func append(_ keys: Fingerprints, to row: inout RowEncoder) {
        if keys.values.isEmpty { row.null() } else { row.int8s(keys.values) }
    }

    private static func short(_ text: String) -> String { cut(text, to: maximumTextBytes).text }

    /// The first bytes of a text, never the half of a character.
    static func cut(_ text: String, to limit: Int) -> (text: String, isCut: Bool) {
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
