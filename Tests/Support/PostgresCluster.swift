import Foundation

/// A private PostgreSQL cluster in a temporary folder, with its socket there and no TCP unless asked for.
///
/// As root it runs as the user `postgres`, because PostgreSQL refuses to run as root. `fsync` stays on, so that a
/// commit is one. Stopped and removed by `remove()`, or by a watchdog process when the process that made it is gone.
package final class PostgresCluster: @unchecked Sendable {
    package enum Stop: String {
        case fast, immediate
    }

    package static let programs = "/usr/lib/postgresql/15/bin"

    /// The folder of the data, the log and the socket.
    package let folder: String
    /// The TCP port on 127.0.0.1, when the cluster has one.
    package let port: Int?
    private let encoding: String
    private var watchdog: Program?

    /// Makes and starts a cluster.
    package init(port: Int? = nil, encoding: String = "UTF8", password: String? = nil, settings: [String] = []) throws {
        folder = "/tmp/tr-pg-" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
        self.port = port
        self.encoding = encoding
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if Self.isRoot { try Program.run(["/bin/chown", "postgres", folder]) }
        try Program.run(["/bin/chmod", "700", folder])
        try initialise(password: password)
        let lines =
            [
                "unix_socket_directories = '\(folder)'", "unix_socket_permissions = 0777",
                "listen_addresses = '\(port == nil ? "" : "127.0.0.1")'", "port = \(port ?? 5432)", "fsync = on",
                "shared_buffers = 32MB", "max_connections = 60", "log_min_messages = warning",
            ] + settings
        let path = folder + "/data/postgresql.auto.conf"
        try Self.asServer(["/bin/sh", "-c", "cat > \(path)"], input: lines.joined(separator: "\n") + "\n")
        try start()
        try startWatchdog()
    }

    /// The connection string of the superuser.
    package func url(database: String = "postgres", user: String = "postgres") -> String {
        let host = folder.replacingOccurrences(of: "/", with: "%2F")
        return "postgresql://\(user)@\(host)/\(database)" + (port.map { "?port=\($0)" } ?? "")
    }

    /// The connection string over TCP.
    package func tcpURL(password: String? = nil) -> String {
        "postgresql://postgres\(password.map { ":" + $0 } ?? "")@127.0.0.1:\(port ?? 0)/postgres"
    }

    package func start() throws {
        try control(["-l", folder + "/log", "start"])
    }

    package func stop(_ mode: Stop = .fast) throws {
        try control(["-m", mode.rawValue, "stop"])
    }

    package func restart(_ mode: Stop = .fast) throws {
        try control(["-l", folder + "/log", "-m", mode.rawValue, "restart"])
    }

    /// Kills the server's processes with SIGKILL, as a lost machine would.
    package func kill() throws {
        let text = try String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8)
        guard let postmaster = text.split(separator: "\n").first.flatMap({ pid_t($0) }) else { return }
        let list = try? String(contentsOfFile: "/proc/\(postmaster)/task/\(postmaster)/children", encoding: .utf8)
        let children = (list ?? "").split(separator: " ").compactMap { pid_t($0) }
        for process in [postmaster] + children { Glibc.kill(process, SIGKILL) }
        // The next start needs the shared memory to be free of them.
        for process in [postmaster] + children {
            for _ in 0..<500 where Glibc.kill(process, 0) == 0 { usleep(10_000) }
        }
    }

    /// Stops the server and deletes the folder.
    package func remove() {
        try? stop(.immediate)
        _ = try? Program.run(["/bin/rm", "-rf", folder])
        watchdog?.wait()
    }

    /// The server's log, for the message of a failing test.
    package var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "" }

    private func initialise(password: String?) throws {
        var arguments = [
            Self.programs + "/initdb", "-D", folder + "/data", "-U", "postgres", "-E", encoding, "--locale=C",
            "--no-sync", "--no-instructions",
        ]
        if let password {
            let file = folder + "/password"
            try Self.asServer(["/bin/sh", "-c", "cat > \(file)"], input: password + "\n")
            arguments += ["--pwfile=\(file)", "--auth=scram-sha-256"]
        } else {
            arguments += ["--auth=trust"]
        }
        try Self.asServer(arguments)
    }

    private func control(_ arguments: [String]) throws {
        try Self.asServer([Self.programs + "/pg_ctl", "-D", folder + "/data", "-w", "-t", "30", "-s"] + arguments)
    }

    /// A shell that waits for the end of this process, and then stops the server and removes the folder.
    private func startWatchdog() throws {
        let stop = "\(Self.programs)/pg_ctl -D \(folder)/data -m immediate stop"
        let asServer = Self.isRoot ? "/usr/sbin/runuser -u postgres -- \(stop)" : stop
        let script = """
            while kill -0 \(getpid()) 2>/dev/null && [ -d \(folder) ]; do sleep 1; done
            [ -d \(folder) ] && \(asServer); rm -rf \(folder)
            """
        watchdog = try Program(["/bin/sh", "-c", script])
    }

    // MARK: Processes

    package static var isRoot: Bool { getuid() == 0 }

    private static func asServer(_ command: [String], input: String = "") throws {
        let asUser = isRoot ? ["/usr/sbin/runuser", "-u", "postgres", "--"] : []
        // The server's user may not be allowed into the current folder.
        try Program.run(["env", "-C", "/tmp"] + asUser + command, input: Array(input.utf8))
    }
}
