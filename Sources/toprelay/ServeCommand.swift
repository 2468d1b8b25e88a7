import ArgumentParser
import Catalog
import EventLoop
import Logging
import Metrics
import Service
import ServiceLifecycle
import Telemetry
import UnixSignals

/// `toprelay serve`: one replica.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serves calls until SIGTERM or SIGINT.",
        discussion: "Settings:\n\(SettingDefinitions.help)\n\nEndpoints:\n\(Manual.help)")

    func run() async throws {
        try await reportingFailures {
            let settings = try Settings.read(environment: Environment.variables)
            let process = try ProcessParts(settings)
            let service = try await RelayService(
                settings: process.settings, catalog: try process.catalog(), registry: process.registry,
                logger: process.logger)
            try await process.run(service)
        }
    }
}

/// What every serving process sets up once: logs, metrics, signals, memory, and the limit on open files.
struct ProcessParts {
    let registry: PrometheusRegistry
    let logger: Logger
    /// The settings, with limits that fit the process.
    let settings: Settings
    private let writer: LogWriter

    /// - Throws: `TooFewDescriptorsError` if the process may open too few files.
    init(_ settings: Settings) throws {
        ProcessMemory.returnLargeBlocks()
        let writer = LogWriter.standardError()
        let factory = settings.logFormat.factory(level: settings.logLevel, writer: writer)
        LoggingSystem.bootstrap(factory)
        let registry = PrometheusRegistry(catalog: RelayMetrics.catalog)
        MetricsSystem.bootstrap(registry)
        self.writer = writer
        self.registry = registry
        logger = Logger(label: "toprelay")
        self.settings = try settings.fittingDescriptors(logger)
    }

    /// The embedded entries and those of TOPRELAY_CATALOG.
    func catalog() throws(CatalogError) -> CatalogHolder { try CatalogHolder(folder: settings.catalogFolder) }

    /// Runs until a signal arrives and the service ends.
    func run(_ services: any Service...) async throws {
        defer { writer.flush() }
        let group = ServiceGroup(
            configuration: .init(
                services: services.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
    }
}
