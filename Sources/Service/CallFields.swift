import NIOHTTP1

/// The header fields of a call, found in one look through all that there are.
struct CallFields {
    private(set) var authorization: String?
    private(set) var traceParent: String?
    private(set) var refs: [String] = []
    private(set) var app = SingleField(name: "Top-App")
    private(set) var seller = SingleField(name: "Top-Seller")
    private(set) var isDryRun = SingleField(name: "Top-Dry-Run")
    private(set) var requestID = SingleField(name: "X-Request-Id")
    private(set) var idempotencyKey = SingleField(name: "Idempotency-Key")

    init(_ headers: HTTPHeaders) {
        for (name, value) in headers { note(name, value) }
    }

    private mutating func note(_ name: String, _ value: String) {
        switch name.utf8.count {
        case 7 where Self.matches(name, "top-app"): app.note(value)
        case 7 where Self.matches(name, "top-ref"): refs.append(value)
        case 10 where Self.matches(name, "top-seller"): seller.note(value)
        case 11 where Self.matches(name, "top-dry-run"): isDryRun.note(value)
        case 11 where Self.matches(name, "traceparent"): traceParent = traceParent ?? value
        case 12 where Self.matches(name, "x-request-id"): requestID.note(value)
        case 13 where Self.matches(name, "authorization"): authorization = authorization ?? value
        case 15 where Self.matches(name, "idempotency-key"): idempotencyKey.note(value)
        default: break
        }
    }

    /// Whether two texts of one length are the same but for the case of letters; `lowercase` holds no upper-case ones.
    private static func matches(_ name: String, _ lowercase: String) -> Bool {
        let (name, lowercase) = (name.utf8.span, lowercase.utf8.span)
        for index in name.indices {
            let byte = name[index]
            guard ((0x41...0x5A).contains(byte) ? byte | 0x20 : byte) == lowercase[index] else { return false }
        }
        return true
    }
}
