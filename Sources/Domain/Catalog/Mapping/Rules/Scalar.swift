import JSON

/// A scalar for TOP.
struct Scalar {
    /// The value of a form parameter, the content of a JSON string, or a JSON number or Boolean.
    let text: String
    /// Whether JSON has it without quotation marks.
    let isBare: Bool
    /// A date's seconds since 1970.
    var seconds: Int?

    init(text: String, isBare: Bool, seconds: Int? = nil) {
        self.text = text
        self.isBare = isBare
        self.seconds = seconds
    }
}

extension JSONValue.Kind {
    /// Whether the value is a text, a number or a Boolean.
    var isScalar: Bool {
        switch self {
        case .string, .number, .bool: true
        case .null, .array, .object: false
        }
    }

    /// The kind as a noun phrase for callers.
    var noun: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

extension CompiledField {
    var isScalar: Bool {
        switch kind {
        case .string, .number, .boolean, .date, .price, .decimal: !isList && content == nil
        case .json, .map, .bytes, .object: false
        }
    }

    /// The expected value of the whole field, as a noun phrase.
    var wholeExpectation: String {
        isList ? "a list (\(field.type.text))" : expectation
    }

    /// The expected value, as a noun phrase; for a list, one of its elements.
    var expectation: String {
        if isEnumeration { return "one of \(choicesText)" }
        if let form = field.dateForm { return form.expectation }
        switch kind {
        case .string: return content == nil ? "a text" : "JSON, or a text that holds it"
        case .number, .decimal: return "a number"
        case .price: return "a decimal number"
        case .boolean: return "true or false"
        case .date: return "a date and time"
        case .json: return "JSON"
        case .map, .object: return "an object"
        case .bytes: return "a file, as base64 or as a file part"
        }
    }
}
