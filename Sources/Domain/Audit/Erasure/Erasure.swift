/// Asks for the removal of the bodies of all calls that touched one thing.
package struct Erasure: Sendable {
    /// The maximum length of a reason in characters.
    package static let maximumReason = 500

    /// The fingerprints of the business key, under every version of the fingerprint key.
    let fingerprints: [Int64]
    /// The name of the token, or of the operator at the command line.
    let eraser: String
    let reason: String

    /// - Parameters:
    ///   - key: the business key, in the spelling of the catalog.
    ///   - keys: every version of the fingerprint key.
    package init(key: (name: String, value: String), keys: [FingerprintKey], by eraser: String, because reason: String)
    {
        fingerprints = keys.map { $0.fingerprint(name: key.name, value: key.value) }
        self.eraser = eraser
        self.reason = reason
    }

    /// What an erasure found.
    package struct Result: Sendable, Equatable {
        /// The calls with the key.
        package var calls = 0
        /// Other calls whose list of keys is cut. They may have the key, too.
        package var keysTruncated = 0
    }
}
