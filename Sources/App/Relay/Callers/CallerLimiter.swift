import Locks
import Metrics
package import Problems
package import Vault

/// Holds callers to the rates and the concurrencies of their tokens, over all workers of a replica.
///
/// A rate is a bucket that holds the calls of one second. It is filled all the time, so calls need not wait for the
/// next second. Both secrets of a token that was rotated share its limits. A token without limits costs nothing here.
package final class CallerLimiter: Sendable {
    /// Above this number of callers those that have been idle for a second are forgotten.
    private static let maximumIdle = 1024
    private static let secondNanoseconds = 1e9

    private struct Caller {
        /// The calls that may be made at once.
        var calls: Double
        /// When the bucket was last filled, on the clock of `EventLoop.now()`.
        var filledAt: UInt64
        var running = 0
    }

    private let callers = Locked<[String: Caller]>([:])
    private let rateHits = Counter(label: "toprelay_limit_hits_total", dimensions: [("limit", "token_rate")])
    private let concurrencyHits = Counter(
        label: "toprelay_limit_hits_total", dimensions: [("limit", "token_concurrency")])
    private let refusals = CallMetrics.refusalCounter(.throttled)

    /// A limiter that knows no caller.
    package init() {}

    /// Decides on a call of a token's owner.
    /// - Parameter now: the time on the clock of `EventLoop.now()`.
    package func admit(_ token: AccessToken, now: UInt64) -> CallerAdmission {
        let limits = token.limits
        guard limits.isLimited else { return CallerAdmission() }
        let (fault, left, running) = callers.withLock { callers in
            if callers.count > Self.maximumIdle { Self.forgetIdle(&callers, now: now) }
            var caller = callers[token.name] ?? Caller(calls: Double(limits.rate ?? 0), filledAt: now)
            defer { callers[token.name] = caller }
            return Self.admit(&caller, limits, now: now)
        }
        var admission = CallerAdmission()
        admission.fields = Self.fields(limits, left: left, running: running)
        guard let fault else {
            admission.place = CallerPlace(self, token.name)
            return admission
        }
        refusals.increment()
        switch fault {
        case .rate:
            rateHits.increment()
            admission.problem = Self.problem("\(limits.rate ?? 0) calls a second", of: token)
        case .concurrency:
            concurrencyHits.increment()
            admission.problem = Self.problem("\(limits.concurrency ?? 0) concurrent calls", of: token)
        }
        return admission
    }

    private enum Limit { case rate, concurrency }

    private static func admit(
        _ caller: inout Caller, _ limits: TokenLimits, now: UInt64
    ) -> (fault: Limit?, left: Int, running: Int) {
        if let rate = limits.rate {
            let seconds = Double(now > caller.filledAt ? now - caller.filledAt : 0) / secondNanoseconds
            caller.calls = min(Double(rate), caller.calls + seconds * Double(rate))
        }
        caller.filledAt = now
        if let most = limits.concurrency, caller.running >= most {
            return (.concurrency, Int(caller.calls), caller.running)
        }
        if limits.rate != nil {
            guard caller.calls >= 1 else { return (.rate, 0, caller.running) }
            caller.calls -= 1
        }
        caller.running += 1
        return (nil, Int(caller.calls), caller.running)
    }

    private static func forgetIdle(_ callers: inout [String: Caller], now: UInt64) {
        callers = callers.filter { $0.value.running > 0 || now &- $0.value.filledAt < UInt64(secondNanoseconds) }
    }

    private static func problem(_ limit: String, of token: AccessToken) -> Problem {
        Problem(
            .throttled, "The token \(token.name) allows \(limit) on each replica; nothing was sent.", retryable: true,
            retryAfterSeconds: 1)
    }

    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10).
    private static func fields(_ limits: TokenLimits, left: Int, running: Int) -> [(String, String)] {
        var policies: [String] = []
        var states: [String] = []
        if let rate = limits.rate {
            policies.append("\"rate\";q=\(rate);w=1")
            states.append("\"rate\";r=\(left);t=1")
        }
        if let most = limits.concurrency {
            policies.append("\"concurrency\";q=\(most);qu=\"concurrent-requests\"")
            states.append("\"concurrency\";r=\(max(0, most - running))")
        }
        return [
            ("RateLimit-Policy", policies.joined(separator: ", ")), ("RateLimit", states.joined(separator: ", ")),
        ]
    }

    fileprivate func leave(_ name: String) { callers.withLock { $0[name]?.running -= 1 } }
}

/// What a caller's limits say of a call.
package struct CallerAdmission: Sendable {
    /// The place of an admitted call. The call holds it until its reply.
    package var place: CallerPlace?
    /// Why the request found no place.
    package var problem: Problem?
    /// Header fields that tell the limits.
    package var fields: [(String, String)] = []

    /// A call whose caller has no limits.
    package init() {}
}

/// A place among a caller's concurrent calls. It ends with its last reference, also where a client goes away before its
/// request is complete.
package final class CallerPlace: Sendable {
    private let limiter: CallerLimiter
    private let name: String

    fileprivate init(_ limiter: CallerLimiter, _ name: String) {
        self.limiter = limiter
        self.name = name
    }

    deinit { limiter.leave(name) }
}
