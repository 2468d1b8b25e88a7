import Postgres

/// Which calls a reader asks for. A filter that is nil does not narrow. `TrailFilter.all` declares the filters.
///
/// A query does not tell what its reader may see. `TrailReader` takes only an `AuthorizedTrailQuery`.
package struct TrailQuery: Sendable {
    /// The maximum number of rows of a page.
    package static let maximumLimit = 1000

    /// Inclusive, milliseconds since 1970.
    package var fromMilliseconds: Int64?
    /// Exclusive, milliseconds since 1970.
    package var toMilliseconds: Int64?
    /// A method, or a glob with `*`.
    package var method: String?
    /// An outcome as the contract names it, or `open`.
    package var outcome: String?
    /// The app that signed.
    package var app: String?
    /// The seller's alias.
    package var seller: String?
    /// The name of the caller's token.
    package var caller: String?
    /// The HTTP status of the response to the caller.
    package var status: Int?
    /// TOP's code, or the code of a failed transfer.
    package var code: String?
    /// TOP's sub_code.
    package var subCode: String?
    /// TOP's id of the request.
    package var topRequestID: String?
    /// The caller's X-Request-Id.
    package var clientRequestID: String?
    /// Calls that took at least this long.
    package var minimumDurationMilliseconds: Int?
    /// One of the caller's document numbers.
    package var ref: String?
    /// A business key. Only its fingerprints are searched.
    package var key: (name: String, value: String)?
    /// Another call that shares a business key with the calls.
    package var siblingOf: CallID?
    /// What the notes state about the call.
    package var settled: SettledFilter?
    /// Which calls come first.
    package var order: Order
    /// Rows of a page, 1...1000.
    package var limit: Int
    /// Where the page begins; nil for the newest (or oldest) calls.
    package var cursor: TrailCursor?

    /// Which calls come first.
    package enum Order: String, Sendable, CaseIterable {
        /// The latest.
        case newest
        /// The earliest.
        case oldest
    }

    /// Makes a query of the newest 50 calls.
    package init() {
        limit = 50
        order = .newest
    }

    /// Reads `NAME:VALUE`; nil if either part is missing.
    package static func key(_ text: String) -> (name: String, value: String)? {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, text.first != ":" else { return nil }
        return (String(parts[0]), String(parts[1]))
    }

    /// The filters that have a value.
    var filters: [TrailFilter] { TrailFilter.all.filter { $0.isGiven(self) } }

    /// The method, unless it is a glob.
    var exactMethod: String? { method.flatMap { Self.isGlob($0) ? nil : $0 } }

    static func isGlob(_ method: String) -> Bool { method.utf8.contains(UInt8(ascii: "*")) }
}

extension TrailFilter {
    /// Every filter of calls, in the order of the manual. Add new filters here.
    package static let all: [TrailFilter] = [
        TrailFilter(
            "from", \.fromMilliseconds, .instant, "Calls from this time on (inclusive).", stats: .anySource,
            read: FilterValues.instant),
        TrailFilter(
            "to", \.toMilliseconds, .instant, "Calls before this time (exclusive).", stats: .anySource,
            read: FilterValues.instant),
        TrailFilter(
            "method", \.method, .text, "A method, or a glob with `*`.", search: .tag(4), stats: .rollups(.method),
            read: { $0 }, tagged: { TrailQuery.isGlob($0) ? nil : .text($0) }, narrow: { $2.add(method: $0) }),
        TrailFilter("app", \.app, "The app that signed.", tag: 2, stats: .rollups(.app)),
        TrailFilter("seller", \.seller, "The seller's alias.", tag: 3, stats: .rollups(.seller)),
        TrailFilter("caller", \.caller, "The name of the caller's token.", tag: 1, stats: .rollups(.caller)),
        TrailFilter(
            "outcome", \.outcome, .choice(Outcome.words),
            "What became of the call. Statistics do not take `open`.", stats: .rollups(.outcome),
            read: { $0 == Outcome.open || Outcome(rawValue: $0) != nil ? $0 : nil },
            narrow: { outcome, _, clause in
                clause.add("outcome", equals: outcome)
                // The partial index of failed calls needs this condition.
                if outcome != Outcome.success.rawValue { clause.terms.append("outcome <> 'success'") }
            }
        ).endedOnly,
        TrailFilter(
            "status", \.status, .number(100...599), "The HTTP status of the response.", search: .tag(5),
            stats: .cells, read: { number($0, in: 100...599) },
            // Nearly every call has 200, so the index does not have it.
            tagged: { $0 == 200 ? nil : .integer(Int64($0)) },
            narrow: { $2.add(equality: "status = \($2.bind(.integer(Int64($0))))::smallint") }
        ).endedOnly,
        TrailFilter(
            "code", \.code, "TOP's code, or the code of a failed transfer.", tag: 6, stats: .cells,
            matchesOpenCalls: false),
        TrailFilter(
            "sub_code", \.subCode, "TOP's sub_code.", tag: 7, stats: .rollups(.subCode), matchesOpenCalls: false),
        TrailFilter(
            "top_request_id", \.topRequestID, "TOP's id of the request.", tag: 8, stats: .calls,
            matchesOpenCalls: false,
            isRare: true),
        TrailFilter(
            "client_request_id", \.clientRequestID, "The caller's X-Request-Id.", tag: 9, stats: .calls, isRare: true),
        TrailFilter(
            "min_duration_ms", \.minimumDurationMilliseconds, .number(0...86_400_000),
            "The minimum duration of the call in milliseconds.", stats: .calls,
            read: { number($0, in: 0...86_400_000) },
            narrow: { milliseconds, _, clause in
                clause.terms.append("duration_us >= \(clause.bind(.integer(Int64(milliseconds * 1000))))::bigint")
                // The partial indexes of slow calls need these conditions.
                if milliseconds >= 10_000 { clause.terms.append("duration_us >= 10000000") }
                if milliseconds >= 1000 { clause.terms.append("duration_us >= 1000000") }
            }
        ).endedOnly,
        TrailFilter(
            "key", \.key, .businessKey,
            "Calls that touched this thing, by a business key of the catalog such as `channel_profile_id:1`.",
            search: .index, stats: .calls, read: { TrailQuery.key($0) },
            narrow: { $2.add(fingerprints: $1.fingerprints) }),
        TrailFilter(
            "ref", \.ref, .text, "One of the caller's document numbers (Top-Ref).", search: .index, stats: .calls,
            read: { $0 }, narrow: { $2.add(ref: $0) }
        ).rare,
        TrailFilter(
            "sibling_of", \.siblingOf, .callID, "The id of a call: other calls that touched one of its business keys.",
            search: .index, stats: .none, read: { CallID($0) }, narrow: { $2.add(siblingsOf: $0) }
        ).rare,
        TrailFilter(
            "settled", \.settled, .choice(SettledFilter.allCases.map(\.rawValue)),
            "What notes state about the call.", stats: .none, read: { SettledFilter(rawValue: $0) },
            narrow: { $2.terms.append($0.term) }
        ).endedOnly,
    ]

    private static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
        Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
}
