import Foundation
import Service
import TestSupport
import Testing
import YAML

/// Alert rules and their places in the operator's manual.
@Suite struct AlertRuleTests {
    private static let path = "deploy/prometheus/rules.yaml"

    @Test("Every expression asks for metrics and labels that the service has, and so does the dashboard's")
    func everyExpressionAsksForMetrics() throws {
        let rules = try AlertRules.read(Self.path)
        #expect(rules.count >= 20)
        for rule in rules {
            #expect(!AlertRules.selectors(in: rule.expr).isEmpty, "\(rule.alert)")
            #expect(AlertRules.faults(in: rule.expr).isEmpty, "\(rule.alert): \(AlertRules.faults(in: rule.expr))")
        }
        let expressions = try Dashboard().expressions
        #expect(expressions.count >= 5)
        for expression in expressions {
            #expect(AlertRules.faults(in: expression).isEmpty, "\(expression): \(AlertRules.faults(in: expression))")
        }
    }

    @Test("An unknown metric, an unknown label and a grouping by one are found")
    func unknownMetric() {
        #expect(AlertRules.faults(in: "rate(toprelay_none_total[5m]) > 0") == ["no metric toprelay_none_total"])
        #expect(
            AlertRules.faults(in: #"toprelay_calls_total{seller="x"}"#) == ["toprelay_calls_total has no label seller"])
        #expect(AlertRules.faults(in: "sum by (seller) (toprelay_calls_total)") == ["no label seller"])
        #expect(AlertRules.faults(in: "sum by (le, method) (toprelay_call_seconds_bucket)").isEmpty)
        #expect(AlertRules.faults(in: "toprelay_ready_bucket") == ["no metric toprelay_ready_bucket"])
    }

    @Test("Every alert has a severity, a summary, and a section of the runbook")
    func everyAlertSaysHowBad() throws {
        let anchors = AlertRules.anchors(in: try Repository.text("docs/operations/runbook.md"))
        let rules = try AlertRules.read(Self.path)
        #expect(Set(rules.map(\.alert)).count == rules.count)
        for rule in rules {
            #expect(["page", "ticket"].contains(rule.labels["severity"]), "\(rule.alert)")
            #expect(rule.annotations["summary"]?.isEmpty == false && rule.annotations["description"]?.isEmpty == false)
            let parts = rule.annotations["runbook_url"]?.components(separatedBy: "/docs/operations/runbook.md#") ?? []
            #expect(parts.count == 2 && anchors.contains(parts.last ?? ""), "\(rule.alert): \(parts)")
        }
    }

    @Test("Promtool accepts the rules, and their own tests pass")
    func promtoolAcceptsRules() async throws {
        let folder = Repository.root + "/deploy/prometheus"
        let check = try await Command.succeed(["promtool", "check", "rules", folder + "/rules.yaml"])
        #expect(check.contains("SUCCESS"))
        #expect(
            try await Command.succeed(["promtool", "check", "config", folder + "/prometheus.yml"]).contains("SUCCESS"))
        #expect(
            try await Command.succeed(["promtool", "test", "rules", folder + "/rules_test.yaml"]).contains("SUCCESS"))
        let tests = try Repository.text("deploy/prometheus/rules_test.yaml")
        #expect(Set(tests.matches(of: /alertname: (\w+)/).map { String($0.1) }).count >= 8)
    }

    @Test("The rules of the Prometheus operator are the same")
    func rulesOfPrometheusOperator() async throws {
        let made = try await Command.output([Repository.root + "/deploy/k8s/monitoring/render"]).text
        let path = "deploy/k8s/monitoring/prometheusrule.yaml"
        #expect(try Repository.text(path) == made)
        let resource = try AlertRules.rules(in: #require(try YAMLNode.read(made)?["spec"]))
        let rules = try AlertRules.read(Self.path)
        #expect(resource.map(\.alert) == rules.map(\.alert) && resource.map(\.expr) == rules.map(\.expr))
    }

    @Test("What compose mounts is there, and what Grafana's provisioning asks of the environment is given")
    func whatComposeMounts() throws {
        let text = try Repository.text("deploy/compose.yaml")
        let mounts = text.matches(of: /- \.\/([^:\s]+):/).map { String($0.1) }
        #expect(mounts.contains("grafana/dashboards") && mounts.contains("prometheus/rules.yaml"))
        for mount in mounts {
            #expect(FileManager.default.fileExists(atPath: Repository.root + "/deploy/" + mount), "\(mount)")
        }
        let provisioning = try Repository.text("deploy/grafana/provisioning/datasources/toprelay.yaml")
        let names = Set(provisioning.matches(of: /\$\{(\w+)\}/).map { String($0.1) })
        #expect(names.count == 6)
        for name in names { #expect(text.contains("\(name)"), "\(name)") }
    }
}
