/// The texts of one call; nil where there is none, or no longer, or where it was not asked for.
public struct TrailTexts: Sendable, Equatable {
    /// The business parameters as sent, masked.
    public var request: String?
    /// TOP's answer, masked.
    public var response: String?

    /// Both members.
    public init(request: String? = nil, response: String? = nil) {
        self.request = request
        self.response = response
    }
}
