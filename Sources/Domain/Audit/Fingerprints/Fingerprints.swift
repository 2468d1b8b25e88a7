/// The fingerprints of one call's business keys, all under one version of the fingerprint key. They are computed once,
/// and the intent and the completion share them.
package struct Fingerprints: Sendable {
    /// The maximum number of fingerprints of a call, for the request and the response together.
    package static let maximumCount = 2048

    /// The fingerprints in the order of the keys.
    package private(set) var values: [Int64] = []
    /// Whether the call has more business keys than are kept.
    package var isTruncated = false
    private let key: FingerprintKey?

    /// Makes an empty list.
    /// - Parameter key: the key that makes fingerprints; without it no business keys are kept.
    package init(key: FingerprintKey? = nil) {
        self.key = key
    }

    /// The version of the key; nil if there are no fingerprints.
    var version: Int16? { values.isEmpty ? nil : key?.version }

    /// Reserves memory for `count` more fingerprints.
    package mutating func reserve(_ count: Int) {
        guard key != nil else { return }
        let needed = min(values.count + count, Self.maximumCount)
        if values.capacity < needed { values.reserveCapacity(needed) }
    }

    /// Adds the fingerprint of a value under a name.
    package mutating func add(name: String, value: String) {
        guard let key else { return }
        guard values.count < Self.maximumCount else {
            isTruncated = true
            return
        }
        values.append(key.fingerprint(name: name, value: value))
    }
}
