import EventLoop
public import Logging
import Relay
import Telemetry

extension Settings {
    /// The settings with limits that fit the process's file descriptors. Raises the soft limit first, and warns of each
    /// limit that had to be lowered.
    /// - Throws: `TooFewDescriptors` when not even one call would fit.
    public func fittingDescriptors(_ logger: Logger) throws -> Settings {
        let open = DescriptorLimit.openCount()
        let needed = DescriptorPlan.needed(
            open: open, connections: maximumConnections, calls: maximumCallsInFlight, workers: workers)
        return try fitting(descriptors: DescriptorLimit.raise(to: needed), open: open, logger)
    }

    func fitting(descriptors: Int, open: Int, _ logger: Logger) throws(TooFewDescriptors) -> Settings {
        guard
            let plan = DescriptorPlan(
                descriptors: descriptors, open: open, connections: maximumConnections, calls: maximumCallsInFlight,
                workers: workers)
        else { throw TooFewDescriptors(limit: descriptors) }
        var fitted = self
        fitted.maximumConnections = plan.connections
        fitted.maximumRefusals = plan.refusals
        fitted.maximumCallsInFlight = plan.calls
        fitted.maximumIdleTOPConnections = plan.idlePerWorker
        for (setting, wanted, fits) in [
            (SettingCatalog.maximumConnections, maximumConnections, plan.connections),
            (SettingCatalog.maximumCallsInFlight, maximumCallsInFlight, plan.calls),
        ] where fits < wanted {
            logger.record(
                .warning, "The limit of open files is too low for a setting; a lower value is in force",
                [
                    .setting: setting.name, .wanted: "\(wanted)", .limit: "\(fits)",
                    .descriptors: "\(descriptors)",
                ])
        }
        return fitted
    }
}

/// The process may open too few files to serve anything.
public struct TooFewDescriptors: Error, Sendable, CustomStringConvertible {
    /// The limit of open files (RLIMIT_NOFILE).
    public let limit: Int

    /// For the operator.
    public var description: String {
        "The limit of open files is \(limit), which is too low to serve calls. Raise it (`ulimit -n 4096`), "
            + "or set TOPRELAY_WORKERS to 1."
    }
}
