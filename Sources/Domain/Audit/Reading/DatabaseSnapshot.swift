/// A `pg_snapshot` of PostgreSQL: which transactions were visible at an instant.
struct DatabaseSnapshot: Sendable, Equatable {
    /// The text as PostgreSQL writes it: `xmin:xmax:xip,…`. It has only digits, colons and commas.
    let text: String
    /// `xmin`: every earlier transaction had ended.
    let oldestRunning: Int64
    /// `xmax`: this transaction and all later ones had not begun.
    let next: Int64

    /// Reads PostgreSQL's text. Any other text gives a snapshot that sees nothing.
    init(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let oldest = Int64(parts[0]), let next = Int64(parts[1]),
            parts[2].utf8.allSatisfy({ $0 == UInt8(ascii: ",") || (0x30...0x39).contains($0) })
        else {
            (self.text, oldestRunning, self.next) = ("1:1:", 1, 1)
            return
        }
        (self.text, oldestRunning, self.next) = (text, oldest, next)
    }
}
