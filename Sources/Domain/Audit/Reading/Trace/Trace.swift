import Postgres
import Time

/// Asks for everything that happened to one thing.
package struct TraceQuery: Sendable {
    /// The maximum length of a text in bytes.
    package static let maximumBytes = 256
    /// The maximum number of business keys that a text is looked up as.
    package static let maximumKeys = 2000

    let text: String
    let keys: [(name: String, value: String)]
    /// Inclusive, in milliseconds since 1970; nil for the oldest event.
    package var fromMilliseconds: Int64?
    /// Exclusive, in milliseconds since 1970; nil for the newest event.
    package var toMilliseconds: Int64?

    /// - Parameters:
    ///   - text: what a person holds: an id, a document number, or the value of a business key.
    ///   - keys: the business keys that it may be.
    package init(_ text: String, keys: [(name: String, value: String)]) {
        self.text = text
        self.keys = Array(keys.prefix(Self.maximumKeys))
    }

    fileprivate func contains(_ milliseconds: Int64) -> Bool {
        milliseconds >= fromMilliseconds ?? .min && milliseconds < toMilliseconds ?? .max
    }
}

/// Something that happened to a thing.
package enum TraceEvent: Sendable {
    /// A call.
    case call(CallDetail)
    /// A request that never became a call.
    case refusal(RejectedRequest)

    /// When it happened, in milliseconds since 1970.
    var milliseconds: Int64 {
        switch self {
        case .call(let call): call.row.id.epochMilliseconds
        case .refusal(let refusal): (try? RFC3339.epochMilliseconds(refusal.at)) ?? 0
        }
    }
}

/// The events of one thing, oldest first.
package struct Trace: Sendable {
    /// The maximum number of events.
    package static let maximumEvents = 500

    /// The events.
    package let events: [TraceEvent]
    /// Whether there may be more: over 500 events, or the search's time ended.
    package let isTruncated: Bool

    /// Makes a trace.
    package init(events: [TraceEvent], isTruncated: Bool) {
        self.events = events
        self.isTruncated = isTruncated
    }
}

extension TrailReader {
    /// Everything that happened to one thing, as far as the reader may see it: calls and rejected requests.
    /// - Parameter keys: every version of the fingerprint key. Without one, business keys are not searched.
    package func trace(
        _ query: TraceQuery, for access: TrailAccess, keys: [FingerprintKey]
    ) async throws(TrailReadError) -> Trace {
        let end = ContinuousClock.now + searchTime
        let (calls, areAll) = try await tracedCalls(query, for: access, keys: keys, until: end)
        let refusals = try await tracedRefusals(query, for: access, until: end)
        let first = Array(calls.prefix(Trace.maximumEvents))
        let notes: [CallID: [Note]]
        do {
            notes = try await self.notes(of: first.map(\.id), within: max(end - ContinuousClock.now, .seconds(1)))
        } catch {
            throw .database(error)
        }
        var events = first.map { TraceEvent.call(CallDetail(row: $0, notes: notes[$0.id] ?? [])) }
        events += refusals.map { .refusal($0) }
        let sorted = events.map { ($0.milliseconds, $0) }.sorted { $0.0 < $1.0 }.map(\.1)
        let isCut = !areAll || calls.count + refusals.count > Trace.maximumEvents
        return Trace(events: Array(sorted.prefix(Trace.maximumEvents)), isTruncated: isCut)
    }

    /// The calls in the order of time, and whether these are all.
    private func tracedCalls(
        _ query: TraceQuery, for access: TrailAccess, keys: [FingerprintKey], until end: ContinuousClock.Instant
    ) async throws(TrailReadError) -> (calls: [CallSummary], areAll: Bool) {
        var byThing = TrailQuery()
        byThing.thing = TracedThing(text: query.text, keys: query.keys)
        var byTOP = TrailQuery()
        byTOP.topRequestID = query.text
        var found: [CallID: CallSummary] = [:]
        var areAll = true
        for var search in [byThing, byTOP] {
            (search.fromMilliseconds, search.toMilliseconds) = (query.fromMilliseconds, query.toMilliseconds)
            (search.order, search.limit) = (.oldest, Trace.maximumEvents)
            let authorized = try AuthorizedTrailQuery(search, for: access, keys: keys)
            let page: TrailPage
            do { page = try await list(authorized, until: end) } catch { throw .database(error) }
            for row in page.rows { found[row.id] = row }
            if page.next != nil { areAll = false }
        }
        if let id = CallID(query.text), query.contains(id.epochMilliseconds) {
            let row: CallSummary?
            do { row = try await call(id) } catch { throw .database(error) }
            if let row, access.allows(row) { found[id] = row }
        }
        let calls = found.values.sorted { ($0.id.high, $0.id.low) < ($1.id.high, $1.id.low) }
        return (calls, areAll)
    }

    /// The first rejected requests: at most one more than a trace may have.
    private func tracedRefusals(
        _ query: TraceQuery, for access: TrailAccess, until end: ContinuousClock.Instant
    ) async throws(TrailReadError) -> [RejectedRequest] {
        var search = RejectedRequestQuery()
        search.anyID = query.text
        (search.fromMilliseconds, search.toMilliseconds) = (query.fromMilliseconds, query.toMilliseconds)
        (search.isAscending, search.limit) = (true, Trace.maximumEvents)
        let (sql, parameters) = try AuthorizedRejectedRequestQuery(search, for: access).statement()
        let left = max(end - ContinuousClock.now, .seconds(1))
        do {
            return try await self.query(sql, parameters, within: left).map { RejectedRequest($0) }
        } catch {
            throw .database(error)
        }
    }
}
