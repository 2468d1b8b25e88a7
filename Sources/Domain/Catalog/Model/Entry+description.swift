import JSON

/// Facts for descriptions of a method, besides its fields.
extension Entry {
    /// Whether a request may have undocumented members.
    package var takesUnknownNames: Bool { level.isOpen }

    /// Whether a response means that the result comes later.
    package var isAcceptedFirst: Bool { outcome.isAccepted }

    /// The page's example response as a caller reads it: an object of plain JSON.
    package func exampleResult() -> [UInt8] {
        guard let answer = try? JSONDocument(exampleResponse(requestID: "r")), let inner = answer.root[responseRoot]
        else {
            return Array("{}".utf8)
        }
        return plainResult(inner).json
    }
}
