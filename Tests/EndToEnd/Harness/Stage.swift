import Foundation
import JSON
import TestSupport

/// Everything that a call needs, for real: a database, the gateway, the relay, apps, sessions and tokens.
final class Stage: Sendable {
    struct Tokens: Sendable {
        /// Scope relay, every app and method.
        var caller: String
        /// Another one of the same kind.
        var other: String
        /// Scopes audit:read and audit:note.
        var auditor: String
        /// Scope relay, the app main and methods of tmall alone.
        var limited: String
    }

    let cluster: PostgresCluster
    let database: String
    let gateway: GatewayProcess
    let tokens: Tokens
    private let replicas: Replicas

    /// The first replica.
    var relay: RelayProcess { replicas.all[0] }

    /// The replicas in the order of their starts.
    var allReplicas: [RelayProcess] { replicas.all }

    private init(cluster: PostgresCluster, database: String, gateway: GatewayProcess, tokens: Tokens) {
        self.cluster = cluster
        self.database = database
        self.gateway = gateway
        self.tokens = tokens
        replicas = Replicas()
    }

    // MARK: Making

    static let masterKey = Data("planted-master-key-of-32-bytes!!".utf8).base64EncodedString()

    private static let preparing = Task { try await prepare(PostgresCluster()) }
    private static let starting = Task { try await Stage.make() }

    /// The stage of tests that break nothing. Each of them marks its calls by a text of its own.
    static var shared: Stage { get async throws { try await starting.value } }

    /// The cluster of all stages but those that stop it.
    static var sharedCluster: PostgresCluster { get async throws { try await preparing.value.cluster } }

    /// A stage of its own, in a database of the shared cluster; with an empty vault if it is to be `bare`.
    static func make(
        _ settings: [String: String] = [:], start: Bool = true, bare: Bool = false
    ) async throws -> Stage {
        let (cluster, tokens) = try await preparing.value
        let database = try await makeDatabase(template: bare ? "migrated" : "prepared")
        return try await make(cluster, database, tokens, settings, start: start)
    }

    /// A new database in the shared cluster: `template0` is empty, `migrated` has the tables, `prepared` everything.
    static func makeDatabase(template: String) async throws -> String {
        let name = "stage_" + String(UInt64.random(in: 0..<UInt64.max), radix: 36)
        try await sharedCluster.execute("CREATE DATABASE \(name) TEMPLATE \(template)", in: "postgres")
        return name
    }

    /// A stage with a cluster of its own, to be stopped and started at will.
    static func makeApart(_ settings: [String: String] = [:], start: Bool = true) async throws -> Stage {
        let (cluster, tokens) = try await prepare(PostgresCluster(), apps: StageApp.main)
        return try await make(cluster, "prepared", tokens, settings, start: start)
    }

    private static func make(
        _ cluster: PostgresCluster, _ database: String, _ tokens: Tokens, _ settings: [String: String], start: Bool
    ) async throws -> Stage {
        let stage = Stage(
            cluster: cluster, database: database, gateway: try await GatewayProcess(StageApp.all), tokens: tokens)
        if start { try await stage.startRelay(settings) }
        return stage
    }

    /// Migrates a database, and puts in apps, sessions and tokens by the command line.
    private static func prepare(
        _ cluster: PostgresCluster, apps: [StageApp] = StageApp.all
    ) async throws -> (cluster: PostgresCluster, tokens: Tokens) {
        try await cluster.execute("CREATE DATABASE migrated", in: "postgres")
        try await CommandLineTool(database: cluster.url("migrated")).succeed(["migrate"])
        try await cluster.execute("CREATE DATABASE prepared TEMPLATE migrated", in: "postgres")
        let line = CommandLineTool(database: cluster.url("prepared"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for app in apps { group.addTask { try await line.put(app) } }
            try await group.waitForAll()
        }
        async let caller = line.token("caller", ["--scope", "relay"])
        async let other = line.token("other", ["--scope", "relay"])
        async let auditor = line.token("auditor", ["--scope", "audit:read", "--scope", "audit:note"])
        async let limited = line.token("limited", ["--scope", "relay", "--app", "main", "--method", "tmall.*"])
        return (
            cluster, try await Tokens(caller: caller, other: other, auditor: auditor, limited: limited)
        )
    }

    // MARK: Using

    /// The command line of the binary, on this database.
    var line: CommandLineTool { CommandLineTool(database: cluster.url(database)) }

    /// The settings that a replica needs.
    var settings: [String: String] {
        [
            "DATABASE_URL": cluster.url(database), "TOPRELAY_MASTER_KEY": Self.masterKey,
            "TOPRELAY_GATEWAY_URL": gateway.url, "TOPRELAY_WORKERS": "2",
        ]
    }

    /// Starts a replica; it is the stage's own if it is the first.
    @discardableResult
    func startRelay(
        _ own: [String: String] = [:], port: Int = Ports.free(), isReady: Bool = true, files: String? = nil
    ) async throws -> RelayProcess {
        let relay = try RelayProcess(settings.merging(own) { _, own in own }, port: port, files: files)
        replicas.add(relay)
        if isReady { try await relay.waitUntilReady() }
        return relay
    }

    /// Posts a call as the caller.
    func call(
        _ example: Example, app: String? = nil, seller: String? = nil, path: String? = nil,
        headers: [(name: String, value: String)] = []
    ) async throws -> HTTPAnswer {
        var headers = headers
        if let app { headers.append(("Top-App", app)) }
        if let seller { headers.append(("Top-Seller", seller)) }
        return try await relay.post(path ?? example.path, example.body, token: tokens.caller, headers: headers)
    }

    /// Rows of a query on the stage's database.
    func query(_ sql: String) async throws -> [JSONValue] { try await cluster.query(sql, in: database) }

    /// What a call left behind that was refused before it was one: nothing at all.
    func traces(of marker: String) async throws -> Int {
        let rows = try await query(
            "SELECT id FROM audit.intents WHERE client_request_id = '\(marker)' OR request LIKE '%\(marker)%'")
        return rows.count + gateway.calls(with: marker).count
    }

    /// The trail of the calls whose recorded request holds a text, with their texts.
    func trail(with marker: String) async throws -> [TrailEntry] {
        try await trail(where: "t.id IN (SELECT id FROM audit.intents WHERE request LIKE '%\(marker)%')")
    }

    func trail(id: String?) async throws -> TrailEntry? {
        try await trail(where: "t.id = '\(id ?? "00000000-0000-0000-0000-000000000000")'").first
    }

    private func trail(where condition: String) async throws -> [TrailEntry] {
        try await query(
            """
            SELECT t.*, i.request, r.response, i.replica, \
            (SELECT count(*) FROM audit.calls AS c WHERE c.id = t.id) AS ended_rows \
            FROM audit.trail AS t JOIN audit.intents AS i USING (at, id) LEFT JOIN audit.responses AS r USING (at, id) \
            WHERE \(condition) ORDER BY t.at, t.id
            """
        ).map(TrailEntry.init)
    }

    /// Ends what the stage has started; the watchdog would, at the end of all tests.
    func stop() async {
        for relay in replicas.all { relay.child.kill() }
        gateway.stop()
        if database == "prepared" { cluster.remove() }
    }
}

/// The replicas that a stage has started.
private final class Replicas: @unchecked Sendable {
    private let lock = NSLock()
    private var started: [RelayProcess] = []

    var all: [RelayProcess] { lock.withLock { started } }

    func add(_ relay: RelayProcess) { lock.withLock { started.append(relay) } }
}
