package import Logging

/// How log records are written.
package enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case json
    /// One line for people.
    case text

    /// What makes the log handlers of the program: pass it to `LoggingSystem.bootstrap`.
    package func factory(level: Logger.Level, writer: LogWriter) -> @Sendable (String) -> any LogHandler {
        { label in LineLogHandler(label: label, format: self, writer: writer, level: level) }
    }
}
