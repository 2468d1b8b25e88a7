/// A parameter as an import read it, with what is in doubt about it.
struct ImportedField: Sendable {
    var field: Field
    var doubts: [String] = []
    /// What its words may say, for the overlay of somebody who knows.
    var proposals: [String] = []
    var children: [ImportedField] = []

    /// The parameter as an entry holds it.
    var whole: Field {
        var field = field
        field.children = children.map(\.whole)
        return field
    }
}
