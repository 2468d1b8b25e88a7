import EventLoop
package import Logging
import Relay
import Telemetry

extension Settings {
    /// Returns settings whose limits fit the process's file descriptors. It first raises the soft limit. Each limit
    /// that it must lower causes a warning.
    /// - Throws: `TooFewDescriptorsError` if not even one call fits.
    package func fittingDescriptors(_ logger: Logger) throws -> Settings {
        let open = DescriptorLimit.openCount()
        let needed = DescriptorPlan.needed(
            open: open, connections: maximumConnections, calls: maximumCallsInFlight, workers: workers)
        return try fitting(descriptors: DescriptorLimit.raise(to: needed), open: open, logger)
    }

    func fitting(descriptors: Int, open: Int, _ logger: Logger) throws(TooFewDescriptorsError) -> Settings {
        guard
            let plan = DescriptorPlan(
                descriptors: descriptors, open: open, connections: maximumConnections, calls: maximumCallsInFlight,
                workers: workers)
        else { throw TooFewDescriptorsError(limit: descriptors) }
        var fitted = self
        fitted.maximumConnections = plan.connections
        fitted.maximumRefusals = plan.refusals
        fitted.maximumCallsInFlight = plan.calls
        fitted.maximumIdleTOPConnections = plan.idlePerWorker
        for (setting, wanted, fits) in [
            (SettingDefinitions.maximumConnections, maximumConnections, plan.connections),
            (SettingDefinitions.maximumCallsInFlight, maximumCallsInFlight, plan.calls),
        ] where fits < wanted {
            logger.record(
                .warning, "Lowered a setting to the limit on open files",
                [
                    .setting: setting.name, .wanted: "\(wanted)", .limit: "\(fits)",
                    .descriptors: "\(descriptors)",
                ])
        }
        return fitted
    }
}

/// The process may not open enough files to serve a call.
package struct TooFewDescriptorsError: Error, Sendable, CustomStringConvertible {
    /// The limit on open files (RLIMIT_NOFILE).
    package let limit: Int

    /// A text for the operator.
    package var description: String {
        "The limit on open files is \(limit), which is too low to serve calls. Raise it (`ulimit -n 4096`), "
            + "or set TOPRELAY_WORKERS to 1."
    }
}
