import Synchronization
import Crypto
import Postgres
import TOP

/// Makes the rows of `audit.sealed`. Each writer has its own sealer, because the buffer is reused for each row.
struct RequestSealer {
    /// After a larger request the buffer is freed.
    private static let keptBytes = 256 << 10
    private static let emptyHead = [UInt8](repeating: 0, count: Sealer.headBytes)

    private let sealer: Sealer
    private let metrics: TrailMetrics
    private var value: [UInt8] = []
    private var associated: [UInt8]

    init(_ sealer: Sealer, metrics: TrailMetrics) {
        self.sealer = sealer
        self.metrics = metrics
        associated = SealedRequest.associatedPrefix + [UInt8](repeating: 0, count: 16)
    }

    /// The row of an intent's full request. Above the size limit the row has no request.
    mutating func row(_ intent: Intent, table: Int, _ pool: RowPool? = nil) throws(CryptoError) -> EncodedRow {
        let (bytes, isKept) = try seal(intent)
        var row = RowEncoder(table: table, capacity: 80 + (isKept ? value.count : 0), pool: pool)
        row.uuid(high: intent.id.high, low: intent.id.low)
        row.timestamp(epochMilliseconds: intent.id.epochMilliseconds)
        row.int8(Int64(sealer.keyID))
        row.int4(Int32(clamping: bytes))
        if isKept { row.binary(value) } else { row.null() }
        if value.capacity > Self.keptBytes { value = [] }
        return row.finish()
    }

    /// The same content, for a statement that takes no encoded rows.
    mutating func content(_ intent: Intent) throws(CryptoError) -> KeyedIntentWriter.SealedRow {
        let (bytes, isKept) = try seal(intent)
        return KeyedIntentWriter.SealedRow(keyID: sealer.keyID, bytes: bytes, sealed: isKept ? value : nil)
    }

    /// Seals a request into `value`, unless it is over the limit.
    private mutating func seal(_ intent: Intent) throws(CryptoError) -> (bytes: Int, isKept: Bool) {
        let bytes = intent.parameters.byteCount
        guard bytes <= SealedRequest.maximumBytes else {
            metrics.tooLargeToSeal.wrappingAdd(1, ordering: .relaxed)
            return (bytes, false)
        }
        try seal(intent, bytes: bytes)
        return (bytes, true)
    }

    private mutating func seal(_ intent: Intent, bytes: Int) throws(CryptoError) {
        value.removeAll(keepingCapacity: true)
        value.reserveCapacity(bytes + Sealer.overheadBytes + 16 * (intent.parameters.count + 1))
        value.append(contentsOf: Self.emptyHead)
        SealedRequest.append(intent.parameters, files: intent.files, to: &value)
        bind(to: intent.id)
        try sealer.seal(&value, associated: associated)
    }

    private mutating func bind(to id: CallID) {
        let start = SealedRequest.associatedPrefix.count
        for place in 0..<8 {
            associated[start + place] = UInt8(truncatingIfNeeded: id.high >> UInt64(56 - 8 * place))
            associated[start + 8 + place] = UInt8(truncatingIfNeeded: id.low >> UInt64(56 - 8 * place))
        }
    }
}
