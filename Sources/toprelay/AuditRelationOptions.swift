import ArgumentParser
import Audit

/// The filters of `GET /v1/audit/calls` that relate calls to other records. Statistics and `tail` do not have them.
struct AuditRelationOptions: ParsableArguments {
    @Option(help: "What people's notes say became of the call: none, done or not_done.") var settled: String?
    @Option(help: "Calls that share a business key or a document number with the call of this id.")
    var siblingOf: String?

    /// Adds the checked options to a filter.
    func add(to filter: inout TrailFilter) throws {
        filter.settled = try settled.map { text in
            guard let settled = SettledFilter(rawValue: text) else {
                let known = SettledFilter.allCases.map(\.rawValue).joined(separator: ", ")
                throw CommandError.refused("--settled must be one of \(known)")
            }
            return settled
        }
        filter.siblingOf = try siblingOf.map { text in
            guard let id = CallID(text) else {
                throw CommandError.refused("--sibling-of must be a call's id: a UUID of version 7")
            }
            return id
        }
    }
}
