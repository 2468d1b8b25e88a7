/// What an import leaves in doubt.
public struct ImportWarning: Sendable, Equatable, CustomStringConvertible {
    /// The page's line, counted from 1; nil where the warning concerns the whole page.
    public let line: Int?
    /// The row: names from the top with dots between them, as far as they are known; nil if it is about none.
    public let row: String?
    /// What is in doubt, and what was made of it.
    public let detail: String

    init(line: Int?, row: String?, _ detail: String) {
        self.line = line
        self.row = row
        self.detail = detail
    }

    /// `line 12: list.acid: …`.
    public var description: String {
        [line.map { "line \($0)" }, row, detail].compactMap { $0 }.joined(separator: ": ")
    }
}
