package import Crypto

/// Seals the replies to calls with an idempotency key, and opens them for repeats. It is used only on one worker's
/// loop.
package final class ReplySeals {
    /// Opens replies.
    let key: KeyRing
    /// Seals replies.
    let sealer: Sealer

    /// - Parameter key: the master key.
    package init(_ key: KeyRing) throws(CryptoError) {
        self.key = key
        sealer = try key.sealer()
    }
}
