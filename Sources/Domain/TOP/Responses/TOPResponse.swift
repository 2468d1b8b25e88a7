import Bytes
package import JSON

/// TOP's response to a call, read from the body.
package enum TOPResponse: Sendable {
    /// The object inside the `…_response` wrapper.
    case response(JSONValue)
    /// The object inside `error_response`.
    case error(TOPError)
    /// Neither was found. The reason never quotes the body.
    case unreadable(String)

    /// Reads a body in TOP's JSON format. It tolerates raw control characters, repeated names and bytes that are not
    /// UTF-8.
    ///
    /// An `error_response` at the root, or in a root member `body`, wins. What else is a response depends on the form.
    /// Any other object is unreadable: an envelope of another platform says nothing of a TOP call.
    /// - Parameters:
    ///   - body: as it was received.
    ///   - method: the method's name.
    ///   - form: where the response stands.
    ///   - isDocumented: whether the method's response documents a name. Only flat forms ask.
    package static func read(
        _ body: [UInt8], method: String, form: ResponseForm = .wrapped,
        isDocumented: (Span<UInt8>) -> Bool = { _ in false }
    ) -> TOPResponse {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(body, options: .tolerant)
        } catch {
            return .unreadable(reason(for: error, in: body))
        }
        let root = document.root
        guard root.kind == .object else { return .unreadable("the response is JSON, but not an object") }
        if let error = error(in: root) ?? root["body"].flatMap({ error(in: $0) }) { return .error(error) }
        if let response = form.response(in: root, method: method, isDocumented) { return .response(response) }
        return .unreadable("the response is a JSON object without a TOP response in it")
    }

    private static func error(in object: JSONValue) -> TOPError? {
        guard let value = object["error_response"], value.kind == .object else { return nil }
        var error = TOPError(reading: value)
        if object.repeats("error_response") || object.documentRoot.repeats("body") { error.isAmbiguous = true }
        return error
    }

    /// TOP's id of the request; nil if the answer holds none.
    package var topRequestID: String? {
        switch self {
        case .response(let inner): Self.topRequestID(in: inner)
        case .error(let error): error.topRequestID
        case .unreadable: nil
        }
    }

    /// TOP's id of the request, inside the wrapper or next to it.
    package static func topRequestID(in inner: JSONValue) -> String? {
        (inner["request_id"]?.scalarText ?? inner.documentRoot["request_id"]?.scalarText)
            .flatMap { $0.isEmpty || $0.utf8.count > TOPError.maximumCodeBytes ? nil : $0 }
    }

    private static func reason(for error: JSONError, in body: [UInt8]) -> String {
        if error.reason == .empty { return "the response is empty" }
        let first = body.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        if first == UInt8(ascii: "<") { return "the response is HTML or XML, not JSON" }
        if error.offset >= body.count { return "the response is incomplete: its JSON does not end" }
        return "the response is not JSON: \(error.description)"
    }
}
