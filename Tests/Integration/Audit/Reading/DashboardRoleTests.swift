import EventLoop
import Resources
import Postgres
import TestSupport
import Testing

@testable import Audit

/// What the login of a dashboard may do, and how its role is made.
@Suite struct DashboardRoleTests {
    /// The login's connection, to a seeded trail.
    private func withLogin(
        _ body: @escaping @Sendable (Trail, PostgresConnection) async throws -> Void
    ) async throws {
        try await withTrail { trail in
            try await trail.database.withConnection(trail.loop) { try await $0.execute(DashboardCalls.seed) }
            let login = try await trail.database.makeGrafanaLogin()
            var settings = try await PostgresSettings(
                url: SharedCluster.cluster.url(trail.database.name, user: login))
            settings.applicationName = "dashboard"
            let connection = try await PostgresConnection.connect(settings, on: trail.loop)
            defer { connection.close() }
            // The connection of these tests sets limits of the relay's; a dashboard's has the login's own.
            try await connection.execute(
                "RESET statement_timeout; RESET lock_timeout; RESET idle_in_transaction_session_timeout")
            try await body(trail, connection)
            connection.close()
            try await trail.database.withConnection(trail.loop) { try await $0.execute("DROP ROLE \(login)") }
        }
    }

    @Test("The login reads every view, with the database's own figures")
    func loginReadsEveryView() async throws {
        try await withLogin { trail, connection in
            let views = try await trail.database.rows(
                "SELECT relname FROM pg_class WHERE relnamespace = 'audit_api'::regnamespace AND relkind = 'v' ORDER BY 1",
                [], trail.loop
            ).compactMap { $0[0].text }
            #expect(
                views == [
                    "calls", "calls_by_day", "calls_by_hour", "calls_by_minute", "notes", "refusals", "state",
                    "unknown_calls",
                ])
            for view in views {
                let isCounted = view.hasPrefix("calls_by_")
                let condition = isCounted ? "WHERE dimension = '' AND at > now() - interval '2 days'" : ""
                let rows = try await connection.query("SELECT count(*) FROM audit_api.\(view) \(condition)")
                #expect((rows[0][0].integer ?? 0) > 0, "\(view)")
            }
        }
    }

    @Test("The login reads nothing else and writes nothing, even when it leaves its own settings")
    func isConfined() async throws {
        try await withLogin { trail, connection in
            var refused: [String] = []
            let tables = try await trail.database.rows(
                """
                SELECT format('SELECT 1 FROM %I.%I', relnamespace::regnamespace, relname) FROM pg_class
                WHERE relnamespace IN ('vault'::regnamespace, 'audit'::regnamespace, 'public'::regnamespace) AND relkind IN ('r', 'p', 'v')
                """, [], trail.loop
            ).compactMap { $0[0].text }
            #expect(tables.count > 20)
            let others = [
                "SELECT audit.ended_lately()", "SELECT audit.open_to_dashboards()",
                "SELECT audit.make_partitions('2020-01-01')",
                "INSERT INTO audit_api.notes (call_id, author, text) VALUES (gen_random_uuid(), 'x', 'x')",
                "DELETE FROM audit_api.refusals", "UPDATE audit_api.calls SET outcome = 'success'",
                "CREATE TABLE public.mine (id integer)", "CREATE VIEW audit_api.mine AS SELECT 1", "CREATE ROLE mine",
                "CREATE FUNCTION audit_api.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
                "SELECT pg_read_file('/etc/passwd')",
            ]
            for statement in tables + others {
                for isLoose in [false, true] {
                    try await connection.execute("SET default_transaction_read_only = \(isLoose ? "off" : "on")")
                    let error = await #expect(throws: PostgresError.self, "\(statement)") {
                        _ = try await connection.query(statement)
                    }
                    if isLoose, let state = error?.sqlState { refused.append(state) }
                }
            }
            // Insufficient privilege, or (55000) a view that cannot be changed, because it is not simple.
            #expect(refused.count == tables.count + others.count)
            #expect(Set(refused).isSubset(of: ["42501", "55000"]), "\(Set(refused))")
        }
    }

    @Test("The login's queries end at its time limit, and it waits for no lock")
    func isBounded() async throws {
        try await withLogin { trail, connection in
            for (name, value) in [
                ("statement_timeout", "15s"), ("lock_timeout", "1s"), ("idle_in_transaction_session_timeout", "15s"),
                ("default_transaction_read_only", "on"), ("search_path", "audit_api"),
            ] {
                let rows = try await connection.query("SELECT current_setting('\(name)')")
                #expect(rows[0][0].text == value, "\(name)")
            }
            let login = try await connection.query("SELECT current_user")[0][0].text ?? ""
            // The same with a limit that a test can wait for.
            try await trail.database.withConnection(trail.loop) { admin in
                try await admin.execute("ALTER ROLE \(login) SET statement_timeout = '200ms'")
            }
            let settings = try await PostgresSettings(
                url: SharedCluster.cluster.url(trail.database.name, user: login))
            let second = try await PostgresConnection.connect(settings, on: trail.loop)
            defer { second.close() }
            try await second.execute("RESET statement_timeout")
            let error = await #expect(throws: PostgresError.self) {
                _ = try await second.query("SELECT count(*) FROM audit_api.calls, pg_sleep(30)")
            }
            #expect(error?.sqlState == "57014")
        }
    }

    @Test("Databases of one cluster that are migrated at once share the role, and each grants it")
    func concurrentMigrations() async throws {
        try await onLoop { loop in
            let cluster = try await PostgresCluster()
            defer { cluster.remove() }
            let names = (0..<4).map { "side_by_side_\($0)" }
            let admin = try await PostgresConnection.connect(PostgresSettings(url: cluster.url()), on: loop)
            defer { admin.close() }
            for name in names { try await admin.execute("CREATE DATABASE \(name)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for name in names {
                    group.addTask(executorPreference: loop) {
                        let connection = try await PostgresConnection.connect(
                            PostgresSettings(url: cluster.url(name)), on: loop)
                        defer { connection.close() }
                        _ = try await Migrator(files: Resources.migrations).run(on: connection)
                        let rows = try await connection.query(
                            "SELECT has_table_privilege('toprelay_dashboards', 'audit_api.calls', 'SELECT')")
                        #expect(rows[0][0].bool == true)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("A database whose owner may not create roles is migrated all the same, and opened once the role is there")
    func withoutCreateRole() async throws {
        try await onLoop { loop in
            let cluster = try await PostgresCluster()
            defer { cluster.remove() }
            let admin = try await PostgresConnection.connect(PostgresSettings(url: cluster.url()), on: loop)
            defer { admin.close() }
            try await admin.execute("CREATE ROLE plain LOGIN")
            try await admin.execute("CREATE DATABASE managed OWNER plain")
            let connection = try await PostgresConnection.connect(
                PostgresSettings(url: cluster.url("managed", user: "plain")), on: loop)
            defer { connection.close() }
            _ = try await Migrator(files: Resources.migrations).run(on: connection)
            #expect(try await connection.query("SELECT audit.open_to_dashboards()")[0][0].bool == false)
            try await admin.execute("CREATE ROLE toprelay_dashboards NOLOGIN")
            for _ in 0..<2 {
                #expect(try await connection.query("SELECT audit.open_to_dashboards()")[0][0].bool == true)
            }
            let rows = try await connection.query(
                "SELECT has_table_privilege('toprelay_dashboards', 'audit_api.unknown_calls', 'SELECT')")
            #expect(rows[0][0].bool == true)
        }
    }
}
