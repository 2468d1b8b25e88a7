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
    /// An `error_response` at the root, or in a root member `body`, has precedence. The response is the root member
    /// named after the method, or else the first object whose name ends in `_response`. Any other object is unreadable,
    /// because the envelope of another platform does not tell the outcome of a TOP call.
    package static func read(_ body: [UInt8], method: String) -> TOPResponse {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(body, options: .tolerant)
        } catch {
            return .unreadable(reason(for: error, in: body))
        }
        let root = document.root
        guard root.kind == .object else { return .unreadable("the response is JSON, but not an object") }
        if let error = error(in: root) ?? root["body"].flatMap({ error(in: $0) }) { return .error(error) }
        if let expected = value(in: root, named: method), expected.kind == .object { return .response(expected) }
        if let other = otherResponse(in: root) { return .response(other) }
        return .unreadable("the response is a JSON object without a TOP response in it")
    }

    private static func error(in object: JSONValue) -> TOPError? {
        guard let value = object["error_response"], value.kind == .object else { return nil }
        var error = TOPError(reading: value)
        if object.repeats("error_response") || object.documentRoot.repeats("body") { error.isAmbiguous = true }
        return error
    }

    /// The first object at the root whose name ends in `_response`.
    private static func otherResponse(in root: JSONValue) -> JSONValue? {
        var found: JSONPlace?
        root.forEachField { name, place in
            guard found == nil, name.count > suffix.count,
                name.extracting(last: suffix.count).isEqual(to: suffix.span)
            else { return }
            if root.kind(at: place) == .object { found = place }
        }
        return found.map { root.value(at: $0) }
    }

    /// The name of the wrapper of a method's responses: the method without a leading `taobao.`, with underscores for
    /// dots, and with the suffix `_response`.
    package static func rootName(of method: String) -> String {
        var name: [UInt8] = []
        for byte in method.utf8.dropFirst(method.utf8.starts(with: prefix) ? prefix.count : 0) {
            name.append(byte == UInt8(ascii: ".") ? UInt8(ascii: "_") : byte)
        }
        name += suffix
        return String(decoding: name, as: UTF8.self)
    }

    /// The member of the root that is named after the method.
    private static func value(in root: JSONValue, named method: String) -> JSONValue? {
        var found: JSONPlace?
        method.withUTF8Span { method in
            root.forEachField { name, place in
                if found == nil, isRoot(name, of: method) { found = place }
            }
        }
        return found.map { root.value(at: $0) }
    }

    /// Whether a name equals `rootName`, without allocating it.
    private static func isRoot(_ name: Span<UInt8>, of method: Span<UInt8>) -> Bool {
        let cut = method.count >= prefix.count && method.extracting(first: prefix.count).isEqual(to: prefix.span)
        let method = method.extracting(droppingFirst: cut ? prefix.count : 0)
        guard name.count == method.count + suffix.count,
            name.extracting(last: suffix.count).isEqual(to: suffix.span)
        else { return false }
        for index in 0..<method.count {
            let byte = method[index] == UInt8(ascii: ".") ? UInt8(ascii: "_") : method[index]
            if name[index] != byte { return false }
        }
        return true
    }

    private static let prefix = Array("taobao.".utf8)
    private static let suffix = Array("_response".utf8)

    /// TOP's id of the request; nil if the response does not have one.
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
