/// The texts of one call. A text is nil if it was not asked for or the trail does not have it.
package struct CallTexts: Sendable, Equatable {
    /// The business parameters as sent, masked.
    package var request: String?
    /// TOP's response, masked.
    package var response: String?

    /// Whether the request exceeded the size limit, so that its text is truncated.
    package var isRequestTruncated = false
    /// Whether the response exceeded the size limit, so that its text is truncated.
    package var isResponseTruncated = false

    /// Makes texts that are not truncated.
    package init(request: String? = nil, response: String? = nil) {
        self.request = request
        self.response = response
    }
}
