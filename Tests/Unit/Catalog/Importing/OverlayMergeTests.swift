import Testing

@testable import Catalog

@Suite("Own overlays change the embedded ones")
struct OverlayMergeTests {
    private static let method = "tmall.aliauto.carprofile.sync"

    private func catalog(_ overlay: String) throws -> Catalog {
        try Catalog.embedded(with: [
            CatalogFile(name: "\(Self.method).overlay.yaml", text: "method: \(Self.method)\n" + overlay)
        ])
    }

    private func entry(_ catalog: Catalog) throws -> Entry { try #require(catalog.entry(method: Self.method)) }

    @Test("An overlay of one member keeps the rest")
    func oneMember() throws {
        let catalog = try catalog("open: true\n")
        let (entry, embedded) = (try entry(catalog), try entry(try Catalog.embedded()))
        #expect(entry.takesUnknownNames && !embedded.takesUnknownNames)
        #expect(entry.path == embedded.path && entry.isPersonal && entry.outcome == embedded.outcome)
        #expect(entry.request.map(\.sensitivity) == embedded.request.map(\.sensitivity))
        #expect(catalog.protectionsLost.isEmpty)
    }

    @Test(
        "What is switched off is listed",
        arguments: [
            ("personal: false\n", "switches off personal"), ("outcome: false\n", "switches off outcome.success"),
            ("outcome: {success: []}\n", "switches off outcome.success"),
            ("request: {phone: {sensitive: false}}\n", "switches off sensitive of request phone"),
            ("request: {phone: false}\n", "switches off sensitive of request phone"),
            ("request: false\n", "switches off sensitive of request phone"),
        ])
    func switchedOff(overlay: String, loss: String) throws {
        let catalog = try catalog(overlay)
        #expect(catalog.protectionsLost.map(\.detail).contains(loss), "\(catalog.protectionsLost)")
        #expect(catalog.protectionsLost.allSatisfy { $0.file == "\(Self.method).overlay.yaml" })
    }

    @Test("A path is switched off, and lists replace")
    func replacedMembers() throws {
        #expect(try entry(try catalog("path: false\n")).path == nil)
        #expect(try entry(try catalog("path: /v1/own/profiles\n")).path == "/v1/own/profiles")
        let flags = try entry(try catalog("outcome: {success: [{field: errcode, is: '0000'}]}\n")).outcome.success
        #expect(flags.map(\.path) == [["errcode"]])
    }

    @Test("Faults of the own file keep its name and its lines")
    func faultsOfOwnFile() throws {
        let error = #expect(throws: CatalogError.self) { try catalog("open: true\nrequest: {nothing: {key: x}}\n") }
        #expect(error?.faults.first?.file == "\(Self.method).overlay.yaml")
        #expect(error?.faults.first?.line == 3)
    }
}
