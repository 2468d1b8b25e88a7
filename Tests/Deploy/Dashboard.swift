import Foundation
import JSON
import TestSupport

/// The dashboard that Grafana is provisioned with, as far as tests look at it.
struct Dashboard {
    /// One statement, and what stands around it.
    struct Query {
        /// Title of the panel, or name of the variable or annotation.
        let owner: String
        let kind: Kind
        let sql: String
        /// Columns that the panel's own settings name: links, units.
        var columns: Set<String> = []
    }

    enum Kind: Equatable {
        case timeSeries, table, stat, variable, annotation
    }

    let root: JSONValue
    private let document: JSONDocument

    init() throws {
        document = try JSONDocument(Array(Repository.text("deploy/grafana/dashboards/toprelay.json").utf8))
        root = document.root
    }

    var panels: [JSONValue] { root["panels"].map { Array($0.elements) } ?? [] }

    var variables: [JSONValue] { root["templating"]?["list"].map { Array($0.elements) } ?? [] }

    /// The variables that people choose values of, with what "All" stands for.
    var choices: [(name: String, all: String)] {
        variables.compactMap { variable in
            guard variable["type"]?.string == "query", let name = variable["name"]?.string else { return nil }
            return (name, variable["allValue"]?.string ?? "")
        }
    }

    /// Every statement that goes to PostgreSQL.
    var statements: [Query] {
        let ofPanels = panels.flatMap { panel in
            targets(panel, "toprelay-postgres").compactMap { target -> Query? in
                guard let sql = target["rawSql"]?.string else { return nil }
                let isSeries = target["format"]?.string == "time_series"
                let kind: Kind = isSeries ? .timeSeries : panel["type"]?.string == "stat" ? .stat : .table
                return Query(
                    owner: panel["title"]?.string ?? "", kind: kind, sql: sql, columns: Self.namedColumns(of: panel))
            }
        }
        let ofVariables = variables.compactMap { variable in
            variable["type"]?.string == "query"
                ? variable["query"]?.string.map {
                    Query(owner: variable["name"]?.string ?? "", kind: .variable, sql: $0)
                } : nil
        }
        let annotations = root["annotations"]?["list"].map { Array($0.elements) } ?? []
        let ofAnnotations = annotations.compactMap { annotation in
            annotation["target"]?["rawSql"]?.string.map {
                Query(owner: annotation["name"]?.string ?? "", kind: .annotation, sql: $0)
            }
        }
        return ofPanels + ofVariables + ofAnnotations
    }

    /// Every expression that goes to Prometheus.
    var expressions: [String] {
        panels.flatMap { targets($0, "toprelay-prometheus").compactMap { $0["expr"]?.string } }
    }

    private func targets(_ panel: JSONValue, _ source: String) -> [JSONValue] {
        let all = panel["targets"].map { Array($0.elements) } ?? []
        return all.filter { $0["datasource"]?["uid"]?.string == source }
    }

    /// Columns that a panel formats or links from.
    private static func namedColumns(of panel: JSONValue) -> Set<String> {
        var names: Set<String> = []
        let overrides = panel["fieldConfig"]?["overrides"].map { Array($0.elements) } ?? []
        for override in overrides {
            if let name = override["matcher"]?["options"]?.string { names.insert(name) }
            for property in override["properties"].map({ Array($0.elements) }) ?? [] {
                for link in property["id"]?.string == "links" ? property["value"].map({ Array($0.elements) }) ?? [] : []
                {
                    for match in (link["url"]?.string ?? "").matches(of: /__data\.fields\.(\w+)/) {
                        names.insert(String(match.1))
                    }
                }
            }
        }
        return names
    }
}
