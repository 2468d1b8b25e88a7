/// A value by which a call can be found: the number of an order, a card or a car.
package struct BusinessKey: Sendable, Hashable {
    /// The kind of number: `channel_profile_id`, `phone`.
    package let name: String
    /// The number as sent or received, never masked. The audit trail stores a keyed fingerprint of it.
    package let value: String
    /// Whether the value is private and must not be stored or shown unmasked.
    package let isSensitive: Bool

    /// Makes a key.
    package init(name: String, value: String, isSensitive: Bool) {
        self.name = name
        self.value = value
        self.isSensitive = isSensitive
    }

    /// The largest number of keys of one request or response. Keys of single values come before those of lists.
    package static let maximumCount = 1024
}
