import Foundation
import Service
import Telemetry
import TestSupport
import Yams

/// The alert rules, as far as tests look at them.
struct AlertRules {
    struct Rule: Decodable {
        let alert: String
        let expr: String
        let labels: [String: String]
        let annotations: [String: String]
    }

    struct Group: Decodable {
        let name: String
        let rules: [Rule]
    }

    struct File: Decodable { let groups: [Group] }

    struct Resource: Decodable { let spec: File }

    static func read(_ path: String) throws -> [Rule] {
        try YAMLDecoder().decode(File.self, from: Repository.text(path)).groups.flatMap(\.rules)
    }

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
