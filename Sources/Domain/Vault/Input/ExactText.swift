/// A text that is compared by its bytes, as PostgreSQL compares it.
///
/// Swift holds canonically equivalent texts (é as one scalar or as two) to be equal; two such aliases are two rows in
/// the database, and neither may answer for the other.
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
