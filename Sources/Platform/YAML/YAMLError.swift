/// Why a text is not one YAML document.
package struct YAMLError: Error, Sendable, Equatable {
    /// The line, counted from 1; nil if the error concerns no line.
    package let line: Int?
    /// What is wrong.
    package let detail: String

    init(line: Int?, _ detail: String) {
        self.line = line
        self.detail = detail
    }
}
