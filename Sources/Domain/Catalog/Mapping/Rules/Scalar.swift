import JSON

/// A scalar as TOP gets it.
struct Scalar {
    /// The text: a form parameter's value, a JSON string's content or a bare JSON token.
    let text: String
    /// Whether it stands in JSON without quotation marks.
    let isBare: Bool
    /// A date's seconds since 1970.
    var seconds: Int?

    init(text: String, isBare: Bool, seconds: Int? = nil) {
        self.text = text
        self.isBare = isBare
        self.seconds = seconds
    }
}

/// White space as TOP's own clients see it, which drop parameters of nothing else.
package enum Blank {
    package static func contains(_ byte: UInt8) -> Bool {
        byte == 0x20 || (byte >= 0x09 && byte <= 0x0D) || (byte >= 0x1C && byte <= 0x1F)
    }
}

extension JSONValue.Kind {
    /// Whether the value is a text, a number or a truth value.
    var isScalar: Bool {
        switch self {
        case .string, .number, .bool: true
        case .null, .array, .object: false
        }
    }

    /// What the caller gave, in words.
    var inWords: String {
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

    /// What the whole field is expected to be, as a noun phrase.
    var wholeExpectation: String {
        isList ? "a list (\(field.type.text))" : expectation
    }

    /// What a value is expected to be, as a noun phrase; for a list, one element.
    var expectation: String {
        if isEnumeration { return "one of \(choicesInWords)" }
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
