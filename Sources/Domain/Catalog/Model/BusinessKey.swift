/// A value under which a call can be found again: an order's, a card's, a car's number.
package struct BusinessKey: Sendable, Hashable {
    /// Which number it is: `channel_profile_id`, `phone`.
    package let name: String
    /// The number as it was sent or received, never masked: the audit trail stores a keyed fingerprint of it.
    package let value: String
    /// Whether the value is private and must not be stored or shown as it is.
    package let isSensitive: Bool

    /// Makes a key.
    package init(name: String, value: String, isSensitive: Bool) {
        self.name = name
        self.value = value
        self.isSensitive = isSensitive
    }

    /// The most keys that are kept of one request, and of one answer: those of single values first, then those of lists. Further ones are left out.
    package static let maximumCount = 1024
}
