package import JSON

/// One answer as it came.
package struct HTTPAnswer: Sendable, Equatable {
    package let status: Int
    /// Names in lower case.
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    package init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package static func == (left: HTTPAnswer, right: HTTPAnswer) -> Bool {
        left.status == right.status && left.body == right.body
            && left.headers.elementsEqual(right.headers) { $0.name == $1.name && $0.value == $1.value }
    }

    package subscript(name: String) -> String? { headers.first { $0.name == name.lowercased() }?.value }

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON. It is null for another body, so that an expectation on a member fails and shows the answer.
    package var json: JSONValue {
        (try? JSONDocument(body).root) ?? Self.nothing
    }

    /// The last part of a problem's `type`; nil unless the answer is a problem document with the answer's own status.
    package var problem: String? {
        guard self["Content-Type"] == "application/problem+json", json["status"]?.lexeme == "\(status)",
            json["title"]?.string?.isEmpty == false, json["detail"]?.string?.isEmpty == false
        else { return nil }
        return json["type"]?.string?.split(separator: "/").last.map(String.init)
    }

    package var outcome: String? { json["outcome"]?.string }

    package var id: String? { json["id"]?.string }

    private static let nothing = (try? JSONDocument(Array("null".utf8)))!.root
}

extension HTTPAnswer: CustomStringConvertible {
    package var description: String {
        "HTTP \(status)\n" + headers.map { "\($0.name): \($0.value)\n" }.joined() + "\n" + text.prefix(2000)
    }
}
