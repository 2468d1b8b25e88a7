import Postgres

/// Which calls a reader asks for. Every filter narrows; nil does not. `TrailFilter.all` declares the filters.
///
/// A query says nothing about what its reader may see. `TrailReader` takes an `AuthorizedTrailQuery` only.
package struct TrailQuery: Sendable {
    /// The largest page.
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
    /// The caller's token name.
    package var caller: String?
    /// The HTTP status given.
    package var status: Int?
    /// TOP's code, or the transport's.
    package var code: String?
    /// TOP's sub_code.
    package var subCode: String?
    /// TOP's id of the call.
    package var topRequestID: String?
    /// The caller's X-Request-Id.
    package var clientRequestID: String?
    /// Calls that took at least this long.
    package var minimumDurationMilliseconds: Int?
    /// One of the caller's document numbers.
    package var ref: String?
    /// A thing that the call touched. Only its fingerprints are searched.
    package var key: (name: String, value: String)?
    /// A call with which the others share a business key.
    package var siblingOf: CallID?
    /// What notes say became of the call.
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

    /// The newest 50 calls.
    package init() {
        limit = 50
        order = .newest
    }

    /// Reads `NAME:VALUE`; nil when either is missing.
    package static func key(_ text: String) -> (name: String, value: String)? {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, text.first != ":" else { return nil }
        return (String(parts[0]), String(parts[1]))
    }

    /// The filters that the query has.
    var filters: [TrailFilter] { TrailFilter.all.filter { $0.isGiven(self) } }

    /// The method, unless it is a glob.
    var exactMethod: String? { method.flatMap { Self.isGlob($0) ? nil : $0 } }

    static func isGlob(_ method: String) -> Bool { method.utf8.contains(UInt8(ascii: "*")) }
}

extension TrailFilter {
    /// Every filter of calls, in the order in which the manual shows them. The place for a new one.
    package static let all: [TrailFilter] = [
        TrailFilter(
            "from", \.fromMilliseconds, .instant, "Calls from this time on (inclusive).", figures: .anySource,
            read: FilterValues.instant),
        TrailFilter(
            "to", \.toMilliseconds, .instant, "Calls before this time (exclusive).", figures: .anySource,
            read: FilterValues.instant),
        TrailFilter(
            "method", \.method, .text, "A method, or a glob with `*`.", search: .tag(4), figures: .rollups(.method),
            read: { $0 }, tagged: { TrailQuery.isGlob($0) ? nil : .text($0) }, narrow: { $2.add(method: $0) }),
        TrailFilter("app", \.app, "The app that signed.", tag: 2, figures: .rollups(.app)),
        TrailFilter("seller", \.seller, "The seller's alias.", tag: 3, figures: .rollups(.seller)),
        TrailFilter("caller", \.caller, "The name of the caller's token.", tag: 1, figures: .rollups(.caller)),
        TrailFilter(
            "outcome", \.outcome, .choice(Outcome.words),
            "What became of the call. Figures do not take `open`.", figures: .rollups(.outcome),
            read: { $0 == Outcome.open || Outcome(rawValue: $0) != nil ? $0 : nil },
            narrow: { outcome, _, clause in
                clause.add("outcome", equals: outcome)
                // What the partial index of calls that went wrong asks for.
                if outcome != Outcome.success.rawValue { clause.terms.append("outcome <> 'success'") }
            }
        ).endedOnly,
        TrailFilter(
            "status", \.status, .number(100...599), "The HTTP status that was given.", search: .tag(5),
            figures: .cells, read: { number($0, in: 100...599) },
            // Nearly every call has 200.
            tagged: { $0 == 200 ? nil : .integer(Int64($0)) },
            narrow: { $2.add(equality: "status = \($2.bind(.integer(Int64($0))))::smallint") }
        ).endedOnly,
        TrailFilter(
            "code", \.code, "TOP's code, or the transport's.", tag: 6, figures: .cells, isOfOpenCalls: false),
        TrailFilter(
            "sub_code", \.subCode, "TOP's sub_code.", tag: 7, figures: .rollups(.subCode), isOfOpenCalls: false),
        TrailFilter(
            "top_request_id", \.topRequestID, "TOP's id of the call.", tag: 8, figures: .calls, isOfOpenCalls: false,
            isRare: true),
        TrailFilter(
            "client_request_id", \.clientRequestID, "The caller's X-Request-Id.", tag: 9, figures: .calls, isRare: true),
        TrailFilter(
            "min_duration_ms", \.minimumDurationMilliseconds, .number(0...86_400_000),
            "The least milliseconds that the call took.", figures: .calls, read: { number($0, in: 0...86_400_000) },
            narrow: { milliseconds, _, clause in
                clause.terms.append("duration_us >= \(clause.bind(.integer(Int64(milliseconds * 1000))))::bigint")
                // What the partial indexes of slow calls ask for.
                if milliseconds >= 10_000 { clause.terms.append("duration_us >= 10000000") }
                if milliseconds >= 1000 { clause.terms.append("duration_us >= 1000000") }
            }
        ).endedOnly,
        TrailFilter(
            "key", \.key, .businessKey,
            "Calls that touched this thing, by a business key of the catalog such as `channel_profile_id:1`.",
            search: .index, figures: .calls, read: { TrailQuery.key($0) },
            narrow: { $2.add(fingerprints: $1.fingerprints) }),
        TrailFilter(
            "ref", \.ref, .text, "One of the caller's document numbers (Top-Ref).", search: .index, figures: .calls,
            read: { $0 }, narrow: { $2.add(ref: $0) }
        ).rare,
        TrailFilter(
            "sibling_of", \.siblingOf, .callID, "The id of a call: other calls that touched one of its business keys.",
            search: .index, figures: .none, read: { CallID($0) }, narrow: { $2.add(siblingsOf: $0) }
        ).rare,
        TrailFilter(
            "settled", \.settled, .choice(SettledFilter.allCases.map(\.rawValue)),
            "What people's notes say became of the call.", figures: .none, read: { SettledFilter(rawValue: $0) },
            narrow: { $2.terms.append($0.term) }
        ).endedOnly,
    ]

    private static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
        Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
}
