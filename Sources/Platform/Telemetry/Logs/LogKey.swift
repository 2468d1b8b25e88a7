/// The keys of log metadata. Code, settings, metrics, SQL and documentation use the same words.
package enum LogKey: String, CaseIterable, Sendable {
    /// The id of a call.
    case call
    /// The TOP method.
    case method
    /// The app's name.
    case app
    /// The seller's alias.
    case seller
    /// The name of the caller's token.
    case caller
    /// The outcome of a call.
    case outcome
    /// An HTTP status.
    case status
    /// TOP's code.
    case code
    /// TOP's sub_code.
    case subCode = "sub_code"
    /// TOP's request_id.
    case topRequestID = "top_request_id"
    /// A path of the service.
    case path
    /// An address to listen on or to connect to.
    case address
    /// Where an HTTP answer redirects to.
    case location
    /// A port.
    case port
    /// What failed. The text is safe to show.
    case error
    /// The reason for an event.
    case reason
    /// SQLSTATE of a database error.
    case sqlState = "sql_state"
    /// A table or partition.
    case table
    /// The name of a migration.
    case migration
    /// The name of a file or folder.
    case file
    /// The name of a setting.
    case setting
    /// A number of things. The message names them.
    case count
    /// A requested value that is not in effect.
    case wanted
    /// The limit of open files of the process.
    case descriptors
    /// A limit that was reached.
    case limit
    /// A time in milliseconds.
    case durationMilliseconds = "duration_ms"
    /// The time until the next attempt, in milliseconds.
    case retryMilliseconds = "retry_ms"
    /// The number of a worker.
    case worker
    /// The name of an event loop.
    case loop
    /// The name of the replica.
    case replica
    /// A version of the program or of a schema.
    case version
    /// The id of a process.
    case process
    /// The number of requests in progress.
    case running
}
