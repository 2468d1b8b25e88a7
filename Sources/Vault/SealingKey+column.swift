import Crypto

extension SealingKey {
    /// Opens what stands in `column`; tells a wrong master key from a blob that was damaged or moved.
    func open(_ blob: [UInt8], at column: SealedColumn) throws(VaultError) -> [UInt8] {
        do {
            return try open(blob, associated: column.associatedData)
        } catch {
            switch error {
            case .otherKey(let sealedUnder, let given):
                throw .wrongMasterKey(sealedWith: sealedUnder, atHand: given)
            case .notAuthentic, .unreadableBlob: throw .unreadable(row: column.description)
            case .unavailable, .failed, .unusableKey: throw .cryptography(error)
            }
        }
    }
}
