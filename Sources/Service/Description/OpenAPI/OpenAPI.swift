import JSON

/// The service as an OpenAPI 3.1 document: each method under `/v1/top/METHOD`, and under its friendly path where it has
/// one, with the schemas of its request and of `result` in its answer; the audit trail; what operators ask.
public enum OpenAPI {
    /// A kind of problem document, as the service knows it.
    public struct ProblemKind: Sendable, Equatable {
        /// The last part of its `type`.
        public let name: String
        /// The HTTP status.
        public let status: Int
        /// The text that is the same for every problem of the kind.
        public let title: String

        /// Makes a kind.
        public init(name: String, status: Int, title: String) {
            self.name = name
            self.status = status
            self.title = title
        }
    }

    /// The document's bytes. `problems` are all kinds of problem documents, `outcomes` all outcomes of the audit trail.
    public static func document(
        _ catalog: Catalog, version: String = "1", problems: [ProblemKind] = [], outcomes: [String] = []
    ) -> [UInt8] {
        let statuses = Set(problems.map(\.status)).sorted()
        var writer = JSONWriter(capacity: 1 << 16)
        writer.beginObject()
        writer.member("openapi", "3.1.0")
        writer.info(version: version)
        writer.json("servers", #"[{"url": "/"}]"#)
        writer.json("security", #"[{"token": []}]"#)
        writer.name("paths")
        writer.beginObject()
        for entry in catalog.entries {
            writer.name("/v1/top/\(entry.method)")
            writer.operation(of: entry, id: entry.method, statuses: statuses)
            if let path = entry.path {
                writer.name(path)
                writer.operation(of: entry, id: "\(entry.method).friendly", statuses: statuses)
            }
        }
        writer.servicePaths(statuses: statuses)
        writer.endObject()
        writer.components(catalog, problems: problems, outcomes: outcomes)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    /// A member whose value is written out as JSON.
    mutating func json(_ name: String, _ value: String) {
        self.name(name)
        raw(value.utf8)
    }

    /// A member that refers to another place of the document.
    mutating func reference(_ name: String, _ target: String) {
        self.name(name)
        reference(target)
    }

    /// A reference to another place of the document.
    mutating func reference(_ target: String) {
        beginObject()
        member("$ref", target)
        endObject()
    }

    fileprivate mutating func info(version: String) {
        name("info")
        beginObject()
        member("title", "TopRelay")
        member("version", version)
        member(
            "description",
            """
            Plain JSON in, a signed call of the Taobao Open Platform out. Members of a request are also accepted in \
            camelCase. A schema cannot say everything that is checked: times must exist, numbers have no exponent, and \
            some fields depend on one another; every fault is reported with a JSON pointer.
            """)
        endObject()
    }

    fileprivate mutating func operation(of entry: Entry, id: String, statuses: [Int]) {
        beginObject()
        name("post")
        beginObject()
        member("operationId", id)
        member("summary", entry.title.isEmpty ? entry.method : entry.title)
        if !entry.description.isEmpty { member("description", entry.description) }
        if !entry.category.isEmpty {
            name("tags")
            beginArray()
            string(entry.category)
            endArray()
        }
        headers(entry)
        requestBody(entry)
        responses(entry, statuses: statuses)
        endObject()
        endObject()
    }

    private mutating func headers(_ entry: Entry) {
        var names = ["App", "Ref", "DryRun", "RequestID", "TraceParent"]
        if entry.session != .none { names.append("Seller") }
        if entry.isIdempotent { names.append("IdempotencyKey") }
        name("parameters")
        beginArray()
        for name in names { reference("#/components/parameters/\(name)") }
        endArray()
    }

    private mutating func requestBody(_ entry: Entry) {
        name("requestBody")
        beginObject()
        name("required")
        bool(true)
        name("content")
        beginObject()
        name("application/json")
        beginObject()
        reference("schema", "#/components/schemas/\(entry.method)")
        name("examples")
        beginObject()
        name("page")
        beginObject()
        member("summary", "The examples of the method's documentation page")
        name("value")
        raw(entry.exampleRequest())
        for _ in 0..<3 { endObject() }
        formContent(entry)
        for _ in 0..<2 { endObject() }
    }

    private mutating func responses(_ entry: Entry, statuses: [Int]) {
        name("responses")
        beginObject()
        name("200")
        beginObject()
        member(
            "description", "TOP answered; `outcome` says what became of the call. With Top-Dry-Run, what would be sent."
        )
        json("headers", OpenAPI.answerHeaders)
        name("content")
        beginObject()
        name("application/json")
        beginObject()
        name("schema")
        beginObject()
        name("anyOf")
        beginArray()
        reference("#/components/schemas/\(entry.method).answer")
        reference("#/components/schemas/DryRun")
        endArray()
        endObject()
        answerExample(entry)
        for _ in 0..<3 { endObject() }
        problems(statuses)
        endObject()
    }

    private mutating func answerExample(_ entry: Entry) {
        name("examples")
        beginObject()
        name("page")
        beginObject()
        member("summary", "The examples of the method's documentation page")
        name("value")
        beginObject()
        member("id", "019b2a3c-4d5e-7f60-8a1b-2c3d4e5f6071")
        member("method", entry.method)
        member("outcome", entry.outcome.isAccepted ? "accepted" : "success")
        member("top_request_id", "a1b2c3d4e5f6")
        name("result")
        raw(entry.exampleResult())
        for _ in 0..<3 { endObject() }
    }
}

extension Entry {
    /// The page's example answer as a caller reads it: an object of plain JSON.
    func exampleResult() -> [UInt8] {
        guard let answer = try? JSONDocument(exampleAnswer(requestID: "r")), let inner = answer.root[responseRoot]
        else {
            return Array("{}".utf8)
        }
        return plainResult(inner)
    }
}
