import Audit
import Catalog
import Problems
import Relay

/// Makes the documents that describe the service, one at a time, and keeps the last of each if it is small.
actor ServiceDescriptions {
    /// The maximum size of a document that is kept, in bytes. A larger one is made for each request.
    static let maximumKeptBytes = 4 << 20

    private var catalog: Catalog?
    private var openAPI: [UInt8]?
    private var docs: [UInt8]?

    /// The reply to `GET /openapi.json`.
    func openAPI(of catalog: Catalog) -> Reply {
        follow(catalog)
        return .json(
            Self.kept(&openAPI) { OpenAPI.document(catalog) })
    }

    /// The reply to `GET /docs`.
    func docs(of catalog: Catalog) -> Reply {
        follow(catalog)
        return DocsPage.reply(Self.kept(&docs) { DocsPage.page(catalog) })
    }

    /// The reply to `GET /docs/{method}`.
    func docs(of entry: Entry?) -> Reply {
        guard let entry else { return Problem(.internalError, "The path does not name a method.").reply }
        return DocsPage.reply(DocsPage.page(of: entry))
    }

    /// Drops documents of another catalog.
    private func follow(_ catalog: Catalog) {
        guard self.catalog?.isSame(as: catalog) != true else { return }
        (openAPI, docs) = (nil, nil)
        self.catalog = catalog
    }

    private static func kept(_ place: inout [UInt8]?, _ make: () -> [UInt8]) -> [UInt8] {
        if let place { return place }
        let made = make()
        if made.count <= maximumKeptBytes { place = made }
        return made
    }
}

extension Catalog {
    /// Whether both have identical entries.
    func isSame(as other: Catalog) -> Bool {
        entries.count == other.entries.count && zip(entries, other.entries).allSatisfy { $0 === $1 }
    }
}
