import Audit
import Catalog
import Relay

/// Makes what describes the service, one at a time, and keeps the last of each while it is small.
actor ServiceDescriptions {
    /// The largest description that is kept, in bytes. A larger one is made anew for each who asks.
    static let maximumKeptBytes = 4 << 20

    private var kept: (catalog: Catalog, openAPI: [UInt8])?

    /// The answer to a route that describes the catalog.
    func answer(_ route: Route, of catalog: Catalog) -> Reply {
        if let kept, kept.catalog.isSame(as: catalog) { return .json(kept.openAPI) }
        let document = OpenAPI.document(catalog, problems: Self.problems, outcomes: Self.outcomes)
        kept = document.count <= Self.maximumKeptBytes ? (catalog, document) : nil
        return .json(document)
    }

    /// Every kind of problem document.
    private static let problems = ProblemType.allCases.map {
        OpenAPI.ProblemKind(name: $0.rawValue, status: $0.status, title: $0.title)
    }

    /// Every outcome that the trail shows.
    private static let outcomes = Outcome.allCases.map(\.rawValue) + [Outcome.open]
}

extension Catalog {
    /// Whether the two hold the very same entries.
    func isSame(as other: Catalog) -> Bool {
        entries.count == other.entries.count && zip(entries, other.entries).allSatisfy { $0 === $1 }
    }
}
