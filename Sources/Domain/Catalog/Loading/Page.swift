/// The content of an entry's first file: a method's documentation page.
struct Page: Sendable, Equatable {
    var method: String
    var title = ""
    var category = ""
    var description = ""
    var session = Entry.Session.none
    var request: [Field] = []
    /// Groups of parameters of which at least one is required. All parameters of a group are in one object.
    var rules: [[Overlay.Path]] = []
    var response: [Field] = []
    var responseRoot = ""
}
