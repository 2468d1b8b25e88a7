package import Logging

extension Logger {
    /// Logs a constant message with metadata under known keys.
    ///
    /// The message is a `StaticString`, so that no data of a request can get into it.
    package func record(
        _ level: Logger.Level, _ message: StaticString,
        _ fields: @autoclosure () -> KeyValuePairs<LogKey, String> = [:],
        source: String = "toprelay", file: String = #fileID, function: String = #function, line: UInt = #line
    ) {
        guard level >= logLevel else { return }
        var metadata: Logger.Metadata = [:]
        for (key, value) in fields() { metadata[key.rawValue] = .string(value) }
        log(
            level: level, "\(message)", metadata: metadata, source: source, file: file, function: function, line: line)
    }

    /// A value of the metadata of every record of this logger.
    package subscript(key: LogKey) -> String? {
        get { self[metadataKey: key.rawValue].map { "\($0)" } }
        set { self[metadataKey: key.rawValue] = newValue.map { .string($0) } }
    }
}
