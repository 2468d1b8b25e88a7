/// The coding of a response body, by its `Content-Encoding`.
enum ContentCoding: Equatable {
    case identity, gzip
    /// A coding that was not asked for, or more than one.
    case other

    /// Reads the value of one field.
    init(_ value: String) {
        switch value.lowercased() {
        case "", "identity": self = .identity
        case "gzip", "x-gzip": self = .gzip
        default: self = .other
        }
    }

    /// The combined coding of two fields of one response.
    func followed(by next: ContentCoding) -> ContentCoding {
        if self == .identity { return next }
        return next == .identity ? self : .other
    }
}
