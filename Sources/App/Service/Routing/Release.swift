import Problems

/// The release of this binary.
enum Release {
    static let version = "0.1.0"

    /// The reply of `GET /version`.
    static var reply: Reply { .json(Array(#"{"version":"\#(version)"}"#.utf8)) }
}
