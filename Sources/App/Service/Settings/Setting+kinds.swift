import FoundationEssentials

extension Setting where Value == Int {
    /// A whole number in a range.
    static func integer(
        _ name: String, default standard: Int, in range: ClosedRange<Int>, of unit: String, reason: String
    ) -> Setting {
        Setting(
            name, default: String(standard), form: "\(range.lowerBound)–\(range.upperBound) \(unit)", reason: reason
        ) { text throws(SettingValueError) in
            try number(text, in: range, of: unit)
        }
    }

    /// Reads digits. Signs, blanks and separators are not allowed.
    static func number(
        _ text: String, in range: ClosedRange<Int>, of unit: String
    ) throws(SettingValueError) -> Int {
        let isDigits = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isDigits, let number = Int(text), range.contains(number) else {
            throw SettingValueError("must be a whole number of \(range.lowerBound)–\(range.upperBound) \(unit)")
        }
        return number
    }
}

extension Setting where Value == Duration {
    /// A whole number of seconds in a range.
    static func seconds(
        _ name: String, default standard: Int?, in range: ClosedRange<Int>, reason: String
    ) -> Setting {
        Setting(
            name, default: standard.map { String($0) }, form: "\(range.lowerBound)–\(range.upperBound) seconds",
            reason: reason
        ) { text throws(SettingValueError) in
            .seconds(try Setting<Int>.number(text, in: range, of: "seconds"))
        }
    }
}

extension Setting where Value: RawRepresentable<String> & CaseIterable {
    /// One of several words.
    static func choice(_ name: String, default standard: Value, reason: String) -> Setting {
        let words = Value.allCases.map(\.rawValue).joined(separator: "|")
        return Setting(name, default: standard.rawValue, form: words, reason: reason) {
            text throws(SettingValueError) in
            guard let value = Value(rawValue: text) else { throw SettingValueError("must be one of \(words)") }
            return value
        }
    }
}

extension Setting where Value == String {
    /// The path of a file or folder that must exist at start.
    static func path(_ name: String, of kind: PathKind, reason: String) -> Setting {
        Setting(name, default: nil, form: "path of a \(kind.rawValue)", reason: reason) {
            text throws(SettingValueError) in
            guard kind.exists(at: text) else {
                throw SettingValueError("must be the path of a readable \(kind.rawValue)")
            }
            return text
        }
    }
}

/// The kind of file that a setting's path names.
enum PathKind: String, Sendable {
    case file
    case folder

    /// Whether a readable file of this kind exists.
    func exists(at path: String) -> Bool {
        var isFolder = false
        let files = FileManager.default
        guard files.fileExists(atPath: path, isDirectory: &isFolder), files.isReadableFile(atPath: path) else {
            return false
        }
        return isFolder == (self == .folder)
    }
}
