import Postgres
import TOP

/// Which calls a reader wants to see. Every member narrows; nil does not.
public struct TrailFilter: Sendable {
    /// The largest page.
    public static let maximumLimit = 1000

    /// Inclusive, milliseconds since 1970.
    public var fromMilliseconds: Int64?
    /// Exclusive, milliseconds since 1970.
    public var toMilliseconds: Int64?
    /// A method, or a glob with `*`.
    public var method: String?
    /// An outcome as the contract names it, or `open`.
    public var outcome: String?
    /// The app that signed.
    public var app: String?
    /// The seller's alias.
    public var seller: String?
    /// The caller's token name.
    public var caller: String?
    /// The HTTP status given.
    public var status: Int?
    /// TOP's code, or the transport's.
    public var code: String?
    /// TOP's sub_code.
    public var subCode: String?
    /// TOP's id of the call.
    public var topRequestID: String?
    /// The caller's X-Request-Id.
    public var clientRequestID: String?
    /// Calls that took at least this long.
    public var minimumDurationMilliseconds: Int?
    /// One of the caller's document numbers.
    public var ref: String?
    /// A thing that the call touched. Only its fingerprints are searched: see `resolveKey(with:)`.
    public var key: (name: String, value: String)?
    /// A call with which the others share a business key.
    public var siblingOf: CallID?
    /// What notes say became of the call.
    public var settled: SettledFilter?
    /// What the reader may see.
    public var bounds = TrailBounds()
    /// Which calls come first.
    public var order: Order
    /// Rows of a page, 1...1000.
    public var limit: Int
    /// Where the page begins; nil for the newest (or oldest) calls.
    public var cursor: TrailCursor?

    private(set) var fingerprints: [Int64] = []

    /// Which calls come first.
    public enum Order: String, Sendable, CaseIterable {
        /// The latest.
        case newest
        /// The earliest.
        case oldest
    }

    /// The newest 50 calls.
    public init() {
        limit = 50
        order = .newest
    }

    /// Reads `NAME:VALUE`; nil when either is missing.
    public static func key(_ text: String) -> (name: String, value: String)? {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, text.first != ":" else { return nil }
        return (String(parts[0]), String(parts[1]))
    }

    /// Turns the business key into its fingerprints under every version of the key that made them. Without any, a filter by key finds nothing.
    public mutating func resolveKey(with keys: [FingerprintKey]) {
        guard let key else { return }
        fingerprints = keys.map { $0.fingerprint(name: key.name, value: key.value) }
    }

    /// Whether rows are fetched from earlier to later.
    var isAscending: Bool {
        guard let cursor else { return order == .oldest }
        return cursor.direction == .newer
    }

    /// The values that the index of tags leads to, with the seeds of `audit.tags`.
    var tags: [(value: SQLValue, function: String)] {
        var tags: [(value: SQLValue, function: String)] = []
        let exactMethod = method.flatMap { $0.utf8.contains(UInt8(ascii: "*")) ? nil : $0 }
        let texts = [caller, app, seller, exactMethod, nil, code, subCode, topRequestID, clientRequestID]
        for (index, text) in texts.enumerated() {
            guard let text else { continue }
            tags.append((.text(text), "hashtextextended(?, \(index + 1))"))
        }
        if let status, status != 200 { tags.append((.integer(Int64(status)), "hashint2extended(?::smallint, 5)")) }
        return tags
    }

    /// Whether an index without an order leads to the rows: each day's are found and then sorted.
    var isLookUp: Bool { siblingOf != nil || key != nil || ref != nil || !tags.isEmpty }

    /// Whether every match can be one of a few: a document number and an id are not shared by many calls.
    var isRare: Bool { siblingOf != nil || ref != nil || topRequestID != nil || clientRequestID != nil }

    /// Whether long stretches of time can be asked at once: an index leads to the rows, or every row matches.
    var isIndexed: Bool {
        if isLookUp { return true }
        if let outcome, outcome != Outcome.success.rawValue { return true }
        if let minimumDurationMilliseconds { return minimumDurationMilliseconds >= 1000 }
        return method == nil && outcome == nil && status == nil && bounds == TrailBounds()
    }

    /// Whether an open call can match.
    var admitsOpen: Bool {
        guard outcome == nil || outcome == Outcome.open else { return false }
        return status == nil && code == nil && subCode == nil && topRequestID == nil
            && minimumDurationMilliseconds == nil && settled == nil
    }
}
