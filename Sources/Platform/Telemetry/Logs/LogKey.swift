/// The keys of log metadata. One word for one thing, here as in settings, metrics, SQL and documentation.
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
    /// What went wrong, as a text that is safe to show.
    case error
    /// What led to it.
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
    /// A number of things, named by the message.
    case count
    /// What was asked for and is not in force.
    case wanted
    /// The most files that the process may open.
    case descriptors
    /// A limit that was reached.
    case limit
    /// A time in milliseconds.
    case durationMilliseconds = "duration_ms"
    /// The time until something is tried again, in milliseconds.
    case retryMilliseconds = "retry_ms"
    /// A worker's number.
    case worker
    /// The name of an event loop.
    case loop
    /// The replica's name.
    case replica
    /// A version of the program or of a schema.
    case version
    /// The number of a process.
    case process
    /// Requests in work.
    case running
}
