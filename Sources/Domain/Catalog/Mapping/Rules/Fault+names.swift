extension Fault {
    /// How the detail of a fault begins that is about a name, and not about what stands there.
    static let unknownField = "unknown field"
    static let unknownFile = "unknown file"

    /// The pointer as it may be kept: `shown` says what of the caller's own name of something unknown, which may be anything.
    package func pointer(naming shown: (String) -> String) -> String {
        guard detail.hasPrefix(Self.unknownField) || detail.hasPrefix(Self.unknownFile),
            let slash = pointer.lastIndex(of: "/")
        else { return pointer }
        return pointer[...slash] + shown(String(pointer[slash...].dropFirst()))
    }
}
