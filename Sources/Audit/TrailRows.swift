import Postgres

/// Turns intents and endings into rows.
struct TrailRows: Sendable {
    /// The most bytes of a request or an answer that are kept; more is cut, and marked as truncated.
    static let maximumBodyBytes = 1 << 20
    /// The most business keys of one call that are kept.
    static let maximumKeys = 2000
    /// The most bytes of a message, a code or an id of TOP that are kept.
    static let maximumTextBytes = 2000

    /// The key that makes fingerprints; without one no keys are kept.
    var fingerprintKey: FingerprintKey?

    /// The row of `audit.intents`.
    func row(_ intent: Intent, table: Int) -> EncodedRow {
        let (request, isCut) = Self.cut(intent.request, to: Self.maximumBodyBytes)
        var row = RowEncoder(table: table, capacity: 512 + request.utf8.count)
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
        if let (fingerprints, version) = fingerprints(of: intent.keys) {
            row.int8s(fingerprints)
            row.int2(version)
        } else {
            row.null()
            row.null()
        }
        return row.finish()
    }

    /// The row of `audit.calls`.
    func row(_ ending: Ending, of intent: Intent, table: Int) -> EncodedRow {
        var row = RowEncoder(table: table, capacity: 640)
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
        for text in [ending.code, ending.subCode, ending.message] { row.text(text.map(Self.short)) }
        row.int8(Int64(clamping: ending.durationNanoseconds / 1000))
        row.optional(ending.topNanoseconds.map { Int64(clamping: $0 / 1000) })
        row.int8(Int64(clamping: ending.auditNanoseconds / 1000))
        row.int2(Int16(clamping: ending.attempts))
        row.text(ending.topRequestID.map(Self.short))
        row.text(intent.requestID)
        row.optional(refs: intent.refs)
        row.text(intent.clientRequestID)
        row.int8(Int64(ending.requestBytes))
        row.int8(Int64(ending.responseBytes))
        if let retryable = ending.retryable { row.bool(retryable) } else { row.null() }
        append(ending.keys, areCut: ending.keysAreCut, to: &row)
        return row.finish()
    }

    /// The row of `audit.responses`; nil when there was no answer.
    func responseRow(_ ending: Ending, of intent: Intent, table: Int) -> EncodedRow? {
        guard let response = ending.response else { return nil }
        let (text, isCut) = Self.cut(response, to: Self.maximumBodyBytes)
        var row = RowEncoder(table: table, capacity: 64 + text.utf8.count)
        row.uuid(high: intent.id.high, low: intent.id.low)
        row.timestamp(epochMilliseconds: intent.id.epochMilliseconds)
        row.text(text)
        row.bool(isCut)
        return row.finish()
    }

    private func append(_ keys: [(name: String, value: String)], areCut: Bool, to row: inout RowEncoder) {
        guard let (fingerprints, version) = fingerprints(of: keys) else {
            row.null()
            row.bool(false)
            row.null()
            return
        }
        row.int8s(fingerprints)
        row.bool(areCut || keys.count > Self.maximumKeys)
        row.int2(version)
    }

    /// The fingerprints of the first keys; nil when there is none, or no key to make them with.
    private func fingerprints(of keys: [(name: String, value: String)]) -> ([Int64], version: Int16)? {
        guard let fingerprintKey, !keys.isEmpty else { return nil }
        var fingerprints: [Int64] = []
        fingerprints.reserveCapacity(min(keys.count, Self.maximumKeys))
        for key in keys.prefix(Self.maximumKeys) {
            fingerprints.append(fingerprintKey.fingerprint(name: key.name, value: key.value))
        }
        return (fingerprints, fingerprintKey.version)
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

    /// Document numbers; none is NULL, which the index leaves out.
    mutating func optional(refs: [String]) {
        if refs.isEmpty { null() } else { texts(refs) }
    }
}
