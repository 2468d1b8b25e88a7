/// A place that breaks one of the project's rules.
struct Violation: Equatable, CustomStringConvertible {
    /// The path from the repository's root.
    var path: String
    /// The line, from 1; nil for a rule about the file as a whole.
    var line: Int?
    /// What is wrong, and what to do.
    var message: String

    var description: String {
        if let line { "\(path):\(line): \(message)" } else { "\(path): \(message)" }
    }
}

extension [Violation] {
    /// One line a violation, for a test's comment.
    var listed: String { map(\.description).joined(separator: "\n") }
}
