import JSON

/// The catalog as an OpenAPI 3.1 document: each method's friendly path, or else `/v1/top/METHOD`, with the schema of
/// its request and of `result` in its answer.
public enum OpenAPI {
    /// The document's bytes.
    public static func document(_ catalog: Catalog, version: String = "1") -> [UInt8] {
        var writer = JSONWriter(capacity: 1 << 16)
        writer.beginObject()
        writer.member("openapi", "3.1.0")
        writer.name("info")
        writer.beginObject()
        writer.member("title", "TopRelay")
        writer.member("version", version)
        writer.member("description", "Plain JSON in, a signed call of the Taobao Open Platform out.")
        writer.endObject()
        writer.name("security")
        writer.beginArray()
        writer.bearer()
        writer.endArray()
        writer.name("paths")
        writer.beginObject()
        for entry in catalog.entries {
            writer.name("/v1/top/\(entry.method)")
            writer.operation(of: entry, id: entry.method)
            if let path = entry.path {
                writer.name(path)
                writer.operation(of: entry, id: "\(entry.method).friendly")
            }
        }
        writer.endObject()
        writer.components()
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func bearer() {
        beginObject()
        name("token")
        beginArray()
        endArray()
        endObject()
    }

    fileprivate mutating func operation(of entry: Entry, id: String) {
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
        name("requestBody")
        beginObject()
        name("required")
        bool(true)
        content("application/json") { $0.schema(entry.request, optional: entry.idempotencyPath ?? []) }
        endObject()
        responses(entry)
        endObject()
        endObject()
    }

    private mutating func headers(_ entry: Entry) {
        var names = ["App", "Ref", "DryRun"]
        if entry.session != .none { names.append("Seller") }
        if entry.isIdempotent { names.append("IdempotencyKey") }
        name("parameters")
        beginArray()
        for name in names { reference("#/components/parameters/\(name)") }
        endArray()
    }

    private mutating func reference(_ target: String) {
        beginObject()
        member("$ref", target)
        endObject()
    }

    private mutating func content(_ type: String, _ schema: (inout JSONWriter) -> Void) {
        name("content")
        beginObject()
        name(type)
        beginObject()
        name("schema")
        schema(&self)
        endObject()
        endObject()
    }

    private mutating func responses(_ entry: Entry) {
        name("responses")
        beginObject()
        name("200")
        beginObject()
        member("description", "TOP answered; `outcome` says what became of the call.")
        content("application/json") { $0.answer(entry) }
        endObject()
        name("default")
        reference("#/components/responses/Problem")
        endObject()
    }

    private mutating func answer(_ entry: Entry) {
        beginObject()
        member("type", "object")
        name("properties")
        beginObject()
        for name in ["id", "method", "top_request_id", "request_id"] { property(name, type: "string") }
        name("outcome")
        beginObject()
        name("enum")
        beginArray()
        for outcome in Interpretation.Outcome.allCases { string(outcome.rawValue) }
        endArray()
        endObject()
        property("retryable", type: "boolean")
        name("result")
        schema(entry.response, optional: [])
        endObject()
        endObject()
    }

    mutating func property(_ name: String, type: String) {
        self.name(name)
        beginObject()
        member("type", type)
        endObject()
    }
}
