import ArgumentParser
import Catalog
import FoundationEssentials
import Logging
import Service

/// `toprelay dev`: everything for a first call, on this machine only.
struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract:
            "Starts a private PostgreSQL, a sandbox gateway, a demo app and the relay, and prints working curl commands.",
        discussion:
            "The data is kept in .toprelay/ of the current folder. Ctrl-C stops everything. TOPRELAY_LISTEN and the log settings apply."
    )

    func run() async throws {
        try await reportingFailures {
            let folder = URL(filePath: FileManager.default.currentDirectoryPath).appending(path: ".toprelay")
            let cluster = try DevCluster(folder: folder)
            let lock = try DevLock(folder: folder)
            // A signal before the service listens for it must not leave PostgreSQL running.
            let early = await EarlySignals()
            Output.errorLine("toprelay dev: starting PostgreSQL in \(folder.path)")
            do {
                try await serve(
                    folder: folder, database: try await cluster.start(), early: early, lock: lock)
            } catch {
                await cluster.stop()
                throw error
            }
            await cluster.stop()
            withExtendedLifetime(lock) {}
        }
    }

    private func serve(folder: URL, database: String, early: EarlySignals, lock: DevLock) async throws {
        try early.check()
        let environment = try Self.environment(database: database, masterKey: DevSecrets(folder: folder).masterKey())
        let settings = try Settings.read(environment: environment)
        let process = try ProcessParts(settings)
        let catalog = try process.catalog()
        let store = try StoreSettings.read(environment: environment, needsMasterKey: true)
        try await MigrateCommand.migrate(store)
        let demo = try await DevDemo.make(
            store: store, folder: folder, catalog: catalog, logger: process.logger)
        try early.check()
        let service = try await RelayService(
            settings: process.settings, catalog: catalog, registry: process.registry, logger: process.logger
        ) { port in
            let url = "http://127.0.0.1:\(port)"
            try? lock.say(url)
            Output.line(demo.banner(url: url, database: database))
        }
        early.stop()
        try await process.run(service, demo.sandbox)
    }

    private static func environment(database: String, masterKey: String) -> [String: String] {
        var environment = Environment.variables.filter {
            !$0.key.hasPrefix("DATABASE_URL") && !overridden.contains($0.key)
        }
        environment["DATABASE_URL"] = database
        environment["TOPRELAY_MASTER_KEY"] = masterKey
        environment["TOPRELAY_LOG_FORMAT"] = environment["TOPRELAY_LOG_FORMAT"] ?? "text"
        environment["TOPRELAY_LOG_LEVEL"] = environment["TOPRELAY_LOG_LEVEL"] ?? "warning"
        return environment
    }

    /// Settings that `dev` makes itself. It never uses a real gateway or database from the environment.
    private static let overridden: Set<String> = [
        "TOPRELAY_MASTER_KEY", "TOPRELAY_MASTER_KEY_FILE", "TOPRELAY_GATEWAY_URL", "TOPRELAY_CA_FILE",
    ]
}
