/// The texts of one call; nil where there is none, or no longer, or where it was not asked for.
package struct TrailTexts: Sendable, Equatable {
    /// The business parameters as sent, masked.
    package var request: String?
    /// TOP's answer, masked.
    package var response: String?

    /// Whether the request was over the limit of what is kept, so that its text is cut.
    package var isRequestCut = false
    /// Whether the answer was.
    package var isResponseCut = false

    /// Both texts, whole.
    package init(request: String? = nil, response: String? = nil) {
        self.request = request
        self.response = response
    }
}
