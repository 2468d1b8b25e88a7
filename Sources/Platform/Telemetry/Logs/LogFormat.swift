package import Logging

/// The format of log records.
package enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object in each line.
    case json
    /// One line for people.
    case text

    /// Makes the factory of log handlers for `LoggingSystem.bootstrap`.
    package func factory(level: Logger.Level, writer: LogWriter) -> @Sendable (String) -> any LogHandler {
        { label in LineLogHandler(label: label, format: self, writer: writer, level: level) }
    }
}
