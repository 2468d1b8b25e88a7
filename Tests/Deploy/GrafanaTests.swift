import EventLoop
import Foundation
import JSON
import Postgres
import TestSupport
import Testing

/// The dashboard against a real database, as its own login.
@Suite struct GrafanaTests {
    /// Calls of every kind in the last six hours, of two sellers whose names are awkward.
    private static let seed = """
        UPDATE audit.reconciliation SET closed_before = now() - interval '1 hour';
        UPDATE audit.rollup_state SET done_before = date_trunc('minute', now() - interval '2 hours');
        INSERT INTO audit.calls (id, at, source, finished_at, caller, app, seller, method, outcome, status, code, sub_code, message, duration_us,
                                 attempts, refs, request_bytes, response_bytes)
        SELECT gen_random_uuid(), date_trunc('milliseconds', now() - n * interval '11 seconds'), 1, now(), 'orders', 'shop',
               (ARRAY['O''Neil & Co', '店'])[1 + n % 2], 'tmall.item.n' || n % 3,
               (ARRAY['success', 'success', 'rejected', 'unknown', 'accepted'])[1 + n % 5], 200,
               CASE WHEN n % 5 = 2 THEN '15' END, CASE WHEN n % 5 = 2 THEN 'isv.fault' END, CASE WHEN n % 5 = 2 THEN 'no' END, n * 1000, 1,
               '{SO1}', 100, 200
        FROM generate_series(1, 1900) AS n;
        INSERT INTO audit.intents (id, at, deadline, replica, caller, app, seller, method)
        SELECT gen_random_uuid(), now() - interval '2 seconds', now() + interval '1 minute', 'r', 'orders', 'shop', s, 'tmall.item.n0'
        FROM (VALUES ('O''Neil & Co'), ('店')) AS v (s);
        INSERT INTO audit.refusals (at, caller, method, app, seller, status, type, pointers, refs)
        SELECT now() - interval '5 minutes', 'orders', 'tmall.item.n0', 'shop', s, 422, 'invalid-parameters', '{}', '{}'
        FROM (VALUES ('O''Neil & Co'), ('店')) AS v (s);
        INSERT INTO audit.notes (call, author, text) SELECT id, 'ann', 'seen' FROM audit.calls LIMIT 3;
        SELECT audit.roll_up(date_trunc('hour', now() - interval '6 hours'), date_trunc('minute', now() - interval '1 hour'));
        """

    /// A seeded database and the dashboard's login to it.
    private func withDashboard(_ body: @escaping @Sendable (PostgresConnection) async throws -> Void) async throws {
        try await onLoop { loop in
            let database = try await TestDatabase.make(on: loop)
            try await database.withConnection(loop) { try await $0.execute(Self.seed) }
            let login = try await database.makeGrafanaLogin()
            let settings = try await PostgresSettings(url: SharedCluster.cluster.url(database.name, user: login))
            let connection = try await PostgresConnection.connect(settings, on: loop)
            try await body(connection)
            connection.close()
            try await database.withConnection(loop) { try await $0.execute("DROP ROLE \(login)") }
        }
    }

    /// The dashboard's stretch of time and choices, in the ways in which people set them.
    private static func situations(_ dashboard: Dashboard) -> [(name: String, text: GrafanaText)] {
        let now = Date()
        let base = GrafanaText(from: now.addingTimeInterval(-6 * 3600), to: now.addingTimeInterval(1))
        var all = base
        for choice in dashboard.choices { all.custom[choice.name] = choice.all }
        var chosen = base
        chosen.values = [
            "method": ["tmall.item.n0", "tmall.item.n1", "tmall.item.n2"], "app": ["shop"],
            "seller": ["O'Neil & Co", "店"], "caller": ["orders"],
        ]
        var oneSeller = all
        oneSeller.custom["seller"] = nil
        oneSeller.values["seller"] = ["O'Neil & Co"]
        var wide = all
        wide.from = now.addingTimeInterval(-30 * 86_400)
        wide.intervalSeconds = 3600
        var wider = wide
        wider.intervalSeconds = 86_400
        return [("all", all), ("chosen", chosen), ("one seller", oneSeller), ("a month", wide), ("by day", wider)]
    }

    @Test("Every statement of the dashboard runs as its login, and gives its panel the columns it needs and rows")
    func everyStatementOfDashboard() async throws {
        try await withDashboard { connection in
            let dashboard = try Dashboard()
            let statements = dashboard.statements
            #expect(statements.count >= 18)
            for (name, text) in Self.situations(dashboard) {
                for query in statements {
                    let sql = try text.expand(query.sql)
                    let rows = try await connection.query(sql)
                    #expect(!rows.isEmpty, "\(query.owner), \(name): no row of \(sql)")
                    try Self.check(rows, of: query)
                }
            }
        }
    }

    private static func check(_ rows: Rows, of query: Dashboard.Query) throws {
        let columns = rows.columns
        #expect(query.columns.isSubset(of: columns), "\(query.owner): \(columns)")
        switch query.kind {
        case .timeSeries:
            #expect(columns.first == "time", "\(query.owner): \(columns)")
            for name in columns where name != "metric" && name != "time" {
                let isNumber = rows.allSatisfy { $0[name].isNull || $0[name].double != nil }
                #expect(isNumber, "\(query.owner): \(name)")
            }
            let times = rows.compactMap { $0["time"].text }
            #expect(times.count == rows.count && times == times.sorted(), "\(query.owner): in order of time")
        case .stat:
            #expect(columns.count == 1 && rows.count == 1, "\(query.owner)")
            #expect((rows[0][0].double ?? 0) > 0, "\(query.owner): nothing to show")
        case .table: #expect(columns.count > 1, "\(query.owner)")
        case .variable:
            #expect(columns == ["value"] && rows.allSatisfy { $0[0].text?.isEmpty == false }, "\(query.owner)")
        case .annotation: #expect(columns == ["time", "text", "tags"], "\(query.owner)")
        }
    }

    @Test("All calls together and all values chosen give the same figures: aggregates and the calls themselves")
    func allCallsTogetherAndAllValues() async throws {
        try await withDashboard { connection in
            let dashboard = try Dashboard()
            let situations = Self.situations(dashboard)
            for owner in [
                "Calls", "Error rate", "Calls a second by outcome", "Error rate over time", "Duration of calls",
            ] {
                let query = try #require(dashboard.statements.first { $0.owner == owner })
                var answers: [[String]] = []
                for index in 0...1 {
                    var text = situations[index].text
                    text.to = situations[0].text.to.addingTimeInterval(-30)
                    // Whole minutes, so that both sides count the same calls.
                    text.from = Date(timeIntervalSince1970: (text.from.timeIntervalSince1970 / 60).rounded(.up) * 60)
                    text.to = Date(
                        timeIntervalSince1970: (text.to.timeIntervalSince1970 / 60).rounded(.down) * 60 - 0.001)
                    let rows = try await connection.query(text.expand(query.sql))
                    answers.append(
                        rows.map { row in (0..<row.count).map { row[$0].text ?? "" }.joined(separator: "|") }.sorted())
                }
                #expect(answers[0] == answers[1], "\(owner)")
            }
        }
    }

    @Test("The dashboard keeps its address, and knows no data source that is not provisioned")
    func dashboardKeepsItsAddress() throws {
        let dashboard = try Dashboard()
        #expect(dashboard.root["uid"]?.string == "toprelay")
        #expect(dashboard.choices.map(\.name) == ["method", "app", "seller", "caller"])
        #expect(dashboard.choices.allSatisfy { $0.all == "'*'" })
        let provisioned = try Repository.text("deploy/grafana/provisioning/datasources/toprelay.yaml")
        for panel in dashboard.panels where panel["type"]?.string != "row" {
            let source = try #require(panel["datasource"]?["uid"]?.string)
            #expect(provisioned.contains("uid: \(source)\n"), "\(source)")
        }
        let identifiers = dashboard.panels.compactMap { $0["id"]?.integer }
        #expect(identifiers.count == dashboard.panels.count && Set(identifiers).count == identifiers.count)
        let links = try Repository.text("deploy/grafana/dashboards/toprelay.json")
        #expect(links.contains("${console}/console?id=${__data.fields.id}"))
    }

    @Test("Expansion refuses what Grafana would send on as text: a variable that is not quoted, an unknown macro")
    func expansionRefusesWhatGrafana() throws {
        var text = GrafanaText(from: Date(timeIntervalSince1970: 0), to: Date(timeIntervalSince1970: 60))
        text.values["app"] = ["a'b", "c"]
        #expect(try text.expand("app IN (${app:sqlstring})") == "app IN ('a''b','c')")
        #expect(
            try text.expand("$__timeGroupAlias(at,$__interval)") == "floor(extract(epoch from at)/60)*60 AS \"time\"")
        #expect(
            try text.expand("$__timeFilter(at)")
                == "at BETWEEN '1970-01-01T00:00:00.000Z' AND '1970-01-01T00:01:00.000Z'")
        for wrong in ["app = '$app'", "${app:csv}", "$other", "$__timeFilter()", "$__unknown(at)"] {
            #expect(throws: GrafanaText.Fault.self, "\(wrong)") { try text.expand(wrong) }
        }
    }
}
