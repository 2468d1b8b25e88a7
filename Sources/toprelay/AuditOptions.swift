import Audit
import JSON

/// Functions that the commands of `toprelay audit` share.
enum AuditOptions {
    /// Reads `--include`.
    static func include(_ text: String?) throws -> TrailInclude {
        guard let include = TrailInclude(text ?? "") else {
            throw CommandError.refused("--include takes request and response, separated by a comma")
        }
        return include
    }

    /// Reads `--order`.
    static func order(_ text: String) throws -> TrailFilter.Order {
        guard let order = TrailFilter.Order(rawValue: text) else {
            throw CommandError.refused("--order must be newest or oldest")
        }
        return order
    }

    /// A call as one line of JSON.
    static func json(_ record: TrailRecord) -> String {
        var json = JSONWriter()
        record.write(to: &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// The outcome, and a person's statement about it.
    static func outcome(_ record: TrailRecord) -> String {
        record.row.outcome + (record.settled.map { ":\($0.rawValue)" } ?? "")
    }
}
