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
    /// Calls that ended from this time on, in milliseconds since 1970.
    package var finishedFromMilliseconds: Int64?
    /// Calls that ended before this time, in milliseconds since 1970.
    package var finishedToMilliseconds: Int64?
    /// Methods, or globs with `*`.
    package var method: ValueList<String>?
    /// Outcomes as the contract names them, or `open`.
    package var outcome: ValueList<String>?
    /// The app that signed.
    package var app: ValueList<String>?
    /// The seller's alias.
    package var seller: ValueList<String>?
    /// The name of the caller's token.
    package var caller: ValueList<String>?
    /// The HTTP status of the response to the caller.
    package var status: ValueList<Int>?
    /// TOP's code, or the code of a failed transfer.
    package var code: ValueList<String>?
    /// TOP's sub_code.
    package var subCode: ValueList<String>?
    /// TOP's id of the request.
    package var topRequestID: String?
    /// The caller's X-Request-Id.
    package var clientRequestID: String?
    /// The trace id of the caller's traceparent.
    package var traceID: String?
    /// Anything that a person may hold of a call, except TOP's id of the request.
    var thing: TracedThing?
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
    var filters: [TrailFilter] { (TrailFilter.all + [TrailFilter.thing]).filter { $0.isGiven(self) } }

    /// The methods, unless one of them is a glob.
    var exactMethods: [String]? {
        method.flatMap { $0.values.contains(where: Self.isGlob) ? nil : $0.values }
    }

    /// The outcomes other than `open`; nil if the query allows any.
    var endedOutcomes: [String]? { outcome.map { $0.values.filter { $0 != Outcome.open } } }

    /// Whether no call that has ended can match.
    package var isOnlyOpen: Bool { endedOutcomes?.isEmpty == true }

    static func isGlob(_ method: String) -> Bool { method.utf8.contains(UInt8(ascii: "*")) }
}

extension TrailFilter {
    /// Every filter of calls, in the order of the manual. Add new filters here.
    package static let all: [TrailFilter] = [
        TrailFilter(
            "from", \.fromMilliseconds, .instant, "Calls from this time on (inclusive).", stats: .anySource,
            read: { FilterValues.instant($0) }),
        TrailFilter(
            "to", \.toMilliseconds, .instant, "Calls before this time (exclusive). A day is included.",
            stats: .anySource,
            read: { FilterValues.instant($0, isEnd: true) }),
        TrailFilter(
            "finished_from", \.finishedFromMilliseconds, .instant, "Calls that ended from this time on (inclusive).",
            stats: .none, read: { FilterValues.instant($0) },
            narrow: { $2.terms.append("finished_at >= \($2.instant($0))") }
        ).endedOnly,
        TrailFilter(
            "finished_to", \.finishedToMilliseconds, .instant,
            "Calls that ended before this time (exclusive). A day is included.", stats: .none,
            read: { FilterValues.instant($0, isEnd: true) },
            narrow: { $2.terms.append("finished_at < \($2.instant($0))") }
        ).endedOnly,
        TrailFilter(
            "method", \.method, .list(.text), "Methods, or globs with `*`.", search: .tag(4), stats: .rollups(.method),
            read: { ValueList($0) { $0 } }, isPinned: { $0.only.map { !TrailQuery.isGlob($0) } ?? false },
            tagged: { $0.values.contains(where: TrailQuery.isGlob) ? [] : $0.values.map { .text($0) } },
            narrow: { $2.add(methods: $0.values) }),
        TrailFilter("app", \.app, "The app that signed.", tag: 2, stats: .rollups(.app)),
        TrailFilter("seller", \.seller, "The seller's alias.", tag: 3, stats: .rollups(.seller)),
        TrailFilter("caller", \.caller, "The name of the caller's token.", tag: 1, stats: .rollups(.caller)),
        TrailFilter(
            "outcome", \.outcome, .list(.choice(Outcome.words)),
            "What became of the call. Statistics do not take `open`.", stats: .rollups(.outcome),
            read: { ValueList($0) { $0 == Outcome.open || Outcome(rawValue: $0) != nil ? $0 : nil } },
            isPinned: { $0.only != nil },
            narrow: { _, query, clause in
                guard let outcomes = query.endedOutcomes, !outcomes.isEmpty else { return }
                clause.add("outcome", among: ValueList(outcomes))
                // The partial index of failed calls needs this condition.
                if !outcomes.contains(Outcome.success.rawValue) { clause.terms.append("outcome <> 'success'") }
            }
        ).endedOnly,
        TrailFilter(
            "status", \.status, .list(.number(100...599)), "The HTTP status of the response.", search: .tag(5),
            stats: .cells, read: { ValueList($0) { number($0, in: 100...599) } }, isPinned: { $0.only != nil },
            // Nearly every call has 200, so the index does not have it.
            tagged: { $0.contains(200) ? [] : $0.values.map { .integer(Int64($0)) } },
            narrow: { $2.add("status", among: $0) }
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
            "trace_id", \.traceID, .text, "The trace id of the caller's traceparent.", search: .index, stats: .calls,
            read: { $0 }, narrow: { $2.add(traceID: $0) }
        ).rare,
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
