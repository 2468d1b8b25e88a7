package import Audit
import Problems
package import Requests

/// The parameters of the audit API. `TrailFilter.all` and `RejectedRequestFilter.all` declare the filters.
package enum AuditParameters {
    package static let order = Parameter<TrailQuery.Order>.choice("order", default: .newest, "Which calls come first.")
    package static let limit = Parameter.integer(
        "limit", 1...TrailQuery.maximumLimit, default: 50, "The maximum number of entries of a page.")
    package static let callCursor = cursor(of: "`pagination.next` or `pagination.prev`") { TrailCursor($0) }
    static let refusalCursor = cursor(of: "`pagination.next`") { Int64($0) }
    package static let include = Parameter(
        ParameterDescription(
            name: "include", text: "The masked texts to show with each call.",
            schema: #"{"type": "string", "pattern": "^((request|response)(,(request|response))*)?$"}"#,
            values: "`request`, `response` or both, with a comma between", takesEmpty: true),
        requirement: "request, response or both, separated by a comma", read: { TrailInclude($0) })
    package static let format = Parameter<TrailExport.Format>.choice(
        "format", default: .ndjson, "How the file is written.")
    package static let exportLimit = Parameter.integer(
        "limit", 1...1_000_000_000, "The maximum number of calls; all when absent.")
    package static let bucket = Parameter<StatsQuery.Bucket>.choice(
        "bucket", default: .hour, "The length of a bucket. `1d` is a GMT+8 day, `all` the whole time.")
    package static let dimensions = Parameter<[StatsQuery.Dimension]>.list(
        "dimensions", "What to group calls by; all calls together when absent.")
    package static let measures = Parameter<[StatsQuery.Measure]>.list(
        "measures", "The measures of each group; all when absent.")
    package static let top = Parameter.integer(
        "limit", 1...StatsQuery.maximumTop, "The maximum number of groups: those with the most calls.")

    static let thing = Parameter(
        ParameterDescription(
            name: "q",
            text: "A call id, Top-Ref, X-Request-Id, trace id, TOP request id, request id or business key.",
            schema: #"{"type": "string", "minLength": 1, "maxLength": \#(TraceQuery.maximumBytes)}"#,
            values: "1–\(TraceQuery.maximumBytes) bytes", isRequired: true),
        requirement: "a text of 1 to \(TraceQuery.maximumBytes) bytes",
        read: { (1...TraceQuery.maximumBytes).contains($0.utf8.count) ? $0 : nil })
    /// The filters that narrow a trace.
    static let times = TrailFilter.all.filter { $0.name == "from" || $0.name == "to" }

    /// The parameters of `GET /v1/audit/trace`.
    package static let trace = [thing.description] + describe(times)
    /// The parameters of `GET /v1/audit/calls`.
    package static let calls =
        describe(TrailFilter.all)
        + [order.description, limit.description, callCursor.description, include.description]
    /// The parameters of `GET /v1/audit/calls/{id}`.
    package static let call = [include.description]
    /// The parameters of `GET /v1/audit/export`.
    package static let export =
        describe(TrailFilter.all)
        + [order.description, exportLimit.description, include.description, format.description]
    /// The parameters of `GET /v1/audit/stats`.
    package static let stats =
        describe(TrailFilter.all.filter(\.isForStats))
        + [bucket.description, dimensions.description, measures.description, top.description]
    /// The parameters of `GET /v1/audit/refusals`.
    package static let refusals =
        describe(RejectedRequestFilter.all) + [limit.description, refusalCursor.description]

    private static func cursor<Place: Sendable>(
        of members: String, _ read: @escaping @Sendable (String) -> Place?
    ) -> Parameter<Place> {
        Parameter(
            ParameterDescription(
                name: "cursor", text: "Where the page begins: a value of \(members).", schema: #"{"type": "string"}"#,
                values: "text", takesEmpty: true),
            requirement: "a value of \(members.replacing("`", with: ""))", read: read)
    }

    private static func describe(_ filters: [any DeclaredFilter]) -> [ParameterDescription] {
        filters.map { filter in
            ParameterDescription(
                name: filter.name, text: filter.text, schema: filter.values.schema, values: filter.values.words,
                isList: filter.values.isList)
        }
    }
}

extension FilterValues {
    /// Whether a value is a list.
    fileprivate var isList: Bool { if case .list = self { true } else { false } }

    /// The values as a JSON Schema.
    fileprivate var schema: String {
        switch self {
        case .text: #"{"type": "string", "minLength": 1, "pattern": "^[^\\x00]*$"}"#
        case .instant: #"{"type": "string", "examples": ["2026-01-31T08:00:00Z", "2026-01-31", "today", "-15m"]}"#
        case .number(let range):
            #"{"type": "integer", "minimum": \#(range.lowerBound), "maximum": \#(range.upperBound)}"#
        case .choice(Outcome.words): ##"{"$ref": "#/components/schemas/Outcome"}"##
        case .choice(let words): #"{"type": "string", "enum": [\#(words.map { "\"\($0)\"" }.joined(separator: ", "))]}"#
        case .businessKey: #"{"type": "string", "pattern": "^[^\\x00:]+:[^\\x00]+$"}"#
        case .callID: ##"{"$ref": "#/components/schemas/CallID"}"##
        case .list(let values):
            #"{"type": "array", "minItems": 1, "maxItems": \#(ValueList<String>.maximumCount), "items": \#(values.schema)}"#
        }
    }

    /// The values in a few words, for the manual.
    fileprivate var words: String {
        switch self {
        case .text: "text"
        case .instant: "RFC 3339, a date, `today`, `-15m`"
        case .number(let range): "\(range.lowerBound)–\(range.upperBound)"
        case .choice(let words) where words.count > 6: "`\(words[0])`, `\(words[1])`, … `\(words[words.count - 1])`"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .businessKey: "`NAME:VALUE`"
        case .callID: "a call's id"
        case .list(let values): values.words + "; up to \(ValueList<String>.maximumCount) by comma"
        }
    }
}

extension QueryString {
    /// Puts the filters of the query string into `target`.
    /// - Throws: `malformed-request` for a malformed value.
    func put<Filter: DeclaredFilter>(_ filters: [Filter], into target: inout Filter.Query) throws(Problem) {
        for filter in filters {
            guard let text = self[filter.name] else { continue }
            guard filter.put(text, into: &target) else {
                throw Problem(.malformedRequest, "\(filter.name) must be \(filter.values.requirement).")
            }
        }
    }
}
