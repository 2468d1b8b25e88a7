import Postgres

/// The apps, methods and sellers that a reader may see.
package struct AccessScope: Sendable, Equatable {
    /// Names of apps. If it is empty, every app.
    package var apps: [String]
    /// Methods, and globs with `*`. If it is empty, every method.
    package var methods: [String]
    /// Sellers, and globs with `*`. If it is empty, every seller, and what has none.
    package var sellers: [String]

    /// Makes a scope.
    package init(apps: [String] = [], methods: [String] = [], sellers: [String] = []) {
        self.sellers = sellers
        self.apps = apps
        self.methods = methods
    }
}

extension WhereBuilder {
    mutating func add(_ scope: AccessScope) {
        if !scope.apps.isEmpty { terms.append("app = ANY(\(bind(.array(scope.apps)))::text[])") }
        for (column, patterns) in [("method", scope.methods), ("seller", scope.sellers)] where !patterns.isEmpty {
            let any = patterns.map { globTerm(column, $0) }
            terms.append("(\(any.joined(separator: " OR ")))")
        }
        // Stored counts have an empty text for calls without a seller.
        if !scope.sellers.isEmpty { terms.append("seller <> ''") }
    }
}
