import JSON

/// What descriptions of a method say besides its fields.
extension Entry {
    /// Whether a request may have members that are not documented.
    package var takesUnknownNames: Bool { level.isOpen }

    /// Whether a response says that the result comes later.
    package var isAcceptedFirst: Bool { outcome.isAccepted }

    /// The page's example answer as a caller reads it: an object of plain JSON.
    package func exampleResult() -> [UInt8] {
        guard let answer = try? JSONDocument(exampleAnswer(requestID: "r")), let inner = answer.root[responseRoot]
        else {
            return Array("{}".utf8)
        }
        return plainResult(inner).json
    }
}
