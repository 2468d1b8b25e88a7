/// Filters calls by the notes that settle them. Open calls never match.
package enum SettledFilter: String, Sendable, CaseIterable {
    /// No note settles the call.
    case none
    /// The last note that settles the call states that it was done.
    case done
    /// The last note that settles the call states that it was not done.
    case notDone = "not_done"

    /// The condition on a row `c` of `audit.calls`.
    var term: String {
        let last =
            "(SELECT settles FROM audit.notes AS n WHERE n.call = c.id AND settles IS NOT NULL ORDER BY n.id DESC LIMIT 1)"
        return self == .none ? "\(last) IS NULL" : "\(last) = '\(rawValue)'"
    }
}
