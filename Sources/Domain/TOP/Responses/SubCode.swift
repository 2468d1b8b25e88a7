/// A `sub_code`, split for classification.
struct SubCode {
    /// The part before a `:`, which begins a field name or a reason, without the suffix `-tmall`.
    let head: Substring

    init(_ text: String) {
        let head = text.prefix { $0 != ":" }
        let suffix = "-tmall"
        self.head = head.hasSuffix(suffix) ? head.dropLast(suffix.count) : head
    }

    func starts(_ prefix: String) -> Bool { head.hasPrefix(prefix) }

    /// Whether the code matches `isp.*` with this suffix.
    func isPlatform(endingIn suffix: String) -> Bool {
        head.hasPrefix("isp.") && head.hasSuffix(suffix)
    }

    /// Codes about the session occur with and without the prefix `isv.`.
    private static let sessionCodes: Set<String> = [
        "invalid-session", "invalid-sessionkey", "missing-session", "missing-sessionkey", "session-expired",
        "session-invalid", "session-not-exist", "sessionkey-expired", "sessionkey-not-exist",
        "sessionkey-not-generated-by-server",
    ]

    /// Whether the code means that the session is not usable.
    var isAboutSession: Bool {
        let bare = head.hasPrefix("isv.") ? head.dropFirst(4) : head
        return Self.sessionCodes.contains(String(bare))
    }
}
