import Metrics
import Synchronization

/// Delays the replies to requests whose token is not valid, so that guessing is slow and cheap to bear.
///
/// A replica delays a limited number of replies at a time. Above it a reply goes out at once and ends its connection. A
/// valid token is never delayed, and no address is remembered.
package final class DelayedReplies: Sendable {
    /// How long a reply waits.
    package static let delay: Duration = .milliseconds(200)
    /// How many replies wait at a time.
    package static let maximum = 64

    private let waiting = Atomic(0)
    private let limitHits = Counter(
        label: "toprelay_limit_hits_total", dimensions: [("limit", "failed_authentications")])

    /// Nothing waits.
    package init() {}

    /// Takes a place for a reply that waits; nil if there is none.
    package func enter() -> Place? {
        guard waiting.wrappingAdd(1, ordering: .relaxed).newValue <= Self.maximum else {
            waiting.wrappingSubtract(1, ordering: .relaxed)
            limitHits.increment()
            return nil
        }
        return Place(self)
    }

    /// The place of a reply that waits. It ends with its last reference.
    package final class Place: Sendable {
        private let replies: DelayedReplies

        fileprivate init(_ replies: DelayedReplies) { self.replies = replies }

        deinit { replies.waiting.wrappingSubtract(1, ordering: .relaxed) }
    }
}
