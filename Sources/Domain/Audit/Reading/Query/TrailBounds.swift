import Postgres

/// The apps and methods beyond which a reader sees nothing.
package struct TrailBounds: Sendable, Equatable {
    /// Names of apps; empty: every one.
    package var apps: [String]
    /// Methods, and globs with `*`; empty: every one.
    package var methods: [String]

    /// All members.
    package init(apps: [String] = [], methods: [String] = []) {
        self.apps = apps
        self.methods = methods
    }
}

extension TrailClause {
    mutating func add(_ bounds: TrailBounds) {
        if !bounds.apps.isEmpty { terms.append("app = ANY(\(bind(.text(Self.array(bounds.apps))))::text[])") }
        guard !bounds.methods.isEmpty else { return }
        let any = bounds.methods.map { methodTerm($0) }
        terms.append("(\(any.joined(separator: " OR ")))")
    }

    private static func array(_ texts: [String]) -> String {
        let quoted = texts.map { text in
            "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        return "{" + quoted.joined(separator: ",") + "}"
    }
}
