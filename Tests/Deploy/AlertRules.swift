import Foundation
import Service
import Telemetry
import TestSupport
import Testing
import YAML

/// The alert rules, as far as tests look at them.
struct AlertRules {
    struct Rule {
        let alert: String
        let expr: String
        let labels: [String: String]
        let annotations: [String: String]

        init(_ node: YAMLNode) throws {
            alert = try #require(node["alert"]?.scalar)
            expr = try #require(node["expr"]?.scalar)
            labels = try Self.texts(node["labels"])
            annotations = try Self.texts(node["annotations"])
        }

        private static func texts(_ node: YAMLNode?) throws -> [String: String] {
            guard case .mapping(let members) = node?.content else { return [:] }
            return try Dictionary(
                uniqueKeysWithValues: members.map { (try #require($0.name.scalar), try #require($0.value.scalar)) })
        }
    }

    static func read(_ path: String) throws -> [Rule] {
        try rules(in: #require(try YAMLNode.read(Repository.text(path))))
    }

    /// The rules of all groups.
    static func rules(in file: YAMLNode) throws -> [Rule] {
        try elements(file["groups"]).flatMap { try elements($0["rules"]).map(Rule.init) }
    }

    private static func elements(_ node: YAMLNode?) throws -> [YAMLNode] {
        guard case .sequence(let elements) = node?.content else { throw YAMLShapeError() }
        return elements
    }

    private struct YAMLShapeError: Error {}

    /// The metrics that an expression asks for, each with the labels that it is asked by.
    static func selectors(in expression: String) -> [(metric: String, labels: Set<String>)] {
        expression.matches(of: /\b((?:toprelay|process)_[a-z_]+|up)\b(?:\{([^}]*)\})?/).map { match in
            let labels = (match.2 ?? "").matches(of: /([a-z_]+)\s*(?:=~|!~|!=|=)/).map { String($0.1) }
            return (String(match.1), Set(labels))
        }
    }

    /// The labels that an expression groups by.
    static func groupings(in expression: String) -> Set<String> {
        Set(
            expression.matches(of: /\bby\s*\(([^)]*)\)/).flatMap { match in
                match.1.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            })
    }

    /// What is wrong with an expression: metrics that the service does not have, labels that they do not have.
    static func faults(in expression: String) -> [String] {
        var faults: [String] = []
        var known: Set<String> = ["instance", "job"]
        for (name, labels) in selectors(in: expression) where name != "up" {
            let suffixes = ["", "_bucket", "_sum", "_count"]
            let metric = suffixes.lazy.compactMap { suffix in
                name.hasSuffix(suffix) ? RelayMetrics.catalog[String(name.dropLast(suffix.count))] : nil
            }.first { $0.name == name || $0.kind == .histogram }
            guard let metric else {
                faults.append("no metric \(name)")
                continue
            }
            known.formUnion(metric.labels)
            if metric.kind == .histogram { known.insert("le") }
            let own = Set(metric.labels + ["instance", "job"])
            faults += labels.subtracting(own).map { "\(name) has no label \($0)" }
        }
        return faults + groupings(in: expression).subtracting(known).map { "no label \($0)" }
    }

    /// The anchors that a Markdown file's headings have.
    static func anchors(in text: String) -> Set<String> {
        Set(
            text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
                let title = line.drop { $0 == "#" || $0 == " " }.lowercased()
                return String(
                    title.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" }.map { $0 == " " ? "-" : $0 })
            })
    }
}
