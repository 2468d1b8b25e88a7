import Postgres
import TestSupport
import Testing
import Vault

@testable import Audit

/// What a reader may see follows from its token, whatever it asks for.
@Suite struct AuthorizedQueryTests {
    private func token(apps: Set<String> = [], methods: [String] = []) -> TrailAccess {
        limitedReader(apps: apps, methods: methods)
    }

    private func forbidden(_ body: () throws -> Void) -> String? {
        let error = #expect(throws: TrailReadError.self) { try body() }
        guard case .forbidden(let text)? = error else { return nil }
        return text
    }

    @Test("An app or a method beyond the token is refused by name; a glob finds what it shares with the token's")
    func appBeyondToken() throws {
        let access = token(apps: ["a", "b"], methods: ["x.*"])
        var query = TrailQuery()
        query.app = "c"
        #expect(
            forbidden { _ = try AuthorizedTrailQuery(query, for: access) }
                == "The token bounded does not allow the app c.")
        query.app = "a"
        query.method = "y.z"
        let told = forbidden { _ = try AuthorizedTrailQuery(query, for: access) }
        #expect(told == "The token bounded does not allow the method y.z.")
        query.method = "*.z"
        let authorized = try AuthorizedTrailQuery(query, for: access)
        #expect(authorized.scope == AccessScope(apps: [], methods: ["x.*"]) && authorized.query.app == "a")
        var rejected = RejectedRequestQuery()
        rejected.method = "y.z"
        #expect(forbidden { _ = try AuthorizedRejectedRequestQuery(rejected, for: access) } == told)
        // Each of several values is checked.
        var several = TrailQuery()
        several.app = ValueList(["a", "c"])
        #expect(
            forbidden { _ = try AuthorizedTrailQuery(several, for: access) }
                == "The token bounded does not allow the app c.")
    }

    @Test("A query that asks for no app gets the token's: a single one as a filter, several as bounds")
    func queryWithoutApp() throws {
        let one = try AuthorizedTrailQuery(TrailQuery(), for: token(apps: ["a"], methods: ["x.y"]))
        #expect(one.query.app == "a" && one.query.method == "x.y" && one.scope == AccessScope())
        let two = try AuthorizedTrailQuery(TrailQuery(), for: token(apps: ["b", "a"]))
        #expect(two.query.app == nil && two.scope == AccessScope(apps: ["a", "b"]))
        let all = try AuthorizedTrailQuery(TrailQuery(), for: .terminal)
        #expect(all.query.app == nil && all.scope == AccessScope())
    }

    @Test("A call beyond the token is refused, also as the one whose siblings are asked for; its own caller sees it")
    func callBeyondToken() async throws {
        try await withTrail { trail in
            let reader = trail.reader()
            defer { reader.close() }
            var call = KnownCall(callID(try await trail.now() - 1000))
            call.rows = .ended
            let known = call
            try await trail.database.withConnection(trail.loop) { try await known.insert(on: $0) }
            let (own, other) = (token(apps: ["main"]), token(apps: ["elsewhere"]))
            #expect(try await reader.call(known.id, for: own)?.id == known.id)
            #expect(try await reader.call(callID(1), for: other) == nil)
            var query = TrailQuery()
            query.siblingOf = known.id
            _ = try await reader.authorize(query, for: own, keys: [])
            let asked = query
            for attempt in [
                { () async throws in _ = try await reader.call(known.id, for: other) },
                { () async throws in _ = try await reader.authorize(asked, for: other, keys: []) },
            ] {
                let error = await #expect(throws: TrailReadError.self) { try await attempt() }
                #expect(error?.description == "The token bounded does not allow calls of this app, method and seller.")
            }
            let caller = AccessToken(id: "1", name: "shop", hash: [], scopes: [.relay])
            let stranger = AccessToken(id: "2", name: "stranger", hash: [], scopes: [.relay])
            #expect(try await reader.ownCall(known.id, of: caller)?.id == known.id)
            #expect(try await reader.ownCall(known.id, of: stranger) == nil)
        }
    }

    @Test("Every filter is declared with a name of its own, and takes a value of the form that it names")
    func filterDeclarations() {
        #expect(Set(TrailFilter.all.map(\.name)).count == TrailFilter.all.count)
        for filter in TrailFilter.all {
            let value =
                switch filter.values {
                case .text, .list(.text): "a"
                case .instant: "2026-01-31T08:00:00Z"
                case .number(let range): "\(range.upperBound)"
                case .choice(let words): words.last ?? ""
                case .businessKey: "phone:1"
                case .callID: callID(1).text
                case .list(.choice(let words)): words.suffix(2).joined(separator: ",")
                case .list(.number(let range)): "\(range.lowerBound),\(range.upperBound)"
                case .list: ""
                }
            var query = TrailQuery()
            #expect(filter.put(value, into: &query), "\(filter.name)")
            #expect(query.filters.map(\.name) == [filter.name])
            guard filter.values != .text, filter.values != .list(.text) else { continue }
            #expect(!filter.put("?", into: &query), "\(filter.name)")
        }
    }
}

/// A reader whose token is limited.
func limitedReader(apps: Set<String> = [], methods: [String] = []) -> TrailAccess {
    .token(
        AccessToken(
            id: "0", name: "bounded", hash: [], scopes: [.auditRead], apps: apps,
            methods: methods.compactMap { MethodGlob($0) }))
}
