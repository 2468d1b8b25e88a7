import Foundation

/// A private PostgreSQL cluster in a temporary folder, with its socket there and no TCP unless asked for.
///
/// As root it runs as the user `postgres`, because PostgreSQL refuses to run as root. `fsync` stays on, so that a
/// commit is one. Stopped and removed by `remove()`, or by a watchdog process when the process that made it is gone.
final class PostgresCluster: @unchecked Sendable {
    enum Failure: Error { case command(String, status: Int32, output: String) }

    enum Stop: String {
        case fast, immediate
    }

    static let programs = "/usr/lib/postgresql/15/bin"

    /// The folder of the data, the log and the socket.
    let folder: String
    /// The TCP port on 127.0.0.1, when the cluster has one.
    let port: Int?
    private let encoding: String
    private var watchdog: pid_t = 0

    /// Makes and starts a cluster.
    init(port: Int? = nil, encoding: String = "UTF8", password: String? = nil, settings: [String] = []) throws {
        folder = "/tmp/tr-pg-" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
        self.port = port
        self.encoding = encoding
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if Self.isRoot { try Self.run(["/bin/chown", "postgres", folder]) }
        try Self.run(["/bin/chmod", "700", folder])
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
    func url(database: String = "postgres", user: String = "postgres") -> String {
        let host = folder.replacingOccurrences(of: "/", with: "%2F")
        return "postgresql://\(user)@\(host)/\(database)" + (port.map { "?port=\($0)" } ?? "")
    }

    /// The connection string over TCP.
    func tcpURL(password: String? = nil) -> String {
        "postgresql://postgres\(password.map { ":" + $0 } ?? "")@127.0.0.1:\(port ?? 0)/postgres"
    }

    func start() throws {
        try control(["-l", folder + "/log", "start"])
    }

    func stop(_ mode: Stop = .fast) throws {
        try control(["-m", mode.rawValue, "stop"])
    }

    func restart(_ mode: Stop = .fast) throws {
        try control(["-l", folder + "/log", "-m", mode.rawValue, "restart"])
    }

    /// Kills the server's processes with SIGKILL, as a lost machine would.
    func kill() throws {
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
    func remove() {
        try? stop(.immediate)
        try? Self.run(["/bin/rm", "-rf", folder])
        waitpid(watchdog, nil, 0)
    }

    /// The server's log, for the message of a failing test.
    var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "" }

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
        watchdog = try Self.spawn(["/bin/sh", "-c", script], input: "/dev/null", output: "/dev/null")
    }

    // MARK: Processes

    static var isRoot: Bool { getuid() == 0 }

    private static func asServer(_ command: [String], input: String = "") throws {
        try run(isRoot ? ["/usr/sbin/runuser", "-u", "postgres", "--"] + command : command, input: input)
    }

    /// Runs a command to its end, by `posix_spawn`: Foundation's `Process` would wait for the server that pg_ctl leaves
    /// behind, because that inherits the descriptor by which it notices the end.
    private static func run(_ command: [String], input: String = "") throws {
        let stem = "/tmp/tr-run-" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
        let (inputPath, outputPath) = (stem + ".in", stem + ".out")
        try input.write(toFile: inputPath, atomically: false, encoding: .utf8)
        defer {
            unlink(inputPath)
            unlink(outputPath)
        }
        let pid = try spawn(command, input: inputPath, output: outputPath)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else {
            let text = (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? ""
            throw Failure.command(command.joined(separator: " "), status: status, output: text)
        }
    }

    private static func spawn(_ command: [String], input: String, output: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // The server's user may not be allowed into the current folder.
        var arguments: [UnsafeMutablePointer<CChar>?] = (["env", "-C", "/tmp"] + command).map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        arguments.append(nil)
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/usr/bin/env", &actions, nil, arguments, environ)
        guard code == 0 else { throw Failure.command(command[0], status: code, output: "not started") }
        return pid
    }
}
