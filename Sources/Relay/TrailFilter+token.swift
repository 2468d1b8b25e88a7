public import Audit
public import Problems
public import Vault

extension TrailFilter {
    /// The filter within what a token may read. An app or a method that is asked for and lies outside is refused.
    public func narrowed(to token: AccessToken) throws(Problem) -> TrailFilter {
        var filter = self
        filter.bounds = try token.bounds(app: app, method: method)
        // A single one is found by its index, and by the aggregates that are kept.
        if filter.app == nil, filter.bounds.apps.count == 1 { filter.app = filter.bounds.apps[0] }
        if filter.app != nil { filter.bounds.apps = [] }
        if let method = filter.method {
            if !method.utf8.contains(UInt8(ascii: "*")) { filter.bounds.methods = [] }
        } else if filter.bounds.methods.count == 1 {
            filter.method = filter.bounds.methods.removeFirst()
        }
        return filter
    }
}

extension RefusalFilter {
    /// The filter within what a token may read. A method that is asked for and lies outside is refused.
    public func narrowed(to token: AccessToken) throws(Problem) -> RefusalFilter {
        var filter = self
        filter.bounds = try token.bounds(app: nil, method: method)
        return filter
    }
}

extension AccessToken {
    /// What the token may read of the trail, where these are asked for. A glob is no method: it finds what it shares with the token's.
    func bounds(app: String?, method: String?) throws(Problem) -> TrailBounds {
        if let app, !allows(app: app) { throw beyond("the app \(app.prefix(64))") }
        if let method, !method.utf8.contains(UInt8(ascii: "*")), !allows(method: method) {
            throw beyond("the method \(method.prefix(128))")
        }
        return TrailBounds(apps: apps.sorted(), methods: methods.map(\.pattern))
    }

    /// Refuses a call of an app or a method that the token is not for.
    func checkMayRead(_ row: TrailRow) throws(Problem) {
        guard allows(app: row.app), allows(method: row.method) else { throw beyond("calls of this app and method") }
    }

    private func beyond(_ what: String) -> Problem { Problem(.forbidden, "The token \(name) is not for \(what).") }
}
