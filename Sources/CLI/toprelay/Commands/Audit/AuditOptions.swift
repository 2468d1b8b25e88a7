import Audit
import AuditAPI
import JSON
import Requests

/// Functions that the commands of `toprelay audit` share.
enum AuditOptions {
    /// A call as one line of JSON.
    static func json(_ record: CallDetail) -> String {
        var json = JSONWriter()
        record.write(to: &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// The user at the terminal, according to the environment.
    static var operatorName: String {
        let user = Environment.variables["SUDO_USER"] ?? Environment.variables["USER"] ?? "unknown"
        return "command line: \(user.prefix(64))"
    }

    /// The outcome, and a person's statement about it.
    static func outcome(_ record: CallDetail) -> String {
        record.row.outcome + (record.settled.map { ":\($0.rawValue)" } ?? "")
    }
}

extension Parameter {
    /// Reads an option with the values of this parameter. Nil if the option is not given.
    func value(ofOption text: String?) throws -> Value? {
        guard let text else { return nil }
        guard let value = read(text) else {
            throw CommandError.refused("--\(description.name) must be \(requirement), not \(text)")
        }
        return value
    }
}
