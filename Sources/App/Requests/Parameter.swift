/// A query parameter, declared once. The checks of a request, the OpenAPI document and the manual read it.
///
/// The module `Requests` has what all HTTP interfaces of the relay share: declared parameters, query strings and
/// authorized requests. It may use the types of Problems, Vault, Audit and Catalog. It must not know HTTP servers or
/// what handlers do.
package struct ParameterDescription: Sendable {
    /// The name in the query.
    package let name: String
    /// What the parameter does, for the documentation.
    package let text: String
    /// The JSON Schema of the value, as JSON.
    package let schema: String
    /// The values in a few words, for the manual.
    package let values: String
    /// Whether an empty value counts as an absent one. A filter refuses an empty value, because the result would be
    /// larger than intended.
    package let takesEmpty: Bool
    /// Whether the value is a comma-separated list.
    package let isList: Bool
    /// Whether a request must have it.
    package let isRequired: Bool

    /// Makes a description.
    package init(
        name: String, text: String, schema: String, values: String, takesEmpty: Bool = false, isList: Bool = false,
        isRequired: Bool = false
    ) {
        self.name = name
        self.text = text
        self.schema = schema
        self.values = values
        self.takesEmpty = takesEmpty
        self.isList = isList
        self.isRequired = isRequired
    }
}

/// A query parameter with the type of its value.
package struct Parameter<Value: Sendable>: Sendable {
    /// The description for documentation and checks.
    package let description: ParameterDescription
    /// What a value must be, as the end of a sentence.
    package let requirement: String
    /// Parses a value; returns nil if it is malformed.
    package let read: @Sendable (String) -> Value?

    /// Makes a parameter.
    package init(
        _ description: ParameterDescription, requirement: String, read: @escaping @Sendable (String) -> Value?
    ) {
        self.description = description
        self.requirement = requirement
        self.read = read
    }
}

extension Parameter where Value == Int {
    /// A parameter that takes a whole number.
    package static func integer(
        _ name: String, _ range: ClosedRange<Int>, default standard: Int? = nil, _ text: String
    ) -> Parameter {
        let ends = "\"minimum\": \(range.lowerBound), \"maximum\": \(range.upperBound)"
        let usual = standard.map { ", \"default\": \($0)" } ?? ""
        return Parameter(
            ParameterDescription(
                name: name, text: text,
                schema: #"{"type": "integer", \#(ends)\#(usual)}"#,
                values: "\(range.lowerBound)–\(range.upperBound)" + (standard.map { "; default \($0)" } ?? ""),
                takesEmpty: true),
            requirement: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            read: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } })
    }
}

extension Parameter where Value: RawRepresentable<String> & CaseIterable {
    /// A parameter that takes one word of several.
    package static func choice(_ name: String, default standard: Value, _ text: String) -> Parameter {
        let words = Value.allCases.map(\.rawValue)
        let list = words.map { "\"\($0)\"" }.joined(separator: ", ")
        return Parameter(
            ParameterDescription(
                name: name, text: text,
                schema: #"{"type": "string", "enum": [\#(list)], "default": "\#(standard.rawValue)"}"#,
                values: words.map { "`\($0)`" }.joined(separator: ", ") + "; default `\(standard.rawValue)`",
                takesEmpty: true),
            requirement: words.count == 2 ? words.joined(separator: " or ") : "one of " + words.joined(separator: ", "),
            read: { Value(rawValue: $0) })
    }
}

extension Parameter {
    /// A parameter that takes a list of words, each at most once.
    package static func list<Word: RawRepresentable<String> & CaseIterable & Hashable & Sendable>(
        _ name: String, _ text: String
    ) -> Parameter where Value == [Word] {
        let words = Word.allCases.map(\.rawValue)
        let list = words.map { "\"\($0)\"" }.joined(separator: ", ")
        return Parameter(
            ParameterDescription(
                name: name, text: text,
                schema: #"{"type": "array", "uniqueItems": true, "items": {"type": "string", "enum": [\#(list)]}}"#,
                values: "any of " + words.map { "`\($0)`" }.joined(separator: ", "), takesEmpty: true, isList: true),
            requirement: "a comma-separated list of these, each at most once: " + words.joined(separator: ", "),
            read: { text in
                var found: [Word] = []
                for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                    guard let word = Word(rawValue: String(part)), !found.contains(word) else { return nil }
                    found.append(word)
                }
                return found
            })
    }
}
