import Locks
import Synchronization
import Vault

/// When tokens were last used, until that is written. All workers of a replica share it.
package final class TokenUses: Sendable {
    private let pending = Locked<[String: Int64]>([:])

    /// Nothing was used.
    package init() {}

    /// Notes a use, once a minute for each token. Another use in the same minute costs a comparison.
    /// - Parameter now: milliseconds since 1970.
    func note(_ token: AccessToken, now: Int64) {
        let minute = now / 60_000
        guard token.notedMinute.load(ordering: .relaxed) != minute else { return }
        token.notedMinute.store(minute, ordering: .relaxed)
        pending.withLock { $0[token.name] = now }
    }

    /// The uses since the last time, in milliseconds since 1970 by the names of the tokens.
    package func takeAll() -> [String: Int64] {
        pending.withLock { pending in
            defer { pending = [:] }
            return pending
        }
    }

    /// Puts uses back that could not be written. Later uses stay.
    package func putBack(_ uses: [String: Int64]) {
        pending.withLock { $0.merge(uses) { max($0, $1) } }
    }
}
