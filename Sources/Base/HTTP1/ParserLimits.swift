/// The limits of a parser. Sizes are in bytes.
package struct ParserLimits: Sendable, Equatable {
    /// The longest request target.
    package var targetBytes = 8 << 10
    /// The longest head: start line, fields, line ends and the empty line together.
    package var headBytes = 32 << 10
    /// The maximum number of fields in a head. A trailer section has the same limit.
    package var fields = 100
    /// The longest trailer section of a chunked body, with its empty line.
    package var trailerBytes = 8 << 10
    /// The maximum size of all chunk extensions of one body together.
    package var extensionBytes = 4 << 10
    /// The maximum number of interim (1xx) responses before the final one.
    package var interimResponses = 8

    /// Limits for requests.
    package static let requests = ParserLimits()

    /// Limits for responses: a head may have 256 KiB.
    package static let responses = ParserLimits(headBytes: 256 << 10)

    /// Makes limits. Limits that are not given have the defaults for requests.
    package init(targetBytes: Int = 8 << 10, headBytes: Int = 32 << 10, fields: Int = 100) {
        self.targetBytes = targetBytes
        self.headBytes = headBytes
        self.fields = fields
    }
}
