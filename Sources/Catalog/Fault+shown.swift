extension Fault {
    /// How the detail of a fault begins that is about a name, and not about what stands there.
    static let unknownField = "unknown field"
    static let unknownFile = "unknown file"

    /// The pointer as it may be kept: the caller's own name of what is unknown may be anything, and is `*`.
    public var shownPointer: String {
        guard detail.hasPrefix(Self.unknownField) || detail.hasPrefix(Self.unknownFile) else { return pointer }
        return (pointer.lastIndex(of: "/").map { pointer[..<$0] } ?? "") + "/*"
    }
}
