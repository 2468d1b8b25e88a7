import Bytes
package import Problems

/// The decoded parameters of a request's query.
package struct QueryString: Sendable {
    /// The maximum number of parameters.
    package static let maximumCount = 64

    private var values: [(name: String, value: String)] = []

    /// Reads `a=b&c=d`. Names and values are percent-encoded UTF-8, and `+` is a space.
    /// - Throws: `malformed-request` for too many parameters, a wrong encoding or a NUL character.
    package init(_ query: String?) throws(Problem) {
        guard let query, !query.isEmpty else { return }
        for pair in query.split(separator: "&") {
            guard values.count < Self.maximumCount else {
                throw Problem(.malformedRequest, "A query has at most \(Self.maximumCount) parameters.")
            }
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(parts[0], plusIsSpace: true),
                let value = parts.count > 1 ? Self.decode(parts[1], plusIsSpace: true) : ""
            else {
                throw Problem(.malformedRequest, "The query is not percent-encoded UTF-8.")
            }
            // PostgreSQL cannot store NUL in a text.
            guard !value.utf8.contains(0) else {
                throw Problem(.malformedRequest, "A value of the query has a NUL character.")
            }
            values.append((name, value))
        }
    }

    /// Checks the query against the declared parameters.
    /// - Throws: `malformed-request` for an unknown, repeated or empty parameter. An empty one is allowed if
    ///   `takesEmpty` is true.
    package func check(_ declared: [ParameterDescription]) throws(Problem) {
        var seen: Set<String> = []
        for (name, value) in values {
            guard let parameter = declared.first(where: { $0.name == name }) else {
                let known = declared.map(\.name).sorted().joined(separator: ", ")
                throw Problem(
                    .malformedRequest,
                    "The query parameter \"\(name.prefix(64))\" is unknown; "
                        + (known.isEmpty ? "this path takes none." : "known are: \(known)."))
            }
            guard seen.insert(name).inserted else {
                throw Problem(.malformedRequest, "The query parameter \"\(name)\" is repeated.")
            }
            guard !value.isEmpty || parameter.takesEmpty else {
                throw Problem(
                    .malformedRequest, "The query parameter \"\(name)\" is empty. Give it a value or leave it out.")
            }
        }
    }

    /// Whether one of these parameters is there more than once.
    package func repeats(_ names: [String]) -> Bool {
        names.contains { name in values.count { $0.name == name } > 1 }
    }

    /// The value of a parameter; nil if it is absent.
    /// - Throws: `malformed-request` for a malformed value.
    package func value<Value>(of parameter: Parameter<Value>) throws(Problem) -> Value? {
        guard let text = self[parameter.description.name] else { return nil }
        guard let value = parameter.read(text) else {
            throw Problem(.malformedRequest, "\(parameter.description.name) must be \(parameter.requirement).")
        }
        return value
    }

    /// The text of a parameter; nil if it is absent or empty.
    package subscript(name: String) -> String? {
        values.first { $0.name == name && !$0.value.isEmpty }?.value
    }

    /// Percent-decodes a text; nil for a broken escape or invalid UTF-8.
    package static func decode(_ text: Substring, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(Hex.value(of:)),
                    let low = rest.popFirst().flatMap(Hex.value(of:))
                else {
                    return nil
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
