import FoundationEssentials
import Glibc

/// The private PostgreSQL cluster of `toprelay dev`. It is made at first use and kept between runs. Only a socket in a
/// private folder leads to it.
///
/// PostgreSQL refuses to run as root. As root, `toprelay dev` runs it as the user `postgres`. If that user cannot reach
/// the folder, the data is in `/var/lib/toprelay-dev/…`, with a link in the folder. `pg_ctl` starts the server in its
/// own session, so Ctrl-C in the terminal does not stop it.
struct DevCluster {
    /// The folder of the data, the key and the token.
    let folder: URL
    private let binaries: URL
    private let user: ServerUser?

    /// A cluster in `folder`, which is created if it is missing.
    /// - Throws: if PostgreSQL's programs are missing or the folder cannot be created.
    init(folder: URL) throws {
        self.folder = folder
        binaries = try Self.findBinaries()
        user = getuid() == 0 ? try ServerUser.postgres() : nil
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Starts the server, or adopts the one of an earlier run, and creates the database.
    /// - Returns: the database's URL.
    func start() async throws -> String {
        let data = try await dataFolder()
        if !FileManager.default.fileExists(atPath: data.appending(path: "PG_VERSION").path) {
            try await initialise(data)
        }
        let socket: String
        if let running = await runningSocket(data) {
            socket = running
        } else {
            socket = try makeSocketFolder()
            try await startServer(data, socket: socket)
        }
        let known = try await run(
            "psql",
            [
                "-h", socket, "-U", "toprelay", "-d", "postgres", "-Atc",
                "SELECT 1 FROM pg_database WHERE datname = 'toprelay'",
            ])
        if known.isEmpty {
            try await run("createdb", ["-h", socket, "-U", "toprelay", "-E", "UTF8", "-T", "template0", "toprelay"])
        }
        return "postgresql:///toprelay?host=\(socket)&user=toprelay"
    }

    /// Stops the server and removes its socket's folder.
    func stop() async {
        guard let data = try? await dataFolder() else { return }
        let socket = await runningSocket(data)
        _ = try? await run("pg_ctl", ["-D", data.path, "-m", "fast", "-w", "-t", "30", "stop"])
        if let socket, socket.hasPrefix("/tmp/toprelay-") { try? FileManager.default.removeItem(atPath: socket) }
    }

    private func initialise(_ data: URL) async throws {
        try await run(
            "initdb",
            ["-D", data.path, "-U", "toprelay", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--data-checksums"])
    }

    private func startServer(_ data: URL, socket: String) async throws {
        let options = "-k \(socket) -c listen_addresses='' -c unix_socket_permissions=0700 -c fsync=on"
        let log = data.appending(path: "server.log").path
        try await run("pg_ctl", ["-D", data.path, "-l", log, "-o", options, "-w", "-t", "60", "start"])
    }

    /// The socket's folder of a server on this data, from its postmaster.pid. The first line is the pid, and the fifth
    /// is the folder.
    private func runningSocket(_ data: URL) async -> String? {
        guard let text = try? String(contentsOf: data.appending(path: "postmaster.pid"), encoding: .utf8) else {
            return nil
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 4, let pid = pid_t(lines[0]), kill(pid, 0) == 0, !lines[4].isEmpty else { return nil }
        let socket = String(lines[4])
        guard (try? await run("pg_isready", ["-q", "-h", socket])) != nil else { return nil }
        return socket
    }

    private func makeSocketFolder() throws -> String {
        let path = "/tmp/toprelay-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        if let user { try user.own(path) }
        return path
    }

    /// The folder of the data: `postgres` in the cluster's folder, or a link there to a folder that the server's user
    /// can reach.
    private func dataFolder() async throws -> URL {
        let data = folder.appending(path: "postgres")
        guard let user else { return data }
        if let link = try? FileManager.default.destinationOfSymbolicLink(atPath: data.path) {
            return URL(filePath: link)
        }
        if FileManager.default.fileExists(atPath: data.path) { return data }
        try FileManager.default.createDirectory(
            at: data, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        try user.own(data.path)
        if (try? await run("initdb", ["--version"], in: data)) != nil { return data }
        try FileManager.default.removeItem(at: data)
        let apart = URL(filePath: "/var/lib/toprelay-dev/\(UInt32.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(
            at: apart, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try user.own(apart.path)
        try FileManager.default.createSymbolicLink(at: data, withDestinationURL: apart)
        return apart
    }

    /// Runs a program of PostgreSQL as the server's user and returns its output.
    @discardableResult
    private func run(_ program: String, _ arguments: [String], in directory: URL? = nil) async throws -> String {
        let path = binaries.appending(path: program).path
        return try await Program.run(path, arguments, in: directory?.path ?? "/", as: user)
    }

    private static func findBinaries() throws -> URL {
        let root = URL(filePath: "/usr/lib/postgresql")
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        let newest = versions.compactMap { Int($0) }.sorted(by: >).map { root.appending(path: "\($0)/bin") }
        guard
            let found = newest.first(where: {
                FileManager.default.isExecutableFile(atPath: $0.appending(path: "initdb").path)
            })
        else {
            throw CommandError.failed(
                "PostgreSQL's server is not installed (looked in \(root.path)): apt-get install postgresql")
        }
        return found
    }
}

/// The unprivileged user for PostgreSQL when the process runs as root.
struct ServerUser {
    let id: uid_t
    let group: gid_t

    static func postgres() throws -> ServerUser {
        let text = (try? String(contentsOfFile: "/etc/passwd", encoding: .utf8)) ?? ""
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count > 3, fields[0] == "postgres", let id = uid_t(fields[2]), let group = gid_t(fields[3])
            else { continue }
            return ServerUser(id: id, group: group)
        }
        throw CommandError.failed("PostgreSQL does not run as root, and the user postgres does not exist")
    }

    /// The command that runs a program as this user.
    var prefix: [String] { ["/usr/bin/setpriv", "--reuid", "\(id)", "--regid", "\(group)", "--clear-groups"] }

    func own(_ path: String) throws {
        try FileManager.default.setAttributes(
            [.ownerAccountID: Int(id), .groupOwnerAccountID: Int(group)], ofItemAtPath: path)
    }
}
