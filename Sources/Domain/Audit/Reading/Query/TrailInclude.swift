/// Which texts of a call a reader asks for.
package struct TrailInclude: Sendable, Equatable {
    /// The business parameters as sent, masked.
    package var request: Bool
    /// TOP's answer, masked.
    package var response: Bool

    /// Both members; none is asked for unless said.
    package init(request: Bool = false, response: Bool = false) {
        self.request = request
        self.response = response
    }

    /// Whether no text is asked for.
    package var isEmpty: Bool { !request && !response }

    /// Reads `request,response`; nil for anything else. An empty text asks for none, but no part of a list is empty.
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
