extension Setting where Value == Int {
    /// A whole number within a range.
    static func integer(
        _ name: String, default standard: Int, in range: ClosedRange<Int>, of unit: String, reason: String
    ) -> Setting {
        Setting(
            name, default: String(standard), form: "\(range.lowerBound)–\(range.upperBound) \(unit)", reason: reason
        ) { text throws(SettingExpectation) in
            try number(text, in: range, of: unit)
        }
    }

    /// Digits alone: no sign, no blanks, no separators.
    static func number(
        _ text: String, in range: ClosedRange<Int>, of unit: String
    ) throws(SettingExpectation) -> Int {
        let isDigits = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isDigits, let number = Int(text), range.contains(number) else {
            throw SettingExpectation("a whole number of \(range.lowerBound)–\(range.upperBound) \(unit) is expected")
        }
        return number
    }
}

extension Setting where Value == Duration {
    /// A whole number of seconds within a range.
    static func seconds(
        _ name: String, default standard: Int?, in range: ClosedRange<Int>, reason: String
    ) -> Setting {
        Setting(
            name, default: standard.map { String($0) }, form: "\(range.lowerBound)–\(range.upperBound) seconds",
            reason: reason
        ) { text throws(SettingExpectation) in
            .seconds(try Setting<Int>.number(text, in: range, of: "seconds"))
        }
    }
}

extension Setting where Value: RawRepresentable<String> & CaseIterable {
    /// One of a few words.
    static func choice(_ name: String, default standard: Value, reason: String) -> Setting {
        let words = Value.allCases.map(\.rawValue).joined(separator: "|")
        return Setting(name, default: standard.rawValue, form: words, reason: reason) {
            text throws(SettingExpectation) in
            guard let value = Value(rawValue: text) else { throw SettingExpectation("one of \(words) is expected") }
            return value
        }
    }
}

extension Setting where Value == String {
    /// A path of a file or folder that must be there when the process starts.
    static func path(_ name: String, of kind: PathKind, reason: String) -> Setting {
        Setting(name, default: nil, form: "path of a \(kind.rawValue)", reason: reason) {
            text throws(SettingExpectation) in
            guard kind.exists(at: text) else {
                throw SettingExpectation("a \(kind.rawValue) that can be read is expected")
            }
            return text
        }
    }
}
