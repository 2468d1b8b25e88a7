package import Logging
import Time

/// A log handler that passes each record as one line to a ``LogWriter``.
package struct LineLogHandler: LogHandler {
    /// Records below this level are not logged.
    package var logLevel: Logger.Level
    /// Metadata of every record.
    package var metadata: Logger.Metadata = [:]
    /// Provides metadata for every record.
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: LogFormat
    private let writer: LogWriter

    /// Makes a handler.
    package init(label: String, format: LogFormat, writer: LogWriter, level: Logger.Level = .info) {
        self.label = label
        self.format = format
        self.writer = writer
        logLevel = level
    }

    /// A value of the metadata of every record.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one record.
    package func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
        if let own = event.metadata { fields.merge(own) { _, new in new } }
        if let error = event.error { fields["error"] = "\(error)" }
        let record = LogRecord(
            milliseconds: WallClock.milliseconds(), level: event.level, logger: label,
            message: event.message.description,
            fields: fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value.description) })
        writer.write(record.line(format))
    }
}
