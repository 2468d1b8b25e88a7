import Postgres

/// The apps and methods that a reader may see.
package struct AccessScope: Sendable, Equatable {
    /// Names of apps. If it is empty, every app.
    package var apps: [String]
    /// Methods, and globs with `*`. If it is empty, every method.
    package var methods: [String]

    /// Makes a scope.
    package init(apps: [String] = [], methods: [String] = []) {
        self.apps = apps
        self.methods = methods
    }
}

extension WhereBuilder {
    mutating func add(_ scope: AccessScope) {
        if !scope.apps.isEmpty { terms.append("app = ANY(\(bind(.array(scope.apps)))::text[])") }
        guard !scope.methods.isEmpty else { return }
        let any = scope.methods.map { methodTerm($0) }
        terms.append("(\(any.joined(separator: " OR ")))")
    }
}
