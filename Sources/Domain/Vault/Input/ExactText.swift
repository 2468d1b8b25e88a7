/// A text that is compared by its bytes, as in PostgreSQL.
///
/// In Swift, canonically equivalent texts (é as one scalar or as two) are equal. In the database such aliases are two
/// rows, and one must not be used for the other.
struct ExactText: Sendable, Hashable {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        for byte in text.utf8 {
            hasher.combine(byte)
        }
        hasher.combine(UInt8(0xFF))
    }
}
