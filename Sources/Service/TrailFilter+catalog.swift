import Audit
import Catalog
import Problems
import Relay

extension TrailFilter {
    /// The most names that a refusal tells.
    private static let maximumNames = 50

    /// The filter with the catalog's own spelling of its business key; a name that no entry has would find nothing, and is refused.
    func checked(against catalog: Catalog) throws(Problem) -> TrailFilter {
        guard let key else { return self }
        var filter = self
        guard let name = catalog.businessKey(named: key.name) else {
            let names = catalog.businessKeyNames
            let rest = names.count > Self.maximumNames ? ", …" : ""
            throw Problem(
                .malformedRequest,
                "key: \"\(key.name.prefix(64))\" is no business key of the catalog; there are: "
                    + names.prefix(Self.maximumNames).joined(separator: ", ") + rest + ".")
        }
        filter.key = (name, key.value)
        return filter
    }
}
