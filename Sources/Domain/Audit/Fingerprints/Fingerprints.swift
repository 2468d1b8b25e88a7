/// Fingerprints of the business keys of one call, all made with one version of the fingerprint key. Made once a call: its intent and its ending share them.
package struct Fingerprints: Sendable {
    /// The most business keys of one call that are kept: as many of its request as of its answer.
    package static let maximumCount = 2048

    /// The fingerprints, in the order in which the keys came.
    package private(set) var values: [Int64] = []
    /// Whether the call touches more things than are kept.
    package var isCut = false
    private let key: FingerprintKey?

    /// No fingerprints yet.
    /// - Parameter key: what makes them; without one no keys are kept.
    package init(key: FingerprintKey? = nil) {
        self.key = key
    }

    /// The version of the key that made them; nil when there are none.
    var version: Int16? { values.isEmpty ? nil : key?.version }

    /// Makes room for so many more.
    package mutating func reserve(_ count: Int) {
        guard key != nil else { return }
        let needed = min(values.count + count, Self.maximumCount)
        if values.capacity < needed { values.reserveCapacity(needed) }
    }

    /// Adds the fingerprint of a value under a name.
    package mutating func add(name: String, value: String) {
        guard let key else { return }
        guard values.count < Self.maximumCount else {
            isCut = true
            return
        }
        values.append(key.fingerprint(name: name, value: value))
    }
}
