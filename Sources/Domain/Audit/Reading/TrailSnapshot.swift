/// Which transactions a moment sees: a `pg_snapshot` of PostgreSQL.
struct TrailSnapshot: Sendable, Equatable {
    /// As PostgreSQL writes it: `xmin:xmax:xip,…`. Digits, colons and commas only.
    let text: String
    /// Every transaction before this one was over.
    let oldestRunning: Int64
    /// This transaction and every one after it had not begun.
    let next: Int64

    /// Reads PostgreSQL's text; of anything else becomes the snapshot that sees nothing.
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
