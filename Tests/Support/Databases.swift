package import EventLoop
import Migrations
package import Postgres

/// The cluster that the tests share, made on first use. Tests that stop a server make their own.
package enum SharedCluster {
    private static let made = Result { try PostgresCluster(settings: ["max_connections = 300"]) }

    /// The cluster, or the error that kept it from starting.
    package static var cluster: PostgresCluster { get throws { try made.get() } }

    /// The superuser in the database `postgres`, which stays empty but for the tests' own schemas.
    package static var settings: PostgresSettings { get throws { try PostgresSettings(url: cluster.url()) } }
}

/// A database of a test's own, with TopRelay's tables.
package struct TestDatabase: Sendable {
    package let url: String
    package let settings: PostgresSettings

    /// Makes one in a cluster; nil takes the shared one.
    /// - Parameter migrations: how many of the migrations to apply; nil applies all.
    package static func make(
        in cluster: PostgresCluster? = nil, migrations: Int? = nil, on loop: EventLoop
    ) async throws -> TestDatabase {
        let cluster = try cluster ?? SharedCluster.cluster
        let name = uniqueName("relay")
        let admin = try await PostgresConnection.connect(PostgresSettings(url: cluster.url()), on: loop)
        defer { admin.close() }
        try await admin.execute("CREATE DATABASE \(name) TEMPLATE template0")
        let url = cluster.url(database: name)
        let files = Migrations.files.prefix(migrations ?? .max)
        let database = TestDatabase(url: url, settings: try PostgresSettings(url: url))
        guard !files.isEmpty else { return database }
        _ = try await database.withConnection(loop) { connection in
            try await Migrator(files: Array(files)).run(on: connection)
        }
        return database
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

    /// The rows of a query.
    package func rows(_ sql: String, _ parameters: [SQLValue] = [], _ loop: EventLoop) async throws -> Rows {
        try await withConnection(loop) { try await $0.query(sql, parameters) }
    }
}

/// A name for a database, schema or channel that no other test uses.
package func uniqueName(_ prefix: String) -> String {
    prefix + "_" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
}
