import Foundation

/// Turns the text of a query into what Grafana 10 and 11 send to PostgreSQL. The browser replaces variables
/// first. The server then replaces macros.
struct GrafanaText {
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// Values chosen for variables; `All` is in `custom`.
    var values: [String: [String]] = [:]
    /// What a variable's "All" stands for, which Grafana inserts as it is.
    var custom: [String: String] = [:]
    var from: Date
    var to: Date
    /// The width of a point of a chart.
    var intervalSeconds = 60

    /// The whole way.
    func expand(_ text: String) throws -> String { try macros(variables(text)) }

    /// `${name}`, `${name:format}` and `$name`; `$__interval` and `$__interval_ms` too.
    func variables(_ text: String) throws -> String {
        let pattern = /\$\{([A-Za-z_]\w*)(?::([a-z]+))?\}|\$([A-Za-z_]\w*)/
        var result = ""
        var rest = text[...]
        while let match = rest.firstMatch(of: pattern) {
            result += rest[..<match.range.lowerBound]
            let name = String(match.1 ?? match.3 ?? "")
            result += try variable(name, format: match.2.map { String($0) }) ?? String(match.0)
            rest = rest[match.range.upperBound...]
        }
        return result + rest
    }

    private func variable(_ name: String, format: String?) throws -> String? {
        switch name {
        case "__interval": return "\(intervalSeconds)s"
        case "__interval_ms": return "\(intervalSeconds * 1000)"
        case _ where name.hasPrefix("__"): return nil  // a macro
        default: break
        }
        if let whole = custom[name] { return whole }
        guard let chosen = values[name] else { throw Fault(description: "no variable \(name)") }
        guard format == "sqlstring" else { throw Fault(description: "\(name) is not quoted for SQL") }
        return chosen.map { "'" + $0.replacing("'", with: "''") + "'" }.joined(separator: ",")
    }

    /// `$__name(arguments)`.
    func macros(_ text: String) throws -> String {
        var result = ""
        var rest = text[...]
        while let match = rest.firstMatch(of: /\$([_a-zA-Z0-9]+)\(([^\)]*)\)/) {
            result += rest[..<match.range.lowerBound]
            rest = rest[match.range.upperBound...]
            let arguments = match.2.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            // What the server does for the sake of old dashboards.
            let isAliased = match.1 == "__timeGroup" && rest.first == ","
            result += try macro(isAliased ? "__timeGroupAlias" : String(match.1), arguments)
        }
        guard !(result + rest).contains("$__") else { throw Fault(description: "a macro is left: \(result + rest)") }
        return result + rest
    }

    private func macro(_ name: String, _ arguments: [String]) throws -> String {
        switch (name, arguments.count) {
        case ("__timeFilter", 1): return "\(arguments[0]) BETWEEN '\(Self.text(from))' AND '\(Self.text(to))'"
        case ("__timeFrom", 0): return "'\(Self.text(from))'"
        case ("__timeTo", 0): return "'\(Self.text(to))'"
        case ("__timeGroup", 2):
            guard let seconds = Int(arguments[1].dropLast()), arguments[1].hasSuffix("s") else {
                throw Fault(description: "an interval \(arguments[1])")
            }
            return "floor(extract(epoch from \(arguments[0]))/\(seconds))*\(seconds)"
        case ("__timeGroupAlias", 2): return try macro("__timeGroup", arguments) + " AS \"time\""
        default: throw Fault(description: "no macro $\(name) with \(arguments.count) arguments")
        }
    }

    private static func text(_ date: Date) -> String {
        date.formatted(
            .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted))
    }
}
