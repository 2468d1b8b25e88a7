import Audit
import Catalog
import EventLoop
import HTTP1
import Problems
import Relay
import Time

/// The header fields that the service reads. One pass over a request's header finds them. Nothing else reads headers.
struct RequestFields: Sendable {
    /// The server refuses requests that repeat this field.
    private(set) var authorization: ArraySlice<UInt8>?
    /// The server refuses requests that repeat this field.
    private(set) var contentType: String?
    private(set) var contentEncoding: String?
    private(set) var traceParent: String?
    private(set) var acceptLanguage: String?
    private(set) var refs: [String] = []
    private(set) var ifMatch: [String] = []
    private(set) var ifNoneMatch: [String] = []
    private(set) var forwardedFor: String?
    private(set) var app = SingleField(name: "Top-App")
    private(set) var seller = SingleField(name: "Top-Seller")
    private(set) var dryRun = SingleField(name: "Top-Dry-Run")
    private(set) var timeout = SingleField(name: "Top-Timeout")
    private(set) var requestID = SingleField(name: "X-Request-Id")
    private(set) var idempotencyKey = SingleField(name: "Idempotency-Key")

    init(_ headers: HeaderFields) {
        for index in headers.indices { note(headers, index) }
    }

    private mutating func note(_ headers: HeaderFields, _ index: Int) {
        func isName(_ name: String) -> Bool { headers.isName(name, at: index) }
        var value: String { headers.value(at: index).withoutOuterBlanks }
        switch headers.nameLength(at: index) {
        case 7 where isName("top-app"): app.note(value)
        case 7 where isName("top-ref"): refs.append(value)
        case 8 where isName("if-match"): ifMatch.append(value)
        case 10 where isName("top-seller"): seller.note(value)
        case 11 where isName("top-dry-run"): dryRun.note(value)
        case 11 where isName("top-timeout"): timeout.note(value)
        case 11 where isName("traceparent"): traceParent = traceParent ?? value
        case 12 where isName("x-request-id"): requestID.note(value)
        case 12 where isName("content-type"): contentType = contentType ?? value
        case 13 where isName("authorization"):
            if authorization == nil { authorization = headers.valueBytes(at: index).withoutOuterBlanks }
        case 13 where isName("if-none-match"): ifNoneMatch.append(value)
        case 15 where isName("x-forwarded-for"): forwardedFor = forwardedFor ?? value
        case 15 where isName("accept-language"): acceptLanguage = acceptLanguage ?? value
        case 15 where isName("idempotency-key"): idempotencyKey.note(value)
        case 16 where isName("content-encoding"): contentEncoding = contentEncoding ?? value
        default: break
        }
    }

    /// The caller's id of the request.
    /// - Throws: `malformed-request` for any value that a response must not repeat.
    func clientRequestID() throws(Problem) -> String? {
        guard let value = try requestID.value() else { return nil }
        return try CallHeaders.requestID(value)
    }

    /// Whether the call is a dry run. An empty value is refused, so that a mistake does not make a real call.
    func isDryRun() throws(Problem) -> Bool {
        try CallHeaders.flag(dryRun.name, dryRun.value(emptyIsAbsent: false))
    }

    /// The seconds that the call may take; nil if the caller sets no limit. An empty value is refused.
    func timeoutSeconds() throws(Problem) -> Int? {
        guard let value = try timeout.value(emptyIsAbsent: false) else { return nil }
        return try CallHeaders.timeoutSeconds(value)
    }

    /// The origin of the request. A client can send any `X-Forwarded-For`, so the address of the connection stands
    /// first.
    func origin(_ address: String?) -> String {
        let direct = address ?? "unix socket"
        guard let forwardedFor else { return direct }
        let shown = forwardedFor.utf8.prefix(200).filter { (0x20...0x7E).contains($0) }
        return "\(direct), X-Forwarded-For: \(String(decoding: shown, as: UTF8.self))"
    }

    /// Records a call that its caller may not make as a rejected request. A dry run is not recorded. Call it on the
    /// worker's loop.
    /// - Returns: the problem, with the `X-Request-Id` that the record has.
    func rejected(_ problem: Problem, of entry: Entry, by caller: String?, on worker: Worker) -> Problem {
        guard (try? isDryRun()) != true else { return problem }
        var rejected = RejectedRequest(
            problem, atMilliseconds: WallClock.milliseconds(), caller: caller, method: entry.method,
            app: try? app.value(), seller: try? seller.value())
        rejected.traceID = CallHeaders.traceID(traceParent)
        rejected.refs = (try? CallHeaders.refs(refs)) ?? []
        rejected.clientRequestID = try? clientRequestID()
        rejected.relayRequestID = rejected.clientRequestID == nil ? RelayResponder.newID().text : nil
        worker.rejectedRequests.value.record(rejected)
        var problem = problem
        problem.shownRequestID = rejected.clientRequestID ?? rejected.relayRequestID
        return problem
    }
}

/// A header field that a request may give once.
struct SingleField: Sendable {
    let name: String
    /// The first value; nil without one.
    private var first: String?
    /// How often the request has the field.
    private var count = 0

    init(name: String) { self.name = name }

    mutating func note(_ value: String) {
        if count == 0 { first = value }
        count += 1
    }

    /// The field's value; nil if the request does not have it.
    /// - Throws: `malformed-request` if the request has the field several times.
    func value(emptyIsAbsent: Bool = true) throws(Problem) -> String? {
        guard count <= 1 else { throw Problem(.malformedRequest, "The header \(name) is given \(count) times.") }
        guard let first, !(emptyIsAbsent && first.isEmpty) else { return nil }
        return first
    }
}

/// The description of the body in the header.
extension RequestFields {
    /// The boundary of a call whose body is `multipart/form-data`; nil for JSON. Only methods with files take
    /// multipart.
    func boundary(_ entry: Entry) throws(Problem) -> MultipartBoundary? {
        try checkIsPlain()
        guard let type = contentType, type != "application/json" else { return nil }
        let takesFiles = entry.takesFiles
        if takesFiles, let boundary = try MultipartBoundary(contentType: type) { return boundary }
        try Self.checkIsJSON(type, orMultipart: takesFiles)
        return nil
    }

    /// Checks that the body is declared as JSON in UTF-8, or not declared at all.
    func checkIsJSON() throws(Problem) {
        try checkIsPlain()
        guard let type = contentType, type != "application/json" else { return }
        try Self.checkIsJSON(type, orMultipart: false)
    }

    private static let linesTypes = [
        "application/x-ndjson", "application/ndjson", "application/jsonl", "application/octet-stream",
    ]

    /// Checks that the body is declared as lines of JSON, or not declared at all.
    func checkIsNDJSON() throws(Problem) {
        try checkIsPlain()
        let media = contentType?.lowercased().prefix { $0 != ";" }.filter { $0 != " " }
        guard let media, !Self.linesTypes.contains(media) else {
            return
        }
        throw Problem(.unsupportedMediaType, "The body must be sent with Content-Type: application/x-ndjson.")
    }

    /// Checks that the body is not compressed.
    private func checkIsPlain() throws(Problem) {
        if let contentEncoding, contentEncoding.lowercased() != "identity" {
            throw Problem(.unsupportedMediaType, "A compressed body is not accepted: send it without Content-Encoding.")
        }
    }

    private static func checkIsJSON(_ type: String, orMultipart: Bool) throws(Problem) {
        let parts = type.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
        guard let media = parts.first,
            media == "application/json" || media.hasPrefix("application/") && media.hasSuffix("+json")
        else {
            let types = "application/json" + (orMultipart ? " or \(MultipartBoundary.mediaType)" : "")
            throw Problem(.unsupportedMediaType, "The body must be sent with Content-Type: \(types).")
        }
        for part in parts.dropFirst() where part.hasPrefix("charset=") {
            guard part == "charset=utf-8" || part == "charset=\"utf-8\"" else {
                throw Problem(.unsupportedMediaType, "The body must be UTF-8.")
            }
        }
    }
}

extension String {
    /// The text without blanks (SP, HTAB) at its ends, which are not part of a header's value (RFC 9110, 5.5).
    fileprivate var withoutOuterBlanks: String {
        guard let first = utf8.first, let last = utf8.last, Self.isBlank(first) || Self.isBlank(last) else {
            return self
        }
        var bytes = utf8[...]
        while let byte = bytes.first, Self.isBlank(byte) { bytes.removeFirst() }
        while let byte = bytes.last, Self.isBlank(byte) { bytes.removeLast() }
        return String(Substring(bytes))
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

extension ArraySlice<UInt8> {
    /// The bytes without blanks (SP, HTAB) at their ends.
    fileprivate var withoutOuterBlanks: Self {
        var bytes = self
        while bytes.first == 0x20 || bytes.first == 0x09 { bytes.removeFirst() }
        while bytes.last == 0x20 || bytes.last == 0x09 { bytes.removeLast() }
        return bytes
    }
}
