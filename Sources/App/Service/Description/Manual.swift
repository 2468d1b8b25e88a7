import Requests
import Vault

/// The parts of the manual and of the command line's help that come from the table of operations.
package enum Manual {
    /// The endpoints for `--help`.
    package static var help: String {
        OperationTable.all.map { operation in
            let scopes = operation.scopeNames.joined(separator: " or ")
            let scope = scopes.isEmpty ? "" : " (scope \(scopes))"
            return "  \(operation.method.rawValue) \(operation.path.text)\(scope)\n      \(operation.summary)"
        }.joined(separator: "\n")
    }

    /// The tables of the manual as Markdown, by the names of their places.
    static var tables: [(name: String, text: String)] {
        [("operations", operations), ("headers", headers), ("parameters", parameters)]
    }

    private static var operations: String {
        let rows = OperationTable.all.map { operation in
            [
                "`\(operation.method.rawValue) \(operation.path.text)`",
                operation.scopeNames.map { "`\($0)`" }.joined(separator: " or "),
                operation.summary,
            ]
        }
        return table(["request", "scope", "what it does"], rows)
    }

    private static var headers: String {
        table(["header", "meaning"], HeaderDescription.ofCalls.map { ["`\($0.name)`", $0.text] })
    }

    /// Equal parameters of several operations share a row.
    private static var parameters: String {
        var rows: [(parameter: ParameterDescription, operations: [String])] = []
        for operation in OperationTable.all {
            // Most parameters belong to the audit API, so its common prefix is omitted.
            let name = operation.path.text.replacing("/v1/audit/", with: "")
            for parameter in operation.parameters {
                let place = rows.firstIndex {
                    $0.parameter.name == parameter.name && $0.parameter.text == parameter.text
                        && $0.parameter.values == parameter.values
                }
                if let place {
                    rows[place].operations.append(name)
                } else {
                    rows.append((parameter, [name]))
                }
            }
        }
        return table(
            ["parameter", "values", "meaning", "of"],
            rows.map { row in
                [
                    "`\(row.parameter.name)`", row.parameter.values, row.parameter.text,
                    row.operations.joined(separator: ", "),
                ]
            })
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> String {
        let lines = [head, head.map { _ in "---" }] + rows.map { $0.map { $0.replacing("|", with: "\\|") } }
        return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
    }
}
