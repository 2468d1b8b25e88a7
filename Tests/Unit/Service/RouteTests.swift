import Catalog
import Problems
import Relay
import Testing

@testable import Service

@Suite struct RouteTests {
    private static let id = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"

    private static let table = OperationTable()
    private static let catalog = Result { try Catalog.embedded() }

    private func find(_ path: String) throws -> OperationTable.Route {
        try Self.table.find(path, in: try Self.catalog.get())
    }

    @Test("Every path of the service leads where it should, with its HTTP methods")
    func everyPathOfService() throws {
        let expected: [(path: String, operation: String, allow: String)] = [
            ("/livez", "live", "GET, HEAD"), ("/readyz", "ready", "GET, HEAD"), ("/metrics", "metrics", "GET, HEAD"),
            ("/openapi.json", "openAPI", "GET, HEAD"), ("/v1/audit/calls", "listCalls", "GET, HEAD"),
            ("/v1/audit/calls/\(Self.id)", "auditCall", "GET, HEAD"), ("/v1/calls/\(Self.id)", "ownCall", "GET, HEAD"),
            ("/v1/calls/\(Self.id.uppercased())", "ownCall", "GET, HEAD"),
            ("/v1/audit/refusals", "listRefusals", "GET, HEAD"), ("/v1/audit/stats", "stats", "GET, HEAD"),
            ("/v1/audit/export", "exportCalls", "GET, HEAD"),
            ("/v1/audit/calls/\(Self.id)/notes", "addNote", "POST"), ("/docs", "docs", "GET, HEAD"),
            ("/console", "console", "GET, HEAD"),
            ("/docs/tmall.car.lease.freedownpayment.put", "methodDocs", "GET, HEAD"),
            ("/v1/top/tmall.car.lease.freedownpayment.put", "call", "POST"),
            ("/v1/top/tmall%2Ecar%2elease.freedownpayment.put", "call", "POST"),
        ]
        for (path, name, allow) in expected {
            let route = try find(path)
            #expect(route.resource.operations.map(\.id) == [name], "\(path)")
            #expect(route.resource.allow == allow, "\(path)")
            for method in allow.split(separator: ", ") {
                #expect(try route.resource.operation(for: String(method)).id == name, "\(path)")
            }
            let problem = #expect(throws: Problem.self) { try route.resource.operation(for: "DELETE") }
            #expect(problem?.type == .methodNotAllowed && problem?.allow == allow)
        }
    }

    @Test("Each method has its friendly path")
    func friendlyPaths() throws {
        let contract = [
            "/v1/aliauto/car-profiles": "tmall.aliauto.carprofile.sync",
            "/v1/rentcar/store-vehicle-models": "alitrip.rentcar.commodity.storevehmodel.base.change.notify",
            "/v1/car-lease/zero-down-payments": "tmall.car.lease.freedownpayment.put",
            "/v1/logistics/address-abilities": "taobao.logistics.address.ability.tms.async",
            "/v1/crm/card-sales": "alibaba.alsc.crm.card.batch.sell",
        ]
        for (path, method) in contract {
            let (route, same) = (try find(path), try find("/v1/top/" + method))
            #expect(route.resource === same.resource && route.resource.operations.map(\.id) == ["call"])
            #expect(route.argument.entry?.method == method && route.argument.entry === same.argument.entry)
        }
    }

    @Test(
        "Anything else is not found",
        arguments: [
            "", "*", "/problems", "/problems/", "/problems/no-such", "/livez/", "//livez", "/LIVEZ", "/v1", "/v1/top",
            "/v1/top/", "/v1/top/no.such.method",
            "/v1/top/tmall.car.lease.freedownpayment.put/", "/v1/top/tmall.car.lease.freedownpayment.put%",
            "/v1/top/%ff", "/v1/top/tmall+car", "/v1/calls", "/v1/calls/", "/v1/calls/x", "/v1/calls/%30",
            "/v1/calls/017f22e2-79b0-4cc3-98c4-dc0c0c07398f", "/v1/audit", "/v1/audit/calls/", "/v1/audit/calls/7",
            "/v1/audit/calls/notes", "/v1/audit/calls//notes", "/v1/audit/calls/7/notes", "/docs/", "/docs/no.such",
            "/v1/crm/card-sales/", "/v1/../livez", "/%6civez",
        ])
    func notFound(_ path: String) {
        let problem = #expect(throws: Problem.self) { try find(path) }
        #expect(problem?.type == .notFound)
    }
}
