import JSON

/// One answer as it came.
struct HTTPAnswer: Sendable {
    let status: Int
    /// Names in lower case.
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    subscript(name: String) -> String? { headers.first { $0.name == name.lowercased() }?.value }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON; null when it is none, so that an expectation on a member fails with the whole answer shown.
    var json: JSONValue {
        (try? JSONDocument(body).root) ?? Self.nothing
    }

    /// The last part of a problem's `type`; nil when the answer is no problem document whose status is its own.
    var problem: String? {
        guard self["Content-Type"] == "application/problem+json", json["status"]?.lexeme == "\(status)",
            json["title"]?.string?.isEmpty == false, json["detail"]?.string?.isEmpty == false
        else { return nil }
        return json["type"]?.string?.split(separator: "/").last.map(String.init)
    }

    var outcome: String? { json["outcome"]?.string }

    var id: String? { json["id"]?.string }

    private static let nothing = (try? JSONDocument(Array("null".utf8)))!.root
}

extension HTTPAnswer: CustomStringConvertible {
    var description: String {
        "HTTP \(status)\n" + headers.map { "\($0.name): \($0.value)\n" }.joined() + "\n" + text.prefix(2000)
    }
}
