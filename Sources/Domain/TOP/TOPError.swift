package import JSON

/// What an `error_response` of TOP says.
///
/// The texts are TOP's own and may repeat what the request held: mask them before they are shown or stored.
package struct TOPError: Sendable, Equatable {
    /// TOP's `code`: a number in practice, at times a word; empty if it is missing.
    package var code: String
    /// TOP's `msg`; empty if it is missing.
    package var message: String
    /// TOP's `sub_code`: often missing.
    package var subCode: String?
    /// TOP's `sub_msg`: often missing.
    package var subMessage: String?
    /// TOP's id of the request.
    package var requestID: String?
    /// Whose fault it is, where the gateway says so: `ISV`, `ISP` or `SYSTEM`.
    package var type: String?

    /// Whether the error is a response of which only `flag` says that it failed.
    package var isFlagFailure = false
    /// Whether a name that decides the error's class occurs twice.
    package var isAmbiguous = false

    /// Makes an error.
    package init(
        code: String, message: String = "", subCode: String? = nil, subMessage: String? = nil, requestID: String? = nil
    ) {
        self.code = code
        self.message = message
        self.subCode = subCode
        self.subMessage = subMessage
        self.requestID = requestID
    }

    /// The longest code or id that is kept, in bytes.
    static let maximumCodeBytes = 256
    /// The longest text that is kept, in bytes.
    static let maximumTextBytes = 4096

    /// Reads the object inside `error_response`, or a response that is an error itself. Overlong texts are cut.
    package init(reading object: JSONValue) {
        func text(_ name: String, _ limit: Int) -> String? {
            object[name]?.scalarText.flatMap { $0.isEmpty ? nil : Self.cut($0, toBytes: limit) }
        }
        self.init(
            code: text("code", Self.maximumCodeBytes) ?? "",
            message: text("msg", Self.maximumTextBytes) ?? text("message", Self.maximumTextBytes) ?? "",
            subCode: text("sub_code", Self.maximumCodeBytes),
            subMessage: text("sub_msg", Self.maximumTextBytes) ?? text("sub_message", Self.maximumTextBytes),
            requestID: text("request_id", Self.maximumCodeBytes))
        type = text("type", Self.maximumCodeBytes)
        isAmbiguous =
            object.repeats("code") || object.repeats("sub_code") || Int(code) == nil && object.repeats("type")
    }

    private static func cut(_ text: String, toBytes limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: limit)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}
