/// The values of a filter that takes several. A call matches if it has any of them.
package struct ValueList<Value: Sendable & Equatable>: Sendable, Equatable {
    /// The maximum number of values.
    package static var maximumCount: Int { 20 }

    /// The values: at least one.
    package var values: [Value]

    /// Makes a list of one value.
    package init(_ value: Value) { values = [value] }

    init(_ values: [Value]) { self.values = values }

    /// The value, if there is exactly one.
    package var only: Value? { values.count == 1 ? values[0] : nil }

    /// Whether a value is in the list.
    package func contains(_ value: Value) -> Bool { values.contains(value) }

    /// Reads values that are separated by commas. A comma in a value is written as `\,`.
    /// - Returns: nil if there are too many values, or one is empty or malformed.
    init?(_ text: String, read: (String) -> Value?) {
        var values: [Value] = []
        for part in Self.parts(of: text) {
            guard !part.isEmpty, values.count < Self.maximumCount, let value = read(part) else { return nil }
            if !values.contains(value) { values.append(value) }
        }
        self.values = values
    }

    private static func parts(of text: String) -> [String] {
        var parts: [String.UnicodeScalarView] = [.init()]
        var isAfterBackslash = false
        for scalar in text.unicodeScalars {
            if scalar == "," {
                if isAfterBackslash {
                    parts[parts.count - 1].removeLast()
                    parts[parts.count - 1].append(scalar)
                } else {
                    parts.append(.init())
                }
            } else {
                parts[parts.count - 1].append(scalar)
            }
            isAfterBackslash = scalar == "\\"
        }
        return parts.map { String($0) }
    }
}

extension ValueList: ExpressibleByStringLiteral, ExpressibleByUnicodeScalarLiteral,
    ExpressibleByExtendedGraphemeClusterLiteral
where Value == String {
    package init(stringLiteral value: String) { self.init(value) }
}

extension ValueList: ExpressibleByIntegerLiteral where Value == Int {
    package init(integerLiteral value: Int) { self.init(value) }
}
