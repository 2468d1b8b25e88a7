/// What a method's documentation page says: the content of an entry's first file.
struct Page: Sendable, Equatable {
    var method: String
    var title = ""
    var category = ""
    var description = ""
    var session = Entry.Session.none
    var request: [Field] = []
    var response: [Field] = []
    var responseRoot = ""
}
