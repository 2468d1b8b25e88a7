import Catalog
import JSON
import Requests
import Vault

/// Operations as the table declares them.
extension JSONWriter {
    /// Writes the operations of one path.
    mutating func resource(_ resource: OperationTable.Resource, statuses: [Int]) {
        name(resource.path.text)
        beginObject()
        for operation in resource.operations {
            name(operation.method.rawValue.lowercased())
            self.operation(operation, statuses: statuses)
        }
        endObject()
    }

    private mutating func operation(_ operation: Operation, statuses: [Int]) {
        beginObject()
        member("operationId", operation.id)
        json("tags", #"["\#(OpenAPI.tag(of: operation))"]"#)
        let scopes = operation.scopeNames.joined(separator: " or ")
        member("summary", operation.summary + (scopes.isEmpty ? "" : " (scope \(scopes))"))
        if operation.scope == nil { json("security", "[]") }
        name("parameters")
        beginArray()
        for name in operation.path.names {
            reference("#/components/parameters/\(OpenAPI.component(ofPathName: name))")
        }
        for parameter in operation.parameters { self.parameter(parameter) }
        headers(operation.headers)
        endArray()
        if let body = operation.body { self.body(body) }
        responses(operation, statuses: statuses)
        endObject()
    }

    private mutating func parameter(_ parameter: ParameterDescription) {
        beginObject()
        member("name", parameter.name)
        member("in", "query")
        member("description", parameter.text)
        if parameter.isRequired {
            name("required")
            bool(true)
        }
        if parameter.takesEmpty {
            name("allowEmptyValue")
            bool(true)
        }
        if parameter.isList {
            member("style", "form")
            name("explode")
            bool(false)
        }
        json("schema", parameter.schema)
        endObject()
    }

    private mutating func body(_ body: BodyDescription) {
        let examples = body.example.map { #", "examples": {"usual": {"value": \#($0)}}"# } ?? ""
        json(
            "requestBody",
            """
            {"required": \(body.isRequired), "content": {"\(body.mediaType)": {"schema": \(body.schema)\(examples)}}}
            """)
    }

    private mutating func responses(_ operation: Operation, statuses: [Int]) {
        name("responses")
        beginObject()
        for response in operation.responses {
            name(String(response.status))
            beginObject()
            member("description", response.text)
            if operation.isCall { json("headers", OpenAPI.answerHeaders) }
            if response.mediaTypes.isEmpty {
                endObject()
                continue
            }
            name("content")
            beginObject()
            for mediaType in response.mediaTypes {
                name(mediaType)
                beginObject()
                json("schema", response.schema)
                endObject()
            }
            for _ in 0..<2 { endObject() }
        }
        problems(statuses.filter { status in !operation.responses.contains { $0.status == status } })
        endObject()
    }

    fileprivate mutating func headers(_ headers: [HeaderDescription]) {
        for header in headers { reference("#/components/parameters/\(header.key)") }
    }
}

/// The operation for calls, once for each method of the catalog and once for each path of its own.
extension JSONWriter {
    mutating func calls(
        _ resource: OperationTable.Resource, of catalog: Catalog, _ names: [EntryNames], statuses: [Int]
    ) {
        guard let operation = resource.operations.first else { return }
        for (entry, names) in zip(catalog.entries, names) {
            name(resource.path.prefix + entry.method)
            call(entry, names, id: names.operation, operation, statuses: statuses)
            if let path = entry.path, let id = names.ownOperation {
                name(path)
                call(entry, names, id: id, operation, statuses: statuses)
            }
        }
    }

    private mutating func call(
        _ entry: Entry, _ names: EntryNames, id: String, _ operation: Operation, statuses: [Int]
    ) {
        beginObject()
        name(operation.method.rawValue.lowercased())
        beginObject()
        member("operationId", id)
        member("summary", entry.title.isEmpty ? entry.method : entry.title)
        if !entry.description.isEmpty { member("description", entry.description) }
        if !entry.category.isEmpty { member("x-top-category", entry.category) }
        member("x-top-method", entry.method)
        name("tags")
        beginArray()
        string(names.tag)
        endArray()
        name("parameters")
        beginArray()
        headers(operation.headers.filter { entry.takes($0) })
        endArray()
        requestBody(entry, names)
        callResponses(entry, names, operation, statuses: statuses)
        endObject()
        endObject()
    }

    private mutating func requestBody(_ entry: Entry, _ names: EntryNames) {
        name("requestBody")
        beginObject()
        name("required")
        bool(true)
        name("content")
        beginObject()
        name("application/json")
        beginObject()
        reference("schema", "#/components/schemas/\(names.request)")
        name("examples")
        beginObject()
        name("page")
        beginObject()
        member("summary", "The examples of the method's documentation page")
        name("value")
        raw(entry.exampleRequest())
        for _ in 0..<3 { endObject() }
        formContent(entry, names)
        for _ in 0..<2 { endObject() }
    }

    private mutating func callResponses(
        _ entry: Entry, _ names: EntryNames, _ operation: Operation, statuses: [Int]
    ) {
        name("responses")
        beginObject()
        for response in operation.responses {
            name(String(response.status))
            beginObject()
            member("description", response.text)
            json("headers", OpenAPI.answerHeaders)
            name("content")
            beginObject()
            name(response.mediaTypes[0])
            beginObject()
            name("schema")
            beginObject()
            name("anyOf")
            beginArray()
            reference("#/components/schemas/\(names.answer)")
            reference("#/components/schemas/DryRun")
            reference("#/components/schemas/EarlierCall")
            endArray()
            endObject()
            answerExample(entry)
            for _ in 0..<3 { endObject() }
        }
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
        member("outcome", entry.isAcceptedFirst ? "accepted" : "success")
        member("top_request_id", "a1b2c3d4e5f6")
        name("result")
        raw(entry.exampleResult())
        for _ in 0..<3 { endObject() }
    }
}

extension Entry {
    /// Whether a header applies to calls of the method.
    fileprivate func takes(_ header: HeaderDescription) -> Bool {
        header.key != HeaderDescription.seller.key || session != .none
    }
}

extension OpenAPI {
    /// The component that describes a name in a path.
    static func component(ofPathName name: String) -> String {
        switch name {
        case "method": "Method"
        case "refusal": "RefusalID"
        case "type": "ProblemName"
        case "app": "AppName"
        case "seller": "SellerName"
        case "token": "TokenName"
        default: "ID"
        }
    }

    /// The group of an operation that does not depend on the catalog.
    fileprivate static func tag(of operation: Operation) -> String {
        switch operation.scope {
        case nil: "operation"
        case .relay?, .relayRaw?: "calls"
        case .admin? where operation.path.text.hasPrefix("/v1/admin/"): "admin"
        default: "audit"
        }
    }
}
