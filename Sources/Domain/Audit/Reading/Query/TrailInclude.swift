/// Which texts of a call a reader asks for.
package struct TrailInclude: Sendable, Equatable {
    /// The business parameters as sent, masked.
    package var request: Bool
    /// TOP's response, masked.
    package var response: Bool

    /// Asks for no texts by default.
    package init(request: Bool = false, response: Bool = false) {
        self.request = request
        self.response = response
    }

    /// Whether no text is asked for.
    package var isEmpty: Bool { !request && !response }

    /// Reads a list such as `request,response`; nil if a part is unknown or empty. An empty text asks for no texts.
    package init?(_ text: String) {
        self.init()
        if text.isEmpty { return }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            switch part {
            case "request": request = true
            case "response": response = true
            default: return nil
            }
        }
    }
}
