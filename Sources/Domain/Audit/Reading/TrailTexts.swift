/// The texts of one call; nil where there is none, or no longer, or where it was not asked for.
public struct TrailTexts: Sendable, Equatable {
    /// The business parameters as sent, masked.
    public var request: String?
    /// TOP's answer, masked.
    public var response: String?

    /// Whether the request was over the limit of what is kept, so that its text is cut.
    public var isRequestCut = false
    /// Whether the answer was.
    public var isResponseCut = false

    /// Both texts, whole.
    public init(request: String? = nil, response: String? = nil) {
        self.request = request
        self.response = response
    }
}
