import Foundation
package import JSON

/// A private PostgreSQL cluster with its socket in its folder, and without TCP unless a port is given.
///
/// As root it runs as the user `postgres`, because PostgreSQL refuses to run as root. `fsync` stays on, so that commits
/// are durable. `remove()` ends it; otherwise the watchdog does.
package final class PostgresCluster: Sendable {
    package enum Stop: String, Sendable {
        /// Ends the connections.
        case fast
        /// Ends as a lost machine does.
        case immediate
    }

    package static let programs = "/usr/lib/postgresql/15/bin"

    /// The folder of the data, the log and the socket.
    package let folder: String
    /// The TCP port on 127.0.0.1, if the cluster has one.
    package let port: Int?

    /// Makes and starts a cluster.
    package init(port: Int? = nil, password: String? = nil) async throws {
        folder = try await Self.makeFolder("postgres")
        self.port = port
        var options = ["-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        if let password {
            let file = folder + "/password"
            try await asServer(["/bin/sh", "-c", "cat > \(file)"], input: password + "\n")
            options += ["--pwfile=\(file)", "--auth=scram-sha-256"]
        } else {
            options += ["--auth=trust"]
        }
        try await asServer([Self.programs + "/initdb", "-D", data] + options)
        try await append(
            """
            unix_socket_directories = '\(folder)'
            unix_socket_permissions = 0777
            listen_addresses = '\(port == nil ? "" : "127.0.0.1")'
            port = \(portOfSocket)
            fsync = on
            shared_buffers = 64MB
            max_connections = 300
            log_min_messages = warning
            """)
        try await startFirst()
    }

    /// Makes and starts a standby of another cluster. It follows asynchronously unless the primary's settings differ.
    package init(standbyOf primary: PostgresCluster) async throws {
        folder = try await Self.makeFolder("standby")
        port = nil
        try await asServer([
            Self.programs + "/pg_basebackup", "-h", primary.folder, "-U", "postgres", "-D", data, "-R", "-X", "stream",
            "-c", "fast", "--no-sync",
        ])
        // The copy has the primary's settings. The last one counts.
        try await append("unix_socket_directories = '\(folder)'")
        try await startFirst()
    }

    // MARK: Connection strings

    /// The connection string over the socket.
    package func url(_ database: String = "postgres", user: String = "postgres") -> String {
        let host = folder.replacingOccurrences(of: "/", with: "%2F")
        return "postgresql://\(user)@\(host)/\(database)" + (port.map { "?port=\($0)" } ?? "")
    }

    /// The superuser's connection string over TCP.
    package func tcpURL(password: String? = nil) -> String {
        "postgresql://postgres\(password.map { ":" + $0 } ?? "")@127.0.0.1:\(port ?? 0)/postgres"
    }

    // MARK: Starting and ending

    package func start() async throws { try await control(["-l", folder + "/log", "start"]) }

    package func stop(_ mode: Stop = .fast) async throws { try await control(["-m", mode.rawValue, "stop"]) }

    package func restart(_ mode: Stop = .fast) async throws {
        try await control(["-l", folder + "/log", "-m", mode.rawValue, "restart"])
    }

    /// Makes a primary of a standby.
    package func promote() async throws { try await control(["promote"]) }

    /// Kills the server's processes with SIGKILL, as a lost machine would.
    package func kill() {
        guard let postmaster else { return }
        let list = try? String(contentsOfFile: "/proc/\(postmaster)/task/\(postmaster)/children", encoding: .utf8)
        let children = (list ?? "").split(separator: " ").compactMap { pid_t($0) }
        // The next start needs the shared memory to be free of them.
        Self.end([postmaster] + children, by: SIGKILL)
    }

    /// Stops the server and deletes the folder. It does not wait for long, so that `defer` can call it.
    package func remove() {
        if let postmaster { Self.end([postmaster], by: SIGQUIT) }
        Watchdog.shared.forget(name)
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: Contents

    /// Runs statements without results.
    package func execute(_ sql: String, in database: String) async throws { _ = try await psql(sql, in: database) }

    /// The rows of a query, each an object by column names.
    package func query(_ sql: String, in database: String) async throws -> [JSONValue] {
        let text = try await psql("SELECT coalesce(json_agg(t), '[]') FROM (\(sql)) AS t", in: database)
        return Array(try JSONDocument(Array(text.utf8)).root.elements)
    }

    /// Everything in a database as text.
    package func dump(_ database: String) async throws -> String {
        try await Command.succeed([Self.programs + "/pg_dump"] + connection + [database])
    }

    private func psql(_ sql: String, in database: String) async throws -> String {
        try await Command.succeed(
            [Self.programs + "/psql"] + connection
                + ["-d", database, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"], input: sql)
    }

    // MARK: Parts

    private var data: String { folder + "/data" }
    private var name: String { (folder as NSString).lastPathComponent }
    private var portOfSocket: Int { port ?? 5432 }
    private var connection: [String] { ["-h", folder, "-p", "\(portOfSocket)", "-U", "postgres"] }

    private var postmaster: pid_t? {
        Command.read(data + "/postmaster.pid").split(separator: "\n").first.flatMap { pid_t($0) }
    }

    private static func makeFolder(_ name: String) async throws -> String {
        let folder = try Watchdog.shared.makeFolder(name)
        if getuid() == 0 { try await Command.succeed(["/bin/chown", "postgres", folder]) }
        try await Command.succeed(["/bin/chmod", "700", folder])
        return folder
    }

    private func append(_ settings: String) async throws {
        try await asServer(["/bin/sh", "-c", "cat >> \(data)/postgresql.auto.conf"], input: settings + "\n")
    }

    private func startFirst() async throws {
        let stop = Self.prefix + [Self.programs + "/pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"]
        Watchdog.shared.atEnd(name, stop.joined(separator: " "))
        try await start()
    }

    private func control(_ arguments: [String]) async throws {
        try await asServer(
            [Self.programs + "/pg_ctl", "-D", data, "-w", "-t", "\(60 * testTimeScale)", "-s"] + arguments)
    }

    private static let prefix = getuid() == 0 ? ["/usr/sbin/runuser", "-u", "postgres", "--"] : []

    private func asServer(_ command: [String], input: String = "") async throws {
        try await Command.succeed(Self.prefix + command, input: input)
    }

    /// Sends a signal to processes, and waits until they are gone.
    private static func end(_ processes: [pid_t], by signal: Int32) {
        for process in processes { Glibc.kill(process, signal) }
        for process in processes {
            for _ in 0..<(500 * testTimeScale) where Glibc.kill(process, 0) == 0 { usleep(10_000) }
        }
    }
}
