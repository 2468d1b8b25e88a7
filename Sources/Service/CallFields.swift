import HTTP1

/// The header fields of a call, found in one look through all that there are.
struct CallFields {
    private(set) var traceParent: String?
    private(set) var refs: [String] = []
    private(set) var app = SingleField(name: "Top-App")
    private(set) var seller = SingleField(name: "Top-Seller")
    private(set) var isDryRun = SingleField(name: "Top-Dry-Run")
    private(set) var requestID = SingleField(name: "X-Request-Id")
    private(set) var idempotencyKey = SingleField(name: "Idempotency-Key")

    init(_ headers: HeaderFields) {
        for index in headers.indices { note(headers, index) }
    }

    private mutating func note(_ headers: HeaderFields, _ index: Int) {
        func isName(_ name: String) -> Bool { headers.isName(name, at: index) }
        var value: String { headers.value(at: index) }
        switch headers.nameLength(at: index) {
        case 7 where isName("top-app"): app.note(value)
        case 7 where isName("top-ref"): refs.append(value)
        case 10 where isName("top-seller"): seller.note(value)
        case 11 where isName("top-dry-run"): isDryRun.note(value)
        case 11 where isName("traceparent"): traceParent = traceParent ?? value
        case 12 where isName("x-request-id"): requestID.note(value)
        case 15 where isName("idempotency-key"): idempotencyKey.note(value)
        default: break
        }
    }
}
