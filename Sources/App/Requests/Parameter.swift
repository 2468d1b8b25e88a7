/// A parameter of a query as it is declared, once.
///
/// The checks of a request, the OpenAPI document and the manual read it. The module `Requests` holds what every HTTP
/// interface of the relay shares: declared parameters, queries, and requests that their callers may make. It may use
/// Problems, Vault, Audit and Catalog for their types. It knows neither HTTP servers nor what is done with a request.
package struct ParameterDescription: Sendable {
    /// The name in the query.
    package let name: String
    /// What it does, for readers of documentation.
    package let text: String
    /// The JSON Schema of its value, as JSON.
    package let schema: String
    /// Its values in a few words, for the manual.
    package let values: String
    /// Whether an empty value counts as an absent one. Where a parameter narrows the answer, an empty value is refused:
    /// the answer would be wider than what was meant.
    package let takesEmpty: Bool
    /// Whether the value is a list with commas between its elements.
    package let isList: Bool

    /// All members.
    package init(
        name: String, text: String, schema: String, values: String, takesEmpty: Bool = false, isList: Bool = false
    ) {
        self.name = name
        self.text = text
        self.schema = schema
        self.values = values
        self.takesEmpty = takesEmpty
        self.isList = isList
    }
}

/// A parameter of a query with the type of its value.
package struct Parameter<Value: Sendable>: Sendable {
    /// What documentation and checks know of it.
    package let description: ParameterDescription
    /// What a value must be, as the end of a sentence.
    package let requirement: String
    /// Makes a value of a text; nil when it is none.
    package let read: @Sendable (String) -> Value?

    /// All members.
    package init(
        _ description: ParameterDescription, requirement: String, read: @escaping @Sendable (String) -> Value?
    ) {
        self.description = description
        self.requirement = requirement
        self.read = read
    }
}

extension Parameter where Value == Int {
    /// A whole number.
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
    /// One word of several.
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
    /// Several words of a list, each once.
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
            requirement: "a list of these, each once, with commas between: " + words.joined(separator: ", "),
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
