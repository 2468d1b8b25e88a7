package import EventLoop
import Foundation
import Resources
package import Postgres

/// The cluster that the tests share, made on first use. Tests that stop a server make their own.
package enum SharedCluster {
    private static let made = Task { try await PostgresCluster() }

    /// The cluster, or the error that kept it from starting.
    package static var cluster: PostgresCluster { get async throws { try await made.value } }

    /// The superuser in the database `postgres`, which stays empty but for the tests' own schemas.
    package static var settings: PostgresSettings {
        get async throws { try await PostgresSettings(url: cluster.url()) }
    }
}

/// A database of a test's own, with TopRelay's tables.
package struct TestDatabase: Sendable {
    package let name: String
    package let url: String
    package let settings: PostgresSettings

    /// Makes one in a cluster; nil takes the shared one.
    /// - Parameter migrations: how many of the migrations to apply; nil applies all.
    package static func make(
        in cluster: PostgresCluster? = nil, migrations: Int? = nil, on loop: EventLoop
    ) async throws -> TestDatabase {
        guard let cluster else {
            let template = try await Templates.shared.template(migrations: migrations, on: loop)
            return try await make(in: SharedCluster.cluster, template: template, on: loop)
        }
        let database = try await make(in: cluster, template: "template0", on: loop)
        try await database.migrate(migrations, on: loop)
        return database
    }

    fileprivate static func make(
        in cluster: PostgresCluster, template: String, on loop: EventLoop
    ) async throws -> TestDatabase {
        let name = uniqueName("relay")
        let admin = try await PostgresConnection.connect(PostgresSettings(url: cluster.url()), on: loop)
        defer { admin.close() }
        try await admin.execute("CREATE DATABASE \(name) TEMPLATE \(template)")
        let url = cluster.url(name)
        return TestDatabase(name: name, url: url, settings: try PostgresSettings(url: url))
    }

    fileprivate func migrate(_ count: Int?, on loop: EventLoop) async throws {
        let files = Array(Resources.migrations.prefix(count ?? .max))
        guard !files.isEmpty else { return }
        try await withConnection(loop) { connection in
            _ = try await Migrator(files: files).run(on: connection)
        }
    }

    package func connect(_ loop: EventLoop) async throws -> PostgresConnection {
        try await PostgresConnection.connect(settings, on: loop)
    }

    package func withConnection<T>(
        _ loop: EventLoop, _ body: (PostgresConnection) async throws -> T
    ) async throws -> T {
        let connection = try await connect(loop)
        defer { connection.close() }
        return try await body(connection)
    }

    /// Ends every connection to the database, whoever made it.
    package func endConnections(_ loop: EventLoop) async throws {
        try await withConnection(loop) { connection in
            _ = try await connection.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    + "WHERE datname = current_database() AND pid <> pg_backend_pid()")
        }
    }

    /// Makes the login that deploy/grafana/login.sql makes, with a password of its own, and returns its name.
    package func makeGrafanaLogin() async throws -> String {
        let login = uniqueName("grafana")
        let password = try Watchdog.shared.makeFolder("login") + "/password"
        try "planted-\(login)\n".write(toFile: password, atomically: false, encoding: .utf8)
        try await Command.succeed([
            PostgresCluster.programs + "/psql", "-X", "-v", "login=\(login)", "-v", "password_file=\(password)", "-f",
            Repository.root + "/deploy/grafana/login.sql", url,
        ])
        return login
    }

    /// The rows of a query.
    package func rows(_ sql: String, _ parameters: [SQLValue] = [], _ loop: EventLoop) async throws -> Rows {
        try await withConnection(loop) { try await $0.query(sql, parameters) }
    }
}

/// The migrated databases of the shared cluster that others are copied from: a copy takes half the time.
private actor Templates {
    static let shared = Templates()

    private var made: [Int?: Task<String, any Error>] = [:]

    func template(migrations: Int?, on loop: EventLoop) async throws -> String {
        if migrations == 0 { return "template0" }
        let task =
            made[migrations]
            ?? Task(executorPreference: loop) {
                let database = try await TestDatabase.make(in: SharedCluster.cluster, template: "template0", on: loop)
                try await database.migrate(migrations, on: loop)
                // Nobody may be connected to a template when it is copied.
                try await database.endConnections(loop)
                return database.name
            }
        made[migrations] = task
        return try await task.value
    }
}

/// A name for a database, schema or channel that no other test uses.
package func uniqueName(_ prefix: String) -> String {
    prefix + "_" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
}
