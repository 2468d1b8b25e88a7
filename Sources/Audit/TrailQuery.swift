/// Which calls a reader asks for. Every filter narrows; nil does not. `TrailFilter.all` declares the filters.
///
/// A query says nothing about what its reader may see. `TrailReader` takes an `AuthorizedTrailQuery` only.
public struct TrailQuery: Sendable {
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
    /// A thing that the call touched. Only its fingerprints are searched.
    public var key: (name: String, value: String)?
    /// A call with which the others share a business key.
    public var siblingOf: CallID?
    /// What notes say became of the call.
    public var settled: SettledFilter?
    /// Which calls come first.
    public var order: Order
    /// Rows of a page, 1...1000.
    public var limit: Int
    /// Where the page begins; nil for the newest (or oldest) calls.
    public var cursor: TrailCursor?

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

    /// The filters that the query has.
    var filters: [TrailFilter] { TrailFilter.all.filter { $0.isGiven(self) } }

    /// The method, unless it is a glob.
    var exactMethod: String? { method.flatMap { Self.isGlob($0) ? nil : $0 } }

    static func isGlob(_ method: String) -> Bool { method.utf8.contains(UInt8(ascii: "*")) }
}
