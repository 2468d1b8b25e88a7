import Audit
import Catalog
import Requests
import Problems

extension TrailQuery {
    /// The maximum number of names that a problem lists.
    private static let maximumNames = 50

    /// Reads the filters and the order of a query.
    init(
        _ query: QueryString, catalog: Catalog, filters: [TrailFilter] = TrailFilter.all
    ) throws(Problem) {
        self.init()
        try query.put(filters, into: &self)
        order = try query.value(of: AuditParameters.order) ?? order
        try spellKey(as: catalog)
    }

    /// Reads the query of one page.
    init(page query: QueryString, catalog: Catalog) throws(Problem) {
        try self.init(query, catalog: catalog)
        limit = try query.value(of: AuditParameters.limit) ?? limit
        cursor = try query.value(of: AuditParameters.callCursor)
    }

    /// Gives the business key the spelling of the catalog. An unknown name is an error, because it would find nothing.
    private mutating func spellKey(as catalog: Catalog) throws(Problem) {
        guard let key else { return }
        guard let name = catalog.businessKey(named: key.name) else {
            let names = catalog.businessKeyNames
            let rest = names.count > Self.maximumNames ? ", …" : ""
            throw Problem(
                .malformedRequest,
                "key: \"\(key.name.prefix(64))\" is not a business key of the catalog. Use one of: "
                    + names.prefix(Self.maximumNames).joined(separator: ", ") + rest + ".")
        }
        self.key = (name, key.value)
    }
}

extension RejectedRequestQuery {
    /// Reads the query of one page.
    init(page query: QueryString) throws(Problem) {
        self.init()
        try query.put(RejectedRequestFilter.all, into: &self)
        limit = try query.value(of: AuditParameters.limit) ?? limit
        before = try query.value(of: AuditParameters.refusalCursor)
    }
}
