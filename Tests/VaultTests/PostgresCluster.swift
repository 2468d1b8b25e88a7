import Foundation

/// A private PostgreSQL cluster in a temporary folder, with its socket there and no TCP unless asked for.
///
/// As root it runs as the user `postgres`, because PostgreSQL refuses to run as root. `fsync` stays on, so that a commit is
/// one. Stopped and removed by `remove()`, and by the server itself when the process that made it is gone: a watchdog
/// process holds a pipe's other end.
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
    private var watchdog: Process?
    private var watchdogPipe: Pipe?

    /// Makes and starts a cluster.
    init(port: Int? = nil, encoding: String = "UTF8", password: String? = nil, settings: [String] = []) throws {
        folder = "/tmp/tr-pg-" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
        self.port = port
        self.encoding = encoding
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if Self.isRoot { try Self.run(["/bin/chown", "postgres", folder]) }
        try Self.run(["/bin/chmod", "700", folder])
        try initialise(password: password)
        let lines = [
            "unix_socket_directories = '\(folder)'", "unix_socket_permissions = 0777",
            "listen_addresses = '\(port == nil ? "" : "127.0.0.1")'", "port = \(port ?? 5432)", "fsync = on",
            "shared_buffers = 32MB", "max_connections = 60", "log_min_messages = warning",
        ] + settings
        let path = folder + "/data/postgresql.auto.conf"
        try Self.asServer(["/bin/sh", "-c", "cat > \(path)"], input: lines.joined(separator: "\n") + "\n")
        try start()
        startWatchdog()
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

    /// Kills the postmaster and its children, as a lost machine would.
    func kill() throws {
        try stop(.immediate)
    }

    /// Stops the server and deletes the folder.
    func remove() {
        try? stop(.immediate)
        watchdogPipe?.fileHandleForWriting.closeFile()
        watchdog?.waitUntilExit()
        try? Self.run(["/bin/rm", "-rf", folder])
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
    private func startWatchdog() {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let stop = "\(Self.programs)/pg_ctl -D \(folder)/data -m immediate stop"
        let asServer = Self.isRoot ? "runuser -u postgres -- \(stop)" : stop
        process.arguments = ["-c", "trap '' INT; cat >/dev/null; \(asServer) >/dev/null 2>&1; rm -rf \(folder)"]
        process.standardInput = pipe
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return }
        watchdog = process
        watchdogPipe = pipe
    }

    // MARK: Processes

    static var isRoot: Bool { getuid() == 0 }

    private static func asServer(_ command: [String], input: String? = nil) throws {
        try run(isRoot ? ["/usr/sbin/runuser", "-u", "postgres", "--"] + command : command, input: input)
    }

    private static func run(_ command: [String], input: String? = nil) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.currentDirectoryURL = URL(fileURLWithPath: "/tmp")
        // A file, not a pipe: the server that pg_ctl leaves behind would hold a pipe open.
        let outputPath = "/tmp/tr-out-" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
        _ = FileManager.default.createFile(atPath: outputPath, contents: nil)
        defer { try? FileManager.default.removeItem(atPath: outputPath) }
        let output = FileHandle(forWritingAtPath: outputPath) ?? .nullDevice
        process.standardOutput = output
        process.standardError = output
        let pipe = Pipe()
        process.standardInput = input == nil ? FileHandle.nullDevice : pipe
        try process.run()
        if let input {
            pipe.fileHandleForWriting.write(Data(input.utf8))
            try pipe.fileHandleForWriting.close()
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let text = (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? ""
            throw Failure.command(command.joined(separator: " "), status: process.terminationStatus, output: text)
        }
    }
}
