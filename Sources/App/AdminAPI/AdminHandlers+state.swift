import Catalog
import JSON
package import Problems
package import Requests
import Vault

extension AdminHandlers {
    /// `GET /v1/admin/bans`: one page of the bans in force, by app and method.
    package func bans(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let page = try AdminPage(request.query, keyParts: 2)
        let app = try request.query.value(of: AdminParameters.app)
        let method = try request.query.value(of: AdminParameters.method)
        let place = page.after.map { (app: $0[0], method: $0[1]) }
        let bans = try await onVault(for: request) { store throws(VaultError) in
            try await store.listBans(app: app, method: method, after: place, limit: page.fetched)
        }
        return page.reply(bans, key: { [$0.app, $0.method ?? ""] }, write: { $0.write(to: &$1) })
    }

    /// `DELETE /v1/admin/bans`: lifts the bans of an app, or of one method of it, in every replica.
    package func liftBans(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        guard let app = try request.query.value(of: AdminParameters.app) else {
            throw Problem(.malformedRequest, "The query must name the app whose bans are lifted: app=NAME.")
        }
        let method = try request.query.value(of: AdminParameters.method)
        _ = try await onVault(for: request) { store throws(VaultError) in
            try await store.liftBans(app: app, method: method)
        }
        return .removed
    }

    /// `GET /v1/admin/events`: one page of changes, and of readings of sealed requests, newest first.
    package func events(_ request: AuthorizedRequest) async throws(Problem) -> Reply {
        let page = try AdminPage(request.query, keyParts: 1)
        let before = page.after.flatMap { Int64($0[0]) }
        let events = try await onVault(for: request) { store throws(VaultError) in
            try await store.listEvents(before: before, limit: page.fetched)
        }
        return page.reply(events, key: { [String($0.id)] }, write: { $0.write(to: &$1) })
    }

    /// `GET /v1/admin/catalog`: the state of this replica's catalog.
    package func catalog(_ request: AuthorizedRequest) -> Reply {
        let state = catalogState()
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        json.name("methods")
        json.integer(state.methods)
        json.optional("folder", state.folder)
        for (name, faults) in [("faults", state.faults), ("protections_lost", state.protectionsLost)] {
            json.name(name)
            json.beginArray()
            for fault in faults.prefix(1000) { fault.write(to: &json) }
            json.endArray()
        }
        json.endObject()
        return .json(json.bytes)
    }
}

extension CatalogError.Fault {
    fileprivate func write(to json: inout JSONWriter) {
        json.beginObject()
        json.name("file")
        json.string(file)
        if let line {
            json.name("line")
            json.integer(line)
        }
        json.name("detail")
        json.string(detail)
        json.endObject()
    }
}
