package import Crypto
import Postgres

/// A reply as it was sent, sealed for repetitions of its call.
package struct SealedReply: Sendable {
    /// The HTTP status.
    package let status: Int
    /// The value of `Content-Type`.
    package let mediaType: String
    /// The body: AES-256-GCM, bound to the table, the column and the call.
    let sealed: [UInt8]

    static let associatedPrefix = Array("audit.replies/sealed/".utf8)

    /// Seals a reply.
    package init(status: Int, mediaType: String, body: [UInt8], of id: CallID, with sealer: Sealer)
        throws(CryptoError)
    {
        self.status = status
        self.mediaType = mediaType
        var value = [UInt8](repeating: 0, count: Sealer.headBytes)
        value.reserveCapacity(body.count + Sealer.overheadBytes)
        value += body
        try sealer.seal(&value, associated: Self.associatedPrefix + id.bytes)
        sealed = value
    }

    init(status: Int, mediaType: String, sealed: [UInt8]) {
        self.status = status
        self.mediaType = mediaType
        self.sealed = sealed
    }

    /// The body.
    package func body(of id: CallID, openedWith key: KeyRing) throws(CryptoError) -> [UInt8] {
        try key.open(sealed, associated: Self.associatedPrefix + id.bytes)
    }

    /// The row of `audit.replies`.
    func row(of id: CallID, table: Int) -> EncodedRow {
        var row = RowEncoder(table: table, capacity: 96 + sealed.count)
        row.uuid(high: id.high, low: id.low)
        row.timestamp(epochMilliseconds: id.epochMilliseconds)
        row.int2(Int16(clamping: status))
        row.text(mediaType)
        row.binary(sealed)
        return row.finish()
    }
}
