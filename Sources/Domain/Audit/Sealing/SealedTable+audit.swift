package import Vault

extension SealedTable {
    /// The sealed columns of the trail.
    package static let audit: [SealedTable] = [
        ofCalls("audit.sealed", keyIDColumn: "key_id", SealedRequest.associatedPrefix),
        ofCalls("audit.replies", keyIDColumn: nil, SealedReply.associatedPrefix),
    ]

    /// A column that is bound to the id of its call.
    private static func ofCalls(_ table: String, keyIDColumn: String?, _ prefix: [UInt8]) -> SealedTable {
        SealedTable(
            table: table, column: "sealed", keys: [Key("at", "timestamptz"), Key("id", "uuid")],
            keyIDColumn: keyIDColumn
        ) { keys in
            CallID(keys[1]).map { prefix + $0.bytes }
        }
    }
}
