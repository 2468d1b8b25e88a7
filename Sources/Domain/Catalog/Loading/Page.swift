/// What a method's documentation page says: the content of an entry's first file.
struct Page: Sendable, Equatable {
    var method: String
    var title = ""
    var category = ""
    var description = ""
    var session = Entry.Session.none
    var request: [Field] = []
    /// Groups of the request's parameters of which one must be given; those of a group stand in one object.
    var rules: [[Overlay.Path]] = []
    var response: [Field] = []
    var responseRoot = ""
}
