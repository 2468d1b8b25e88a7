import Atomics
import Crypto
import Postgres

/// Makes the rows of `audit.sealed`: a request is written into its row and sealed there.
struct RequestSealer {
    private let sealer: Sealer
    private let figures: TrailFigures
    private var associated: [UInt8]

    init(_ sealer: Sealer, figures: TrailFigures) {
        self.sealer = sealer
        self.figures = figures
        associated = SealedRequest.associatedPrefix + [UInt8](repeating: 0, count: 16)
    }

    /// The row of an intent's full request; one without it where it is over the limit.
    mutating func row(_ intent: Intent, table: Int) throws(CryptoError) -> EncodedRow {
        let bytes = SealedRequest.bytes(of: intent.parameters)
        let isKept = bytes <= SealedRequest.maximumBytes
        let room = isKept ? bytes + Sealer.overheadBytes + 16 * (intent.parameters.count + 1) : 0
        var row = RowEncoder(table: table, capacity: 80 + room)
        row.uuid(high: intent.id.high, low: intent.id.low)
        row.timestamp(epochMilliseconds: intent.id.epochMilliseconds)
        row.int8(Int64(sealer.keyID))
        row.int4(Int32(clamping: bytes))
        if isKept {
            bind(to: intent.id)
            try row.binary { value throws(CryptoError) in try seal(intent, into: &value) }
        } else {
            figures.tooLargeToSeal.wrappingIncrement(ordering: .relaxed)
            row.null()
        }
        return row.finish()
    }

    private func seal(_ intent: Intent, into bytes: inout [UInt8]) throws(CryptoError) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: Sealer.headBytes))
        SealedRequest.append(intent.parameters, files: intent.files, to: &bytes)
        try sealer.seal(&bytes, from: start, associated: associated)
    }

    private mutating func bind(to id: CallID) {
        let start = SealedRequest.associatedPrefix.count
        for place in 0..<8 {
            associated[start + place] = UInt8(truncatingIfNeeded: id.high >> UInt64(56 - 8 * place))
            associated[start + 8 + place] = UInt8(truncatingIfNeeded: id.low >> UInt64(56 - 8 * place))
        }
    }
}
