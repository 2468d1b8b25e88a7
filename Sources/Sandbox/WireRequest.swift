/// A whole HTTP request.
struct WireRequest: Sendable {
    let verb: String
    /// Without the query, undecoded.
    let path: String
    let query: String
    let contentType: String
    var body: [UInt8] = []
}
