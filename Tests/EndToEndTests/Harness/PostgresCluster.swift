import Foundation
import JSON

/// A private PostgreSQL cluster with its socket in its folder and no TCP; as root it runs as the user `postgres`.
///
/// `fsync` stays on, so that a commit is one. Removed by the watchdog.
final class PostgresCluster: Sendable {
    static let programs = "/usr/lib/postgresql/15/bin"

    /// The folder of the data, the log and the socket.
    let folder: String

    /// Makes and starts a cluster.
    init() async throws {
        folder = try Watchdog.shared.makeFolder("postgres")
        let data = folder + "/data"
        if getuid() == 0 { try await Command.succeed(["/bin/chown", "postgres", folder]) }
        try await asServer([
            Self.programs + "/initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", "--auth=trust",
            "--no-sync", "--no-instructions",
        ])
        let settings = """
            unix_socket_directories = '\(folder)'
            unix_socket_permissions = 0777
            listen_addresses = ''
            fsync = on
            shared_buffers = 64MB
            max_connections = 300
            log_min_messages = warning
            """
        try await asServer(["/bin/sh", "-c", "cat > \(data)/postgresql.auto.conf"], input: settings + "\n")
        Watchdog.shared.atEnd(name, (Self.prefix + control(["-m", "immediate", "stop"])).joined(separator: " "))
        try await start()
    }

    /// Makes and starts a standby of another cluster, which follows it asynchronously unless the primary says otherwise.
    init(standbyOf primary: PostgresCluster) async throws {
        folder = try Watchdog.shared.makeFolder("standby")
        if getuid() == 0 { try await Command.succeed(["/bin/chown", "postgres", folder]) }
        try await asServer([
            Self.programs + "/pg_basebackup", "-h", primary.folder, "-U", "postgres", "-D", folder + "/data", "-R",
            "-X", "stream", "-c", "fast", "--no-sync",
        ])
        // The copy has the primary's settings; the last one counts.
        try await asServer(
            ["/bin/sh", "-c", "cat >> \(folder)/data/postgresql.auto.conf"],
            input: "unix_socket_directories = '\(folder)'\n")
        Watchdog.shared.atEnd(name, (Self.prefix + control(["-m", "immediate", "stop"])).joined(separator: " "))
        try await start()
    }

    /// Makes a primary of a standby.
    func promote() async throws { try await asServer(control(["promote"])) }

    private var name: String { (folder as NSString).lastPathComponent }

    /// The connection string of the superuser.
    func url(_ database: String) -> String {
        "postgresql://postgres@\(folder.replacingOccurrences(of: "/", with: "%2F"))/\(database)"
    }

    func start() async throws { try await asServer(control(["-l", folder + "/log", "start"])) }

    /// `fast` ends the connections, `immediate` is what a lost machine does.
    func stop(_ mode: String = "fast") async throws { try await asServer(control(["-m", mode, "stop"])) }

    func restart(_ mode: String = "fast") async throws {
        try await asServer(control(["-l", folder + "/log", "-m", mode, "restart"]))
    }

    /// Stops the server for good.
    func remove() async {
        try? await stop("immediate")
        Watchdog.shared.forget(name)
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Runs statements that answer nothing.
    func execute(_ sql: String, in database: String) async throws {
        _ = try await psql(sql, in: database)
    }

    /// The rows of a query, each an object by column names.
    func query(_ sql: String, in database: String) async throws -> [JSONValue] {
        let text = try await psql("SELECT coalesce(json_agg(t), '[]') FROM (\(sql)) AS t", in: database)
        return Array(try JSONDocument(Array(text.utf8)).root.elements)
    }

    /// Everything in a database as text.
    func dump(_ database: String) async throws -> String {
        try await Command.succeed([Self.programs + "/pg_dump", "-h", folder, "-U", "postgres", database])
    }

    private func psql(_ sql: String, in database: String) async throws -> String {
        try await Command.succeed(
            [
                Self.programs + "/psql", "-h", folder, "-U", "postgres", "-d", database, "-X", "-q", "-A", "-t", "-v",
                "ON_ERROR_STOP=1", "-f", "-",
            ], input: sql)
    }

    private func control(_ arguments: [String]) -> [String] {
        [Self.programs + "/pg_ctl", "-D", folder + "/data", "-w", "-t", "60", "-s"] + arguments
    }

    private static let prefix = getuid() == 0 ? ["/usr/sbin/runuser", "-u", "postgres", "--"] : []

    private func asServer(_ command: [String], input: String = "") async throws {
        // The server that pg_ctl leaves behind keeps files open, and the command's own folder is removed: that is no harm.
        try await Command.succeed(Self.prefix + command, input: input, limit: .seconds(120))
    }
}
